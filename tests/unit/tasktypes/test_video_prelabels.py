"""What happens to pre-labels of videos: behind an address, and given in full."""

from __future__ import annotations

from typing import Any

import pytest

from scale_mock.tasktypes import TaskTypes
from tests.unit.tasktypes.test_video_answers import AT, BOX, FRAMES, load

TYPES = TaskTypes()
LOCKED = {"can_add_base_annotations": False, "can_delete_base_annotations": False}
BASE_BOX = {
    "uuid": "b",
    "type": "box",
    "label": "car",
    "left": 1,
    "top": 2,
    "width": 3,
    "height": 4,
}


@pytest.mark.parametrize("name", ["videoannotation", "videoplaybackannotation"])
@pytest.mark.parametrize("flags", [*({key: value} for key, value in LOCKED.items()), LOCKED])
def test_locked_base_annotations_come_back_by_their_address(
    name: str, flags: dict[str, bool]
) -> None:
    url = "https://pre.test/base.json"
    params = {"attachments": FRAMES, "geometries": BOX, **flags}
    params["base_annotations"] = {"annotations": {"url": url}}
    TYPES.check(name, params)
    response = TYPES.respond(name, params, seed=0, identity="i", results=AT)
    assert response == {"annotations": {"url": url}}
    assert TYPES.result_file(name, "annotations.json", params, seed=0, identity="i") is None


@pytest.mark.parametrize("name", ["videoannotation", "videoplaybackannotation"])
def test_pre_labels_that_may_go_do_not_stand_in_the_way(name: str) -> None:
    pointer = {"annotations": {"url": "https://pre.test/base.json"}}
    params = {"attachments": FRAMES, "geometries": BOX}
    given = {**params, "base_annotations": pointer, "hypothesis": pointer}
    assert load(name, "annotations.json", given) == load(name, "annotations.json", params)
    from_it = TYPES.from_hypothesis(name, given, 0.5, seed=0, identity="i")
    assert from_it == pointer


@pytest.mark.parametrize("closed", [False, True])
def test_base_annotations_in_full_come_back_in_their_frames(closed: bool) -> None:
    loose = {name: value for name, value in BASE_BOX.items() if name != "uuid"}
    params: dict[str, Any] = {
        "attachments": FRAMES,
        "geometries": BOX,
        "base_annotations": {"annotations": [{"annotations": []}, {"annotations": [BASE_BOX]}]},
        "hypothesis": {"annotations": [{"annotations": [loose]}, {"annotations": [BASE_BOX]}]},
        "can_add_base_annotations": not closed,
    }
    TYPES.check("videoannotation", params)
    frames = load("videoannotation", "annotations.json", params)
    assert len(frames) == 3
    assert frames[1]["annotations"][0] == BASE_BOX
    assert sum(one["uuid"] == "b" for one in frames[1]["annotations"]) == 1
    if closed:
        assert [len(frame["annotations"]) for frame in frames] == [0, 1, 0]
    else:
        assert loose.items() < frames[0]["annotations"][0].items()
        assert len(frames[0]["annotations"]) > 1
    response = TYPES.from_hypothesis("videoannotation", params, 0, seed=0, identity="i", results=AT)
    assert response == {"annotations": {"url": f"{AT}/hypothesis.json"}}
    assert load("videoannotation", "hypothesis.json", params) == params["hypothesis"]["annotations"]


def test_a_video_is_as_long_as_what_is_labelled_in_it() -> None:
    params = {
        "attachment_type": "video",
        "attachment": "https://vid.test/a.mp4",
        "duration_time": 2,
        "frame_rate": 1,
        "geometries": BOX,
        "base_annotations": {
            "annotations": [{"annotations": []}] * 4 + [{"annotations": [BASE_BOX]}]
        },
    }
    frames = load("videoannotation", "annotations.json", params)
    assert len(frames) == 5
    assert frames[4]["annotations"] == [BASE_BOX]


@pytest.mark.parametrize("closed", [False, True])
def test_base_tracks_in_full_come_back(closed: bool) -> None:
    track = {"label": "car", "geometry": "box", "frames": [{"key": 7, "x": 1, "y": 2}]}
    params = {
        "attachment": "https://vid.test/a.mp4",
        "geometries": BOX,
        "base_annotations": {"annotations": {"t-1": track}},
        "can_add_base_annotations": not closed,
    }
    TYPES.check("videoplaybackannotation", params)
    tracks = load("videoplaybackannotation", "annotations.json", params)["annotations"]
    assert tracks["t-1"] == track
    assert (len(tracks) == 1) == closed
