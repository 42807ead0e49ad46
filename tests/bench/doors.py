"""The doors: one GET and one create, in process and over loopback, against what others answer."""

from __future__ import annotations

import json
from dataclasses import asdict
from statistics import median
from typing import TYPE_CHECKING

from tests.bench import peers
from tests.bench.measure import Bar, Bench, Row, child, child_result, each_us
from tests.bench.samples import IMAGE, new_mock
from tests.bench.servers import canned_reply, serving
from tests.bench.wire import fresh, kept

if TYPE_CHECKING:
    from collections.abc import Callable

    from scaleapi import ScaleClient

    from tests.bench.wire import Target

SCALE = "https://api.scale.com"
SECONDS = 0.2
CONNECTIONS = 16
SERVERS = ("ours", "pytest-httpserver", "moto", "floor")
VERBS = ("GET", "create")
KEPT_BARS = {("GET", "pytest-httpserver"): Bar(0.35), ("GET", "moto"): Bar(0.06)}
FRESH_BARS = {
    ("GET", "pytest-httpserver"): Bar(0.55),
    ("create", "pytest-httpserver"): Bar(0.55),
    ("GET", "moto"): Bar(0.1),
    ("create", "moto"): Bar(0.1),
}
LOAD_BARS = {"GET": Bar(3, at_most=False), "create": Bar(2, at_most=False)}


def in_process(bench: Bench) -> list[Row]:
    """A call of the official SDK with no socket, and the same without the SDK."""
    # Thousands of reads of a task that stays as it is.
    mock, direct = new_mock(stuck_polls_max=0)
    task_id = direct.create("imageannotation", IMAGE)
    body = json.dumps(IMAGE).encode()
    canned = canned_reply()
    ours = peers.sdk(mock.live_key, SCALE)
    count = bench.count(200)

    def answered(call: Callable[[], object]) -> Callable[[], float]:
        def run() -> float:
            with mock.intercept():
                return each_us(call, count)

        return run

    def by_responses(call: Callable[[ScaleClient], object]) -> Callable[[], float]:
        return lambda: peers.with_responses(canned, lambda sdk: each_us(lambda: call(sdk), count))

    def by_moto(choose: Callable[..., Callable[[], object]]) -> Callable[[], float]:
        few = bench.count(100)
        return lambda: peers.with_moto(lambda get, put: each_us(choose(get, put), few))

    def enter_and_exit() -> None:
        with mock.intercept():
            pass

    with mock:
        found = bench.compare(
            {
                "enter": lambda: each_us(enter_and_exit, bench.count(1000)),
                "ours GET": answered(lambda: ours.get_task(task_id)),
                "ours create": answered(lambda: create(ours)),
                "responses GET": by_responses(lambda sdk: sdk.get_task(task_id)),
                "responses create": by_responses(create),
                "moto GET": by_moto(lambda get, _put: get),
                "moto create": by_moto(lambda _get, put: put),
                "bare GET": lambda: each_us(lambda: direct.get(f"/v1/task/{task_id}"), 1000),
                "bare create": lambda: each_us(
                    lambda: direct.post("/v1/task/imageannotation", body), 300
                ),
            },
            unit="us",
        )
    rows = []
    for verb, bar in zip(VERBS, (Bar(1.35), Bar(1.5)), strict=True):
        told = f"SDK {verb}, no socket"
        for peer, held in (("responses", bar), ("moto", None)):
            name = "responses, canned" if peer == "responses" else "moto mock_aws + boto3"
            row = Row("in-process", told, found[f"ours {verb}"], name, found[f"{peer} {verb}"])
            rows.append(with_bar(row, held))
        bare = Row("in-process", f"{verb} as a WSGI call", found[f"bare {verb}"])
        rows.append(bare)
    enter = Row("in-process", "interception: enter and exit", found["enter"])
    return [*rows, with_bar(enter, Bar(300, of_ratio=False))]


