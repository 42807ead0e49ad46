"""The built-in receiver: what it keeps, and what it answers when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scale_mock.callbacks import receiver as receiver_module
from scale_mock.callbacks.receiver import Receiver
from scale_mock.errors import ConfigurationError

START = datetime(2024, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Bench:
    """A receiver whose clock the test turns."""

    def __init__(self) -> None:
        self.now = START
        self.receiver = Receiver(lambda: self.now)

    def post(self, body: bytes = b"{}") -> int | str:
        answer = self.receiver.post("http://localhost/hook", body, {"x-a": "b"})
        return answer.error or answer.status or 0

    def answers_at(self, *hours: float) -> list[int | str]:
        found = []
        for hour in hours:
            self.now = START + hour * HOUR
            found.append(self.post())
        return found


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_it_keeps_requests_and_answers_200(bench: Bench) -> None:
    assert bench.post(b'{"a": 1}') == 200
    (got,) = bench.receiver.requests
    assert (got.at, got.method, got.path, got.body, got.answered) == (
        START,
        "POST",
        "/hook",
        b'{"a": 1}',
        200,
    )
    assert got.headers["X-A"] == "b"
    assert got.json == {"a": 1}
    assert got.as_dict() == {
        "at": "2024-01-01T00:00:00.000Z",
        "method": "POST",
        "path": "/hook",
        "answered": 200,
        "body": '{"a": 1}',
    }


def test_a_body_that_is_no_text_can_still_be_shown(bench: Bench) -> None:
    bench.post(b"\xff")
    assert bench.receiver.requests[0].as_dict()["body"] == "\ufffd"


def test_answers_hold_from_an_instant_up_to_another(bench: Bench) -> None:
    bench.receiver.answer(500, since=START + HOUR, until=START + 2 * HOUR)
    assert bench.answers_at(0.999, 1, 1.999, 2) == [200, 500, 500, 200]


def test_answers_may_say_how_long_they_last(bench: Bench) -> None:
    bench.receiver.answer(500, lasting=HOUR)
    bench.receiver.answer(501, since=START + 2 * HOUR, lasting=HOUR)
    assert bench.answers_at(0, 0.999, 1, 2, 3) == [500, 500, 200, 501, 200]


def test_instants_and_durations_may_be_text(bench: Bench) -> None:
    bench.receiver.answer(500, since="2024-01-01T01:00", lasting="1h")
    bench.receiver.down(since="2024-01-01T03:00Z", until="2024-01-01T04:00Z")
    bench.receiver.answer(404, since=START + 5 * HOUR, lasting=3600)
    assert bench.answers_at(0, 1, 2, 3, 4, 5, 6) == [200, 500, 200, "refused", 200, 404, 200]
    with pytest.raises(ConfigurationError, match="lasting"):
        bench.receiver.down(lasting="soon")
    with pytest.raises(ConfigurationError, match="since"):
        bench.receiver.down(since="soon")


def test_a_later_call_wins(bench: Bench) -> None:
    bench.receiver.answer(500)
    bench.receiver.answer(404, lasting=HOUR)
    assert bench.answers_at(0, 1) == [404, 500]
    bench.receiver.answer(200)
    assert bench.answers_at(1) == [200]


def test_a_dead_receiver_keeps_nothing(bench: Bench) -> None:
    bench.receiver.down(lasting=HOUR)
    assert bench.answers_at(0, 1) == ["refused", 200]
    assert len(bench.receiver.requests) == 1


@pytest.mark.parametrize("status", [99, 199, 600, "ok", None, True, 503.0])
def test_what_is_no_status_cannot_be_answered(bench: Bench, status: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        bench.receiver.answer(status)
    assert str(caught.value) == (
        f"answer({status!r}): expected an HTTP status from 200 to 599; down(...) refuses "
        "connections."
    )


def test_until_and_lasting_exclude_each_other(bench: Bench) -> None:
    with pytest.raises(ValueError, match=r"Pass until= or lasting=, not both\."):
        bench.receiver.down(until=START, lasting=HOUR)
    assert bench.post() == 200


def test_clear_forgets_requests_and_answers(bench: Bench) -> None:
    bench.receiver.answer(500)
    bench.post()
    bench.receiver.clear()
    assert bench.receiver.requests == []
    assert bench.post() == 200


def test_the_oldest_requests_are_dropped(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiver_module, "REQUESTS_MAX", 2)
    for number in range(4):
        bench.post(b"%d" % number)
    assert [got.body for got in bench.receiver.requests] == [b"2", b"3"]
