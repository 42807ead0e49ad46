"""The indexes behind ``GET /tasks``: every filter is answered without looking at a task."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from scale_mock.domain.chat_forms import is_chat
from scale_mock.domain.postings import Posting, Span, Union, descending, intersect
from scale_mock.domain.timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from scale_mock.domain.model import Task
    from scale_mock.domain.postings import Term

_created_at = attrgetter("created_at")
Window = tuple["datetime | None", "datetime | None"]
ALWAYS: Window = (None, None)


class TaskFilter(NamedTuple):
    """What a list of tasks is limited to.

    Every sequence means any-of; an empty one means no limit. Windows are inclusive.
    """

    status: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    project: tuple[str, ...] = ()
    batch: tuple[str, ...] = ()
    review: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    unique_id: tuple[str, ...] = ()
    created: Window = ALWAYS
    completed: Window = ALWAYS
    updated: Window = ALWAYS


class TaskPage(NamedTuple):
    """One page, newest first.

    Attributes:
        tasks: The page.
        total: How many tasks the filter matches on all pages.
        next_before: The position that the next page continues below; ``None`` on the last page.
    """

    tasks: list[Task]
    total: int
    next_before: int | None


def stored_statuses(wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The statuses that v1's words mean: a deleted task is a canceled one there."""
    return (*wanted, "deleted") if "canceled" in wanted else wanted


