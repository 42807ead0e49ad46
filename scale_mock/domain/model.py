"""Projects, batches and tasks as records, in Scale's words.

No behaviour beyond what a record knows of itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from scale_mock.domain.documents import EMPTY_OBJECT
from scale_mock.domain.matchable import MATCH_VALUES

if TYPE_CHECKING:
    from datetime import datetime

    from scale_mock.domain.decisions import Decision, Parked
    from scale_mock.sim.scheduler import Event

Mode = Literal["test", "live"]
MODES: tuple[Mode, ...] = ("test", "live")
ProductLine = Literal["enterprise", "rapid", "studio"]
BatchKind = Literal["plain", "self_label", "calibration", "production"]
TaskStatus = Literal["pending", "completed", "canceled", "error", "deleted"]
TASK_STATUSES: tuple[TaskStatus, ...] = ("pending", "completed", "canceled", "error")
V2_TASK_STATUSES: tuple[TaskStatus, ...] = (*TASK_STATUSES, "deleted")
BatchStatus = Literal["staging", "in_progress", "completed", "paused", "cancelled"]
BATCH_STATUSES: tuple[BatchStatus, ...] = ("staging", "in_progress", "completed")
V2_BATCH_STATUSES: tuple[BatchStatus, ...] = (*BATCH_STATUSES, "paused", "cancelled")
Api = Literal["v1", "v2"]
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
    """A project: its type, its product line and the history of its params.

    Attributes:
        archetypes: What v2 calls its ``types``, for example ``SFT``.
        models: The models whose replies its chat tasks show.
        is_calibrated: Whether a calibration batch of it has been finalized.
    """

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
    archetypes: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    is_calibrated: bool = False

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
        api: Which API it was created through: that one's callback it sends.
        parked: While it is paused, what its unstarted tasks had scheduled, by their ids.
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
    api: Api = "v1"
    parked: dict[str, Parked] = field(default_factory=dict)

    @property
    def subject(self) -> str:
        """Its name in the journal."""
        return f"{self.mode}/batch/{self.name}"

    @property
    def is_open(self) -> bool:
        """True if it takes tasks: Enterprise always, Rapid and Studio until finalized."""
        return self.project.product_line == "enterprise" or self.status == "staging"

    @property
    def lets_work_begin(self) -> bool:
        """False while it is in staging or paused."""
        return self.status not in {"staging", "paused"}

    @property
    def v1_status(self) -> BatchStatus:
        """Its status in v1's words: a cancelled batch is in progress while anything is pending."""
        if self.status == "paused":
            return "in_progress"
        if self.status == "cancelled":
            return "in_progress" if self.counts.get("pending", 0) else "completed"
        return self.status

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
class Survey:
    """What a tasker reported of a calibration task.

    Attributes:
        by: Who, by e-mail; whoever completed it by hand otherwise.
        confidence: How sure they were of their answer, in percent.
        feedback: What they wrote about the instructions.
    """

    by: str
    confidence: int
    feedback: str


@dataclass(slots=True)
class History:
    """What only some tasks have: audits, redos, earlier answers, those of several respondents.

    Attributes:
        source_redone: Which of its answers the task that this one builds on had given by then.
        answer_no: Which of the synthesized answers the response is, where ``times_redone`` does
            not tell.
        survey: What the tasker of a calibration task reported.
        reviews_done: How many of the audits that its rule plans have happened.
        verdict: What the newest audit said, with or without a fix.
        verdict_by: The id of the fixless audit that said so; empty for any other.
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
    reviews_done: int = 0
    answer_no: int | None = None
    survey: Survey | None = None
    verdict: str | None = None
    verdict_by: str = ""


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

    @property
    def answer_no(self) -> int:
        """Which of its synthesized answers its response is: a new one with each redo."""
        if self.history is None:
            return 0
        number = self.history.answer_no
        return self.history.times_redone if number is None else number

    def past(self) -> History:
        """Its history, begun if there was none."""
        if self.history is None:
            self.history = History()
        return self.history

    def match_value(self, name: str) -> object:
        """See :class:`scale_mock.domain.ports.Matchable`."""
        return MATCH_VALUES[name](self)
