"""What a failed comparison of Scale's objects says; of everything else pytest says it."""

from __future__ import annotations

import subprocess
import sys
from enum import Enum
from typing import TYPE_CHECKING, Any

import pytest
from scaleapi.batches import Batch, BatchStatus
from scaleapi.projects import Project
from scaleapi.tasks import Task, TaskStatus

from scale_mock.callbacks.records import Attempt, Callback
from scale_mock.pytest_plugin.comparing import compared, explain
from scale_mock.sim.instants import EPOCH

if TYPE_CHECKING:
    from tests.plugin.conftest import Run

ID = "65920080d799a03b96f57c87"
OTHER = "65920080b70d2d586a73caa3"
NO_EQ = "Task has no __eq__: == asks for one and the same object. "


@pytest.fixture(autouse=True)
def _width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "140")


def task_json(task_id: str = ID, **more: object) -> dict[str, Any]:
    return {
        "task_id": task_id,
        "created_at": "2024-01-01T00:00:00.000Z",
        "type": "categorization",
        "status": "pending",
        **more,
    }


def task(task_id: str = ID, **more: object) -> Task:
    return Task(task_json(task_id, **more), None)


def callback(**more: Any) -> Callback:
    said: dict[str, Any] = {
        "id": "cb_1",
        "owner": "task",
        "subject": ID,
        "mode": "live",
        "status": "completed",
        "reason": "completed",
        "url": "https://app.test/",
        "body": b"{}",
        "headers": {},
        "owed_at": EPOCH,
    }
    return Callback(**{**said, **more})


def test_two_objects_of_one_task_are_compared_by_identity() -> None:
    assert compared("==", task(), task()) == [
        f"Task {ID} == Task {ID}: the same content",
        f"{NO_EQ}Compare task.as_dict() of both",
    ]


def test_the_fields_that_differ_are_named_by_path() -> None:
    one = task(
        response={"annotations": [{"label": "cat", "left": 4}, {"label": "dog"}]}, tags=["a"]
    )
    other = task(
        status="completed",
        response={"annotations": [{"label": "cat", "left": 5.5}, {"label": "dog"}], "n.n": 1},
        completed_at="2024-01-02",
    )
    assert compared("==", one, other) == [
        f"Task {ID} == Task {ID}: 5 fields differ",
        f"{NO_EQ}Compare task.as_dict() of both",
        "  status: 'pending' != 'completed'",
        "  response.annotations[0].left: 4 (int) != 5.5 (float)",
        "  only left: tags=['a']",
        "  only right: completed_at='2024-01-02'",
        "  response: only right: n.n=1",
    ]


def test_the_json_of_tasks_needs_no_hint() -> None:
    assert compared("==", task_json(), task_json(OTHER, tags=["a", "b"])) == [
        f"task {ID} == task {OTHER}: 2 fields differ",
        f"  task_id: '{ID}' != '{OTHER}'",
        "  only right: tags=['a', 'b']",
    ]


def test_the_bodies_of_callbacks_are_compared_likewise() -> None:
    one, other = (
        {"task_id": ID, "status": "completed", "task": task_json(), "response": {"category": said}}
        for said in ("big", "small")
    )
    assert compared("==", one, other) == [
        f"callback {ID} == callback {ID}: 1 field differs",
        "  response.category: 'big' != 'small'",
    ]


def test_an_object_and_its_json_are_two_types() -> None:
    assert compared("==", task(), {"status": "completed"}) == [
        f"Task {ID} == dict: Task is not dict: 4 fields differ",
        f"{NO_EQ}Compare task.as_dict() with what the other one holds",
        "  status: 'pending' != 'completed'",
        "  only left: task_id, created_at, type",
    ]


def test_an_object_and_an_id_are_two_types() -> None:
    assert compared("==", task(), ID) == [
        f"Task {ID} == '{ID}': Task is not str",
        f"{NO_EQ}Compare a field of it, for example task.id",
    ]


