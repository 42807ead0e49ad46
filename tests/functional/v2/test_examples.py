"""Holds the mock against every example body: produced in an equivalent state, or refused.

The examples were checked with the official SDK. A body counts as produced if the mock's has the
same fields of the same types; threads count if every field of the example occurs in those that
the mock makes, for they hold what contributors happened to write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from scaleapi.api_client.v2 import exceptions

from scale_mock.domain.refusals import Refusal
from scale_mock.tasktypes.chat.archetypes import ARCHETYPES
from tests.functional.v2.conftest import StubPool
from tests.functional.v2.scene import EXAMPLES, PROJECT, PROMPT, example

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.functional.v2.scene import Scene

MANIFEST = example("manifest.json")
HOOK = "https://hooks.example.test/batch"
OPTS = "opts=annotation_details&opts=attachment_details&opts=model_parameters&opts=submissions"
MAKERS: dict[str, Callable[[Scene], Any]] = {}
CONTEXT = {"content": "Known.", "url": "https://files.example.test/known.txt"}
FILES = [
    {"url": "https://files.example.test/a.txt", "mime_type": "text/plain"},
    "https://files.example.test/a.png",
    "https://files.example.test/a.mp3",
]


def makes(*names: str) -> Callable[[Callable[[Scene], Any]], Callable[[Scene], Any]]:
    """The decorated function brings about the state of these examples and reads it."""

    def register(make: Callable[[Scene], Any]) -> Callable[[Scene], Any]:
        MAKERS.update(dict.fromkeys((f"{name}.json" for name in names), make))
        return make

    return register


def shape(value: Any) -> Any:
    """Fields and types; threads and free objects are looked at elsewhere."""
    if isinstance(value, dict):
        return {
            key: "..." if key in {"threads", "metadata", "response", "json"} else shape(item)
            for key, item in value.items()
            if item is not None or key != "response"
        }
    if isinstance(value, list):
        return [shape(item) for item in value]
    return "number" if isinstance(value, int | float) else type(value).__name__


def paths(value: Any, here: str = "") -> Iterator[str]:
    """Every field of a body, lists looked through, annotations told apart by type."""
    if isinstance(value, dict):
        kind = value.get("type") if "key" in value else None
        here = f"@{kind}" if kind else here
        for key, item in value.items():
            yield f"{here}.{key}"
            yield from paths(item, f"{here}.{key}")
    elif isinstance(value, list):
        for item in value:
            yield from paths(item, here)


def in_threads(body: Any) -> set[str]:
    """The fields of a body's threads and annotations."""
    found = set(paths(body))
    below = {path.partition(".threads.")[2] for path in found if ".threads." in path}
    return below | {path for path in found if path.startswith("@")}


@makes("project")
def project(scene: Scene) -> Any:
    return scene.ok("GET", f"/project?project_name={PROJECT}")


@makes("projects")
def projects(scene: Scene) -> Any:
    scene.mock.projects.set_up("sft-writing", types=["SFT"], models=[])
    return scene.ok("GET", "/projects")


@makes("projects_empty")
def no_projects(scene: Scene) -> Any:
    return scene.ok("GET", "/projects", mode="test")


@makes("batch_created_default")
def batch_default(scene: Scene) -> Any:
    return scene.ok("POST", "/batch", json=example("requests/create_batch.json")["body"]
                    | {"project_id": scene.project_id})  # fmt: skip


@makes("batch_created_staging")
def batch_staging(scene: Scene) -> Any:
    body = {"name": "week-11", "project_name": PROJECT, "staging_batch": True}
    return scene.ok("POST", "/batch", json=body)


@makes("batch_get")
def batch_get(scene: Scene) -> Any:
    scene.batch()
    return scene.ok("GET", "/batch?batch_name=week-10")


@makes("batch_get_expand_project")
def batch_whole(scene: Scene) -> Any:
    scene.batch()
    return scene.ok("GET", "/batch?batch_name=week-10&expand=project")


@makes("batch_completed")
def batch_completed(scene: Scene) -> Any:
    scene.batch()
    scene.done("week-10")
    scene.mock.clock.advance("0s")
    return scene.ok("GET", "/batch?batch_name=week-10")


def three_batches(scene: Scene) -> None:
    scene.batch()
    scene.batch("week-11", staging_batch=True)
    scene.batch("week-12")
    scene.v2.cancel_batch({"batch_name": "week-12"})


@makes("batches_page1")
def batches(scene: Scene) -> Any:
    three_batches(scene)
    return scene.ok("GET", f"/batches?project_id={scene.project_id}&limit=2")


