"""Tasks on the wire against dicts built the plain way: any text, any params, always valid JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scale_mock.domain.documents import encode
from scale_mock.domain.model import Audit, Batch, History, Project, Task
from scale_mock.envelopes.tasks import (
    audit_json,
    next_token,
    position_of,
    render_limited,
    render_task,
    render_task_callback,
    render_task_page,
)

START = datetime(2024, 1, 1, tzinfo=UTC)
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=12)
"""Quotes, control characters, astral characters and lone surrogates included."""
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.dictionaries(ANY_TEXT, JSON, max_size=3)
INSTANTS = st.integers(0, 10**9).map(lambda ms: START + timedelta(milliseconds=ms))
AUDITS = st.builds(
    Audit,
    audited_by=ANY_TEXT,
    audited_at=INSTANTS,
    audit_time_secs=st.integers(0, 9),
    audit_result=st.sampled_from(["accepted", "fixed"]),
    audit_source=st.just("customer"),
    comments=st.none() | ANY_TEXT,
)
HISTORIES = st.builds(
    History,
    audits=st.lists(AUDITS, max_size=2),
    review_status=st.none() | st.just("accepted"),
    review_comments=st.lists(ANY_TEXT, max_size=2),
    prior_responses=st.lists(OBJECTS.map(encode), max_size=2),
    times_redone=st.integers(0, 2),
    is_customer_fix=st.booleans(),
)


def iso(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}Z"


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    """Any task that the platform could hold."""
    project = draw(
        st.none() | st.builds(
            Project, st.just("p"), st.just("live"), ANY_TEXT, st.just("annotation"),
            st.just("enterprise"), st.just(START),
        )
    )  # fmt: skip
    batch = None
    if project is not None and draw(st.booleans()):
        batch = Batch("b", "live", draw(ANY_TEXT), project, "plain", "in_progress", START, 0)
    task = Task(
        task_id=f"{draw(st.integers(0, 16**24 - 1)):024x}",
        seq=0,
        mode=draw(st.sampled_from(["live", "test"])),
        type=draw(st.sampled_from(["annotation", "imageannotation"])),
        created_at=draw(INSTANTS),
        params=encode(draw(OBJECTS)),
        project=project,
        batch=batch,
    )
    task.metadata = encode(draw(OBJECTS))
    task.response = draw(st.none() | OBJECTS.map(encode))
    task.status = draw(st.sampled_from(["pending", "completed", "canceled", "error"]))
    task.instruction = draw(st.none() | ANY_TEXT)
    task.callback_url = draw(st.none() | ANY_TEXT)
    task.callback_succeeded = draw(st.none() | st.booleans())
    task.unique_id = draw(st.none() | ANY_TEXT)
    task.tags = draw(st.none() | st.lists(ANY_TEXT, max_size=3).map(tuple))
    task.priority = draw(st.none() | st.integers(-5, 50))
    task.urgency = draw(ANY_TEXT)
    task.project_param_version = draw(st.none() | st.integers(0, 3))
    task.work_started = draw(st.booleans())
    task.completed_at = draw(st.none() | INSTANTS)
    task.updated_at = draw(INSTANTS)
    task.history = draw(st.none() | HISTORIES)
    return task


def expected(task: Task, *, callback_known: bool = True) -> dict[str, Any]:
    """The task as a dict, written down field by field from the description of the API."""
    body: dict[str, Any] = {
        "task_id": task.task_id,
        "created_at": iso(task.created_at),
        "updated_at": iso(task.updated_at),
        "type": task.type,
        "status": task.status,
        "is_test": task.mode == "test",
        "urgency": task.urgency,
        "project_param_version": task.project_param_version,
        "workStarted": task.work_started,
        "processed_attachments": [],
        "metadata": json.loads(task.metadata),
        "params": json.loads(task.params),
    }
    optional = {
        "completed_at": iso(task.completed_at) if task.completed_at else None,
        "instruction": task.instruction,
        "project": task.project.name if task.project else None,
        "batch": task.batch.name if task.batch else None,
        "callback_url": task.callback_url,
        "unique_id": task.unique_id,
        "tags": None if task.tags is None else list(task.tags),
        "priority": task.priority,
        "callback_succeeded": task.callback_succeeded if callback_known else None,
        "callback_completed": task.callback_succeeded if callback_known else None,
        "response": json.loads(task.response) if task.response is not None else None,
        **history_of(task.history or History()),
    }
    body.update({name: value for name, value in optional.items() if value is not None})
    return body


def history_of(past: History) -> dict[str, Any]:
    comments: Any = past.review_comments
    return {
        "audits": [audit_json(audit) for audit in past.audits],
        "customer_review_status": past.review_status,
        "customer_review_comments": comments if len(comments) > 1 else (*comments, None)[0],
        "times_redone": past.times_redone or None,
        "is_customer_fix": past.is_customer_fix or None,
        "prior_responses": [json.loads(old) for old in past.prior_responses] or None,
    }


def parsed(document: bytes) -> Any:
    """Strictly read: UTF-8 without surrogates, and no key twice."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs), "a key occurs twice"
        return dict(pairs)

    return json.loads(document.decode("utf-8", "strict"), object_pairs_hook=once)


