"""Owns a second account of how a Studio team works, written apart from the mock and much slower.

It goes through every second at which something can happen, looks at every task each time, and says
who picks up what when. The story's test holds the mock's pick-ups against it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PICK_UP_S = 60


@dataclass
class Person:
    name: str
    pace_s: int
    does: tuple[str, ...]
    is_careless: bool = False
    task: Job | None = None
    until: int | None = None
    looks_at: int | None = None


@dataclass
class Job:
    name: str
    age: int
    batch: str
    priority: int | None
    waits_for: str | None = "attempt"
    is_faulty: bool = False
    rejections: int = 0
    hands: set[str] = field(default_factory=set)


@dataclass
class Shop:
    """People in the order of the team; ``batches`` in the order of work; who may work on which."""

    people: list[Person]
    jobs: list[Job]
    batches: list[str]
    open_to: dict[str, set[str]]
    log: list[tuple[int, str, str, str]] = field(default_factory=list)

    def run(self, commands: dict[int, Callable[[Shop], None]], end: int) -> None:
        self._call(0)
        for now in range(end):
            finished = [one for one in self.people if one.until == now]
            for person in finished:
                self._finish(person)
            if finished:
                self._call(now)
            for person in self.people:
                if person.looks_at == now:
                    self._pick_up(person, now)
            if now in commands:
                commands[now](self)
                self._call(now)

    def _call(self, now: int) -> None:
        for person in self.people:
            if person.task is None and person.looks_at is None and self._choice(person):
                person.looks_at = now + PICK_UP_S

    def _choice(self, person: Person) -> Job | None:
        found = [
            job
            for job in self.jobs
            if job.waits_for in person.does
            and person.name in self.open_to[job.batch]
            and person.name not in job.hands
        ]
        return min(found, key=self._order, default=None)

    def _order(self, job: Job) -> tuple[bool, int, int, int]:
        urgency = 20 if job.priority is None else job.priority
        return (job.waits_for != "review", self.batches.index(job.batch), -urgency, job.age)

    def _pick_up(self, person: Person, now: int) -> None:
        person.looks_at = None
        job = self._choice(person)
        if job is not None:
            self.log.append((now, person.name, str(job.waits_for), job.name))
            person.task, person.until = job, now + person.pace_s
            person.does, job.waits_for = person.does, f"in hand: {job.waits_for}"

    def _finish(self, person: Person) -> None:
        job = person.task
        assert job is not None
        person.task = person.until = None
        job.hands.add(person.name)
        if job.waits_for == "in hand: attempt":
            job.waits_for, job.is_faulty = "review", person.is_careless
        elif job.is_faulty and not job.rejections:
            job.waits_for, job.rejections, job.hands = "attempt", 1, set()
        else:
            job.waits_for = None
