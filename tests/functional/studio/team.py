"""Owns the Studio teams that several tests begin with, and how they look at what a team did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scaleapi.tasks import TaskType
from scaleapi.teams import TeammateRole

from tests.functional.helpers import IMAGE, studio_team

if TYPE_CHECKING:
    from scaleapi.tasks import Task

    from tests.functional.doors import Door

ANN, BOB, CAT = "ann@example.test", "bob@example.test", "cat@example.test"
START = "2024-01-01T00:00:00+00:00"


def exact_team(door: Door, *emails: str, of: str = "bikes", **more: Any) -> None:
    """Labelers assigned to a Studio project, who take 20 minutes and make no mistakes."""
    studio_team(door, *emails, of=of)
    for email in emails:
        door.mock.studio.configure_labeler(email, **{"spread": 0, "accuracy": 1, **more})


def more_labelers(door: Door, *emails: str, of: str = "bikes", **more: Any) -> None:
    """Further labelers of a project that exists."""
    client = door.client()
    client.invite_teammates(list(emails), TeammateRole.Labeler)
    for email in emails:
        door.mock.studio.configure_labeler(email, **{"spread": 0, "accuracy": 1, **more})
    client.add_studio_assignments(list(emails), [of])


def launched(door: Door, name: str = "w1", *, tasks: int = 1, of: str = "bikes") -> list[Task]:
    """A finalized batch with so many tasks."""
    client = door.client()
    made = client.create_batch(of, name, "")
    created = [
        client.create_task(TaskType.ImageAnnotation, batch=name, unique_id=f"{name}-{n}", **IMAGE)
        for n in range(tasks)
    ]
    made.finalize()
    return created


def seen(door: Door, **filters: Any) -> list[tuple[str, str, str, str | None]]:
    """Who did what: name, kind or layer, minute and second of the pick-up, result."""
    start = door.mock._world.start_at
    return [
        (
            one.labeler.partition("@")[0],
            f"review {one.layer}" if one.layer else one.kind,
            str(one.picked_up - start),
            one.result,
        )
        for one in door.mock.studio.activity(**filters)
    ]


def shown(door: Door, task: Any) -> dict[str, Any]:
    """A task as the API answers it now."""
    return door.client().get_task(getattr(task, "id", task)).as_dict()
