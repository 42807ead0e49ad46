"""What there is to see in the demo, read from the platform over HTTP, and nothing else."""

from __future__ import annotations

import re
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from scale_mock.cli.story import GROUPS, START_AT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scale_mock.cli.story import Call, Group, Step
    from scale_mock.cli.wire import ApiClient

NEWS_MAX = 200
_NAMES = re.compile(r"\{([a-z0-9-]+)\}")

Mood = Literal["good", "bad", "calm"]


@dataclass(frozen=True, slots=True)
class News:
    """One line about something that happened.

    Attributes:
        at: When, by the world's clock.
        mood: How to colour it.
        text: What.
    """

    at: datetime
    mood: Mood
    text: str


@dataclass(slots=True)
class GroupState:
    """Where a group of tasks stands.

    Attributes:
        group: The group.
        status: Its batch's status; empty for single tasks or before it is sent.
        counts: How many of its tasks are in which status.
    """

    group: Group
    status: str = ""
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def sent(self) -> int:
        """How many of its tasks the platform has."""
        return self.counts.total()


class Watch:
    """The demo's customer: makes the calls of the story, and looks at what becomes of them.

    Args:
        api: Where the platform is.

    Attributes:
        now: The world's instant.
        groups: Where every group of tasks stands.
        owed: How many callbacks became due.
        delivered: How many of them were acknowledged.
        answers: What the tries to send them got, by status.
        news: What happened last, oldest first.
    """

    def __init__(self, api: ApiClient) -> None:
        self._api = api
        self._seen = -1
        self._task_names: dict[str, str] = {}
        self._task_ids: dict[str, str] = {}
        self._states: dict[str, str] = {}
        self.now = START_AT
        self.groups = [GroupState(group) for group in GROUPS]
        self.owed = 0
        self.delivered = 0
        self.answers: Counter[str] = Counter()
        self.news: deque[News] = deque(maxlen=NEWS_MAX)

    def play(self, step: Step) -> None:
        """Makes the calls of a step."""
        for call in step.calls:
            self._make(call)
        self.look()

    def advance_to(self, instant: datetime) -> None:
        """Moves the world's clock and looks at what happened meanwhile."""
        self._api.call("POST", "/_mock/clock/advance", {"to": instant.isoformat()})
        self.look()

    def run_until_idle(self) -> None:
        """Lets everything that is still due happen."""
        self._api.call("POST", "/_mock/clock/run_until_idle", {})
        self.look()

    def look(self) -> None:
        """Reads what is new."""
        self.now = datetime.fromisoformat(self._api.get("/_mock/clock")["now"])
        for entry in self._api.get(f"/_mock/journal?after={self._seen}"):
            self._seen = entry["seq"]
            self._take(entry)
        batches = self._api.get("/v1/batches")["docs"]
        statuses = {batch["name"]: batch["status"] for batch in batches}
        counts = {state.group.name: Counter[str]() for state in self.groups}
        for task_id, status in self._states.items():
            counts[self._task_names[task_id].rpartition("-")[0]][status] += 1
        for state in self.groups:
            state.status = statuses.get(state.group.name, "")
            state.counts = counts[state.group.name]

    def _make(self, call: Call) -> None:
        path = _NAMES.sub(lambda found: self._task_ids[found[1]], call.path)
        reply = self._api.call(call.method, path, call.body)
        if isinstance(call.body, dict) and "unique_id" in call.body:
            self._task_names[reply["task_id"]] = call.body["unique_id"]
            self._task_ids[call.body["unique_id"]] = reply["task_id"]

    def _take(self, entry: dict[str, Any]) -> None:
        _, _, subject = entry["subject"].partition("/")
        owner, _, name = subject.partition("/")
        kind: str = entry["kind"]
        if kind in TASK_STATES:
            self._states[name] = TASK_STATES[kind]
        if kind.startswith("callback."):
            self._count(kind, entry)
        shown = self._task_names.get(name, name) if owner == "task" else f"batch {name}"
        at = datetime.fromisoformat(entry["at"])
        self.news.extend(News(at, mood, text) for mood, text in _tell(kind, shown, entry))

    def _count(self, kind: str, entry: dict[str, Any]) -> None:
        if kind in {"callback.owed", "callback.resent"}:
            self.owed += 1
        elif kind == "callback.acknowledged":
            self.delivered += 1
        elif kind == "callback.attempted":
            self.answers[entry["outcome"]] += 1


TASK_STATES = {
    "task.created": "pending",
    "task.redone": "pending",
    "task.completed": "completed",
    "task.errored": "error",
    "task.canceled": "canceled",
}
"""The status that a task has after an entry of the journal."""

PLAIN_NEWS: dict[str, tuple[Mood, str]] = {
    "task.completed": ("good", "{} is labeled"),
    "task.errored": ("bad", "{} failed: its image cannot be downloaded"),
    "task.held": ("calm", "{} is on hold, as a rule says"),
    "task.canceled": ("calm", "{} is canceled"),
    "task.audited": ("calm", "{} was audited"),
    "task.redone": ("calm", "{} goes back to be done again"),
    "batch.finalized": ("calm", "{} leaves staging"),
    "batch.completed": ("good", "{} is complete"),
    "batch.reopened": ("calm", "{} is open again"),
}


def _tell(kind: str, shown: str, entry: dict[str, Any]) -> Iterator[tuple[Mood, str]]:
    if kind in PLAIN_NEWS:
        mood, text = PLAIN_NEWS[kind]
        yield mood, text.format(shown)
    elif kind == "callback.attempted":
        number, outcome = entry["number"], entry["outcome"]
        if outcome == "200":
            tries = "" if number == 1 else f" at try {number}"
            yield "good", f"callback of {shown}: 200{tries}"
        else:
            yield "bad", f"callback of {shown}: {outcome}, will be tried again"


def weekday(instant: datetime) -> str:
    """An instant as the demo shows it: ``Mon 08:00``."""
    return instant.strftime("%a %H:%M")


def day_of(instant: datetime) -> int:
    """Which day of the story it is, from 1 on."""
    return max((instant - START_AT - timedelta(microseconds=1)) // timedelta(days=1), 0) + 1
