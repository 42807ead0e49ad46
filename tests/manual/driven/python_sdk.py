"""Owns one call for each public method of the official Python SDK, and what each reaches."""

from __future__ import annotations

import inspect
import io
from contextlib import ExitStack
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import scaleapi
from scaleapi import batches, projects, tasks, teams
from scaleapi.api_client.v2 import V2Api
from scaleapi.tasks import TaskType
from scaleapi.teams import TeammateRole

from scale_mock import ScaleMock
from tests.manual.driven.scene import ANN, BEN, IMAGE, TEXTS, Scene

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = "scaleapi"
OWNERS = (
    scaleapi.ScaleClient,
    tasks.Task,
    batches.Batch,
    projects.Project,
    teams.Teammate,
    V2Api,
)
"""The classes whose methods send requests."""
SILENT = {"as_dict"}
"""Methods that never do."""
TWINS = ("_with_http_info", "_without_preload_content")
"""How the other forms of v2's methods end; they send the same request."""

Call = tuple["Callable[[Scene], Any]", "Callable[[Scene, Any], Any]"]
"""What has to be there, and the call that is made with it."""


def nothing(_: Scene) -> None:
    """No preparation."""


def task(scene: Scene) -> Any:
    """A pending task."""
    return scene.task


EXPECTED = {"expected_response": {"annotations": []}}

V1: dict[str, Call] = {
    "add_studio_assignments": (
        lambda s: (s.studio, s.mate),
        lambda s, _: s.client.add_studio_assignments([ANN], ["crewed"]),
    ),
    "add_task_tags": (task, lambda s, t: s.client.add_task_tags(t.id, ["new"])),
    "assign_studio_batches": (
        lambda s: s.studio_batch,
        lambda s, b: s.client.assign_studio_batches(b.name, [ANN]),
    ),
    "audit_task": (lambda s: s.done, lambda s, t: s.client.audit_task(t.id, True, "Fine.")),
    "batch_status": (lambda s: s.batch, lambda s, b: s.client.batch_status(b.name)),
    "batches": (lambda s: s.batch, lambda s, _: s.client.batches()),
    "cancel_task": (task, lambda s, t: s.client.cancel_task(t.id, clear_unique_id=True)),
    "clear_task_unique_id": (task, lambda s, t: s.client.clear_task_unique_id(t.id)),
    "create_batch": (lambda s: s.project, lambda s, p: s.client.create_batch(p.name, "b")),
    "create_evaluation_task": (
        lambda s: s.rapid,
        lambda s, p: s.client.create_evaluation_task(
            TaskType.ImageAnnotation, project=p.name, **EXPECTED, **IMAGE
        ),
    ),
    "create_project": (
        nothing,
        lambda s, _: s.client.create_project("new", TaskType.ImageAnnotation),
    ),
    "create_project_group": (
        lambda s: s.studio,
        lambda s, p: s.client.create_project_group(p.name, [ANN], "day"),
    ),
    "create_task": (
        nothing,
        lambda s, _: s.client.create_task(TaskType.TextCollection, **TEXTS),
    ),
    "create_training_task": (
        lambda s: s.rapid,
        lambda s, p: s.client.create_training_task(
            TaskType.ImageAnnotation, project=p.name, **EXPECTED, **IMAGE
        ),
    ),
    "delete_task_tags": (task, lambda s, t: s.client.delete_task_tags(t.id, ["old"])),
    "finalize_batch": (lambda s: s.staged, lambda s, b: s.client.finalize_batch(b.name)),
    "get_batch": (lambda s: s.batch, lambda s, b: s.client.get_batch(b.name)),
    "get_batches": (lambda s: s.batch, lambda s, _: list(s.client.get_batches())),
    "get_project": (lambda s: s.project, lambda s, p: s.client.get_project(p.name)),
    "get_project_template": (
        lambda s: s.project,
        lambda s, p: s.client.get_project_template(p.name),
    ),
    "get_projects": (lambda s: s.project, lambda s, _: s.client.get_projects()),
    "get_task": (task, lambda s, t: s.client.get_task(t.id)),
    "get_tasks": (
        lambda s: s.project,
        lambda s, p: list(s.client.get_tasks(project_name=p.name)),
    ),
    "get_tasks_count": (
        lambda s: s.project,
        lambda s, p: s.client.get_tasks_count(project_name=p.name),
    ),
    "import_file": (nothing, lambda s, _: s.client.import_file("https://img.example.test/1.jpg")),
    "invite_teammates": (
        nothing,
        lambda s, _: s.client.invite_teammates([ANN], TeammateRole.Member),
    ),
    "list_project_groups": (
        lambda s: s.group,
        lambda s, _: s.client.list_project_groups("crewed"),
    ),
    "list_studio_assignments": (
        lambda s: s.studio,
        lambda s, _: s.client.list_studio_assignments(),
    ),
    "list_studio_batches": (lambda s: s.studio_batch, lambda s, _: s.client.list_studio_batches()),
    "list_teammates": (nothing, lambda s, _: s.client.list_teammates()),
    "projects": (lambda s: s.project, lambda s, _: s.client.projects()),
    "remove_studio_assignments": (
        lambda s: s.studio,
        lambda s, p: s.client.remove_studio_assignments([ANN], [p.name]),
    ),
    "reset_studio_batches_priorities": (
        lambda s: s.studio_batch,
        lambda s, _: s.client.reset_studio_batches_priorities(),
    ),
    "set_batch_metadata": (
        lambda s: s.batch,
        lambda s, b: s.client.set_batch_metadata(b.name, {"week": 1}),
    ),
    "set_studio_batches_priorities": (
        lambda s: s.studio_batch,
        lambda s, b: s.client.set_studio_batches_priorities([b.name]),
    ),
    "set_task_metadata": (task, lambda s, t: s.client.set_task_metadata(t.id, {"row": 1})),
    "set_task_tags": (task, lambda s, t: s.client.set_task_tags(t.id, ["new"])),
    "tasks": (task, lambda s, _: list(s.client.tasks())),
    "update_project": (
        lambda s: s.project,
        lambda s, p: s.client.update_project(p.name, instruction="Read it."),
    ),
    "update_project_group": (
        lambda s: s.group,
        lambda s, _: s.client.update_project_group("crewed", "night", [BEN], [ANN]),
    ),
    "update_task_unique_id": (task, lambda s, t: s.client.update_task_unique_id(t.id, "second")),
    "update_teammates_role": (
        lambda s: s.mate,
        lambda s, m: s.client.update_teammates_role([m.email], TeammateRole.Manager),
    ),
    "upload_file": (nothing, lambda s, _: s.client.upload_file(io.BytesIO(b"x"))),
    "v2_get_tasks": (
        lambda s: s.chat_task,
        lambda s, _: list(s.client.v2_get_tasks(project_name=s.chat)),
    ),
}

