"""Scale's v2 JSON: projects, batches, tasks, deliveries and datasets as its readers expect them.

The official SDK reads v2 strictly: integers are integers, lists hold no null, an expanded object is
whole. Facts and their sources: the SDK's generated models.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from scale_mock.domain.chat_forms import REPORTS, error_details, is_chat
from scale_mock.domain.documents import EMPTY_OBJECT, decode_object, encode
from scale_mock.envelopes.v2_threads import EVERYTHING, thread_json
from scale_mock.sim.ids import object_id
from scale_mock.sim.instants import to_iso

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scale_mock.domain.handovers import Dataset, DatasetDelivery, DatasetTask, Delivery
    from scale_mock.domain.model import Batch, Project, Task
    from scale_mock.envelopes.v2_threads import Opts

Json = dict[str, object]
NOTHING: frozenset[str] = frozenset()
NESTED = "nested"
"""Not a value of the API's ``expand``: the mock's setting ``v2_expand_nested``, which has objects
inside of expanded ones expanded too. No page says whether they are."""


class View(NamedTuple):
    """How much of an object is shown.

    Attributes:
        expand: What is shown whole where otherwise its id stands.
        opts: What is shown of threads beyond the usual.
    """

    expand: frozenset[str] = NOTHING
    opts: Opts = NOTHING


def project_json(project: Project) -> Json:
    """A project."""
    return {
        "id": project.id,
        "name": project.name,
        "created_at": to_iso(project.created_at),
        "types": list(project.archetypes),
        "models": list(project.models),
    }


def batch_json(batch: Batch, expand: frozenset[str] = NOTHING) -> Json:
    """A batch; ``metadata`` is always an object (the SDK requires it)."""
    body: Json = {
        "id": batch.id,
        "name": batch.name,
        "project": _project(batch.project, expand),
        "created_at": to_iso(batch.created_at),
        "status": batch.status,
        "metadata": decode_object(batch.metadata),
    }
    if batch.completed_at is not None and batch.status == "completed":
        body["completed_at"] = to_iso(batch.completed_at)
    if batch.callback:
        body["callback"] = batch.callback
    return body


def task_json(task: Task, view: View) -> Json:
    """A task of a project.

    ``batch``, ``completed_at`` and ``metadata`` are left out where there is nothing to say; an
    expanded batch names its project by id (see :data:`NESTED`).
    """
    assert task.project is not None, "v2 shows tasks of projects only"
    body: Json = {"task_id": task.task_id, "project": _project(task.project, view.expand)}
    if task.batch is not None:
        is_whole = "batch" in view.expand
        below = view.expand if NESTED in view.expand else NOTHING
        body["batch"] = batch_json(task.batch, below) if is_whole else task.batch.id
    body["status"] = task.status
    body["created_at"] = to_iso(task.created_at)
    if task.completed_at is not None:
        body["completed_at"] = to_iso(task.completed_at)
    if task.metadata != EMPTY_OBJECT:
        body["metadata"] = decode_object(task.metadata)
    body.update(_outcome(task, view.opts))
    return body


def _outcome(task: Task, opts: Opts) -> Json:
    """What came of a task: threads, or reports that stand in their place; and errors."""
    response = labels(task)
    if task.status == "error":
        return {"threads": [], "errors": error_details(response)}
    reports = response.get(REPORTS)
    if isinstance(reports, list) and reports:
        return {REPORTS: reports}
    # Whatever stands under that name in the labels of another task was never checked to be threads.
    shown = threads(response) if is_chat(task) else []
    return {"threads": [thread_json(thread, opts) for thread in shown]}


def labels(task: Task) -> Json:
    """A task's response, integral numbers as integers: the SDK takes no 4.0 for a 4."""
    if task.response is None:
        return {}
    found = _decode(task.response.decode())
    return found if isinstance(found, dict) else {}


def threads(response: Json) -> list[Json]:
    """The threads of a response; none where it is not a conversation's."""
    found = response.get("threads")
    return found if isinstance(found, list) else []


def annotations_of(response: Json) -> Iterator[Json]:
    """Every annotation of a response, wherever in its threads it stands."""
    for thread in threads(response):
        yield from _annotations_in(thread)


def _annotations_in(value: object) -> Iterator[Json]:
    if isinstance(value, list):
        for item in value:
            yield from _annotations_in(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "annotations" and isinstance(item, list):
                yield from item
            else:
                yield from _annotations_in(item)


def delivered_payload(task: Task) -> bytes:
    """What is delivered of a task: all of it."""
    return encode(task_json(task, View(opts=EVERYTHING)))


def delivery_json(delivery: Delivery, expand: frozenset[str] = NOTHING) -> Json:
    """A delivery."""
    return {
        "id": delivery.id,
        "name": delivery.name,
        "task_count": len(delivery.task_ids),
        "delivered_at": to_iso(delivery.delivered_at),
        "project": _project(delivery.project, expand),
    }


def delivery_row_json(task: Task, delivery: Delivery | None, schema_id: str) -> Json:
    """A row of ``GET /v2/delivery/tasks``: nulls where the task was not delivered."""
    is_delivered = delivery is not None
    return {
        "task_id": task.task_id,
        "created_at": to_iso(task.created_at),
        "delivery_id": delivery.id if delivery else None,
        "delivered_at": to_iso(delivery.delivered_at) if delivery else None,
        "response_schema_id": schema_id if is_delivered else None,
        "response": decode_object(delivery.payloads[task.task_id]) if delivery else None,
    }


def schema_id(project: Project, seed: int) -> str:
    """The id of the schema that a project's delivered responses follow."""
    return object_id(project.created_at, seed, project.mode, "response schema", project.name)


def schema_json(project: Project, seed: int, schema: Json) -> Json:
    """A schema: a JSON Schema document as text, and who made it when (camelCase, documented)."""
    author = object_id(project.created_at, seed, "author")
    at = to_iso(project.created_at)
    return {
        "id": schema_id(project, seed),
        "name": f"{project.name} v1",
        "createdBy": author,
        "createdAt": at,
        "updatedBy": author,
        "updatedAt": at,
        "json": json.dumps(schema),
    }


def dataset_json(dataset: Dataset) -> Json:
    """A dataset."""
    return {"id": dataset.id, "name": dataset.name}


def dataset_delivery_json(
    delivery: DatasetDelivery, dataset: Dataset, expand: frozenset[str]
) -> Json:
    """A delivery of a dataset."""
    return {
        "id": delivery.id,
        "name": delivery.name,
        "delivered_at": to_iso(delivery.delivered_at),
        "metadata": {"task_count": len(delivery.task_ids), "turn_count": delivery.turn_count},
        "dataset": dataset_json(dataset) if "dataset" in expand else dataset.id,
    }


def dataset_task_json(
    task: DatasetTask, delivery: DatasetDelivery, dataset: Dataset, expand: frozenset[str]
) -> Json:
    """A task of a dataset; an expanded delivery names its dataset by id."""
    is_whole = "delivery" in expand
    below = expand if NESTED in expand else NOTHING
    return {
        "task_id": task.task_id,
        "delivery": dataset_delivery_json(delivery, dataset, below) if is_whole else delivery.id,
        "dataset": dataset_json(dataset) if "dataset" in expand else dataset.id,
        "response": decode_object(task.response),
    }


def _project(project: Project, expand: frozenset[str]) -> Json | str:
    return project_json(project) if "project" in expand else project.id


def _number(text: str) -> int | float:
    number = float(text)
    return int(number) if number.is_integer() else number


_decode = json.JSONDecoder(parse_float=_number).decode
