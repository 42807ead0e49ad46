"""``mock.at`` and ``mock.every``: a test's functions, called at instants of the world's clock."""

from __future__ import annotations

import functools
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock import ScaleMock
from scale_mock.errors import CallFailed, ConfigurationError, PumpBusy
from scale_mock.sim.instants import EPOCH
from tests.functional.helpers import image_task

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.functional.conftest import OpenDoor
    from tests.functional.doors import Door

HOUR = timedelta(hours=1)


def test_a_call_is_made_at_its_instant(door: Door) -> None:
    made: list[timedelta] = []
    mock = door.mock
    mock.at("2024-01-01T09:00Z", lambda: made.append(mock.clock.now() - EPOCH))
    mock.at(EPOCH + 3 * HOUR, lambda: made.append(mock.clock.now() - EPOCH))
    mock.clock.advance(days=2)
    assert made == [3 * HOUR, 9 * HOUR]


def test_a_recurring_call_begins_after_one_period_and_ends_when_it_is_cancelled(
    door: Door,
) -> None:
    made: list[float] = []
    mock = door.mock
    call = mock.every("150s", lambda: made.append((mock.clock.now() - EPOCH).total_seconds()))
    assert call.due == EPOCH + timedelta(seconds=150)
    mock.clock.advance(minutes=10)
    assert made == [150, 300, 450, 600]
    assert repr(call) == "<Appointment appointment_1 2024-01-01T00:12:30.000Z>"
    assert (call.cancel(), call.cancel(), call.due) == (True, False, None)
    assert repr(call) == "<Appointment appointment_1 over>"
    mock.clock.advance(days=1)
    assert len(made) == 4


def test_a_recurring_call_does_not_keep_a_world_from_being_idle(door: Door) -> None:
    made: list[int] = []
    door.mock.every("1h", lambda: made.append(1))
    door.mock.at(EPOCH + timedelta(hours=3, minutes=30), lambda: made.append(2))
    door.mock.clock.run_until_idle()
    assert made == [1, 1, 1, 2]


def test_a_call_may_use_the_platform(door: Door) -> None:
    client, seen = door.client(), []
    task = image_task(door, callback_url=door.mock.callbacks.url)

    def look() -> None:
        image_task(door, unique_id=f"at {door.mock.clock.now()}")
        seen.append(client.get_task(task.id).status)

    door.mock.rules.add(name="day", after="1d")
    door.mock.tasks.complete(task)
    door.mock.at(EPOCH + HOUR, look)
    door.mock.clock.advance(hours=2)
    assert seen == ["completed"]
    assert client.tasks().total == 2
    created = client.tasks().docs[0].as_dict()["created_at"]
    assert created == "2024-01-01T01:00:00.000Z"


def test_a_call_sees_the_callbacks_of_earlier_instants_only(door: Door) -> None:
    door.mock.rules.add(name="quick", after="1h")
    order: list[str] = []
    door.mock.callbacks.mount("https://app.test/", lambda request: order.append("callback"))
    image_task(door, callback_url="https://app.test/done")
    door.mock.at(EPOCH + HOUR - timedelta(seconds=1), lambda: order.append("before"))
    door.mock.at(EPOCH + HOUR + timedelta(seconds=1), lambda: order.append("after"))
    door.mock.clock.advance(hours=2)
    assert order == ["before", "callback", "after"]


def test_a_call_cannot_move_the_clock(door: Door) -> None:
    refused: list[str] = []

    def move() -> None:
        with pytest.raises(PumpBusy) as error:
            door.mock.clock.advance(hours=1)
        refused.append(str(error.value))

    door.mock.at(EPOCH + HOUR, move)
    door.mock.clock.advance(hours=2)
    assert refused == [
        "The clock cannot be moved from inside a scheduled call (mock.at, mock.every): time stands "
        "still until it returns. What should happen later is a further appointment."
    ]


def test_a_call_may_schedule_and_cancel_others(door: Door) -> None:
    made: list[str] = []
    mock = door.mock
    later = mock.at(EPOCH + 5 * HOUR, lambda: made.append("never"))

    def first() -> None:
        later.cancel()
        mock.at(mock.clock.now(), lambda: made.append("now"))
        mock.at(EPOCH + 2 * HOUR, lambda: made.append("next"))

    mock.at(EPOCH + HOUR, first)
    mock.clock.advance(days=1)
    assert made == ["now", "next"]


def test_polling_from_inside_a_call_leaves_an_autojump_clock_alone(open_door: OpenDoor) -> None:
    door = open_door(clock="autojump")
    task = image_task(door)
    seen: list[str] = []

    def poll() -> None:
        task.refresh()
        seen.append(task.status)

    door.mock.at(EPOCH + timedelta(minutes=1), poll)
    door.mock.clock.advance(minutes=2)
    assert seen == ["pending"]
    assert door.mock.clock.now() == EPOCH + timedelta(minutes=2)


def test_what_a_call_raises_is_kept_for_the_check_and_the_clock_goes_on() -> None:
    def explode() -> None:
        raise KeyError("boom")

    with ScaleMock() as mock:
        mock.every("1h", explode)
        mock.clock.advance(hours=2)
        with pytest.raises(AssertionError) as found:
            mock.check()
        name = (
            "test_what_a_call_raises_is_kept_for_the_check_and_the_clock_goes_on.<locals>.explode"
        )
        line = explode.__code__.co_firstlineno + 1
        trace = [
            f'        File "{__file__}", line {line}, in explode',
            '          raise KeyError("boom")',
            "      KeyError: 'boom'",
        ]
        assert str(found.value).splitlines() == [
            "scale_mock found 2 problems (exceptions):",
            f"  - The scheduled call {name} raised at 2024-01-01T01:00:00.000Z: KeyError: 'boom'",
            *trace,
            f"  - The scheduled call {name} raised at 2024-01-01T02:00:00.000Z: KeyError: 'boom'",
            *trace,
            '    To allow them: mock.check(allow="exceptions")',
        ]
        assert isinstance(mock._world.broken[0].__cause__, KeyError)


