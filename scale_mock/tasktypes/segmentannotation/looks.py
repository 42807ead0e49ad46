"""What a label of a segmentation looks like: a part of the scene, or an object before it.

The last word that is known decides: a "traffic light" is an object, a "car lane" is ground.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from scale_mock.tasktypes.imageannotation.forms import OBJECT_WORDS, form_of
from scale_mock.tasktypes.lidar.kinds import STREET_WORDS, kind_of

_PLACES = {
    "sky": -3, "cloud": -3, "ceiling": -3, "background": -2, "mountain": -2, "hill": -2,
    "building": -1, "house": -1, "wall": -1, "facade": -1, "tree": 0, "vegetation": 0,
    "water": 1, "grass": 1, "terrain": 1, "sidewalk": 1, "pavement": 1,
    "road": 2, "street": 2, "ground": 2, "floor": 2, "lane": 2,
}  # fmt: skip
"""Words in labels that say how high in a picture the thing is found."""
_STUFF = {
    *_PLACES, "area", "asphalt", "beach", "bush", "crop", "earth", "fence",
    "field", "foliage", "forest", "guardrail", "land", "lake", "lawn", "meadow",
    "ocean", "path", "plant", "rail", "region", "river", "roof", "sand", "scene", "sea",
    "snow", "soil", "surface", "track", "barrier",
}  # fmt: skip
_SHAPED: dict[str, tuple[float, float, float, float]] = {
    **dict.fromkeys(("pole", "post", "streetlight"), (4.0, 0.06, 0.1, 0.0)),
    **dict.fromkeys(("light", "signal", "lamp"), (0.8, 0.38, 0.5, 2.2)),
    "sign": (0.8, 0.8, 1.1, 1.9),
    "marking": (0.2, 4.0, 7.0, 0.0),
    "crosswalk": (0.6, 5.0, 8.0, 0.0),
    **dict.fromkeys(("hydrant", "bin", "bollard"), (0.9, 0.45, 0.65, 0.0)),
}
"""Height in metres, least and most width for that, and how far above the ground."""
_WORD = re.compile(r"[a-z]+")


class Look(NamedTuple):
    """How large an object is.

    Attributes:
        height: In metres.
        slim, broad: Width divided by height, the least and the most.
        above: How far above the ground it hangs, in metres.
    """

    height: float
    slim: float
    broad: float
    above: float


@lru_cache(maxsize=1024)
def is_object(label: str) -> bool:
    """Whether a label names things that can be counted; unknown words do not."""
    word = _last_known(label)
    return word is not None and word not in _STUFF


@lru_cache(maxsize=1024)
def is_stuff(label: str) -> bool:
    """Whether a label names what fills a part of a picture: sky, road, grass."""
    return _last_known(label) in _STUFF


@lru_cache(maxsize=1024)
def height_of(label: str) -> int:
    """How high in a picture something is found: below 0 in its upper half, above in its lower."""
    place = _PLACES.get(_last_known(label) or "")
    if place is not None:
        return place
    return next((place for word, place in _PLACES.items() if word in label.lower()), 0)


@lru_cache(maxsize=1024)
def look_of(label: str) -> Look:
    """How large what is labeled so is."""
    shaped = _SHAPED.get(_last_known(label) or "")
    return Look(*shaped) if shaped else Look(kind_of(label).height, *form_of(label), 0.0)


def _last_known(label: str) -> str | None:
    word: str
    for word in reversed(_WORD.findall(label.lower())):
        for one in (word, word.removesuffix("s")):
            if one in _STUFF or one in _SHAPED or one in OBJECT_WORDS or one in STREET_WORDS:
                return one
    return None