OBJECTS: dict[str, Call] = {
    "Task.add_tags": (task, lambda _, t: t.add_tags(["new"])),
    "Task.audit": (lambda s: s.done, lambda _, t: t.audit(True)),
    "Task.cancel": (task, lambda _, t: t.cancel()),
    "Task.clear_unique_id": (task, lambda _, t: t.clear_unique_id()),
    "Task.delete_tags": (task, lambda _, t: t.delete_tags(["old"])),
    "Task.refresh": (task, lambda _, t: t.refresh()),
    "Task.set_metadata": (task, lambda _, t: t.set_metadata({"row": 1})),
    "Task.set_tags": (task, lambda _, t: t.set_tags(["new"])),
    "Task.update_unique_id": (task, lambda _, t: t.update_unique_id("second")),
    "Batch.finalize": (lambda s: s.staged, lambda _, b: b.finalize()),
    "Batch.get_status": (lambda s: s.batch, lambda _, b: b.get_status()),
    "Project.get_template": (lambda s: s.project, lambda _, p: p.get_template()),
    "Teammate.update_teammate_role": (
        lambda s: s.mate,
        lambda _, m: m.update_teammate_role(TeammateRole.Manager),
    ),
}


def paused(scene: Scene) -> str:
    """The name of a paused batch."""
    scene.v2.pause_batch({"batch_name": scene.chat_batch})
    return scene.chat_batch


