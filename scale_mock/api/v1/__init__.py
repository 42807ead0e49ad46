"""Scale's v1 API, one module per resource; each module ends in the list of its operations."""

from __future__ import annotations

from scale_mock.api.v1 import audits, batches, files, projects, quality, studio, tasks, teams

OPERATIONS = (
    *tasks.OPERATIONS,
    *audits.OPERATIONS,
    *batches.OPERATIONS,
    *projects.OPERATIONS,
    *files.OPERATIONS,
    *teams.OPERATIONS,
    *studio.OPERATIONS,
    *quality.OPERATIONS,
)
PREFIX = "/v1"
