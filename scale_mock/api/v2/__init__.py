"""Scale's v2 (GenAI) API: the 25 operations of the official SDK, and one alias.

It is another view of the worlds that v1 shows. A success is exactly 200, or 302 where a file lies
elsewhere; refusals have v1's shape.
"""

from __future__ import annotations

from scale_mock.api.unread import watched
from scale_mock.api.v2 import batches, datasets, deliveries, projects, tasks

_UNWATCHED = (
    *projects.OPERATIONS,
    *batches.OPERATIONS,
    *tasks.OPERATIONS,
    *deliveries.OPERATIONS,
    *datasets.OPERATIONS,
)
OPERATIONS = tuple(map(watched, _UNWATCHED))
PREFIX = "/v2"
"""Where all of it lies."""
