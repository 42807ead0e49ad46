"""Hundreds of lidar tasks of each type, drawn at random, against what an answer must hold to."""

from __future__ import annotations

import json
import os
from array import array
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from scale_mock.domain.ports import Source
from scale_mock.tasktypes import TaskTypes
from tests.unit.tasktypes import lidar_checker as checker
from tests.unit.tasktypes import lidar_requests as requests

TYPES = TaskTypes()
DRAWS = int(os.environ.get("SCALE_MOCK_DRAWS", "300"))
RESULTS = "https://results.test/7"
LIDAR = "lidarannotation"


@cache
def validator(type_name: str, definition: str) -> Draft202012Validator:
    definitions = TYPES.response_schema(type_name)["$defs"]
    return Draft202012Validator({"$defs": definitions, "$ref": f"#/$defs/{definition}"})


def answer(type_name: str, params: dict[str, Any], **about: Any) -> dict[str, Any]:
    """A response that was asked for twice, and that fits its schema."""
    TYPES.check(type_name, params)
    about = {"seed": 7, "identity": "one", "results": RESULTS, **about}
    before = json.dumps(params)
    response = TYPES.respond(type_name, params, **about)
    assert response == TYPES.respond(type_name, params, **about)
    assert TYPES.check_response(type_name, response) == []
    assert TYPES.misfits(type_name, params, response) == []
    assert json.dumps(params) == before
    assert TYPES.result_file(type_name, "other.json", params, **about) is None
    return dict(response or {})


def fetch(type_name: str, pointer: Any, definition: str, params: Any, **about: Any) -> Any:
    """A file of a response, fetched twice, that fits its definition."""
    assert pointer["url"].startswith(f"{RESULTS}/")
    name = pointer["url"].removeprefix(f"{RESULTS}/")
    about = {"seed": 7, "identity": "one", "results": RESULTS, **about}
    found = TYPES.result_file(type_name, name, params, **about)
    assert found is not None
    assert found == TYPES.result_file(type_name, name, params, **about)
    content, media_type = found
    assert media_type == "application/json; charset=utf-8"
    loaded = json.loads(content)
    validator(type_name, definition).validate(loaded)
    return loaded


def cuboids(params: dict[str, Any], identity: str = "one") -> Any:
    """A lidar annotation task's response and file."""
    response = answer(LIDAR, params, identity=identity)
    file = fetch(LIDAR, response["annotations"], "AnnotationsFile", params, identity=identity)
    return response, file


@cache
def source_of(seed: int) -> tuple[Source, dict[str, Any], Any]:
    """What a task builds on, its params, and its file."""
    params = requests.annotation_request(seed)
    params["attachments"] = params["attachments"][:6]
    for key in ("base_annotations", "hypothesis"):
        params.pop(key, None)
    _, file = cuboids(params, "source")
    about: Any = {"seed": 7, "identity": "source", "results": "https://results.test/source"}
    return Source(LIDAR, params, about), params, file


@cache
def length(url: str) -> int:
    """How many points a frame has, as the plainest of all segmentations tells."""
    params = {"attachments": [url], "labels": ["anything"]}
    response = answer("lidarsegmentation", params, identity="length")
    pointer = response["point_segmentations"]
    made = fetch("lidarsegmentation", pointer, "PointSegmentationsFile", params, identity="length")
    return len(made["point_objects"][0])


@pytest.mark.parametrize("seed", range(DRAWS))
def test_cuboids_fit_the_request(seed: int) -> None:
    params = requests.annotation_request(seed)
    response, file = cuboids(params)
    checker.check_cuboid_frames(params, response, file)


@pytest.mark.parametrize("seed", range(0, DRAWS, 10))
def test_cuboids_hold_no_more_points_than_their_frame(seed: int) -> None:
    params = requests.annotation_request(seed)
    _, file = cuboids(params)
    for url, frame in zip(params["attachments"], file, strict=True):
        inside = [one.get("numberOfPoints", 0) for one in frame["cuboids"]]
        assert sum(inside) <= length(url) / 2 + len(inside)


