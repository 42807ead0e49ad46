"""One mode's store: everything that a test key, or a live key, of the account can see."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from scale_mock.domain.task_index import TaskIndex

if TYPE_CHECKING:
    from scale_mock.domain.handovers import Dataset, DatasetDelivery, DatasetTask, Delivery
    from scale_mock.domain.model import Batch, Mode, Project, Task
    from scale_mock.domain.records import File, FixlessAudit, Group, QualityTask
    from scale_mock.domain.taskers import Crowd, QualityAttempt


class Side:
    """The objects of one mode of one account.

    The two modes of an account never see each other's objects; they share only the clock and the
    team.
    """

    def __init__(self, mode: Mode) -> None:
        self.mode: Mode = mode
        self.tasks: dict[str, Task] = {}
        self.task_index = TaskIndex()
        self.projects: dict[str, Project] = {}
        self.batches: dict[str, Batch] = {}
        self.files: dict[str, File] = {}
        self.files_by_reference: dict[str, File] = {}
        self.files_bytes = 0
        self.quality_tasks: dict[str, QualityTask] = {}
        self.attempts: deque[QualityAttempt] = deque()
        self.crowds: dict[str, Crowd] = {}
        self.audits: dict[str, FixlessAudit] = {}
        self.idempotency_keys: dict[str, Task] = {}
        self.assignments: dict[str, list[str]] = {}
        self.groups: dict[str, dict[str, Group]] = {}
        self.deliveries: dict[str, Delivery] = {}
        self.delivered: dict[str, str] = {}
        self.datasets: dict[str, Dataset] = {}
        self.dataset_deliveries: dict[str, DatasetDelivery] = {}
        self.dataset_tasks: dict[str, DatasetTask] = {}
        self.dataset_files_bytes = 0
        self._occurrences: dict[bytes, int] = {}

    @property
    def is_test(self) -> bool:
        """True for test mode."""
        return self.mode == "test"

    def occurrence(self, identity: bytes) -> int:
        """How often this identity was seen before on this side."""
        seen = self._occurrences.get(identity, 0)
        self._occurrences[identity] = seen + 1
        return seen
