"""Values of the Python API as JSON: what a call is given, and what it answers.

A record (a callback, an explanation, a rule) is an object whose ``is`` names its class; instants in
it are ISO 8601. Whoever is not Python reads it as it stands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from os import PathLike
from typing import Any

from scale_mock.errors import ConfigurationError

IS = "is"
CLASSES = {
    "Activity": "scale_mock.domain.floor",
    "Attempt": "scale_mock.callbacks.records",
    "Callback": "scale_mock.callbacks.records",
    "Entry": "scale_mock.domain.journal",
    "Explanation": "scale_mock.world.explain",
    "Fault": "scale_mock.faults.fault",
    "Mail": "scale_mock.callbacks.records",
    "Progress": "scale_mock.sim.scheduler",
    "ReceivedRequest": "scale_mock.callbacks.receiver",
    "RequestRecord": "scale_mock.world.requests",
    "Rule": "scale_mock.rules.rule",
    "UnreadField": "scale_mock.world.unread",
}
"""The records that travel, and where their classes live."""
PLAIN = (bool, int, float, str)


def argument(value: object, where: str) -> Any:
    """A value that a test passes, as JSON.

    Args:
        value: Plain data, an instant, a length of time, a rule or fault, bytes, or an object of the
            official SDK, of which its id or name is told.
        where: The call, for the refusal.

    Raises:
        ConfigurationError: It cannot leave this process.
    """
    if value is None or isinstance(value, PLAIN):
        return value
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    if isinstance(value, Mapping):
        return {str(key): argument(item, where) for key, item in value.items()}
    if isinstance(value, bytes):
        from base64 import b64encode

        return {"base64": b64encode(value).decode()}
    if type(value).__name__ in {"Rule", "Fault"}:
        return _steering(value, where)
    if type(value).__name__ == "Callback":
        return str(value.id)  # type: ignore[attr-defined]  # a callback's own class is not loaded
    identity = _identity(value)
    if identity is not None:
        return identity
    if isinstance(value, Iterable) and not isinstance(value, PathLike):
        return [argument(item, where) for item in value]
    raise ConfigurationError(
        f"{where}: {value!r} cannot be sent to another process. Plain data can, and instants, "
        "lengths of time, rules, faults, and tasks, batches and projects of the official SDK."
    )


def _steering(value: Any, where: str) -> dict[str, Any]:
    if callable(getattr(value, "response", None)):
        raise ConfigurationError(
            f"{where}: the response of rule {value.name!r} is a function, which cannot be sent to "
            "another process."
        )
    data: dict[str, Any] = value.as_dict()
    return {key: item for key, item in data.items() if item is not None}


def _identity(value: object) -> dict[str, str] | None:
    """What tells an object of the SDK, or a callback, from others of its kind."""
    for key, name in (("id", "task_id"), ("name", "name")):
        found = getattr(value, key, None)
        if isinstance(found, str):
            return {name: found}
    return None


def encode(value: object) -> Any:
    """What a call answers, as JSON."""
    if value is None or isinstance(value, PLAIN):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    name = type(value).__name__
    if name in {"Rule", "Fault"}:
        return {IS: name, **value.as_dict()}  # type: ignore[attr-defined]
    if is_dataclass(value) and not isinstance(value, type):
        told = {one.name: getattr(value, one.name) for one in fields(value)}
        if name == "Callback":
            told["event"] = None  # it belongs to the server's schedule
        return {IS: name, **{key: encode(item) for key, item in told.items()}}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {IS: name, **{key: encode(item) for key, item in value._asdict().items()}}
    if isinstance(value, Iterable):
        return [encode(item) for item in value]
    return repr(value)


def decode(value: Any) -> Any:
    """What a call answered, as Python knows it."""
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    name = value.get(IS)
    if name not in CLASSES:
        return {key: decode(item) for key, item in value.items()}
    kind = getattr(import_module(CLASSES[name]), name)
    told = {key: item for key, item in value.items() if key != IS}
    if name in {"Rule", "Fault"}:
        return kind.from_dict({key: item for key, item in told.items() if item is not None})
    return kind(**dict(_fields(kind, told)))


def _fields(kind: Any, told: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """A record's fields as their annotations say; those are texts, as they were written."""
    for name, annotation in _annotations(kind).items():
        if name not in told:
            continue
        value = told[name]
        if "datetime" in annotation and isinstance(value, str):
            yield name, datetime.fromisoformat(value)
        elif annotation == "bytes":
            yield name, value.encode("utf-8", "surrogateescape")
        elif annotation.startswith("Counter"):
            yield name, Counter(value)
        elif annotation.startswith("tuple") and isinstance(value, list):
            yield name, tuple(map(decode, value))
        else:
            yield name, decode(value)


def _annotations(kind: Any) -> dict[str, str]:
    if is_dataclass(kind):
        return {one.name: str(one.type) for one in fields(kind)}
    return {name: str(kind.__annotations__[name]) for name in kind._fields}
