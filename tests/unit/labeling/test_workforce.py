"""The workforce on a large scale, and what is left of it after a restore."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from scale_mock import ScaleMock
from scale_mock.domain.batch_moves import BatchMoves
from scale_mock.domain.worklist import Worklist
from scale_mock.world.freezing import Freezer, Thawer
from scale_mock.world.snapshots import RECORDS, put_back, take

if TYPE_CHECKING:
    import pytest

    from scale_mock.domain.floor import WorkItem

TASK = {
    "attachment": "https://img.example.test/1.jpg",
    "attachment_type": "image",
    "categories": ["a", "b"],
    "instruction": "Which?",
}


def studio(mock: ScaleMock, *, labelers: int, tasks: int, reviews: int = 0) -> None:
    """A finalized Studio batch and a team."""
    world = mock._world
    side = world.core.sides["live"]
    emails = [f"l{number}@example.test" for number in range(labelers)]
    world.projects.create(side, {"name": "p", "type": "categorization", "studio": True})
    world.team.invite({"emails": emails, "team_role": "labeler"})
    world.studio.assign(side, {"emails": emails, "projects": ["p"]})
    world.staffing.configure("p", {"reviews": reviews})
    world.batches.create(side, {"name": "b", "project": "p"})
    for number in range(tasks):
        body = {**TASK, "batch": "b", "unique_id": str(number)}
        world.tasks.create(side, "categorization", body)
    world.finalize("live", "b")


def test_a_pick_up_does_not_look_at_every_task(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0
    is_current = Worklist._is_current

    def counted(worklist: Worklist, entry: Any) -> bool:
        nonlocal looks
        looks += 1
        return is_current(worklist, entry)

    monkeypatch.setattr(Worklist, "_is_current", counted)
    with ScaleMock() as mock:
        studio(mock, labelers=5, tasks=2000, reviews=1)
        mock.clock.run_until_idle()
        done = mock.studio.activity()
        assert len(done) >= 4000
    # Two looks per piece of work (is there any, and which), at one head for each other person.
    assert looks <= len(done) * 2 * (5 + 2)


def test_a_floor_survives_being_written_down() -> None:
    with ScaleMock() as mock:
        studio(mock, labelers=3, tasks=30, reviews=1)
        mock.clock.advance(hours=2)
        world = mock._world
        floor = world.core.floor
        written = Freezer().freeze(floor)
        thawer = Thawer(RECORDS)
        for task in world.core.sides["live"].tasks.values():
            thawer.learn(task)
        for event in world.scheduler.pending():
            thawer.learn(event)
        before = world.core.floor.items
        world.core.floor = thawer.thaw(written)
        assert Freezer().freeze(world.core.floor) == written
        assert world.core.floor.items is not before
        # The lines are found anew from the floor, and everything goes on.
        mock.clock.run_until_idle()
        assert mock.batches.status("b") == {"status": "completed", "completed": 30}
        assert world.core.floor.items == {}


def test_a_restored_team_goes_on_as_it_would_have() -> None:
    with ScaleMock() as mock:
        studio(mock, labelers=3, tasks=30, reviews=1)
        mock.studio.configure_labeler("l1@example.test", hours="09:00-17:00", accuracy=0.1)
        mock.clock.advance(hours=2)
        written = json.loads(json.dumps(take(mock._world)))
        mock.clock.run_until_idle()
        expected = (mock.journal.digest(), mock.studio.activity())
    with ScaleMock() as mock:
        put_back(mock._world, written)
        mock.clock.run_until_idle()
        assert (mock.journal.digest(), mock.studio.activity()) == expected


def test_an_item_knows_whose_turn_it_is() -> None:
    with ScaleMock() as mock:
        studio(mock, labelers=2, tasks=2, reviews=1)
        items: list[WorkItem] = list(mock._world.core.floor.items.values())
        assert {item.role for item in items} == {"attempter"}
        mock.clock.advance(minutes=26)
        assert {item.role for item in items} == {"reviewer"}


def test_with_the_stand_in_for_a_workforce_nothing_moves() -> None:
    from scale_mock.domain.absent import Nobody

    with ScaleMock() as mock:
        mock._world.core.workforce = Nobody()
        studio(mock, labelers=2, tasks=2)
        assert mock.clock.run_until_idle().events == 0
        assert mock.batches.status("b") == {"status": "in_progress", "pending": 2}


def test_nobody_picks_up_from_a_paused_batch() -> None:
    with ScaleMock() as mock:
        studio(mock, labelers=1, tasks=2)
        world = mock._world
        batch = world.batches.get(world.core.sides["live"], "b")
        moves = BatchMoves(world.core, world.batches, world.lifecycle)
        mock.clock.advance(minutes=2)
        moves.pause(batch)
        mock.clock.advance(days=1)
        assert mock.batches.status("b") == {"status": "in_progress", "pending": 1, "completed": 1}
        assert world.core.floor.items == {}
        moves.resume(batch)
        mock.clock.advance(minutes=30)
        assert mock.batches.status("b") == {"status": "completed", "completed": 2}
