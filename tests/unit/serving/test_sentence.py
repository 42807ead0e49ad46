"""Verdicts as rows of replies, and the timers between them."""

from __future__ import annotations

import pytest

from scale_mock.serving import timers as module
from scale_mock.serving.reply import Reply, Then
from scale_mock.serving.sentence import Sentence, parts_of
from scale_mock.serving.timers import Timers
from scale_mock.verdicts import Verdict

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
WHOLE = Reply(HEAD + b"12345", Then.KEEP)


@pytest.mark.parametrize(
    ("verdict", "parts"),
    [
        (Verdict(), [(HEAD + b"12345", Then.KEEP)]),
        (Verdict("reset"), [(b"", Then.RESET)]),
        (Verdict("reset", after_headers=True), [(HEAD, Then.RESET)]),
        (Verdict("empty"), [(b"", Then.CLOSE)]),
        (Verdict("timeout"), [(b"", Then.HOLD)]),
        (Verdict("truncated"), [(HEAD + b"12", Then.CLOSE)]),
        (
            Verdict("slow", chunk_bytes=2),
            [
                (HEAD, Then.CONTINUE),
                (b"12", Then.CONTINUE),
                (b"34", Then.CONTINUE),
                (b"5", Then.KEEP),
            ],
        ),
    ],
)
def test_a_verdict_is_a_row_of_replies(verdict: Verdict, parts: list[tuple[bytes, Then]]) -> None:
    assert [(part.data, part.then) for part in parts_of(verdict, WHOLE)] == parts


def test_a_slow_reply_without_a_body_is_whole() -> None:
    reply = Reply(HEAD, Then.CLOSE)
    assert parts_of(Verdict("slow"), reply) == [reply]


class Line:
    """A connection that writes down what it is given."""

    def __init__(self) -> None:
        self.is_closed = False
        self.is_clear = True
        self.written: list[bytes] = []
        self.advanced = 0

    def write(self, reply: Reply) -> None:
        self.written.append(reply.data)

    def advance(self) -> None:
        self.advanced += 1


class Clock:
    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


def run(timers: Timers, clock: Clock, by: float) -> None:
    clock.now += by
    for call in timers.take(clock.now):
        call()


def test_parts_come_with_pauses_after_the_delay(clock: Clock) -> None:
    line, timers = Line(), Timers()
    verdict = Verdict("slow", delay_s=3, pause_s=1, chunk_bytes=3)
    Sentence(line, verdict, WHOLE, timers).begin()
    assert (line.written, timers.wait_s(9)) == ([], 3)
    run(timers, clock, 3)
    run(timers, clock, 0.5)
    assert line.written == [HEAD]
    line.is_clear = False
    run(timers, clock, 0.5)
    line.is_clear = True
    run(timers, clock, 1)
    assert (line.written, line.advanced) == ([HEAD, b"123"], 0)
    run(timers, clock, 1)
    assert (line.written, line.advanced) == ([HEAD, b"123", b"45"], 1)
    assert not timers


def test_nothing_is_written_to_a_connection_that_is_gone(clock: Clock) -> None:
    line, timers = Line(), Timers()
    Sentence(line, Verdict(delay_s=1), WHOLE, timers).begin()
    line.is_closed = True
    run(timers, clock, 1)
    assert (line.written, line.advanced) == ([], 0)


def test_timers_are_taken_in_order_and_all_at_the_end(clock: Clock) -> None:
    timers, called = Timers(), list[str]()
    timers.after(2, lambda: called.append("late"))
    timers.after(1, lambda: called.append("first"))
    timers.after(1, lambda: called.append("second"))
    assert timers.wait_s(0.5) == 0.5
    run(timers, clock, 1)
    assert called == ["first", "second"]
    assert timers.wait_s(5) == 1
    for call in timers.close():
        call()
    assert called == ["first", "second", "late"]
    assert timers.wait_s(5) == 5
