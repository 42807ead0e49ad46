"""What can be asked of a world elsewhere: calls of the Python API, by name.

One table for both sides, so that names, arguments and their order are those of Python.
"""

from __future__ import annotations

import inspect
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from scale_mock.domain.refusals import NO_SUCH_CALL
from scale_mock.errors import ConfigurationError
from scale_mock.selectors.where import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

HANDLES: dict[str, tuple[str, str]] = {
    "": ("scale_mock.mock.remote.desk", "Desk"),
    "batches": ("scale_mock.mock.handles", "BatchHandle"),
    "callbacks": ("scale_mock.mock.callbacks", "Callbacks"),
    "callbacks.receiver": ("scale_mock.callbacks.receiver", "Receiver"),
    "clock": ("scale_mock.mock.clock", "Clock"),
    "datasets": ("scale_mock.mock.datasets", "DatasetHandle"),
    "faults": ("scale_mock.mock.faults", "Faults"),
    "journal": ("scale_mock.domain.journal", "Journal"),
    "projects": ("scale_mock.mock.handles", "ProjectHandle"),
    "rules": ("scale_mock.mock.rules", "Rules"),
    "studio": ("scale_mock.mock.studio", "StudioHandle"),
    "tasks": ("scale_mock.mock.handles", "TaskHandle"),
}
"""Handles of a mock, and their classes."""
NAMES: tuple[str, ...] = (
    *(f"batches.{name}" for name in ("archive", "finalize", "get", "status")),
    *(f"callbacks.{name}" for name in ("assert_not_received", "assert_order", "assert_received")),
    *(f"callbacks.{name}" for name in ("attempts", "inbox", "owed", "received", "resend")),
    *(f"callbacks.receiver.{name}" for name in ("answer", "clear", "down", "requests")),
    "check",
    *(f"clock.{name}" for name in ("advance", "advance_to", "mode", "now", "rate")),
    *(f"clock.{name}" for name in ("run_next", "run_until_idle")),
    "datasets.deliver",
    "deliver",
    "explain",
    "explain_batch",
    *(f"faults.{name}" for name in ("add", "clear", "list", "remove", "unused")),
    "findings",
    *(f"journal.{name}" for name in ("digest", "entries")),
    *(f"projects.{name}" for name in ("archive", "calibration", "get", "set_up", "taskers")),
    "requests",
    "reset",
    *(f"rules.{name}" for name in ("add", "clear", "list", "remove", "shadowed", "unused")),
    "state",
    *(f"studio.{name}" for name in ("accept", "activity", "configure", "configure_labeler")),
    "studio.workforce",
    *(f"tasks.{name}" for name in ("audit", "complete", "delete", "fail", "get", "redo")),
    *(f"tasks.{name}" for name in ("report", "start")),
    "unread_fields",
)
"""Every call."""


def require(name: str) -> None:
    """Lets known calls pass.

    Raises:
        Refusal: There is no such call; the text names the nearest.
    """
    if name not in NAMES:
        raise NO_SUCH_CALL(name=name, meant=did_you_mean(name, NAMES), known=", ".join(NAMES))


@cache
def signature(name: str) -> inspect.Signature | None:
    """The arguments of a call, without ``self``; ``None`` for what is read, not called."""
    handle, _, method = name.rpartition(".")
    module, kind = HANDLES[handle]
    found = getattr(getattr(import_module(module), kind), method, None)
    if not inspect.isfunction(found):
        return None
    given = inspect.signature(found)
    return given.replace(parameters=list(given.parameters.values())[1:])


def bound(name: str, /, *args: object, **more: object) -> dict[str, Any]:
    """The arguments of a call by name, as a call in Python has them.

    Raises:
        TypeError: The call does not take them.
    """
    known = signature(name)
    if known is None:
        return {}
    try:
        given = known.bind(*args, **more).arguments
    except TypeError as error:
        raise TypeError(f"{name}(): {error}") from None
    return _flat(known, given)


def unbound(name: str, given: Mapping[str, object]) -> tuple[list[object], dict[str, object]]:
    """The same back: positional arguments, and those by name.

    Raises:
        ConfigurationError: The call does not take one of them, or needs another.
    """
    known = signature(name)
    if known is None:
        if given:
            raise ConfigurationError(f"{name} takes no arguments.")
        return [], {}
    spare = dict(given)
    parameters = known.parameters.values()
    positional = [spare.pop(one.name) for one in parameters if _is_positional(one, spare)]
    try:
        known.bind(*positional, **spare)
    except TypeError as error:
        takes = ", ".join(one.name for one in parameters) or "none"
        raise ConfigurationError(f"{name}: {error}. Arguments: {takes}.") from None
    return positional, spare


def _is_positional(one: inspect.Parameter, given: Mapping[str, object]) -> bool:
    return one.kind is inspect.Parameter.POSITIONAL_ONLY and one.name in given


def _flat(known: inspect.Signature, given: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in given.items():
        if known.parameters[name].kind is inspect.Parameter.VAR_KEYWORD:
            found.update(value)
        else:
            found[name] = value
    return found
