"""The control API below ``/_mock``: what Python can do with a world, for every other language.

The world is chosen by the same key as in Scale's API; names and arguments are those of Python.
"""

from __future__ import annotations

from scale_mock.api.control import clock, export, journal, rules, tasks, worlds

OPERATIONS = (
    *worlds.OPERATIONS,
    *clock.OPERATIONS,
    *rules.OPERATIONS,
    *tasks.OPERATIONS,
    *journal.OPERATIONS,
    *export.OPERATIONS,
)
PREFIX = "/_mock"
