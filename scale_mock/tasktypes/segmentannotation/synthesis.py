"""Segmentation's answer: which index and colour each label has, and the masks, made when asked for.

Everything derives from the order, so that the file that is asked for later shows what the response
said.
"""

from __future__ import annotations

from colorsys import hsv_to_rgb
from typing import TYPE_CHECKING, Any, NamedTuple

from scale_mock.tasktypes.attributes import answer, hold, in_order
from scale_mock.tasktypes.canvas import canvas_of
from scale_mock.tasktypes.entry import ResultFile
from scale_mock.tasktypes.png import MEDIA_TYPE, png
from scale_mock.tasktypes.segmentannotation.looks import (
    height_of,
    is_object,
    is_stuff,
    look_of,
)
from scale_mock.tasktypes.segmentannotation.names import label_names
from scale_mock.tasktypes.segmentannotation.scene import Scene, scene

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scale_mock.tasktypes.entry import Order
    from scale_mock.tasktypes.segmentannotation.looks import Look

PIXELS_MAX = 100_000_000
"""A larger image gets masks of a usual size: a mask of it would take seconds to paint."""
_BANDS_MAX = 4
_STUFF_MAX = 7
"""So many labels fill a part of the image each: any, and those that are known to."""
_BLOBS_MAX = 8
"""A label whose objects share one index has several of them while there are no more than that."""
_SEEN_MAX = 24
"""Labels of long lists beyond that many are not seen in the image; one byte holds every index."""
_NOTHING = 0
_INDICES = 256


class Entry(NamedTuple):
    """One line of the label mapping.

    Attributes:
        label: The label.
        number: The index that its pixels hold, from 1.
        colour: Red, green and blue, 0 to 255.
        is_instance: Whether the label has a list of such lines.
    """

    label: str
    number: int
    colour: tuple[int, int, int]
    is_instance: bool


class _Picture(NamedTuple):
    names: dict[str, bool]
    entries: list[Entry]
    scene: Scene


def respond(order: Order) -> dict[str, Any]:
    """Makes a response to a segmentation task.

    Indices start at 1 in the order of the labels, 0 is unlabeled (documented); hues are spread
    evenly over all labels (recorded). A label that is nowhere to be seen has 0 pixels and no mask.
    """
    picture = _picture(order)
    answers, overall = _answers(order, picture)
    mapping: dict[str, Any] = {}
    masks: dict[str, Any] = {}
    for name, is_instance in picture.names.items():
        lines = [_line(one, picture, answers) for one in picture.entries if one.label == name]
        files = [
            order.url(_mask_name(line["index"])) if line["numPixels"] else None for line in lines
        ]
        mapping[name] = lines if is_instance else lines[0]
        masks[name] = files if is_instance else files[0]
    response: dict[str, Any] = {
        "annotations": {
            "combined": {
                "image": order.url("combined.png"),
                "indexedImage": order.url("indexed.png"),
                "extendedIndexedImage": order.url("extended.png"),
            },
            "labeled": masks,
            "unlabeled": order.url("unlabeled.png"),
        },
        "labelMapping": mapping,
    }
    if overall is not None:
        response["global_attributes"] = overall
    return response


def file(order: Order, name: str) -> ResultFile | None:
    """Paints one of the masks."""
    picture = _picture(order)
    if name == "combined.png":
        colours = {one.number: bytes((*one.colour, 255)) for one in picture.entries}
        return _painted(picture.scene, {_NOTHING: bytes(4), **colours})
    if name == "indexed.png":
        return _painted(picture.scene, {index: bytes((index,)) for index in range(256)})
    if name == "extended.png":
        # Red is the least significant byte (documented).
        return _painted(
            picture.scene, {index: index.to_bytes(3, "little") + b"\xff" for index in range(256)}
        )
    if name == "unlabeled.png":
        return _mask(picture.scene, _NOTHING)
    for index in picture.scene.pixels:
        if index != _NOTHING and name == _mask_name(index):
            return _mask(picture.scene, index)
    return None


def _mask_name(index: int) -> str:
    return f"label-{index}.png"


def _mask(seen: Scene, index: int) -> ResultFile:
    """White where the index is."""
    return _painted(seen, {one: b"\xff" if one == index else b"\x00" for one in range(256)})


def _painted(seen: Scene, pixels: Mapping[int, bytes]) -> ResultFile:
    width, height = seen.size
    rows = []
    for runs, count in seen.strips:
        start = 0
        parts = []
        for end, index in runs:
            parts.append(pixels[index] * (end - start))
            start = end
        rows.append((b"".join(parts), count))
    content = png(width, height, rows, channels=4 if len(pixels[_NOTHING]) == 4 else 1)
    return ResultFile(content, MEDIA_TYPE)


