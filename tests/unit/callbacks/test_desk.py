"""The desk: what is owed, when it is tried, how it ends, and that its bytes never change."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock.callbacks.schedule import delay_of
from scale_mock.domain.refusals import Refusal
from scale_mock.errors import LimitReached
from scale_mock.sim.instants import EPOCH

if TYPE_CHECKING:
    from collections.abc import Callable

HOUR = timedelta(hours=1)
Customer = Any


def outcomes(customer: Customer) -> list[str]:
    return [attempt.outcome for attempt in customer.desk.attempts]


def test_a_callback_says_what_the_page_says(customer: Customer) -> None:
    customer.listen()
    task = customer.order()
    customer.pass_time(hours=1)
    (callback,) = customer.callbacks()
    (body,) = map(json.loads, customer.bodies)
    assert (body["task_id"], body["status"]) == (task.task_id, "completed")
    assert body["response"] == json.loads(task.response)
    assert body["task"]["task_id"] == task.task_id
    assert "callback_succeeded" not in body["task"]
    headers = customer.headers[0]
    assert headers["Content-Type"] == "application/json"
    assert headers["Scale-Callback-Auth"] == customer.world.auth_key("live")
    assert customer.world.auth_key("live") != customer.world.auth_key("test")
    assert (callback.state, callback.at, callback.owed_at) == (
        "acknowledged",
        EPOCH + HOUR,
        EPOCH + HOUR,
    )
    assert (callback.json, callback.is_acknowledged) == (body, True)
    assert task.callback_succeeded is True
    assert customer.kinds(task) == [
        "callback.owed",
        "callback.attempted",
        "callback.acknowledged",
    ]


def test_without_a_destination_nothing_is_owed(customer: Customer) -> None:
    task = customer.order(url=None)
    customer.pass_time(hours=1)
    assert task.status == "completed"
    assert customer.callbacks() == []
    assert task.callback_succeeded is None


def test_a_receiver_that_recovers_gets_it_at_the_next_retry(customer: Customer) -> None:
    customer.listen()
    customer.answers = [500, 302, ConnectionRefusedError(), KeyError("x"), 204]
    task = customer.order()
    customer.pass_time(days=3)
    assert outcomes(customer) == ["500", "302", "refused", "KeyError: 'x'", "204"]
    assert [attempt.at for attempt in customer.desk.attempts] == [
        EPOCH + HOUR + delay_of(number) for number in range(1, 6)
    ]
    assert [attempt.number for attempt in customer.desk.attempts] == [1, 2, 3, 4, 5]
    assert len(customer.bodies) == 5
    assert len(set(customer.bodies)) == 1, "every attempt sends the same bytes"
    assert task.callback_succeeded is True
    assert len(customer.desk.acknowledged) == 1


def test_whether_it_succeeded_is_unknown_while_it_is_tried(customer: Customer) -> None:
    customer.listen()
    customer.answers = [500] * 5
    task = customer.order()
    customer.pass_time(hours=1)
    assert task.callback_succeeded is None
    assert customer.callbacks()[0].event.due == EPOCH + HOUR + delay_of(2)


def test_a_dead_receiver_is_given_up_after_21_attempts_in_24_hours(customer: Customer) -> None:
    customer.listen()
    customer.answers = [503] * 99
    task = customer.order()
    customer.world.pump.run_until_idle()
    (callback,) = customer.callbacks()
    assert outcomes(customer) == ["503"] * 21
    assert (callback.state, callback.at, callback.event) == ("failed", None, None)
    assert customer.world.now() == EPOCH + HOUR + timedelta(hours=24)
    assert task.callback_succeeded is False
    assert customer.desk.acknowledged == []
    assert customer.kinds(task)[-1] == "callback.given_up"


def test_what_happens_to_the_task_later_does_not_change_what_is_sent(customer: Customer) -> None:
    customer.listen()
    customer.answers = [500]
    task = customer.order(metadata={"a": 1})
    customer.pass_time(hours=1)
    side = customer.world.core.sides["live"]
    customer.world.tasks.set_metadata(side, task.task_id, {"b": 2})
    customer.world.audits.audit(task, "fixed", response={"fixed": True})
    customer.pass_time(minutes=1)
    first, second, audited = customer.bodies[0], customer.bodies[1], customer.bodies[2]
    bodies = sorted({first, second, audited}, key=customer.bodies.index)
    assert len(bodies) == 2
    assert json.loads(bodies[0])["task"]["metadata"] == {"a": 1}
    assert json.loads(bodies[1])["response"] == {"fixed": True}
    assert [callback.reason for callback in customer.callbacks()] == ["completed", "audited"]


def test_redo_recalls_and_completes_again(customer: Customer) -> None:
    customer.listen()
    task = customer.order()
    customer.pass_time(hours=1)
    customer.world.lifecycle.redo(task, by="t")
    customer.pass_time(hours=1)
    sent = [(json.loads(body)["status"], json.loads(body)["response"]) for body in customer.bodies]
    assert [status for status, _ in sent] == ["completed", "pending", "completed"]
    assert sent[1][1] is None
    assert [callback.reason for callback in customer.callbacks()] == [
        "completed",
        "recalled",
        "completed",
    ]


def test_captured_and_mailed_callbacks_count_as_arrived(customer: Customer) -> None:
    elsewhere = customer.order(url="https://other.example/x", n=1)
    mailed = customer.order(url="me@example.com", n=2)
    customer.pass_time(hours=1)
    assert [callback.state for callback in customer.callbacks()] == ["captured", "mailed"]
    assert [callback.is_acknowledged for callback in customer.callbacks()] == [True, True]
    assert outcomes(customer) == ["captured", "mailed"]
    assert (elsewhere.callback_succeeded, mailed.callback_succeeded) == (True, True)
    (mail,) = customer.desk.inbox
    assert (mail.to, mail.sender, mail.at) == ("me@example.com", "hello@scale.ai", EPOCH + HOUR)
    assert json.loads(mail.text)["task_id"] == mailed.task_id


@pytest.mark.parametrize(
    "url", ["http://[::1", "http://localhost:abc/", "http://user@", "http://:80"]
)
def test_a_url_that_means_nothing_ends_as_failed_attempts(customer: Customer, url: str) -> None:
    task = customer.order(url=url)
    customer.world.pump.run_until_idle()
    assert outcomes(customer) == ["bad URL"] * 21
    assert task.callback_succeeded is False


def test_a_projects_callback_url_is_not_checked_and_cannot_break_anything(
    customer: Customer,
) -> None:
    side = customer.world.core.sides["live"]
    customer.world.projects.create(
        side, {"name": "p", "type": "categorization", "params": {"callback_url": 5}}
    )
    task = customer.order(url=None, project="p")
    customer.pass_time(hours=1)
    assert (task.callback_url, outcomes(customer)) == ("5", ["bad URL"])


def test_a_batch_sends_its_own(customer: Customer) -> None:
    customer.listen()
    world, side = customer.world, customer.world.core.sides["live"]
    world.projects.create(side, {"name": "p", "type": "categorization"})
    world.batches.create(side, {"name": "b", "project": "p", "callback": URL})
    customer.order(url=None, batch="b")
    customer.pass_time(hours=1)
    assert [json.loads(body) for body in customer.bodies] == [
        {"batch": "b", "status": "completed", "stats": {"completed": 1}}
    ]
    (callback,) = customer.callbacks()
    assert (callback.owner, callback.subject, callback.reason) == ("batch", "b", "completed")
    assert list(customer.desk.of("batch", "b", "live")) == [callback]
    assert list(customer.desk.of("batch", "b", "test")) == []
    assert list(customer.desk.of("task", "b", "live")) == []


URL = "https://app.test/hook"


def test_resend_sends_the_same_bytes_as_further_attempts_of_the_same_callback(
    customer: Customer,
) -> None:
    customer.listen()
    task = customer.order()
    customer.pass_time(hours=1)
    (first,) = customer.callbacks()
    side = customer.world.core.sides["live"]
    customer.world.tasks.set_metadata(side, task.task_id, {"later": 1})
    again = customer.desk.resend(first)
    assert again.state == "pending"
    customer.pass_time(seconds=0)
    assert (again.state, again.reason, again.body) == ("acknowledged", "resent", first.body)
    assert [one.id for one in customer.callbacks()] == [first.id] == [again.id]
    assert [(one.callback_id, one.number) for one in customer.desk.attempts] == [
        (first.id, 1),
        (first.id, 2),
    ]
    assert customer.desk.acknowledged == [first, again]
    assert (first.state, first.reason, first.at) == ("acknowledged", "completed", EPOCH + HOUR)
    assert customer.kinds(task) == [
        "callback.owed", "callback.attempted", "callback.acknowledged",
        "callback.resent", "callback.attempted", "callback.acknowledged",
    ]  # fmt: skip


def test_resend_of_a_task_sends_it_as_it_is_now(customer: Customer) -> None:
    customer.listen()
    task = customer.order()
    with pytest.raises(Refusal, match="Only a completed or errored task with a callback_url"):
        customer.desk.resend_task(task)
    customer.pass_time(hours=1)
    side = customer.world.core.sides["live"]
    customer.world.tasks.set_metadata(side, task.task_id, {"later": 1})
    changed = customer.desk.resend_task(task)
    customer.pass_time(seconds=0)
    assert json.loads(customer.bodies[1])["task"]["metadata"] == {"later": 1}
    assert changed is customer.callbacks()[1]
    assert [one.number for one in customer.desk.attempts] == [1, 1]
    assert customer.desk.resend_task(task).id == changed.id
    customer.pass_time(seconds=0)
    assert customer.bodies[2] == customer.bodies[1]
    silent = customer.order(url=None, n=2)
    customer.pass_time(hours=1)
    with pytest.raises(Refusal, match="with a callback_url can send its callback again"):
        customer.desk.resend_task(silent)


def test_ids_derive_from_what_a_callback_is_of_and_not_from_the_account(
    make_customer: Callable[..., Customer],
) -> None:
    found = []
    for others in (0, 3):
        customer = make_customer()
        for number in range(others):
            customer.order(n=number)
        task = customer.order(unique_id="u")
        customer.pass_time(hours=2)
        found.append([c.id for c in customer.desk.of("task", task.task_id, "live")])
    assert found[0] == found[1]
    assert found[0][0].startswith("cb_")


def test_the_oldest_finished_callback_makes_room(make_customer: Callable[..., Customer]) -> None:
    customer = make_customer(callbacks_max=2)
    customer.listen()
    tasks = []
    for number in range(4):
        tasks.append(customer.order(n=number))
        customer.pass_time(hours=1)
    assert [callback.subject for callback in customer.callbacks()] == [
        task.task_id for task in tasks[2:]
    ]
    assert customer.desk.acknowledged == customer.callbacks()
    assert len(customer.desk.attempts) == 2


def test_what_arrived_late_is_forgotten_with_its_record(
    make_customer: Callable[..., Customer],
) -> None:
    """The first to be owed is not always the first to arrive."""
    customer = make_customer(callbacks_max=2)
    customer.listen()
    customer.answers = [500]
    customer.order(n=1)
    customer.order(n=2)
    customer.pass_time(hours=2)
    for number in range(3, 9):
        customer.order(n=number)
        customer.pass_time(hours=1)
    assert len(customer.desk.acknowledged) == 2
    assert set(customer.desk.acknowledged) == set(customer.callbacks())


def test_callbacks_that_are_still_owed_are_never_forgotten(
    make_customer: Callable[..., Customer],
) -> None:
    customer = make_customer(callbacks_max=1)
    customer.listen()
    customer.answers = [500] * 99
    customer.order(n=1)
    customer.pass_time(hours=1)
    customer.order(n=2)
    with pytest.raises(
        LimitReached, match=r"Callbacks still owed: the limit is 1\. .*callbacks_max"
    ):
        customer.pass_time(hours=1)


def test_forget_drops_what_was_handed_out(customer: Customer) -> None:
    customer.listen()
    customer.order()
    customer.world.scheduler.between = lambda: None
    customer.world.scheduler.advance(HOUR)
    assert customer.desk.has_mail_out
    customer.desk.forget()
    assert not customer.desk.has_mail_out
    assert customer.desk.send_next() is False


def test_a_callback_waits_for_the_replies_that_came_before_it(customer: Customer) -> None:
    """Over a socket a request has its number until its reply is out."""
    customer.listen()
    ticket = customer.world.tickets.take()
    customer.order()
    customer.world.scheduler.between = lambda: None
    customer.world.scheduler.advance(HOUR)
    later = customer.world.tickets.take()
    assert customer.desk.send_next(unanswered=ticket) is False
    assert customer.bodies == []
    customer.world.tickets.give_back(ticket)
    assert customer.desk.send_next(unanswered=later) is True
    assert len(customer.bodies) == 1


def test_records_can_be_shown(customer: Customer) -> None:
    customer.listen()
    customer.answers = [500]
    task = customer.order()
    customer.pass_time(hours=1)
    (callback,) = customer.callbacks()
    assert repr(callback) == f"<Callback task {task.task_id} completed (completed): pending>"
    shown = callback.as_dict()
    assert shown["task"] == task.task_id
    assert (shown["state"], shown["acknowledged_at"], shown["next_attempt_at"]) == (
        "pending",
        None,
        "2024-01-01T01:00:10.800Z",
    )
    (attempt,) = shown["attempts"]
    assert (attempt["number"], attempt["status"]) == (1, 500)
    assert shown["body"] == callback.json
    customer.pass_time(minutes=1)
    assert callback.as_dict()["next_attempt_at"] is None
    assert callback.as_dict()["acknowledged_at"] == "2024-01-01T01:00:10.800Z"
    json.dumps(callback.as_dict())
