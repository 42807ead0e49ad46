"""Scale's page "Batch overview", sentence by sentence, for each product line, through the SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from scaleapi.exceptions import ScaleInvalidRequest, ScaleResourceNotFound
from scaleapi.tasks import TaskType

from tests.functional.helpers import HOOK, batch, docs, image_task, project
from tests.functional.studio.team import ANN, BOB, CAT, exact_team

if TYPE_CHECKING:
    from tests.functional.conftest import OpenDoor
    from tests.functional.doors import Door
    from tests.functional.receivers import Receiver

NAME = "kitten_labeling_2021-07"
STATS = {"completed": 20, "canceled": 3, "error": 5}
DOCUMENTED = {"batch": NAME, "status": "completed", "stats": STATS}
LINES = ["enterprise", "rapid", "studio"]
STAGED = ["rapid", "studio"]
NEVER = "Projects, batches and tasks of the two modes never mix."
RULES: list[dict[str, Any]] = [
    {"name": "bad", "match": {"unique_id": "bad-*"}, "outcome": "error"},
    {"name": "rest", "match": {"product_line": ["enterprise", "rapid"]}, "after": "1h..5 days"},
]


def ready(door: Door, line: str) -> None:
    """A project called kittens, in which a production batch may be launched."""
    if line == "studio":
        exact_team(door, ANN, BOB, CAT, of="kittens")
    else:
        project(door, "kittens", **({"rapid": True} if line == "rapid" else {}))
    if line == "rapid":
        batch(door, "dry run", of="kittens", calibration_batch=True).finalize()


# "For high-volume projects, batches can optionally be used to further divide work inside a
# project."


@pytest.mark.parametrize("line", ["enterprise", "studio"])
def test_batches_are_optional(door: Door, line: str) -> None:
    """Rapid's tasks need one: there, batches are deeply linked to the task delivery model."""
    ready(door, line)
    task = image_task(door, project="kittens")
    door.mock.clock.advance(days=14)
    task.refresh()
    assert (task.status, task.as_dict().get("batch")) == ("completed", None)


@pytest.mark.parametrize("line", LINES)
def test_batches_divide_the_work_inside_a_project(door: Door, line: str) -> None:
    ready(door, line)
    client = door.client()
    for week in ("week-1", "week-2"):
        made = batch(door, week, of="kittens", metadata={"dataset": week})
        for number in range(2):
            image_task(door, batch=week, unique_id=f"{week}/{number}")
        made.finalize()
    for week in ("week-1", "week-2"):
        found = [
            task.unique_id for task in client.get_tasks(project_name="kittens", batch_name=week)
        ]
        assert sorted(found) == [f"{week}/0", f"{week}/1"]
        assert client.get_batch(week).metadata == {"dataset": week}
    listed = {one["name"] for one in docs(door.get("/batches?project=kittens"))}
    assert {"week-1", "week-2"} <= listed


# "Batch is created (status = in_progress)" / "Batch is created (status = staging)"


@pytest.mark.parametrize("line", LINES)
def test_batch_is_created(door: Door, line: str) -> None:
    ready(door, line)
    made = batch(door, NAME, of="kittens", callback=HOOK)
    created = "in_progress" if line == "enterprise" else "staging"
    assert (made.name, made.project, made.status) == (NAME, "kittens", created)
    assert door.client().get_batch(NAME).status == created
    assert made.get_status() == {"status": created}


# "There are two types of batches, production batches, and calibration batches."


@pytest.mark.parametrize("line", STAGED)
def test_calibration_batches_are_told_from_production_batches(door: Door, line: str) -> None:
    ready(door, line)
    made = batch(door, "try", of="kittens", calibration_batch=True)
    assert made.status == "staging"
    found = {one["name"]: one.get("calibration_batch") for one in docs(door.get("/batches"))}
    assert found["try"] is True
    assert not batch(door, "real", of="kittens").as_dict().get("calibration_batch")


# "Calibration batches help ensure your project is ready for humans to start working on your
# production data"


def test_without_a_calibration_batch_there_is_no_production(door: Door) -> None:
    project(door, "kittens", rapid=True)
    with pytest.raises(ScaleInvalidRequest) as caught:
        batch(door, NAME, of="kittens")
    assert (caught.value.code, caught.value.message) == (
        400,
        'A production batch of the Rapid project "kittens" needs a calibration batch that has been '
        'finalized. It has none: create one with POST /v1/batches and "calibration_batch": true '
        "(client.create_batch), add tasks to it and finalize it with POST "
        "/v1/batches/NAME/finalize (client.finalize_batch). The mock's setting rapid_gate says how "
        "much is needed.",
    )


# "Tasks are added to the batch by specifying the batch field on the task to be the name of your
# batch"


@pytest.mark.parametrize("line", LINES)
def test_tasks_are_added_by_the_batch_field(door: Door, line: str) -> None:
    ready(door, line)
    made = batch(door, NAME, of="kittens")
    task = image_task(door, batch=NAME)
    assert (task.batch, task.project, task.status) == (NAME, "kittens", "pending")
    with pytest.raises(ScaleResourceNotFound) as caught:
        image_task(door, batch="no such batch")
    assert caught.value.message == "Batch with that name not found."
    assert made.get_status()["pending"] == 1


# "Batches need to be finalized (status = in_progress)"


