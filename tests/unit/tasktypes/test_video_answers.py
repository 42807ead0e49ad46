"""Several hundred tasks of each video type, drawn at random, and what their answers hold to."""

from __future__ import annotations

import json
import math
import os
import random
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from scale_mock.tasktypes import LIFTED, TaskTypes
from tests.unit.tasktypes.test_agreement import SETTINGS, accepted, drawn
from tests.unit.tasktypes.video_checker import Taxonomy, check_events, check_frame, check_tracks
from tests.unit.tasktypes.video_requests import draw_request

TYPES = TaskTypes()
NAMES = (
    "videoannotation",
    "videoplaybackannotation",
    "videoboxannotation",
    "videocuboidannotation",
)
DRAWS = int(os.environ.get("SCALE_MOCK_DRAWS", "300"))
AT = "https://door.test/r"
FRAMES = ["https://img.test/f0.jpg", "https://img.test/f1.jpg", "https://img.test/f2.jpg"]
BOX = {"box": {"objects_to_annotate": ["car"]}}


def load(name: str, file: str, params: dict[str, Any], **about: Any) -> Any:
    """A file of a response, which is the same every time."""
    about = {"seed": 0, "identity": "i", "results": AT, **about}
    found = TYPES.result_file(name, file, params, **about)
    assert found is not None
    assert found == TYPES.result_file(name, file, params, **about)
    assert found[1] == "application/json; charset=utf-8"
    return json.loads(found[0])


def validator(name: str, definition: str) -> Draft202012Validator:
    schema = TYPES.response_schema(name)
    return Draft202012Validator({"$ref": f"#/$defs/{definition}", "$defs": schema["$defs"]})


def expected_keys(name: str, params: dict[str, Any], metadata: dict[str, Any]) -> tuple[Any, float]:
    """The frame numbers that are annotated (``None`` if made up), and the video's rate."""
    video = metadata.get("video", {})
    count, fps = None, video.get("frame_rate")
    if name != "videoplaybackannotation" and params.get("attachment_type") != "video":
        return list(range(len(params["attachments"]))), params.get("frame_rate", fps or 1)
    if name == "videoannotation":
        fps = fps or 30
        rate = min(params.get("frame_rate", fps), fps)
        start = min(params.get("start_time", 0), video.get("duration", 1e9))
        span = params.get("duration_time")
        if "duration" in video:
            span = min(span or 1e9, video["duration"] - start)
        first = math.floor(start * fps + 0.5)
        count = None if span is None else max(math.floor(span * fps + 0.5), 1)
    else:
        rate = params.get("annotation_frame_rate", params.get("frame_rate", 1))
        fps = params.get("video_frame_rate", fps)
        first = 0
        if "attachment" not in params:
            fps = fps or rate
            count = len(params["attachments"])
        elif "duration" in video:
            count = max(math.floor(video["duration"] * (fps or 30) + 0.5), 1)
        fps = fps or 30
        rate = min(rate, fps)
    if count is None:
        return None, fps
    keys = [math.floor(i * fps / rate + 0.5) for i in range(math.ceil(count * rate / fps) + 1)]
    return [first + key for key in keys if key < count], fps


def by_frame(content: Any, keys: list[int] | None) -> dict[int, dict[str, Any]]:
    """Either form of an annotations file as frames by their number."""
    if isinstance(content, list):
        return dict(zip(keys or range(len(content)), content, strict=True))
    frames: dict[int, dict[str, Any]] = {key: {"annotations": []} for key in keys or ()}
    for uuid, track in content["annotations"].items():
        numbers = [frame["key"] for frame in track["frames"]]
        assert numbers == sorted(set(numbers))
        for placed in track["frames"]:
            frame = dict(placed)
            if track["geometry"] == "box":
                assert (frame.pop("x"), frame.pop("y")) == (frame["left"], frame["top"])
            one = {"uuid": uuid, "type": track["geometry"], **frame}
            one |= {"label": track["label"]} if "label" in track else {}
            assert keys is None or one["key"] in frames
            frames.setdefault(one["key"], {"annotations": []})["annotations"].append(one)
    return dict(sorted(frames.items()))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_drawn_tasks_get_answers_that_fit(name: str) -> None:
    for seed in range(DRAWS):
        chance = random.Random(f"{name}/{seed}")
        params, metadata = draw_request(chance, name)
        check_task(name, params, metadata, seed)


