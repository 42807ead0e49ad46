"""Sending again: what is under way, what fails anew, what is forgotten, what a snapshot keeps."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock.callbacks.schedule import delay_of
from scale_mock.errors import LimitReached
from scale_mock.sim.instants import EPOCH
from scale_mock.world import snapshots

if TYPE_CHECKING:
    from collections.abc import Callable

Customer = Any
HOUR = timedelta(hours=1)


def numbers(customer: Customer) -> list[tuple[int, str]]:
    return [(attempt.number, attempt.outcome) for attempt in customer.desk.attempts]


def sent_once(customer: Customer) -> Any:
    customer.listen()
    customer.order()
    customer.pass_time(hours=1)
    return customer.callbacks()[0]


def test_a_resend_that_fails_has_retries_of_its_own(customer: Customer) -> None:
    first = sent_once(customer)
    customer.pass_time(hours=9)
    customer.answers = [503, 503]
    again = customer.desk.resend(first)
    customer.pass_time(hours=1)
    begin = EPOCH + 10 * HOUR
    assert [attempt.at for attempt in again.tries] == [begin + delay_of(n) for n in (1, 2, 3)]
    assert numbers(customer) == [(1, "200"), (2, "503"), (3, "503"), (4, "200")]
    assert (again.state, again.begun, first.state) == ("acknowledged", 1, "acknowledged")


def test_a_resend_that_is_never_taken_is_given_up_after_as_many_attempts(
    customer: Customer,
) -> None:
    first = sent_once(customer)
    customer.answers = [503] * 21
    again = customer.desk.resend(first)
    customer.pass_time(hours=48)
    assert (again.state, len(again.tries), again.attempts[-1].number) == ("failed", 21, 22)
    assert customer.desk.acknowledged == [first]
    once_more = customer.desk.resend(again)
    customer.pass_time(seconds=0)
    assert (once_more.state, once_more.attempts[-1].number) == ("acknowledged", 23)


def test_a_resend_brings_the_next_retry_forward(customer: Customer) -> None:
    customer.answers = [503] * 10
    callback = sent_once(customer)
    customer.pass_time(hours=2)
    made = len(callback.attempts)
    customer.answers = []
    assert customer.desk.resend(callback) is callback
    customer.pass_time(seconds=0)
    assert (callback.state, callback.attempts[-1].at) == ("acknowledged", EPOCH + 3 * HOUR)
    assert callback.attempts[-1].number == made + 1
    customer.pass_time(hours=48)
    assert len(callback.attempts) == made + 1


def test_what_is_asked_for_while_it_is_on_its_way_follows(customer: Customer) -> None:
    first = sent_once(customer)
    for _ in range(3):
        customer.desk.resend(first)
    customer.answers = [200, 503, 200]
    customer.pass_time(seconds=0)
    assert numbers(customer) == [(1, "200"), (2, "200"), (3, "503"), (4, "200")]
    assert [one.begun for one in customer.desk.acknowledged] == [0, 1, 2]
    assert customer.desk.acknowledged_ever == 3


def test_a_forgotten_callback_can_be_sent_again(make_customer: Callable[..., Customer]) -> None:
    customer = make_customer(callbacks_max=2)
    first = sent_once(customer)
    customer.desk.resend(first)
    customer.pass_time(seconds=0)
    for number in range(2):
        customer.order(n=number)
        customer.pass_time(hours=1)
    assert first.id not in customer.desk.by_id
    assert {one.id for one in customer.desk.acknowledged} == set(customer.desk.by_id)


def test_a_callback_is_sent_again_as_often_as_attempts_are_kept(
    make_customer: Callable[..., Customer],
) -> None:
    customer = make_customer(callbacks_max=2)
    first = sent_once(customer)
    customer.desk.resend(first)
    customer.pass_time(seconds=0)
    with pytest.raises(
        LimitReached, match=r"Attempts of one callback: the limit is 2\. .*callbacks_max"
    ):
        customer.desk.resend(first)


def test_a_snapshot_keeps_every_reception(make_customer: Callable[..., Customer]) -> None:
    customer = make_customer()
    first = sent_once(customer)
    customer.desk.resend(first)
    customer.pass_time(hours=1)
    other = make_customer()
    other.listen()
    snapshots.put_back(other.world, snapshots.take(customer.world))
    desk = other.desk
    assert [(one.id, one.reason, one.state, one.begun) for one in desk.acknowledged] == [
        (first.id, "completed", "acknowledged", 0),
        (first.id, "resent", "acknowledged", 1),
    ]
    present = desk.by_id[first.id]
    assert present is desk.acknowledged[1]
    assert all(one.attempts is present.attempts for one in desk.acknowledged)
    assert all(one.headers == present.headers for one in desk.acknowledged)
    assert snapshots.take(other.world) == snapshots.take(customer.world)
    desk.resend(present)
    other.pass_time(seconds=0)
    assert [attempt.number for attempt in desk.attempts] == [1, 2, 3]
