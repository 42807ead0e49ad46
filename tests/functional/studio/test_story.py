"""Six labelers, two reviewers, three groups, four batches with changing priorities, 300 tasks."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from scaleapi.tasks import TaskType
from scaleapi.teams import TeammateRole

from tests.functional.helpers import IMAGE, batch, project
from tests.functional.studio.reference import Job, Person, Shop

if TYPE_CHECKING:
    from tests.functional.doors import Door

EMAIL = "{}@example.test".format
PACES_S = {"ann": 601, "bob": 743, "cat": 887, "dan": 1009, "eve": 1103, "fay": 1213}
PACES_S |= {"ray": 307, "roy": 411}
ROLES: dict[str, tuple[str, ...]] = dict.fromkeys(("ann", "bob", "cat", "dan"), ("attempt",))
ROLES |= {"eve": ("attempt", "review"), "fay": ("attempt", "review")}
ROLES |= {"ray": ("review",), "roy": ("review",)}
WORDS = {("attempt",): "attempter", ("review",): "reviewer", ("attempt", "review"): "both"}
CARELESS = "bob"
GROUPS = {
    "north": ["ann", "bob", "eve", "ray"],
    "south": ["cat", "dan", "fay", "roy"],
    "night": ["ann", "cat", "ray", "roy"],
}
BATCHES: dict[str, list[str]] = {
    "first": ["north"],
    "second": ["south", "eve"],
    "third": [],
    "trial": ["night"],
}
PRIORITIES = (None, 10, 30, 20, None)
HOUR = 3600
END = 30 * HOUR


def hired(door: Door) -> None:
    """The team with its groups, in a project with one review layer."""
    client = door.client()
    project(door, studio=True)
    emails = [EMAIL(name) for name in PACES_S]
    client.invite_teammates(emails, TeammateRole.Labeler)
    for name, pace in PACES_S.items():
        door.mock.studio.configure_labeler(
            EMAIL(name),
            pace=pace,
            spread=0,
            accuracy=0 if name == CARELESS else 1,
            roles={"bikes": WORDS[ROLES[name]]},
        )
    client.add_studio_assignments(emails, ["bikes"])
    door.mock.studio.configure("bikes", reviews=1, rejects=1, rejections_max=1)
    for group, names in GROUPS.items():
        client.create_project_group("bikes", [EMAIL(name) for name in names], group)


def filled(door: Door) -> dict[str, str]:
    """The batches with 75 tasks each, all finalized; names of tasks by id."""
    client = door.client()
    names = {}
    for name, groups in BATCHES.items():
        batch(door, name, calibration_batch=name == "trial")
        for number in range(75):
            more = {"priority": PRIORITIES[number % 5]} if PRIORITIES[number % 5] else {}
            label = f"{name}-{number}"
            task = client.create_task(
                TaskType.ImageAnnotation, batch=name, unique_id=label, **more, **IMAGE
            )
            names[task.id] = label
        if groups:
            limited = [group if group in GROUPS else EMAIL(group) for group in groups]
            client.assign_studio_batches(name, limited)
    for name in BATCHES:
        client.finalize_batch(name)
    return names


def reference() -> Shop:
    """The same team with the same tasks, in the default order of work."""
    people = [
        Person(name, pace, ROLES[name], is_careless=name == CARELESS)
        for name, pace in PACES_S.items()
    ]
    jobs = [
        Job(f"{name}-{number}", place * 75 + number, name, PRIORITIES[number % 5])
        for place, name in enumerate(BATCHES)
        for number in range(75)
    ]
    open_to = {
        name: {one for group in groups for one in GROUPS.get(group, [group])} or set(PACES_S)
        for name, groups in BATCHES.items()
    }
    return Shop(people, jobs, ["trial", "first", "second", "third"], open_to)


def urgent(shop: Shop) -> None:
    for job in shop.jobs:
        # Only tasks on which work has not started.
        if job.batch == "third" and job.waits_for == "attempt" and not job.rejections:
            job.priority = 30


def check(door: Door) -> None:
    """What must hold at every moment."""
    world = door.mock._world
    floor = world.core.floor
    doing = [one.doing for one in floor.labelers.values() if one.doing is not None]
    tasks = [one.task for one in doing]
    assert len(set(tasks)) == len(tasks), "one task in two hands"
    assert sorted(tasks) == sorted(task for task, item in floor.items.items() for _ in item.holders)
    by_batch = Counter(
        (task.batch.name, task.status)
        for task in world.core.sides["live"].tasks.values()
        if task.batch is not None
    )
    for name in BATCHES:
        status = door.mock.batches.status(name)
        del status["status"]
        assert sum(status.values()) == 75
        assert status == {what: count for (of, what), count in by_batch.items() if of == name}


def run_to(door: Door, second: int) -> None:
    """Goes to an instant event by event, looking at everything after each."""
    world = door.mock._world
    target = world.start_at + timedelta(seconds=second)
    while (event := world.scheduler.next_event()) is not None and event.due <= target:
        door.mock.clock.run_next()
        check(door)
    door.mock.clock.advance_to(target)
    totals(door)


def totals(door: Door) -> None:
    """What the customer sees adds up."""
    client = door.client()
    listed = client.list_studio_batches()
    for one in listed:
        status = client.batch_status(one.name)
        assert status["status"] == "in_progress"
        assert one.total == 75 == status["pending"] + status.get("completed", 0)
        assert one.completed == status.get("completed", 0) < 75
    for name in set(BATCHES) - {one.name for one in listed}:
        assert client.batch_status(name) == {"status": "completed", "completed": 75}


@pytest.mark.slow
def test_the_whole_story(door: Door) -> None:
    client = door.client()
    hired(door)
    names = filled(door)
    shop = reference()

    def second_first(one: Shop) -> None:
        one.batches = ["second", "third", "first", "trial"]

    def default_order(one: Shop) -> None:
        one.batches = ["trial", "first", "second", "third"]

    def reopened(one: Shop) -> None:
        one.open_to["first"] = set(PACES_S)

    shop.run({2 * HOUR: second_first, 4 * HOUR: urgent, 5 * HOUR: default_order,
              6 * HOUR: reopened}, END)  # fmt: skip
    run_to(door, 2 * HOUR)
    client.set_studio_batches_priorities(["second", "third", "first", "trial"])
    assert [one.studio_priority for one in client.list_studio_batches()] == [1, 2, 3, 4]
    run_to(door, 4 * HOUR)
    assert door.post("/batches/third/prioritize", json={"priority": 30}).status_code == 200
    run_to(door, 5 * HOUR)
    reset = client.reset_studio_batches_priorities()
    assert [one.name for one in reset] == ["trial", "first", "second", "third"]
    run_to(door, 6 * HOUR)
    client.assign_studio_batches("first", [])
    run_to(door, END)

    start = door.mock._world.start_at
    done = door.mock.studio.activity()
    picked = [
        (
            (one.picked_up - start) // timedelta(seconds=1),
            one.labeler.partition("@")[0],
            one.kind,
            names[one.task],
        )
        for one in done
    ]
    assert picked == shop.log
    assert client.list_studio_batches() == []
    look_back(door, done)


def reviews_for(email: str, now: Any, number: int, done: list[Any]) -> list[str]:
    """The tasks that waited for a review by somebody at an instant, before a pick-up."""
    name = email.partition("@")[0]
    waiting: dict[str, Any] = {}
    for one in done:
        if one.kind == "attempt" and one.finished <= now:
            waiting[one.task] = one
        elif one.kind == "review" and (one.picked_up, one.number) < (now, number):
            waiting.pop(one.task, None)
    return [
        task
        for task, one in waiting.items()
        if one.labeler != email and name in reference().open_to[one.batch]
    ]


def look_back(door: Door, done: list[Any]) -> None:
    """Nobody ever held two tasks; every bad answer was sent back once."""
    for name in PACES_S:
        own = [one for one in done if one.labeler == EMAIL(name)]
        assert own, name
        for before, after in pairwise(own):
            assert before.finished + timedelta(seconds=60) <= after.picked_up
    for one in done:
        if one.kind == "attempt" and one.labeler in {EMAIL("eve"), EMAIL("fay")}:
            assert reviews_for(one.labeler, one.picked_up, one.number, done) == []
    results = Counter((one.kind, one.result) for one in done)
    rejected = results["review", "rejected"]
    careless = sum(one.labeler == EMAIL(CARELESS) for one in done)
    assert 0 < rejected <= careless
    assert results["attempt", "submitted"] == 300 + rejected
    assert results["review", "accepted"] + results["review", "fixed"] == 300
    tasks = door.mock._world.core.sides["live"].tasks.values()
    assert sum(task.times_redone for task in tasks) == rejected


def test_the_story_is_the_same_twice(door: Door) -> None:
    digests = []
    for _ in range(2):
        hired(door)
        filled(door)
        door.mock.clock.advance(days=2)
        digests.append(door.mock.journal.digest())
        door.mock.reset()
    assert digests[0] == digests[1]