@given(tasks())
def test_a_task_is_what_its_fields_say(task: Task) -> None:
    assert parsed(render_task(task)) == expected(task)
    assert parsed(render_task(task, callback_known=False)) == expected(task, callback_known=False)


@given(tasks())
def test_attachment_urls_are_added_on_demand(task: Task) -> None:
    task.params = encode({"attachment": "http://x/\ud800", "attachments": [{"content": "b"}, 3]})
    body = parsed(render_task(task, attachment_urls=True))
    downloads = body.pop("attachmentS3Downloads")
    assert body == expected(task)
    assert [entry["attachmentURL"] for entry in downloads] == ["http://x/\ud800", "b"]
    assert all(entry["isConvertedImage"] is False for entry in downloads)
    assert len({entry["s3URL"] for entry in downloads}) == 2


@given(tasks())
def test_a_limited_task_has_five_fields(task: Task) -> None:
    assert parsed(render_limited(task)) == {
        "task_id": task.task_id,
        "status": task.status,
        "project": task.project.name if task.project else None,
        "otherVersion": None,
        "metadata": json.loads(task.metadata),
    }


@given(tasks(), st.sampled_from(["completed", "error", "pending"]))
def test_a_callback_holds_status_response_and_task(task: Task, status: str) -> None:
    assert parsed(render_task_callback(task, status=status)) == {
        "task_id": task.task_id,
        "status": status,
        "response": json.loads(task.response) if task.response is not None else None,
        "task": expected(task, callback_known=False),
    }


@given(st.lists(tasks(), max_size=3), st.none() | st.integers(0, 99))
def test_a_page_holds_its_tasks_and_where_it_is(page: list[Task], before: int | None) -> None:
    token = None if before is None else next_token(before)
    body = parsed(
        render_task_page(map(render_task, page), total=9, limit=3, offset=2, next_token=token)
    )
    assert body == {
        "docs": [expected(task) for task in page],
        "total": 9,
        "limit": 3,
        "offset": 2,
        "has_more": token is not None,
        **({} if token is None else {"next_token": token}),
    }


def test_rendering_follows_every_change_of_the_task() -> None:
    """Whatever is cached inside must not outlive a change."""
    project = Project("p", "live", "p", "annotation", "enterprise", START)
    task = Task(
        task_id="0" * 24, seq=0, mode="live", type="annotation", created_at=START, params=b"{}",
        project=project, batch=None,
    )  # fmt: skip
    for name, value in (
        ("urgency", "immediate"),
        ("instruction", "i"),
        ("instruction", "j"),
        ("callback_url", "http://x"),
        ("project_param_version", 0),
        ("project_param_version", 1),
        ("unique_id", "u"),
        ("unique_id", None),
        ("tags", ()),
        ("callback_succeeded", False),
        ("work_started", True),
        ("updated_at", START + timedelta(seconds=1)),
        ("completed_at", START + timedelta(seconds=1)),
        ("response", b"[]"),
        ("metadata", b'{"a":1}'),
    ):
        setattr(task, name, value)
        assert parsed(render_task(task)) == expected(task), name


@given(st.integers(0, 10**9))
def test_tokens_read_back(seq: int) -> None:
    assert position_of(next_token(seq)) == seq


@pytest.mark.parametrize(
    "token",
    ["", "t", "tz", "z", "t1", "1z", "txz", "t-1z", "t+1z", "t 1z", "t1_0z", "T1Z", "t0x1z", "t01z",
     "t1z\n", "t" + "f" * 5000 + "z", "t\N{ARABIC-INDIC DIGIT ONE}z"],
)  # fmt: skip
def test_tokens_that_were_never_given_out_are_known_as_such(token: str) -> None:
    assert position_of(token) is None