@makes("batches_last")
def batches_last(scene: Scene) -> Any:
    three_batches(scene)
    query = f"project_id={scene.project_id}&limit=2&next_token=eyJza2lwIjoyfQ%3D%3D"
    return scene.ok("GET", f"/batches?{query}")


@makes("batch_finalized")
def batch_finalized(scene: Scene) -> Any:
    scene.batch("week-11", staging_batch=True)
    return scene.ok("POST", "/batch/finalize", json={"batch_name": "week-11"})


@makes("batch_paused")
def batch_paused(scene: Scene) -> Any:
    scene.batch()
    return scene.ok("POST", "/batch/pause", json={"batch_name": "week-10"})


@makes("batch_resumed")
def batch_resumed(scene: Scene) -> Any:
    batch_paused(scene)
    return scene.ok("POST", "/batch/resume", json={"batch_name": "week-10"})


@makes("batch_cancelled")
def batch_cancelled(scene: Scene) -> Any:
    scene.batch()
    return scene.ok("POST", "/batch/cancel", json={"batch_name": "week-10"})


@makes("batch_metadata_set")
def batch_metadata(scene: Scene) -> Any:
    scene.batch(metadata={"source": "nightly"})
    body = {"batch_name": "week-10", "metadata": {"owner": {"team": "eval"}}, "merge": True}
    return scene.ok("POST", "/batch/metadata", json=body)


@makes("task_created")
def task_created(scene: Scene) -> Any:
    scene.batch()
    body = example("requests/create_chat_task.json")["body"]
    return scene.ok("POST", "/task/chat", json=body)


@makes("task_created_no_batch")
def task_alone(scene: Scene) -> Any:
    body = {"project_id": scene.project_id, "template_variables": PROMPT}
    return scene.ok("POST", "/task/chat", json=body)


def completed(scene: Scene, query: str = "", **more: Any) -> Any:
    scene.batch()
    scene.task("week-10")
    task = scene.done("week-10", metadata={"priority": "high"}, **more)
    return scene.ok("GET", f"/task?task_id={task.task_id}{query}")


@makes("task_completed", "task_attachments_sdk_safe")
def task_completed(scene: Scene) -> Any:
    return completed(scene, "&opts=attachment_details", template_variables={"files": FILES})


@makes("task_completed_all_opts")
def task_all(scene: Scene) -> Any:
    return completed(scene, f"&{OPTS}")


@makes("task_completed_expanded", "task_completed_expanded_nested")
def task_expanded(scene: Scene) -> Any:
    return completed(scene, "&expand=project&expand=batch")


@makes("task_error")
def task_error(scene: Scene) -> Any:
    scene.batch()
    task = scene.task("week-10")
    error = {"error": "Prompt is not in the project language", "type": "LANGUAGE_MISMATCH"}
    scene.mock.tasks.fail(task, error)
    return scene.ok("GET", f"/task?task_id={task.task_id}")


@makes("task_canceled")
def task_canceled(scene: Scene) -> Any:
    scene.batch()
    task = scene.task("week-10")
    scene.v2.cancel_batch({"batch_name": "week-10"})
    return scene.ok("GET", f"/task?task_id={task.task_id}")


@makes("task_deleted")
def task_deleted(scene: Scene) -> Any:
    scene.batch()
    task = scene.task("week-10")
    scene.mock.tasks.delete(task)
    return scene.ok("GET", f"/task?task_id={task.task_id}")


@makes("task_sensitive")
def task_sensitive(scene: Scene) -> Any:
    scene.batch()
    task = scene.task("week-10")
    scene.mock.tasks.report(task, "personal_information", "Prompt holds a phone number")
    return scene.ok("GET", f"/task?task_id={task.task_id}")


@makes("task_metadata_set")
def task_metadata(scene: Scene) -> Any:
    scene.batch()
    task = scene.task("week-10")
    body = {"task_id": task.task_id, "metadata": {"priority": "low"}}
    return scene.ok("POST", "/task/metadata", json=body)


def three_tasks(scene: Scene) -> None:
    scene.batch()
    scene.task("week-10", metadata={"priority": "high"})
    scene.task("week-10", template_variables={"prompt": "2"})
    failing = scene.task("week-10", template_variables={"prompt": "3"})
    first = scene.v2.get_tasks(batch_name="week-10").tasks[0]
    scene.mock.tasks.complete(first)
    scene.mock.tasks.fail(failing, "PROMPT_INFEASIBLE: No answer exists")