class TaskIndex:
    """The tasks of one mode in creation order, with their postings."""

    def __init__(self) -> None:
        self.tasks: list[Task] = []
        self._postings: dict[tuple[str, str], Posting] = {}
        self._unique_ids: dict[str, Task] = {}
        self._chats: dict[str, Task] = {}
        self._completed = Timeline(lambda seq: self.tasks[seq].completed_at)
        self._updated = Timeline(lambda seq: self.tasks[seq].updated_at)

    def add(self, task: Task) -> None:
        """Takes in a new task; its ``seq`` is its position here."""
        self.tasks.append(task)
        self._put("status", task.status, task.seq)
        self._put("type", task.type, task.seq)
        if task.project is not None:
            self._put("project", task.project.name, task.seq)
        if task.batch is not None:
            self._put("batch", task.batch.name, task.seq)
        for tag in task.tags or ():
            self._put("tag", tag, task.seq)
        if task.unique_id is not None:
            self._unique_ids[task.unique_id] = task
        if is_chat(task):
            self._chats[task.identity] = task
        self._updated.add(task.updated_at, task.seq)

    def refill(self, tasks: Iterable[Task]) -> None:
        """Takes in tasks that have lived already, in the order of their creation; once, when empty.

        The timelines want their instants in order, so those are entered afterwards.
        """
        for task in tasks:
            self.add(task)
            if task.history is not None and task.history.review_status is not None:
                self._put("review", task.history.review_status, task.seq)
        self._updated = Timeline(lambda seq: self.tasks[seq].updated_at)
        for task in sorted(self.tasks, key=attrgetter("updated_at")):
            self._updated.add(task.updated_at, task.seq)
        done = [task for task in self.tasks if task.completed_at is not None]
        for task in sorted(done, key=attrgetter("completed_at")):
            assert task.completed_at is not None
            self._completed.add(task.completed_at, task.seq)

    def set_status(self, task: Task, status: str) -> None:
        """Moves a task between the status postings; the caller changes the task."""
        self._drop("status", task.status, task.seq)
        self._put("status", status, task.seq)

    def set_completed_at(self, task: Task, instant: datetime | None) -> None:
        """Changes ``completed_at``, on the task and here."""
        if task.completed_at is not None:
            self._completed.discard(task.completed_at, task.seq)
        task.completed_at = instant
        if instant is not None:
            self._completed.add(instant, task.seq)

    def set_updated_at(self, task: Task, instant: datetime) -> None:
        """Changes ``updated_at``, on the task and here."""
        if task.updated_at != instant:
            self._updated.discard(task.updated_at, task.seq)
            self._updated.add(instant, task.seq)
            task.updated_at = instant

    def set_tags(self, task: Task, tags: tuple[str, ...]) -> None:
        """Changes the tags, on the task and here."""
        for tag in task.tags or ():
            self._drop("tag", tag, task.seq)
        for tag in tags:
            self._put("tag", tag, task.seq)
        task.tags = tags

    def set_unique_id(self, task: Task, unique_id: str | None) -> None:
        """Changes the unique id, on the task and here."""
        if task.unique_id is not None:
            self._unique_ids.pop(task.unique_id, None)
        task.unique_id = unique_id
        if unique_id is not None:
            self._unique_ids[unique_id] = task

    def set_review_status(self, task: Task, review: str) -> None:
        """Changes the customer's review status, on the task and here."""
        past = task.past()
        if past.review_status is not None:
            self._drop("review", past.review_status, task.seq)
        past.review_status = review
        self._put("review", review, task.seq)

    def by_unique_id(self, unique_id: str) -> Task | None:
        """The task that holds a unique id now."""
        return self._unique_ids.get(unique_id)

    def chat(self, identity: str) -> Task | None:
        """The chat task of v2 with an identity; the ids of its annotations begin with it."""
        return self._chats.get(identity)

    def page(
        self, wanted: TaskFilter, *, limit: int, before: int | None = None, offset: int = 0
    ) -> TaskPage:
        """One page of the matching tasks, newest first.

        Args:
            wanted: The filter.
            limit: How many tasks at the most.
            before: Only positions below this one are on the page; they all count in the total.
            offset: How many of the matching tasks to skip.
        """
        terms = self._terms(wanted)
        chunks: Iterable[tuple[int, int]] = intersect(terms)
        if len(terms) == 1 and isinstance(terms[0], Posting | Span):
            total = len(terms[0])
        else:
            chunks = list(chunks)
            total = sum(bits.bit_count() for _, bits in chunks)
        found: list[int] = []
        for position in _below(chunks, before, offset):
            if len(found) == limit:
                break
            found.append(position)
        else:
            return TaskPage([self.tasks[seq] for seq in found], total, None)
        return TaskPage([self.tasks[seq] for seq in found], total, found[-1])

    def matching(self, wanted: TaskFilter) -> Iterator[Task]:
        """All matching tasks, newest first."""
        for chunk, bits in intersect(self._terms(wanted)):
            for seq in descending(chunk, bits):
                yield self.tasks[seq]

    def _terms(self, wanted: TaskFilter) -> list[Term]:
        terms: list[Term] = []
        terms.extend(
            self._any_of(name, values)
            for name in ("status", "type", "project", "batch", "review", "tag")
            if (values := getattr(wanted, name))
        )
        if wanted.unique_id:
            holders = Posting()
            for unique_id in wanted.unique_id:
                if (task := self._unique_ids.get(unique_id)) is not None:
                    holders.add(task.seq)
            terms.append(holders)
        if wanted.completed != ALWAYS:
            terms.append(self._completed.window(*wanted.completed))
        if wanted.updated != ALWAYS:
            terms.append(self._updated.window(*wanted.updated))
        if wanted.created != ALWAYS or not terms:
            terms.append(self._created_span(*wanted.created))
        return terms

    def _any_of(self, name: str, values: Iterable[str]) -> Term:
        parts = [
            part for value in values if (part := self._postings.get((name, value))) is not None
        ]
        return parts[0] if len(parts) == 1 else Union(parts)

    def _created_span(self, after: datetime | None, before: datetime | None) -> Span:
        first = 0 if after is None else bisect_left(self.tasks, after, key=_created_at)
        if before is None:
            return Span(first, len(self.tasks))
        return Span(first, bisect_right(self.tasks, before, key=_created_at))

    def _put(self, name: str, value: str, seq: int) -> None:
        posting = self._postings.get((name, value))
        if posting is None:
            posting = self._postings[name, value] = Posting()
        posting.add(seq)

    def _drop(self, name: str, value: str, seq: int) -> None:
        self._postings[name, value].discard(seq)


def _below(chunks: Iterable[tuple[int, int]], before: int | None, offset: int) -> Iterator[int]:
    """The positions of the chunks, highest first, from a position or an offset on."""
    limit = Span(0, before) if before is not None else None
    for chunk, bits in chunks:
        left = bits & limit.bits(chunk) if limit else bits
        count = left.bit_count()
        if offset >= count:
            offset -= count
            continue
        for position in descending(chunk, left):
            if offset:
                offset -= 1
                continue
            yield position
