"""Owns the rest of the refusals' cases: audits, files, the team, Studio and quality tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scaleapi.tasks import TaskType
from scaleapi.teams import TeammateRole

from scale_mock.sim.ids import uuid_text
from tests.functional.api.refusal_cases import ANN, BOB, LARGE, case
from tests.functional.helpers import (
    IMAGE,
    batch,
    completed_task,
    image_task,
    project,
    studio_team,
)

if TYPE_CHECKING:
    from requests import Response

    from tests.functional.doors import Door

FRAMES = {
    "project": "roads",
    "attachments": ["https://lidar.example.test/0.json", "https://lidar.example.test/1.json"],
    "labels": ["Car"],
}


def lidar(door: Door, *, frames: object = None, is_completed: bool = True) -> tuple[Response, str]:
    """A segmentation that builds on a lidar task of two frames; the reply and that task's id."""
    client = door.client()
    client.create_project("roads", TaskType.LidarAnnotation)
    client.create_project("points", TaskType.LidarSegmentation)
    source = client.create_task(TaskType.LidarAnnotation, **FRAMES)
    if is_completed:
        door.mock.tasks.complete(source)
    body = {"project": "points", "lidar_task": source.id, "lidar_task_frames": frames or [0]}
    return door.post("/task/lidarsegmentation", json={**body, "labels": ["Road"]}), source.id


@case()
def not_auditable(door: Door) -> tuple[Response, str]:
    reply = door.post(f"/task/{image_task(door).id}/audit", json={"accepted": True})
    return reply, "Only a completed task can be audited; this one is pending."


@case()
def fix_needs_response(door: Door) -> tuple[Response, str]:
    path = f"/_mock/tasks/{completed_task(door).id}/audit"
    return door.request("POST", path, json={"result": "fixed"}), (
        "A fix comes with the corrected response, other results without one; got fixed."
    )


@case()
def audit_not_found(door: Door) -> tuple[Response, str]:
    return door.get("/audits", params={"id": "a1"}), "Audit with that ID not found."


@case()
def not_pending(door: Door) -> tuple[Response, str]:
    reply = door.request("POST", f"/_mock/tasks/{completed_task(door).id}/complete")
    return reply, "Cannot complete this task: it is completed, not pending."


@case()
def not_redoable(door: Door) -> tuple[Response, str]:
    reply = door.request("POST", f"/_mock/tasks/{image_task(door).id}/redo")
    return reply, "Only a completed task can be sent back; this one is pending."


@case()
def no_callback(door: Door) -> tuple[Response, str]:
    return door.post(f"/task/{completed_task(door).id}/send_callback"), (
        "Only a completed or errored task with a callback_url can send its callback again."
    )


@case()
def not_completed(door: Door) -> tuple[Response, str]:
    task = image_task(door)
    secret = uuid_text(door.mock.seed, "live", "response", task.id)
    reply = door.get(f"/task/{task.id}/response_url/{secret}")
    return reply, "This task has no response: it is pending."


@case(file_bytes_max=100)
def file_too_big(door: Door) -> tuple[Response, str]:
    reply = door.post("/files/upload", files={"file": ("a.png", LARGE)})
    return reply, "The file has more than 100 bytes, the most that can be uploaded."


@case(files_bytes_max=150)
def files_full(door: Door) -> tuple[Response, str]:
    assert door.post("/files/upload", files={"file": ("a.png", LARGE)}).status_code == 200
    return door.post("/files/upload", files={"file": ("b.png", LARGE)}), (
        "The uploaded files have more than 150 bytes (setting files_bytes_max of the mock)."
    )


@case()
def reference_id_taken(door: Door) -> tuple[Response, str]:
    file = door.client().import_file("https://img.example.test/1.jpg", reference_id="r1")
    body = {"file_url": "https://img.example.test/2.jpg", "reference_id": "r1"}
    return door.post("/files/import", json=body), (
        f'The reference_id ("r1") is already used for a different file ({file.id}).'
    )


@case()
def bad_cursor(door: Door) -> tuple[Response, str]:
    project(door)
    reply = door.get("/files", params={"project": "bikes", "cursor": "abc"})
    return reply, 'Parameter is invalid, reason: "cursor" is not one that was given out'


@case()
def unknown_teammate(door: Door) -> tuple[Response, str]:
    reply = door.post("/teams/set_role", json={"emails": [ANN, BOB], "team_role": "labeler"})
    return reply, f"No teammate has this e-mail: {ANN}, {BOB}."


@case()
def admin_role(door: Door) -> tuple[Response, str]:
    body = {"emails": ["admin@example.test"], "team_role": "labeler"}
    reply = door.post("/teams/set_role", json=body)
    return reply, "The role of an admin cannot be changed: admin@example.test."


@case()
def not_studio(door: Door) -> tuple[Response, str]:
    project(door)
    return door.get("/studio/projects/bikes/groups"), 'Project "bikes" is not a Studio project.'


