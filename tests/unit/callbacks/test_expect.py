"""Expectations: what an assertion's arguments may be, and what differs from them."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from scaleapi.tasks import TaskStatus

from scale_mock.callbacks.expect import Expectation, expectation, order_item
from scale_mock.callbacks.records import Callback
from scale_mock.errors import ConfigurationError


def callback(**changes: Any) -> Callback:
    fields: dict[str, Any] = {
        "id": "cb_1",
        "owner": "task",
        "subject": "t1",
        "mode": "live",
        "status": "completed",
        "reason": "audited",
        "url": "http://x",
        "body": b"{}",
        "headers": {},
        "owed_at": datetime(2024, 1, 1, tzinfo=UTC),
    }
    return Callback(**{**fields, **changes})


@pytest.mark.parametrize(
    "task",
    [
        "t1",
        {"task_id": "t1"},
        {"task_id": "t1", "id": "other", "name": "x"},
        {"id": "t1"},
        SimpleNamespace(task_id="t1"),
        SimpleNamespace(id="t1", name="n"),
    ],
)
def test_a_task_is_an_object_a_dict_or_an_id(task: object) -> None:
    assert expectation(task=task) == Expectation(task="t1")


@pytest.mark.parametrize("batch", ["b", {"name": "b", "id": "x"}, SimpleNamespace(name="b")])
def test_a_batch_is_an_object_a_dict_or_a_name(batch: object) -> None:
    assert expectation(batch=batch) == Expectation(batch="b")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"task": 7}, "task=7: expected an SDK object, a dict with task_id or id, or a text."),
        ({"task": {}}, "task={}: expected an SDK object"),
        ({"task": {"task_id": 3}}, "expected an SDK object"),
        ({"batch": ["b"]}, r"batch=\['b'\]: expected an SDK object, a dict with name, or a text."),
        ({"task": "t", "batch": "b"}, "belongs to a task or to a batch: pass one of the two."),
        ({"status": "done"}, "status='done': .* one of completed, error, pending, canceled."),
        ({"reason": "x"}, "reason='x': .* one of completed, error, audited, recalled, resent."),
        (
            {"status": "complete"},
            """status='complete': there is no such status; did you mean "completed"\\? Callbacks """
            "report one of completed, error, pending, canceled.",
        ),
        (
            {"status": TaskStatus.Completed},
            "status=TaskStatus.Completed: expected a text, for example TaskStatus.Completed.value. "
            "Callbacks report",
        ),
        ({"reason": 7}, "reason=7: expected a text. Callbacks are due for one of completed"),
        (
            {"task": {"name": "b"}},
            "expected an SDK object, a dict with task_id or id, or a text. Is it a batch\\? Then "
            "pass batch=.",
        ),
        (
            {"batch": SimpleNamespace(task_id="t")},
            "expected an SDK object, a dict with name, or a text. Is it a task\\? Then pass task=.",
        ),
    ],
)
def test_wrong_arguments_are_refused_with_what_is_accepted(arguments: Any, text: str) -> None:
    with pytest.raises(ConfigurationError, match=text):
        expectation(**arguments)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("t1", Expectation(task="t1")),
        ({"task_id": "t1"}, Expectation(task="t1")),
        ({"id": "t1"}, Expectation(task="t1")),
        ({"name": "b", "status": "completed", "project": "p"}, Expectation(batch="b")),
        ({"name": "b", "task_id": "t1"}, Expectation(task="t1")),
        ({"task": "t1", "reason": "audited"}, Expectation(task="t1", reason="audited")),
        ({"batch": {"name": "b"}}, Expectation(batch="b")),
        ({"url": "http://x"}, Expectation(url="http://x")),
        (SimpleNamespace(name="b"), Expectation(batch="b")),
        (SimpleNamespace(id="t1", name="n"), Expectation(task="t1")),
    ],
)
def test_items_of_an_order(item: object, expected: Expectation) -> None:
    assert order_item(item) == expected


@pytest.mark.parametrize("item", [{}, 3, {"colour": "red"}])
def test_wrong_items_of_an_order(item: object) -> None:
    with pytest.raises(ConfigurationError, match="expected an SDK object"):
        order_item(item)


@pytest.mark.parametrize(
    ("expected", "differs"),
    [
        (Expectation(), []),
        (Expectation(task="t1", status="completed", reason="audited", url="http://x"), []),
        (Expectation(task="t2"), [("task", "t2", "task t1")]),
        (Expectation(batch="t1"), [("batch", "t1", "task t1")]),
        (
            Expectation(task="t2", status="error", reason="completed", url="http://y"),
            [
                ("task", "t2", "task t1"),
                ("status", "error", "completed"),
                ("reason", "completed", "audited"),
                ("url", "http://y", "http://x"),
            ],
        ),
    ],
)
def test_mismatches_name_what_differs(
    expected: Expectation, differs: list[tuple[str, str, str]]
) -> None:
    assert expected.mismatches(callback()) == differs
    assert expected.matches(callback()) is (differs == [])


def test_a_batch_and_a_task_of_one_name_are_told_apart() -> None:
    batch = callback(owner="batch", subject="t1")
    assert not Expectation(task="t1").matches(batch)
    assert Expectation(batch="t1").matches(batch)


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        (Expectation(), "for anything"),
        (Expectation(task="t1"), "for task t1"),
        (Expectation(batch="b"), "for batch 'b'"),
        (
            Expectation(task="t1", status="error", reason="resent", url="u"),
            "for task t1 (status=error, reason=resent, url=u)",
        ),
    ],
)
def test_an_expectation_in_words(expected: Expectation, words: str) -> None:
    assert str(expected) == words
