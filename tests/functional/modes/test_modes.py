"""Live and test modes never mix: every call that names a thing of the other mode, and its text.

Everything is told in both directions: things live in one mode, and the other mode's key names them.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pytest
from scaleapi.exceptions import ScaleInvalidRequest, ScaleResourceNotFound
from scaleapi.tasks import TaskType
from scaleapi.teams import TeammateRole

from tests.functional.helpers import CATEGORIES, IMAGE, docs, ok, project, refused
from tests.functional.v2.scene import RLHF

if TYPE_CHECKING:
    from tests.functional.doors import Door

ANN = "ann@example.test"
LIDAR = {"attachments": ["https://pc.example.test/0.json"], "labels": ["car"]}
EXPECTED = {"expected_response": {"annotations": []}}
BOTH_WAYS = pytest.mark.parametrize(("there", "here"), [("live", "test"), ("test", "live")])


class Home:
    """One of everything in one mode."""

    def __init__(self, door: Door, mode: Any) -> None:
        client, mock = door.client(mode), door.mock
        for name, more in (("bikes", {}), ("cats", {"rapid": True}), ("own", {"studio": True})):
            project(door, name, mode=mode, **more)
        client.create_batch("cats", "dry", calibration_batch=True)
        client.finalize_batch("dry")
        for batch, of in (("bikes-1", "bikes"), ("cats-1", "cats"), ("own-1", "own")):
            client.create_batch(of, batch)
        self.task = client.create_task(TaskType.ImageAnnotation, batch="bikes-1", **IMAGE).id
        self.lidar = client.create_task(TaskType.LidarAnnotation, **LIDAR).id
        if mode == "live":
            mock.tasks.complete(self.task)
            mock.tasks.complete(self.lidar)
        door.settle()
        self.quality = client.create_evaluation_task(
            TaskType.ImageAnnotation, project="cats", **IMAGE, **EXPECTED
        ).id
        file = client.upload_file(io.BytesIO(b"x"), project_name="bikes")
        self.file, self.reference = file.attachment_url, file
        self.audit = door.put("/audits", mode=mode, json={"task_id": self.task}).json()["id"]
        client.invite_teammates([ANN], TeammateRole.Labeler)
        door.post("/studio/assignments/add", mode=mode, json={"emails": [ANN], "projects": ["own"]})
        ok(door.post("/studio/projects/own/groups", mode=mode, json={"name": "g", "emails": [ANN]}))
        self._chats(door, mode)
        uuid = ok(door.request("GET", f"/_mock/tasks/{self.task}/explain", mode=mode))
        self.response_path = uuid["response_url"].removeprefix("/v1")

    def _chats(self, door: Door, mode: Any) -> None:
        mock = door.mock
        mock.projects.set_up("talk", types=[RLHF], models=["a", "b"], mode=mode)
        body = {"project_name": "talk", "template_variables": {"prompt": "Hi."}}
        self.chat = ok(door.request("POST", "/v2/task/chat", mode=mode, json=body))["task_id"]
        if mode == "live":
            mock.tasks.complete(self.chat)
        door.settle()
        shown = ok(door.request("GET", f"/v2/task?task_id={self.chat}", mode=mode))
        self.annotation = re.findall(r"'an_[0-9a-f_]+'", str(shown))[0].strip("'")
        self.delivery = mock.deliver("talk", mode=mode)["id"]
        rows = f"/v2/delivery/tasks?delivery_id={self.delivery}"
        self.schema = docs(door.request("GET", rows, mode=mode))[0]["response_schema_id"]
        made = mock.datasets.deliver("maths", [{"response": {"a": 1}}], mode=mode)
        self.dataset, self.dataset_delivery = made["dataset"], made["id"]
        (self.dataset_task,) = made["task_ids"]


def reads(kind: str, name: object, there: str, here: str) -> tuple[int, str]:
    return 404, f'The {kind} "{name}" lives in {there} mode; a {here} key cannot see it.'


def refers(kind: str, name: object, there: str, here: str) -> tuple[int, str]:
    return 400, (
        f'The {kind} "{name}" lives in {there} mode, and this call was made with a {here} key. '
        "Projects, batches and tasks of the two modes never mix."
    )


Row = tuple[str, str, Any, Any, str, object]


def named_in_bodies(home: Home) -> list[Row]:
    """What a new thing is to belong to, or to build on."""
    quality = {**IMAGE, **EXPECTED}
    image, evaluation = "/v1/task/imageannotation", "/v1/evaluation_tasks/imageannotation"
    training = "/v1/training_tasks/imageannotation"
    linked = {"project": "points", "lidar_task": home.lidar, "labels": ["car"]}
    priorities = {"batches": [{"name": "own-1"}]}
    return [
        ("POST", "/v1/batches", {"name": "x", "project": "bikes"}, refers, "project", "bikes"),
        ("POST", "/v1/batches", {"name": "x", "project": "cats"}, refers, "project", "cats"),
        ("POST", "/v1/batches", {"name": "x", "project": "own"}, refers, "project", "own"),
        ("POST", image, {**IMAGE, "project": "bikes"}, refers, "project", "bikes"),
        ("POST", image, {**IMAGE, "batch": "bikes-1"}, refers, "batch", "bikes-1"),
        ("POST", image, {**IMAGE, "batch": "cats-1"}, refers, "batch", "cats-1"),
        ("POST", image, {**IMAGE, "batch": "own-1"}, refers, "batch", "own-1"),
        ("POST", image, {**IMAGE, "attachment": home.file}, refers, "file", home.file),
        ("POST", evaluation, {**quality, "project": "cats"}, refers, "project", "cats"),
        ("POST", training, {**quality, "project": "cats"}, refers, "project", "cats"),
        ("POST", evaluation, {**quality, "batch": "cats-1"}, refers, "batch", "cats-1"),
        ("POST", training, {**quality, "batch": "cats-1"}, refers, "batch", "cats-1"),
        ("POST", "/v1/task/lidarsegmentation", linked, refers, "task", home.lidar),
        ("PUT", "/v1/audits", {"task_id": home.task}, refers, "task", home.task),
        ("POST", "/v1/studio/batches/set_priorities", priorities, refers, "batch", "own-1"),
        ("POST", "/v1/files/import", {"file_url": "https://f.example.test/1.png",
            "project_name": ["bikes"]}, refers, "project", "bikes"),
    ]  # fmt: skip


def named_in_paths(home: Home) -> list[Row]:
    """What v1 and the control API are asked about."""
    task, shown = f"/v1/task/{home.task}", ("task", home.task)
    group = "/v1/studio/projects/own/groups"
    assigned = {"emails": [ANN], "projects": ["own"]}
    return [
        ("GET", "/v1/projects/bikes", None, reads, "project", "bikes"),
        ("POST", "/v1/projects/bikes/setParams", {"instruction": "x"}, reads, "project", "bikes"),
        ("POST", "/v1/projects/bikes/setOntology", {"ontology": ["a"]}, reads, "project", "bikes"),
        ("GET", "/v1/projects/bikes/taskTemplates", None, reads, "project", "bikes"),
        ("GET", "/v1/batches/bikes-1", None, reads, "batch", "bikes-1"),
        ("GET", "/v1/batches/bikes-1/status", None, reads, "batch", "bikes-1"),
        ("POST", "/v1/batches/cats-1/finalize", {}, reads, "batch", "cats-1"),
        ("POST", "/v1/batches/bikes-1/setMetadata", {"a": 1}, reads, "batch", "bikes-1"),
        ("POST", "/v1/batches/bikes-1/prioritize", {"priority": 10}, reads, "batch", "bikes-1"),
        ("GET", task, None, reads, *shown),
        ("POST", f"{task}/cancel", {}, reads, *shown),
        ("POST", f"{task}/audit", {"accepted": True}, reads, *shown),
        ("POST", f"{task}/unique_id", {"unique_id": "u"}, reads, *shown),
        ("DELETE", f"{task}/unique_id", None, reads, *shown),
        ("POST", f"{task}/setMetadata", {"a": 1}, reads, *shown),
        ("POST", f"{task}/tags", ["a"], reads, *shown),
        ("PUT", f"{task}/tags", ["a"], reads, *shown),
        ("DELETE", f"{task}/tags", ["a"], reads, *shown),
        ("POST", f"{task}/send_callback", {}, reads, *shown),
        ("GET", f"/v1{home.response_path}", None, reads, *shown),
        ("GET", f"/v1/audits?task_id={home.task}", None, reads, *shown),
        ("GET", f"/v1/audits?id={home.audit}", None, reads, "audit", home.audit),
        ("PUT", "/v1/audits", {"id": home.audit}, reads, "audit", home.audit),
        ("GET", "/v1/files?project=bikes", None, reads, "project", "bikes"),
        ("GET", f"/v1/quality/labelers?quality_task_ids={home.quality}", None, reads,
            "quality task", home.quality),
        ("GET", group, None, reads, "project", "own"),
        ("POST", group, {"name": "h", "emails": [ANN]}, reads, "project", "own"),
        ("PUT", f"{group}/g", {"add_emails": [ANN], "remove_emails": []}, reads, "project", "own"),
        ("PUT", "/v1/studio/batches/own-1", {"groups": ["g"]}, reads, "batch", "own-1"),
        ("POST", "/v1/studio/assignments/add", assigned, reads, "project", "own"),
        ("POST", "/v1/studio/assignments/remove", assigned, reads, "project", "own"),
        ("GET", f"/_mock/tasks/{home.task}/explain", None, reads, *shown),
        ("POST", f"/_mock/tasks/{home.task}/start", {}, reads, *shown),
        ("POST", f"/_mock/tasks/{home.task}/complete", {}, reads, *shown),
        ("POST", f"/_mock/tasks/{home.task}/fail", {}, reads, *shown),
        ("POST", f"/_mock/tasks/{home.task}/audit", {"result": "accepted"}, reads, *shown),
        ("POST", f"/_mock/tasks/{home.task}/redo", {}, reads, *shown),
        ("GET", "/_mock/batches/bikes-1/explain", None, reads, "batch", "bikes-1"),
        ("GET", "/_mock/projects/cats/calibration", None, reads, "project", "cats"),
        ("GET", "/_mock/projects/cats/taskers", None, reads, "project", "cats"),
    ]  # fmt: skip


def named_in_v2(home: Home) -> list[Row]:
    """What v2 is asked about, by name or id."""
    chat = {"template_variables": {"prompt": "Hi."}}
    by_batch = {"batch_name": "bikes-1"}
    metadata = {"task_id": home.task, "metadata": {"a": 1}}
    dataset = "/v2/datasets"
    return [
        ("GET", "/v2/project?project_name=talk", None, reads, "project", "talk"),
        ("GET", "/v2/tasks?project_name=talk", None, reads, "project", "talk"),
        ("GET", "/v2/batches?project_name=bikes", None, reads, "project", "bikes"),
        ("POST", "/v2/batch", {"name": "x", "project_name": "talk"}, reads, "project", "talk"),
        ("POST", "/v2/task/chat", {**chat, "project_name": "talk"}, reads, "project", "talk"),
        ("POST", "/v2/task/chat", {**chat, "batch_name": "own-1"}, reads, "batch", "own-1"),
        ("GET", "/v2/batch?batch_name=bikes-1", None, reads, "batch", "bikes-1"),
        ("GET", "/v2/tasks?batch_name=bikes-1", None, reads, "batch", "bikes-1"),
        ("POST", "/v2/batch/finalize", by_batch, reads, "batch", "bikes-1"),
        ("POST", "/v2/batch/pause", by_batch, reads, "batch", "bikes-1"),
        ("POST", "/v2/batch/resume", by_batch, reads, "batch", "bikes-1"),
        ("POST", "/v2/batch/cancel", by_batch, reads, "batch", "bikes-1"),
        ("GET", f"/v2/task?task_id={home.chat}", None, reads, "task", home.chat),
        ("POST", "/v2/task/metadata", metadata, reads, "task", home.task),
        ("GET", f"/v2/annotation?annotation_id={home.annotation}", None, reads, "annotation",
            home.annotation),
        ("GET", "/v2/deliveries?project_name=talk", None, reads, "project", "talk"),
        ("GET", f"/v2/delivery?delivery_id={home.delivery}", None, reads, "delivery",
            home.delivery),
        ("GET", f"/v2/delivery/tasks?delivery_id={home.delivery}", None, reads, "delivery",
            home.delivery),
        ("GET", f"/v2/schema?schema_id={home.schema}", None, reads, "schema", home.schema),
        ("GET", f"{dataset}/deliveries?dataset_id={home.dataset}", None, reads, "dataset",
            home.dataset),
        ("GET", f"{dataset}/delivery?delivery_id={home.dataset_delivery}", None, reads,
            "delivery", home.dataset_delivery),
        ("GET", f"{dataset}/tasks?dataset_id={home.dataset}", None, reads, "dataset",
            home.dataset),
        ("GET", f"{dataset}/task?task_id={home.dataset_task}", None, reads, "task",
            home.dataset_task),
    ]  # fmt: skip


@BOTH_WAYS
@pytest.mark.parametrize("table", [named_in_bodies, named_in_paths, named_in_v2])
def test_the_refusal_says_where_the_named_thing_lives(
    door: Door, there: str, here: str, table: Any
) -> None:
    home = Home(door, there)
    door.client(here).create_project("points", TaskType.LidarSegmentation)
    before = len(list(door.mock.journal.entries()))
    found, expected = {}, {}
    for number, (method, path, body, wording, kind, name) in enumerate(table(home)):
        reply = door.request(method, path, mode=here, json=body)
        call = (number, method, path)
        found[call] = refused(reply) if reply.status_code != 200 else (200, reply.text)
        expected[call] = wording(kind, name, there, here)
    assert found == expected
    after = list(door.mock.journal.entries())[before:]
    assert {entry.kind for entry in after} == {"request.refused"}


@BOTH_WAYS
def test_a_group_of_the_other_mode_is_told_from_an_unknown_one(
    door: Door, there: str, here: str
) -> None:
    """The project has namesakes, so only the group lives elsewhere."""
    Home(door, there)
    project(door, "own", mode=here, studio=True)
    door.client(here).create_batch("own", "mine")
    text = reads("group", "g", there, here)
    put = door.put("/studio/projects/own/groups/g", mode=here, json={"remove_emails": [ANN]})
    assert refused(put) == text
    assert refused(door.put("/studio/batches/mine", mode=here, json={"groups": ["g"]})) == text
    other = door.put("/studio/batches/mine", mode=here, json={"groups": ["h"]})
    assert refused(other) == (404, 'Project "own" has no group "h". Its groups: none.')


@BOTH_WAYS
def test_the_sdk_raises_with_that_text(door: Door, there: str, here: str) -> None:
    home, client = Home(door, there), door.client(here)
    for call, kind, name in (
        (lambda: client.create_batch("bikes", "x"), "project", "bikes"),
        (
            lambda: client.create_task(TaskType.ImageAnnotation, batch="bikes-1", **IMAGE),
            "batch",
            "bikes-1",
        ),
        (
            lambda: client.create_training_task(
                TaskType.ImageAnnotation, project="cats", **IMAGE, **EXPECTED
            ),
            "project",
            "cats",
        ),
    ):
        with pytest.raises(ScaleInvalidRequest) as caught:
            call()
        assert (caught.value.code, str(caught.value.message)) == refers(kind, name, there, here)
    for call, kind, name in (
        (lambda: client.get_task(home.task), "task", home.task),
        (lambda: client.get_batch("bikes-1"), "batch", "bikes-1"),
        (lambda: client.get_project("bikes"), "project", "bikes"),
        (lambda: client.assign_studio_batches("own-1", [ANN]), "batch", "own-1"),
        (lambda: client.list_project_groups("own"), "project", "own"),
    ):
        with pytest.raises(ScaleResourceNotFound) as caught:
            call()
        assert (caught.value.code, str(caught.value.message)) == reads(kind, name, there, here)


@BOTH_WAYS
def test_lists_hold_what_their_own_mode_has(door: Door, there: str, here: str) -> None:
    """A filter is no reference: by a name of the other mode it just finds nothing."""
    Home(door, there)
    for path in ("/tasks", "/tasks?project=bikes", "/tasks?batch=bikes-1", "/batches",
                 "/batches?project=bikes"):  # fmt: skip
        assert docs(door.get(path, mode=here)) == []
        assert docs(door.get(path, mode=there)) != []
    for path in ("/projects", "/studio/batches", "/audits"):
        assert ok(door.get(path, mode=here)) == []
    assert list(door.client(here).get_tasks(project_name="bikes")) == []
    assert ok(door.get("/studio/assignments", mode=here))[ANN] == []


@BOTH_WAYS
def test_the_same_names_and_ids_exist_once_in_each_mode(door: Door, there: str, here: str) -> None:
    for mode in (there, here):
        project(door, mode=mode)
        door.client(mode).create_batch("bikes", "w1")
        body = {**CATEGORIES, "unique_id": "u"}
        headers = {"Idempotency-Key": "k"}
        ok(door.post("/task/categorization", mode=mode, json=body, headers=headers))
        form = {"file_url": "https://f.example.test/1.png", "reference_id": "r"}
        ok(door.post("/files/import", mode=mode, json=form))
    ids = {docs(door.get("/tasks", mode=mode))[0]["task_id"] for mode in (there, here)}
    assert len(ids) == 2


def test_a_file_of_ones_own_mode_and_foreign_addresses_are_taken(door: Door) -> None:
    ours = door.client().upload_file(io.BytesIO(b"x")).attachment_url
    theirs = door.client("test").upload_file(io.BytesIO(b"x")).attachment_url
    account = theirs.rpartition("/")[0]
    for address in (ours, f"{account}/00000000-0000-0000-0000-000000000000"):
        assert door.post("/task/imageannotation", json={**IMAGE, "attachment": address}).ok
    nested = {**IMAGE, "metadata": {"seen": theirs}}
    assert door.post("/task/imageannotation", json=nested).ok, "metadata are no reference"
