"""The engine without a door: events, retries, days of labeling, checks and labels."""

from __future__ import annotations

import heapq
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.bench.measure import Bar, Bench, Row, each_us, mean_us, once_ms, per_second
from tests.bench.samples import CATEGORIES, IMAGE, IMAGE_PARAMS, new_mock

if TYPE_CHECKING:
    from collections.abc import Callable

PENDING = 10_000
DAYS = 3
CAMPAIGN_TASKS = 10_000
NO_OP = "bench.no_op"


def events(bench: Bench) -> list[Row]:
    """No-op events through a world's scheduler, against the bare heap loop."""
    count = bench.count(100_000)
    found = bench.compare(
        {"ours": lambda: _world_events(count), "heapq": lambda: _heap_loop(count)},
        unit="events/s",
        rounds=5,
    )
    return [
        Row(
            "events",
            f"no-op events, {PENDING:,} pending, scheduling included",
            found["ours"],
            "bare heapq loop (floor)",
            found["heapq"],
            Bar(100_000, at_most=False, of_ratio=False),
        )
    ]


def _world_events(count: int) -> float:
    """Events per second; every event schedules the next, so that as many stay pending."""
    from scale_mock import ScaleMock

    with ScaleMock() as mock:
        scheduler = mock._world.scheduler
        left = count
        ahead = timedelta(seconds=PENDING)

        def run(_event: object) -> None:
            nonlocal left
            left -= 1
            if left >= PENDING:
                scheduler.after(ahead, NO_OP)

        scheduler.on(NO_OP, run)
        for number in range(min(PENDING, count)):
            scheduler.after(timedelta(seconds=number), NO_OP)
        return per_second(count, mock.clock.run_until_idle)


def _heap_loop(count: int) -> float:
    heap: list[tuple[int, int, Callable[[], None]]] = []
    left = count
    due = 0

    def run() -> None:
        nonlocal left
        left -= 1
        if left >= PENDING:
            heapq.heappush(heap, (due + PENDING, left, run))

    for number in range(min(PENDING, count)):
        heapq.heappush(heap, (number, number, run))

    def loop() -> None:
        nonlocal due
        while heap:
            due, _, call = heapq.heappop(heap)
            call()

    return per_second(count, loop)


def dead_receiver(bench: Bench) -> list[Row]:
    """A receiver in process that is down for a day: 21 attempts."""

    def one() -> float:
        mock, direct = new_mock()
        with mock:
            mock.callbacks.receiver.down()
            task_id = direct.create("imageannotation", IMAGE)
            mock.tasks.complete(task_id)
            spent = once_ms(lambda: mock.clock.advance(hours=24))
            assert len(mock.callbacks.attempts) == 21
        return spent

    found = bench.compare({"ours": one}, unit="ms")
    bar = Bar(50, of_ratio=False)
    return [Row("dead-receiver", "21 attempts over 24 h, in process", found["ours"], bar=bar)]


def campaign(bench: Bench) -> list[Row]:
    """Ten thousand tasks over three days: requests, labels, callbacks."""
    count = bench.count(CAMPAIGN_TASKS)
    rows = []
    kinds: tuple[tuple[str, str, dict[str, Any], float], ...] = (
        ("categorization", "categorization", CATEGORIES, 3),
        ("image annotation", "imageannotation", IMAGE, 10),
    )
    for told, type_name, body, bar in kinds:
        found = bench.compare(
            {"ours": lambda name=type_name, body=body: _campaign(count, name, body)},  # type: ignore[misc]
            unit="s",
            rounds=2,
            warm_up=False,
        )
        limit = Bar(bar * count / CAMPAIGN_TASKS, of_ratio=False)
        what = f"{count:,} tasks x {DAYS} days, callbacks in process: {told}"
        rows.append(Row("campaign", what, found["ours"], bar=limit))
    return rows


def _campaign(count: int, type_name: str, body: dict[str, Any]) -> float:
    from scale_mock import Rule

    mock, direct = new_mock(rules=[Rule(after="1h..71h")])
    with mock:

        def run() -> None:
            for number in range(count):
                direct.create(type_name, {**body, "unique_id": f"row-{number}"})
            mock.clock.advance(days=DAYS)

        spent = once_ms(run) / 1e3
        assert len(mock.callbacks.received) == count
        assert mock.callbacks.received[0].json["response"]
    return spent


def validation(bench: Bench) -> list[Row]:
    """Checking a typical image task, against a validator that jsonschema made once."""
    from jsonschema import Draft202012Validator

    from scale_mock.world.building import TASK_TYPES

    validator = Draft202012Validator(TASK_TYPES.params_schema("imageannotation"))
    assert validator.is_valid(IMAGE_PARAMS)
    found = bench.compare(
        {
            "ours": lambda: mean_us(
                lambda: TASK_TYPES.check("imageannotation", IMAGE_PARAMS), bench.count(3000)
            ),
            "jsonschema": lambda: mean_us(
                lambda: validator.is_valid(IMAGE_PARAMS), bench.count(100)
            ),
        },
        unit="us",
    )
    what = "check of a typical image task"
    ours, peer = found["ours"], found["jsonschema"]
    return [Row("validation", what, ours, "compiled jsonschema", peer, Bar(0.1))]


def synthesis(bench: Bench) -> list[Row]:
    """Making up the labels of a typical image task, against Faker doing a tenth of it."""
    from faker import Faker

    from scale_mock.world.building import TASK_TYPES

    numbers = iter(range(10**9))

    def respond() -> object:
        identity = f"{next(numbers):016x}"
        return TASK_TYPES.respond("imageannotation", IMAGE_PARAMS, seed=0, identity=identity)

    boxes = len(_annotations(respond()))
    fake = Faker()

    def by_faker() -> object:
        return [
            {
                "uuid": fake.uuid4(),
                "label": fake.random_element(("car", "truck", "bicycle", "pedestrian")),
                **{side: fake.random_int(0, 1000) for side in ("left", "top", "width", "height")},
                "attributes": {"moving": fake.random_element(("yes", "no"))},
            }
            for _ in range(boxes)
        ]

    found = bench.compare(
        {
            "ours": lambda: each_us(respond, bench.count(1000)),
            "faker": lambda: each_us(by_faker, bench.count(300)),
        },
        unit="us",
    )
    what = "labels of a typical image task"
    peer_name = f"the fields of {boxes} boxes by Faker"
    return [Row("synthesis", what, found["ours"], peer_name, found["faker"])]


def _annotations(response: Any) -> list[Any]:
    found: list[Any] = response["annotations"]
    return found


SUBJECTS: dict[str, Callable[[Bench], list[Row]]] = {
    "events": events,
    "dead-receiver": dead_receiver,
    "campaign": campaign,
    "validation": validation,
    "synthesis": synthesis,
}