def check_task(name: str, params: dict[str, Any], metadata: dict[str, Any], seed: int) -> None:
    about: dict[str, Any] = {"seed": seed, "identity": "one", "metadata": metadata}
    TYPES.check(name, params)
    response = TYPES.respond(name, params, results=AT, **about)
    assert response is not None
    wanted = {"annotations": {"url": f"{AT}/annotations.json"}}
    if params.get("events_to_annotate"):
        wanted["events"] = {"url": f"{AT}/events.json"}
    assert response == wanted
    assert seed % 10 or TYPES.check_response(name, response) == []
    content = load(name, "annotations.json", params, **about)
    assert seed % 10 or validator(name, "AnnotationsFile").is_valid(content)
    keys, rate = expected_keys(name, params, metadata)
    frames = by_frame(content, keys)
    tax = Taxonomy(name, params, metadata)
    for key, frame in frames.items():
        check_frame(tax, frame)
        for one in frame["annotations"]:
            assert math.isclose(one.get("timestamp", key / rate), key / rate, abs_tol=1e-5)
    check_tracks(tax, list(frames.values()))
    if keys is None and name == "videoannotation":  # its frames have no numbers of their own
        sampling = rate / min(params.get("frame_rate", rate), rate)
        first = math.floor(params.get("start_time", 0) * rate + 0.5)
        numbers = [first + math.floor(i * sampling + 0.5) for i in range(len(frames))]
        frames = dict(zip(numbers, frames.values(), strict=True))
        assert 4 * rate - sampling - 1 <= numbers[-1] - first <= 20 * rate
    if params.get("events_to_annotate"):
        events = load(name, "events.json", params, **about)
        assert seed % 10 or validator(name, "EventsFile").is_valid(events)
        clip = (min(frames), max(frames))
        for event in events["events"]:  # a video without labels there still has that frame
            frames.setdefault(event["start"], {"annotations": []})
        clip = (min(clip[0], 0), max(*frames, 20 * 30)) if keys is None else clip
        check_events(tax, events["events"], clip, rate, frames)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_whatever_is_accepted_has_its_files(name: str) -> None:
    """Drawn from the schema itself, and so stranger than what people send."""
    made = []

    @SETTINGS
    @given(params=drawn(name))
    def answer(params: dict[str, Any]) -> None:
        params = {key: value for key, value in params.items() if key not in LIFTED}
        if not accepted(name, params):
            return
        response = TYPES.respond(name, params, seed=1, identity="i", results=AT)
        assert response is not None
        for key, definition in (("annotations", "AnnotationsFile"), ("events", "EventsFile")):
            url = response.get(key, {}).get("url", "")
            if url.startswith(AT):
                content = load(name, url.removeprefix(f"{AT}/"), params, seed=1)
                problems = list(validator(name, definition).iter_errors(content))
                assert key in params.get("base_annotations", {}) or problems == []
                made.append(content)

    answer()
    assert len(made) > 10


def test_seeds_and_identities_make_a_difference() -> None:
    params = {"attachments": FRAMES, "geometries": BOX}
    contents = [
        load("videoannotation", "annotations.json", params, seed=seed, identity=identity)
        for seed, identity in ((0, "a"), (1, "a"), (0, "b"))
    ]
    assert contents[0] != contents[1]
    assert contents[0] != contents[2]


@pytest.mark.parametrize("name", NAMES)
def test_no_other_files(name: str) -> None:
    params = {"attachments": FRAMES, "geometries": BOX, "objects_to_annotate": ["car"]}
    for file in ("events.json", "hypothesis.json", "x"):
        assert TYPES.result_file(name, file, params, seed=0, identity="i") is None


@pytest.mark.parametrize(
    ("params", "video", "count", "last"),
    [
        ({"frame_rate": 5, "video_frame_rate": 29.92}, {"duration": 2}, 10, 54),
        ({}, {"duration": 10, "frame_rate": 25}, 10, 225),
        ({"frame_rate": 100}, {"duration": 1}, 30, 29),
        ({"annotation_frame_rate": 2, "frame_rate": 9}, {"duration": 3}, 6, 75),
        ({}, {"duration": "long", "frame_rate": True}, None, None),
        ({}, {"duration": -1, "frame_rate": 1e9}, None, None),
    ],
)
def test_frame_numbers_of_playback(
    params: dict[str, Any], video: dict[str, Any], count: int | None, last: int | None
) -> None:
    """The first: 29.92 frames a second, 5 annotated, so that the second key is 6 (documented)."""
    params = {"attachment": "https://vid.test/a.mp4", "geometries": BOX, **params}
    seen: set[int] = set()
    for seed in range(9):  # an object need not be there all along
        content = load(
            "videoplaybackannotation",
            "annotations.json",
            params,
            seed=seed,
            metadata={"video": video},
        )
        for track in content["annotations"].values():
            seen.update(frame["key"] for frame in track["frames"])
    if count is None:
        assert 3 * 30 <= max(seen) <= 20 * 30
    else:
        assert (len(seen), max(seen)) == (count, last)
    assert "video_frame_rate" not in params or 6 in seen


def test_frames_of_a_video_are_counted_as_an_importer_of_real_exports_does() -> None:
    for start, duration, rate in ((0, 10, 1), (0, 10.01, 1), (0, 3, 7.5), (0, 0.5, 1)):
        params = {
            "attachment_type": "video",
            "attachment": "https://vid.test/a.mp4",
            "geometries": BOX,
            "start_time": start,
            "duration_time": duration,
            "frame_rate": rate,
        }
        content = load("videoannotation", "annotations.json", params)
        last, number, numbers = 1 + round(30 * duration), 1.0, set()
        while number < last:
            numbers.add(round(number))
            number += 30 / rate
        assert len(content) == len(numbers)


