"""The log of API requests, with keys made unreadable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scale_mock.sim.instants import to_iso

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """One request to the API.

    Attributes:
        at: The world's instant.
        method: The HTTP method.
        path: The path, without the query.
        query: The query, as it was sent.
        status: The reply's status.
        operation: The operation's name, or ``None`` for an unknown route.
        mode: The mode of the key.
        key: The key, all but its beginning hidden.
        error: What was refused, with the JSON path if there is one.
        fault: The name of the fault that struck it.
        after: How many entries the journal had when it was taken up.
    """

    at: datetime
    method: str
    path: str
    query: str
    status: int
    operation: str | None
    mode: str
    key: str
    error: str | None = None
    fault: str | None = None
    after: int = 0

    def as_dict(self) -> dict[str, object]:
        """The request as the control API shows it."""
        return {
            "at": to_iso(self.at),
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "status": self.status,
            "operation": self.operation,
            "mode": self.mode,
            "key": self.key,
            "error": self.error,
            "fault": self.fault,
        }
