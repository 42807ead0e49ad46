"""Creating tasks: what they inherit, where they may go, and how they may not exist twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from scaleapi.exceptions import ScaleDuplicateResource, ScaleInvalidRequest, ScaleResourceNotFound
from scaleapi.tasks import TaskType

from scale_mock.tasktypes import TaskTypes
from tests.functional.helpers import HOOK, IMAGE, batch, image_task, ok, project, refused

if TYPE_CHECKING:
    from tests.functional.doors import Door

CREATE = "/task/imageannotation"
PARAMS = {"geometries": IMAGE["geometries"], "padding": 3}


def test_fresh_live_task_has_the_documented_fields(door: Door) -> None:
    project(door, params={"instruction": "Box."})
    batch(door)
    body = {"batch": "w1", "unique_id": "u", "tags": ["w4"], "priority": 20, "callback_url": HOOK}
    task = image_task(door, metadata={"row": 17}, **body).as_dict()
    assert task == {
        "task_id": task["task_id"],
        "created_at": "2024-01-01T00:00:00.000Z",
        "updated_at": "2024-01-01T00:00:00.000Z",
        "type": "imageannotation",
        "status": "pending",
        "is_test": False,
        "urgency": "standard",
        "project_param_version": 0,
        "workStarted": False,
        "processed_attachments": [],
        "instruction": "Box.",
        "project": "bikes",
        "audits": [],
        "metadata": {"row": 17},
        "params": IMAGE,
        **body,
    }
    assert (len(task["task_id"]), task["task_id"][:8]) == (24, "65920080")
    int(task["task_id"], 16)


def test_what_was_not_given_is_absent(door: Door) -> None:
    task = image_task(door).as_dict()
    absent = {
        "completed_at", "response", "callback_url", "callback_succeeded", "callback_completed",
        "unique_id", "tags", "priority", "project", "batch", "instruction", "times_redone",
        "customer_review_status", "customer_review_comments", "prior_responses",
        "is_customer_fix", "attachmentS3Downloads",
    }  # fmt: skip
    assert absent & set(task) == set()
    assert (task["metadata"], task["audits"], task["project_param_version"]) == ({}, [], None)


@pytest.mark.parametrize("name", [kind.value for kind in TaskType])
def test_every_type_of_the_sdk_is_known(door: Door, name: str) -> None:
    status, text = refused(door.post(f"/task/{name}", json={"metadata": 1}))
    assert (status, '"metadata" must be of type object' in text) == (400, True)


def test_unknown_type_lists_the_known_ones(door: Door) -> None:
    names = ", ".join(TaskTypes().names)
    assert refused(door.post("/task/imagerecognition", json={})) == (
        400,
        f'Parameter is invalid, reason: "type" must be one of [{names}]',
    )


def test_alias_is_answered_with_the_canonical_name(door: Door) -> None:
    body = {"attachment_type": "text", "attachment": "car", "categories": ["a"]}
    assert ok(door.post("/task/categorize", json=body))["type"] == "categorization"
    assert ok(door.get("/tasks?type=categorize"))["total"] == 1


def test_batch_alone_joins_its_project(door: Door) -> None:
    project(door)
    batch(door)
    task = image_task(door, batch="w1")
    assert (task.project, task.batch) == ("bikes", "w1")


def test_project_params_are_inherited_and_overridden(door: Door) -> None:
    project(door, params={**PARAMS, "callback_url": HOOK})
    client = door.client()
    own = {"attachment": IMAGE["attachment"], "project": "bikes"}
    inherits = client.create_task(TaskType.ImageAnnotation, **own)
    assert inherits.params == {**PARAMS, "attachment": IMAGE["attachment"]}
    assert inherits.callback_url == HOOK
    overrides = client.create_task(
        TaskType.ImageAnnotation, padding=9, callback_url="a@b.test", **own
    )
    assert (overrides.params["padding"], overrides.callback_url) == (9, "a@b.test")


def test_project_instruction_follows_the_tasks_own(door: Door) -> None:
    project(door, params={"instruction": "Project text."})
    assert image_task(door, project="bikes").instruction == "Project text."
    task = image_task(door, project="bikes", instruction="Task text.")
    assert task.instruction == "Task text.\n\nProject text."


@pytest.mark.parametrize("word", ["project_version", "project_param_version"])
def test_project_version_can_be_chosen(door: Door, word: str) -> None:
    project(door, params={"padding": 0})
    for padding in (1, 2):
        door.client().update_project("bikes", padding=padding)
    assert image_task(door, project="bikes").params["padding"] == 2
    task = image_task(door, project="bikes", **{word: 1})
    assert (task.params["padding"], task.project_param_version) == (1, 1)
    free = image_task(door, project="bikes", **{word: -1})
    assert ("padding" in free.params, free.project_param_version) == (False, None)
    assert word not in free.params


def test_later_params_leave_existing_tasks_alone(door: Door) -> None:
    project(door, params={"padding": 0})
    task = image_task(door, project="bikes")
    door.client().update_project("bikes", padding=1)
    task.refresh()
    assert (task.params["padding"], task.project_param_version) == (0, 0)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"priority": 15}, '"priority" must be one of [10, 20, 30]'),
        ({"tags": list("abcdef")}, '"tags" must contain less than or equal to 5 items'),
        ({"tags": [1]}, '"tags[0]" must be a string'),
        ({"metadata": []}, '"metadata" must be of type object'),
        ({"callback_url": "hooks.test/x"}, '"callback_url" must be a valid uri'),
        ({"unique_id": ""}, '"unique_id" is not allowed to be empty'),
        ({"unique_id": 7}, '"unique_id" must be a string'),
        ({"urgency": "now"}, '"urgency" must be one of [immediate, day, week, standard]'),
        ({"project_version": -2}, '"project_version" must be greater than or equal to -1'),
        ({"geometries": None}, '"geometries" is required'),
        ({"attachment": "1.jpg"}, '"attachment" must be a valid uri'),
        ({"project": 3}, '"project" must be a string'),
        ({"batch": ["w1"]}, '"batch" must be a string'),
        ({"instruction": 5}, '"instruction" must be a string'),
    ],
)
def test_wrong_field_is_refused_by_name(door: Door, wrong: Any, reason: str) -> None:
    expected = (400, f"Parameter is invalid, reason: {reason}")
    assert refused(door.post(CREATE, json={**IMAGE, **wrong})) == expected
    assert ok(door.get("/tasks"))["total"] == 0


def test_metadata_above_10_kb_is_refused(door: Door) -> None:
    fits = {"a": "x" * (10 * 1024 - 8)}
    assert image_task(door, metadata=fits).metadata == fits
    with pytest.raises(ScaleInvalidRequest, match="10 KB"):
        image_task(door, metadata={"a": "x" * (10 * 1024 - 7)})


def test_metadata_is_measured_in_bytes(door: Door) -> None:
    with pytest.raises(ScaleInvalidRequest, match="10 KB"):
        image_task(door, metadata={"a": "é" * 6_000})


def test_unknown_params_are_kept(door: Door) -> None:
    assert image_task(door, colour="red", force=True).params == {**IMAGE, "colour": "red"}


def test_attachment_from_an_upload_is_accepted(door: Door) -> None:
    file = door.client().import_file("https://img.example.test/1.jpg")
    assert (
        image_task(door, attachment=file.attachment_url)
        .params["attachment"]
        .startswith("scaledata://")
    )


def test_missing_project_and_batch_are_404(door: Door) -> None:
    for name, text in (("project", "Project"), ("batch", "Batch")):
        with pytest.raises(ScaleResourceNotFound, match=f"{text} with that name not found."):
            image_task(door, **{name: "nowhere"})


def test_duplicate_unique_id_is_409_over_projects_and_types(door: Door) -> None:
    project(door)
    first = image_task(door, unique_id="u", project="bikes")
    body = {"instruction": "?", "attachment_type": "text", "attachment": "x", "categories": ["a"]}
    with pytest.raises(ScaleDuplicateResource) as caught:
        door.client().create_task(TaskType.Categorization, unique_id="u", **body)
    assert caught.value.message == (
        f'The unique_id ("u") is already used for a different task ({first.id}).'
    )
    assert ok(door.get("/tasks"))["total"] == 1


def test_without_unique_id_and_key_every_post_is_a_new_task(door: Door) -> None:
    assert len({image_task(door).id for _ in range(5)}) == 5


def test_idempotency_key_makes_no_second_task_and_ignores_the_body(door: Door) -> None:
    headers = {"Idempotency-Key": "k"}
    first = ok(door.post(CREATE, json=IMAGE, headers=headers))
    other = door.post(CREATE, json={**IMAGE, "unique_id": "other"}, headers=headers)
    assert refused(other) == (
        409,
        f'The idempotency key ("k") is already used for a different task ({first["task_id"]}).',
    )
    assert ok(door.get("/tasks"))["total"] == 1
    assert ok(door.post(CREATE, json=IMAGE, headers=headers, mode="test"))["is_test"] is True


def test_a_refused_create_does_not_use_up_its_idempotency_key(door: Door) -> None:
    headers = {"Idempotency-Key": "k"}
    refused(door.post(CREATE, json={}, headers=headers))
    ok(door.post(CREATE, json=IMAGE, headers=headers))


def test_error_frees_the_unique_id_only_if_asked_to(door: Door) -> None:
    kept = image_task(door, unique_id="kept")
    freed = image_task(door, unique_id="freed", clear_unique_id_on_error=True)
    for task in (kept, freed):
        door.mock.tasks.fail(task)
        task.refresh()
    assert (kept.unique_id, hasattr(freed, "unique_id")) == ("kept", False)
    assert image_task(door, unique_id="freed").id != freed.id
    with pytest.raises(ScaleDuplicateResource):
        image_task(door, unique_id="kept")


def test_limit_of_tasks_is_named(open_door: Any) -> None:
    door = open_door(tasks_max=1)
    image_task(door)
    with pytest.raises(ScaleInvalidRequest, match="tasks_max"):
        image_task(door)
