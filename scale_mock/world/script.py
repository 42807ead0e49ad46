"""Scripts: what a scenario makes happen in a world, as data that a snapshot can hold.

A script is a list of calls with instants, and receivers that answer as they are told. Every call is
one foreground event; it comes after everything else that is due at its instant, as the call of a
client would, and is made by whoever owns the doors (``World.make_step``), because only the API
knows the operations.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from scale_mock.callbacks.receiver import Receiver
from scale_mock.errors import StepFailed
from scale_mock.sim.instants import from_iso

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from scale_mock.callbacks.targets import Targets
    from scale_mock.domain.core import Core
    from scale_mock.sim.scheduler import Event

KIND = "scenario.step"
LAST_OF_ALL = 1_000_000
"""After everything else of an instant: a client's call finds what was due there done."""
FAILED_MAX = 1_000
"""How many steps that went wrong are remembered."""
MILLISECOND = timedelta(milliseconds=1)

Json = dict[str, Any]


class Play(NamedTuple):
    """What a scenario makes happen in a world; plain data throughout.

    Attributes:
        name: What people call it.
        receivers: Who answers callbacks: a ``url`` and ``answers``, each with its ``status``
            (``None`` refuses connections), and perhaps ``from`` and ``until``.
        steps: The calls. Each has ``call`` and ``arguments``; ``after_ms`` from the beginning or
            ``at``; ``count`` and ``every_ms`` if it is made several times.
    """

    name: str
    receivers: tuple[Json, ...] = ()
    steps: tuple[Json, ...] = ()


@dataclass(slots=True)
class Receivers:
    """The receivers of a scenario, each mounted at its URL.

    Attributes:
        start_at: The world's first instant.
        now: Tells the world's instant.
        targets: Where they are mounted.
        known: The built-in receiver by its URL, which is mounted and dumped elsewhere.
        by_url: The others.
    """

    start_at: datetime
    now: Callable[[], datetime]
    targets: Targets
    known: Mapping[str, Receiver]
    by_url: dict[str, Receiver] = field(default_factory=dict)

    def open(self, url: str) -> Receiver:
        """The receiver at a URL, made on first use."""
        if url in self.known:
            return self.known[url]
        if url not in self.by_url:
            receiver = self.by_url[url] = Receiver(self.now)
            self.targets.mount_receiver(url, receiver.post)
        return self.by_url[url]

    def dump(self) -> dict[str, object]:
        """What each got, and answers."""
        return {url: receiver.dump() for url, receiver in self.by_url.items()}

    def load(self, data: Mapping[str, Any]) -> None:
        """Goes on from where others were dumped."""
        for url, dumped in data.items():
            self.open(url).load(dumped)

    def begin(self, described: Iterable[Json]) -> None:
        """Opens receivers and tells them what to answer when; the first answer that holds wins."""
        for one in described:
            receiver = self.open(one["url"])
            for answer in reversed(one["answers"]):
                since, until = (self._instant(answer.get(name)) for name in ("from", "until"))
                if answer["status"] is None:
                    receiver.down(since=since, until=until)
                else:
                    receiver.answer(answer["status"], since=since, until=until)
            receiver.excuse()

    def _instant(self, said: str | int | None) -> datetime | None:
        if said is None:
            return None
        return from_iso(said) if isinstance(said, str) else self.start_at + said * MILLISECOND


class Script:
    """The script of one world.

    Args:
        core: The world's state; the script's own is in ``core.script``.
        make: Makes a call: the step's number, which of its calls (from 1), and the how many'th try
            it is.
    """

    def __init__(self, core: Core, make: Callable[[int, int, int], None]) -> None:
        self._core = core
        self._make = make
        core.scheduler.on(KIND, self._on_step)

    @property
    def state(self) -> Json:
        """Name, steps, the ids of what they made, and what went wrong."""
        return self._core.script

    def begin(self, play: Play, start_at: datetime) -> None:
        """Schedules every call of a play."""
        self._core.script = {
            "name": play.name,
            "steps": list(play.steps),
            "made": {},
            "failed": [],
        }
        calls = [
            (due, index, number)
            for index, step in enumerate(play.steps)
            for number, due in _instants(step, start_at)
        ]
        for due, index, number in sorted(calls, key=lambda call: call[0]):
            self._schedule(due, index, number, 1)

    def try_again(self, index: int, number: int, tries: int) -> None:
        """Schedules another try of a call, as long from now as its customer waits."""
        delay = self.state["steps"][index]["retry_ms"] * MILLISECOND
        self._schedule(self._core.now() + delay, index, number, tries + 1)

    def failed(self, step: Json, problem: str, tasks: list[str]) -> StepFailed:
        """Notes a call that went wrong, and writes it to the journal.

        Args:
            step: The step.
            problem: What is wrong.
            tasks: The tasks that it is about.

        Returns:
            The error that says so to people.
        """
        label = step["label"]
        text = f'scenario "{self.state["name"]}": {label} failed: {problem} ({step["place"]})'
        noted = self.state["failed"]
        if len(noted) < FAILED_MAX:
            noted.append({"tasks": tasks, "text": text})
        self._core.journal.write("world/scenario", "scenario.failed", label, step=label)
        return StepFailed(text)

    def failures_of(self, task_id: str) -> list[str]:
        """What went wrong with the calls that name a task."""
        return [one["text"] for one in self.state.get("failed", ()) if task_id in one["tasks"]]

    def _schedule(self, due: datetime, index: int, number: int, tries: int) -> None:
        self._core.scheduler.at(due, KIND, "scenario", [index, number, tries], priority=LAST_OF_ALL)

    def _on_step(self, event: Event) -> None:
        data: Any = event.data
        index, number, tries = data
        self._make(index, number, tries)


def _instants(step: Json, start_at: datetime) -> Iterator[tuple[int, datetime]]:
    """When each of a step's calls is made."""
    said = step.get("at")
    first = start_at + step["after_ms"] * MILLISECOND if said is None else from_iso(said)
    every = step.get("every_ms", 0) * MILLISECOND
    for number in range(1, step.get("count", 1) + 1):
        yield number, first + (number - 1) * every
