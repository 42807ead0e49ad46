"""``mock.check()``: one text for each thing that went wrong without failing anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

Bench = Any


def problems(bench: Bench) -> list[str]:
    with pytest.raises(AssertionError) as failed:
        bench.mock.check()
    first, *lines = str(failed.value).splitlines()
    assert first == f"scale_mock found {len(lines)} problem" + ("s:" if len(lines) != 1 else ":")
    assert all(line.startswith("  - ") for line in lines)
    return [line[4:] for line in lines]


def test_nothing_wrong_is_nothing_said(make_bench: Callable[..., Bench]) -> None:
    make_bench(rules=[]).mock.check()
    bench = make_bench()
    bench.task()
    bench.mock.clock.run_until_idle()
    bench.mock.check()


def test_an_unused_rule(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(rules=[{"name": "never", "match": {"unique_id": "x"}}])
    assert problems(bench) == [
        'rule "never" decided nothing: no task came up for decision while it was there'
    ]


def test_an_unknown_route_is_named_once(bench: Bench) -> None:
    for _ in range(2):
        bench.client.get("/v1/nope", headers={"Authorization": f"Bearer {bench.mock.live_key}"})
    assert problems(bench)[0] == (
        "A route that the platform does not have was called: GET /v1/nope"
    )
    assert len([text for text in problems(bench) if "route" in text]) == 1


def test_a_callback_that_was_never_acknowledged(bench: Bench) -> None:
    bench.mock.callbacks.receiver.answer(503)
    task = bench.task()
    bench.mock.clock.advance(hours=1)
    assert problems(bench) == [
        f"A callback was never acknowledged: task {task['task_id']} (completed) to "
        "http://receiver.scale-mock.test/; the last of 1 attempts got 503"
    ]
    bench.mock.clock.run_until_idle()
    assert problems(bench)[0].endswith("the last of 21 attempts got 503")


def test_a_callback_that_is_acknowledged_in_the_end_is_no_problem(bench: Bench) -> None:
    bench.mock.callbacks.receiver.answer(503, lasting="61 minutes")
    bench.task()
    bench.mock.clock.advance(hours=1)
    assert len(problems(bench)) == 1
    bench.mock.clock.run_until_idle()
    bench.mock.check()


def test_an_exception_inside_the_mock(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a 500 with an explanation for the caller, and kept for the check."""

    def broken(*args: object) -> None:
        raise KeyError("boom")

    bench.task()
    monkeypatch.setattr(bench.mock._world.tasks, "get", broken)
    reply = bench.client.get(
        "/v1/task/x", headers={"Authorization": f"Bearer {bench.mock.live_key}"}
    )
    assert reply.status_code == 500
    assert "a defect of scale_mock, not of your code: KeyError: 'boom'" in reply.get_json()["error"]
    assert problems(bench) == ["An exception inside the mock: KeyError: 'boom'"]