V2: dict[str, Call] = {
    "cancel_batch": (
        lambda s: s.chat_batch,
        lambda s, b: s.v2.cancel_batch({"batch_name": b}),
    ),
    "create_batch": (
        lambda s: s.chat,
        lambda s, p: s.v2.create_batch({"name": "b", "project_name": p}),
    ),
    "create_chat_task": (
        lambda s: s.chat,
        lambda s, p: s.v2.create_chat_task({"project_name": p}),
    ),
    "finalize_batch": (
        lambda s: s.v2.create_batch({"name": "b", "project_name": s.chat, "staging_batch": True}),
        lambda s, b: s.v2.finalize_batch({"batch_id": b.id}),
    ),
    "get_annotation": (
        lambda s: s.annotation,
        lambda s, a: s.v2.get_annotation(annotation_id=a),
    ),
    "get_batch": (lambda s: s.chat_batch, lambda s, b: s.v2.get_batch(batch_name=b)),
    "get_batches": (lambda s: s.chat, lambda s, p: s.v2.get_batches(project_name=p)),
    "get_dataset_deliveries": (
        lambda s: s.dataset,
        lambda s, _: s.v2.get_dataset_deliveries(),
    ),
    "get_dataset_delivery": (
        lambda s: s.dataset,
        lambda s, d: s.v2.get_dataset_delivery(delivery_id=d["id"]),
    ),
    "get_dataset_task": (
        lambda s: s.dataset,
        lambda s, d: s.v2.get_dataset_task(task_id=d["task_ids"][0]),
    ),
    "get_dataset_task_response_url": (
        lambda s: s.dataset,
        lambda s, d: s.v2.get_dataset_task_response_url(
            task_id=d["task_ids"][0], attachment_id="att_1"
        ),
    ),
    "get_dataset_tasks": (
        lambda s: s.dataset,
        lambda s, d: s.v2.get_dataset_tasks(delivery_id=d["id"]),
    ),
    "get_datasets": (lambda s: s.dataset, lambda s, _: s.v2.get_datasets()),
    "get_deliveries": (
        lambda s: s.delivery,
        lambda s, _: s.v2.get_deliveries(project_name=s.chat),
    ),
    "get_delivery": (lambda s: s.delivery, lambda s, d: s.v2.get_delivery(delivery_id=d)),
    "get_delivery_tasks": (
        lambda s: s.delivery,
        lambda s, d: s.v2.get_delivery_tasks(delivery_id=d),
    ),
    "get_project": (lambda s: s.chat, lambda s, p: s.v2.get_project(project_name=p)),
    "get_projects": (lambda s: s.chat, lambda s, _: s.v2.get_projects()),
    "get_schema": (
        lambda s: s.row,
        lambda s, row: s.v2.get_schema(schema_id=row.response_schema_id),
    ),
    "get_task": (lambda s: s.chat_task, lambda s, t: s.v2.get_task(task_id=t.task_id)),
    "get_tasks": (lambda s: s.chat, lambda s, p: s.v2.get_tasks(project_name=p)),
    "pause_batch": (lambda s: s.chat_batch, lambda s, b: s.v2.pause_batch({"batch_name": b})),
    "resume_batch": (paused, lambda s, b: s.v2.resume_batch({"batch_name": b})),
    "set_batch_metadata": (
        lambda s: s.chat_batch,
        lambda s, b: s.v2.set_batch_metadata({"batch_name": b, "metadata": {"a": 1}}),
    ),
    "set_task_metadata": (
        lambda s: s.chat_task,
        lambda s, t: s.v2.set_task_metadata({"task_id": t.task_id, "metadata": {"a": 1}}),
    ),
}

CALLS: dict[str, Call] = {
    **{f"ScaleClient.{name}": call for name, call in V1.items()},
    **OBJECTS,
    **{f"V2Api.{name}": call for name, call in V2.items()},
}


def methods() -> set[str]:
    """The public methods of the installed SDK that send requests."""
    return {
        f"{owner.__name__}.{name}"
        for owner in OWNERS
        for name, _ in inspect.getmembers(owner, inspect.isfunction)
        if not name.startswith("_") and name not in SILENT and not name.endswith(TWINS)
    }


def client() -> str:
    """Name and version of what is driven."""
    return f"{NAME} {version(NAME)}"


def reached(method: str) -> list[str]:
    """The operations that a call of a method reaches in a world of its own, in order.

    Raises:
        AssertionError: The platform refuses it.
    """
    prepare, call = CALLS[method]
    with ExitStack() as stack:
        mock = stack.enter_context(ScaleMock())
        stack.enter_context(mock.intercept())
        scene = Scene(mock)
        needed = prepare(scene)
        before = len(mock.requests)
        call(scene, needed)
        sent = mock.requests[before:]
        assert [one for one in sent if one.status >= 400] == [], method
        return list(dict.fromkeys(str(one.operation) for one in sent))


def drive() -> dict[str, list[str]]:
    """What each public method of the installed SDK reaches."""
    return {method: reached(method) for method in sorted(methods())}
