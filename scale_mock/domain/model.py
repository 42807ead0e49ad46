"""Scale's objects as records, in Scale's words.

No behaviour beyond what a record knows of itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from scale_mock.domain.documents import EMPTY_OBJECT, decode_object

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from scale_mock.domain.decisions import Decision
    from scale_mock.sim.scheduler import Event

Mode = Literal["test", "live"]
MODES: tuple[Mode, ...] = ("test", "live")
ProductLine = Literal["enterprise", "rapid", "studio"]
BatchKind = Literal["plain", "self_label", "calibration", "production"]
TaskStatus = Literal["pending", "completed", "canceled", "error"]
TASK_STATUSES: tuple[TaskStatus, ...] = ("pending", "completed", "canceled", "error")
BatchStatus = Literal["staging", "in_progress", "completed"]
BATCH_STATUSES: tuple[BatchStatus, ...] = ("staging", "in_progress", "completed")
REVIEW_STATUSES = ("pending", "accepted", "fixed", "rejected", "commented")
AUDIT_RESULTS = ("accepted", "fixed", "rejected")


@dataclass(slots=True)
class ParamVersion:
    """One entry of a project's ``param_history``."""

    version: int
    created_at: datetime
    params: dict[str, object]


@dataclass(slots=True)
class OntologyVersion:
    """One version of a project's ontology."""

    version: int
    created_at: datetime
    ontology: list[object]
    name: str | None = None


@dataclass(slots=True, eq=False)
class Project:
    """A project: its type, its product line and the history of its params."""

    id: str
    mode: Mode
    name: str
    type: str
    product_line: ProductLine
    created_at: datetime
    pipeline: str | None = None
    consensus_attempts: int | None = None
    dataset_id: str | None = None
    archived: bool = False
    param_history: list[ParamVersion] = field(default_factory=list)
    ontology_history: list[OntologyVersion] = field(default_factory=list)

    @property
    def subject(self) -> str:
        """Its name in the journal."""
        return f"{self.mode}/project/{self.name}"


@dataclass(slots=True, eq=False)
class Batch:
    """A batch and the counts of its tasks by status.

    Attributes:
        touched: Grows whenever one of its tasks, or itself, changes in an event.
        scheduled: How many of its tasks, itself included, have something scheduled.
        cycle: How often it was completed.
    """

    id: str
    mode: Mode
    name: str
    project: Project
    kind: BatchKind
    status: BatchStatus
    created_at: datetime
    seq: int
    callback: str = ""
    metadata: bytes = EMPTY_OBJECT
    finalized_at: datetime | None = None
    completed_at: datetime | None = None
    last_audited_at: datetime | None = None
    archived: bool = False
    groups: tuple[str, ...] = ()
    studio_priority: int | None = None
    priority: int | None = None
    counts: dict[TaskStatus, int] = field(default_factory=dict)
    settling: Event | None = None
    scheduled: int = 0
    touched: int = 0
    cycle: int = 0

    @property
    def subject(self) -> str:
        """Its name in the journal."""
        return f"{self.mode}/batch/{self.name}"

    @property
    def is_open(self) -> bool:
        """True if it takes tasks: Enterprise always, Rapid and Studio until finalized."""
        return self.project.product_line == "enterprise" or self.status == "staging"

    @property
    def total(self) -> int:
        """How many tasks it holds."""
        return sum(self.counts.values())


@dataclass(slots=True)
class Audit:
    """One entry of a task's ``audits``."""

    audited_by: str
    audited_at: datetime
    audit_time_secs: int
    audit_result: str
    audit_source: str
    comments: str | None = None


@dataclass(slots=True)
class History:
    """What only some tasks have: audits, redos, earlier answers, those of several respondents.

    Attributes:
        source_redone: How often the task that this one builds on had been redone by then.
    """

    audits: list[Audit] = field(default_factory=list)
    review_status: str | None = None
    review_comments: list[str] = field(default_factory=list)
    prior_responses: list[bytes] = field(default_factory=list)
    attempts: bytes | None = None
    document_pages: bytes | None = None
    stuck: str | None = None
    times_redone: int = 0
    is_customer_fix: bool = False
    clear_unique_id_on_error: bool = False
    source_redone: int = 0