@makes("tasks_page1")
def tasks(scene: Scene) -> Any:
    three_tasks(scene)
    return scene.ok("GET", f"/tasks?project_name={PROJECT}&limit=2")


@makes("tasks_last")
def tasks_last(scene: Scene) -> Any:
    three_tasks(scene)
    query = "batch_name=week-10&limit=2&next_token=eyJza2lwIjoyfQ%3D%3D"
    return scene.ok("GET", f"/tasks?{query}")


@makes("tasks_empty")
def tasks_empty(scene: Scene) -> Any:
    scene.batch()
    return scene.ok("GET", "/tasks?batch_name=week-10&status=canceled")


def delivery(scene: Scene) -> dict[str, Any]:
    scene.batch()
    for number in range(2):
        variables = {"prompt": str(number)}
        scene.task("week-10", template_variables=variables, metadata={"priority": "high"})
    for task in scene.v2.get_tasks(batch_name="week-10").tasks:
        scene.mock.tasks.complete(task)
    return scene.mock.deliver(PROJECT)


@makes("deliveries")
def deliveries(scene: Scene) -> Any:
    delivery(scene)
    return scene.ok("GET", f"/deliveries?project_id={scene.project_id}")


@makes("deliveries_expand_project")
def deliveries_whole(scene: Scene) -> Any:
    delivery(scene)
    return scene.ok("GET", f"/deliveries?project_name={PROJECT}&expand=project")


@makes("delivery_page1")
def delivery_page(scene: Scene) -> Any:
    made = delivery(scene)
    return scene.ok("GET", f"/delivery?delivery_id={made['id']}&limit=1")


@makes("delivery_expand_all")
def delivery_whole(scene: Scene) -> Any:
    scene.batch()
    scene.task("week-10")
    scene.done("week-10", metadata={"priority": "high"})
    made = scene.mock.deliver(PROJECT)
    expand = "expand=project&expand=batch&expand=delivery&opts=annotation_details"
    query = f"delivery_name={made['name']}&project_id={scene.project_id}&{expand}"
    return scene.ok("GET", f"/delivery?{query}")


@makes("delivery_tasks")
def delivery_tasks(scene: Scene) -> Any:
    delivered = scene.done()
    for number in range(2):
        scene.task(template_variables={"prompt": str(number)})
    scene.mock.deliver(PROJECT, [delivered])
    return scene.ok("GET", f"/delivery/tasks?project_id={scene.project_id}&limit=2")


@makes("schema")
def schema(scene: Scene) -> Any:
    delivery(scene)
    row = scene.ok("GET", f"/delivery/tasks?project_id={scene.project_id}")["docs"][0]
    return scene.ok("GET", f"/schema?schema_id={row['response_schema_id']}")


def dataset(scene: Scene, count: int = 2) -> Any:
    answer = {"prompt": "2+2?", "answer": "4", "image": "att_1"}
    made = {"response": answer, "files": {"att_1": b"png"}, "turns": 3}
    delivered = scene.mock.datasets.deliver("math-reasoning", [made] * count)
    dataset_id = scene.ok("GET", "/datasets")["datasets"][0]["id"]
    return delivered, dataset_id


@makes("datasets")
def datasets(scene: Scene) -> Any:
    dataset(scene)
    return scene.ok("GET", "/datasets")


@makes("dataset_deliveries")
def dataset_deliveries(scene: Scene) -> Any:
    _, dataset_id = dataset(scene)
    return scene.ok("GET", f"/datasets/deliveries?dataset_id={dataset_id}")


@makes("dataset_deliveries_expand_dataset")
def dataset_deliveries_whole(scene: Scene) -> Any:
    _, dataset_id = dataset(scene)
    return scene.ok("GET", f"/datasets/deliveries?dataset_id={dataset_id}&expand=dataset")


@makes("dataset_delivery_page1")
def dataset_delivery(scene: Scene) -> Any:
    made, _ = dataset(scene)
    return scene.ok("GET", f"/datasets/delivery?delivery_id={made['id']}&limit=1")


@makes("dataset_tasks")
def dataset_tasks(scene: Scene) -> Any:
    _, dataset_id = dataset(scene)
    return scene.ok("GET", f"/datasets/tasks?dataset_id={dataset_id}")


@makes("dataset_tasks_expand")
def dataset_tasks_whole(scene: Scene) -> Any:
    made, _ = dataset(scene, 1)
    query = f"delivery_id={made['id']}&expand=dataset&expand=delivery"
    return scene.ok("GET", f"/datasets/tasks?{query}")