async def _coroutine() -> None:
    """Nobody would await it."""


def _wants_one(one: object) -> None:
    """Takes an argument."""


@pytest.mark.parametrize(
    ("schedule", "text"),
    [
        (
            lambda mock: mock.at("2023-12-31", print),
            "at(2023-12-31T00:00:00.000Z): that is in the past; the clock stands at "
            "2024-01-01T00:00:00.000Z.",
        ),
        (lambda mock: mock.every("0s", print), "every(): a period is longer than nothing."),
        (lambda mock: mock.at("2024-02-01", 7), "at(): expected a function, got 7."),
        (
            lambda mock: mock.every("1d", _coroutine),
            "every(): _coroutine is async, and nobody would await it: pass a function that runs "
            "it, for example lambda: asyncio.run(...).",
        ),
        (
            lambda mock: mock.every("1d", _wants_one),
            "every(): _wants_one is called without arguments: missing a required argument: 'one'.",
        ),
    ],
)
def test_an_appointment_that_makes_no_sense_is_refused(
    schedule: Callable[[Any], object], text: str
) -> None:
    with ScaleMock() as mock, pytest.raises(ConfigurationError) as refused:
        schedule(mock)
    assert str(refused.value) == text


def test_what_can_be_called_without_arguments_is_taken() -> None:
    made: list[int] = []
    with ScaleMock() as mock:
        mock.at("2024-01-02", functools.partial(made.append, 1))
        mock.at("2024-01-02", dict)
        mock.clock.advance(days=1)
        mock.check()
    assert made == [1]


def test_a_reset_forgets_appointments() -> None:
    made: list[int] = []
    with ScaleMock() as mock:
        call = mock.every("1h", lambda: made.append(1))
        mock.reset()
        assert call.due is None
        mock.clock.advance(days=1)
        assert mock.every("1h", lambda: made.append(2)).name == "appointment_1"
        mock.clock.advance(hours=1)
    assert made == [2]


def test_a_function_that_a_snapshot_could_not_keep_is_missed_with_words() -> None:
    with ScaleMock() as mock:
        mock.at("2024-01-02", lambda: None)
        mock._appointments.forget()
        mock.clock.advance(days=2)
        assert [str(error) for error in mock._world.broken] == [
            "The scheduled call appointment_1 was due at 2024-01-02T00:00:00.000Z and could not be "
            "made: its function is not here. A snapshot keeps when something is called, but no "
            "function; schedule it again after restoring."
        ]
        assert isinstance(mock._world.broken[0], CallFailed)


def test_appointments_are_limited_and_in_the_journal() -> None:
    with ScaleMock(objects_max=1) as mock:
        mock.every("1d", lambda: None)
        with pytest.raises(Exception, match=r"at most 1 scheduled calls \(setting objects_max\)"):
            mock.every("1d", lambda: None)
        mock.clock.advance(days=1)
        assert [(entry.subject, entry.kind) for entry in mock.journal.entries()] == [
            ("world/appointment_1", "appointment.due")
        ]


def test_a_schedule_seed_permutes_calls_of_one_instant_and_nothing_else() -> None:
    def order(schedule_seed: int | None) -> str:
        made: list[str] = []
        with ScaleMock(schedule_seed=schedule_seed) as mock:
            for letter in "abc":
                mock.at("2024-01-02", functools.partial(made.append, letter))
            mock.at("2024-01-03", functools.partial(made.append, "z"))
            mock.clock.advance(days=2)
        return "".join(made)

    assert order(None) == "abcz"
    orders = [order(seed) for seed in range(60)]
    assert set(orders) == {f"{letters}z" for letters in ("abc", "acb", "bac", "bca", "cab", "cba")}
    assert orders == [order(seed) for seed in range(60)]


def test_functions_that_are_over_make_room_for_others() -> None:
    made: list[int] = []
    with ScaleMock(objects_max=2) as mock:
        for day in range(2, 12):
            mock.at(f"2024-01-{day:02d}", lambda day=day: made.append(day))  # type: ignore[misc]
            mock.clock.advance(days=1)
    assert made == list(range(2, 12))


def test_a_snapshot_keeps_appointments_and_the_mock_their_functions() -> None:
    made: list[int] = []
    with ScaleMock() as mock:
        mock.every("1h", lambda: made.append(mock.clock.now().hour))
        mock.at("2024-01-01T02:30Z", lambda: made.append(30))
        mock.clock.advance(hours=1)
        snapshot = mock.snapshot()
        mock.clock.advance(hours=2)
        digest = mock.journal.digest()
        mock.restore(snapshot)
        mock.clock.advance(hours=2)
        assert mock.journal.digest() == digest
        mock.check()
    assert made == [1, 2, 30, 3, 2, 30, 3]


def test_many_steps_of_a_month_take_a_moment() -> None:
    made: list[int] = []
    with ScaleMock() as mock:
        mock.every("150s", lambda: made.append(1))
        mock.clock.advance(days=30)
    assert len(made) == 17_280
