"""What else an account has, as records in Scale's words: files, people, quality tasks.

Projects, batches and tasks are in :mod:`scale_mock.domain.model`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from scale_mock.domain.documents import EMPTY_OBJECT

if TYPE_CHECKING:
    from datetime import datetime

    from scale_mock.domain.model import Mode, Project


@dataclass(slots=True, eq=False)
class File:
    """An uploaded or imported file."""

    id: str
    mode: Mode
    attachment_url: str
    created_at: datetime
    updated_at: datetime
    mime_type: str
    size: int
    project_names: list[str]
    reference_id: str | None = None
    display_name: str | None = None
    metadata: bytes = EMPTY_OBJECT
    content: bytes | None = None


@dataclass(slots=True, eq=False)
class Teammate:
    """A member of the account's team.

    Attributes:
        expiry: Until when the invitation can be accepted; ``None`` once it is.
        seq: Their place in the order in which people joined.
    """

    email: str
    role: str
    first_name: str
    last_name: str
    company: str
    is_studio_labeler: bool = False
    expiry: datetime | None = None
    seq: int = 0

    @property
    def is_active(self) -> bool:
        """False while they are only invited, and once they are disabled."""
        return self.expiry is None and self.role != "disabled"


@dataclass(slots=True, eq=False)
class Group:
    """A group of labelers of one Studio project."""

    id: str
    name: str
    project: Project
    emails: list[str]
    is_singleton: bool = False


@dataclass(slots=True, eq=False)
class QualityTask:
    """An evaluation or training task of a Rapid project."""

    id: str
    mode: Mode
    kind: Literal["evaluation", "training"]
    type: str
    project: Project
    params: bytes
    expected_response: object
    initial_response: object
    created_at: datetime


@dataclass(slots=True, eq=False)
class FixlessAudit:
    """An audit that leaves the response as it is (``PUT /audits``)."""

    id: str
    task_id: str
    body: dict[str, object]
    created_at: datetime
    updated_at: datetime
