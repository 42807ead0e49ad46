"""Datasets on v2's wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

from scale_mock.api.handling import world_door
from scale_mock.api.reply import Reply, json_reply
from scale_mock.api.v2.reading import (
    Paging,
    expansion,
    known_names,
    lies_in,
    operation,
    required,
    window,
)
from scale_mock.domain.refusals import (
    ATTACHMENT_NOT_FOUND,
    IDENTIFIER_MISSING,
    NOTHING_FOUND,
    READ_WRONG_MODE,
)
from scale_mock.envelopes.v2 import dataset_delivery_json, dataset_json, dataset_task_json

if TYPE_CHECKING:
    from scale_mock.api.call import Call
    from scale_mock.domain.handovers import Dataset, DatasetDelivery, DatasetTask

EXPANDABLE = ("dataset", "delivery")
T = TypeVar("T")


def get_datasets(call: Call) -> Reply:
    """``GET /v2/datasets``: those of which something was delivered."""
    return json_reply({"datasets": [dataset_json(one) for one in call.side.datasets.values()]})


def get_dataset_deliveries(call: Call) -> Reply:
    """``GET /v2/datasets/deliveries``: of a dataset, or of all; no pages."""
    dataset = _dataset(call)
    delivered, expand = window(call, "delivered"), expansion(call, ("dataset",))
    found = [
        delivery
        for delivery in call.side.dataset_deliveries.values()
        if (dataset is None or delivery.dataset_id == dataset.id)
        and lies_in(delivery.delivered_at, delivered)
    ]
    return json_reply({"deliveries": [_delivery_json(call, one, expand) for one in found]})


def get_dataset_delivery(call: Call) -> Reply:
    """``GET /v2/datasets/delivery``: the delivery is shown whole, as the page's sample has it."""
    required(call, "delivery_id")
    delivery = _delivery(call)
    assert delivery is not None
    expand, paging = expansion(call, EXPANDABLE), Paging(call)
    page, token = paging.page(delivery.task_ids)
    tasks = [_task_json(call, call.side.dataset_tasks[task_id], expand) for task_id in page]
    shown = _delivery_json(call, delivery, expand)
    return json_reply({"delivery": shown, "tasks": tasks, **token})


def get_dataset_tasks(call: Call) -> Reply:
    """``GET /v2/datasets/tasks``: of a dataset or of a delivery."""
    dataset, delivery = _dataset(call), _delivery(call)
    if dataset is None and delivery is None:
        raise IDENTIFIER_MISSING(names="dataset_id or delivery_id")
    delivered, expand = window(call, "delivered"), expansion(call, EXPANDABLE)
    paging = Paging(call)
    deliveries = {
        one.id
        for one in call.side.dataset_deliveries.values()
        if (delivery is None or one is delivery)
        and (dataset is None or one.dataset_id == dataset.id)
        and lies_in(one.delivered_at, delivered)
    }
    found = [task for task in call.side.dataset_tasks.values() if task.delivery_id in deliveries]
    page, token = paging.page(found)
    return json_reply({"tasks": [_task_json(call, task, expand) for task in page], **token})


def get_dataset_task(call: Call) -> Reply:
    """``GET /v2/datasets/task``."""
    expand = expansion(call, EXPANDABLE)
    return json_reply(_task_json(call, _task(call, required(call, "task_id")), expand))


def get_dataset_task_response_url(call: Call) -> Reply:
    """``GET /v2/datasets/task/{task_id}/response_url/{attachment_id}``: 302 to the file."""
    task, wanted = _task(call, call.names["task_id"]), call.names["attachment_id"]
    file = task.files.get(wanted)
    if file is None:
        known = ", ".join(task.files) or "none"
        raise ATTACHMENT_NOT_FOUND(task_id=task.task_id, attachment=wanted, files=known)
    door = world_door(call.environ, call.world)
    here = f"{door}/{call.mode}/datasets/{task.task_id}/{quote(wanted, safe='')}"
    return Reply(b"", 302, headers=(("Location", file.url or here),))


def _dataset(call: Call) -> Dataset | None:
    return _known(call, "Dataset", "dataset_id", "datasets", call.one("dataset_id"))


def _delivery(call: Call) -> DatasetDelivery | None:
    wanted = call.one("delivery_id")
    return _known(call, "Delivery", "delivery_id", "dataset_deliveries", wanted)


def _task(call: Call, task_id: str) -> DatasetTask:
    task: DatasetTask | None = _known(call, "Task", "task_id", "dataset_tasks", task_id)
    assert task is not None
    return task


def _known(call: Call, kind: str, field: str, things: str, wanted: str | None) -> T | None:
    """A thing by its id; ``None`` where none is asked for."""
    if wanted is None:
        return None
    here: dict[str, T] = getattr(call.side, things)
    if wanted in here:
        return here[wanted]
    there = call.world.core.other_side(call.side)
    if wanted in getattr(there, things):
        raise READ_WRONG_MODE(kind=kind.lower(), name=wanted, there=there.mode, here=call.mode)
    known = "GET /v2/datasets/tasks lists the tasks of a dataset."
    if things != "dataset_tasks":
        known = known_names(kind, reversed(getattr(call.side, things).values()))
    raise NOTHING_FOUND(kind=kind, field=field, value=wanted, known=known)


def _delivery_json(
    call: Call, delivery: DatasetDelivery, expand: frozenset[str]
) -> dict[str, object]:
    return dataset_delivery_json(delivery, call.side.datasets[delivery.dataset_id], expand)


def _task_json(call: Call, task: DatasetTask, expand: frozenset[str]) -> dict[str, object]:
    side = call.side
    delivery, dataset = side.dataset_deliveries[task.delivery_id], side.datasets[task.dataset_id]
    return dataset_task_json(task, delivery, dataset, expand)


OPERATIONS = (
    operation("v2_get_datasets", "GET", "/datasets", get_datasets),
    operation("v2_get_dataset_deliveries", "GET", "/datasets/deliveries", get_dataset_deliveries),
    operation("v2_get_dataset_delivery", "GET", "/datasets/delivery", get_dataset_delivery),
    operation("v2_get_dataset_tasks", "GET", "/datasets/tasks", get_dataset_tasks),
    operation("v2_get_dataset_task", "GET", "/datasets/task", get_dataset_task),
    operation(
        "v2_get_dataset_task_response_url",
        "GET",
        "/datasets/task/<name:task_id>/response_url/<name:attachment_id>",
        get_dataset_task_response_url,
    ),
)
