"""How a Studio team is set up: pipelines, paces, hours and roles, read from what users write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from scale_mock.domain.floor import ROLES, WEEKDAYS, Labeler
from scale_mock.domain.refusals import (
    NOT_CONSENSUS,
    NOT_LIVE,
    NOT_STUDIO,
    PROJECT_NOT_FOUND,
    UNKNOWN_TEAMMATE,
)
from scale_mock.labeling.hours import read_window
from scale_mock.selectors.where import Where, did_you_mean, show

if TYPE_CHECKING:
    from collections.abc import Callable

    from scale_mock.domain.core import Core
    from scale_mock.domain.floor import Pipeline, Role
    from scale_mock.domain.model import Project
    from scale_mock.domain.worklist import Worklist
    from scale_mock.labeling.workforce import Workforce

PACE_MAX = timedelta(days=30)
WINDOW_MIN = timedelta(minutes=15)
REVIEWS_MAX = 10
ATTEMPTS_MAX = 20
REJECTIONS_MAX = 100


class Staffing:
    """Sets up the team of a world. What is ``None`` or not named stays as it is."""

    def __init__(self, core: Core, workforce: Workforce, worklist: Worklist) -> None:
        self._core = core
        self._workforce = workforce
        self._worklist = worklist

    def configure(self, project_name: str, given: Mapping[str, object]) -> Pipeline:
        """Sets up the pipeline of a live Studio project.

        What waits for a review already still gets it when ``reviews`` shrinks.

        Args:
            project_name: The project.
            given: Any of the fields of :class:`scale_mock.domain.floor.Pipeline`.

        Raises:
            Refusal: 404 for an unknown project, 400 for one that is not Studio's, or of test mode,
                or for ``attempts`` where the project is not a consensus project.
            ConfigurationError: A value is wrong.
        """
        project = self._project(project_name)
        where = Where(f'project "{project_name}"')
        changes = _read(given, _PIPELINE_READERS, where)
        if "attempts" in changes and project.pipeline != "consensus_task":
            raise NOT_CONSENSUS(project=project_name)
        floor = self._core.floor
        pipeline = replace(floor.pipeline(project_name), **changes)  # type: ignore[arg-type]  # read
        floor.pipelines[project_name] = pipeline
        self._core.journal.write(project.subject, "studio.pipeline_set", **changes)
        self._worklist.refresh()
        self._workforce.reconsider()
        return pipeline

    def configure_labeler(self, email: str, given: Mapping[str, object]) -> Labeler:
        """Sets up how a teammate works; what they have in hand stays as it was planned.

        Args:
            email: Who.
            given: Any of ``pace``, ``review_pace``, ``spread``, ``accuracy``, ``roles``, ``hours``,
                ``weekdays``, ``timezone``.

        Raises:
            Refusal: 400 for somebody who is no teammate, 404 for roles in an unknown project.
            ConfigurationError: A value is wrong.
        """
        address = email.lower()
        if address not in self._core.team:
            raise UNKNOWN_TEAMMATE(emails=email)
        where = Where(f'labeler "{address}"')
        changes = _read(given, _LABELER_READERS, where)
        by_project = changes.pop("project_roles", None)
        for name in by_project if isinstance(by_project, dict) else ():
            self._project(name)
        labeler = self._core.floor.labeler(address)
        for name, value in changes.items():
            setattr(labeler, name, value)
        if isinstance(by_project, dict):
            labeler.project_roles.update(by_project)
        said = {name: str(value) for name, value in {**changes, "in": by_project}.items() if value}
        self._core.journal.write(f"live/labeler/{address}", "studio.labeler_set", **said)
        self._workforce.reschedule(labeler)
        self._workforce.reconsider()
        return labeler

    def _project(self, name: str) -> Project:
        live, test = self._core.sides["live"].projects, self._core.sides["test"].projects
        if name not in live:
            if name in test:
                raise NOT_LIVE(what=f'the workforce of project "{name}"')
            raise PROJECT_NOT_FOUND()
        if live[name].product_line != "studio":
            raise NOT_STUDIO(project=name)
        return live[name]


def _read(
    given: Mapping[str, object],
    readers: Mapping[str, Callable[[object, Where], object]],
    where: Where,
) -> dict[str, object]:
    """The values that were given, read; a reader of several gives a dict of them."""
    changes: dict[str, object] = {}
    for name, value in given.items():
        if name not in readers:
            hint = did_you_mean(name, readers)
            raise where.at(name).refuse(f"unknown{hint} Known: {', '.join(readers)}.")
        if value is not None:
            read = readers[name](value, where.at(name))
            changes.update(read if isinstance(read, dict) else {name: read})
    return changes


def _count(least: int, most: int) -> Callable[[object, Where], int]:
    def read(value: object, where: Where) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise where.refuse(f"{show(value)} is not an integer from {least} to {most}.")
        return value

    return read


def _share(value: object, where: Where) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise where.refuse(f"{show(value)} is not a number from 0 to 1.")
    return float(value)


def _yes_or_no(value: object, where: Where) -> bool:
    if not isinstance(value, bool):
        raise where.refuse(f"{show(value)} is not true or false.")
    return value


def _pace(value: object, where: Where) -> timedelta:
    from scale_mock.selectors.durations import parse_duration

    pace = parse_duration(value, where=where)  # type: ignore[arg-type]  # it refuses what is none
    if pace > PACE_MAX:
        raise where.refuse(f"{show(value)} is over the limit of {PACE_MAX.days} days for one task.")
    return pace


def _roles(value: object, where: Where) -> dict[str, object]:
    if isinstance(value, Mapping):
        named = {str(name): _role_list(one, where.at(str(name))) for name, one in value.items()}
        return {"project_roles": named}
    return {"roles": _role_list(value, where)}


def _role_list(value: object, where: Where) -> tuple[Role, ...]:
    named = [value] if isinstance(value, str) else value
    if value == "both":
        named = list(ROLES)
    if isinstance(named, list | tuple) and named and all(one in ROLES for one in named):
        return tuple(one for one in ROLES if one in named)
    raise where.refuse(
        f'{show(value)} is no role; accepted: "attempter", "reviewer", "both", a list of the first '
        "two, or an object of such by project."
    )


def _hours(value: object, where: Where) -> str:
    try:
        start, end = read_window(value if isinstance(value, str) else "")
    except ValueError:
        raise where.refuse(
            f'{show(value)} are no hours; accepted: "09:00-17:00", "22:00-06:00" (over midnight), '
            '"00:00-24:00" (around the clock).'
        ) from None
    minutes = (end.hour - start.hour) * 60 + end.minute - start.minute
    if timedelta(minutes=minutes or 1440) < WINDOW_MIN and minutes > 0:
        raise where.refuse(f"{show(value)} is shorter than {WINDOW_MIN.seconds // 60} minutes.")
    return str(value)


def _weekdays(value: object, where: Where) -> tuple[int, ...]:
    """``mon-fri``, ``sat``, or a list of days."""
    if isinstance(value, str) and value.count("-") == 1:
        first, last = (day.strip().lower() for day in value.split("-"))
        if first in WEEKDAYS and last in WEEKDAYS:
            begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last)
            return tuple(sorted((begin + step) % 7 for step in range((end - begin) % 7 + 1)))
    named = [value] if isinstance(value, str) else value
    if isinstance(named, list | tuple) and named:
        days = [str(day).strip().lower() for day in named]
        if all(day in WEEKDAYS for day in days):
            return tuple(sorted({WEEKDAYS.index(day) for day in days}))
    raise where.refuse(
        f'{show(value)} are no weekdays; accepted: "mon-fri", "sat", or a list of '
        f"{', '.join(WEEKDAYS)}."
    )


def _timezone(value: object, where: Where) -> str:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

    try:
        return ZoneInfo(value if isinstance(value, str) else "").key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = did_you_mean(str(value), available_timezones())
        raise where.refuse(
            f'{show(value)} is not an IANA time zone{hint} Accepted: names such as "UTC" or '
            '"Europe/Berlin"; a machine without time zone data needs the package tzdata.'
        ) from None


_PIPELINE_READERS: dict[str, Callable[[object, Where], object]] = {
    "reviews": _count(0, REVIEWS_MAX),
    "attempts": _count(1, ATTEMPTS_MAX),
    "rejects": _share,
    "rejections_max": _count(0, REJECTIONS_MAX),
    "review_own": _yes_or_no,
}
_LABELER_READERS: dict[str, Callable[[object, Where], object]] = {
    "pace": _pace,
    "review_pace": _pace,
    "spread": _share,
    "accuracy": _share,
    "roles": _roles,
    "hours": _hours,
    "weekdays": _weekdays,
    "timezone": _timezone,
}