@makes("dataset_task")
def dataset_task(scene: Scene) -> Any:
    made, _ = dataset(scene)
    return scene.ok("GET", f"/datasets/task?task_id={made['task_ids'][0]}")


@makes("dataset_task_expand")
def dataset_task_whole(scene: Scene) -> Any:
    made, _ = dataset(scene)
    expand = "expand=dataset&expand=delivery"
    return scene.ok("GET", f"/datasets/task?task_id={made['task_ids'][0]}&{expand}")


NESTED = {"task_completed_expanded_nested.json", "dataset_tasks_expand.json"}
"""Another way to spell what the mock usually spells with ids: the SDK reads both."""
ACCEPTED = [
    entry["file"]
    for entry in MANIFEST
    if entry["expect"] == "accept" and not entry["file"].startswith("annotation_")
]


@pytest.mark.parametrize("name", ACCEPTED)
def test_an_example_is_produced_in_an_equivalent_state(open_scene: Any, name: str) -> None:
    scene = open_scene(v2_expand_nested=name in NESTED)
    assert shape(MAKERS[name](scene)) == shape(example(name))


def test_every_field_of_the_examples_threads_and_annotations_is_produced(scene: Scene) -> None:
    everything: set[str] = set()
    for archetype in ARCHETYPES:
        scene.mock.projects.set_up(archetype, types=[archetype], models=["a", "b"])
        for number in range(12):
            variables = {"prompt": f"Question {number}", "context": CONTEXT, "files": FILES}
            body = {"project_name": archetype, "template_variables": variables}
            task = scene.v2.create_chat_task(body)
            scene.mock.tasks.complete(task)
            everything |= in_threads(scene.ok("GET", f"/task?task_id={task.task_id}&{OPTS}"))
    for name in [*ACCEPTED, *(path.name for path in EXAMPLES.glob("annotation_*.json"))]:
        assert in_threads(example(name)) - everything <= {
            # What only somebody who labels by hand would say:
            "@boolean.metadata", "@boolean.metadata.criteria", "@integer.cannot_assess",
            "@integer.metadata", "@integer.metadata.criteria",
        }, name  # fmt: skip


ANNOTATIONS = sorted(path.name for path in EXAMPLES.glob("annotation_*.json"))


@pytest.mark.parametrize("name", ANNOTATIONS)
def test_an_annotation_that_somebody_gave_comes_back_as_it_was(scene: Scene, name: str) -> None:
    given = example(name)
    thread = {"id": "thread_0", "turns": [], "annotations": [given]}
    task = scene.task()
    scene.mock.tasks.complete(task, {"threads": [thread]})
    assert scene.ok("GET", f"/annotation?annotation_id={given['id']}") == given
    assert scene.v2.get_annotation(annotation_id=given["id"]).actual_instance.key == given["key"]


def test_every_annotation_of_a_conversation_is_found_by_its_id(scene: Scene) -> None:
    task = scene.done()
    body = scene.ok("GET", f"/task?task_id={task.task_id}&opts=annotation_details")
    (turn, *_), (on_thread, *_) = body["threads"][0]["turns"], body["threads"][0]["annotations"]
    for annotation in [on_thread, *turn["annotations"], *turn["messages"][-1]["annotations"]]:
        found = scene.ok("GET", f"/annotation?annotation_id={annotation['id']}")
        assert found == annotation


ERRORS: dict[str, tuple[str, str, dict[str, Any] | None]] = {
    "error_400.json": ("GET", "/project", None),
    "error_404.json": ("GET", "/task?task_id=000000000000000000000000", None),
    "error_409.json": ("POST", "/batch", {"name": "week-10", "project_name": PROJECT}),
    "error_schema_400.json": ("GET", "/schema?schema_id=nope", None),
    "error_schema_404.json": ("GET", "/schema?schema_id=000000000000000000000000", None),
    "error_400_illegal_transition.json": ("POST", "/batch/resume", {"batch_name": "week-10"}),
}


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_of_the_examples_is_produced(scene: Scene, name: str) -> None:
    scene.batch()
    method, path, body = ERRORS[name]
    reply = scene.raw(method, path, json=body)
    assert shape(reply.json()) == shape(example(name))
    assert reply.json()["status_code"] == reply.status_code == example(name)["status_code"]


def test_the_error_of_a_missing_attachment_is_produced(scene: Scene) -> None:
    made, _ = dataset(scene)
    with pytest.raises(exceptions.NotFoundException) as caught:
        scene.v2.get_dataset_task_response_url(task_id=made["task_ids"][0], attachment_id="nope")
    assert "Its files: att_1." in caught.value.body


