"""What a snapshot holds where: wrong types and missing keys are told by their JSON path.

The checksum keeps accidents out. What was forged, or written by a development version, is held
against the types that records declare, and against what a world that was just built writes down.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args, get_origin

from scale_mock.domain.model import Task
from scale_mock.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Json = Any
Path = tuple["str | int", ...]

FIXED: tuple[Path, ...] = (
    (),
    ("scheduler",),
    ("journal",),
    ("core",),
    ("sides",),
    ("sides", "test"),
    ("sides", "live"),
    ("sides", "test", "rest"),
    ("sides", "live", "rest"),
)
"""The objects whose keys are always the same."""
ROWS: dict[Path, tuple[tuple[type, ...] | None, ...]] = {
    ("scheduler", "events"): ((str,), (int,), (int,), (str,), (str,), None, (bool,)),
    ("journal", "entries"): ((int,), (str,), (str,), (str,), None, (str,)),
}
"""Lists of rows, and what each row holds; ``None`` for anything."""
NAMES = {
    dict: "an object",
    list: "a list",
    str: "text",
    bool: "true or false",
    int: "an integer",
    float: "a number",
    bytes: "bytes",
    type(None): "null",
}
PLAIN: dict[str, tuple[type, ...]] = {
    **{kind.__name__: (kind,) for kind in (str, int, bool, bytes, list, dict, tuple, set)},
    "float": (float, int),
    "frozenset": (frozenset,),
    "None": (type(None),),
    "datetime": (datetime,),
    "timedelta": (timedelta,),
}
"""What the names in annotations stand for."""


TASK = {
    **dict.fromkeys(("task_id", "type", "urgency"), "str"),
    **dict.fromkeys(("seq", "touched"), "int"),
    **dict.fromkeys(("created_at", "updated_at"), "datetime"),
    **dict.fromkeys(("params", "metadata"), "bytes"),
    **dict.fromkeys(("instruction", "callback_url", "unique_id"), "str | None"),
    **dict.fromkeys(("priority", "project_param_version"), "int | None"),
    "completed_at": "datetime | None",
    "mode": "Mode",
    "status": "TaskStatus",
    "response": "bytes | None",
    "project": "Project | None",
    "batch": "Batch | None",
    "callback_succeeded": "bool | None",
    "tags": "tuple[str, ...] | None",
    "work_started": "bool",
    "decision": "Decision | None",
    "event": "Event | None",
    "history": "History | None",
}
"""What a task's attributes hold: it declares only those that it is made with."""
TABLES = {
    "team": "dict[str, Teammate]",
    "files": "dict[str, File]",
    "quality_tasks": "dict[str, QualityTask]",
    "crowds": "dict[str, Crowd]",
    "audits": "dict[str, FixlessAudit]",
    "idempotency_keys": "dict[str, Task]",
    "assignments": "dict[str, list[str]]",
    "groups": "dict[str, dict[str, Group]]",
    "deliveries": "dict[str, Delivery]",
    "delivered": "dict[str, str]",
    "datasets": "dict[str, Dataset]",
    "dataset_deliveries": "dict[str, DatasetDelivery]",
    "dataset_tasks": "dict[str, DatasetTask]",
    "_occurrences": "dict[bytes, int]",
}
"""The tables that a world's core and its two sides keep, by name."""


class Broken(Exception):
    """Something in a snapshot is not what it has to be; users get it as a ConfigurationError.

    Args:
        path: Where.
        problem: What is wrong there.
    """

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{pointed(path)}: {problem}")
        self.path = path
        self.problem = problem


class Kind(NamedTuple):
    """What a field of a record may hold.

    Attributes:
        types: The types of the value.
        choices: The values there are; empty for all.
        elements: The types of the elements, or of the values of a table; empty for any.
    """

    types: tuple[type, ...]
    choices: tuple[object, ...]
    elements: tuple[type, ...] = ()


def pointed(path: Path) -> str:
    """A path as people write it: ``$.sides.live.tasks[3].status``."""
    return "$" + "".join(
        f"[{key}]" if isinstance(key, int) else f".{key}" if key.isidentifier() else f"[{key!r}]"
        for key in path
    )


def check_like(given: Json, example: Json, path: Path = ()) -> None:
    """Holds a snapshot against that of an empty world.

    Raises:
        Broken: A key is missing, or something is of another type.
    """
    if example is not None and not _alike(given, example):
        raise Broken(path, f"expected {_said(type(example))}, found {found_in(given)}")
    if path not in FIXED or not isinstance(example, dict):
        _check_rows(given, path)
        return
    for key, inner in example.items():
        if key not in given:
            raise Broken(path, f"the key {key!r} is missing")
        check_like(given[key], inner, (*path, key))
    if path:
        for key in given:
            if key not in example:
                raise Broken(path, f"there is no key {key!r} here")


def _check_rows(given: Json, path: Path) -> None:
    wanted = ROWS.get(path)
    if wanted is None:
        return
    for number, row in enumerate(given):
        if not isinstance(row, list) or len(row) != len(wanted):
            raise Broken(
                (*path, number), f"expected a list of {len(wanted)}, found {found_in(row)}"
            )
        for place, (item, types) in enumerate(zip(row, wanted, strict=True)):
            if types is not None and type(item) not in types:
                raise Broken(
                    (*path, number, place), f"expected {_said(types[0])}, found {found_in(item)}"
                )


