"""The answers that were recorded from the platform's test mode, and its echoed defaults."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.functional.helpers import ok, refused

if TYPE_CHECKING:
    from tests.functional.doors import Door

WEB = {"instruction": "Do it", "attachment_type": "website", "attachment": "https://a.test/"}
PICTURE = {**WEB, "attachment_type": "image", "attachment": "http://i.imgur.com/x.jpg"}
LABELLED = {**PICTURE, "objects_to_annotate": ["cow"], "with_labels": True}
THREE = [{"x": 10, "y": 10}, {"x": 110, "y": 110}, {"x": 10, "y": 110}]
BODIES: dict[str, dict[str, Any]] = {
    "categorization": {**WEB, "categories": ["only"]},
    "comparison": {
        "instruction": "Same?",
        "attachment_type": "image",
        "attachments": ["http://a.test/1", "http://a.test/2"],
        "choices": ["yes"],
    },
    "annotation": {**LABELLED, "min_width": "30"},
    "polygonannotation": LABELLED,
    "lineannotation": LABELLED,
    "pointannotation": LABELLED,
    "cuboidannotation": LABELLED,
    "datacollection": {**WEB, "fields": {"page": "Hiring page"}},
    "transcription": {**WEB, "fields": {"title": "Title"}},
    "segmentannotation": {**PICTURE, "labels": ["road"]},
    "audiotranscription": {"attachment_type": "audio", "attachment": "https://a.test/a.wav"},
    "imageannotation": {
        "attachment": "https://a.test/1.jpg",
        "geometries": {"box": {"objects_to_annotate": ["a"]}},
    },
    "documenttranscription": {
        "attachment": "https://a.test/1.pdf",
        "features": [{"type": "block", "label": "barcode"}],
    },
    "namedentityrecognition": {"text": "Ada.", "labels": [{"name": "p", "description": "d"}]},
    "textcollection": {
        "attachments": [{"type": "text", "content": "x"}],
        "fields": [{"type": "text", "field_id": "f", "title": "F?"}],
    },
}


def created(door: Door, name: str) -> dict[str, Any]:
    task = ok(door.post(f"/task/{name}", json=BODIES[name], mode="test"))
    assert (task["status"], task["is_test"], "response" in task) == ("pending", True, False)
    done: dict[str, Any] = ok(door.get(f"/task/{task['task_id']}", mode="test"))
    assert (done["status"], done["params"]) == ("completed", task["params"])
    return done


@pytest.mark.parametrize(
    ("name", "response"),
    [
        ("categorization", {"category": "only", "category_id": None}),
        ("comparison", {"choice": "yes"}),
        (
            "annotation",
            {"annotations": [{"left": 0, "top": 0, "width": 100, "height": 100, "label": "cow"}]},
        ),
        ("polygonannotation", {"annotations": [{"vertices": THREE, "label": "cow"}]}),
        ("lineannotation", {"annotations": [{"vertices": THREE, "label": "cow"}]}),
        (
            "datacollection",
            {"fields": {"page": "test response"}, "time_spent_in_seconds": 15},
        ),
        (
            "transcription",
            {"fields": {"title": "test response"}, "repeatable_fields": [None, None]},
        ),
    ],
)
def test_recorded_response(door: Door, name: str, response: dict[str, Any]) -> None:
    assert created(door, name)["response"] == response


def test_recorded_cuboid(door: Door) -> None:
    (annotation,) = created(door, "cuboidannotation")["response"]["annotations"]
    assert annotation["label"] == "cow"
    assert [(vertex["description"], vertex["type"]) for vertex in annotation["vertices"]] == [
        (where, "vertex")
        for where in (
            "face-topleft", "face-bottomleft", "face-topright", "face-bottomright",
            "side-topcorner", "side-bottomcorner",
        )
    ]  # fmt: skip


def test_recorded_audio(door: Door) -> None:
    response = created(door, "audiotranscription")["response"]
    assert response["transcript"] == ("This is an example transcript using your Scale test key.")
    assert response["duration"] == 5
    words = response["alignment"]
    assert {"word", "start", "end", "confidence"} <= set(words[0])


def test_recorded_segmentation(door: Door) -> None:
    response = created(door, "segmentannotation")["response"]
    masks = response["annotations"]
    assert set(masks["labeled"]) == set(response["labelMapping"]) == {"road"}
    assert {"image", "indexedImage"} <= set(masks["combined"])
    assert response["labelMapping"]["road"]["index"] == 1
    assert re.fullmatch("#[0-9a-f]{6}", response["labelMapping"]["road"]["color"])
    for url in (masks["unlabeled"], masks["labeled"]["road"], *masks["combined"].values()):
        reply = door.request("GET", urlsplit(url).path, auth=None)
        assert (reply.status_code, reply.content[:4]) == (200, b"\x89PNG")


@pytest.mark.parametrize("name", BODIES)
def test_completed_test_task_is_complete(door: Door, name: str) -> None:
    task = created(door, name)
    assert task["completed_at"] == task["updated_at"]
    assert task["completed_at"] >= task["created_at"]
    # Recorded of points: completed, and no response at all.
    assert ("response" in task) == (name != "pointannotation")


@pytest.mark.parametrize(
    ("name", "defaults"),
    [
        ("categorization", {"allow_multiple": False}),
        ("annotation", {"min_width": "30", "min_height": 0}),
        ("cuboidannotation", {"with_labels": True, "min_annotations": 0, "max_annotations": 0}),
        ("lineannotation", {"splines": False}),
        ("segmentannotation", {"allow_parent_labels": False}),
        ("audiotranscription", {"skip_human_transcription": False}),
    ],
)
def test_echoed_defaults(door: Door, name: str, defaults: dict[str, Any]) -> None:
    task = created(door, name)
    sent = {key: value for key, value in BODIES[name].items() if key != "instruction"}
    assert task["params"] == {**defaults, **sent}


def test_audio_has_an_instruction_of_its_own(door: Door) -> None:
    instruction = "Please transcribe the attached audio file."
    assert created(door, "audiotranscription")["instruction"] == instruction


def test_core_fields_are_lifted_out_of_params(door: Door) -> None:
    core = {
        "callback_url": "http://www.example.com/callback", "instruction": "I", "metadata": {"a": 1},
        "unique_id": "u", "tags": ["t"], "priority": 10, "urgency": "day",
    }  # fmt: skip
    task = ok(door.post("/task/categorization", json={**BODIES["categorization"], **core}))
    assert {name: task[name] for name in core} == core
    assert set(core) & set(task["params"]) == set()


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("categorization", "attachment"),
        ("transcription", "attachment"),
        ("transcription", "fields"),
        ("comparison", "attachments"),
        ("datacollection", "attachment"),
        ("datacollection", "fields"),
        ("annotation", "attachment"),
        ("annotation", "objects_to_annotate"),
        ("polygonannotation", "attachment"),
        ("polygonannotation", "objects_to_annotate"),
        ("lineannotation", "attachment"),
        ("lineannotation", "objects_to_annotate"),
        ("pointannotation", "attachment"),
        ("pointannotation", "objects_to_annotate"),
        ("segmentannotation", "attachment"),
        ("segmentannotation", "labels"),
        ("imageannotation", "attachment"),
        ("imageannotation", "geometries"),
        ("documenttranscription", "attachment"),
        ("audiotranscription", "attachment"),
        ("textcollection", "attachments"),
    ],
)
def test_known_to_be_rejected(door: Door, name: str, missing: str) -> None:
    body = {key: value for key, value in BODIES[name].items() if key != missing}
    for mode in ("test", "live"):
        status, _ = refused(door.post(f"/task/{name}", json=body, mode=mode))
        assert status == 400


@pytest.mark.parametrize("name", BODIES)
def test_nothing_at_all_is_rejected(door: Door, name: str) -> None:
    for body in ({}, {"instruction": "Do it"}):
        assert refused(door.post(f"/task/{name}", json=body))[0] == 400


def test_recorded_words_of_a_missing_attachments(door: Door) -> None:
    body = {"fields": BODIES["textcollection"]["fields"]}
    assert refused(door.post("/task/textcollection", json=body)) == (
        400,
        'Parameter is invalid, reason: "attachments" is required',
    )


def test_audio_wants_a_url(door: Door) -> None:
    body = {**BODIES["audiotranscription"], "attachment": "not a url"}
    assert refused(door.post("/task/audiotranscription", json=body))[0] == 400
