"""Owns the README's table of what calls answer: which objects users hold, and their attributes."""

from __future__ import annotations

import inspect
from dataclasses import fields, is_dataclass

from scale_mock.callbacks.receiver import ReceivedRequest, Receiver
from scale_mock.callbacks.records import Attempt, Callback, Mail
from scale_mock.domain.floor import Activity
from scale_mock.domain.journal import Entry, Journal
from scale_mock.mock.appointments import Appointment
from scale_mock.mock.interception import Interception
from scale_mock.pytest_plugin import ScaleServer
from scale_mock.sim.scheduler import Progress
from scale_mock.world.explain import Explanation
from scale_mock.world.requests import RequestRecord
from scale_mock.world.unread import UnreadField

HELD: dict[type, str] = {
    Callback: "`callbacks.received`, `.owed`, `assert_received()`, `resend()`",
    Attempt: "`callbacks.attempts`, a callback's `.attempts`",
    Mail: "`callbacks.inbox`",
    Receiver: "`callbacks.receiver`",
    ReceivedRequest: "`callbacks.receiver.requests`",
    Progress: "`clock.advance()`, `advance_to()`, `run_next()`, `run_until_idle()`",
    Appointment: "`at()`, `every()`",
    Interception: "`intercept()`; for `with`",
    RequestRecord: "`requests`",
    UnreadField: "`unread_fields`",
    Explanation: "`explain()`, `explain_batch()`; `str()` makes sentences of it",
    Journal: "`journal`",
    Entry: "`journal.entries()`",
    Activity: "`studio.activity()`",
    ScaleServer: "the fixture `scale_server`",
}
"""What users hold, and whose answer it is."""

OURS = {
    Callback: {"event"},
    Receiver: {"now", "excuse", "answers", "why_unused", "dump", "load", "take", "post"},
    Journal: {"begin_again", "dump", "load", "write"},
    Entry: {"strand"},
}
"""Attributes for the mock's own use."""


def attributes(held: type) -> list[str]:
    """The public attributes of a class: fields first, then properties and methods."""
    found = list(getattr(held, "_fields", ()))
    if is_dataclass(held):
        found = [one.name for one in fields(held)]
    for name in sorted(vars(held)):
        if name not in found:
            is_call = inspect.isfunction(vars(held)[name])
            found.append(f"{name}()" if is_call else name)
    return [
        name
        for name in found
        if not name.startswith("_") and name.removesuffix("()") not in OURS.get(held, ())
    ]


def table() -> str:
    """The table, as Markdown."""
    rows = [
        f"| `{held.__name__}` | {where} | {', '.join(f'`{name}`' for name in attributes(held))} |"
        for held, where in HELD.items()
    ]
    return "\n".join(["| type | answered by | attributes |", "|---|---|---|", *rows]) + "\n"