def check_kept(given: Any, example: Mapping[str, object]) -> None:
    """Holds what somebody wrote of itself, read back, against what it writes when it is new.

    Raises:
        Broken: A key is missing, or something is of another type.
    """
    if not isinstance(given, dict):
        raise Broken((), f"expected an object, found {found_in(given)}")
    for key, usual in example.items():
        if key not in given:
            raise Broken((), f"the key {key!r} is missing")
        if usual is not None and type(given[key]) is not type(usual):
            raise Broken((key,), f"expected {_said(type(usual))}, found {found_in(given[key])}")


def _alike(given: Json, example: Json) -> bool:
    numbers = (int, float)
    if type(given) in numbers and type(example) in numbers:
        return True
    return type(given) is type(example)


def found_in(value: object) -> str:
    """What is there, in words."""
    from scale_mock.selectors.where import show

    name = NAMES.get(type(value), type(value).__name__)
    return name if isinstance(value, dict | list) or value is None else show(value)


def _said(kind: type) -> str:
    return NAMES.get(kind, f"a {kind.__name__}")


class FieldTypes:
    """The types that records declare.

    Args:
        classes: The classes that annotations may name.
    """

    def __init__(self, classes: Mapping[str, type]) -> None:
        self._classes = classes
        self._kinds: dict[type, Mapping[str, Kind]] = {}

    def check(self, record: object, names: Iterable[str]) -> None:
        """Holds fields of a record against the types that it declares.

        Raises:
            Broken: One is of another type; its path is the field alone.
        """
        cls = type(record)
        kinds = self._kinds.get(cls)
        if kinds is None:
            kinds = self._kinds[cls] = self._read(cls)
        for name in names:
            kind = kinds.get(name)
            if kind is None:
                continue
            held = getattr(record, name)
            if type(held) not in kind.types:
                wanted = " or ".join(_said(one) for one in kind.types)
                raise Broken((name,), f"expected {wanted}, found {found_in(held)}")
            if kind.choices and held is not None and held not in kind.choices:
                known = ", ".join(map(str, kind.choices))
                raise Broken((name,), f"expected one of {known}, found {found_in(held)}")
            if kind.elements and held:
                _check_elements(name, held, kind.elements)

    def _read(self, cls: type) -> Mapping[str, Kind]:
        module = vars(sys.modules[cls.__module__])
        found = {}
        declared = TASK if cls is Task else {**TABLES, **cls.__annotations__}
        for name, written in declared.items():
            kind = _kind(str(written), self._classes, module)
            if kind is not None:
                found[name] = kind
        return found


def _check_elements(name: str, held: Any, types: tuple[type, ...]) -> None:
    for key, one in held.items() if isinstance(held, dict) else enumerate(held):
        if type(one) not in types:
            wanted = " or ".join(map(_said, types))
            place = key if isinstance(key, int) else str(key)
            raise Broken((name, place), f"expected {wanted}, found {found_in(one)}")


def _kind(written: str, known: Mapping[str, type], module: Mapping[str, Any]) -> Kind | None:
    """What an annotation allows; ``None`` where that is not to be told."""
    types: list[type] = []
    choices: list[object] = []
    elements: tuple[type, ...] = ()
    for part in _parts(written):
        name = part.partition("[")[0].strip()
        alias = module.get(name)
        if name in PLAIN:
            types.extend(PLAIN[name])
            inner = _element(name, part)
            kind = None if inner is None else _kind(inner, known, module)
            elements = elements if kind is None else kind.types
        elif name in known:
            types.append(known[name])
        elif get_origin(alias) is Literal:
            types.append(str)
            choices.extend(get_args(alias))
        else:
            return None
    return Kind(tuple(dict.fromkeys(types)), tuple(choices), elements)


def _element(container: str, written: str) -> str | None:
    """What an annotation says of the elements of a container that are all alike."""
    inside = written.partition("[")[2].rpartition("]")[0]
    if container == "list":
        return inside or None
    if container == "tuple" and inside.endswith(", ..."):
        return inside.removesuffix(", ...")
    if container == "dict":
        return inside.partition(",")[2].strip() or None
    return None


def _parts(written: str) -> list[str]:
    """The alternatives of an annotation; what stands in brackets belongs to one of them."""
    parts, depth = [""], 0
    for letter in written:
        depth += (letter == "[") - (letter == "]")
        if letter == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def at(path: Path, value: Json, thaw: Callable[[Json], Any]) -> Any:
    """What a value stands for.

    Args:
        path: Where it lies.
        value: It.
        thaw: Reads a value; tells of what is wrong by raising.

    Raises:
        Broken: It stands for nothing; with the path of the innermost part that does not.
    """
    try:
        return thaw(value)
    except Exception as error:
        raise _innermost(path, value, thaw, error) from error


def whole(path: Path, value: Json, read: Callable[[Json], Any]) -> Any:
    """The same for a value that is read as a whole, so that only its own place can be told.

    Raises:
        Broken: It stands for nothing.
    """
    try:
        return read(value)
    except Exception as error:
        raise _broken(path, error) from error


def _innermost(path: Path, value: Json, thaw: Callable[[Json], Any], error: Exception) -> Broken:
    inner: Iterable[tuple[str | int, Json]] = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for key, part in inner:
        try:
            thaw(part)
        except Exception as deeper:
            return _innermost((*path, key), part, thaw, deeper)
    return _broken(path, error)


def _broken(path: Path, error: Exception) -> Broken:
    if isinstance(error, Broken):
        return Broken((*path, *error.path), error.problem)
    if isinstance(error, KeyError):
        return Broken(path, f"the key {error} is missing")
    if isinstance(error, ConfigurationError):
        return Broken(path, str(error))
    return Broken(path, f"this is not what a snapshot has here ({type(error).__name__}: {error})")