@pytest.mark.parametrize("line", STAGED)
def test_batches_need_to_be_finalized(door: Door, line: str) -> None:
    ready(door, line)
    made = batch(door, NAME, of="kittens", callback=HOOK)
    task = image_task(door, batch=NAME)
    door.mock.clock.advance(days=60)
    task.refresh()
    assert (task.status, task.workStarted) == ("pending", False)
    assert made.get_status() == {"status": "staging", "pending": 1}
    made.finalize()
    assert made.get_status() == {"status": "in_progress", "pending": 1}
    with pytest.raises(ScaleInvalidRequest) as caught:
        made.finalize()
    assert caught.value.message == f'Batch "{NAME}" has already been finalized.'


def test_an_enterprise_batch_needs_no_finalizing(door: Door) -> None:
    ready(door, "enterprise")
    made = batch(door, NAME, of="kittens")
    task = image_task(door, batch=NAME)
    door.mock.clock.advance(minutes=5)
    task.refresh()
    assert task.workStarted
    assert made.finalize().status == "in_progress"
    assert image_task(door, batch=NAME).batch == NAME


# "Once a batch is finalized, tasks will be submitted to our taskers" / "to your team workers to
# begin labeling."


@pytest.mark.parametrize("line", STAGED)
def test_once_finalized_tasks_are_worked_on(door: Door, line: str) -> None:
    ready(door, line)
    made = batch(door, NAME, of="kittens")
    task = image_task(door, batch=NAME)
    made.finalize()
    door.mock.clock.advance(minutes=5)
    task.refresh()
    assert (task.status, task.workStarted) == ("pending", True)
    started = [
        entry.as_dict()["by"]
        for entry in door.mock.journal.entries(subject=f"live/task/{task.id}")
        if entry.kind == "task.started"
    ]
    crowd = {str(one["email"]) for one in door.mock.projects.taskers("kittens")}
    assert len(started) == 1
    assert started[0] in (crowd if line == "rapid" else {ANN, BOB, CAT})


# "No tasks may be added to a batch once it has been finalized."


@pytest.mark.parametrize("line", STAGED)
def test_no_tasks_may_be_added_once_finalized(door: Door, line: str) -> None:
    ready(door, line)
    made = batch(door, NAME, of="kittens")
    image_task(door, batch=NAME)
    made.finalize()
    text = f'Batch "{NAME}" has already been finalized. No tasks may be added to it.'
    for _ in range(2):
        with pytest.raises(ScaleInvalidRequest) as caught:
            image_task(door, batch=NAME)
        assert (caught.value.code, caught.value.message) == (400, text)
        door.mock.clock.advance(days=30)
    assert made.get_status() == {"status": "completed", "completed": 1}


# "The final task is completed, the batch is completed (status completed) and the callback is fired
# with the example to the right."


@pytest.mark.parametrize("line", LINES)
def test_the_final_task_completes_the_batch_and_fires_the_documented_callback(
    open_door: OpenDoor, receiver: Receiver, line: str
) -> None:
    door = open_door(rules=RULES, callback_hosts=("127.0.0.1",))
    ready(door, line)
    made = batch(door, NAME, of="kittens", callback=receiver.url)
    tasks = [image_task(door, batch=NAME, unique_id=f"kitten-{n}") for n in range(20)]
    for number in range(5):
        image_task(door, batch=NAME, unique_id=f"bad-{number}")
    for number in range(3):
        image_task(door, batch=NAME, unique_id=f"unwanted-{number}").cancel()
    assert made.get_status()["pending"] == 25
    made.finalize()
    while made.get_status()["status"] == "in_progress":
        assert receiver.got == [], "not before the final task is done"
        assert made.get_status()["pending"] > 0
        door.mock.clock.run_next()
    door.settle()
    for task in tasks:
        task.refresh()
    assert made.get_status() == {"status": "completed", **STATS}
    (got,) = receiver.got
    assert got.json == DOCUMENTED
    assert list(got.json) == list(DOCUMENTED)
    assert got.headers["scale-callback-auth"] == door.mock.callback_auth("live")
    ended = max(
        entry.at
        for entry in door.mock.journal.entries()
        if entry.kind in {"task.completed", "task.errored"}
        and entry.subject.startswith("live/task")
    )
    (completed,) = (
        entry.at
        for entry in door.mock.journal.entries(subject=f"live/batch/{NAME}")
        if entry.kind == "batch.completed"
    )
    assert completed == ended, "the batch is completed with its final task"
    assert door.client().get_batch(NAME).status == "completed"


# "The API key you use to create batches/projects/tasks with must all match"


@pytest.mark.parametrize(("there", "here"), [("live", "test"), ("test", "live")])
@pytest.mark.parametrize("line", LINES)
def test_test_projects_take_test_batches_and_tasks_only(
    open_door: OpenDoor, line: str, there: str, here: str
) -> None:
    door = open_door(rapid_gate="off")
    more: dict[str, Any] = {} if line == "enterprise" else {line: True}
    project(door, "kittens", mode=there, **more)
    batch(door, NAME, of="kittens", mode=there)
    for call, kind, name in (
        (lambda: batch(door, "x", of="kittens", mode=here), "project", "kittens"),
        (lambda: image_task(door, mode=here, batch=NAME), "batch", NAME),
        (lambda: image_task(door, mode=here, project="kittens"), "project", "kittens"),
    ):
        with pytest.raises(ScaleInvalidRequest) as caught:
            call()
        assert (caught.value.code, caught.value.message) == (
            400,
            f'The {kind} "{name}" lives in {there} mode, and this call was made with a {here} key. '
            + NEVER,
        )
    assert image_task(door, mode=there, batch=NAME).as_dict()["is_test"] is (there == "test")
    door.client(here).create_project("kittens", TaskType.ImageAnnotation, **more)
    batch(door, NAME, of="kittens", mode=here)
    assert image_task(door, mode=here, batch=NAME).as_dict()["is_test"] is (here == "test")
