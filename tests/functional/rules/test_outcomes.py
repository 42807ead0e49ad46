"""What rules do to tasks, seen through the official SDK at both doors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from scaleapi.exceptions import ScaleInvalidRequest
from scaleapi.tasks import TaskType

from tests.functional.helpers import CATEGORIES, HOOK, IMAGE, TEXTS, image_task, project

if TYPE_CHECKING:
    from pathlib import Path

    from scaleapi.tasks import Task

    from tests.functional.conftest import OpenDoor
    from tests.functional.doors import Door

GIVEN = {"annotations": {"category": ["public"]}}


def later(door: Door, task: Task, **length: Any) -> Task:
    """The task after some time."""
    if length:
        door.mock.clock.advance(**length)
    else:
        door.settle()
    task.refresh()
    return task


def categories(door: Door, **more: Any) -> Task:
    return door.client().create_task(TaskType.Categorization, **{**CATEGORIES, **more})


def kinds(door: Door, task: Task) -> list[str]:
    return [entry.kind for entry in door.mock.journal.entries(subject=f"live/task/{task.id}")]


def test_positions_count_what_the_fields_hold_for(open_door: OpenDoor) -> None:
    door = open_door(
        rules=[
            {"match": {"type": "imageannotation", "nth": 2}, "outcome": "error", "after": "1h"},
            {"match": {"every": 3}, "outcome": "hold"},
            {"after": "1h"},
        ]
    )
    tasks = [categories(door), *(image_task(door) for _ in range(5))]
    for task in tasks:
        later(door, task, hours=1)
    # The third of all is the second image: that rule comes first, and both have counted it.
    assert [task.status for task in tasks] == [
        *("completed", "completed", "error"),
        *("completed", "completed", "pending"),
    ]


def test_every_rule_counts_also_when_an_earlier_one_decides(open_door: OpenDoor) -> None:
    door = open_door(
        rules=[
            {"match": {"unique_id": "first"}, "outcome": "hold"},
            {"match": {"first": 1}, "outcome": "error"},
            {"after": "1h"},
        ]
    )
    image_task(door, unique_id="first")
    assert later(door, image_task(door), hours=1).status == "completed"
    assert [rule.outcome for rule in door.mock.rules.shadowed()] == ["error"]
    door.mock.rules.remove("rule-2")


def test_a_chance_depends_on_the_task_and_not_on_the_order(open_door: OpenDoor) -> None:
    rules = [{"name": "luck", "match": {"chance": "1/2"}, "outcome": "cancel", "after": 0}]
    names = [f"u-{number}" for number in range(30)]
    fates = []
    for order in (names, names[::-1]):
        door = open_door(rules=rules)
        tasks = {name: image_task(door, unique_id=name) for name in order}
        fates.append({name: later(door, task).status for name, task in tasks.items()})
    assert fates[0] == fates[1]
    assert set(fates[0].values()) == {"canceled", "pending"}


def test_a_window_is_open_for_a_time(open_door: OpenDoor) -> None:
    door = open_door(
        rules=[
            {"match": {"window": {"from": "1h", "until": "2h"}}, "outcome": "error", "after": "1m"},
            {"after": "1m"},
        ]
    )
    found = []
    for _ in range(3):
        found.append(later(door, image_task(door), minutes=1).status)
        door.mock.clock.advance(minutes=59)
    assert found == ["completed", "error", "completed"]


def test_metadata_and_params_are_matched_in_many_ways(open_door: OpenDoor) -> None:
    door = open_door(
        rules=[
            {"match": {"/metadata/a.b": {"range": [0, 10]}}, "outcome": "error", "after": "1m"},
            {"match": {"metadata.kind": {"in": ["x", "y"]}}, "outcome": "hold"},
            {"match": {"params.geometries": {"not": None}}, "outcome": "cancel", "after": 0},
        ]
    )
    tasks = [
        image_task(door, metadata={"a.b": 10}),
        image_task(door, metadata={"kind": "y"}),
        image_task(door, metadata={"a.b": 11, "kind": "z"}),
    ]
    door.mock.clock.advance(minutes=1)
    assert [later(door, task).status for task in tasks] == [
        "error",
        "pending",
        "canceled",
    ]


def test_an_error_names_one_attachment(open_door: OpenDoor) -> None:
    door = open_door(rules=[{"outcome": "error", "error": {"attachment": 1}, "after": "1h"}])
    attachments = [{"type": "image", "content": f"https://x.example.test/{n}.jpg"} for n in "ab"]
    task = door.client().create_task(
        TaskType.TextCollection, **{**TEXTS, "attachments": attachments}
    )
    later(door, task, hours=1)
    assert task.status == "error"
    assert task.response == {
        "error": "One or more attachments could not be downloaded.",
        "attachments": [{"statusCode": 403, "url": "https://x.example.test/b.jpg"}],
    }


def test_a_redone_task_is_recalled_and_completed_again(open_door: OpenDoor) -> None:
    door = open_door(rules=[{"name": "twice", "after": "2h", "redo": {"times": 2, "after": "30m"}}])
    task = image_task(door, callback_url=HOOK)
    seen = []
    for _ in range(5):
        later(door, task, minutes=30 if seen and seen[-1][0] == "completed" else 120)
        seen.append((task.status, task.as_dict().get("times_redone", 0)))
    assert [status for status, _ in seen] == [
        "completed",
        "pending",
        "completed",
        "pending",
        "completed",
    ]
    assert later(door, task, days=30).status == "completed"
    sent = [(one.reason, one.status) for one in door.mock.callbacks.received]
    assert sent == [("completed", "completed"), ("recalled", "pending")] * 2 + [
        ("completed", "completed")
    ]
    assert kinds(door, task).count("task.redone") == 2


def test_reviews_follow_with_their_own_delays(open_door: OpenDoor) -> None:
    door = open_door(
        rules=[
            {
                "after": "1h",
                "reviews": [
                    {"result": "rejected", "after": "3h", "comments": "Loose.", "redo": True},
                    {"result": "fixed", "after": "1h", "response": {"annotations": []}},
                    "accepted",
                ],
            }
        ]
    )
    task = image_task(door)
    assert later(door, task, hours=1).status == "completed"
    later(door, task, hours=3)
    assert (task.status, task.customer_review_status) == ("pending", "rejected")
    assert later(door, task, hours=1).status == "completed"
    later(door, task, hours=1)
    assert (task.customer_review_status, task.response) == ("fixed", {"annotations": []})
    later(door, task, hours=1)
    assert task.customer_review_status == "accepted"
    assert task.customer_review_comments == "Loose."
    later(door, task, days=30)
    assert kinds(door, task).count("task.audited") == 3


def test_a_fix_without_labels_leaves_them_as_they_are(open_door: OpenDoor) -> None:
    door = open_door(rules=[{"after": "1h", "reviews": ["fixed"]}])
    task = later(door, image_task(door), hours=1)
    labels = task.response
    later(door, task, hours=1)
    assert (task.customer_review_status, task.response) == ("fixed", labels)


def test_a_rejected_review_alone_sends_nothing_back(open_door: OpenDoor) -> None:
    door = open_door(rules=[{"after": "1h", "reviews": ["rejected", "accepted"]}])
    task = later(door, image_task(door), hours=2)
    assert (task.status, task.customer_review_status) == ("completed", "rejected")
    assert later(door, task, hours=1).customer_review_status == "accepted"


def test_a_rejected_review_and_auto_redo_end(open_door: OpenDoor) -> None:
    door = open_door(auto_redo_rejected=True, rules=[{"after": "1h", "reviews": ["rejected"]}])
    task = later(door, image_task(door), days=10)
    assert (task.status, kinds(door, task).count("task.redone")) == ("completed", 1)


def test_a_redo_by_hand_makes_reviews_wait(open_door: OpenDoor) -> None:
    door = open_door(rules=[{"after": "1h", "reviews": [{"result": "accepted", "after": "5h"}]}])
    task = later(door, image_task(door), hours=1)
    door.mock.clock.advance(hours=4, minutes=30)
    door.mock.tasks.redo(task)
    later(door, task, hours=1)
    assert task.status == "completed"
    assert "task.audited" not in kinds(door, task)
    assert later(door, task, hours=5).customer_review_status == "accepted"


def test_a_partial_answer_still_fits(open_door: OpenDoor) -> None:
    answers = []
    for rule in ({"after": 0}, {"after": 0, "partial": 0.5}):
        door = open_door(rules=[rule])
        tasks = [image_task(door, unique_id=f"u-{number}") for number in range(10)]
        answers.append([later(door, task).response["annotations"] for task in tasks])
    types = door.mock._world.core.task_types
    assert max(map(len, answers[0])) > 1
    for whole, part in zip(*answers, strict=True):
        assert len(part) == round(len(whole) * 0.5)
        assert all(label in whole for label in part)
        assert types.check_response("imageannotation", {"annotations": part}) == []


def test_given_responses_come_from_values_files_templates_and_functions(
    open_door: OpenDoor, tmp_path: Path
) -> None:
    (tmp_path / "labels.json").write_text(json.dumps(GIVEN))
    (tmp_path / "rules.toml").write_text(
        "[[rule]]\n"
        'match = { type = "categorization", unique_id = "file" }\n'
        'response = { file = "labels.json" }\nafter = 0\n'
        "[[rule]]\n"
        'match = { unique_id = "template-*" }\nafter = 0\n'
        "[rule.response.template.annotations]\n"
        'category = ["{metadata.kind}"]\n'
    )
    seen: list[Any] = []

    def answer(task: dict[str, Any]) -> dict[str, Any]:
        seen.append(task["unique_id"])
        return {"annotations": {"category": ["private"]}}

    door = open_door(
        rules=[
            {"match": {"unique_id": "value"}, "response": {"value": GIVEN}, "after": 0},
            str(tmp_path / "rules.toml"),
            {"match": {"unique_id": "function"}, "response": answer, "after": 0},
        ]
    )
    found = {}
    for name in ("value", "file", "template-1", "function"):
        task = categories(door, unique_id=name, metadata={"kind": "private"})
        found[name] = later(door, task).response["annotations"]["category"]
    assert found == {
        "value": ["public"],
        "file": ["public"],
        "template-1": ["private"],
        "function": ["private"],
    }
    assert seen == ["function"]


def test_a_response_that_does_not_fit_holds_the_task_and_says_so(open_door: OpenDoor) -> None:
    door = open_door(
        rules=[{"name": "bad", "response": {"value": {"annotations": 7}}, "after": "1h"}]
    )
    task = image_task(door)
    with pytest.raises(
        Exception, match='The response of rule "bad" does not fit the schema of image'
    ):
        door.mock.clock.advance(hours=1)
    task.refresh()
    assert task.status == "pending"
    assert "$.annotations" in str(door.mock.explain(task))
    door.mock._world.broken.clear()


def test_metadata_steer_a_task_in_any_language(open_door: OpenDoor) -> None:
    door = open_door(rules=[{"name": "all", "outcome": "hold"}])
    reply = door.post(
        "/task/imageannotation",
        json={
            **IMAGE,
            "metadata": {"scale_mock": {"after": "5m", "outcome": "error", "error": "No."}},
        },
    )
    task = door.client().get_task(reply.json()["task_id"])
    later(door, task, minutes=5)
    assert (task.status, task.response) == ("error", {"error": "No."})
    assert door.mock.explain(task).decided_by == "metadata.scale_mock"
    assert door.mock.rules.shadowed()
    door.mock.rules.clear()


def test_a_wrong_wish_of_metadata_is_refused_when_the_task_is_created(door: Door) -> None:
    start = (
        "The task's metadata.scale_mock, which tells the mock what is to become of it, is wrong: "
        "metadata.scale_mock: "
    )
    keys = "Keys: outcome, after, error, response, partial, redo, reviews, calibration."
    for wish, problem in [
        ({"afetr": "5m"}, f'afetr: unknown key; did you mean "after"? {keys}'),
        ({"match": {}}, f"match: unknown key. {keys}"),
        (
            {"response": {"file": "/etc/passwd"}},
            "response.file: files are read where rules are written, not for whoever asks over "
            'HTTP; send the response itself as {"value": {...}}',
        ),
        (
            {"response": {"value": {"annotations": 7}}},
            "response.value: does not fit the schema of imageannotation: $.annotations: 7 is not "
            "of type 'array'",
        ),
    ]:
        with pytest.raises(ScaleInvalidRequest) as refused:
            image_task(door, metadata={"scale_mock": wish})
        assert str(refused.value).endswith(start + problem)
    task = image_task(door)
    reply = door.post(f"/task/{task.id}/setMetadata", json={"scale_mock": 5})
    assert reply.status_code == 400


def test_deliveries_come_by_schedule(open_door: OpenDoor) -> None:
    delivery = {"deliver": 2, "every": "weekday", "at": "18:00"}
    # 2024-01-05 is a Friday.
    door = open_door(start_at="2024-01-05T12:00:00Z", rules=[{"after": delivery}])
    tasks = [image_task(door, unique_id=f"u-{number}") for number in range(5)]
    door.mock.clock.advance(days=10)
    for task in tasks:
        task.refresh()
    assert [task.completed_at for task in tasks] == [
        "2024-01-05T18:00:00.000Z",
        "2024-01-05T18:00:00.000Z",
        "2024-01-08T18:00:00.000Z",
        "2024-01-08T18:00:00.000Z",
        "2024-01-09T18:00:00.000Z",
    ]


def test_rules_match_the_version_of_the_project(open_door: OpenDoor) -> None:
    door = open_door(
        rules=[{"match": {"project_version": {"min": 1}}, "outcome": "error", "after": 0}]
    )
    project(door)
    door.post("/projects/bikes/setParams", json={"instruction": "Old."})
    old = image_task(door, project="bikes")
    door.post("/projects/bikes/setParams", json={"instruction": "New."})
    new = image_task(door, project="bikes")
    assert [later(door, task).status for task in (old, new)] == ["pending", "error"]
