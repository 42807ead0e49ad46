"""The Studio team and its lines at a glance, as the control API shows them."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from typing import TYPE_CHECKING

from scale_mock.domain.floor import WEEKDAYS
from scale_mock.domain.worklist import work_order
from scale_mock.selectors.durations import compact_duration
from scale_mock.sim.instants import to_iso

if TYPE_CHECKING:
    from datetime import datetime

    from scale_mock.domain.core import Core
    from scale_mock.domain.floor import Activity, Floor, Labeler, Pipeline
    from scale_mock.domain.records import Teammate

Json = dict[str, object]


def roster(core: Core) -> Json:
    """Who is there, what each has in hand and until when, and how long the lines are."""
    side = core.sides["live"]
    return {
        "labelers": [
            _labeler_json(core, mate)
            for mate in core.team.values()
            if mate.role == "labeler" or side.assignments.get(mate.email)
        ],
        "projects": {
            name: pipeline_json(core, name)
            for name, project in side.projects.items()
            if project.product_line == "studio"
        },
        "queues": _queues(core),
    }


def activities(
    floor: Floor,
    *,
    labeler: str | None = None,
    task: str | None = None,
    batch: str | None = None,
) -> list[Activity]:
    """Who did what, in the order of pick-ups, what is in hand included; all filters must fit."""
    wanted = {"labeler": labeler.lower() if labeler else None, "task": task, "batch": batch}
    in_hand = [one.doing for one in floor.labelers.values() if one.doing is not None]
    found = [
        activity
        for activity in (*floor.activity, *in_hand)
        if all(value in {None, getattr(activity, name)} for name, value in wanted.items())
    ]
    return sorted(found, key=lambda activity: activity.number)


def activity_json(activity: Activity) -> Json:
    """A piece of work."""
    body: Json = {entry.name: getattr(activity, entry.name) for entry in fields(activity)}
    body["picked_up"] = to_iso(activity.picked_up)
    body["finished"] = _iso(activity.finished)
    return body


def pipeline_json(core: Core, project: str) -> Json:
    """How a project's tasks are gone about, with the attempts that hold."""
    pipeline: Pipeline = core.floor.pipeline(project)
    body: Json = {entry.name: getattr(pipeline, entry.name) for entry in fields(pipeline)}
    found = core.sides["live"].projects[project]
    body["pipeline"] = found.pipeline or "standard_task"
    body["attempts"] = core.floor.attempts_of(found)
    return body


def labeler_json(labeler: Labeler) -> Json:
    """How somebody works, as it is configured."""
    review = labeler.pace if labeler.review_pace is None else labeler.review_pace
    return {
        "email": labeler.email,
        "pace": compact_duration(labeler.pace),
        "review_pace": compact_duration(review),
        "spread": labeler.spread,
        "accuracy": labeler.accuracy,
        "roles": list(labeler.roles),
        "project_roles": {name: list(roles) for name, roles in labeler.project_roles.items()},
        "hours": labeler.hours,
        "weekdays": [WEEKDAYS[day] for day in labeler.weekdays],
        "timezone": labeler.timezone,
    }


def _labeler_json(core: Core, mate: Teammate) -> Json:
    labeler = core.floor.peek(mate.email)
    due = None if labeler.event is None else labeler.event.due
    is_busy = labeler.doing is not None
    return {
        **labeler_json(labeler),
        "role": mate.role,
        "is_active": mate.is_active,
        "projects": list(core.sides["live"].assignments.get(mate.email, ())),
        "doing": None if labeler.doing is None else activity_json(labeler.doing),
        "until": _iso(due) if is_busy else None,
        "next_pick_up": None if is_busy else _iso(due),
    }


def _queues(core: Core) -> list[Json]:
    """Per batch, in the order of work, how much waits for what and how much is in hand."""
    attempts, reviews, held = Counter[object](), Counter[object](), Counter[object]()
    places = {}
    for item in core.floor.items.values():
        batch = item.task.batch
        place = (item.project, None if batch is None else batch.name)
        places[place] = (batch is None, work_order(batch) if batch else (), item.project)
        if core.floor.is_waiting(item):
            (reviews if item.stage else attempts)[place] += 1
        held[place] += len(item.holders)
    return [
        {
            "project": place[0],
            "batch": place[1],
            "attempts_waiting": attempts[place],
            "reviews_waiting": reviews[place],
            "in_hand": held[place],
        }
        for place in sorted(places, key=lambda place: places[place])
    ]


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else to_iso(instant)
