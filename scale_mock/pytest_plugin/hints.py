"""What pytest and Python say of common mistakes, and the half sentence of ours that it wants.

A hint is a note of the exception (PEP 678), so that it stands right below what failed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from scale_mock.pytest_plugin.reading import MARKER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scale_mock.mock.facade import ScaleMock

REFUSED = re.compile(r"port=([0-9]+)\b.*Connection refused")
"""How urllib3, and what stands on it, says that nobody listens."""
SCOPE = re.compile(r"ScopeMismatch: .* fixture (scale_\w+) with a (\w+) scoped request")


def add_hints(
    item: pytest.Item, met: pytest.ExceptionInfo[BaseException], mock: ScaleMock | None
) -> None:
    """Adds what helps to the exception that a test failed with; it never raises.

    Args:
        item: The test.
        met: What it failed with.
        mock: Its world, if it has one.
    """
    error = met.value
    try:
        statement = str(met.traceback[-1].statement)
    except Exception:
        statement = ""  # there is no source
    try:
        for hint in _hints(item, error, statement, mock):
            _add(error, hint)
    except Exception:
        return  # the test's own failure matters


def _add(error: BaseException, hint: str) -> None:
    if isinstance(error, pytest.fail.Exception):
        # Of what pytest says itself it shows the words and no notes.
        if hint not in (error.msg or ""):
            error.msg = f"{error.msg}\n{hint}"
    elif hint not in getattr(error, "__notes__", ()):
        error.add_note(hint)


def _hints(
    item: pytest.Item, error: BaseException, statement: str, mock: ScaleMock | None
) -> Iterator[str]:
    if isinstance(error, pytest.fail.Exception):
        scope = SCOPE.search(str(error))
        if scope is not None:
            yield _wider(scope[1], scope[2])
    elif isinstance(error, AttributeError):
        yield from _of_attribute(error)
    elif isinstance(error, TypeError):
        yield from _of_type(str(error), statement)
    elif isinstance(error, KeyError) and mock is not None and "response" in statement:
        yield from _of_key(error.args[0] if error.args else None, mock)
    yield from _of_closed(str(error))
    if mock is None and not isinstance(error, pytest.skip.Exception) and _is_in_vain(item):
        yield (
            "The test's marker scale_mock makes no world: the test takes none of the plugin's "
            "fixtures, such as scale_mock or scale_client."
        )


def _wider(name: str, scope: str) -> str:
    wide = "scale_mock_module" if scope in {"module", "class"} else "scale_mock_session"
    each = "module" if name == "scale_mock_module" else "test"
    return (
        f"{name} is made anew for each {each}. What a fixture of scope {scope!r} can fill is the "
        f"world of {wide}, which tests share: {wide}.client(), .callbacks, .clock."
    )


def _is_in_vain(item: pytest.Item) -> bool:
    """Whether a test was marked itself and has no world."""
    marked = any(mark.name == MARKER for mark in item.own_markers)
    names: list[str] = getattr(item, "fixturenames", [])
    return marked and not any(name.startswith("scale_") for name in names)


def _of_closed(words: str) -> Iterator[str]:
    """Whether somebody called the server of a mock that is closed."""
    port = REFUSED.search(words)
    if port is None:
        return
    from scale_mock.mock.alive import CLOSED

    for url in CLOSED:
        if url.endswith(f":{port[1]}"):
            yield (
                f"{url} was the server of a ScaleMock that is closed: its client lives as long as "
                "its `with` block."
            )
            return


def _of_attribute(error: AttributeError) -> Iterator[str]:
    from scale_mock.callbacks.records import Callback
    from scale_mock.world.requests import RequestRecord

    thing = error.obj
    if isinstance(thing, Callback):
        keys = ", ".join(thing.json)
        yield f"What a callback says is in its json, a dict with the keys {keys}."
    elif isinstance(thing, RequestRecord):
        yield (
            "The log of requests keeps no bodies: what a create said is in the task, "
            "scale_mock.tasks.get(ID)."
        )
    elif isinstance(thing, list) and thing and isinstance(thing[0], Callback):
        yield "With times=, assert_received answers a list of callbacks."
    elif thing is not None:
        from scale_mock.pytest_plugin.naming import name_meant

        yield from name_meant(thing, error.name or "")


def _of_type(words: str, statement: str) -> Iterator[str]:
    if words.startswith("'Callback' object is not subscriptable"):
        yield "What a callback says is in its json: callback.json[...]."
    elif words == "'dict' object is not callable" and ".json(" in statement:
        yield "A callback's json is a property: callback.json, without ()."
    elif "unexpected keyword argument" in words:
        from scale_mock.pytest_plugin.naming import argument_meant

        yield from argument_meant(words)


def _of_key(key: object, mock: ScaleMock) -> Iterator[str]:
    """What the newest response has, where a key is not in it."""
    from scale_mock.domain.task_index import TaskFilter

    world = mock._world
    with world.lock:
        ended = [
            task
            for side in world.core.sides.values()
            for task in side.task_index.matching(TaskFilter(status=("completed", "error")))
        ]
        newest = max(ended, key=lambda task: (task.updated_at, task.seq), default=None)
    if newest is None:
        return
    response = mock.tasks.get(newest.task_id).get("response")
    if isinstance(response, dict) and key not in response:
        yield (
            f"The newest response, of {newest.type} task {newest.task_id}, has the keys "
            f"{', '.join(response)}."
        )
