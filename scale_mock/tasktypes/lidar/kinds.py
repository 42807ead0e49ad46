"""How large things on a street are and how they move, guessed from the words of their label."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Place = Literal["road", "bike", "walk", "side"]


class Kind(NamedTuple):
    """What things with a label are like.

    Attributes:
        width, length, height: In metres.
        place: Where they move; on the side nothing does.
        resting: How many of a hundred rest.
    """

    width: float
    length: float
    height: float
    place: Place
    resting: int


_CAR = Kind(1.9, 4.5, 1.6, "road", 40)
_KINDS: tuple[tuple[str, Kind], ...] = (
    ("pedestrian person people human", Kind(0.6, 0.6, 1.75, "walk", 30)),
    ("man woman adult worker", Kind(0.6, 0.6, 1.75, "walk", 30)),
    ("child", Kind(0.45, 0.45, 1.2, "walk", 30)),
    ("animal dog cat bird horse deer", Kind(0.4, 0.9, 0.7, "walk", 40)),
    ("bicycle bike cyclist rider scooter skateboard", Kind(0.7, 1.8, 1.65, "bike", 30)),
    ("motorbike motorcycle motorcyclist moped", Kind(0.8, 2.1, 1.5, "bike", 40)),
    ("truck lorry trailer", Kind(2.5, 8.5, 3.3, "road", 40)),
    ("bus tram train", Kind(2.6, 11.0, 3.2, "road", 20)),
    ("van", Kind(2.1, 5.4, 2.3, "road", 50)),
    ("cone bollard debris hydrant bin", Kind(0.4, 0.4, 0.8, "side", 100)),
    ("sign pole light post lamp signal", Kind(0.5, 0.5, 2.8, "side", 100)),
    ("barrier fence wall rail guardrail", Kind(0.5, 2.6, 1.0, "side", 100)),
    ("tree bush vegetation plant", Kind(2.2, 2.2, 4.5, "side", 100)),
    ("building house kiosk", Kind(5.0, 8.0, 4.5, "side", 100)),
)  # fmt: skip
_BY_WORD = {word: kind for words, kind in _KINDS for word in words.split()}
STREET_WORDS = frozenset(_BY_WORD)
"""Words that name things on a street."""
_WORD = re.compile(r"[a-z]+")


def kind_of(label: str) -> Kind:
    """What things with that label are like; cars, unless a word of it says otherwise."""
    for word in reversed(_WORD.findall(label.lower())):
        known = _BY_WORD.get(word) or _BY_WORD.get(word.removesuffix("s"))
        if known is not None:
            return known
    return _CAR