class Task:
    """A task, in the fewest bytes that still say everything.

    Attributes:
        subject: Its name in the journal.
        seq: Position in creation order within its mode.
        params: The type's params with the echoed defaults, as JSON.
        metadata: The customer's metadata, as JSON.
        response: The labels, as JSON; ``None`` while there are none.
        decision: What was decided when work could begin; ``None`` before.
        door: Where the files of its response are served to whoever created it.
        event: The scheduled start or end of work, if any.
        touched: Grows with every change that an event makes.
    """

    __slots__ = (
        "batch",
        "callback_succeeded",
        "callback_url",
        "completed_at",
        "created_at",
        "decision",
        "door",
        "event",
        "history",
        "instruction",
        "metadata",
        "mode",
        "params",
        "priority",
        "project",
        "project_param_version",
        "response",
        "seq",
        "status",
        "subject",
        "tags",
        "task_id",
        "touched",
        "type",
        "unique_id",
        "updated_at",
        "urgency",
        "work_started",
    )

    def __init__(
        self,
        *,
        task_id: str,
        seq: int,
        mode: Mode,
        type: str,  # noqa: A002 - Scale's word
        created_at: datetime,
        params: bytes,
        project: Project | None,
        batch: Batch | None,
    ) -> None:
        self.task_id = task_id
        self.subject = f"{mode}/task/{task_id}"
        self.seq = seq
        self.mode = mode
        self.type = type
        self.created_at = created_at
        self.updated_at = created_at
        self.completed_at: datetime | None = None
        self.status: TaskStatus = "pending"
        self.params = params
        self.metadata = EMPTY_OBJECT
        self.response: bytes | None = None
        self.project = project
        self.batch = batch
        self.instruction: str | None = None
        self.callback_url: str | None = None
        self.callback_succeeded: bool | None = None
        self.unique_id: str | None = None
        self.tags: tuple[str, ...] | None = None
        self.priority: int | None = None
        self.urgency = "standard"
        self.project_param_version: int | None = None
        self.work_started = False
        self.decision: Decision | None = None
        self.door = ""
        self.event: Event | None = None
        self.history: History | None = None
        self.touched = 0

    def __repr__(self) -> str:
        return f"<Task {self.task_id} {self.mode} {self.type} {self.status}>"

    @property
    def identity(self) -> str:
        """What its fate and its labels derive from: the id without the creation second."""
        return self.task_id[8:]

    @property
    def product_line(self) -> ProductLine:
        """Its project's; a task without a project is Enterprise work."""
        return self.project.product_line if self.project else "enterprise"

    @property
    def times_redone(self) -> int:
        """How often it was sent back."""
        return self.history.times_redone if self.history else 0

    def past(self) -> History:
        """Its history, begun if there was none."""
        if self.history is None:
            self.history = History()
        return self.history

    def match_value(self, name: str) -> object:
        """See :class:`scale_mock.domain.ports.Matchable`."""
        return _MATCH_VALUES[name](self)


_MATCH_VALUES: dict[str, Callable[[Task], object]] = {
    "project": lambda task: task.project.name if task.project else None,
    "product_line": lambda task: task.product_line,
    "type": lambda task: task.type,
    "mode": lambda task: task.mode,
    "batch": lambda task: task.batch.name if task.batch else None,
    "batch_kind": lambda task: task.batch.kind if task.batch else None,
    "tags": lambda task: task.tags or (),
    "unique_id": lambda task: task.unique_id,
    "metadata": lambda task: decode_object(task.metadata),
    "params": lambda task: decode_object(task.params),
}


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
    """A member of the account's team."""

    email: str
    role: str
    first_name: str
    last_name: str
    company: str
    is_studio_labeler: bool = False
    expiry: datetime | None = None


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
