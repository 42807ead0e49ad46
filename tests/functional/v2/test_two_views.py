"""v1 and v2 are two views of one world; staff, callbacks and snapshots of what v2 has."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from scaleapi.api_client.v2 import V2Api, exceptions
from scaleapi.tasks import TaskType

from scale_mock import ScaleMock
from scale_mock.domain.refusals import Refusal
from scale_mock.errors import ConfigurationError
from tests.functional.doors import Door
from tests.functional.helpers import IMAGE, image_task, project
from tests.functional.v2.conftest import v2_of
from tests.functional.v2.scene import PROJECT, PROMPT, Scene

if TYPE_CHECKING:
    from tests.functional.doors import WireTap

HOOK = "https://hooks.example.test/v2"


def test_what_v1_makes_is_seen_through_v2(scene: Scene) -> None:
    project(scene.door)
    client = scene.door.client()
    client.create_batch("bikes", "w1", callback="")
    task = client.create_task(TaskType.ImageAnnotation, batch="w1", **IMAGE)
    assert {p.name for p in scene.v2.get_projects().projects} == {PROJECT, "bikes"}
    assert scene.v2.get_batch(batch_name="w1").status.value == "in_progress"
    (seen,) = scene.v2.get_tasks(batch_name="w1").tasks
    assert (seen.task_id, seen.status.value, seen.threads) == (task.id, "pending", [])
    scene.mock.tasks.complete(task)
    seen = scene.v2.get_task(task_id=task.id, expand=["project", "batch"])
    assert (seen.status.value, seen.threads) == ("completed", [])
    assert seen.project.actual_instance.name == "bikes"


def test_what_v2_makes_is_seen_through_v1(scene: Scene) -> None:
    scene.batch(metadata={"a": 1}, callback=HOOK)
    task = scene.done("week-10", metadata={"b": 2}, unique_id="dropped by the SDK")
    client = scene.door.client()
    batch = client.get_batch("week-10")
    assert (batch.project, batch.metadata) == (PROJECT, {"a": 1})
    assert batch.as_dict()["callback"] == HOOK
    seen = client.get_task(task.task_id)
    assert (seen.type, seen.status, seen.project) == ("chat", "completed", PROJECT)
    assert seen.params == {"template_variables": PROMPT}
    assert seen.response["threads"][0]["turns"]


def test_v1_says_of_v2_s_states_what_it_can(scene: Scene) -> None:
    client = scene.door.client()
    for name in ("paused", "cancelled", "staged"):
        scene.batch(name, staging_batch=name == "staged")
        scene.task(name)
    scene.v2.pause_batch({"batch_name": "paused"})
    scene.v2.cancel_batch({"batch_name": "cancelled"})
    assert client.get_batch("paused").status == "in_progress"
    assert client.get_batch("cancelled").get_status() == {"status": "completed", "canceled": 1}
    assert client.get_batch("staged").status == "staging"
    listed = scene.door.get("/batches?status=completed").json()["docs"]
    assert [batch["name"] for batch in listed] == ["cancelled"]
    client.finalize_batch("staged")
    assert scene.v2.get_batch(batch_name="staged").status.value == "in_progress"


def test_a_deleted_task_is_a_canceled_one_in_v1(scene: Scene) -> None:
    scene.batch()
    task, canceled = scene.done("week-10"), scene.task()
    scene.door.client().cancel_task(canceled.task_id)
    scene.mock.tasks.delete(task)
    seen = scene.door.client().get_task(task.task_id)
    assert seen.status == "canceled"
    assert "response" not in seen.as_dict()
    listed = scene.door.get("/tasks?status=canceled").json()["docs"]
    assert {doc["task_id"] for doc in listed} == {task.task_id, canceled.task_id}
    assert scene.door.get("/batches/week-10/status").json()["canceled"] == 1
    for status, wanted in (("deleted", task), ("canceled", canceled)):
        (found,) = scene.v2.get_tasks(project_name=PROJECT, status=status).tasks
        assert (found.task_id, found.status.value) == (wanted.task_id, status)


def test_a_task_without_a_project_is_v1_s_alone(scene: Scene) -> None:
    task = image_task(scene.door)
    assert scene.raw("GET", f"/task?task_id={task.id}").status_code == 404
    assert scene.v2.get_tasks(project_name=PROJECT).tasks == []


def test_a_reported_task_shows_its_reports_and_no_threads(scene: Scene) -> None:
    waiting, done = scene.task(), scene.done()
    scene.mock.tasks.report(waiting, "hate", "At the end")
    scene.mock.tasks.report(done, message="In turn 1")
    scene.mock.tasks.report(done, "hate")
    for task, count in ((waiting, 1), (done, 2)):
        body = scene.ok("GET", f"/task?task_id={task.task_id}")
        assert body["status"] == "completed"
        assert "threads" not in body
        assert len(body["sensitive_content_reports"]) == count


def test_an_error_has_a_type_where_it_is_known(scene: Scene) -> None:
    given: list[tuple[Any, dict[str, str]]] = [
        (None, {"type": "PROMPT_INFEASIBLE",
                "message": "The prompt cannot be answered as it stands."}),
        ("INVALID_CATEGORY", {"type": "INVALID_CATEGORY"}),
        ("LANGUAGE_MISMATCH: French", {"type": "LANGUAGE_MISMATCH", "message": "French"}),
        ("Something else", {"message": "Something else"}),
        ({"error": "x", "type": "UNSUPPORTED_LANGUAGE"},
         {"type": "UNSUPPORTED_LANGUAGE", "message": "x"}),
    ]  # fmt: skip
    for error, detail in given:
        task = scene.task(template_variables={"prompt": str(error)})
        scene.mock.tasks.fail(task, error)
        assert scene.ok("GET", f"/task?task_id={task.task_id}")["errors"] == [detail]


def test_a_delivery_keeps_what_was_delivered(scene: Scene) -> None:
    first, second = scene.done(), scene.done()
    made = scene.mock.deliver(PROJECT, [first])
    scene.mock.tasks.redo(first)
    rest = scene.mock.deliver(PROJECT)
    assert (made["name"], rest["name"]) == ("delivery-2024-01-01", "delivery-2024-01-01-2")
    assert [made["task_count"], rest["task_count"]] == [1, 1]
    rows = scene.v2.get_delivery_tasks(project_name=PROJECT)
    assert rows.total == 2
    assert [row.delivery_id for row in rows.docs] == [made["id"], rest["id"]]
    assert rows.docs[0].response["status"] == "completed"
    live = scene.v2.get_delivery(delivery_id=made["id"])
    assert [task.status.value for task in live.tasks] == ["pending"]
    only = scene.v2.get_delivery_tasks(delivery_id=rest["id"])
    assert [row.task_id for row in only.docs] == [second.task_id]
    assert scene.v2.get_deliveries(
        project_name=PROJECT, delivered_after=scene.mock.clock.now()
    ).deliveries == []  # fmt: skip


def test_the_delivered_payload_fits_the_schema_that_the_row_names(scene: Scene) -> None:
    from jsonschema import Draft202012Validator

    scene.done()
    scene.mock.deliver(PROJECT)
    (row,) = scene.v2.get_delivery_tasks(project_name=PROJECT).docs
    answer = scene.v2.get_schema(schema_id=row.response_schema_id)
    schema = json.loads(answer.var_schema.var_json)
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(row.response)


def test_a_dataset_s_files_are_reached_through_their_redirect(scene: Scene) -> None:
    files = {
        "bytes": b"\x89PNG",
        "text": "hello",
        "described": {"content": "a,b", "media_type": "text/csv"},
        "a b/c": {"base64": "aGk=", "media_type": "text/plain"},
    }
    made: Any = scene.mock.datasets.deliver("d", [{"response": {"x": 1}, "files": files}])
    (task_id,) = made["task_ids"]
    for name, content in zip(files, (b"\x89PNG", b"hello", b"a,b", b"hi"), strict=True):
        read = scene.v2.get_dataset_task_response_url_with_http_info(
            task_id=task_id, attachment_id=name
        )
        assert read.raw_data == content
    url = scene.v2.get_dataset_task_response_url_without_preload_content(
        task_id=task_id, attachment_id="text"
    ).geturl()
    assert url.startswith(f"{scene.door.url}/_mock/results/")
    redirect = scene.raw("GET", f"/datasets/task/{task_id}/response_url/text",
                         allow_redirects=False)  # fmt: skip
    assert (redirect.status_code, redirect.content) == (302, b"")
    outside = scene.mock.datasets.deliver("d", [{"response": {}, "files": {"f": HOOK}}])
    path = f"/datasets/task/{outside['task_ids'][0]}/response_url/f"  # type: ignore[index]
    assert scene.raw("GET", path, allow_redirects=False).headers["location"] == HOOK


@pytest.mark.parametrize("setting", ["v2", "v1", "off"])
def test_callbacks_of_v2_follow_their_setting(open_scene: Any, setting: str) -> None:
    scene = open_scene(v2_callbacks=setting)
    scene.batch(callback=scene.mock.callbacks.url)
    task = scene.done("week-10", callback_url=scene.mock.callbacks.url)
    scene.mock.clock.advance("0s")
    received = [callback.json for callback in scene.mock.callbacks.received]
    if setting == "off":
        assert received == []
        return
    of_task, of_batch = received
    assert of_task["task_id"] == task.task_id
    if setting == "v1":
        assert {"response", "status"} < of_task.keys()
        stats = {"completed": 1}
        assert of_batch == {"batch": "week-10", "status": "completed", "stats": stats}
    else:
        assert of_task == {"task_id": task.task_id,
                           "task": scene.ok("GET", f"/task?task_id={task.task_id}")}  # fmt: skip
        assert of_batch == {"batch": scene.ok("GET", "/batch?batch_name=week-10")}


def test_callbacks_of_v1_s_tasks_do_not_change(open_scene: Any) -> None:
    scene = open_scene(v2_callbacks="off")
    task = image_task(scene.door, callback_url=scene.mock.callbacks.url)
    scene.mock.tasks.complete(task)
    scene.mock.callbacks.assert_received(task=task)


def test_python_and_the_control_api_do_the_same(scene: Scene) -> None:
    def control(path: str, body: Any = None) -> Any:
        return scene.door.request("POST", f"/_mock{path}", json=body).json()

    made = control("/projects/two/set_up", {"types": ["Evals"], "models": ["m"]})
    assert made == scene.ok("GET", "/project?project_name=two")
    assert control("/projects/two/set_up", {"models": ["n"]})["types"] == ["Evals"]
    task = scene.done()
    delivered = control("/deliver", {"project": PROJECT, "tasks": [task.task_id], "name": "n"})
    assert delivered == scene.ok("GET", f"/deliveries?project_name={PROJECT}")["deliveries"][0]
    tasks = [{"response": {"a": 1}, "files": {"f": {"base64": "aGk="}}, "turns": 2}]
    dataset = control("/datasets/d/deliver", {"tasks": tasks, "name": "first"})
    assert dataset["metadata"] == {"task_count": 1, "turn_count": 2}
    assert control(f"/tasks/{task.task_id}/report", {"type": "t"})["status"] == "completed"
    assert control(f"/tasks/{task.task_id}/delete")["status"] == "canceled"


def test_a_chat_project_is_not_made_of_another_one(scene: Scene) -> None:
    project(scene.door)
    reply = scene.door.request("POST", "/_mock/projects/bikes/set_up", json={"types": ["SFT"]})
    assert reply.status_code == 400
    body = {"project_name": "bikes", "template_variables": PROMPT}
    assert scene.raw("POST", "/task/chat", json=body).status_code == 400


def test_wrong_queries_and_bodies_are_refused(scene: Scene) -> None:
    for path in (
        f"/tasks?project_name={PROJECT}&limit=0", f"/tasks?project_name={PROJECT}&limit=101",
        f"/tasks?project_name={PROJECT}&status=done", f"/tasks?project_name={PROJECT}&opts=all",
        f"/tasks?project_name={PROJECT}&expand=delivery", "/batches?next_token=x",
        "/batches?next_token=eyJza2lwIjotMX0%3D", "/projects?created_after=soon",
        f"/deliveries?project_name={PROJECT}&expand=batch", "/batches?status=canceled",
    ):  # fmt: skip
        assert scene.raw("GET", path).status_code == 400, path
    for path, body in (
        ("/batch", {"project_name": PROJECT}),
        ("/batch", {"name": "b", "project_name": PROJECT, "metadata": 1}),
        ("/batch", {"name": "b", "project_name": PROJECT, "callback": "nowhere"}),
        ("/batch", {"name": "b", "project_name": 3}),
        ("/batch/metadata", {"batch_name": "b"}),
        ("/task/chat", {"project_name": PROJECT, "template_variables": []}),
        ("/task/chat", {"project_name": PROJECT, "callback_url": "nowhere"}),
        ("/task/metadata", {"metadata": {}}),
        ("/batch/pause", {}),
    ):
        assert scene.raw("POST", path, json=body).status_code in {400, 404}, path


def test_older_forms_are_accepted(scene: Scene) -> None:
    for number, project_key in enumerate((PROJECT, scene.project_id)):
        body = {"name": f"b{number}", "project": project_key}
        assert scene.ok("POST", "/batch", json=body)["project"] == scene.project_id
    made = scene.ok("POST", "/task", json={"project": PROJECT, "template_variables": PROMPT})
    assert made["status"] == "pending"
    both = scene.ok("GET", f"/task?task_id={made['task_id']}&expand=project,batch&opts=submissions")
    assert both["project"]["name"] == PROJECT


def test_a_snapshot_carries_all_of_v2(scene: Scene, tap: WireTap | None) -> None:
    scene.batch()
    task = scene.task("week-10")
    delivered = scene.done()
    scene.mock.deliver(PROJECT, [delivered])
    scene.mock.datasets.deliver("d", [{"response": {}, "files": {"f": b"1"}}])
    scene.v2.pause_batch({"batch_name": "week-10"})
    kept = json.loads(json.dumps(scene.mock.snapshot()))
    with ScaleMock() as other:
        other.restore(kept)
        assert other.snapshot() == kept
        assert other.journal.digest() == scene.mock.journal.digest()
        api = v2_of(Door(other, "http://other.test"), tap) if tap else other.client().v2
        assert api.get_batch(batch_name="week-10").status.value == "paused"
        api.resume_batch({"batch_name": "week-10"})
        other.clock.advance(days=30)
        assert api.get_task(task_id=task.task_id).status.value == "completed"
        assert api.get_deliveries(project_name=PROJECT).deliveries[0].task_count == 1
        assert api.get_datasets().datasets[0].name == "d"


def test_a_snapshot_over_http_keeps_the_files_of_conversations(scene: Scene) -> None:
    scene.mock.projects.set_up("read", types=["Content Understanding"])
    body = {"project_name": "read", "template_variables": PROMPT}
    task_id = scene.ok("POST", "/task/chat", json=body)["task_id"]
    scene.mock.tasks.complete(task_id)
    before = scene.raw("GET", f"/task?task_id={task_id}").content
    assert scene.door.url.encode() in before
    kept = scene.door.request("GET", "/_mock/snapshot").content
    assert scene.door.url.encode() not in kept
    json_ = {"content-type": "application/json"}
    reply = scene.door.request("POST", "/_mock/restore", data=kept, headers=json_)
    assert reply.status_code == 200, reply.text
    assert scene.raw("GET", f"/task?task_id={task_id}").content == before


def test_the_same_calls_give_the_same_conversations_and_journal() -> None:
    seen = []
    for _ in range(2):
        with ScaleMock(seed=11) as mock:
            mock.projects.set_up("p", types=["Rubrics"], models=["a", "b"])
            api = mock.client().v2
            body = {"project_name": "p", "template_variables": PROMPT}
            task = api.create_chat_task(body)
            mock.clock.advance(days=30)
            seen.append((mock.tasks.get(task), mock.journal.digest()))
    assert seen[0] == seen[1]


def test_every_operation_of_the_sdk_is_served(scene: Scene) -> None:
    names = {name for name in vars(V2Api) if not name.startswith("_")}
    methods = {
        name for name in names if not name.endswith(("_with_http_info", "_without_preload_content"))
    }
    from scale_mock.api.v2 import OPERATIONS

    served = {operation.name.removeprefix("v2_") for operation in OPERATIONS}
    assert len(methods) == 25
    assert methods == served - {"create_task"}


def test_an_autojump_clock_runs_to_what_is_polled(open_scene: Any) -> None:
    scene = open_scene(clock="autojump")
    made = scene.batch()
    task = scene.task("week-10")
    states = [scene.v2.get_task(task_id=task.task_id).status.value for _ in range(4)]
    assert states[-1] == "completed"
    assert scene.v2.get_batch(batch_id=made.id).status.value == "completed"


def test_interception_takes_v2_in_too() -> None:
    import scaleapi

    with ScaleMock() as mock, mock.intercept():
        mock.projects.set_up("p", types=["SFT"])
        api = scaleapi.ScaleClient(mock.live_key).v2
        task = api.create_chat_task({"project_name": "p", "template_variables": PROMPT})
        mock.tasks.complete(task)
        assert api.get_task(task_id=task.task_id).status.value == "completed"
        made: Any = mock.datasets.deliver("d", [{"response": {}, "files": {"f": b"1"}}])
        read = api.get_dataset_task_response_url_with_http_info(
            task_id=made["task_ids"][0], attachment_id="f"
        )
        assert read.raw_data == b"1"


def test_a_paused_studio_batch_is_taken_off_the_floor_and_comes_back(scene: Scene) -> None:
    from tests.functional.helpers import studio_team

    studio_team(scene.door, "ann@example.test")
    scene.v2.create_batch({"name": "w1", "project_name": "bikes"})
    client = scene.door.client()
    first, second = (
        client.create_task(TaskType.ImageAnnotation, batch="w1", metadata={"n": n}, **IMAGE)
        for n in range(2)
    )
    client.finalize_batch("w1")
    scene.mock.clock.advance(minutes=2)
    assert client.get_task(first.id).as_dict()["workStarted"]
    scene.v2.pause_batch({"batch_name": "w1"})
    scene.mock.clock.advance(days=9)
    assert [client.get_task(task.id).status for task in (first, second)] == ["completed", "pending"]
    scene.v2.resume_batch({"batch_name": "w1"})
    scene.mock.clock.advance(days=9)
    assert client.get_task(second.id).status == "completed"
    assert scene.v2.get_batch(batch_name="w1").status.value == "completed"


def test_a_rule_that_replans_waits_for_the_end_of_a_pause(scene: Scene) -> None:
    scene.batch()
    task = scene.task("week-10")
    scene.v2.pause_batch({"batch_name": "week-10"})
    scene.mock.rules.add(name="soon", after="5m", replan=True)
    scene.mock.clock.advance(days=1)
    assert scene.v2.get_task(task_id=task.task_id).status.value == "pending"
    scene.v2.resume_batch({"batch_name": "week-10"})
    scene.mock.clock.advance(minutes=5)
    assert scene.v2.get_task(task_id=task.task_id).status.value == "completed"
    assert "soon" in str(scene.mock.explain(task))


def test_reading_a_paused_task_for_ever_is_refused_and_says_why(scene: Scene) -> None:
    scene.batch()
    task = scene.task("week-10")
    scene.v2.pause_batch({"batch_name": "week-10"})
    replies = [scene.raw("GET", f"/task?task_id={task.task_id}") for _ in range(100)]
    assert [reply.status_code for reply in replies] == [200] * 99 + [400]
    assert "it is paused" in replies[-1].json()["error"]


def test_a_task_that_was_started_in_a_pause_ends_when_it_would_have(scene: Scene) -> None:
    scene.batch()
    task = scene.task("week-10")
    scene.v2.pause_batch({"batch_name": "week-10"})
    scene.mock.tasks.start(task)
    scene.v2.resume_batch({"batch_name": "week-10"})
    scene.mock.clock.advance(days=15)
    assert scene.v2.get_task(task_id=task.task_id).status.value == "completed"


def test_a_task_that_came_back_in_a_pause_is_begun_once(scene: Scene) -> None:
    scene.batch()
    task = scene.task("week-10")
    scene.v2.pause_batch({"batch_name": "week-10"})
    scene.mock.tasks.complete(task)
    scene.mock.tasks.redo(task)
    scene.v2.resume_batch({"batch_name": "week-10"})
    assert (
        scene.mock._world.batches.get(scene.mock._world.core.sides["live"], "week-10").scheduled
        == 1
    )
    scene.mock.clock.advance(days=15)
    assert scene.v2.get_task(task_id=task.task_id).status.value == "completed"


def test_a_tasker_who_was_put_to_work_in_a_pause_is_named_at_the_end(scene: Scene) -> None:
    project(scene.door, "kittens", rapid=True)
    client = scene.door.client()
    client.create_batch("kittens", "trial", calibration_batch=True)
    task = image_task(scene.door, batch="trial")
    client.finalize_batch("trial")
    scene.v2.pause_batch({"batch_name": "trial"})
    scene.mock.tasks.start(task)
    scene.v2.resume_batch({"batch_name": "trial"})
    scene.mock.clock.advance(days=30)
    told = [entry.as_dict() for entry in scene.mock.journal.entries()]
    by = {
        entry["kind"]: entry["by"]
        for entry in told
        if entry["kind"] in {"task.started", "task.completed", "task.surveyed"}
    }
    assert len(by) == 3
    assert len(set(by.values())) == 1
    assert by["task.started"].endswith("@example.test")


def test_operations_that_do_not_exist_cannot_be_switched_off() -> None:
    from scale_mock.api.v2 import OPERATIONS
    from scale_mock.config.enabled import V2_OPERATIONS

    assert sorted(operation.name for operation in OPERATIONS) == list(V2_OPERATIONS)
    with pytest.raises(ConfigurationError, match="there is no operation 'get_datasets' of v2"):
        ScaleMock(v2_not_enabled=("get_datasets",))
    with pytest.raises(ConfigurationError, match="expected a sequence"):
        ScaleMock(v2_not_enabled="v2_get_datasets")


def test_python_takes_a_lone_text_for_a_list_of_one_and_refuses_other_types(scene: Scene) -> None:
    made = scene.mock.projects.set_up("one", types="SFT", models="m")
    assert (made["types"], made["models"]) == (["SFT"], ["m"])
    wrong: Any = {"models": [3]}
    with pytest.raises(Refusal, match="models"):
        scene.mock.projects.set_up("one", **wrong)
    task = scene.done()
    assert scene.mock.deliver(PROJECT, task.task_id)["task_count"] == 1
    other: Any = 5
    with pytest.raises(Refusal, match='"type" must be a string'):
        scene.mock.tasks.report(task, other)
    assert scene.v2.get_task(task_id=task.task_id).sensitive_content_reports is None


@pytest.mark.parametrize(
    ("name", "meant"),
    [("SFTT", "SFT"), ("rubrics", "Rubrics"), ("Pref Ranking", "RLHF: Pref Ranking")],
)
def test_a_misspelt_archetype_is_refused_with_the_one_that_was_meant(
    scene: Scene, name: str, meant: str
) -> None:
    told = (
        f'types: {name!r} is no archetype; did you mean "{meant}"? Archetypes: SFT, RLHF: Pref '
        "Ranking, RLHF: Pref Ranking with Rewrites, RLVR: Reinforcement Learning with Verifiable "
        "Rewards, Rubrics, Process Supervision, Evals, Prompt Generation, Content Understanding, "
        "Other."
    )
    with pytest.raises(ConfigurationError) as refused:
        scene.mock.projects.set_up("new", types=["SFT", name])
    assert str(refused.value) == told
    reply = scene.door.request("POST", "/_mock/projects/new/set_up", json={"types": [name]})
    assert (reply.status_code, reply.json()["error"]) == (400, told)
    assert scene.mock.projects.set_up("new", types=["Our own thing"])["types"] == ["Our own thing"]


def test_an_annotation_is_found_by_any_id_that_somebody_gave(scene: Scene) -> None:
    odd = 'n\u00e9 "quoted" \\ \u2603'
    one = {"id": odd, "key": "k", "type": "text", "value": "v"}
    task = scene.task()
    scene.mock.tasks.complete(task, {"threads": [{"id": "t", "turns": [], "annotations": [one]}]})
    assert scene.v2.get_annotation(annotation_id=odd).actual_instance.value == "v"
    scene.mock.tasks.redo(task)
    with pytest.raises(exceptions.NotFoundException):
        scene.v2.get_annotation(annotation_id=odd)
