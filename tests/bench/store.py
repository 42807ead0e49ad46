"""The store: memory, pages, creation at size, and going back to nothing.

As a module it fills a store in a fresh process and prints what it measured there as JSON, because
memory that was freed before counts for nothing, and memory that was not counts double.
"""

from __future__ import annotations

import gc
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.measure import (
    Bar,
    Bench,
    Row,
    Sample,
    child,
    child_result,
    each_us,
    once_ms,
)
from tests.bench.samples import BOXES, IMAGE, SMALL_NOTE, Direct, fill, new_mock

if TYPE_CHECKING:
    from collections.abc import Callable

FEW = 1_000
MANY = 100_000
VERY_MANY = 1_000_000
DICTS = 20_000
PAGE = "/v1/tasks?limit=100&project=vehicles"
STATM = Path("/proc/self/statm")


def page(bench: Bench) -> list[Row]:
    """A page of a hundred completed tasks, against encoding it anew."""
    from scale_mock import Rule

    rule = Rule(after="1h", response={"value": BOXES})
    mock, direct = new_mock(rules=[rule])
    with mock:
        for number in range(300):
            direct.create("imageannotation", {**SMALL_NOTE, "unique_id": f"row-{number}"})
        mock.clock.advance(hours=2)
        value = json.loads(direct.get(PAGE))
        assert {task["status"] for task in value["docs"]} == {"completed"}
        size = len(json.dumps(value["docs"])) / 100 / 1000
        count = bench.count(300)
        found = bench.compare(
            {
                "call": lambda: each_us(lambda: direct.get(PAGE), count),
                "render": lambda: each_us(_renderer(mock), count),
                "dumps": lambda: each_us(lambda: json.dumps(value), max(10, count // 4)),
            },
            unit="us",
        )
    told = f"of 100 completed tasks of {size:.1f} KB"
    peer = found["dumps"]
    return [
        Row("page", f"page {told}: the whole call", found["call"], "json.dumps", peer, Bar(0.2)),
        Row("page", f"page {told}: finding and writing", found["render"], "json.dumps", peer),
    ]


def _renderer(mock: Any) -> Callable[[], object]:
    """Finds and writes the page, without what the API does around it."""
    from scale_mock.domain.task_index import TaskFilter
    from scale_mock.envelopes.tasks import render_task, render_task_page

    index = mock._world.core.sides["live"].task_index
    wanted = TaskFilter(project=("vehicles",))

    def render() -> object:
        found = index.page(wanted, limit=100)
        documents = [render_task(task) for task in found.tasks]
        return render_task_page(documents, total=found.total, limit=100, offset=0, next_token="t1z")

    return render


def size(bench: Bench) -> list[Row]:
    """Bytes per task, and what a page, a create and a reset cost when there are many."""
    count = bench.count(MANY)
    rounds = [_measured(count) for _ in range(bench.rounds(2))]
    rows = _size_rows(count, rounds)
    if bench.full:
        rows += _size_rows(VERY_MANY, [_measured(VERY_MANY)])
    return rows


def _measured(count: int) -> dict[str, float]:
    """The figures of two fresh processes."""
    return {**child_result(child("store", str(count))), **child_result(child("store", "0"))}


def _size_rows(count: int, rounds: list[dict[str, float]]) -> list[Row]:
    def sample(name: str, unit: str) -> Sample:
        return Sample(tuple(found[name] for found in rounds), unit)

    at, few = f"at {count:,} tasks", f"at {FEW:,}"
    reset_bar = Bar(50, of_ratio=False)
    return [
        Row(
            "size",
            f"memory per task of 1.3 KB {at}",
            sample("bytes", "B"),
            "nested dicts",
            sample("dict_bytes", "B"),
            Bar(2500, of_ratio=False),
        ),
        Row(
            "size",
            f"page of 100 {at}",
            sample("page_many", "us"),
            few,
            sample("page_few", "us"),
            Bar(2),
        ),
        Row(
            "size",
            f"create {at}",
            sample("create_many", "us"),
            few,
            sample("create_few", "us"),
            Bar(1.5),
        ),
        Row("size", f"reset {at}", sample("reset", "ms"), bar=reset_bar),
        Row("size", f"full collection after a reset {at}", sample("collected", "ms")),
    ]


def measure_size(count: int) -> dict[str, float]:
    """Fills a world of this process."""
    mock, direct = new_mock(tasks_max=count + 10_000)
    fill(mock, 100)
    before = _resident()
    create = fill(mock, FEW - 100)
    few = {"create_few": each_us(create, 1000), "page_few": _page_us(direct)}
    fill(mock, count - 2 * FEW)
    task_bytes = (_resident() - before) / (count - 100)
    many = {"create_many": each_us(create, 1000), "page_many": _page_us(direct)}
    document = direct.get(PAGE)[9:1400]
    assert b"task_id" in document
    gc.collect()
    reset = once_ms(mock.reset)
    assert not mock._world.core.sides["live"].tasks
    collected = once_ms(gc.collect)
    return {
        "bytes": task_bytes,
        "reset": reset,
        "collected": collected,
        **few,
        **many,
    }


def measure_dicts() -> dict[str, float]:
    """Fills a list of this process with tasks as nested dicts."""
    task = json.dumps({**IMAGE, "task_id": "x" * 24, "status": "pending", "created_at": "x" * 24})
    before = _resident()
    held = [json.loads(task) for _ in range(DICTS)]
    return {"dict_bytes": (_resident() - before) / len(held)}


def _page_us(direct: Direct) -> float:
    return each_us(lambda: direct.get(PAGE), 200)


def _resident() -> float:
    """The memory of this process, in bytes."""
    import resource  # not on every system

    gc.collect()
    if STATM.exists():
        return int(STATM.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (
        1 if sys.platform == "darwin" else 1024
    )


SUBJECTS: dict[str, Callable[[Bench], list[Row]]] = {"page": page, "size": size}

if __name__ == "__main__":
    COUNT = int(sys.argv[1])
    print(json.dumps(measure_size(COUNT) if COUNT else measure_dicts()))
