"""The index behind ``GET /tasks`` against a scan over a list: any history, filter and page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scale_mock.domain import timeline
from scale_mock.domain.model import Batch, Project, Task
from scale_mock.domain.task_index import TaskFilter, TaskIndex

START = datetime(2024, 1, 1, tzinfo=UTC)
PROJECTS = [
    Project(f"p{n}", "live", f"project {n}", "annotation", "enterprise", START) for n in range(2)
]
BATCHES = [
    Batch(f"b{n}", "live", f"batch {n}", PROJECTS[n], "plain", "in_progress", START, n)
    for n in range(2)
]
STATUSES = ("pending", "completed", "canceled", "error")
TAGS = ("red", "green")


def at(seconds: int | None) -> datetime | None:
    return None if seconds is None else START + timedelta(seconds=seconds)


CREATE = st.tuples(
    st.just("create"),
    st.sampled_from([None, *BATCHES]),
    st.sampled_from([None, *PROJECTS]),
    st.sampled_from(["annotation", "comparison"]),
)
CHANGE = st.one_of(
    st.tuples(st.just("status"), st.sampled_from(STATUSES)),
    st.tuples(st.just("tags"), st.lists(st.sampled_from(TAGS), unique=True).map(tuple)),
    st.tuples(st.just("completed"), st.booleans()),
    st.tuples(st.just("updated")),
    st.tuples(st.just("unique_id"), st.sampled_from([None, "u1", "u2"])),
    st.tuples(st.just("review"), st.sampled_from(["accepted", "rejected"])),
)
STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.one_of(CREATE, CHANGE), st.integers(0, 100)), max_size=50
)
MAYBE = st.one_of(st.none(), st.integers(-1, 60))
ANY_OF = st.just(())
FILTERS = st.builds(
    TaskFilter,
    status=st.one_of(ANY_OF, st.lists(st.sampled_from(STATUSES), max_size=2).map(tuple)),
    type=st.sampled_from([(), ("annotation",), ("annotation", "comparison"), ("unknown",)]),
    project=st.sampled_from([(), ("project 0",), ("project 0", "project 1"), ("none",)]),
    batch=st.sampled_from([(), ("batch 1",), ("batch 0", "batch 1")]),
    review=st.sampled_from([(), ("accepted",), ("rejected", "pending")]),
    tag=st.sampled_from([(), ("red",), ("red", "green"), ("blue",)]),
    unique_id=st.sampled_from([(), ("u1",), ("u1", "u2"), ("u3",)]),
    created=st.tuples(MAYBE.map(at), MAYBE.map(at)),
    completed=st.tuples(MAYBE.map(at), MAYBE.map(at)),
    updated=st.tuples(MAYBE.map(at), MAYBE.map(at)),
)


def build(steps: list[Any]) -> TaskIndex:
    """An index with a history; every change goes through the index's own methods."""
    index, now = TaskIndex(), START
    for seconds, (what, *values), chosen in steps:
        now += timedelta(seconds=seconds)
        if what == "create":
            batch, project, type_name = values
            task = Task(
                task_id=f"{len(index.tasks):024x}",
                seq=len(index.tasks),
                mode="live",
                type=type_name,
                created_at=now,
                params=b"{}",
                project=batch.project if batch else project,
                batch=batch,
            )
            index.add(task)
        elif index.tasks:
            change(index, index.tasks[chosen % len(index.tasks)], now, what, *values)
    return index


def change(index: TaskIndex, task: Task, now: datetime, what: str, value: Any = None) -> None:
    if what == "status":
        index.set_status(task, value)
        task.status = value
    elif what == "tags":
        index.set_tags(task, value)
    elif what == "completed":
        index.set_completed_at(task, now if value else None)
    elif what == "updated":
        index.set_updated_at(task, now)
    elif what == "review":
        index.set_review_status(task, value)
    elif value is None or index.by_unique_id(value) in {None, task}:
        index.set_unique_id(task, value)


def inside(instant: datetime | None, window: tuple[datetime | None, datetime | None]) -> bool:
    after, before = window
    if after is None and before is None:
        return True
    return (
        instant is not None
        and (after is None or instant >= after)
        and (before is None or instant <= before)
    )


