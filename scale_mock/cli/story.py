"""What happens in the demo: three days of a customer's work, as data.

Every call is one that any customer makes over HTTP; the few under ``/_mock/`` play the other side,
the people who label. Texts in braces stand for the id of the task with that ``unique_id``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

START_AT = datetime(2024, 1, 1, 8, tzinfo=UTC)
DAYS = 3
LENGTH = timedelta(days=DAYS)
KEY = "live_demo"


@dataclass(frozen=True, slots=True)
class Call:
    """One request."""

    method: str
    path: str
    body: object = None


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens at an instant.

    Attributes:
        at: How long after the beginning.
        says: What happens, and what it shows, for somebody who watches.
        calls: The requests that make it happen.
    """

    at: timedelta
    says: str
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Tasks that are sent together.

    Attributes:
        name: The batch's name, or what their unique ids begin with.
        type: Their task type.
        count: How many.
        params: What the tasks are, by number from 1 on.
        project: The project whose batch they are; ``None`` for single tasks.
    """

    name: str
    type: str
    count: int
    params: Callable[[int], dict[str, Any]]
    project: str | None = None

    def unique_id(self, number: int) -> str:
        """The customer's own id of a task."""
        return f"{self.name}-{number:02}"


SENDERS = ("a billing system", "a customer", "a supplier", "the landlord", "a newsletter")
FIRMS = ("Acme", "Initech", "Umbrella", "Globex", "Hooli")


def _image(number: int) -> dict[str, Any]:
    return {
        "attachment": f"https://images.example/street/{number:04}.jpg",
        "geometries": {"box": {"objects_to_annotate": ["car", "bicycle", "pedestrian"]}},
    }


def _mail(number: int) -> dict[str, Any]:
    return {
        "instruction": "What does the sender want?",
        "attachment_type": "text",
        "attachment": f"Mail {number} from {SENDERS[number % len(SENDERS)]}.",
        "categories": ["invoice", "complaint", "question", "spam"],
    }


def _receipt(number: int) -> dict[str, Any]:
    return {
        "instruction": "Copy shop and total.",
        "attachments": [
            {"type": "image", "content": f"https://images.example/receipts/{number:04}.jpg"}
        ],
        "fields": [
            {"type": "text", "field_id": "shop", "title": "Shop"},
            {"type": "number", "field_id": "total", "title": "Total", "min": 0, "max": 500},
        ],
    }


def _contract(number: int) -> dict[str, Any]:
    return {
        "instruction": "Mark parties and dates.",
        "text": f"{FIRMS[number % len(FIRMS)]} rents office {number} from Ada Byron in May.",
        "labels": [{"name": "party"}, {"name": "date"}],
    }


CALIBRATION = Group("street-calibration", "imageannotation", 6, _image, "street-scenes")
NIGHT = Group("street-night", "imageannotation", 16, _image, "street-scenes")
MONDAY = Group("triage-monday", "categorization", 12, _mail, "inbox-triage")
TUESDAY = Group("triage-tuesday", "categorization", 10, lambda n: _mail(n + 12), "inbox-triage")
RECEIPTS = Group("receipts", "textcollection", 8, _receipt)
CONTRACTS = Group("contracts", "namedentityrecognition", 8, _contract)
GROUPS = (CALIBRATION, NIGHT, MONDAY, TUESDAY, RECEIPTS, CONTRACTS)

RULES = [
    {
        "name": "one image is behind a login",
        "match": {"unique_id": "street-night-07"},
        "outcome": "error",
        "after": "5h",
    },
    {
        "name": "one receipt is hard to read",
        "match": {"unique_id": "receipts-05"},
        "outcome": "hold",
    },
    {"name": "calibration", "match": {"batch_kind": "calibration"}, "after": "1h..8h"},
    {"name": "production", "match": {"batch_kind": "production"}, "after": "4h..34h"},
    {"name": "mails", "match": {"type": "categorization"}, "after": "2h..14h"},
    {"name": "anything else", "after": "2h..36h"},
]


def story(receiver_url: str) -> list[Step]:
    """The steps in order.

    Args:
        receiver_url: Where tasks and batches call back.
    """

    def send(group: Group) -> list[Call]:
        return [_task(group, number, receiver_url) for number in range(1, group.count + 1)]

    def batch(group: Group, **more: object) -> Call:
        body = {"project": group.project, "name": group.name, "callback": f"{receiver_url}/batches"}
        return Call("POST", "/v1/batches", {**body, **more})

    return [
        Step(_at(0), "Create a Rapid project for images, an Enterprise one for mails", (
            Call("POST", "/v1/projects",
                 {"name": "street-scenes", "type": "imageannotation", "rapid": True}),
            Call("POST", "/v1/projects", {"name": "inbox-triage", "type": "categorization"}),
        )),
        Step(_at(0), "Add rules: how long work takes, what fails, what is put on hold", (
            Call("POST", "/_mock/rules", RULES),
        )),
        Step(_at(0), "Send 6 images to calibrate; finalize, so that work can begin", (
            batch(CALIBRATION, calibration_batch=True),
            *send(CALIBRATION),
            _finalize(CALIBRATION),
        )),
        Step(_at(0), "Send 12 mails: an Enterprise batch needs no finalize", (
            batch(MONDAY),
            *send(MONDAY),
        )),
        Step(_at(0, 10), "Send 8 receipts and 8 contracts, which belong to no batch", (
            *send(RECEIPTS),
            *send(CONTRACTS),
        )),
        Step(_at(0, 18), "Send 16 images: the batch stays in staging, nothing moves yet", (
            batch(NIGHT),
            *send(NIGHT),
        )),
        Step(_at(1, 8), "Cancel one image, then finalize: street-night leaves staging", (
            Call("POST", "/v1/task/{street-night-16}/cancel"),
            _finalize(NIGHT),
        )),
        Step(_at(1, 10), "Send 10 more mails", (
            batch(TUESDAY),
            *send(TUESDAY),
        )),
        Step(_at(1, 20), "Reject a mail and have it redone: its batch is open again", (
            Call("POST", "/v1/task/{triage-monday-03}/audit",
                 {"accepted": False, "comments": "This is no spam."}),
            Call("POST", "/_mock/tasks/{triage-monday-03}/redo"),
        )),
        Step(_at(2, 9), "Somebody can read the receipt on hold, and completes it", (
            Call("POST", "/_mock/tasks/{receipts-05}/complete"),
        )),
        Step(_at(2, 12), "Accept an image in an audit: that is called back, too", (
            Call("POST", "/v1/task/{street-calibration-01}/audit", {"accepted": True}),
        )),
    ]  # fmt: skip


def _at(day: int, hour: int = 8) -> timedelta:
    """How long after the beginning an hour of a day is, Monday being 0."""
    return timedelta(days=day, hours=hour - START_AT.hour)


def _task(group: Group, number: int, receiver_url: str) -> Call:
    body = {
        **group.params(number),
        "unique_id": group.unique_id(number),
        "callback_url": f"{receiver_url}/tasks",
        **({"batch": group.name} if group.project else {}),
    }
    return Call("POST", f"/v1/task/{group.type}", body)


def _finalize(group: Group) -> Call:
    return Call("POST", f"/v1/batches/{group.name}/finalize")
