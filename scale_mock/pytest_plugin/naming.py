"""Names that a public object does not have, and which one was meant: Python's words say neither.

Some people bring the words of other libraries: a clock's ``tick``, a list's ``append``, a ``count``
of calls. What there is comes from the classes themselves.
"""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from typing import TYPE_CHECKING

from scale_mock.mock.remote.calls import HANDLES, NAMES
from scale_mock.mock.remote.wire import CLASSES
from scale_mock.selectors.where import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LISTED_MAX = 20
"""How many names are listed beside one that was meant."""
MOCKS = (("scale_mock.mock.facade", "ScaleMock"), ("scale_mock.mock.remote.mock", "RemoteMock"))
INNER = ("scale_mock.callbacks.receiver", "scale_mock.domain.journal")
"""Where classes live that are public in part: the rest is for whoever keeps a world."""
REMOTE = "scale_mock.mock.remote.handles"
MEANT = {
    "advance_by": "advance",
    "forward": "advance",
    "move": "advance",
    "shift": "advance",
    "sleep": "advance",
    "tick": "advance",
    "wait": "advance",
    "goto": "advance_to",
    "move_to": "advance_to",
    "set": "advance_to",
    "travel": "advance_to",
    "travel_to": "advance_to",
    "time": "now",
    "utcnow": "now",
    "next": "run_next",
    "step": "run_next",
    "drain": "run_until_idle",
    "run": "run_until_idle",
    "run_all": "run_until_idle",
    "append": "add",
    "create": "add",
    "insert": "add",
    "push": "add",
    "register": "add",
    "extend": "load",
    "read": "load",
    "delete": "remove",
    "discard": "remove",
    "pop": "remove",
    "assert_called": "assert_received",
    "assert_called_once": "assert_received",
    "assert_any_call": "assert_received",
    "expect": "assert_received",
    "wait_for": "assert_received",
    "assert_not_called": "assert_not_received",
    "calls": "received",
    "finish": "complete",
    "error": "fail",
    "approve": "audit",
    "reject": "audit",
    "body": "json",
    "payload": "json",
    "data": "json",
}
"""What other libraries call it; it counts where an object has the name on the right."""
ARGUMENTS_MEANT = {
    "count": "times",
    "n": "times",
    "number": "times",
    "timeout": "within",
    "max_wait": "within",
    "wait": "within",
    "callback_url": "url",
    "endpoint": "url",
    "id": "task",
    "task_id": "task",
    "batch_name": "batch",
}
"""The same for arguments."""
STRANGE = re.compile(
    r"(?P<owner>\w+)\.(?P<call>\w+)\(\):? got an unexpected keyword argument '(?P<name>\w+)'"
)
"""What Python says of an argument that a method does not take."""


def name_meant(thing: object, name: str) -> Iterator[str]:
    """What a public object has in place of a name that it does not have.

    Args:
        thing: The object; others than ours are left alone.
        name: What was asked of it.

    Yields:
        A sentence, or two.
    """
    kind = _kind(thing)
    if kind is None or name.startswith("_"):
        return
    known = _public(thing)
    meant = _meant(name, known, MEANT)
    if meant is None and kind in {name for _, name in MOCKS}:
        meant = next((call for call in NAMES if call.endswith(f".{name}")), None)
    hint = f"; did you mean {meant}?" if meant else "."
    listed = "" if meant and len(known) > LISTED_MAX else f" It has {', '.join(known)}."
    yield f"{kind} has no {name!r}{hint}{listed}"


def argument_meant(words: str) -> Iterator[str]:
    """What a public method takes in place of an argument that it does not take.

    Args:
        words: What Python says.

    Yields:
        A sentence, or two.
    """
    found = STRANGE.search(words)
    function = None if found is None else _function(found["owner"], found["call"])
    if found is None or function is None:
        return
    takes = [name for name in inspect.signature(function).parameters if name != "self"]
    meant = _meant(found["name"], takes, ARGUMENTS_MEANT)
    hint = f"; did you mean {meant}=?" if meant else "."
    listed = f"It takes {', '.join(f'{name}=' for name in takes)}." if takes else "It takes none."
    yield f"{found['call']}() has no argument {found['name']}={hint} {listed}"


def _meant(name: str, known: list[str], words: dict[str, str]) -> str | None:
    word = words.get(name)
    return word if word is not None and word in known else nearest(name, known)


def _kind(thing: object) -> str | None:
    """The name of a public object's class; ``None`` for anything else."""
    kind = type(thing)
    if kind.__module__ == REMOTE:
        return HANDLES[vars(thing)["_name"]][1]
    place = kind.__module__, kind.__name__
    records = ((module, name) for name, module in CLASSES.items())
    return kind.__name__ if place in {*HANDLES.values(), *records, *MOCKS} else None


def _public(thing: object) -> list[str]:
    """What an object has, as somebody writes it behind its dot, sorted."""
    kind = type(thing)
    names = dir(thing) if kind.__module__ == REMOTE else {*dir(kind), *dir(thing)}
    for handle, place in HANDLES.items():
        if place == (kind.__module__, kind.__name__) and place[0] in INNER:
            names = [name.removeprefix(f"{handle}.") for name in NAMES if name.startswith(handle)]
    return sorted(name for name in names if not name.startswith("_") and "." not in name)


def _function(owner: str, call: str) -> Callable[..., object] | None:
    """The method that Python means by its class and name, or we by the handle's."""
    if owner in HANDLES:
        owner = HANDLES[owner][1]
    for module, name in (*HANDLES.values(), *MOCKS):
        found = getattr(getattr(import_module(module), name), call, None)
        if inspect.isfunction(found) and found.__qualname__ == f"{owner}.{call}":
            return found
    return None
