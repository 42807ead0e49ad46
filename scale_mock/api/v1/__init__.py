"""Scale's v1 API, one module per resource; each module ends in the list of its operations."""

from __future__ import annotations

from scale_mock.api.unread import watched
from scale_mock.api.v1 import audits, batches, files, projects, quality, studio, tasks, teams

_UNWATCHED = (
    *tasks.OPERATIONS,
    *audits.OPERATIONS,
    *batches.OPERATIONS,
    *projects.OPERATIONS,
    *files.OPERATIONS,
    *teams.OPERATIONS,
    *studio.OPERATIONS,
    *quality.OPERATIONS,
)
OPERATIONS = tuple(map(watched, _UNWATCHED))
PREFIX = "/v1"
