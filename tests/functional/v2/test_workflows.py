"""Walks the workflows of the SDK's own v2 tests, and paging to its end, through the SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from scaleapi.api_client.v2 import exceptions

from tests.functional.v2.scene import PROJECT, PROMPT

if TYPE_CHECKING:
    from tests.functional.v2.scene import Scene


GOING = "in_progress"


def status(thing: Any) -> str:
    return str(thing.status.value)


def test_the_account_s_projects_are_listed_and_found_by_id_and_by_name(scene: Scene) -> None:
    (project,) = scene.v2.get_projects().projects
    assert (project.id, project.name) == (scene.project_id, PROJECT)
    assert project.models == ["model-a", "model-b"]
    assert scene.v2.get_project(project_id=project.id) == project
    assert scene.v2.get_project(project_name=PROJECT) == project


def test_a_staging_batch_is_finalized_once(scene: Scene) -> None:
    made = scene.batch(staging_batch=True)
    assert status(made) == "staging"
    task = scene.task(made.name)
    scene.mock.clock.advance(days=30)
    assert status(scene.v2.get_task(task_id=task.task_id)) == "pending"
    assert status(scene.v2.finalize_batch({"batch_id": made.id})) == "in_progress"
    with pytest.raises(exceptions.BadRequestException):
        scene.v2.finalize_batch({"batch_id": made.id})
    scene.mock.clock.advance(days=30)
    done = scene.v2.get_batch(batch_id=made.id)
    assert status(done) == "completed"
    assert done.completed_at is not None


def test_a_cancelled_batch_cannot_be_resumed(scene: Scene) -> None:
    made = scene.batch()
    task = scene.task(made.name)
    cancelled = scene.v2.cancel_batch({"batch_id": made.id})
    assert status(cancelled.batch) == "cancelled"
    assert cancelled.message.startswith("Batch cancellation initiated.")
    assert status(scene.v2.get_task(task_id=task.task_id)) == "canceled"
    with pytest.raises(exceptions.BadRequestException) as caught:
        scene.v2.resume_batch({"batch_id": made.id})
    assert "Batch must be paused to be resumed, current status: cancelled" in caught.value.body


def test_a_paused_batch_stands_still_and_goes_on_where_it_stopped(scene: Scene) -> None:
    made = scene.batch()
    first = scene.task(made.name)
    due = scene.mock._world.find_task(first.task_id).event.due  # type: ignore[union-attr]
    scene.mock.clock.advance(minutes=2)
    assert status(scene.v2.pause_batch({"batch_id": made.id}).batch) == "paused"
    later = scene.task(made.name, template_variables={"prompt": "And of Spain?"})
    scene.mock.clock.advance(days=40)
    for task in (first, later):
        assert status(scene.v2.get_task(task_id=task.task_id)) == "pending"
    assert "it is paused" in str(scene.mock.explain(first))
    assert "resume_batch" in scene.mock.explain_batch("week-10").move
    assert status(scene.v2.resume_batch({"batch_id": made.id}).batch) == "in_progress"
    resumed = scene.mock._world.find_task(first.task_id).event.due  # type: ignore[union-attr]
    assert (resumed - due).days == 40
    scene.mock.clock.advance(days=40)
    assert status(scene.v2.get_batch(batch_id=made.id)) == "completed"


def test_pause_and_cancel_leave_started_tasks_alone(scene: Scene) -> None:
    made = scene.batch()
    started, waiting = scene.task(made.name), scene.task(made.name)
    scene.mock.tasks.start(started)
    scene.v2.pause_batch({"batch_id": made.id})
    scene.mock.clock.advance(days=40)
    assert status(scene.v2.get_task(task_id=started.task_id)) == "completed"
    assert status(scene.v2.get_task(task_id=waiting.task_id)) == "pending"
    assert status(scene.v2.get_batch(batch_id=made.id)) == "paused"
    other = scene.task(made.name)
    scene.mock.tasks.start(other)
    scene.v2.cancel_batch({"batch_id": made.id})
    assert status(scene.v2.get_task(task_id=other.task_id)) == "pending"
    assert status(scene.v2.get_task(task_id=waiting.task_id)) == "canceled"
    assert scene.door.get("/batches/week-10/status").json()["status"] == "in_progress"
    scene.mock.tasks.complete(other)
    assert scene.door.get("/batches/week-10/status").json()["status"] == "completed"
    assert status(scene.v2.get_batch(batch_id=made.id)) == "cancelled"


@pytest.mark.parametrize(
    ("start", "moves"),
    [
        ([], {"finalize": None, "pause": "paused", "resume": None, "cancel": "cancelled"}),
        (["pause"], {"finalize": None, "pause": None, "resume": GOING, "cancel": "cancelled"}),
        (["cancel"], dict.fromkeys(["finalize", "pause", "resume", "cancel"])),
        (["staging"], {"finalize": GOING, "pause": None, "resume": None, "cancel": "cancelled"}),
        (["complete"], dict.fromkeys(["finalize", "pause", "resume", "cancel"])),
    ],
    ids=["in_progress", "paused", "cancelled", "staging", "completed"],
)  # fmt: skip
def test_every_move_of_a_batch_is_made_or_refused(
    scene: Scene, start: list[str], moves: dict[str, str | None]
) -> None:
    for move, expected in moves.items():
        made = scene.batch(f"b-{move}", staging_batch="staging" in start)
        if start == ["complete"]:
            scene.done(made.name)
            scene.mock.clock.advance("0s")
        elif start and start != ["staging"]:
            scene.raw("POST", f"/batch/{start[0]}", json={"batch_id": made.id})
        reply = scene.raw("POST", f"/batch/{move}", json={"batch_name": made.name})
        if expected is None:
            assert reply.status_code == 400
            assert "Batch must be " in reply.json()["error"]
        else:
            assert reply.status_code == 200
            body = reply.json()
            assert (body if move == "finalize" else body["batch"])["status"] == expected


def test_a_generator_over_tasks_comes_to_its_end(scene: Scene) -> None:
    ids = [scene.task(template_variables={"prompt": f"p{n}"}).task_id for n in range(7)]
    for limit in (1, 2, 3, 7, 100):
        token, seen = None, []
        for _ in range(20):
            page = scene.v2.get_tasks(project_name=PROJECT, limit=limit, next_token=token)
            seen += [task.task_id for task in page.tasks]
            token = page.next_token
            if token is None:
                break
        assert seen == ids
    assert scene.raw("GET", f"/tasks?project_name={PROJECT}&limit=7").json().keys() == {"tasks"}


def test_v2_get_tasks_of_the_client_pages_to_its_end(scene: Scene, tap: Any) -> None:
    from tests.functional.v2.conftest import through

    ids = [scene.task(template_variables={"prompt": f"p{n}"}).task_id for n in range(5)]
    client = through(scene.door.client(), tap, scene.door)
    found = client.v2_get_tasks(project_name=PROJECT, limit=2)
    assert [task.task_id for task in found] == ids


def test_batches_page_and_are_filtered(scene: Scene) -> None:
    names = [scene.batch(f"b{n}").name for n in range(5)]
    scene.v2.pause_batch({"batch_name": "b3"})
    first = scene.v2.get_batches(project_id=scene.project_id, limit=2)
    rest = scene.v2.get_batches(next_token=first.next_token, limit=4)
    assert [b.name for b in first.batches + rest.batches] == names
    assert rest.next_token is None
    assert [b.name for b in scene.v2.get_batches(status="paused").batches] == ["b3"]
    now = scene.mock.clock.now()
    assert scene.v2.get_batches(created_after=now).batches == []
    assert scene.v2.get_batches(created_before=now).batches == []
    assert scene.v2.get_batches(completed_after=now).batches == []
    scene.mock.clock.advance(seconds=1)
    assert len(scene.v2.get_batches(created_before=scene.mock.clock.now()).batches) == 5


def test_tasks_are_filtered_by_status_batch_and_completion(scene: Scene) -> None:
    scene.batch()
    waiting, done = scene.task("week-10"), scene.done("week-10")
    scene.mock.clock.advance(seconds=5)
    late = scene.done()

    def ids(**wanted: Any) -> list[str]:
        return [task.task_id for task in scene.v2.get_tasks(**wanted).tasks]

    assert ids(batch_name="week-10") == [waiting.task_id, done.task_id]
    assert ids(project_id=scene.project_id, status="completed") == [done.task_id, late.task_id]
    at = scene.mock.clock.now()
    assert ids(project_name=PROJECT, completed_before=at) == [done.task_id]
    assert ids(project_name=PROJECT, completed_after=at) == []
    assert ids(project_name=PROJECT, batch_name="week-10", status="pending") == [waiting.task_id]


def test_metadata_is_replaced_or_merged(scene: Scene) -> None:
    made = scene.batch(metadata={"source": "nightly", "owner": {"team": "eval"}})
    ask = {"batch_id": made.id, "metadata": {"owner": {"tier": 2}}}
    merged = scene.v2.set_batch_metadata({**ask, "merge": True})
    assert merged.metadata == {"source": "nightly", "owner": {"team": "eval", "tier": 2}}
    assert scene.v2.set_batch_metadata(ask).metadata == {"owner": {"tier": 2}}
    task = scene.task(metadata={"a": 1, "b": [1]})
    both = scene.v2.set_task_metadata(
        {"task_id": task.task_id, "metadata": {"b": [2]}, "merge": True}
    )
    assert both.metadata == {"a": 1, "b": [2]}
    assert scene.door.client().get_task(task.task_id).metadata == {"a": 1, "b": [2]}


def test_a_repeated_unique_id_creates_nothing(scene: Scene) -> None:
    body = {"project_name": PROJECT, "template_variables": PROMPT, "unique_id": "u1"}
    first = scene.ok("POST", "/task/chat", json=body)
    again = scene.raw("POST", "/task", json=body)
    assert again.status_code == 409
    assert first["task_id"] in again.json()["error"]
    assert len(scene.v2.get_tasks(project_name=PROJECT).tasks) == 1


def test_both_keys_schemes_are_accepted(scene: Scene) -> None:
    bearer = {"Authorization": f"Bearer {scene.mock.live_key}"}
    assert scene.raw("GET", "/projects", auth=None, headers=bearer).status_code == 200
    assert scene.raw("GET", "/projects").status_code == 200
    scene.v2.api_client.configuration.access_token = "nobody"
    with pytest.raises(exceptions.UnauthorizedException):
        scene.v2.get_projects()


def test_a_test_key_completes_tasks_at_once_and_sees_its_own_world(scene: Scene) -> None:
    with pytest.raises(exceptions.NotFoundException) as caught:
        scene.v2_test.get_project(project_name=PROJECT)
    assert "lives in live mode" in caught.value.body
    scene.mock.projects.set_up("mine", types=["SFT"], mode="test")
    made = scene.v2_test.create_chat_task({"project_name": "mine", "template_variables": PROMPT})
    assert status(made) == "pending"
    assert status(scene.v2_test.get_task(task_id=made.task_id)) == "completed"