def test_lists_are_compared_place_by_place_and_by_length() -> None:
    assert compared("==", [task(), task(OTHER)], [task(status="completed")]) == [
        "2 Task objects == 1 Task object: 2 fields differ",
        "Task has no __eq__: == asks for the very same objects. Compare [one.as_dict() for one in "
        "...], or what names them",
        "  [0].status: 'pending' != 'completed'",
        f"  [1]: only left: Task {OTHER}",
    ]
    assert compared("==", task_json(tags=["a"]), task_json(tags=["b", "c"])) == [
        f"task {ID} == task {ID}: 2 fields differ",
        "  tags: 1 item != 2 items",
        "  tags[0]: 'a' != 'b'",
    ]


def test_membership_is_by_identity_too() -> None:
    hint = (
        "Task has no __eq__: in asks for the very same object. Compare task.id in [one.id for one "
        "in ...]"
    )
    assert compared("in", task(), [task(OTHER), task()]) == [
        f"Task {ID} in 2 objects: the same one, as another object, is among them",
        hint,
        f"  there: {OTHER}, {ID}",
    ]
    assert compared("in", task(), []) == [
        f"Task {ID} in 0 objects: none of them is it",
        hint,
        "  there: nothing",
    ]


def test_a_text_is_no_member_of_the_sdks_enums() -> None:
    assert compared("==", "completed", TaskStatus.Completed) == [
        "'completed' == TaskStatus.Completed: a text is no TaskStatus, though its value is the "
        "same ('completed')",
        "The SDK's objects hold plain texts. Compare with TaskStatus.Completed.value",
    ]
    assert compared("==", BatchStatus.Staging, "completed") == [
        "BatchStatus.Staging == 'completed': a text is no BatchStatus, and its value differs "
        "('staging')",
        "The SDK's objects hold plain texts. Compare with BatchStatus.Staging.value",
    ]


def test_batches_and_projects_are_compared_likewise() -> None:
    said = {"project": "cats", "created_at": "2024-01-01", "metadata": {}}
    one = Batch({"name": "monday", "status": "staging", **said}, None)
    other = Batch({"name": "monday", "status": "completed", **said}, None)
    assert compared("==", one, other) == [
        "Batch monday == Batch monday: 1 field differs",
        "Batch has no __eq__: == asks for one and the same object. Compare batch.as_dict() of both",
        "  status: 'staging' != 'completed'",
    ]
    project = Project({"name": "cats", "type": "categorization", "param_history": []}, None)
    assert compared("==", one, project) == [
        "Batch monday == Project cats: Batch is not Project",
        "Batch and Project have no __eq__: == asks for one and the same object. Compare "
        "batch.as_dict() with what the other one holds",
    ]


def test_callbacks_and_attempts_are_compared_likewise() -> None:
    assert compared("==", callback(), callback(id="cb_2", reason="audited")) == [
        "Callback cb_1 == Callback cb_2: 2 fields differ",
        "Callback has no __eq__: == asks for one and the same object. Compare callback.as_dict() "
        "of both",
        "  id: 'cb_1' != 'cb_2'",
        "  reason: 'completed' != 'audited'",
    ]
    one = Attempt("cb_1", 1, EPOCH, "https://app.test/", 500)
    other = Attempt("cb_1", 2, EPOCH, "https://app.test/", None, "refused")
    assert compared("==", one, other) == [
        "Attempt 1 of cb_1 == Attempt 2 of cb_1: 3 fields differ",
        "  number: 1 != 2",
        "  status: 500 != None",
        "  error: None != 'refused'",
    ]


