"""What may be changed about a task: canceling, unique ids, metadata, tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from scaleapi.exceptions import ScaleDuplicateResource, ScaleInvalidRequest

from tests.functional.helpers import completed_task, image_task, ok, refused

if TYPE_CHECKING:
    from tests.functional.doors import Door


def test_cancel_twice_is_the_same_as_once(door: Door) -> None:
    task = image_task(door)
    first = door.client().cancel_task(task.id).as_dict()
    door.mock.clock.advance(hours=1)
    assert door.client().cancel_task(task.id).as_dict() == first


def test_cancel_keeps_the_unique_id_unless_asked(door: Door) -> None:
    task = image_task(door, unique_id="u")
    task.cancel()
    with pytest.raises(ScaleDuplicateResource):
        image_task(door, unique_id="u")
    task.cancel(clear_unique_id=True)
    task.refresh()
    assert not hasattr(task, "unique_id")
    assert image_task(door, unique_id="u").id != task.id


@pytest.mark.parametrize("word", ["true", "True", "1"])
def test_clear_unique_id_in_any_spelling(door: Door, word: str) -> None:
    task = image_task(door, unique_id="u")
    reply = ok(door.post(f"/task/{task.id}/cancel?clear_unique_id={word}"))
    assert "unique_id" not in reply


def test_cancel_of_finished_or_started_tasks_is_400_in_the_sdk(door: Door) -> None:
    started, errored, done = image_task(door), image_task(door), completed_task(door)
    door.mock.tasks.start(started)
    door.mock.tasks.fail(errored)
    for task in (started, errored, done):
        with pytest.raises(ScaleInvalidRequest) as caught:
            task.cancel(clear_unique_id=True)
        assert caught.value.code == 400


def test_a_refused_cancel_changes_nothing(door: Door) -> None:
    task = completed_task(door, unique_id="u")
    refused(door.post(f"/task/{task.id}/cancel?clear_unique_id=true"))
    assert ok(door.get(f"/task/{task.id}")) == task.as_dict()


def test_unique_id_can_be_moved_and_freed(door: Door) -> None:
    first, second = completed_task(door, unique_id="a"), image_task(door)
    with pytest.raises(ScaleDuplicateResource) as caught:
        second.update_unique_id("a")
    assert caught.value.message == (
        f'The unique_id ("a") is already used for a different task ({first.id}).'
    )
    first.update_unique_id("a")
    first.update_unique_id("b")
    second.update_unique_id("a")
    assert [task.id for task in door.client().tasks(unique_id="a")] == [second.id]
    for _ in range(2):
        first.clear_unique_id()
    first.refresh()
    assert not hasattr(first, "unique_id")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, '"unique_id" is required'),
        ({"unique_id": ""}, '"unique_id" is not allowed to be empty'),
        ({"unique_id": 5}, '"unique_id" must be a string'),
        ({"unique_id": "a\x00"}, '"unique_id" must not contain the character NUL'),
    ],
)
def test_wrong_unique_id(door: Door, body: dict[str, object], reason: str) -> None:
    reply = door.post(f"/task/{image_task(door).id}/unique_id", json=body)
    assert refused(reply) == (400, f"Parameter is invalid, reason: {reason}")


def test_metadata_is_replaced_in_any_state(door: Door) -> None:
    task = completed_task(door, metadata={"a": 1})
    client = door.client()
    assert client.set_task_metadata(task.id, {"b": {"c": [None]}}).metadata == {"b": {"c": [None]}}
    assert client.set_task_metadata(task.id, {}).metadata == {}
    assert client.get_task(task.id).metadata == {}


def test_metadata_above_10_kb_is_refused_and_kept_as_it_was(door: Door) -> None:
    task = image_task(door, metadata={"a": 1})
    status, text = refused(door.post(f"/task/{task.id}/setMetadata", json={"a": "x" * 10_240}))
    assert (status, "10 KB" in text) == (400, True)
    task.refresh()
    assert task.metadata == {"a": 1}


def test_tags_keep_their_order_and_come_once(door: Door) -> None:
    task = image_task(door)
    client = door.client()
    assert not hasattr(task, "tags")
    assert client.set_task_tags(task.id, ["c", "a", "c"]).tags == ["c", "a"]
    assert client.add_task_tags(task.id, ["a", "b"]).tags == ["c", "a", "b"]
    assert client.delete_task_tags(task.id, ["a", "z"]).tags == ["c", "b"]
    assert client.delete_task_tags(task.id, ["b", "c"]).tags == []
    assert client.get_task(task.id).tags == []


def test_more_than_five_tags_are_refused(door: Door) -> None:
    task = image_task(door, tags=["a", "b", "c"])
    reason = '"tags" must contain less than or equal to 5 items'
    expected = (400, f"Parameter is invalid, reason: {reason}")
    assert refused(door.put(f"/task/{task.id}/tags", json=["d", "e", "f"])) == expected
    assert refused(door.post(f"/task/{task.id}/tags", json=list("abcdef"))) == expected
    assert ok(door.put(f"/task/{task.id}/tags", json=["a", "d", "e"]))["tags"] == list("abcde")


@pytest.mark.parametrize(
    ("tags", "reason"),
    [(["a", 1], '"tags[1]" must be a string'), ([""], '"tags[0]" is not allowed to be empty')],
)
def test_wrong_tag(door: Door, tags: list[object], reason: str) -> None:
    task = image_task(door)
    for send in (door.post, door.put):
        reply = send(f"/task/{task.id}/tags", json=tags)
        assert refused(reply) == (400, f"Parameter is invalid, reason: {reason}")


def test_every_change_moves_updated_at(door: Door) -> None:
    task = image_task(door, unique_id="a")
    client = door.client()
    for change in (
        lambda: client.set_task_metadata(task.id, {"a": 1}),
        lambda: client.set_task_tags(task.id, ["a"]),
        lambda: client.update_task_unique_id(task.id, "b"),
        lambda: client.clear_task_unique_id(task.id),
    ):
        door.mock.clock.advance(seconds=1)
        assert change().updated_at == door.mock.clock.now().isoformat()[:19] + ".000Z"


def test_handing_on_over_the_control_api(door: Door) -> None:
    task = image_task(door)
    started = ok(door.request("POST", f"/_mock/tasks/{task.id}/start"))
    assert (started["status"], started["workStarted"]) == ("pending", True)
    labels = {"annotations": []}
    done = ok(door.request("POST", f"/_mock/tasks/{task.id}/complete", json={"response": labels}))
    assert (done["status"], done["response"]) == ("completed", labels)
    again = ok(door.request("POST", f"/_mock/tasks/{task.id}/redo"))
    assert (again["status"], again["times_redone"]) == ("pending", 1)
    failed = ok(door.request("POST", f"/_mock/tasks/{task.id}/fail", json={"error": "gone"}))
    assert (failed["status"], failed["response"]) == ("error", {"error": "gone"})