def scan(index: TaskIndex, wanted: TaskFilter) -> list[Task]:
    """What the index should find, newest first, by looking at every task."""

    def fits(task: Task) -> bool:
        review = task.history.review_status if task.history else None
        return all(
            not values or bool(set(values) & has)
            for values, has in (
                (wanted.status, {task.status}),
                (wanted.type, {task.type}),
                (wanted.project, {task.project.name} if task.project else set()),
                (wanted.batch, {task.batch.name} if task.batch else set()),
                (wanted.review, {review}),
                (wanted.tag, set(task.tags or ())),
                (wanted.unique_id, {task.unique_id}),
            )
        ) and (
            inside(task.created_at, wanted.created)
            and inside(task.completed_at, wanted.completed)
            and inside(task.updated_at, wanted.updated)
        )

    return [task for task in reversed(index.tasks) if fits(task)]


@settings(max_examples=250)
@given(STEPS, FILTERS, st.integers(1, 5), st.sampled_from([1, 2, 2048]))
def test_index_finds_what_a_scan_finds_page_by_page(
    steps: list[Any], wanted: TaskFilter, limit: int, block: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timeline, "BLOCK", block)
        index = build(steps)
    for one in (wanted, *one_filter_at_a_time(wanted)):
        expected = scan(index, one)
        assert list(index.matching(one)) == expected
        assert by_cursor(index, one, limit, total=len(expected)) == expected
        assert by_offset(index, one, limit, total=len(expected)) == expected


def one_filter_at_a_time(wanted: TaskFilter) -> list[TaskFilter]:
    """A conjunction of many is nearly always empty; each alone says more."""
    return [TaskFilter(**{name: getattr(wanted, name)}) for name in TaskFilter._fields]


def by_cursor(index: TaskIndex, wanted: TaskFilter, limit: int, *, total: int) -> list[Task]:
    found: list[Task] = []
    before = None
    while True:
        page = index.page(wanted, limit=limit, before=before)
        assert page.total == total, "a page's total counts all pages"
        assert len(page.tasks) <= limit
        found += page.tasks
        if page.next_before is None:
            return found
        assert len(page.tasks) == limit, "only the last page may be short"
        before = page.next_before


def by_offset(index: TaskIndex, wanted: TaskFilter, limit: int, *, total: int) -> list[Task]:
    found: list[Task] = []
    for offset in range(0, total + limit, limit):
        page = index.page(wanted, limit=limit, offset=offset)
        assert page.total == total
        assert (page.next_before is None) is (offset + limit >= total)
        found += page.tasks
    return found


def test_cursor_and_offset_together_skip_below_the_cursor() -> None:
    index = build([(1, ("create", None, None, "annotation"), 0)] * 10)
    page = index.page(TaskFilter(), limit=2, before=8, offset=3)
    assert [task.seq for task in page.tasks] == [4, 3]
    assert (page.total, page.next_before) == (10, 3)


def test_tasks_created_while_paging_do_not_shift_the_pages() -> None:
    index = build([(1, ("create", None, None, "annotation"), 0)] * 5)
    first = index.page(TaskFilter(), limit=3)
    build_one(index)
    second = index.page(TaskFilter(), limit=3, before=first.next_before)
    assert [task.seq for task in first.tasks + second.tasks] == [4, 3, 2, 1, 0]
    assert second.total == 6


def build_one(index: TaskIndex) -> None:
    last = index.tasks[-1]
    task = Task(
        task_id="f" * 24, seq=last.seq + 1, mode="live", type="annotation",
        created_at=last.created_at, params=b"{}", project=None, batch=None,
    )  # fmt: skip
    index.add(task)


def test_windows_are_inclusive_at_both_ends() -> None:
    index = build([(1, ("create", None, None, "annotation"), 0)] * 3)
    second = START + timedelta(seconds=2)
    for after, before in product([second, None], [second, None]):
        found = {task.seq for task in index.matching(TaskFilter(created=(after, before)))}
        assert 1 in found
    assert [t.seq for t in index.matching(TaskFilter(created=(second, second)))] == [1]
    assert [t.seq for t in index.matching(TaskFilter(updated=(second, second)))] == [1]


def test_many_tasks_fill_several_chunks() -> None:
    index = TaskIndex()
    for seq in range(9000):
        task = Task(
            task_id=f"{seq:024x}", seq=seq, mode="live", type="annotation",
            created_at=START, params=b"{}", project=None, batch=None,
        )  # fmt: skip
        index.add(task)
        if seq % 3 == 0:
            index.set_status(task, "completed")
            task.status = "completed"
    wanted = TaskFilter(status=("completed",))
    page = index.page(wanted, limit=4, offset=2000)
    assert page.total == 3000
    assert [task.seq for task in page.tasks] == [2997, 2994, 2991, 2988]
    assert [t.seq for t in index.page(wanted, limit=2, before=4097).tasks] == [4095, 4092]
