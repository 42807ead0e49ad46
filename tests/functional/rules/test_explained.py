"""What a completed task still waits for by its rule's word: recalls and reviews."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaleapi.tasks import TaskType

from tests.functional.helpers import CATEGORIES

if TYPE_CHECKING:
    from tests.functional.conftest import OpenDoor


def test_explain_names_the_recall_and_the_review_to_come(open_door: OpenDoor) -> None:
    rule = {
        "after": "1h",
        "redo": {"times": 1, "after": "3h"},
        "reviews": [{"result": "rejected", "after": "2h", "redo": False}, "accepted"],
    }
    door = open_door(rules=[rule])
    task = door.client().create_task(TaskType.Categorization, **CATEGORIES)
    clock, said = door.mock.clock, []
    for hours in (1, 4, 2, 1000):
        clock.advance(hours=hours)
        said.append(door.mock.explain(task))

    assert [one.status for one in said[:3]] == ["completed"] * 3
    assert [one.waits_for for one in said[:3]] == [
        "its recall (1 of 1) by rule 'rule-1' at 2024-01-01T04:00:00.000Z (in 3 h)",
        "the review \"rejected\" (1 of 2) by rule 'rule-1' at 2024-01-01T07:00:00.000Z (in 2 h)",
        "the review \"accepted\" (2 of 2) by rule 'rule-1' at 2024-01-01T08:00:00.000Z (in 1 h)",
    ]
    assert said[0].move == (
        "mock.clock.advance_to('2024-01-01T04:00:00.000Z'), or an assertion that waits for it"
    )
    assert said[3].waits_for.startswith("nothing: it is completed")


def test_a_callback_under_way_is_named_besides(open_door: OpenDoor) -> None:
    door = open_door(rules=[{"after": "1h", "reviews": [{"result": "accepted", "after": "2d"}]}])
    door.mock.callbacks.receiver.down()
    task = door.client().create_task(
        TaskType.Categorization, **{**CATEGORIES, "callback_url": door.mock.callbacks.url}
    )
    door.mock.clock.advance(hours=1)
    first = door.mock.explain(task)
    door.mock.clock.advance(hours=24)
    second = door.mock.explain(task)

    review = "the review \"accepted\" (1 of 1) by rule 'rule-1' at 2024-01-03T01:00:00.000Z"
    assert first.waits_for.startswith("attempt 2 of its callback at 2024-01-01T01:00:10.800Z")
    assert first.waits_for.endswith(f"got refused; besides, {review} (in 2 days)")
    assert second.waits_for == (
        f"{review} (in 1 day); besides, its callback was given up after 21 attempts, the last of "
        "which got refused"
    )
