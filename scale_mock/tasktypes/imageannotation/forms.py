"""How broad things are for their height, as far as their labels tell."""

from __future__ import annotations

import re
from functools import lru_cache

Form = tuple[float, float]
"""Width divided by height: the least and the most."""

_USUAL = (0.65, 1.6)
_TALL = (0.35, 0.55)
_ROUND = (0.85, 1.15)
_LONG = (1.25, 2.2)
_FORMS: dict[str, Form] = {
    **dict.fromkeys(
        (
            "adult", "bottle", "boy", "child", "children", "cone", "door", "girl", "human", "lamp",
            "light", "lights", "signal",
            "man", "men", "pedestrian", "people", "person", "player", "pole", "rider", "tower",
            "tree", "woman", "women", "worker",
        ),
        _TALL,
    ),
    **dict.fromkeys(
        (
            "apple", "ball", "clock", "coin", "eye", "face", "head", "headlight", "logo", "orange",
            "wheel",
        ),
        _ROUND,
    ),
    **dict.fromkeys(
        (
            "airplane", "animal", "bicycle", "bike", "boat", "bus", "buses", "calf", "calves",
            "car", "cow", "crosswalk", "dog", "horse", "lorry", "motorbike", "motorcycle", "plane",
            "plate", "sheep", "ship", "sofa", "trailer", "train", "tram", "truck", "van", "vehicle",
        ),
        _LONG,
    ),
}  # fmt: skip
OBJECT_WORDS = frozenset(_FORMS)
"""Words that name things one could draw a box about."""


@lru_cache(maxsize=1024)
def form_of(label: str | None) -> Form:
    """How broad what is labeled so is for its height; the last word that is known decides.

    Args:
        label: The label; ``None`` if there is none.
    """
    for word in reversed(re.findall("[a-z]+", (label or "").lower())):
        form = _FORMS.get(word) or _FORMS.get(word.removesuffix("s"))
        if form is not None:
            return form
    return _USUAL
