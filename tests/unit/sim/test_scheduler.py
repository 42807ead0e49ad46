"""The scheduler: one total order, inclusive ends, and loops that always come to an end."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scale_mock.errors import LimitReached
from scale_mock.sim.clock import VirtualClock
from scale_mock.sim.instants import EPOCH
from scale_mock.sim.scheduler import Event, Scheduler

SECOND = timedelta(seconds=1)


@pytest.fixture
def ran() -> list[str]:
    return []


@pytest.fixture
def scheduler(ran: list[str]) -> Scheduler:
    """Knows the kind ``note``, which writes down its subject."""
    made = Scheduler(VirtualClock())
    made.on("note", lambda event: ran.append(event.subject))
    return made


ENTRIES = st.tuples(st.integers(-2, 6), st.integers(-1, 1), st.booleans())


@given(st.lists(ENTRIES, max_size=30), st.integers(0, 7))
def test_events_run_in_the_order_of_instant_priority_and_scheduling(
    entries: list[tuple[int, int, bool]], until: int
) -> None:
    """Against the plainest model: a list, sorted."""
    ran: list[int] = []
    scheduler = Scheduler(VirtualClock())
    scheduler.on("note", lambda event: ran.append(int(event.subject)))
    model = []
    for number, (due, priority, cancelled) in enumerate(entries):
        event = scheduler.at(EPOCH + due * SECOND, "note", str(number), priority=priority)
        if cancelled:
            scheduler.cancel(event)
        else:
            model.append((max(due, 0), priority, number))
    model.sort()
    assert [int(event.subject) for event in scheduler.pending()] == [n for _, _, n in model]
    progress = scheduler.advance(until * SECOND)
    expected = [number for due, _, number in model if due <= until]
    assert ran == expected
    assert progress.events == len(expected)
    assert scheduler.clock.now() == EPOCH + until * SECOND
    scheduler.run_until_idle()
    assert ran == [number for _, _, number in model]
    assert scheduler.is_idle
    assert scheduler.next_event() is None


def test_advance_runs_what_is_due_at_its_very_end_and_nothing_after(
    scheduler: Scheduler, ran: list[str]
) -> None:
    scheduler.at(EPOCH + SECOND, "note", "at the end")
    scheduler.at(EPOCH + SECOND + timedelta(microseconds=1), "note", "a moment later")
    progress = scheduler.advance(SECOND)
    assert ran == ["at the end"]
    assert (progress.started_at, progress.ended_at) == (EPOCH, EPOCH + SECOND)
    assert progress.kinds == Counter(note=1)


def test_advance_by_nothing_runs_what_is_due_now(scheduler: Scheduler, ran: list[str]) -> None:
    scheduler.at(EPOCH, "note", "now")
    assert scheduler.advance(timedelta(0)).events == 1
    assert ran == ["now"]


def test_the_clock_reads_the_events_own_instant_while_it_runs() -> None:
    scheduler = Scheduler(VirtualClock())
    seen = []
    scheduler.on("look", lambda event: seen.append((event.due, scheduler.clock.now())))
    for seconds in (3, 1, 2):
        scheduler.after(seconds * SECOND, "look")
    scheduler.advance(10 * SECOND)
    assert [due for due, _ in seen] == [EPOCH + n * SECOND for n in (1, 2, 3)]
    assert all(due == now for due, now in seen)


def test_what_should_have_happened_already_is_due_now(scheduler: Scheduler) -> None:
    scheduler.advance(10 * SECOND)
    assert scheduler.at(EPOCH, "note").due == EPOCH + 10 * SECOND


def test_advance_into_the_past_is_refused_and_runs_nothing(
    scheduler: Scheduler, ran: list[str]
) -> None:
    scheduler.advance(SECOND)
    scheduler.at(EPOCH + SECOND, "note", "due")
    with pytest.raises(ValueError, match="backwards"):
        scheduler.advance_to(EPOCH)
    assert ran == []


def test_a_handler_schedules_into_the_instant_that_is_running() -> None:
    """New events of the running instant run in it, in the total order among what is left."""
    ran = []
    scheduler = Scheduler(VirtualClock())

    def first(event: Event) -> None:
        ran.append(event.subject)
        scheduler.at(scheduler.clock.now(), "note", "added")
        scheduler.at(scheduler.clock.now(), "note", "added, urgent", priority=-1)

    scheduler.on("first", first)
    scheduler.on("note", lambda event: ran.append(event.subject))
    scheduler.at(EPOCH + SECOND, "first", "first")
    scheduler.at(EPOCH + SECOND, "note", "there before")
    scheduler.advance(SECOND)
    assert ran == ["first", "added, urgent", "there before", "added"]


def test_cancel_is_harmless_when_repeated_or_late(scheduler: Scheduler, ran: list[str]) -> None:
    first, second = scheduler.after(SECOND, "note", "1"), scheduler.after(SECOND, "note", "2")
    scheduler.cancel(first)
    scheduler.cancel(first)
    assert not scheduler.is_idle
    scheduler.run_until_idle()
    scheduler.cancel(second)
    assert ran == ["2"]
    assert scheduler.is_idle
    scheduler.after(SECOND, "note", "3")
    assert not scheduler.is_idle, "the count of what is scheduled went wrong"


def test_an_event_cancelled_by_another_of_its_instant_does_not_run() -> None:
    scheduler = Scheduler(VirtualClock())
    ran = []
    victims: list[Event] = []
    scheduler.on("kill", lambda event: scheduler.cancel(victims[0]))
    scheduler.on("note", lambda event: ran.append(event.subject))
    scheduler.at(EPOCH, "kill")
    victims.append(scheduler.at(EPOCH, "note", "victim"))
    assert scheduler.settle() == 1
    assert ran == []


def test_recurring_events_do_not_keep_a_world_from_being_idle(ran: list[str]) -> None:
    scheduler = Scheduler(VirtualClock())

    def tick(event: Event) -> None:
        ran.append("tick")
        scheduler.at(event.due + SECOND, "tick", background=True)

    scheduler.on("tick", tick)
    scheduler.on("note", lambda event: ran.append(event.subject))
    scheduler.at(EPOCH + SECOND, "tick", background=True)
    assert scheduler.is_idle
    assert scheduler.run_until_idle().events == 0
    scheduler.at(EPOCH + 3 * SECOND, "note", "work")
    assert not scheduler.is_idle
    scheduler.run_until_idle()
    assert ran == ["tick", "tick", "work"], "the tick due with the work was scheduled after it"
    scheduler.advance(2 * SECOND)
    assert ran[3:] == ["tick", "tick", "tick"]


def test_run_next_moves_to_one_event_and_runs_only_it(scheduler: Scheduler, ran: list[str]) -> None:
    scheduler.after(5 * SECOND, "note", "a")
    scheduler.after(5 * SECOND, "note", "b")
    assert scheduler.run_next().events == 1
    assert (ran, scheduler.clock.now()) == (["a"], EPOCH + 5 * SECOND)


def test_run_next_with_nothing_scheduled_leaves_the_clock_alone(scheduler: Scheduler) -> None:
    progress = scheduler.run_next()
    assert (progress.events, progress.started_at, progress.ended_at) == (0, EPOCH, EPOCH)


def test_settle_stays_at_the_instant(scheduler: Scheduler, ran: list[str]) -> None:
    scheduler.at(EPOCH, "note", "now")
    scheduler.after(SECOND, "note", "later")
    assert scheduler.settle() == 1
    assert scheduler.settle() == 0
    assert (ran, scheduler.clock.now()) == (["now"], EPOCH)


def test_between_is_called_before_the_clock_moves_and_after_every_event() -> None:
    log: list[Any] = []
    scheduler = Scheduler(VirtualClock(), between=lambda: log.append(scheduler.clock.now()))
    scheduler.on("note", lambda event: log.append(event.subject))
    scheduler.after(SECOND, "note", "a")
    scheduler.after(2 * SECOND, "note", "b")
    scheduler.advance(3 * SECOND)
    assert log == [EPOCH, "a", EPOCH + SECOND, "b", EPOCH + 2 * SECOND]


def test_settle_does_not_call_between() -> None:
    called = []
    scheduler = Scheduler(VirtualClock(), between=lambda: called.append(1))
    scheduler.on("note", lambda event: None)
    scheduler.at(EPOCH, "note")
    scheduler.settle()
    assert called == []


def test_what_between_schedules_for_this_instant_runs_in_this_advance() -> None:
    ran: list[str] = []

    def between() -> None:
        if ran == ["a"]:
            scheduler.at(scheduler.clock.now(), "note", "answer")

    scheduler = Scheduler(VirtualClock(), between=between)
    scheduler.on("note", lambda event: ran.append(event.subject))
    scheduler.after(SECOND, "note", "a")
    scheduler.advance(SECOND)
    assert ran == ["a", "answer"]


def test_the_guard_is_held_while_an_event_runs_and_only_then() -> None:
    class Guard:
        held = False

        def __enter__(self) -> None:
            self.held = True

        def __exit__(self, *args: object) -> None:
            self.held = False

    guard, states = Guard(), []
    scheduler = Scheduler(
        VirtualClock(), guard=guard, between=lambda: states.append(("between", guard.held))
    )
    scheduler.on("note", lambda event: states.append(("event", guard.held)))
    scheduler.after(SECOND, "note")
    scheduler.advance(SECOND)
    assert states == [("between", False), ("event", True), ("between", False)]


@pytest.mark.parametrize("call", ["advance", "run_until_idle", "settle"])
def test_a_loop_that_never_settles_is_stopped_by_the_limit(call: str) -> None:
    scheduler = Scheduler(VirtualClock())
    scheduler.on("again", lambda event: scheduler.after(timedelta(0), "again"))
    scheduler.after(timedelta(0), "again")
    run = {
        "advance": lambda: scheduler.advance(SECOND, events_max=50),
        "run_until_idle": lambda: scheduler.run_until_idle(events_max=50),
        "settle": lambda: scheduler.settle(events_max=50),
    }[call]
    with pytest.raises(
        LimitReached, match=r"the limit is 50\. Raise it .* 'events_max'"
    ) as refused:
        run()
    assert (refused.value.limit, refused.value.setting) == (50, "events_max")
    assert scheduler.clock.now() == EPOCH


def test_exactly_the_limit_is_allowed(scheduler: Scheduler) -> None:
    for _ in range(5):
        scheduler.after(SECOND, "note")
    assert scheduler.advance(SECOND, events_max=5).events == 5


def test_unknown_and_doubled_kinds_are_refused(scheduler: Scheduler) -> None:
    with pytest.raises(ValueError, match=r"'nope' has no handler; known: \['note'\]"):
        scheduler.after(SECOND, "nope")
    with pytest.raises(ValueError, match="'note' already has a handler"):
        scheduler.on("note", lambda event: None)


def test_clear_forgets_everything_and_keeps_counting_right(scheduler: Scheduler) -> None:
    event = scheduler.after(SECOND, "note")
    scheduler.clear()
    assert scheduler.is_idle
    assert list(scheduler.pending()) == []
    scheduler.cancel(event)
    scheduler.after(SECOND, "note")
    assert not scheduler.is_idle, "an event cancelled after clear was counted twice"


def test_ran_counts_every_event_of_the_world(scheduler: Scheduler) -> None:
    scheduler.after(SECOND, "note")
    scheduler.after(SECOND, "note")
    scheduler.cancel(scheduler.after(SECOND, "note"))
    scheduler.run_until_idle()
    assert scheduler.ran == 2


def test_an_event_says_what_it_is(scheduler: Scheduler) -> None:
    event = scheduler.after(SECOND, "note", "live/task/1")
    assert repr(event) == "Event(2024-01-01T00:00:01+00:00 note live/task/1)"


def order_under(schedule_seed: int | None, subjects: str, *, first: int = 0) -> str:
    """The order in which events of one instant run, one letter each."""
    ran: list[str] = []
    scheduler = Scheduler(VirtualClock(), schedule_seed=schedule_seed)
    scheduler.on("note", lambda event: ran.append(f"{event.subject}{event.data}"))
    for number, subject in enumerate(subjects, start=first):
        scheduler.at(EPOCH + SECOND, "note", subject, number)
    scheduler.advance(SECOND)
    return " ".join(ran)


def test_a_schedule_seed_permutes_what_is_due_at_one_instant() -> None:
    plain = order_under(None, "abcd")
    assert plain == "a0 b1 c2 d3"
    orders = {order_under(seed, "abcd") for seed in range(300)}
    assert len(orders) == 24, "every order of four subjects comes up"
    assert all(sorted(order.split()) == plain.split() for order in orders)


def test_a_schedule_seed_gives_the_same_order_again() -> None:
    assert order_under(7, "abcdefgh") == order_under(7, "abcdefgh")
    assert order_under(7, "abcdefgh") != order_under(8, "abcdefgh")


def test_a_schedule_seed_keeps_the_order_of_one_subject() -> None:
    for seed in range(50):
        events = order_under(seed, "abab").split()
        assert events.index("a0") < events.index("a2")
        assert events.index("b1") < events.index("b3")


def test_a_schedule_seed_respects_instant_and_priority() -> None:
    for seed in range(50):
        scheduler = Scheduler(VirtualClock(), schedule_seed=seed)
        scheduler.on("note", lambda event: None)
        scheduler.at(EPOCH + 2 * SECOND, "note", "later")
        scheduler.at(EPOCH + SECOND, "note", "soon")
        scheduler.at(EPOCH + SECOND, "note", "first", priority=-1)
        assert [event.subject for event in scheduler.pending()] == ["first", "soon", "later"]


@given(st.lists(ENTRIES, max_size=40), st.sets(st.integers(0, 39)), st.integers(0, 12))
def test_the_soonest_events_are_the_first_of_all_that_are_pending(
    entries: list[tuple[int, int, bool]], cancelled: set[int], count: int
) -> None:
    scheduler = Scheduler(VirtualClock())
    scheduler.on("note", lambda _event: None)
    made = [
        scheduler.at(EPOCH + second * SECOND, "note", priority=priority, background=background)
        for second, priority, background in entries
    ]
    for number in cancelled:
        if number < len(made):
            scheduler.cancel(made[number])
    assert scheduler.soonest(count) == list(scheduler.pending())[:count]