@case()
def not_studio_batch(door: Door) -> tuple[Response, str]:
    project(door)
    batch(door)
    reply = door.put("/studio/batches/w1", json={"groups": []})
    return reply, 'Batch "w1" does not belong to a Studio project.'


@case()
def not_assigned(door: Door) -> tuple[Response, str]:
    studio_team(door, ANN)
    door.client().invite_teammates([BOB], TeammateRole.Labeler)
    reply = door.post("/studio/projects/bikes/groups", json={"name": "g", "emails": [ANN, BOB]})
    return reply, f'These teammates are not assigned to project "bikes": {BOB}.'


@case()
def group_exists(door: Door) -> tuple[Response, str]:
    studio_team(door, ANN)
    door.client().create_project_group("bikes", [], "night")
    reply = door.post("/studio/projects/bikes/groups", json={"name": "night", "emails": [ANN]})
    return reply, 'Project "bikes" already has a group "night".'


@case()
def group_not_found(door: Door) -> tuple[Response, str]:
    studio_team(door, ANN)
    door.client().create_project_group("bikes", [], "night")
    reply = door.put("/studio/projects/bikes/groups/day", json={"add_emails": [ANN]})
    return reply, 'Project "bikes" has no group "day". Its groups: night.'


@case()
def priorities_incomplete(door: Door) -> tuple[Response, str]:
    project(door, studio=True)
    for name in ("a", "b"):
        batch(door, name).finalize()
    body = {"batches": [{"name": "c"}, {"name": "a"}, {"name": "a"}]}
    return door.post("/studio/batches/set_priorities", json=body), (
        "All pending batches must be listed exactly once. Missing: b. Not pending: c. Twice: a."
    )


@case()
def gate_calibration(door: Door) -> tuple[Response, str]:
    project(door, rapid=True)
    reply = door.post("/batches", json={"name": "a", "project": "bikes"})
    return reply, (
        'A production batch of the Rapid project "bikes" needs a calibration batch that has been '
        'finalized. It has none: create one with POST /v1/batches and "calibration_batch": true '
        "(client.create_batch), add tasks to it and finalize it with POST "
        "/v1/batches/NAME/finalize (client.finalize_batch). The mock's setting rapid_gate says how "
        "much is needed."
    )


@case(rapid_gate="full")
def gate_full(door: Door) -> tuple[Response, str]:
    project(door, rapid=True)
    batch(door, "c", calibration_batch=True).finalize()
    batch(door, "a")
    return door.post("/batches/a/finalize"), (
        'Batch "a" cannot be finalized yet (setting rapid_gate="full" of the mock). Its project is '
        "missing: a calibration score of at least 80 (no calibration task was audited yet: POST "
        "/v1/task/TASK_ID/audit, task.audit); an evaluation task (POST "
        "/v1/evaluation_tasks/imageannotation, client.create_evaluation_task); a training task "
        "(POST /v1/training_tasks/imageannotation, client.create_training_task)."
    )


@case()
def calibration_not_rapid(door: Door) -> tuple[Response, str]:
    project(door)
    return door.request("GET", "/_mock/projects/bikes/calibration"), (
        'Project "bikes" is not a Rapid project: calibration exists in Rapid projects only.'
    )


@case()
def response_invalid(door: Door) -> tuple[Response, str]:
    project(door, rapid=True)
    own = batch(door, "own", self_label_batch=True)
    task = image_task(door, batch="own")
    own.finalize()
    body = {"response": {"annotations": "none"}}
    return door.request("POST", f"/_mock/tasks/{task.id}/complete", json=body), (
        "The response does not fit a task of type imageannotation: $.annotations: 'none' is not of "
        "type 'array'. Correct it, or pass validate = false to complete the task with it all the "
        "same."
    )


@case()
def quality_type(door: Door) -> tuple[Response, str]:
    return door.post("/evaluation_tasks/transcription", json={}), (
        "Evaluation tasks of type transcription are not supported. Supported types: "
        "categorization, documenttranscription, imageannotation, namedentityrecognition, "
        "segmentannotation, textcollection, videoplaybackannotation."
    )


@case()
def quality_not_rapid(door: Door) -> tuple[Response, str]:
    project(door)
    body = {**IMAGE, "project": "bikes", "expected_response": {}}
    return door.post("/training_tasks/imageannotation", json=body), (
        'Project "bikes" is not a Rapid project: training tasks exist in Rapid projects only.'
    )


@case()
def quality_not_found(door: Door) -> tuple[Response, str]:
    reply = door.get("/quality/labelers", params={"quality_task_ids": ["q1", "q2"]})
    return reply, "No quality task has this ID: q1, q2."


@case()
def source_type(door: Door) -> tuple[Response, str]:
    door.client().create_project("points", TaskType.LidarSegmentation)
    task = completed_task(door)
    body = {"project": "points", "lidar_task": task.id, "labels": ["Road"]}
    return door.post("/task/lidarsegmentation", json=body), (
        'Parameter is invalid, reason: "lidar_task" must be the id of a lidarannotation task; '
        f"task {task.id} is of type imageannotation."
    )