def _picture(order: Order) -> _Picture:
    """What the order's masks show: the first thing that the order's stream decides."""
    size = canvas_of(order)
    if size[0] * size[1] > PIXELS_MAX:
        size = (1280, 720)
    names = label_names(order.params, with_legacy=order.mode != "test")
    bands = _bands(order, names)
    entries = _entries(order, names, bands)
    first = {one.label: one.number for one in reversed(entries)}
    filling = [first[name] for name in bands]
    things = _things(order, entries, filling)
    if order.params.get("allow_unlabeled"):
        filling.insert(order.stream.below(len(filling) + 1), _NOTHING)
    seen = scene(order.seed, order.identity, size, tuple(filling), tuple(things))
    return _Picture(names, entries, seen)


def _things(order: Order, entries: list[Entry], filling: list[int]) -> list[tuple[int, Look]]:
    """The objects before the bands; one index has one, or several where they are not told apart."""
    seen = [
        one for one in entries[:_SEEN_MAX] if one.number not in filling and one.number < _INDICES
    ]
    things = []
    left = _BLOBS_MAX - len(seen)
    for one in seen:
        more = 0
        if left > 0 and not one.is_instance and is_object(one.label):
            more = order.stream.between(0, min(left, 2))
            left -= more
        things += [(one.number, look_of(one.label))] * (1 + more)
    return things


def _bands(order: Order, names: Mapping[str, bool]) -> list[str]:
    """The labels that fill the image, from the top: what is no object, as far as labels tell.

    Where only objects are asked for and every pixel needs a label, one of them fills it.
    """
    plain = [name for name, is_instance in names.items() if not (is_instance or is_object(name))]
    if len(plain) > _BANDS_MAX:
        known = sum(map(is_stuff, plain))
        plain.sort(key=lambda name: not is_stuff(name))
        plain = plain[: min(max(known, _BANDS_MAX - 1), _STUFF_MAX)]
    if not plain and not order.params.get("allow_unlabeled"):
        plain = [name for name, is_instance in names.items() if not is_instance][:1]
        plain = plain or list(names)[:1]
    return sorted(plain, key=height_of)


def _entries(order: Order, names: Mapping[str, bool], bands: list[str]) -> list[Entry]:
    total = len({*names, *order.params.get("instance_labels", ())})
    entries: list[Entry] = []
    for number, (name, is_instance) in enumerate(names.items()):
        count = 1
        if is_instance and name not in bands:
            count = order.stream.between(1, 3)
        red, green, blue = (round(255 * one) for one in hsv_to_rgb(number / total, 1, 1))
        for _ in range(count):
            entries.append(Entry(name, len(entries) + 1, (red, green, blue), is_instance))
    return entries


def _line(
    entry: Entry, picture: _Picture, answers: Callable[[Entry], dict[str, Any] | None]
) -> dict[str, Any]:
    red, green, blue = entry.colour
    line: dict[str, Any] = {
        "index": entry.number,
        "color": f"#{red:02x}{green:02x}{blue:02x}",
        "numPixels": picture.scene.pixels.get(entry.number, 0),
    }
    own = answers(entry) if line["numPixels"] else None
    if own is not None:
        line["attributes"] = own
    return line


def _answers(
    order: Order, picture: _Picture
) -> tuple[Callable[[Entry], dict[str, Any] | None], dict[str, Any] | None]:
    """What answers the attributes of one line, and the global ones; ``None`` if none is declared.

    A link to another annotation, or a line inside a shape, has no place on a mask; such attributes
    stay unanswered (our reading).
    """
    attributes = {
        name: one
        for name, one in (order.params.get("annotation_attributes") or {}).items()
        if one.get("type") not in ("linked", "x_line", "y_line")
    }
    if not attributes:
        return (lambda entry: None), None
    names = [name for name in in_order(order.params["annotation_attributes"]) if name in attributes]
    is_global = {
        name: bool((attributes[name].get("conditions") or {}).get("is_global")) for name in names
    }
    pixels = picture.scene.pixels
    present = {one.label for one in picture.entries if pixels.get(one.number)}
    overall: dict[str, Any] = {}
    for name in names:
        if is_global[name] and hold(attributes[name].get("conditions"), present, overall, {}):
            overall[name] = answer(attributes[name], order.stream, name)
    own_names = [name for name in names if not is_global[name]]

    def own_answers(entry: Entry) -> dict[str, Any] | None:
        answers: dict[str, Any] = {}
        for name in own_names:
            definition = attributes[name]
            if hold(definition.get("conditions"), (entry.label,), answers, overall):
                answers[name] = answer(definition, order.stream, name)
        return answers if own_names else None

    return own_answers, overall if any(is_global.values()) else None
