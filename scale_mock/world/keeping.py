"""Shallow copies of objects, each of which knows how to put its object back.

Of a container they hold the items, of an object its attributes; never what these hold themselves.
"""

from __future__ import annotations

from collections import deque
from functools import cache
from operator import attrgetter, is_
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CONTAINERS = (dict, list, deque, set)
SPARED_NAMES = frozenset({"_sender"})
"""Attributes that are the machine's: connections are kept, whatever they were opened for."""
SMALL = 64
"""Up to how many items a container is looked through when a trace is searched."""


class Kept:
    """A shallow copy of one object, which knows how to put it back."""

    __slots__ = ()

    def looks_same(self) -> bool:
        """False if it is plain that the object has changed."""
        raise NotImplementedError

    def put_back(self) -> None:
        """Makes the object what it was."""
        raise NotImplementedError


class _Attributes(Kept):
    """The attributes of an object that keeps them in a dict."""

    __slots__ = ("_held", "_names", "_now", "_values")

    def __init__(self, thing: Any) -> None:
        self._now: dict[str, object] = vars(thing)
        self._held = {name: at for name, at in self._now.items() if name not in SPARED_NAMES}
        self._names, self._values = tuple(self._held), tuple(self._held.values())

    def looks_same(self) -> bool:
        return all(map(is_, map(self._now.get, self._names), self._values))

    def put_back(self) -> None:
        # Never empty in between: a thread of the server may be on its way in.
        self._now.update(self._held)
        if len(self._now) > len(self._held):
            for name in self._now.keys() - self._held.keys() - SPARED_NAMES:
                del self._now[name]


class _Slots(Kept):
    """The attributes of an object that has slots."""

    __slots__ = ("_held", "_read", "_thing")

    def __init__(self, thing: object) -> None:
        self._thing = thing
        self._read = _reader_of(_class_of(thing))
        self._held = self._read(thing)

    def looks_same(self) -> bool:
        return all(map(is_, self._read(self._thing), self._held))

    def put_back(self) -> None:
        if not self.looks_same():
            for name, held in zip(_slots_of(_class_of(self._thing)), self._held, strict=True):
                setattr(self._thing, name, held)


class _Mapping(Kept):
    """A dict, the order of its keys included."""

    __slots__ = ("_held", "_thing")

    def __init__(self, thing: dict[Any, object]) -> None:
        self._thing = thing
        self._held = dict(thing)

    def looks_same(self) -> bool:
        if len(self._thing) != len(self._held):
            return False
        return len(self._held) > SMALL or self._is_same()

    def _is_same(self) -> bool:
        now, held = self._thing, self._held
        return (
            len(now) == len(held)
            and all(map(is_, now.values(), held.values()))
            and list(now) == list(held)
        )

    def put_back(self) -> None:
        if not self._is_same():
            self._thing.clear()
            self._thing.update(self._held)


class _Row(Kept):
    """A list or a deque."""

    __slots__ = ("_held", "_thing")

    def __init__(self, thing: list[object] | deque[object]) -> None:
        self._thing = thing
        self._held = list(thing)

    def looks_same(self) -> bool:
        if len(self._thing) != len(self._held):
            return False
        if len(self._held) > SMALL:
            return self._thing[-1] is self._held[-1]
        return all(map(is_, self._thing, self._held))

    def put_back(self) -> None:
        if len(self._thing) != len(self._held) or not all(map(is_, self._thing, self._held)):
            self._thing.clear()
            self._thing.extend(self._held)


class _Set(Kept):
    """A set."""

    __slots__ = ("_held", "_thing")

    def __init__(self, thing: set[object]) -> None:
        self._thing = thing
        self._held = set(thing)

    def looks_same(self) -> bool:
        return self._thing == self._held

    def put_back(self) -> None:
        if self._thing != self._held:
            self._thing.clear()
            self._thing.update(self._held)


def copies_of(thing: object) -> Iterator[Kept]:
    """The copies of one object: a subclass of a class with slots may have both."""
    if isinstance(thing, dict):
        yield _Mapping(thing)
    elif isinstance(thing, list | deque):
        yield _Row(thing)
    elif isinstance(thing, set):
        yield _Set(thing)
    else:
        if _slots_of(_class_of(thing)):
            yield _Slots(thing)
        if hasattr(thing, "__dict__"):
            yield _Attributes(thing)


def attributes_of(thing: object) -> Iterator[object]:
    """What the attributes of an object hold."""
    for name in _slots_of(_class_of(thing)):
        yield getattr(thing, name, None)
    for name, held in getattr(thing, "__dict__", {}).items():
        if name not in SPARED_NAMES:
            yield held


def _class_of(thing: object) -> type:
    return type(thing)


@cache
def _slots_of(kind: type) -> tuple[str, ...]:
    names = [name for cls in kind.__mro__ for name in _own_slots(cls)]
    return tuple(name for name in names if name not in {"__dict__", "__weakref__"})


@cache
def _reader_of(kind: type) -> Callable[[Any], tuple[object, ...]]:
    """Reads all slots of an object at once."""
    names = _slots_of(kind)
    if len(names) > 1:
        return attrgetter(*names)
    return lambda thing: (getattr(thing, names[0]),)


def _own_slots(cls: type) -> tuple[str, ...]:
    slots = vars(cls).get("__slots__", ())
    return (slots,) if isinstance(slots, str) else tuple(slots)
