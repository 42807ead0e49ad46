"""Deliveries of projects, and the schemas of what was delivered, on v2's wire."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scale_mock.api.reply import json_reply
from scale_mock.api.v2.reading import (
    Paging,
    choice,
    expansion,
    known_names,
    lies_in,
    operation,
    project_named,
    required,
    required_project,
    view,
    window,
)
from scale_mock.domain.model import V2_TASK_STATUSES
from scale_mock.domain.refusals import (
    IDENTIFIER_MISSING,
    NOT_AN_ID,
    NOTHING_FOUND,
    READ_WRONG_MODE,
)
from scale_mock.domain.task_index import TaskFilter
from scale_mock.envelopes.v2 import (
    delivery_json,
    delivery_row_json,
    schema_id,
    schema_json,
    task_json,
)

if TYPE_CHECKING:
    from scale_mock.api.call import Call
    from scale_mock.api.reply import Reply
    from scale_mock.domain.handovers import Delivery
    from scale_mock.domain.model import Project, Task

EXPANDABLE = ("project", "batch", "delivery")
OBJECT_ID = re.compile("[0-9a-fA-F]{24}")


def get_deliveries(call: Call) -> Reply:
    """``GET /v2/deliveries``: of a project; no pages."""
    project = required_project(call, call.one)
    delivered, expand = window(call, "delivered"), expansion(call, ("project",))
    found = [
        delivery
        for delivery in call.side.deliveries.values()
        if delivery.project is project and lies_in(delivery.delivered_at, delivered)
    ]
    return json_reply({"deliveries": [delivery_json(one, expand) for one in found]})


def get_delivery(call: Call) -> Reply:
    """``GET /v2/delivery``: its tasks, as they are now."""
    delivery = _delivery(call)
    looks, paging = view(call, EXPANDABLE), Paging(call)
    page, token = paging.page(delivery.task_ids)
    shown = delivery_json(delivery, looks.expand) if "delivery" in looks.expand else delivery.id
    tasks = [task_json(call.side.tasks[task_id], looks) for task_id in page]
    return json_reply({"delivery": shown, "tasks": tasks, **token})


def get_delivery_tasks(call: Call) -> Reply:
    """``GET /v2/delivery/tasks``: a project's tasks with what was delivered of each.

    Without ``delivery_id`` the undelivered ones are there too. ``total`` counts the page's rows.
    """
    project = project_named(call, call.one)
    delivery = _delivery_by_id(call, call.one("delivery_id"))
    if project is None and delivery is None:
        raise IDENTIFIER_MISSING(names="project_id, project_name or delivery_id")
    status, completed = choice(call, "status", V2_TASK_STATUSES), window(call, "completed")
    paging = Paging(call)
    if delivery is not None:
        delivered = [call.side.tasks[task_id] for task_id in delivery.task_ids]
        found = [
            task
            for task in delivered
            if (project is None or task.project is project)
            and (status is None or task.status == status)
            and lies_in(task.completed_at, completed)
        ]
        page, token = paging.page(found)
    else:
        assert project is not None
        wanted = TaskFilter(
            project=(project.name,), status=(status,) if status else (), completed=completed
        )
        page, token = paging.tasks(call, wanted)
    rows = [_row(call, task, delivery) for task in page]
    return json_reply({"docs": rows, "total": len(rows), **token})


def get_schema(call: Call) -> Reply:
    """``GET /v2/schema``: what a ``response_schema_id`` of a delivered row names."""
    wanted = required(call, "schema_id")
    if not OBJECT_ID.fullmatch(wanted):
        raise NOT_AN_ID(field="schema_id", value=wanted)
    seed = call.world.settings.seed
    for project in call.side.projects.values():
        if schema_id(project, seed) == wanted.lower():
            return json_reply({"schema": schema_json(project, seed, _schema(call, project))})
    there = call.world.core.other_side(call.side)
    if any(schema_id(one, seed) == wanted.lower() for one in there.projects.values()):
        raise READ_WRONG_MODE(kind="schema", name=wanted, there=there.mode, here=call.mode)
    known = "The rows of GET /v2/delivery/tasks name theirs in response_schema_id."
    raise NOTHING_FOUND(kind="Schema", field="schema_id", value=wanted, known=known)


def _row(call: Call, task: Task, delivery: Delivery | None) -> dict[str, object]:
    newest = call.side.deliveries.get(call.side.delivered.get(task.task_id, ""))
    assert task.project is not None
    schema = schema_id(task.project, call.world.settings.seed)
    return delivery_row_json(task, delivery or newest, schema)


def _delivery(call: Call) -> Delivery:
    """By its id, which is unique everywhere, or by its name inside a project."""
    delivery = _delivery_by_id(call, call.one("delivery_id"))
    if delivery is not None:
        return delivery
    name = call.one("delivery_name")
    if name is None:
        raise IDENTIFIER_MISSING(names="delivery_id, or delivery_name with a project,")
    project = required_project(call, call.one)
    for one in call.side.deliveries.values():
        if one.project is project and one.name == name:
            return one
    of_project = (one for one in call.side.deliveries.values() if one.project is project)
    known = known_names("delivery", of_project)
    raise NOTHING_FOUND(kind="Delivery", field="delivery_name", value=name, known=known)


def _delivery_by_id(call: Call, wanted: str | None) -> Delivery | None:
    if wanted is None or wanted in call.side.deliveries:
        return call.side.deliveries.get(wanted or "")
    there = call.world.core.other_side(call.side)
    if wanted in there.deliveries:
        raise READ_WRONG_MODE(kind="delivery", name=wanted, there=there.mode, here=call.mode)
    known = known_names("delivery", reversed(call.side.deliveries.values()))
    raise NOTHING_FOUND(kind="Delivery", field="delivery_id", value=wanted, known=known)


def _schema(call: Call, project: Project) -> dict[str, object]:
    """The JSON Schema of what is delivered of a project's tasks."""
    response = call.world.core.task_types.response_schema(project.type)
    text = {"type": "string"}
    shown: dict[str, object] = {
        "task_id": text,
        "project": text,
        "batch": text,
        "status": {"enum": list(V2_TASK_STATUSES)},
        "created_at": text,
        "completed_at": text,
        "metadata": {"type": "object"},
    }
    properties = response.get("properties", {})
    if isinstance(properties, dict):
        kept = ("threads", "sensitive_content_reports")
        shown |= {name: properties[name] for name in kept if name in properties}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{project.name} v1",
        "type": "object",
        "required": ["task_id", "project", "status"],
        "properties": shown,
        **({"$defs": response["$defs"]} if "$defs" in response else {}),
    }


OPERATIONS = (
    operation("v2_get_deliveries", "GET", "/deliveries", get_deliveries),
    operation("v2_get_delivery", "GET", "/delivery", get_delivery),
    operation("v2_get_delivery_tasks", "GET", "/delivery/tasks", get_delivery_tasks),
    operation("v2_get_schema", "GET", "/schema", get_schema),
)
