"""Self-label tasks: they wait for the customer, whose labels have to fit the type."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock.domain.refusals import Refusal
from tests.functional.helpers import HOOK, batch, image_task, ok, refused
from tests.functional.rapid.steps import kittens, pictures

if TYPE_CHECKING:
    from tests.functional.doors import Door

BOX = {
    "uuid": "0d5d1b2c-3e4f-4a6b-8c7d-9e0f1a2b3c4d",
    "type": "box",
    "label": "kitten",
    "left": 10,
    "top": 20,
    "width": 30,
    "height": 40,
}
GOOD = {"annotations": [BOX]}
WRONG = {"annotations": [{**BOX, "left": "10"}, {**BOX, "width": None}]}


@pytest.fixture
def own(door: Door) -> Any:
    """A task that waits for its customer."""
    kittens(door)
    made = batch(door, "own", of="kittens", self_label_batch=True, callback=HOOK)
    (task,) = pictures(door, "own", 1, callback_url=HOOK)
    assert made.finalize().status == "in_progress"
    return task


def test_it_waits_as_long_as_it_takes(door: Door, own: Any) -> None:
    door.mock.clock.advance(days=365)
    own.refresh()
    assert (own.status, own.workStarted) == ("pending", False)
    explained = door.mock.explain(own)
    assert explained.waits_for == "the customer: it is in a self-label batch"
    assert explained.move == f"mock.tasks.complete({own.id!r})"


def test_it_is_labeled_through_python(door: Door, own: Any) -> None:
    door.mock.clock.advance(days=2)
    door.mock.tasks.complete(own, GOOD, by="me@example.test")
    own.refresh()
    assert (own.status, own.response) == ("completed", GOOD)
    door.mock.callbacks.assert_received(task=own, status="completed")
    sent = door.mock.callbacks.assert_received(batch="own")
    assert sent.json == {"batch": "own", "status": "completed", "stats": {"completed": 1}}


def test_it_is_labeled_through_the_control_api(door: Door, own: Any) -> None:
    body = {"response": GOOD, "by": "me@example.test"}
    done = ok(door.request("POST", f"/_mock/tasks/{own.id}/complete", json=body))
    assert (done["status"], done["response"]) == ("completed", GOOD)


def test_wrong_labels_are_refused_with_their_json_paths(door: Door, own: Any) -> None:
    with pytest.raises(Refusal) as caught:
        door.mock.tasks.complete(own, WRONG)
    text = str(caught.value)
    assert text == (
        "The response does not fit a task of type imageannotation: "
        "$.annotations[0].left: '10' is not of type 'number'; "
        "$.annotations[1].width: None is not of type 'number'. "
        "Correct it, or pass validate = false to complete the task with it all the same."
    )
    path = f"/_mock/tasks/{own.id}/complete"
    assert refused(door.request("POST", path, json={"response": WRONG})) == (400, text)
    own.refresh()
    assert own.status == "pending"
    door.mock.tasks.complete(own, GOOD)


def test_labels_that_were_not_asked_for_are_refused(door: Door, own: Any) -> None:
    stray = {"annotations": [{**BOX, "label": "kiten"}]}
    with pytest.raises(Refusal) as caught:
        door.mock.tasks.complete(own, stray)
    text = str(caught.value)
    assert text == (
        "The response does not fit a task of type imageannotation: "
        "$.annotations[0].label: 'kiten' is not one of ['kitten', 'cat'], the labels of box "
        "(did you mean 'kitten'?). "
        "Correct it, or pass validate = false to complete the task with it all the same."
    )
    path = f"/_mock/tasks/{own.id}/complete"
    assert refused(door.request("POST", path, json={"response": stray})) == (400, text)
    assert door.mock.tasks.complete(own, stray, validate=False)["response"] == stray


def test_labels_of_other_tasks_are_held_against_the_request_on_demand(door: Door) -> None:
    task = image_task(door)
    stray = {"annotations": [{**BOX, "label": "zzz"}]}
    with pytest.raises(Refusal, match="'zzz' is not one of"):
        door.mock.tasks.complete(task, stray, validate=True)
    assert door.mock.tasks.complete(task, stray)["response"] == stray


def test_at_most_ten_problems_are_listed(door: Door, own: Any) -> None:
    many = {"annotations": [{**BOX, "left": "10"} for _ in range(13)]}
    with pytest.raises(Refusal, match=re.escape("; and 3 more. Correct it")) as caught:
        door.mock.tasks.complete(own, many)
    assert str(caught.value).count("$.annotations") == 10


def test_the_check_can_be_switched_off(door: Door, own: Any) -> None:
    body = {"response": WRONG, "validate": False}
    done = ok(door.request("POST", f"/_mock/tasks/{own.id}/complete", json=body))
    assert (done["status"], done["response"]) == ("completed", WRONG)


def test_other_tasks_are_checked_on_demand(door: Door) -> None:
    first, second = image_task(door), image_task(door, tags=["second"])
    with pytest.raises(Refusal, match="does not fit a task of type imageannotation"):
        door.mock.tasks.complete(first, WRONG, validate=True)
    assert door.mock.tasks.complete(first, WRONG)["response"] == WRONG
    path = f"/_mock/tasks/{second.id}/complete"
    status, _ = refused(door.request("POST", path, json={"response": WRONG, "validate": True}))
    assert status == 400
    wrong = {"response": GOOD, "validate": "perhaps"}
    assert refused(door.request("POST", path, json=wrong)) == (
        400,
        'Parameter is invalid, reason: "validate" must be a boolean',
    )


def test_without_labels_it_gets_synthesized_ones(door: Door, own: Any) -> None:
    assert door.mock.tasks.complete(own)["response"]["annotations"]


def test_test_mode_waits_for_the_customer_too(door: Door) -> None:
    kittens(door, mode="test")
    made = batch(door, "own", of="kittens", mode="test", self_label_batch=True)
    (task,) = pictures(door, "own", 1, mode="test")
    made.finalize()
    door.mock.clock.advance(days=1)
    task.refresh()
    assert task.status == "pending"
    assert door.mock.tasks.complete(task, GOOD)["status"] == "completed"
    assert made.get_status() == {"status": "completed", "completed": 1}
