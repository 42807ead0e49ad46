"""``mock.check()``: one text for each thing that went wrong without failing anything."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

Bench = Any


def problems(bench: Bench, **arguments: Any) -> list[str]:
    """The findings, without what allows them."""
    return [text for text in told(bench, **arguments) if not text.startswith("To allow ")]


def told(bench: Bench, **arguments: Any) -> list[str]:
    with pytest.raises(AssertionError) as failed:
        bench.mock.check(**arguments)
    first, *lines = str(failed.value).splitlines()
    count = sum(line.startswith("  - ") for line in lines)
    checks = ", ".join(re.findall(r"\(allow=\"(\w+)\"\)", str(failed.value))) or "[a-z_, ]+"
    problems = "problem" if count == 1 else "problems"
    assert re.fullmatch(rf"scale_mock found {count} {problems} \({checks}\):", first)
    assert all(line.startswith(("  - ", "    ")) for line in lines)
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
        "A route that the platform does not have was called: GET /v1/nope. "
        "Nearest: GET /v1/projects, GET /v1/files, GET /v1/teams"
    )
    assert len([text for text in problems(bench) if "route" in text]) == 1


def test_a_long_unknown_route_is_cut(bench: Bench) -> None:
    bench.client.get(
        f"/v1/{'x' * 9000}", headers={"Authorization": f"Bearer {bench.mock.live_key}"}
    )
    assert problems(bench)[0].startswith(
        f"A route that the platform does not have was called: GET /v1/{'x' * 192}..."
    )
    assert len(problems(bench)[0]) < 500


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
    first, *trace = problems(bench)
    assert first == "An exception inside the mock: KeyError: 'boom'"
    assert [line.strip() for line in trace[-2:]] == ['raise KeyError("boom")', "KeyError: 'boom'"]


def test_a_mounted_handler_that_nothing_came_to_while_callbacks_were_captured(
    bench: Bench,
) -> None:
    bench.mock.callbacks.mount("https://app.test/", lambda request: None)
    bench.task(callback_url="https://app.tset/hook")
    bench.mock.clock.run_until_idle()
    assert problems(bench) == [
        "No callback came to https://app.test/, where a handler was mounted, while callbacks to "
        "https://app.tset/hook were captured. Is one of the addresses misspelt?"
    ]
    bench.task(callback_url="https://app.test/hook")
    bench.mock.clock.run_until_idle()
    bench.mock.check()


def test_each_uncalled_handler_is_named_and_a_slip_on_the_host_is_said_once(bench: Bench) -> None:
    for prefix in ("https://a.test/x/", "https://b.test/", "https://c.test/"):
        bench.mock.callbacks.mount(prefix, lambda request: None)
    for url in ("https://a.test/y", "https://b.test/", "https://d.test/", "https://e.test/"):
        bench.task(callback_url=url)
    bench.mock.clock.run_until_idle()
    beside, apart = problems(bench)
    assert beside.startswith("A callback to https://a.test/y was captured")
    assert apart == (
        "No callback came to https://a.test/x/, https://c.test/, where handlers were mounted, "
        "while callbacks to https://d.test/, https://e.test/ were captured. "
        "Is one of the addresses misspelt?"
    )


def test_a_mounted_handler_that_waits_for_nothing_captured_is_no_problem(bench: Bench) -> None:
    bench.mock.callbacks.mount("https://app.test/", lambda request: None)
    bench.task()
    bench.mock.clock.run_until_idle()
    bench.mock.check()


def test_an_outage_of_the_built_in_receiver_that_no_callback_met(bench: Bench) -> None:
    bench.mock.callbacks.mount("https://app.test/", lambda request: None)
    bench.mock.callbacks.receiver.down(lasting="2h")
    bench.mock.callbacks.receiver.answer(503)
    bench.mock.callbacks.receiver.answer(200, since="2024-01-03T00:00:00Z")
    bench.task(callback_url="https://app.test/hook")
    bench.mock.clock.run_until_idle()
    why = (
        " never took effect: no callback reached the built-in receiver while it held. It answers "
        "for mock.callbacks.url and loopback_url only; for applications that are mounted, add a "
        'fault: match={"callback": True, ...} with '
    )
    assert problems(bench) == [
        'mock.callbacks.receiver.down(until="2024-01-01T02:00:00.000Z")' + why + 'kind="drop".',
        "mock.callbacks.receiver.answer(503)" + why + "status=503.",
    ]
    bench.mock.callbacks.receiver.clear()
    bench.mock.check()


def test_an_outage_that_was_met_stays_met_after_a_restore(bench: Bench) -> None:
    bench.mock.callbacks.receiver.answer(503, lasting="61 minutes")
    bench.task()
    bench.mock.clock.run_until_idle()
    bench.mock.check()
    bench.mock.restore(bench.mock.snapshot())
    bench.mock.check()
