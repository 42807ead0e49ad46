"""Where the mock had to choose and no other test of the suite pins the choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.functional.helpers import HOOK, batch, image_task, project

if TYPE_CHECKING:
    from tests.functional.doors import Door


def test_a_test_mode_batch_settles_a_minute_after_its_last_task(door: Door) -> None:
    project(door, mode="test")
    made = batch(door, mode="test")
    image_task(door, mode="test", batch="w1")
    assert made.get_status() == {"status": "in_progress", "completed": 1}
    door.mock.clock.advance(seconds=59)
    image_task(door, mode="test", batch="w1")
    door.mock.clock.advance(seconds=59)
    assert made.get_status() == {"status": "in_progress", "completed": 2}
    door.mock.clock.advance(seconds=1)
    assert made.get_status() == {"status": "completed", "completed": 2}


def test_an_empty_staging_batch_can_be_finalized_and_never_completes(door: Door) -> None:
    project(door, rapid=True)
    made = batch(door, calibration_batch=True)
    made.finalize()
    door.mock.clock.advance(days=60)
    assert made.get_status() == {"status": "in_progress"}
    assert "a batch without tasks never completes" in str(door.mock.explain_batch(made))


def test_callbacks_are_sent_in_test_mode_too(door: Door) -> None:
    task = image_task(door, mode="test", callback_url=HOOK)
    callback = door.mock.callbacks.assert_received(task=task)
    assert callback.headers["scale-callback-auth"] == door.mock.callback_auth("test")


def test_nothing_is_rate_limited(door: Door) -> None:
    assert {door.get("/tasks?limit=1").status_code for _ in range(200)} == {200}