def test_recorded_and_typed_defaults() -> None:
    assert TYPES.defaults("videoannotation", {}) == {}
    assert TYPES.defaults("videoplaybackannotation", {"frame_rate": 5}) == {
        "frame_rate": 5,
        "with_labels": True,
    }


def test_objects_use_the_padding_and_come_and_go() -> None:
    """Over many clips some object hangs over each border, some come, some go, some are hidden."""
    params = {"attachments": FRAMES * 10, "geometries": BOX, "padding": 30}
    meta = {"width": 800, "height": 600}
    borders, comes, goes, hidden, stays = set(), 0, 0, 0, 0
    for seed in range(120):
        frames = load("videoannotation", "annotations.json", params, seed=seed, metadata=meta)
        seen = [[one["uuid"] for one in frame["annotations"]] for frame in frames]
        for frame in frames:
            for one in frame["annotations"]:
                borders |= {"left"} if one["left"] < 0 else set()
                borders |= {"top"} if one["top"] < 0 else set()
                borders |= {"right"} if one["left"] + one["width"] > 800 else set()
                borders |= {"bottom"} if one["top"] + one["height"] > 600 else set()
        for uuid in {uuid for uuids in seen for uuid in uuids}:
            there = [index for index, uuids in enumerate(seen) if uuid in uuids]
            comes += there[0] > 0
            goes += there[-1] < 29
            stays += (there[0], there[-1]) == (0, 29)
            hidden += there[-1] - there[0] >= len(there)
    assert borders >= {"left", "right"}
    assert min(comes, goes, hidden, stays) > 5


def test_a_turned_box_keeps_its_turn_however_little_room_it_has() -> None:
    box = {"objects_to_annotate": ["car"], "can_rotate": True, "min_width": 540, "min_height": 300}
    params = {"attachments": FRAMES * 10, "geometries": {"box": box}}
    turned = 0
    for seed in range(150):
        frames = load(
            "videoannotation",
            "annotations.json",
            params,
            seed=seed,
            metadata={"width": 640, "height": 480},
        )
        turns: dict[str, set[float]] = {}
        for frame in frames:
            for one in frame["annotations"]:
                turns.setdefault(one["uuid"], set()).add(one["rotation"])
        assert all(len(angles) == 1 for angles in turns.values())
        turned += any(angles != {0} for angles in turns.values())
    assert turned > 5


def test_a_long_clip_does_not_make_a_huge_file() -> None:
    labels = [f"label {number}" for number in range(300)]
    params = {
        "attachment_type": "video",
        "attachment": "https://vid.test/a.mp4",
        "duration_time": 100,
        "geometries": {"polygon": {"objects_to_annotate": labels, "min_vertices": 40}},
    }
    frames = load("videoannotation", "annotations.json", params)
    assert len(frames) == 3000
    vertices = sum(len(one["vertices"]) for frame in frames for one in frame["annotations"])
    assert 300 * 40 <= vertices <= 250_000


PERSON = {"left": 10, "top": 20, "width": 30, "height": 60, "attributes": {}}
DOCUMENTED = {
    "videoannotation": [
        {
            "annotations": [
                {
                    "uuid": "aaaa0000-0000-4000-8000-000000000001",
                    "type": "box",
                    "label": "small vehicle",
                    "left": 845,
                    "top": 144,
                    "width": 72,
                    "height": 168,
                    "attributes": {"moving": "no", "brand": "acme"},
                }
            ]
        }
    ],
    "videoplaybackannotation": {
        "annotations": {
            "800d9179-f41b-4c27-8709-000000000001": {
                "label": "person",
                "geometry": "box",
                "frames": [
                    {"key": 0, "timestamp": 0, **PERSON},
                    {"key": 30, "timestamp": 1.0, **PERSON, "left": 14},
                ],
            }
        }
    },
}
POINT = {"label": "door open", "type": "point", "start": 120, "startTime": 4.0}
RANGE = {**POINT, "type": "range", "end": 150, "endTime": 5.0, "attributes": {}}


@pytest.mark.parametrize("name", sorted(DOCUMENTED))
def test_documented_files_fit_their_schemas(name: str) -> None:
    assert list(validator(name, "AnnotationsFile").iter_errors(DOCUMENTED[name])) == []
    assert not validator(name, "AnnotationsFile").is_valid({"annotations": [{}]})
    assert list(validator(name, "EventsFile").iter_errors({"events": [POINT, RANGE]})) == []
    for wrong in ({**POINT, "end": 130}, {**RANGE, "type": "point"}, {**POINT, "type": "range"}):
        assert not validator(name, "EventsFile").is_valid({"events": [wrong]})


def test_documented_response_fits() -> None:
    response = {
        "annotations": {"url": "https://results.test/v1.json"},
        "events": {"url": "https://results.test/v1-events.json"},
    }
    for name in NAMES:
        assert TYPES.check_response(name, response) == []
        assert TYPES.check_response(name, {"events": response["events"]})
