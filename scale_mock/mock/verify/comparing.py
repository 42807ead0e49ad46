"""Two replies to the same request, laid side by side."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Literal, NamedTuple

from scale_mock.mock.verify.shapes import Shape, shape_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scale_mock.mock.verify.descriptions import Description

Kind = Literal[
    "status", "content_type", "renamed", "missing", "additional", "type", "order", "page"
]
NOTHING = "nothing"
ALIKE = 0.6
"""From which likeness on two names are taken for one that was changed."""


class Difference(NamedTuple):
    """One difference.

    Attributes:
        at: The JSON path; ``$`` is the whole reply. Elements of an array stand for each other.
        kind: What kind of difference.
        here: What this package answers, in words.
        there: What the server answers, in words.
    """

    at: str
    kind: Kind
    here: str
    there: str

    @property
    def text(self) -> str:
        """The difference in one sentence."""
        some = self.there.removeprefix(NOTHING)
        sentences = {
            "status": "status {there}, here {here}",
            "content_type": "content type {there}, here {here}",
            "renamed": "is missing; renamed to {there}?",
            "missing": f"is missing{some}; here it is {{here}}",
            "additional": "is additional: {there}",
            "type": "is {there}, here {here}",
            "order": "is in another order: {there}, here {here}",
            "page": "{there}, here {here}",
        }
        return sentences[self.kind].format(here=self.here, there=self.there)


def compare_bodies(
    here: object, there: object, about: Description, *, same_calls: bool = True
) -> list[Difference]:
    """The differences between the shapes of two JSON values.

    Args:
        here: What this package answers.
        there: What the server answers.
        about: What the documents leave open.
        same_calls: Both tell of the same things. Otherwise keys that the documents do not demand
            may be there or not, and lists may be empty.
    """
    return list(_compare(shape_of(here), shape_of(there), about, "$", same_calls))


def _compare(
    here: Shape, there: Shape, about: Description, at: str, same_calls: bool
) -> Iterator[Difference]:
    if not _same_types(here, there, about, same_calls):
        yield Difference(at, "type", str(here), str(there))
        return
    if "object" in here.types & there.types and not about.has_free_keys:
        yield from _compare_keys(here, there, about, at, same_calls)
    if here.items is not None and there.items is not None:
        yield from _compare_items(here.items, there.items, about.items(), f"{at}[]", same_calls)
    elif same_calls and (here.items is None) != (there.items is None) and "array" in there.types:
        told = ("empty", "has elements") if here.items is None else ("has elements", "empty")
        yield Difference(at, "page", *told)


def _compare_items(
    here: Shape, there: Shape, about: Description, at: str, same_calls: bool
) -> Iterator[Difference]:
    """Elements stand for each other; those of one type once more, which have more in common."""
    known = set()
    for one in _compare(here, there, about, at, same_calls):
        known.add(one.at)
        yield one
    if not same_calls:
        return
    for kind in [kind for kind in here.kinds if kind in there.kinds]:
        for one in _compare(here.kinds[kind], there.kinds[kind], about, at, same_calls):
            if one.at not in known:
                known.add(one.at)
                yield one


def _same_types(here: Shape, there: Shape, about: Description, same_calls: bool) -> bool:
    """Whether the types agree; null may stand for a value where we answer it, or may."""
    if there.types <= here.types:
        return True
    if not same_calls and not here.solid:
        return True  # what it is when it is something, nobody knows
    spare = there.types - here.types
    if not here.solid:
        return about.may_be_null
    return spare == {"null"} and about.may_be_null


def _compare_keys(
    here: Shape, there: Shape, about: Description, at: str, same_calls: bool
) -> Iterator[Difference]:
    missing = [key for key in here.required if there.lacking(key)]
    additional = [key for key in there.keys if key not in here.keys]
    for lost in list(missing):
        found = _renamed(lost, here.keys[lost], {key: there.keys[key] for key in additional})
        if found is not None:
            missing.remove(lost)
            additional.remove(found)
            yield Difference(f"{at}.{lost}", "renamed", lost, found)
    for key in missing:
        if same_calls or not about.may_lack(key):
            lacking = there.lacking(key)
            some = f" in {lacking} of {there.objects}" if lacking < there.objects else ""
            yield Difference(f"{at}.{key}", "missing", str(here.keys[key]), f"{NOTHING}{some}")
    for key in additional:
        if same_calls or not about.at_key(key).is_known:
            yield Difference(f"{at}.{key}", "additional", NOTHING, str(there.keys[key]))
    for key, shape in here.keys.items():
        if key in there.keys:
            yield from _compare(
                shape, there.keys[key], about.at_key(key), f"{at}.{key}", same_calls
            )


def _renamed(lost: str, shape: Shape, others: dict[str, Shape]) -> str | None:
    """The additional key that a missing one may have become: alike in type, and in name."""
    fitting = [key for key, other in others.items() if other.solid == shape.solid]

    def likeness(key: str) -> float:
        return SequenceMatcher(None, _plain(lost), _plain(key)).ratio()

    best = max(fitting, key=likeness, default=None)
    return best if best is not None and likeness(best) >= ALIKE else None


def _plain(key: str) -> str:
    """A key without what differs between spellings."""
    return key.replace("_", "").lower()
