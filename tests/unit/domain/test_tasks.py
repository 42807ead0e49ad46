"""Tasks: what a new one takes from its body and project, and what may change afterwards."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock.domain.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

Platform = Any


@contextmanager
def refused(status: int, text: str) -> Iterator[None]:
    with pytest.raises(Refusal, match=text) as found:
        yield
    assert found.value.status == status


def test_params_are_the_projects_overridden_by_the_bodys(platform: Platform) -> None:
    platform.project(params={"a": 1, "b": 1, "instruction": "General.", "callback_url": "http://p"})
    task = platform.task(project="p", b=2, instruction="Own.", tags="solo")
    assert json.loads(task.params) == {"a": 1, "b": 2, "echoed": True}
    assert task.instruction == "Own.\n\nGeneral."
    assert (task.callback_url, task.tags, task.project_param_version) == ("http://p", ("solo",), 0)


def test_own_fields_win_over_the_projects(platform: Platform) -> None:
    platform.project(params={"callback_url": "http://p"})
    task = platform.task(
        project="p", callback_url="http://t", metadata={"k": "v"}, priority=10, urgency="immediate",
        unique_id="u", tags=["b", "a", "b"],
    )  # fmt: skip
    assert task.callback_url == "http://t"
    assert (task.metadata, task.priority, task.urgency) == (b'{"k":"v"}', 10, "immediate")
    assert (task.unique_id, task.tags) == ("u", ("b", "a"))


def test_a_type_fills_its_instruction_in(platform: Platform) -> None:
    assert platform.task(type="imageannotation").instruction == "Look closely."
    assert platform.task(type="imageannotation", instruction="Own.").instruction == "Own."
    assert platform.task().instruction is None


def test_null_counts_as_absent(platform: Platform) -> None:
    task = platform.task(metadata=None, unique_id=None, project=None, size=None)
    assert (task.metadata, task.unique_id, task.project) == (b"{}", None, None)
    assert json.loads(task.params) == {"echoed": True}


@pytest.mark.parametrize("field", ["project_version", "project_param_version"])
def test_a_version_can_be_chosen_or_declined(platform: Platform, field: str) -> None:
    platform.project(params={"a": 1})
    platform.projects.set_params(platform.live, "p", {"a": 2})
    assert platform.task(project="p").project_param_version == 1
    old = platform.task(project="p", **{field: 0})
    assert (old.project_param_version, json.loads(old.params)["a"]) == (0, 1)
    none = platform.task(project="p", **{field: -1})
    assert (none.project_param_version, json.loads(none.params)) == (None, {"echoed": True})
    with refused(400, 'Project "p" has no version 2. Versions: 0, 1.'):
        platform.task(project="p", **{field: 2})
    with refused(400, f'"{field}" must be a number'):
        platform.task(project="p", **{field: "x"})


def test_an_id_is_the_second_and_the_identity(platform: Platform) -> None:
    """An unrelated call changes nothing about a task; the same one again is its next occurrence."""
    first = platform.task(unique_id="u", n=1)
    platform.lifecycle.cancel(first, clear_unique_id=True)
    again = platform.task(unique_id="u", n=2)
    other = platform.__class__()
    other.scheduler.advance(timedelta(seconds=9))
    other.task(n=77)
    same = other.task(unique_id="u", n=3)
    assert same.identity == first.identity
    assert same.task_id[:8] == f"{int(first.task_id[:8], 16) + 9:08x}"
    assert again.identity != first.identity


def test_without_a_unique_id_the_body_is_the_identity_but_for_the_callback(
    platform: Platform,
) -> None:
    one, two = platform.__class__(), platform.__class__()
    first = one.task(a=1, b=2, callback_url="http://x.test:1")
    same = two.task(b=2, a=1, callback_url="http://x.test:2")
    assert first.identity == same.identity
    assert one.task(a=1, b=3).identity != two.task(a=1, b=2).identity
    assert one.task(a=1, mode="test").identity != two.task(a=1).identity


def test_unique_ids_and_idempotency_keys_are_taken_once(platform: Platform) -> None:
    first = platform.task(unique_id="u")
    with refused(409, rf'unique_id \("u"\) is already used for a different task \({first.task_id}'):
        platform.task(unique_id="u", n=1)
    platform.task(unique_id="u", mode="test")
    made = platform.tasks.create(platform.live, "annotation", {}, idempotency_key="k")
    with refused(409, rf'idempotency key \("k"\) is already used .* \({made.task_id}\)'):
        platform.tasks.create(platform.live, "annotation", {"n": 2}, idempotency_key="k")
    platform.tasks.create(platform.test, "annotation", {}, idempotency_key="k")


def test_a_refused_create_leaves_nothing_behind(platform: Platform) -> None:
    with refused(400, "bad"):
        platform.task(bad=1)
    with refused(404, "no type nope"):
        platform.task(type="nope")
    with refused(404, "Project with that name not found."):
        platform.task(project="p")
    assert platform.live.tasks == {}
    assert len(platform.core.journal) == 0
    assert platform.scheduler.is_idle


def test_projects_and_batches_must_fit(platform: Platform) -> None:
    platform.project()
    platform.project("q")
    platform.project("text", type="textcollection")
    platform.project("rapid", rapid=True)
    platform.batch()
    with refused(400, 'Batch "b" belongs to project "p", not to "q".'):
        platform.task(batch="b", project="q")
    with refused(400, 'Project "text" is of type textcollection; a task of type annotation'):
        platform.task(project="text")
    with refused(400, 'Project "rapid" is a Rapid project: its tasks need a batch.'):
        platform.task(project="rapid")
    task = platform.task(batch="b")
    assert task.project is platform.live.projects["p"]


def test_strict_fields_name_the_stranger_and_what_is_known(make_platform: Any) -> None:
    platform = make_platform(strict_fields=True)
    with refused(400, '"sise" is not allowed .* strict_fields.* Known: attachment, size'):
        platform.task(attachment="a", sise=1)
    platform.task(attachment="a", size=1, unique_id="u", instruction="i")
    platform.task(type="textcollection", anything=1)


def test_tags_are_set_added_and_removed_in_order_and_once(platform: Platform) -> None:
    task, side = platform.task(tags=["a"]), platform.live
    tasks = platform.tasks
    assert tasks.add_tags(side, task.task_id, ["b", "a", "c"]).tags == ("a", "b", "c")
    assert tasks.delete_tags(side, task.task_id, ["b", "x"]).tags == ("a", "c")
    assert tasks.set_tags(side, task.task_id, ["z", "z", "y"]).tags == ("z", "y")
    with refused(400, '"tags" must contain less than or equal to 5 items'):
        tasks.add_tags(side, task.task_id, ["1", "2", "3", "4"])
    with refused(400, r'"tags\[1\]" must be a string'):
        tasks.set_tags(side, task.task_id, ["a", 1])
    with refused(400, '"tags" must be an array'):
        tasks.set_tags(side, task.task_id, {"a": 1})
    assert task.tags == ("z", "y")
    assert platform.kinds(task.subject).count("task.tags_set") == 3


def test_unique_id_moves_between_tasks(platform: Platform) -> None:
    first, second = platform.task(unique_id="u"), platform.task(n=2)
    side, tasks = platform.live, platform.tasks
    with refused(409, r'unique_id \("u"\) is already used'):
        tasks.set_unique_id(side, second.task_id, "u")
    tasks.set_unique_id(side, first.task_id, "u")
    assert "task.unique_id_set" not in platform.kinds(first.subject), "nothing changed"
    tasks.set_unique_id(side, first.task_id, None)
    tasks.set_unique_id(side, second.task_id, "u")
    assert (first.unique_id, second.unique_id) == (None, "u")
    assert side.task_index.by_unique_id("u") is second


def test_metadata_is_replaced_and_limited_to_10_kb(platform: Platform) -> None:
    task = platform.task(metadata={"old": 1})
    platform.scheduler.advance(timedelta(seconds=3))
    platform.tasks.set_metadata(platform.live, task.task_id, {"new": "é"})
    assert task.metadata == '{"new":"é"}'.encode()
    assert task.updated_at == platform.core.now()
    fits = {"m": "x" * (10 * 1024 - len('{"m":""}'))}
    platform.tasks.set_metadata(platform.live, task.task_id, fits)
    with refused(400, '"metadata" must not exceed 10 KB; it has 10241 bytes'):
        platform.tasks.set_metadata(platform.live, task.task_id, {"m": fits["m"] + "x"})


def test_the_modes_never_see_each_others_tasks(platform: Platform) -> None:
    task = platform.task()
    there = f'The task "{task.task_id}" lives in live mode; a test key cannot see it.'
    with refused(404, there):
        platform.tasks.get(platform.test, task.task_id)
    with refused(404, "Task with that ID not found."):
        platform.tasks.get(platform.test, "nowhere")
    assert platform.tasks.get(platform.live, task.task_id) is task


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("project", "p"),
        ("product_line", "rapid"),
        ("type", "annotation"),
        ("mode", "live"),
        ("batch", "b"),
        ("batch_kind", "calibration"),
        ("tags", ("t",)),
        ("unique_id", "u"),
        ("metadata", {"m": 1}),
        ("params", {"size": 2, "echoed": True}),
    ],
)
def test_a_task_answers_every_name_that_rules_match(
    platform: Platform, name: str, value: object
) -> None:
    platform.project(rapid=True)
    platform.batch(calibration_batch=True)
    task = platform.task(batch="b", tags=["t"], unique_id="u", metadata={"m": 1}, size=2)
    assert task.match_value(name) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [("project", None), ("product_line", "enterprise"), ("batch", None), ("batch_kind", None),
     ("tags", ()), ("unique_id", None), ("metadata", {})],
)  # fmt: skip
def test_a_bare_task_answers_too(platform: Platform, name: str, value: object) -> None:
    assert platform.task().match_value(name) == value
