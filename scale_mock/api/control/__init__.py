"""The control API below ``/_mock``: what Python can do with a world, for every other language.

The world is chosen by the same key as in Scale's API; names and arguments are those of Python.
"""

from __future__ import annotations

from scale_mock.api.control import (
    calls,
    clock,
    export,
    faults,
    journal,
    projects,
    rules,
    snapshots,
    staff,
    studio,
    tasks,
    worlds,
)
from scale_mock.api.control.strict import strict

_LOOSE = (
    *worlds.OPERATIONS,
    *clock.OPERATIONS,
    *rules.OPERATIONS,
    *faults.OPERATIONS,
    *tasks.OPERATIONS,
    *projects.OPERATIONS,
    *journal.OPERATIONS,
    *export.OPERATIONS,
    *snapshots.OPERATIONS,
    *studio.OPERATIONS,
    *staff.OPERATIONS,
    *calls.OPERATIONS,
)
OPERATIONS = tuple(map(strict, _LOOSE))
PREFIX = "/_mock"
