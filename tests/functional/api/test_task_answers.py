"""Answers of whole task types through the API: masks, several respondents, no response at all."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.functional.helpers import HOOK, TEXTS, ok

if TYPE_CHECKING:
    from tests.functional.doors import Door

SEGMENTS = {
    "attachment": "https://img.example.test/1.jpg",
    "labels": ["sky", "road", {"choice": "car", "instance_label": True}],
    "metadata": {"width": 320, "height": 200},
}


def done(door: Door, name: str, body: dict[str, Any], *, mode: str = "live") -> dict[str, Any]:
    task = ok(door.post(f"/task/{name}", json=body, mode=mode))
    if mode == "live":
        door.mock.clock.advance(days=30)
    found: dict[str, Any] = ok(door.get(f"/task/{task['task_id']}", mode=mode))
    assert found["status"] == "completed"
    return found


def test_masks_have_the_size_of_the_image_and_repeat(door: Door) -> None:
    response = done(door, "segmentannotation", SEGMENTS)["response"]
    lines = response["labelMapping"]
    counted = [one["numPixels"] for one in (lines["sky"], lines["road"], *lines["car"])]
    assert sum(counted) == 320 * 200
    masks = response["annotations"]
    for url in (*masks["combined"].values(), masks["unlabeled"], masks["labeled"]["sky"]):
        first, again = (door.request("GET", urlsplit(url).path, auth=None) for _ in range(2))
        assert first.headers["Content-Type"] == "image/png"
        assert struct.unpack(">II", first.content[16:24]) == (320, 200)
        assert first.content == again.content
    missing = masks["unlabeled"].replace("unlabeled", "label-77")
    assert door.request("GET", urlsplit(missing).path, auth=None).status_code == 404


def test_several_respondents_give_attempts_in_the_task_and_its_callback(door: Door) -> None:
    task = done(door, "textcollection", {**TEXTS, "responses_required": 3, "callback_url": HOOK})
    tones = task["response"]["annotations"]["tone"]
    assert task["attempts"] == [{"response": {"annotations": {"tone": one}}} for one in tones]
    (callback,) = door.mock.callbacks.received
    assert callback.json["task"]["attempts"] == task["attempts"]
    test = done(door, "textcollection", {**TEXTS, "response_required": 2}, mode="test")
    assert len(test["attempts"]) == 2


def test_one_respondent_and_a_given_response_have_no_attempts(door: Door) -> None:
    assert "attempts" not in done(door, "textcollection", TEXTS)
    body = {**TEXTS, "responses_required": 3}
    task = ok(door.post("/task/textcollection", json=body))
    door.mock.tasks.complete(task["task_id"], response={"annotations": {"tone": ["good"]}})
    assert "attempts" not in ok(door.get(f"/task/{task['task_id']}"))


def test_a_redo_takes_the_attempts_back(door: Door) -> None:
    task = done(door, "textcollection", {**TEXTS, "responses_required": 2})
    door.mock.tasks.redo(task["task_id"])
    assert "attempts" not in ok(door.get(f"/task/{task['task_id']}"))
    door.mock.clock.advance(days=30)
    again = ok(door.get(f"/task/{task['task_id']}"))
    assert len(again["attempts"]) == 2
    assert again["attempts"] != task["attempts"] or again["response"] == task["response"]


def test_points_have_a_response_with_a_live_key_only(door: Door) -> None:
    body = {"attachment": "https://img.example.test/1.jpg", "objects_to_annotate": ["nose"]}
    assert "response" not in done(door, "pointannotation", body, mode="test")
    (point,) = {
        one["label"] for one in done(door, "pointannotation", body)["response"]["annotations"]
    }
    assert point == "nose"