@pytest.mark.parametrize("seed", range(DRAWS))
def test_points_fit_the_request_and_the_cuboids(seed: int) -> None:
    source, given, file = source_of(seed)
    params = requests.segmentation_request(seed, given)
    about: dict[str, Any] = {"source": source} if "lidar_task" in params else {}
    response = answer("lidarsegmentation", params, **about)
    pointer = response["point_segmentations"]
    made = fetch("lidarsegmentation", pointer, "PointSegmentationsFile", params, **about)
    assert ("annotations" in response) is bool(about)
    urls, frames = params.get("attachments", []), None
    if about:
        wanted = params.get("lidar_task_frames", range(len(file)))
        urls = [given["attachments"][index] for index in wanted]
        frames = [file[index] for index in wanted]
        kept = response["annotations"]
        assert fetch("lidarsegmentation", kept, "AnnotationsFile", params, **about) == frames
    checker.check_points(params, response, made, frames, [length(url) for url in urls])


@pytest.mark.parametrize("seed", range(DRAWS))
def test_shapes_of_cameras_fit_the_request_and_the_cuboids(seed: int) -> None:
    source, given, file = source_of(seed)
    params = requests.linking_request(seed, given)
    response = answer("lidarlinking", params, source=source)
    pointer = response["annotations"]
    made = fetch("lidarlinking", pointer, "AnnotationsFile", params, source=source)
    checker.check_links_to_cuboids(params, response, made, file)


@pytest.mark.parametrize("seed", range(DRAWS))
def test_maps_fit_the_request(seed: int) -> None:
    params, metadata = requests.topdown_request(seed)
    response = answer("lidartopdown", params, metadata=metadata)
    checker.check_topdown(params, metadata, response)


@pytest.mark.parametrize("seed", range(DRAWS))
def test_scenes_fit_the_request(seed: int) -> None:
    params = requests.fusion_request(seed)
    response = answer("sensorfusion", params)
    scene = fetch("sensorfusion", response["annotations"], "Scene", params)
    checker.check_scene(params, scene)


def test_a_scene_also_comes_in_its_container() -> None:
    """Read by the layout of scale-json-binary: header, zero byte, arrays by keys and offset."""
    params = {
        **requests.fusion_request(0),
        "annotation_definition": [{"type": "point_segmentation", "labels": ["a", "b"]}],
    }
    made = [
        TYPES.result_file("sensorfusion", name, params, seed=7, identity="one")
        for name in ("scene.json", "scene.sfs")
    ]
    assert made[0] is not None
    assert made[1] is not None
    plain, (packed, media_type) = json.loads(made[0][0]), made[1]
    assert media_type == "application/octet-stream"
    end = packed.index(0)
    assert end % 4 == 0
    header, rest = json.loads(packed[:end]), packed[end:]
    for item in header.pop("$items"):
        place = header
        for key in item["keys"][:-1]:
            place = place[key]
        data = rest[item["offset"] : item["offset"] + item["length"]]
        assert item["dtype"] == "uint32"
        assert place[item["keys"][-1]] == ""
        values = array("I", data).tolist()
        assert item["shape"] == [len(values)]
        place[item["keys"][-1]] = values
    assert header == plain


def test_the_draws_reach_every_branch() -> None:
    drawn = [requests.annotation_request(seed) for seed in range(DRAWS)]
    assert any(one.get("can_add_base_annotations") is False for one in drawn)
    assert any("hypothesis" in one for one in drawn)
    linked = [requests.linking_request(seed, source_of(seed)[1]) for seed in range(60)]
    assert len({one.get("annotation_type") for one in linked}) == 5


def test_answers_depend_on_seed_and_identity() -> None:
    params = {"attachments": ["https://pc.test/1.json"], "labels": ["car"]}
    files = {
        TYPES.result_file(LIDAR, "annotations.json", params, seed=seed, identity=identity)
        for seed, identity in [(1, "a"), (2, "a"), (1, "b")]
    }
    assert len(files) == 3


def test_more_labels_than_room_are_not_piled_up() -> None:
    """A street holds so many things; what finds no place is left out."""
    params = {
        "attachments": ["https://pc.test/1.json"],
        "labels": [f"bus {number}" for number in range(200)],
    }
    _, file = cuboids(params)
    assert 20 < len(file[0]["cuboids"]) <= 64
    checker.check_apart([file[0]["cuboids"]], 1)


def test_a_task_whose_source_is_unknown_links_nothing() -> None:
    params = {"lidar_task": "5c84d0fe958593004f13e5ba"}
    response = answer("lidarlinking", params)
    assert fetch("lidarlinking", response["annotations"], "AnnotationsFile", params) == []
