"""Owns the steps that the stories of Rapid are made of: projects, batches of pictures, audits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scaleapi.tasks import TaskType

from tests.functional.helpers import batch, image_task

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scaleapi.tasks import Task

    from tests.functional.doors import Door

BOXES = {"box": {"objects_to_annotate": ["kitten", "cat"]}}
VAGUE = "Draw boxes."
THOROUGH = (
    "Draw one tight box around every kitten and every cat, also where they are partly hidden. A "
    "kitten is a cat of less than half the size of a grown one. Leave out pictures of cats."
)


def kittens(door: Door, *, mode: str = "live", instruction: str | None = VAGUE) -> Any:
    """A Rapid project for boxes around kittens."""
    params = {"geometries": BOXES, **({"instruction": instruction} if instruction else {})}
    return door.client(mode).create_project(
        "kittens", TaskType.ImageAnnotation, rapid=True, params=params
    )


def pictures(door: Door, of: str, count: int, *, mode: str = "live", **more: Any) -> list[Task]:
    """Fresh tasks of a batch, each with a picture of its own."""
    return [
        image_task(
            door,
            mode=mode,
            batch=of,
            attachment=f"https://img.example.test/{of}-{number}.jpg",
            geometries=BOXES,
            **more,
        )
        for number in range(count)
    ]


def calibrated(door: Door, name: str = "calibration", count: int = 10, **more: Any) -> list[Task]:
    """Tasks of a calibration batch that came back."""
    made = batch(door, name, of="kittens", calibration_batch=True)
    tasks = pictures(door, name, count, **more)
    made.finalize()
    door.mock.clock.advance(days=1)
    assert made.get_status() == {"status": "completed", "completed": count}
    return tasks


def audit(tasks: Sequence[Task], *, accepted: int) -> None:
    """Audits all tasks, so many of them as accepted."""
    for number, task in enumerate(tasks):
        task.audit(accepted=number < accepted)


def calibration(door: Door, name: str = "kittens", *, mode: str = "live") -> dict[str, Any]:
    """What the control API says of a project's calibration."""
    reply = door.request("GET", f"/_mock/projects/{name}/calibration", mode=mode)
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


def quality(door: Door, kind: str, count: int, of: str = "kittens") -> list[Any]:
    """Quality tasks of a project."""
    client = door.client()
    create = getattr(client, f"create_{kind}_task")
    return [
        create(
            TaskType.ImageAnnotation,
            project=of,
            attachment=f"https://img.example.test/{kind}-{number}.jpg",
            expected_response={"annotations": []},
        )
        for number in range(count)
    ]


def taskers_of(door: Door, name: str = "kittens") -> list[Any]:
    """The crowd as Python and the control API both tell it."""
    told = door.mock.projects.taskers(name)
    assert told == door.request("GET", f"/_mock/projects/{name}/taskers").json()
    return told


def workers_of(door: Door) -> dict[str, str]:
    """Who started which task, by the journal."""
    return {
        entry.subject.rpartition("/")[2]: str(entry.as_dict()["by"])
        for entry in door.mock.journal.entries()
        if entry.kind == "task.started"
    }
