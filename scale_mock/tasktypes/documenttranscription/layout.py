"""Where the lines of a document stand: what it is about on top, then its items, then the totals.

Lines are spread over each page from top to bottom; the rows of a group stay together, and the
white is between the parts.
"""

from __future__ import annotations

import math
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scale_mock.tasktypes.documenttranscription.features import Wanted

HEADER, ITEMS, TOTALS = 0, 1, 2

_LINES_USUAL = 26
"""A page has at least room for that many lines, so that letters are not huge."""
_LINES_LEAST = 12
"""A document goes on to another page only beyond that many."""
_FIRST, _USED = 0.08, 0.84
"""Where on a page the lines begin, and how much of it they take."""
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_SUMS = ("subtotal", "net", "tax", "vat", "discount", "shipping", "fee", "tip")
_ENDS = ("total", "balance", "due", "change", "signature", "signed")


class Line(NamedTuple):
    """What stands on one line.

    Attributes:
        wanted: From left to right.
        part: ``HEADER``, ``ITEMS`` or ``TOTALS``.
        group: Which group it is a row of; lines of no group have numbers of their own.
    """

    wanted: list[Wanted]
    part: int
    group: int


class Slot(NamedTuple):
    """Where a line lies, in pixels of its page."""

    page: int
    left: float
    top: float
    width: float
    height: float


def ordered(
    features: Sequence[tuple[list[Wanted], bool]], have: set[str], rows: Callable[[], int]
) -> list[Line]:
    """The lines in the order in which a document has them.

    Args:
        features: What stands on one line each, and whether it is a group's row.
        have: Labels that are not searched for.
        rows: How many rows the next group has.
    """
    lines: list[tuple[int, Line]] = []
    for group, (wanted, repeats) in enumerate(features):
        left = [one for one in wanted if one.label not in have]
        if left:
            part, rank = (ITEMS, 0) if repeats else _part_of(left[0].label)
            lines += [(rank, Line(left, part, group))] * (rows() if repeats else 1)
    # Equal ranks stay in the order of the request.
    return [line for _, line in sorted(lines, key=lambda one: (one[1].part, one[0]))]


def _part_of(label: str) -> tuple[int, int]:
    """The part of a document that a field belongs to, and its rank there."""
    words = [word.lower() for word in _WORDS.findall(label)]
    if words[-1:] in (["key"], ["value"]):
        words.pop()
    if "sub" in words or any(word in _SUMS for word in words):
        return TOTALS, 0
    if any(word in _ENDS for word in words) and "date" not in words:
        return TOTALS, 1
    return HEADER, 0


def spread(lines: Sequence[Line], pages: Sequence[dict[str, Any]]) -> list[Slot]:
    """A place for every line: evenly many on each page that is used."""
    each = max(math.ceil(len(lines) / len(pages)), _LINES_LEAST)
    slots = []
    for number, start in enumerate(range(0, len(lines), each)):
        slots += _on_page(number, pages[number], lines[start : start + each])
    return slots


def _on_page(number: int, page: dict[str, Any], lines: Sequence[Line]) -> list[Slot]:
    width, height = page["width"], page["height"]
    tall = height * _USED / max(len(lines), _LINES_USUAL)
    gaps = [_gap(one, two) for one, two in pairwise(lines)]
    white = (height * _USED - tall * len(lines)) / max(sum(gaps), 6.0)
    top = height * _FIRST
    slots = []
    for line, gap in zip(lines, [*gaps, 0.0], strict=True):
        # Sums stand on the right, below the amounts that they add up.
        left = width * (0.5 if line.part == TOTALS else 0.08)
        slots.append(Slot(number, left, top, width * 0.92 - left, tall))
        top += tall + white * gap
    return slots


def _gap(one: Line, two: Line) -> float:
    """How much white is between two lines, relative to that between two fields."""
    if one.part != two.part or (one.part == ITEMS and one.group != two.group):
        return 3.0
    return 1.0 if one.part == HEADER else 0.25
