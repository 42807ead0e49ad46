"""Where two contents of JSON differ: the paths, and what is there on both sides, cut to fit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from scale_mock.config.width import width

if TYPE_CHECKING:
    from collections.abc import Iterator

VALUE_CHARS = 60
"""How much of a value is shown at most; what differs is in it."""
URL_CHARS = 200
"""How long a URL may be to be shown whole."""
BEFORE = 15
"""How much of what two texts have in common is shown in front of the difference."""
KEYS = 10
"""How many keys that only one side has are listed."""
SEEN = 10_000
"""How many values are looked at."""


class Difference(NamedTuple):
    """A place in which two contents differ.

    Attributes:
        path: Where; empty for the whole.
        words: What is there on both sides.
        fields: How many fields it stands for.
    """

    path: str
    words: str
    fields: int = 1

    def __str__(self) -> str:
        return f"  {self.path}: {self.words}" if self.path else f"  {self.words}"


def differences(left: object, right: object) -> Iterator[Difference]:
    """Where two contents differ: what both have, in the order of the left one, then the rest."""
    seen = 0
    only: list[Difference] = []
    waiting: list[tuple[str, object, object]] = [("", left, right)]
    while waiting and seen < SEEN:
        seen += 1
        path, one, other = waiting.pop()
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            both = [key for key in one if key in other]
            only += [*_only(path, one, other, "left"), *_only(path, other, one, "right")]
            waiting += [(_key(path, key), one[key], other[key]) for key in reversed(both)]
        elif isinstance(one, list | tuple) and isinstance(other, list | tuple):
            if len(one) != len(other):
                yield Difference(path, f"{_items(one)} != {_items(other)}")
            pairs = list(enumerate(zip(one, other, strict=False)))
            waiting += [(f"{path}[{n}]", *pair) for n, pair in reversed(pairs)]
        elif one != other:
            yield Difference(path, _words(one, other))
    yield from only


def _only(
    path: str, one: Mapping[Any, object], other: Mapping[Any, object], side: str
) -> Iterator[Difference]:
    """The keys that only one side has, in one line; few with their values."""
    keys = [key for key in one if key not in other]
    if not keys:
        return
    if len(keys) <= 2:
        listed = ", ".join(f"{key}={cut(_written(one[key]))}" for key in keys)
    else:
        listed = ", ".join(map(str, keys[:KEYS])) + (", ..." if len(keys) > KEYS else "")
    yield Difference(path, f"only {side}: {listed}", len(keys))


def _key(path: str, key: object) -> str:
    text = str(key)
    if not re.fullmatch(r"[\w-]+", text):
        return f"{path}[{text!r}]"
    return f"{path}.{text}" if path else text


def _items(values: list[object] | tuple[object, ...]) -> str:
    return "1 item" if len(values) == 1 else f"{len(values)} items"


def _words(one: object, other: object) -> str:
    if isinstance(one, str) and isinstance(other, str):
        return " != ".join(_around(one, other))
    left, right = cut(_written(one)), cut(_written(other))
    if type(one) is not type(other) and one is not None and other is not None:
        return f"{left} ({type(one).__name__}) != {right} ({type(other).__name__})"
    return f"{left} != {right}"


def _written(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{{...}} ({len(value)} keys)" if len(value) > 3 else repr(dict(value))
    return repr(value)


def _room() -> int:
    """How much of a value fits beside another one."""
    return min(VALUE_CHARS, max(30, (width() - 20) // 2))


def cut(text: str) -> str:
    """A value as it is shown: a long one is cut, a URL is not."""
    room = _room()
    if len(text) <= room or (_is_url(text.strip("'\"")) and len(text) <= URL_CHARS):
        return text
    return f"{text[: room - 3]}..."


def _is_url(text: str) -> bool:
    return text.startswith(("http://", "https://")) and " " not in text


def _around(one: str, other: str) -> tuple[str, str]:
    """Two texts, cut around the first place where they differ; URLs are whole, to be copied."""
    room, longest = _room(), max(len(one), len(other))
    if longest <= room or (_is_url(one) and _is_url(other) and longest <= URL_CHARS):
        return repr(one), repr(other)
    limit = min(len(one), len(other))
    place = next((n for n in range(limit) if one[n] != other[n]), limit)
    start = max(place - BEFORE, 0)

    def part(text: str) -> str:
        end = start + room
        shown = repr(text[start:end])
        return f"{'...' if start else ''}{shown}{'...' if end < len(text) else ''}"

    return part(one), part(other)
