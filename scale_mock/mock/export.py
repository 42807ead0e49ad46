"""Export to a file: the filters of ``GET /tasks`` as keyword arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.domain.task_index import TaskFilter, stored_statuses
from scale_mock.errors import ConfigurationError
from scale_mock.selectors.durations import parse_instant

if TYPE_CHECKING:
    from datetime import datetime

CHOICES = {
    "status": "status",
    "type": "type",
    "project": "project",
    "batch": "batch",
    "customer_review_status": "review",
    "tags": "tag",
    "unique_id": "unique_id",
}
WINDOWS = {
    "start_time": ("created", 0),
    "end_time": ("created", 1),
    "completed_after": ("completed", 0),
    "completed_before": ("completed", 1),
    "updated_after": ("updated", 0),
    "updated_before": ("updated", 1),
}


def filter_of(filters: dict[str, object]) -> TaskFilter:
    """The filter that keyword arguments mean.

    Args:
        filters: Names of ``GET /tasks``' filters; texts, lists of texts, or instants.

    Raises:
        ConfigurationError: A name is not a filter.
    """
    chosen: dict[str, tuple[str, ...]] = {}
    windows: dict[str, list[datetime | None]] = {}
    for name, value in filters.items():
        if name in CHOICES:
            listed = value if isinstance(value, list | tuple) else [value]
            chosen[CHOICES[name]] = tuple(map(str, listed))
            if name == "status":
                chosen["status"] = stored_statuses(chosen["status"])
        elif name in WINDOWS:
            window, end = WINDOWS[name]
            instant = parse_instant(value, where=name)  # type: ignore[arg-type]  # checks itself
            windows.setdefault(window, [None, None])[end] = instant
        else:
            raise ConfigurationError(
                f"export(): no filter {name!r}. Filters: {', '.join([*CHOICES, *WINDOWS])}."
            )
    bounds = {name: (low, high) for name, (low, high) in windows.items()}
    return TaskFilter(**chosen, **bounds)  # type: ignore[arg-type]  # names come from the tables