def test_long_values_are_cut_around_the_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    one, other = (task_json(instruction="x" * 300 + end + "z" * 300) for end in ("cat", "dog"))
    assert compared("==", one, other) == [
        f"task {ID} == task {ID}: 1 field differs",
        f"  instruction: ...'{'x' * 15}cat{'z' * 12}'... != ...'{'x' * 15}dog{'z' * 12}'...",
    ]
    url = f"https://files.test/{'deep/' * 20}"
    found = compared("==", task_json(attachment=f"{url}1.jpg"), task_json(attachment=f"{url}2.jpg"))
    assert found is not None
    assert found[1] == f"  attachment: '{url}1.jpg' != '{url}2.jpg'", "a URL stays whole"
    found = compared("==", task_json(metadata={"note": "y" * 50}), task_json(metadata={}))
    assert found is not None
    assert found[1] == f"  metadata: only left: note='{'y' * 26}..."


def test_many_differences_are_counted_and_shown_on_demand() -> None:
    one = task_json(metadata={f"k{n}": n for n in range(30)})
    other = task_json(metadata={f"k{n}": n + 1 for n in range(30)})
    short = compared("==", one, other)
    assert short is not None
    assert short[0].endswith(": 30 fields differ")
    assert short[-1] == "  ... and 10 more places (-vv shows all)"
    full = compared("==", one, other, full=True)
    assert full is not None
    assert len(full) == 31


class Colour(Enum):
    RED = "red"


class Prickly:
    """A value that cannot be compared, as arrays of some libraries."""

    def __ne__(self, other: object) -> bool:
        raise ValueError("the truth value is ambiguous")


class Mine(Task):  # type: ignore[misc]
    """A user's own class."""


@pytest.mark.parametrize(
    ("op", "left", "right"),
    [
        ("==", {"a": 1}, {"a": 2}),
        ("==", {"task_id": 7, "type": "x", "status": "y", "created_at": 1}, {}),
        ("==", [1, 2], [1, 3]),
        ("==", [task_json()], [task_json(OTHER)]),
        ("==", [task()], [1]),
        ("==", [], []),
        ("==", "red", Colour.RED),
        ("==", "a", "b"),
        ("==", Mine(task_json(), None), Mine(task_json(), None)),
        ("==", task(), None),
        ("!=", task(), task()),
        ("<", task(), task()),
        ("in", task(), "text"),
        ("in", task(), [1]),
        ("in", 1, [task()]),
        ("not in", task(), [task()]),
    ],
)
def test_everything_else_is_left_to_pytest(op: str, left: object, right: object) -> None:
    assert compared(op, left, right) is None


def test_a_comparison_that_cannot_be_told_is_left_to_pytest(pytestconfig: pytest.Config) -> None:
    assert explain(pytestconfig, "==", task(note=Prickly()), task(note=1)) is None


def test_pytest_shows_it(run: Run) -> None:
    result = run(
        """
from scaleapi.tasks import TaskType

def test_same(scale_client):
    task = scale_client.create_task(TaskType.Categorization, attachment_type="text",
                                    attachment="car", categories=["a", "b"])
    assert scale_client.get_task(task.id) == task

def test_models_of_v2(scale_client):
    for name in ("p", "q"):
        scale_client.create_project(name, TaskType.Categorization)
    one, other = scale_client.v2.get_projects().projects
    assert one == other

def test_foreign():
    assert {"a": 1} == {"a": 2}
"""
    )
    result.stdout.fnmatch_lines(
        [
            "E       assert Task * == Task *: the same content",
            "E         Task has no __eq__: == asks for one and the same object. "
            "Compare task.as_dict() of both",
            "E       AssertionError: assert Project * == Project *: 2 fields differ",
            "E           id: '*' != '*'",
            "E           name: 'p' != 'q'",
            "E       AssertionError: assert {'a': 1} == {'a': 2}",
            "E         Differing items:",
        ]
    )


def test_nothing_is_loaded_before_a_comparison_fails() -> None:
    code = (
        "import sys, scale_mock.pytest_plugin\n"
        "names = [f'scale_mock.{name}' for name in ('pytest_plugin.comparing', "
        "'pytest_plugin.differing', 'mock.reports', 'mock.reports.telling')]\n"
        "print([name for name in [*names, 'scaleapi', 'werkzeug'] if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
