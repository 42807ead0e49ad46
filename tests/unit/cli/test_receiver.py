"""The demo's receiver: which requests fail, and what its book says."""

from __future__ import annotations

from typing import Any

from scale_mock.cli.receiver import Book, Receiver


def task(number: int, status: str = "completed", updated_at: str = "2024-01-01") -> dict[str, Any]:
    return {"task_id": f"t{number}", "status": status, "task": {"updated_at": updated_at}}


def test_a_third_of_the_requests_fail() -> None:
    receiver = Receiver(seed=0)
    for number in range(600):
        receiver.answer(task(number))
    assert 170 < receiver.book.answers[500] < 230
    assert receiver.book.answers.total() == 600
    assert receiver.book.taken["task"] == receiver.book.answers[200]


def test_order_does_not_decide_what_fails() -> None:
    forwards, backwards = Receiver(seed=3), Receiver(seed=3)
    there = {n: forwards.answer(task(n)) for n in range(50)}
    back = {n: backwards.answer(task(n)) for n in reversed(range(50))}
    assert there == back


def test_another_seed_fails_others() -> None:
    one, other = Receiver(seed=1), Receiver(seed=2)
    assert [one.answer(task(n)) for n in range(50)] != [other.answer(task(n)) for n in range(50)]


def test_whatever_fails_gets_through_when_it_is_tried_again() -> None:
    receiver = Receiver(seed=0)
    for number in range(60):
        tries = 0
        while receiver.answer(task(number)) != 200:
            tries += 1
            assert tries < 20
    assert receiver.book.statuses == {"completed": 60}


def test_a_retry_that_comes_late_does_not_overwrite_what_is_newer() -> None:
    book = Book()
    book.note(task(1, "pending", "2024-01-02"))
    book.note(task(1, "completed", "2024-01-01"))
    assert book.statuses == {"pending": 1}
    book.note(task(1, "completed", "2024-01-03"))
    assert book.statuses == {"completed": 1}
    assert book.taken == {"task": 3}


def test_batches_are_booked_by_name() -> None:
    book = Book()
    book.note({"batch": "b", "status": "completed", "stats": {"completed": 2}})
    book.note({"batch": "b", "status": "completed", "stats": {"completed": 3}})
    assert (book.batches, book.taken) == ({"b": {"completed": 3}}, {"batch": 2})