def test_the_errors_of_authentication_and_of_accounts_are_produced(open_scene: Any) -> None:
    scene = open_scene(v2_not_enabled=("v2_get_datasets",))
    assert scene.raw("GET", "/projects", key="nobody").status_code == 401
    with pytest.raises(exceptions.ApiException) as caught:
        scene.v2.get_datasets()
    assert caught.value.status == 402
    assert shape(scene.raw("GET", "/datasets").json()) == shape(example("error_402.json"))


@pytest.mark.parametrize(("name", "status"), [("error_429.json", 429), ("error_500.json", 500)])
def test_the_errors_of_a_service_in_trouble_are_faults(
    open_scene: Any, name: str, status: int
) -> None:
    scene = open_scene()
    scene.mock.faults.add(match={"operation": "v2_get_projects", "nth": 1}, status=status)
    with pytest.raises(exceptions.ApiException) as caught:
        scene.v2.get_projects()
    assert caught.value.status == status
    assert scene.v2.get_projects().projects
    scene.mock._world.requests.clear()  # the door refuses to close over a 500


BAD = [entry for entry in MANIFEST if entry["expect"] == "reject"]


@pytest.mark.parametrize("entry", BAD, ids=lambda entry: entry["file"][4:-5])
def test_the_sdk_refuses_every_bad_body(scene: Scene, entry: dict[str, Any]) -> None:
    scene.v2.api_client.rest_client.pool_manager = StubPool(200, example(entry["file"]))
    with pytest.raises((ValueError, TypeError, NameError)):
        getattr(scene.v2, entry["op"])(**entry["kwargs"])


BAD_RESPONSES = [
    "annotation_file_object", "annotation_key_value_only", "annotation_unknown_type",
    "workspace_last_code_run_event", "message_role_tool", "message_without_annotations",
]  # fmt: skip


@pytest.mark.parametrize("name", BAD_RESPONSES)
def test_what_the_sdk_could_not_read_is_refused_as_a_response(scene: Scene, name: str) -> None:
    bad = example(f"bad/{name}.json")
    thread = {"id": "thread_0", "turns": [], "annotations": [bad]}
    response = {"threads": bad.get("threads", [thread])}
    task = scene.task()
    with pytest.raises(Refusal, match="This response is not one that v2 could show"):
        scene.mock.tasks.complete(task, response)
    assert scene.v2.get_task(task_id=task.task_id).status.value == "pending"


def test_an_integer_written_with_a_point_is_shown_without_it(scene: Scene) -> None:
    bad = example("bad/annotation_float_integer.json")
    task = scene.task()
    thread = {"id": "thread_0", "turns": [], "annotations": [bad]}
    scene.mock.tasks.complete(task, {"threads": [thread]})
    assert scene.v2.get_annotation(annotation_id=bad["id"]).actual_instance.value == 4


@pytest.mark.parametrize("kind", ["basic", "image", "audio"])
def test_natural_attachments_are_those_that_the_sdk_refuses(open_scene: Any, kind: str) -> None:
    scene = open_scene(attachments="natural")
    bad = example(f"bad/attachment_{kind}_natural.json")
    thread = bad["threads"][0]
    task = scene.task()
    scene.mock.tasks.complete(task, {"threads": [thread]})
    query = f"/task?task_id={task.task_id}&opts=attachment_details"
    assert scene.ok("GET", query)["threads"] == [thread]
    with pytest.raises(ValueError, match="Multiple matches"):
        scene.v2.get_task(task_id=task.task_id, opts=["attachment_details"])


def test_safe_attachments_keep_what_they_are_through_the_sdk(scene: Scene) -> None:
    task = scene.done(template_variables={"prompt": "See files", "files": FILES})
    for opts in ([], ["attachment_details"]):
        read = scene.v2.get_task(task_id=task.task_id, opts=opts)
        files = read.threads[0].turns[0].messages[0].content.attachments
        kinds = [type(file.actual_instance).__name__ for file in files]
        assert kinds == ["BasicFile", "ImageFile", "AudioFile"]
    assert files[1].actual_instance.file_size_in_bytes > 0
    assert files[2].actual_instance.transcript


def test_the_bodies_of_the_examples_are_as_described(scene: Scene) -> None:
    from tests.functional.openapi.test_openapi import check

    for entry in MANIFEST:
        if entry["expect"] == "accept" and entry["file"] in ACCEPTED:
            check("v2", f"v2_{entry['op']}", example(entry["file"]))
    check("v2", "v2_get_task", completed(scene, f"&{OPTS}"))
