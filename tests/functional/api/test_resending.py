"""A callback that is sent again: by the control API, by the API itself, and in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.functional.helpers import completed_task, ok

if TYPE_CHECKING:
    from tests.functional.doors import Door
    from tests.functional.receivers import Receiver


def the_only(door: Door) -> dict[str, Any]:
    (callback,) = ok(door.request("GET", "/_mock/callbacks"))
    return dict(callback)


def test_a_resend_keeps_the_id_and_goes_on_counting(door: Door, receiver: Receiver) -> None:
    task = completed_task(door, callback_url=receiver.url)
    first = door.mock.callbacks.assert_received(task=task)
    reply = ok(door.request("POST", f"/_mock/callbacks/{first.id}/resend"))
    assert (reply["id"], reply["reason"], reply["state"]) == (first.id, "resent", "pending")
    ok(door.request("POST", f"/v1/task/{task.id}/send_callback"))
    door.mock.callbacks.resend(task)
    door.settle()
    assert [attempt["number"] for attempt in the_only(door)["attempts"]] == [1, 2, 3, 4]
    assert len({got.body for got in receiver.got}) == 1
    received = door.mock.callbacks.assert_received(task=task, times=4)
    assert {one.id for one in received} == {first.id}
    assert len(door.mock.callbacks.assert_received(task=task, reason="resent", times=3)) == 3
    door.mock.callbacks.assert_order([task, task, task, task])
    kinds = [entry.kind for entry in door.mock.journal.entries(subject=f"live/task/{task.id}")]
    assert (kinds.count("callback.owed"), kinds.count("callback.resent")) == (1, 3)


def test_a_resend_to_a_receiver_that_is_back_ends_what_was_given_up(
    door: Door, receiver: Receiver
) -> None:
    mock = door.mock
    mock.callbacks.receiver.down(lasting="2d")
    task = completed_task(door, callback_url=mock.callbacks.url)
    mock.clock.advance(days=3)
    given_up = the_only(door)
    assert (given_up["state"], len(given_up["attempts"])) == ("failed", 21)
    ok(door.request("POST", f"/_mock/callbacks/{given_up['id']}/resend"))
    door.settle()
    again = the_only(door)
    assert (again["id"], again["state"]) == (given_up["id"], "acknowledged")
    assert again["attempts"][-1]["number"] == 22
    assert mock.callbacks.assert_received(task=task).id == given_up["id"]
    task.refresh()
    assert task.as_dict()["callback_succeeded"] is True
