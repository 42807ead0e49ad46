"""Several hundred segmentation tasks: what the masks show is what the response says."""

from __future__ import annotations

import colorsys
import os
import random
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest

from scale_mock.tasktypes import TaskTypes
from tests.unit.tasktypes.pictures import Picture, read_png

TYPES = TaskTypes()
DRAWS = int(os.environ.get("SCALE_MOCK_DRAWS", "300"))
TYPE = "segmentannotation"
WORDS = ["sky", "road", "building", "thing", "grass", "car", "person", "sign", "tree", "water"]


def draw_request(seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Params and metadata."""
    chance = random.Random(seed)
    names = [f"{chance.choice(WORDS)} {number}" for number in range(60)]
    labels: list[Any] = []
    for _ in range(chance.choice([1, 2, 3, 5, 8, 30])):
        name = names.pop()
        kind = chance.random()
        if kind < 0.5:
            labels.append(name)
        elif kind < 0.8:
            labels.append({"choice": name, "instance_label": chance.random() < 0.7})
        else:
            inner = [names.pop(), {"choice": names.pop(), "instance_label": chance.random() < 0.5}]
            labels.append(
                {"choice": name, "subchoices": inner, "instance_label": chance.random() < 0.3}
            )
    params: dict[str, Any] = {"attachment": "https://x.test/i.png", "labels": labels}
    if chance.random() < 0.3:
        params["instance_labels"] = [names.pop(), names.pop()]
    for name in ("allow_unlabeled", "allow_parent_labels"):
        if chance.random() < 0.6:
            params[name] = chance.random() < 0.5
    if chance.random() < 0.4:
        params["annotation_attributes"] = {
            "lit": {"choices": ["yes", "no"]},
            "why": {"type": "text", "conditions": {"attribute_conditions": [{"lit": "no"}]}},
            "weather": {"choices": ["sun"], "conditions": {"is_global": True}},
        }
    size = chance.choice([(1, 1), (7, 3), (48, 32), (64, 48), (33, 90)])
    return params, {"width": size[0], "height": size[1]}


def expected_names(params: dict[str, Any]) -> dict[str, bool]:
    """Every label that can be answered, and whether it has instances; told another way."""
    found: dict[str, bool] = {}
    stack = [(one, False) for one in reversed(params["labels"])]
    while stack:
        one, above = stack.pop()
        node = {"choice": one} if isinstance(one, str) else one
        instance = above or node.get("instance_label", False)
        below = node.get("subchoices")
        if not below or params.get("allow_parent_labels"):
            found[node["choice"]] = instance
        stack.extend((inner, instance) for inner in reversed(below or []))
    return {**found, **dict.fromkeys(params.get("instance_labels", []), True)}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


class Answer:
    """A response and its files, fetched once."""

    def __init__(self, params: dict[str, Any], metadata: dict[str, Any], seed: int) -> None:
        self.about: dict[str, Any] = {
            "seed": seed, "identity": "i", "metadata": metadata, "results": "https://r.test/9",
            "mode": "live",
        }  # fmt: skip
        self.params = params
        response = TYPES.respond(TYPE, params, **self.about)
        assert response is not None
        self.response = response

    def picture(self, url: str) -> Picture:
        where, _, name = url.rpartition("/")
        assert where == "https://r.test/9"
        found = TYPES.result_file(TYPE, name, self.params, **self.about)
        assert found is not None
        assert found == TYPES.result_file(TYPE, name, self.params, **self.about)
        assert found[1] == "image/png"
        return read_png(found[0])


def check_combined(answer: Answer, indices: list[int], by_index: dict[int, Any]) -> None:
    combined = answer.response["annotations"]["combined"]
    colours = answer.picture(combined["image"])
    extended = answer.picture(combined["extendedIndexedImage"])
    assert (colours.channels, extended.channels) == (4, 4)
    for index, colour, wide in zip(indices, colours.pixels, extended.pixels, strict=True):
        assert int.from_bytes(wide[:3], "little") == index
        assert wide[3] == 255
        if index:
            assert f"#{colour[:3].hex()}" == by_index[index]["color"]
            assert colour[3] == 255
        else:
            assert colour == bytes(4)


def check_masks(answer: Answer, indices: list[int]) -> None:
    """The masks of the labels and of what has none partition the image."""
    annotations, mapping = answer.response["annotations"], answer.response["labelMapping"]
    assert set(annotations["labeled"]) == set(mapping)
    masks = [(annotations["unlabeled"], 0)]
    for name, lines in mapping.items():
        files = annotations["labeled"][name]
        assert isinstance(files, list) is isinstance(lines, list)
        for line, file in zip(as_list(lines), as_list(files), strict=True):
            assert (file is None) is (line["numPixels"] == 0)
            if file is not None:
                masks.append((file, line["index"]))
    for url, index in masks:
        mask = answer.picture(url)
        assert mask.channels == 1
        assert mask.pixels == [b"\xff" if one == index else b"\x00" for one in indices]


@pytest.mark.parametrize("seed", range(DRAWS))
def test_masks_show_what_the_response_says(seed: int) -> None:
    params, metadata = draw_request(seed)
    TYPES.check(TYPE, params)
    answer = Answer(params, metadata, seed)
    response = answer.response
    assert TYPES.check_response(TYPE, response) == []
    assert TYPES.misfits(TYPE, params, response) == []
    assert response == Answer(params, metadata, seed).response
    mapping = response["labelMapping"]
    expected = expected_names(params)
    assert {name: isinstance(lines, list) for name, lines in mapping.items()} == expected
    lines = [line for name in expected for line in as_list(mapping[name])]
    assert [line["index"] for line in lines] == list(range(1, len(lines) + 1))
    for number, name in enumerate(expected):
        rgb = colorsys.hsv_to_rgb(number / len(expected), 1, 1)
        wanted = "#" + bytes(round(255 * one) for one in rgb).hex()
        assert {line["color"] for line in as_list(mapping[name])} <= {wanted}
    picture = answer.picture(response["annotations"]["combined"]["indexedImage"])
    assert picture[:3] == (metadata["width"], metadata["height"], 1)
    indices = [pixel[0] for pixel in picture.pixels]
    counted = Counter(indices)
    assert all(line["numPixels"] == counted.pop(line["index"], 0) for line in lines)
    assert set(counted) <= ({0} if params.get("allow_unlabeled") else set())
    if seed % 3 == 0:
        check_combined(answer, indices, {line["index"]: line for line in lines})
        check_masks(answer, indices)
    check_attributes(params, response, lines)


def check_attributes(
    params: dict[str, Any], response: dict[str, Any], lines: list[dict[str, Any]]
) -> None:
    asked = "annotation_attributes" in params
    assert response.get("global_attributes") == ({"weather": "sun"} if asked else None)
    for line in lines:
        assert ("attributes" in line) == (asked and line["numPixels"] > 0)
        if "attributes" in line:
            unlit = line["attributes"]["lit"] == "no"
            assert set(line["attributes"]) == ({"lit", "why"} if unlit else {"lit"})


def test_regions_are_few_and_whole() -> None:
    """A row of an image of usual size is a handful of runs, not stripes or noise."""
    labels = ["sky", "building", "road", {"choice": "car", "instance_label": True}]
    params = {"attachment": "https://x.test/i.png", "labels": labels}
    for seed in range(8):
        answer = Answer(params, {"width": 640, "height": 360}, seed)
        picture = answer.picture(answer.response["annotations"]["combined"]["indexedImage"])
        changes = [sum(a != b for a, b in pairwise(row)) for row in picture.rows]
        assert max(changes) <= 20
        assert 0.2 < sum(changes) / len(changes) < 9
        between = [
            sum(a != b for a, b in zip(one, two, strict=True))
            for one, two in pairwise(picture.rows)
        ]
        assert sum(between) / len(between) < 25
        mapping = answer.response["labelMapping"]
        for name in ("sky", "building", "road"):
            assert mapping[name]["numPixels"] > 640 * 360 * 0.08
        top, bottom = picture.rows[0], picture.rows[-1]
        assert set(top) == {mapping["sky"]["index"]}
        assert mapping["road"]["index"] in bottom
        assert all(line["numPixels"] < 640 * 360 * 0.2 for line in mapping["car"])


def test_recorded_colours_and_what_test_mode_leaves_out() -> None:
    params = {
        "attachment": "https://x.test/i.png",
        "labels": ["background", "road", "vegetation", "lane marking"],
        "instance_labels": ["vehicle", "pedestrian"],
    }
    response = TYPES.respond(TYPE, params, seed=0, identity="i", mode="test")
    assert response is not None
    assert {
        name: (one["index"], one["color"]) for name, one in response["labelMapping"].items()
    } == {
        "background": (1, "#ff0000"),
        "road": (2, "#ffff00"),
        "vegetation": (3, "#00ff00"),
        "lane marking": (4, "#00ffff"),
    }
    live = TYPES.respond(TYPE, params, seed=0, identity="i", mode="live")
    assert live is not None
    assert set(live["labelMapping"]) == {*params["labels"], *params["instance_labels"]}


def test_hundreds_of_labels_still_have_an_index_each() -> None:
    labels = [f"label {number}" for number in range(400)]
    params = {"attachment": "https://x.test/i.png", "labels": labels}
    answer = Answer(params, {"width": 40, "height": 30}, 1)
    mapping = answer.response["labelMapping"]
    assert [mapping[name]["index"] for name in labels] == list(range(1, 401))
    assert sum(mapping[name]["numPixels"] for name in labels) == 1200


def test_there_is_no_other_file() -> None:
    params = {"attachment": "https://x.test/i.png", "labels": ["a"]}
    for name in ("label-0.png", "label-99.png", "label-1", "other.json", ""):
        assert TYPES.result_file(TYPE, name, params, seed=1, identity="i") is None


def test_an_image_too_large_to_paint_gets_masks_of_a_usual_size() -> None:
    params = {"attachment": "https://x.test/i.png", "labels": ["a"]}
    answer = Answer(params, {"width": 900_000, "height": 900_000}, 1)
    assert answer.response["labelMapping"]["a"]["numPixels"] == 1280 * 720
