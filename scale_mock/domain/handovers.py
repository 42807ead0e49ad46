"""What was handed over to the customer: deliveries of projects, and datasets with theirs.

Records only; :mod:`~scale_mock.domain.deliveries` and :mod:`~scale_mock.domain.datasets` make them.
They name each other by id, so that each can be written down alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scale_mock.domain.documents import EMPTY_OBJECT

if TYPE_CHECKING:
    from datetime import datetime

    from scale_mock.domain.model import Mode, Project


@dataclass(slots=True, eq=False)
class Delivery:
    """Tasks of one project, handed over together.

    Attributes:
        name: Unique inside its project (documented); the id is unique everywhere.
        task_ids: The tasks in the order in which they were delivered.
        payloads: What was delivered of each task, as JSON: a later redo does not change it.
    """

    id: str
    mode: Mode
    name: str
    project: Project
    delivered_at: datetime
    task_ids: list[str] = field(default_factory=list)
    payloads: dict[str, bytes] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Dataset:
    """A dataset: a product line of its own, whose tasks nobody of the account created."""

    id: str
    mode: Mode
    name: str


@dataclass(slots=True, eq=False)
class DatasetDelivery:
    """Tasks of one dataset, handed over together.

    Attributes:
        name: Unique inside its dataset (documented).
        turn_count: How many turns its tasks have together.
    """

    id: str
    mode: Mode
    name: str
    dataset_id: str
    delivered_at: datetime
    turn_count: int
    task_ids: list[str] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class DatasetFile:
    """A file of a dataset's task.

    Attributes:
        content: Its bytes; ``None`` where it lies elsewhere.
        url: Where it lies; empty where the mock serves it.
    """

    content: bytes | None = None
    media_type: str = "application/octet-stream"
    url: str = ""


@dataclass(slots=True, eq=False)
class DatasetTask:
    """A task of a dataset, with a response of any shape."""

    task_id: str
    mode: Mode
    dataset_id: str
    delivery_id: str
    response: bytes = EMPTY_OBJECT
    files: dict[str, DatasetFile] = field(default_factory=dict)
