"""Numbers in texts: ``{n}`` stands for the number of a task among those that are made alike.

``{n:03}`` fills up with zeros, ``{n+12}`` counts on from another number, and ``{n|car|bicycle}``
takes one of several texts after the other.
"""

from __future__ import annotations

import re
from typing import Any

_NUMBER = re.compile(r"\{n(?:\+([0-9]{1,9}))?(?::(0?[0-9]{1,2}))?((?:\|[^|{}]*)*)\}")


def fill_in(value: object, number: int) -> Any:
    """A copy of plain data in whose texts the number stands; keys stay as they are.

    Args:
        value: Plain data.
        number: The number, from 1.
    """
    if isinstance(value, str):
        return _NUMBER.sub(lambda found: _said(found, number), value) if "{n" in value else value
    if isinstance(value, list):
        return [fill_in(item, number) for item in value]
    if isinstance(value, dict):
        return {key: fill_in(item, number) for key, item in value.items()}
    return value


def has_number(text: str) -> bool:
    """Whether a text differs from number to number."""
    return _NUMBER.search(text) is not None


def _said(found: re.Match[str], number: int) -> str:
    count = number + int(found[1] or 0)
    if found[3]:
        texts = found[3][1:].split("|")
        return texts[(count - 1) % len(texts)]
    return format(count, f"{found[2] or ''}d")