def loopback(bench: Bench) -> list[Row]:
    """Raw clients over loopback; the servers run in processes of their own."""
    targets = started(bench)
    numbers = iter(range(10**9))
    variants: dict[str, Callable[[], float]] = {}
    for name, target in targets.items():
        for verb in VERBS:
            call = target.get if verb == "GET" else target.create
            for way in (kept, fresh):
                # Numbers begin far apart, so that no two creates have the same.
                variants[f"{way.__name__} {verb} {name}"] = (
                    lambda way=way, port=target.port, call=call: (  # type: ignore[misc]
                        median(way(port, call, SECONDS, next(numbers) * 100_000)) * 1e6
                    )
                )
    found = bench.compare(variants, unit="us", rounds=5)
    rows = []
    for way_name, told, bars in (
        ("kept", "keep-alive", KEPT_BARS),
        ("fresh", "new connection", FRESH_BARS),
    ):
        for verb in VERBS:
            for peer in SERVERS[1:]:
                row = Row(
                    "loopback",
                    f"raw client, {told}: {verb}",
                    found[f"{way_name} {verb} ours"],
                    peer,
                    found[f"{way_name} {verb} {peer}"],
                )
                rows.append(with_bar(row, bars.get((verb, peer))))
    return rows


def sdk(bench: Bench) -> list[Row]:
    """The official SDK over loopback, which opens a connection per call."""
    targets = {name: target for name, target in started(bench).items() if name != "moto"}
    clients = {name: peers.sdk(target.key, target.url) for name, target in targets.items()}
    count = bench.count(100)
    variants: dict[str, Callable[[], float]] = {}
    for name, client in clients.items():
        task_id = targets[name].task_id
        variants[f"GET {name}"] = lambda client=client, task_id=task_id: each_us(  # type: ignore[misc]
            lambda: client.get_task(task_id), count
        )
        variants[f"create {name}"] = lambda client=client: each_us(  # type: ignore[misc]
            lambda: create(client), count
        )
    found = bench.compare(variants, unit="us", rounds=5)
    return [
        Row(
            "sdk",
            f"SDK over loopback: {verb}",
            found[f"{verb} ours"],
            peer,
            found[f"{verb} {peer}"],
        )
        for verb in VERBS
        for peer in targets
        if peer != "ours"
    ]


def throughput(bench: Bench) -> list[Row]:
    """Sixteen connections kept busy by another process."""
    seconds = "0.3" if bench.quick else "0.6"
    numbers = iter(range(10**9))

    def rate(target: Target, verb: str) -> float:
        call = json.dumps(asdict(target.get if verb == "GET" else target.create))
        first = str(next(numbers) * 100_000)
        command = child("wire", str(target.port), call, seconds, first, str(CONNECTIONS))
        figure: float = child_result(command)
        return figure

    variants: dict[str, Callable[[], float]] = {
        f"{verb} {name}": lambda target=target, verb=verb: rate(target, verb)  # type: ignore[misc]
        for name, target in started(bench).items()
        for verb in VERBS
    }
    found = bench.compare(variants, unit="/s", rounds=5, warm_up=False)
    rows = []
    for verb in VERBS:
        for peer in SERVERS[1:]:
            row = Row(
                "throughput",
                f"{CONNECTIONS} connections: {verb} per second",
                found[f"{verb} ours"],
                peer,
                found[f"{verb} {peer}"],
            )
            rows.append(with_bar(row, LOAD_BARS[verb] if peer == "pytest-httpserver" else None))
    return rows


def started(bench: Bench) -> dict[str, Target]:
    """The servers, started by the first subject that needs them and stopped at the end."""
    if "servers" not in bench.kept:
        bench.kept["servers"] = {name: bench.stack.enter_context(serving(name)) for name in SERVERS}
    found: dict[str, Target] = bench.kept["servers"]
    return found


def create(client: ScaleClient) -> object:
    """Creates the typical image task."""
    from scaleapi.tasks import TaskType

    return client.create_task(TaskType.ImageAnnotation, **IMAGE)


def with_bar(row: Row, bar: Bar | None) -> Row:
    return Row(row.subject, row.what, row.ours, row.peer_name, row.peer, bar)


SUBJECTS: dict[str, Callable[[Bench], list[Row]]] = {
    "in-process": in_process,
    "loopback": loopback,
    "sdk": sdk,
    "throughput": throughput,
}
