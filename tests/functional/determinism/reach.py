"""Owns the walk over everything that a world holds, to prove that a snapshot forgets nothing."""

from __future__ import annotations

import functools
import threading
import types
from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

OPAQUE = (
    types.FunctionType,
    types.MethodType,
    types.BuiltinFunctionType,
    types.ModuleType,
    functools.partial,
    type,
    type(threading.Lock()),
    type(threading.RLock()),
)
"""Code and locks: they hold nothing that happened."""
ITEMS = (list, tuple, deque)


def attributes(thing: object) -> dict[str, Any]:
    """What an object holds, in ``__dict__`` and in slots."""
    slots = [vars(cls).get("__slots__", ()) for cls in type(thing).__mro__]
    names = [name for some in slots for name in ([some] if isinstance(some, str) else some)]
    held = {name: getattr(thing, name) for name in names if hasattr(thing, name)}
    return held | dict(getattr(thing, "__dict__", {}))


def is_ours(thing: object) -> bool:
    """Whether it is an object of a class of the mock."""
    return type(thing).__module__.startswith("scale_mock.")


def differences(
    one: object, other: object, ignored: Mapping[str, object], path: str = "world"
) -> Iterator[str]:
    """Where two worlds differ, as paths; each thing is looked at once.

    Args:
        one: A world.
        other: Another one.
        ignored: ``Class.attribute`` of what is no state.
        path: Where they stand.
    """
    seen: set[tuple[int, int]] = set()
    kept = []  # so that no id is used twice
    waiting = [(one, other, path)]
    while waiting:
        mine, theirs, here = waiting.pop()
        if mine is theirs or (id(mine), id(theirs)) in seen:
            continue
        seen.add((id(mine), id(theirs)))
        kept.append((mine, theirs))
        if type(mine) is not type(theirs):
            yield f"{here}: {type(mine).__name__} is not {type(theirs).__name__}"
        elif isinstance(mine, OPAQUE):
            continue
        elif isinstance(mine, Mapping):
            yield from _keys(mine, theirs, here)
            waiting += [(mine[k], theirs[k], f"{here}[{k!r}]") for k in mine if k in theirs]
        elif isinstance(mine, ITEMS):
            if len(mine) != len(theirs):
                yield f"{here}: {len(mine)} is not {len(theirs)} items"
            pairs = zip(mine, theirs, strict=False)
            waiting += [(a, b, f"{here}[{number}]") for number, (a, b) in enumerate(pairs)]
        elif is_ours(mine):
            name = type(mine).__name__
            held, others = attributes(mine), attributes(theirs)
            yield from _keys(held, others, here)
            waiting += [
                (held[a], others[a], f"{here}.{a}")
                for a in held
                if a in others and f"{name}.{a}" not in ignored
            ]
        elif mine != theirs:
            yield f"{here}: {mine!r} is not {theirs!r}"


def _keys(mine: Mapping[Any, Any], theirs: Mapping[Any, Any], here: str) -> Iterator[str]:
    if list(mine) != list(theirs):
        yield f"{here}: the keys {list(mine)[:9]} are not {list(theirs)[:9]}"


def is_service(kinds: Mapping[str, set[type]]) -> bool:
    """Whether something holds nothing but other parts of the mock, and code."""
    return all(
        kind.__module__.startswith("scale_mock.") or issubclass(kind, OPAQUE)
        for some in kinds.values()
        for kind in some
    )


def holders(root: object) -> dict[str, dict[str, set[type]]]:
    """The classes of the mock of which there are objects below a root, and what they hold.

    Args:
        root: A world.

    Returns:
        Per class, by its module without the package and its name: the attributes, and of which
        kinds they were.
    """
    found: dict[str, dict[str, set[type]]] = {}
    seen: set[int] = set()
    kept = []
    waiting = [root]
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen or isinstance(thing, OPAQUE):
            continue
        seen.add(id(thing))
        kept.append(thing)
        if isinstance(thing, Mapping):
            waiting += [*thing.keys(), *thing.values()]
        elif isinstance(thing, (*ITEMS, set, frozenset)):
            waiting += thing
        elif is_ours(thing):
            held = attributes(thing)
            name = f"{type(thing).__module__}.{type(thing).__name__}"
            kinds = found.setdefault(name.removeprefix("scale_mock."), {})
            for attribute, value in held.items():
                kinds.setdefault(attribute, set()).add(type(value))
            waiting += held.values()
    return found
