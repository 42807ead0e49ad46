"""Owns the request bodies and the small worlds that several functional tests begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scaleapi.tasks import TaskType

if TYPE_CHECKING:
    from requests import Response
    from scaleapi.projects import Project
    from scaleapi.tasks import Task

    from tests.functional.doors import Door

HOOK = "https://hooks.example.test/scale"
IMAGE = {
    "attachment": "https://img.example.test/1.jpg",
    "geometries": {"box": {"objects_to_annotate": ["bicycle"]}},
}
CATEGORIES = {
    "instruction": "Which one?",
    "attachment_type": "website",
    "attachment": "https://www.example.test/",
    "categories": ["public", "private"],
}
TEXTS = {
    "attachments": [{"type": "text", "content": "Hello."}],
    "fields": [
        {
            "type": "category",
            "field_id": "tone",
            "title": "Tone?",
            "choices": [{"label": "Good", "value": "good"}, {"label": "Bad", "value": "bad"}],
        }
    ],
}


def image_task(door: Door, *, mode: str = "live", **more: Any) -> Task:
    """A fresh image task, created through the SDK."""
    return door.client(mode).create_task(TaskType.ImageAnnotation, **{**IMAGE, **more})


def completed_task(door: Door, **more: Any) -> Task:
    """A live image task that was completed by hand."""
    task = image_task(door, **more)
    door.mock.tasks.complete(task)
    task.refresh()
    return task


def project(door: Door, name: str = "bikes", *, mode: str = "live", **more: Any) -> Project:
    """A project for image tasks; Enterprise unless ``rapid`` or ``studio`` is set."""
    return door.client(mode).create_project(name, TaskType.ImageAnnotation, **more)


def batch(
    door: Door, name: str = "w1", of: str = "bikes", *, mode: str = "live", **more: Any
) -> Any:
    """A batch without a callback unless one is given."""
    return door.client(mode).create_batch(of, name, **{"callback": "", **more})


def studio_team(door: Door, *emails: str, of: str = "bikes") -> None:
    """Labelers, invited and assigned to a Studio project, which is created."""
    from scaleapi.teams import TeammateRole

    client = door.client()
    project(door, of, studio=True)
    client.invite_teammates(list(emails), TeammateRole.Labeler)
    client.add_studio_assignments(list(emails), [of])


def refused(response: Response) -> tuple[int, str]:
    """Status and text of a refusal, which has exactly the recorded shape."""
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    body = response.json()
    assert list(body) == ["status_code", "error"]
    assert body["status_code"] == response.status_code
    return response.status_code, body["error"]


def docs(response: Response) -> list[Any]:
    """The objects of a page, which was answered with 200."""
    assert response.status_code == 200, response.text
    found: list[Any] = response.json()["docs"]
    return found


def ok(response: Response) -> Any:
    """The value of a reply that is a 200 and no error."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    value = response.json()
    assert not (isinstance(value, dict) and "status_code" in value)
    return value