@case()
def source_not_completed(door: Door) -> tuple[Response, str]:
    reply, task_id = lidar(door, is_completed=False)
    return reply, (
        'Parameter is invalid, reason: "lidar_task" must be the id of a completed task; '
        f"task {task_id} is pending. Wait until it is completed."
    )


@case(stuck_polls_max=3)
def stuck_poll(door: Door) -> tuple[Response, str]:
    door.mock.rules.add(name="day", after="1d")
    task = image_task(door)
    for _ in range(2):
        assert door.get(f"/task/{task.id}").status_code == 200
    return door.get(f"/task/{task.id}"), (
        f"live/task/{task.id} was read 3 times while the clock stood at 2024-01-01T00:00:00.000Z, "
        "unchanged: nothing will change by reading. It waits for the start of work at "
        "2024-01-01T00:05:00.000Z (in 5 min), "
        "then its end at 2024-01-02T00:00:00.000Z (in 1 day). "
        "To move it: mock.clock.advance_to('2024-01-02T00:00:00.000Z'), or an assertion that "
        "waits for it. Switches: mock.clock.advance() or POST /_mock/clock/advance moves the "
        "clock; clock='autojump' moves it with every poll; absorb_sleep=True moves it with the "
        "sleep of "
        "the code that polls (setting stuck_polls_max of the mock)."
    )


@case()
def source_frame(door: Door) -> tuple[Response, str]:
    reply, task_id = lidar(door, frames=[1, 2])
    return reply, (
        'Parameter is invalid, reason: "lidar_task_frames[1]" must be less than or equal to 1; '
        f"task {task_id} has 2 frames, counted from 0."
    )


@case()
def not_invited(door: Door) -> tuple[Response, str]:
    studio_team(door, ANN)
    reply = door.request("POST", "/_mock/studio/accept", json={"emails": [ANN]})
    return reply, f"No invitation of these teammates waits to be accepted: {ANN}."


@case(studio_invitations="pending", studio_invitation_s=60)
def invitation_expired(door: Door) -> tuple[Response, str]:
    studio_team(door, ANN)
    door.mock.clock.advance(minutes=1)
    reply = door.request("POST", "/_mock/studio/accept", json={"emails": [ANN]})
    return reply, (
        f"These invitations have expired: {ANN}. Invite them again with POST /teams/invite."
    )


@case()
def not_live(door: Door) -> tuple[Response, str]:
    project(door, mode="test", studio=True)
    reply = door.request("PUT", "/_mock/studio/projects/bikes", json={"reviews": 1})
    return reply, (
        "Test mode has no workforce: its tasks are answered at once. Use a live key for the "
        'workforce of project "bikes".'
    )


@case()
def not_consensus(door: Door) -> tuple[Response, str]:
    project(door, studio=True)
    reply = door.request("PUT", "/_mock/studio/projects/bikes", json={"attempts": 2})
    return reply, (
        'Project "bikes" is not a consensus project: one labeler attempts each task. Create it '
        'with pipeline "consensus_task" to have several.'
    )


@case()
def unknown_key(door: Door) -> tuple[Response, str]:
    reply = door.request("PUT", "/_mock/clock", json={"mod": "manual"})
    return reply, 'Unknown key "mod"; did you mean "mode"? Keys: mode, rate.'


@case()
def body_missing(door: Door) -> tuple[Response, str]:
    reply = door.request("POST", "/_mock/rules")
    return reply, (
        "Invalid body: expected a JSON object or an array of objects, but nothing was sent with "
        "the request."
    )


@case()
def body_wrapped(door: Door) -> tuple[Response, str]:
    reply = door.request("POST", "/_mock/rules", json={"rules": [{"after": "2h"}]})
    return reply, (
        "Invalid body: expected one object or an array of them, got an object around an array. "
        'Send what "rules" holds.'
    )


@case()
def root_not_found(door: Door) -> tuple[Response, str]:
    reply = door.request("GET", "/_mock")
    return reply, (
        "Not Found: there is nothing at /_mock itself. This is scale_mock: Scale's API is below "
        "/v1 and /v2, the mock's own below /_mock, for example GET /_mock/health."
    )


@case()
def unknown_parameter(door: Door) -> tuple[Response, str]:
    reply = door.request("GET", "/_mock/journal?aftr=1")
    return reply, 'Unknown query parameter "aftr"; did you mean "after"? Parameters: after, format.'


@case()
def control_key(door: Door) -> tuple[Response, str]:
    reply = door.request("GET", "/_mock/clock", key="dummy_api_key")
    return reply, (
        "The control API finds its world by the API key, and this request has a key of another "
        "form. A key is live_NAME or test_NAME, sent with Basic (the key as user, no password: "
        "curl -u live_NAME:) or as Authorization: Bearer live_NAME."
    )
