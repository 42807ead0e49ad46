"""Holds real requests and replies of every operation against the OpenAPI documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scale_mock.api import control, receiver, results, v1, v2
from tests.functional.api.test_operations import DRIVERS
from tests.functional.doors import WireTap
from tests.functional.helpers import IMAGE, completed_task, image_task, ok, studio_team
from tests.functional.openapi.traffic import Traffic, problems
from tests.functional.v2.conftest import v2_of
from tests.functional.v2.scene import PROJECT, Scene
from tests.functional.v2.test_examples import MAKERS

if TYPE_CHECKING:
    from tests.functional.conftest import OpenDoor
    from tests.functional.doors import Door

CONTROL = (*control.OPERATIONS, *receiver.OPERATIONS, *results.OPERATIONS)


@pytest.fixture
def tap(monkeypatch: pytest.MonkeyPatch) -> WireTap:
    """Only the door without a socket can be listened to."""
    return WireTap(monkeypatch)


@pytest.fixture
def traffic(monkeypatch: pytest.MonkeyPatch) -> Traffic:
    return Traffic(monkeypatch)


@pytest.mark.parametrize("name", [operation.name for operation in v1.OPERATIONS])
def test_an_operation_of_v1_is_as_described(traffic: Traffic, door: Door, name: str) -> None:
    DRIVERS[name](door)
    assert name in traffic.answered
    assert traffic.wrong == []


def test_what_a_v1_task_may_have_besides_is_described(traffic: Traffic, door: Door) -> None:
    task = image_task(door, unique_id="u", tags=["t"], priority=20)
    door.mock.tasks.complete(task)
    door.mock.tasks.redo(task)
    door.mock.tasks.complete(task)
    door.mock.tasks.audit(task, "rejected", comments="no")
    for query in ("", "?limited_response=true", "?include_attachment_url=true"):
        ok(door.get(f"/tasks{query}"))
    assert door.get("/task/none").status_code == 404
    assert traffic.wrong == []


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_what_v2_answers_is_as_described(
    traffic: Traffic, door: Door, tap: WireTap, name: str
) -> None:
    MAKERS[name](Scene(door, v2_of(door, tap), v2_of(door, tap, "test")))
    assert traffic.answered & {operation.name for operation in v2.OPERATIONS}
    assert traffic.wrong == []


def test_the_examples_call_every_operation_of_v2(
    traffic: Traffic, door: Door, tap: WireTap
) -> None:
    scene = Scene(door, v2_of(door, tap), v2_of(door, tap, "test"))
    task = scene.done()
    scene.ok("POST", "/task", json={"project_name": PROJECT, "template_variables": {}})
    annotation = scene.v2.get_task(task_id=task.task_id).threads[0].annotations[0]
    scene.v2.get_annotation(annotation_id=annotation.actual_instance.id)
    files = {"f": b"1"}
    made: Any = scene.mock.datasets.deliver("d", [{"response": {}, "files": files}])
    scene.v2.get_dataset_task_response_url(task_id=made["task_ids"][0], attachment_id="f")
    assert {"v2_create_task", "v2_get_annotation"} < traffic.answered
    assert {"v2_get_dataset_task_response_url", "get_dataset_file"} < traffic.answered
    called = {entry["op"] for entry in _manifest() if entry["file"] in MAKERS}
    called |= {name.removeprefix("v2_") for name in traffic.answered}
    assert {operation.name.removeprefix("v2_") for operation in v2.OPERATIONS} <= called
    assert traffic.wrong == []


def test_every_operation_of_the_control_api_is_as_described(
    traffic: Traffic, open_door: OpenDoor
) -> None:
    door = open_door(studio_invitations="pending")

    def control_(method: str, path: str, body: Any = None, **more: Any) -> Any:
        reply = door.request(method, f"/_mock{path}", json=body, **more)
        assert reply.status_code == 200, (path, reply.text)
        is_json = reply.headers["content-type"].startswith("application/json;")
        return reply.json() if is_json else reply.content

    _rules_and_faults(control_)
    _tasks(door, control_)
    _staff(door, control_)
    _studio(door, control_)
    _world(door, control_)
    assert sorted({operation.name for operation in CONTROL} - traffic.answered) == []
    assert traffic.wrong == []


def _rules_and_faults(call: Any) -> None:
    rule = {"match": {"project": "none"}, "after": "2h", "outcome": "error", "error": "no"}
    fault = {"match": {"operation": "list_files", "nth": 1}, "status": 429, "retry_after": 2}
    for path, one in (("/rules", rule), ("/faults", fault)):
        call("POST", path, {**one, "match": {"mode": "test"}})
        first, _ = call("POST", path, [{**one, "name": "a"}, {**one, "match": {}}])["ids"]
        call("GET", path)
        call("DELETE", f"{path}/{first}")
        call("DELETE", path)


def _tasks(door: Door, call: Any) -> None:
    hook = door.mock.callbacks.url
    first = image_task(door, callback_url=hook).id
    call("POST", f"/tasks/{first}/start", {})
    call("POST", f"/tasks/{first}/complete", {"by": "me"})
    call("POST", f"/tasks/{first}/audit", {"result": "rejected", "comments": "no"})
    call("POST", f"/tasks/{first}/redo", {"by": "me"})
    call("POST", f"/tasks/{first}/fail", {"error": "no"})
    call("GET", f"/tasks/{first}/explain")
    call("POST", "/clock/advance", {"by": "1h"})
    (owed, *_) = call("GET", "/callbacks")
    call("POST", f"/callbacks/{owed['id']}/resend")
    auth = {"scale-callback-auth": door.mock.callback_auth("live")}
    call("POST", "/receiver", {"any": 1}, headers=auth)
    call("POST", "/receiver/some/where", {"any": 1}, headers=auth)
    call("GET", "/receiver")


def _staff(door: Door, call: Any) -> None:
    call("POST", "/projects/talks/set_up", {"types": ["Content Understanding"], "models": ["m"]})
    body = {"project_name": "talks", "template_variables": {"prompt": "Read this."}}
    made = [ok(door.request("POST", "/v2/task/chat", json=body))["task_id"] for _ in range(2)]
    for task_id in made:
        call("POST", f"/tasks/{task_id}/complete", {})
    call("POST", "/deliver", {"project": "talks", "name": "first"})
    shown = ok(door.request("GET", f"/v2/task?task_id={made[0]}"))
    files = [
        annotation["value"][0]["url"]
        for turn in shown["threads"][0]["turns"]
        for message in turn["messages"]
        for annotation in message["annotations"]
        if annotation["type"] == "file"
    ]
    assert door.request("GET", files[0].removeprefix(door.url)).status_code == 200
    call("POST", f"/tasks/{made[0]}/report", {"type": "hate", "message": "in turn 1"})
    call("POST", f"/tasks/{made[1]}/delete", {})
    files = {"f": {"base64": "aGk=", "media_type": "text/plain"}, "g": "text"}
    tasks = [{"response": {"x": 1}, "files": files, "turns": 2}]
    (task_id,) = call("POST", "/datasets/d/deliver", {"tasks": tasks, "name": "n"})["task_ids"]
    path = f"/v2/datasets/task/{task_id}/response_url/f"
    assert door.request("GET", path).content == b"hi"


def _studio(door: Door, call: Any) -> None:
    studio_team(door, "ann@example.test")
    call("POST", "/studio/accept", {"emails": ["ann@example.test"]})
    call("PUT", "/studio/projects/bikes", {"reviews": 1, "review_own": True})
    labeler = {"pace": "5m", "accuracy": 0.9, "roles": ["attempter", "reviewer"]}
    call("PUT", "/studio/labelers/ann@example.test", {**labeler, "hours": "09:00-17:00"})
    ok(door.post("/batches", json={"project": "bikes", "name": "w1"}))
    for number in range(3):
        body = {**IMAGE, "batch": "w1", "metadata": {"n": number}}
        ok(door.post("/task/imageannotation", json=body))
    ok(door.post("/batches/w1/finalize"))
    call("POST", "/clock/advance", {"to": "2024-01-01T09:08:00Z"})
    assert call("GET", "/studio/workforce")["queues"]
    assert call("GET", "/studio/activity?labeler=ann@example.test")
    call("GET", "/batches/w1/explain")


def _world(door: Door, call: Any) -> None:
    ok(door.post("/projects", json={"type": "imageannotation", "name": "kittens", "rapid": True,
                                    "params": {"instruction": "Draw boxes."}}))  # fmt: skip
    body = {"project": "kittens", "name": "trial", "calibration_batch": True}
    ok(door.post("/batches", json=body))
    ok(door.post("/task/imageannotation", json={**IMAGE, "batch": "trial"}))
    ok(door.post("/batches/trial/finalize"))
    call("POST", "/clock/run_next")
    call("POST", "/clock/run_until_idle", {"events_max": 10_000})
    call("GET", "/clock")
    call("PUT", "/clock", {"mode": "manual"})
    assert call("GET", "/projects/kittens/calibration")["tasks"]
    assert call("GET", "/projects/kittens/taskers")
    completed_task(door)
    call("GET", "/export?status=completed")
    assert call("GET", "/journal?after=3")
    call("GET", "/journal", headers={"Accept": "application/jsonl"})
    for form in ("json", "jsonl", "har", "mermaid"):
        call("GET", f"/journal?format={form}")
    call("GET", "/journal/digest")
    call("GET", "/requests")
    ok(door.post("/task/imageannotation", json={**IMAGE, "calback": "x"}))
    assert call("GET", "/unread_fields")
    kept = door.request("GET", "/_mock/snapshot").content
    json_ = {"content-type": "application/json"}
    assert door.request("POST", "/_mock/restore", data=kept, headers=json_).status_code == 200
    call("GET", "/health")
    call("GET", "/worlds")
    call("POST", "/reset")
    assert call("POST", "/call/clock.now", {}) == {"result": "2024-01-01T00:00:00+00:00"}
    call("POST", "/worlds", {"name": "another", "seed": 3})
    call("DELETE", "/worlds/another")
    call("DELETE", f"/worlds/{door.mock.name}")


def _manifest() -> list[dict[str, Any]]:
    from tests.functional.v2.test_examples import MANIFEST

    return list(MANIFEST)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"id": "i", "name": "n", "extra": 1}, "$.extra is not described"),
        ({"id": 1, "name": "n"}, "$.id: 1 is not of type 'string'"),
        ({"id": "i"}, "$: 'name' is a required property"),
    ],
)
def test_the_listener_hears_what_is_wrong(body: Any, problem: str) -> None:
    assert list(problems("v2", {"$ref": "#/components/schemas/Dataset"}, body)) == [problem]
