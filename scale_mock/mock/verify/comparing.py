"""Two replies to the same request, laid side by side."""

from __future__ import annotations

import json
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from scale_mock.mock.verify.aligning import aligned, labels
from scale_mock.mock.verify.shapes import Shape, shape_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scale_mock.mock.verify.descriptions import Description

Kind = Literal[
    "status",
    "content_type",
    "renamed",
    "missing",
    "additional",
    "type",
    "order",
    "page",
    "value",
    "header",
]
Tells = Literal["same", "own", "others"]
"""What two replies tell of: the same calls, one thing that was sent to both, or anything."""
NOTHING = "nothing"
ECHOED = ("metadata", "params", "expected_response", "template_variables", "tags", "unique_id")
"""Where what somebody sent comes back as it was sent."""
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
            "value": "is {there}, here {here}",
            "header": "is {there}, here {here}",
        }
        return sentences[self.kind].format(here=self.here, there=self.there)


def compare_bodies(
    here: object,
    there: object,
    about: Description,
    *,
    same_calls: bool = True,
    own: bool = False,
) -> list[Difference]:
    """The differences between the shapes of two JSON values.

    Args:
        here: What this package answers.
        there: What the server answers.
        about: What the documents leave open.
        same_calls: Both tell of the same things. Otherwise keys that the documents do not demand
            may be there or not, null may stand for a value, and lists may be empty.
        own: They tell of one thing that was sent to both: what was sent comes back.
    """
    found: dict[str, Difference] = {}
    tells: Tells = "same" if same_calls else "own" if own else "others"
    for one in _compare(shape_of(here), shape_of(there), about, "$", tells):
        found.setdefault(one.at, one)
    if same_calls:
        # What stands for each other in a shape has hidden what differs in one element only.
        for one in _pairs(here, there, about, "$"):
            found.setdefault(one.at, one)
    elif own:
        for one in _returned(here, there, "$"):
            found.setdefault(one.at, one)
    return list(found.values())


def compare_headers(
    here: Mapping[str, str], there: Mapping[str, str], *, same: bool
) -> Iterator[Difference]:
    """The headers that one side has and the other has not.

    Args:
        here: Ours, by lower-case name.
        there: The server's.
        same: It is a mock. Between a real one and its clients others add headers.
    """
    for name in sorted({*here, *(there if same else ())}):
        if (name in here) != (name in there):
            told = [repr(side[name]) if name in side else "missing" for side in (here, there)]
            yield Difference(f"header {name.title()}", "header", *told)


def _compare(
    here: Shape, there: Shape, about: Description, at: str, tells: Tells
) -> Iterator[Difference]:
    if not _same_types(here, there, about, tells):
        yield Difference(at, "type", str(here), str(there))
        return
    if tells == "others" and len(about.choices) > 1:
        return  # each may be another of them
    # Keys may be data: with the same calls the same data.
    if "object" in here.types & there.types and (tells == "same" or not about.has_free_keys):
        yield from _compare_keys(here, there, about, at, tells)
    if here.items is not None and there.items is not None:
        yield from _compare_items(here.items, there.items, about.items(), f"{at}[]", tells)
    elif (
        tells == "same" and (here.items is None) != (there.items is None) and "array" in there.types
    ):
        told = ("empty", "has elements") if here.items is None else ("has elements", "empty")
        yield Difference(at, "page", *told)


def _pairs(
    here: Any, there: Any, about: Description, at: str, *, sent: bool = False
) -> Iterator[Difference]:
    """What differs between elements of lists that are each other's like, and between echoes."""
    if isinstance(here, dict) and isinstance(there, dict):
        for key in here:
            if key in there:
                below = about.at_key(key), f"{at}.{key}"
                yield from _pairs(here[key], there[key], *below, sent=sent or key in ECHOED)
    elif isinstance(here, list) and isinstance(there, list):
        yield from _pairs_of_lists(here, there, about, at, sent=sent)
    elif sent and type(here) is type(there) and here != there:
        yield Difference(at, "value", json.dumps(here), json.dumps(there))


def _pairs_of_lists(
    here: list[Any], there: list[Any], about: Description, at: str, *, sent: bool
) -> Iterator[Difference]:
    places = aligned(here, there)
    if places is None:
        if sent:
            yield Difference(at, "value", json.dumps(here), json.dumps(there))
        return
    if places != sorted(places):
        names = labels(here)
        order = [names[places.index(place)] for place in range(len(there))]
        yield Difference(at, "order", ", ".join(names), ", ".join(order))
    for one, place in zip(here, places, strict=True):
        other, below = there[place], (about.items(), f"{at}[]")
        if repr(one) == repr(other):
            continue  # most of them, and it is cheap to see; == takes true for 1
        yield from _compare(shape_of(one), shape_of(other), *below, "same")
        yield from _pairs(one, other, *below, sent=sent)


def _returned(here: Any, there: Any, at: str) -> Iterator[Difference]:
    """What was sent and did not come back: a key of params, anything of metadata."""
    if not isinstance(here, dict) or not isinstance(there, dict):
        return
    ours, theirs = here.get("params"), there.get("params")
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in ours:
            if key not in theirs:
                yield Difference(f"{at}.params.{key}", "missing", str(shape_of(ours[key])), NOTHING)
    ours, theirs = here.get("metadata"), there.get("metadata")
    if isinstance(ours, dict) and isinstance(theirs, dict) and ours != theirs:
        yield Difference(f"{at}.metadata", "value", json.dumps(ours), json.dumps(theirs))


def _compare_items(
    here: Shape, there: Shape, about: Description, at: str, tells: Tells
) -> Iterator[Difference]:
    """Elements stand for each other; those of one type once more, which have more in common."""
    known = set()
    for one in _compare(here, there, about, at, tells):
        known.add(one.at)
        yield one
    if tells != "same":
        return
    for kind in [kind for kind in here.kinds if kind in there.kinds]:
        for one in _compare(here.kinds[kind], there.kinds[kind], about, at, tells):
            if one.at not in known:
                known.add(one.at)
                yield one


def _same_types(here: Shape, there: Shape, about: Description, tells: Tells) -> bool:
    """Whether the types agree; between other things null may stand for a value, if it may."""
    if there.types <= here.types:
        return True
    if tells == "same":
        return False
    if not here.solid:
        return True  # what it is when it is something, nobody knows
    return there.types - here.types == {"null"} and about.may_be_null


def _compare_keys(
    here: Shape, there: Shape, about: Description, at: str, tells: Tells
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
        if tells == "same" or not about.may_lack(key):
            lacking = there.lacking(key)
            some = f" in {lacking} of {there.objects}" if lacking < there.objects else ""
            yield Difference(f"{at}.{key}", "missing", str(here.keys[key]), f"{NOTHING}{some}")
    for key in additional:
        if tells == "same" or not about.at_key(key).is_known:
            yield Difference(f"{at}.{key}", "additional", NOTHING, str(there.keys[key]))
    for key, shape in here.keys.items():
        if key in there.keys:
            yield from _compare(shape, there.keys[key], about.at_key(key), f"{at}.{key}", tells)


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
