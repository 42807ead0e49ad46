"""The pump: one at a time, never from inside a callback, just far enough, and never for ever."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock.errors import LimitReached, PumpBusy
from scale_mock.sim.instants import EPOCH
from scale_mock.world import pump as pump_module
from scale_mock.world.tickets import Tickets

if TYPE_CHECKING:
    from collections.abc import Callable

Desk = Any
HOUR = timedelta(hours=1)
MOVES: dict[str, Callable[[Any], object]] = {
    "advance": lambda pump: pump.advance(HOUR),
    "advance_to": lambda pump: pump.advance_to(EPOCH + 9 * HOUR),
    "run_next": lambda pump: pump.run_next(),
    "run_until_idle": lambda pump: pump.run_until_idle(),
    "wait": lambda pump: pump.wait(lambda: None, until=EPOCH + 9 * HOUR),
    "run_while": lambda pump: pump.run_while(lambda event: True),
}


def acknowledged(desk: Desk) -> Any:
    found = desk.world.desk.acknowledged
    return found[0] if found else None


@pytest.mark.parametrize("move", MOVES)
def test_moving_the_clock_from_inside_a_callback_is_refused(desk: Desk, move: str) -> None:
    refused: list[PumpBusy] = []

    def handler(request: object) -> int:
        with pytest.raises(PumpBusy) as error:
            MOVES[move](desk.world.pump)
        refused.append(error.value)
        return 200

    desk.world.mount(desk.hook, handler)
    desk.task(callback_url=desk.hook)
    desk.world.pump.advance(HOUR)
    assert [str(error) for error in refused] == [
        "The clock cannot be moved from inside a callback handler: time stands still until the "
        "handler returns. Answer first, and move the clock in the test."
    ]
    assert desk.world.now() == EPOCH + HOUR
    assert acknowledged(desk).state == "acknowledged"


def test_a_handler_that_lets_the_refusal_through_is_a_failed_attempt(desk: Desk) -> None:
    desk.world.mount(desk.hook, lambda request: desk.world.pump.advance(HOUR))
    desk.task(callback_url=desk.hook)
    desk.world.pump.advance(HOUR)
    (attempt,) = desk.world.desk.attempts
    assert attempt.error.startswith("PumpBusy: The clock cannot be moved from inside")


def test_the_pump_can_be_used_again_after_an_error(desk: Desk) -> None:
    desk.world.scheduler.on("boom", lambda event: 1 / 0)
    desk.world.scheduler.after(HOUR, "boom")
    with pytest.raises(ZeroDivisionError):
        desk.world.pump.advance(HOUR)
    assert desk.world.pump.advance(HOUR).ended_at == EPOCH + 2 * HOUR


def test_what_a_handler_asks_for_is_done_in_the_same_advance(desk: Desk) -> None:
    """The world is settled when ``advance`` returns, callbacks of callbacks included."""
    reasons: list[str] = []

    def handler(request: Any) -> int:
        body = request.get_json()
        reasons.append(body["status"])
        if len(reasons) == 1:
            desk.world.audits.audit(task, "accepted")
        return 200

    desk.world.mount(desk.hook, handler)
    task = desk.task(callback_url=desk.hook)
    desk.world.pump.advance(HOUR)
    assert reasons == ["completed", "completed"]
    assert [c.reason for c in desk.world.desk.acknowledged] == ["completed", "audited"]
    assert desk.world.now() == EPOCH + HOUR


def test_no_lock_is_held_while_a_callback_is_out(desk: Desk) -> None:
    def handler(request: object) -> int:
        got = []

        def take() -> None:
            got.append(desk.world.lock.acquire(timeout=1))
            desk.world.lock.release()

        thread = threading.Thread(target=take)
        thread.start()
        thread.join()
        return 200 if got == [True] else 500

    desk.world.mount(desk.hook, handler)
    desk.task(callback_url=desk.hook)
    desk.world.pump.advance(HOUR)
    assert acknowledged(desk) is not None


def test_another_thread_that_waits_too_long_is_told_why(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pump_module, "TURN_WAIT_S", 0.01)
    refused: list[str] = []

    def elsewhere() -> None:
        try:
            desk.world.pump.advance(HOUR)
        except PumpBusy as error:
            refused.append(str(error))

    def handler(request: object) -> int:
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        return 200

    desk.world.mount(desk.hook, handler)
    desk.task(callback_url=desk.hook)
    desk.world.pump.advance(HOUR)
    assert refused == [
        "The clock cannot be moved now: a callback has been out for 0.01 s of real time. If this "
        "call comes from inside that callback's receiver, answer the callback first; otherwise the "
        "receiver is slow: see mock.callbacks.attempts."
    ]


def test_two_threads_move_the_clock_one_after_the_other(desk: Desk) -> None:
    desk.world.mount(desk.hook, lambda request: 200)
    for number in range(20):
        desk.task(callback_url=desk.hook, n=number)
    ready = threading.Barrier(2)

    def move() -> None:
        ready.wait()
        for _ in range(30):
            desk.world.pump.advance(timedelta(minutes=1))

    threads = [threading.Thread(target=move) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert desk.world.now() == EPOCH + HOUR
    assert len(desk.world.desk.acknowledged) == 20
    assert len(desk.world.desk.attempts) == 20
    assert desk.world.scheduler.is_idle


def test_turn_returns_at_once_while_somebody_else_pumps(desk: Desk) -> None:
    calls = []

    def handler(request: object) -> int:
        desk.task(mode="test", n=len(calls))
        calls.append(desk.world.pump.has_work)
        desk.world.pump.turn()
        calls.append(desk.world.pump.has_work)
        return 200

    desk.world.mount(desk.hook, handler)
    desk.task(callback_url=desk.hook)
    desk.world.pump.advance(HOUR)
    assert calls == [True, True], "what is due stays for the one that pumps"
    assert not desk.world.pump.has_work


def test_turn_does_what_is_due_and_moves_nothing(desk: Desk) -> None:
    task = desk.task(mode="test", callback_url="https://other.example/")
    later = desk.task()
    assert desk.world.pump.has_work
    desk.world.pump.turn()
    assert (task.status, task.callback_succeeded) == ("completed", True)
    assert (later.status, desk.world.now()) == ("pending", EPOCH)


def test_settle_changes_state_but_sends_nothing(desk: Desk) -> None:
    desk.world.mount(desk.hook, lambda request: 200)
    task = desk.task(mode="test", callback_url=desk.hook)
    desk.world.pump.settle()
    assert task.status == "completed"
    assert acknowledged(desk) is None
    assert desk.world.pump.has_work


def test_wait_moves_to_the_instant_of_what_it_waits_for_and_no_further(desk: Desk) -> None:
    desk.world.mount(desk.hook, lambda request: 200)
    desk.task(callback_url=desk.hook)
    desk.world.scheduler.on("later", lambda event: None)
    desk.world.scheduler.after(2 * HOUR, "later")
    found = desk.world.pump.wait(lambda: acknowledged(desk), until=EPOCH + 9 * HOUR)
    assert found is acknowledged(desk)
    assert desk.world.now() == EPOCH + HOUR


def test_wait_for_what_is_there_already_does_not_move(desk: Desk) -> None:
    desk.task()
    assert desk.world.pump.wait(lambda: "here", until=EPOCH + HOUR) == "here"
    assert desk.world.now() == EPOCH


def test_wait_with_nothing_scheduled_returns_at_once(desk: Desk) -> None:
    assert desk.world.pump.wait(lambda: None, until=EPOCH + 9 * HOUR) is None
    assert desk.world.now() == EPOCH


def test_wait_does_not_run_what_comes_after_its_end(desk: Desk) -> None:
    task = desk.task()
    until = EPOCH + HOUR - timedelta(milliseconds=1)
    assert desk.world.pump.wait(lambda: None, until=until) is None
    assert task.status == "pending"
    assert desk.world.now() == EPOCH + timedelta(minutes=5), "the last event before the end"


def test_run_while_stops_before_the_first_event_that_is_not_wanted(desk: Desk) -> None:
    task = desk.task()
    desk.world.pump.run_while(lambda event: event.kind == "task.start")
    assert (task.work_started, task.status) == (True, "pending")
    desk.world.run_to_next_change(task)
    assert (task.status, desk.world.now()) == ("completed", EPOCH + HOUR)
    desk.world.run_to_next_change(task)
    assert desk.world.now() == EPOCH + HOUR


def test_run_to_next_change_asks_the_worlds_owner(desk: Desk) -> None:
    task = desk.task()
    desk.world.may_run = lambda event: False
    desk.world.run_to_next_change(task)
    assert desk.world.now() == EPOCH


@pytest.mark.parametrize("move", [*MOVES, "turn"])
def test_a_handler_whose_answers_cause_callbacks_for_ever_is_stopped(
    make_desk: Callable[..., Desk], move: str
) -> None:
    """Nothing ever hangs: the limit on events holds at one instant too, and names its setting."""
    desk = make_desk([{"after": 0}], events_max=30)

    def handler(request: object) -> int:
        desk.world.audits.audit(task, "accepted")
        return 200

    desk.world.mount(desk.hook, handler)
    task = desk.task(callback_url=desk.hook)
    with pytest.raises(LimitReached, match=r"the limit is 30\. .* 'events_max'"):
        {**MOVES, "turn": lambda pump: pump.turn()}[move](desk.world.pump)
    assert desk.world.now() == EPOCH


def test_handlers_that_hand_out_further_callbacks_themselves_are_stopped(
    make_desk: Callable[..., Desk],
) -> None:
    """A request from inside a handler settles the world, so the next callback is out at once."""
    desk = make_desk([{"after": 0}], events_max=30)

    def handler(request: object) -> int:
        desk.world.audits.audit(task, "accepted")
        desk.world.pump.settle()
        return 200

    desk.world.mount(desk.hook, handler)
    task = desk.task(callback_url=desk.hook)
    with pytest.raises(LimitReached, match="events_max"):
        desk.world.pump.turn()


def test_a_callback_waits_for_the_reply_that_it_must_not_overtake(desk: Desk) -> None:
    """A thread gives the reply out while the pump waits for it."""
    log: list[str] = []
    desk.world.mount(desk.hook, lambda request: log.append("callback"))
    ticket = desk.world.tickets.take()
    desk.task(mode="test", callback_url=desk.hook)
    is_waiting = threading.Event()
    wait = desk.world.tickets.wait

    def note_and_wait(seconds: float) -> bool:
        is_waiting.set()
        return wait(seconds)

    desk.world.tickets.wait = note_and_wait

    def reply() -> None:
        is_waiting.wait(10)
        log.append("reply")
        desk.world.tickets.give_back(ticket)

    thread = threading.Thread(target=reply)
    thread.start()
    desk.world.pump.turn()
    thread.join()
    assert log == ["reply", "callback"]


def test_a_reply_that_never_goes_out_does_not_hold_callbacks_back_for_ever(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pump_module, "REPLY_WAIT_S", 0.01)
    desk.world.mount(desk.hook, lambda request: 200)
    desk.world.tickets.take()
    desk.task(mode="test", callback_url=desk.hook)
    desk.world.pump.turn()
    assert acknowledged(desk) is not None


def test_tickets_are_numbered_and_the_lowest_open_one_counts() -> None:
    tickets = Tickets()
    assert (tickets.newest, tickets.lowest()) == (0, None)
    assert [tickets.take() for _ in range(3)] == [1, 2, 3]
    tickets.give_back(2)
    assert tickets.lowest() == 1
    tickets.give_back(1)
    tickets.give_back(1)
    assert (tickets.newest, tickets.lowest()) == (3, 3)
    assert tickets.wait(0) is False
    tickets.give_back(3)
    assert tickets.lowest() is None
    assert tickets.wait(0) is True, "there is nothing to wait for"
