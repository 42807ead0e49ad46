"""What real clients demand: the SDK's own acceptance list, and the quirks of the others."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from scaleapi.exceptions import (
    ScaleDuplicateResource,
    ScaleInvalidRequest,
    ScaleResourceNotFound,
    ScaleUnauthorized,
)
from scaleapi.tasks import TaskType

from scale_mock.mock.client import sdk_client
from tests.functional.helpers import CATEGORIES, batch, docs, image_task, ok, project

if TYPE_CHECKING:
    import scaleapi

    from tests.functional.doors import Door

NAME = "scaleapi-python-sdk"


@pytest.fixture
def client(door: Door) -> scaleapi.ScaleClient:
    """The SDK with a test key, and the project that its own suite bootstraps."""
    made: scaleapi.ScaleClient = door.client("test")
    with pytest.raises(ScaleResourceNotFound):
        made.get_project(NAME)
    made.create_project(NAME, TaskType.Categorization)
    return made


def a_task(client: scaleapi.ScaleClient, **more: Any) -> Any:
    return client.create_task(TaskType.Categorization, **CATEGORIES, **more)


def test_sdk_invalid_key(door: Door) -> None:
    with pytest.raises(ScaleUnauthorized):
        sdk_client("dummy_api_key", door.url).batches(limit=1)


def test_sdk_unique_ids(client: scaleapi.ScaleClient) -> None:
    task = a_task(client, unique_id="u1")
    assert task.as_dict()["unique_id"] == "u1"
    with pytest.raises(ScaleDuplicateResource):
        a_task(client, unique_id="u1")
    task.update_unique_id("u2")
    task.refresh()
    assert task.unique_id == "u2"
    task.clear_unique_id()
    task.refresh()
    assert "unique_id" not in task.as_dict()


def test_sdk_metadata_and_tags_of_a_completed_task(client: scaleapi.ScaleClient) -> None:
    task = a_task(client)
    task.refresh()
    assert (task.status, task.metadata, hasattr(task, "tags")) == ("completed", {}, False)
    task.set_metadata({"myKey": "myValue"})
    task.set_tags(["tag1", "tag2", "tag3"])
    task.refresh()
    assert (task.metadata, task.tags) == ({"myKey": "myValue"}, ["tag1", "tag2", "tag3"])
    task.add_tags(["tag4"])
    task.delete_tags(["tag1", "tag2"])
    task.refresh()
    assert task.tags == ["tag3", "tag4"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (TaskType.Categorization, {"callback_url": "http://a.test/", "categories": ["a"]}),
        (TaskType.Transcription, {"callback_url": "http://a.test/", "attachment_type": "website"}),
        (TaskType.Comparison, {"instruction": "x", "attachment_type": "image", "choices": ["y"]}),
        (TaskType.DataCollection, {"callback_url": "http://a.test/"}),
        (TaskType.ImageAnnotation, {"instruction": "x", "attachment_type": "image"}),
        (TaskType.DocumentTranscription, {"features": [{"type": "block", "label": "b"}]}),
        (TaskType.PolygonAnnotation, {"instruction": "x"}),
    ],
)
def test_sdk_invalid_creates(
    client: scaleapi.ScaleClient, kind: TaskType, body: dict[str, Any]
) -> None:
    with pytest.raises(ScaleInvalidRequest):
        client.create_task(kind, **body)


def test_sdk_creates_that_the_real_service_takes(client: scaleapi.ScaleClient) -> None:
    a_task(client, force=True)
    labels = [{"name": "Name_A", "description": "Description_A"}]
    client.create_task(TaskType.NamedEntityRecognition, text="Example text", labels=labels)
    client.create_task(
        TaskType.DocumentTranscription,
        attachment="https://document.test/a.jpg",
        features=[{"type": "block", "label": "barcode"}],
    )
    client.create_task(
        TaskType.Annotation,
        attachment="http://i.imgur.com/bGjrNzl.jpeg",
        attachment_type="image",
        min_width="30",
        min_height="30",
        objects_to_annotate=["face"],
    )


def test_sdk_cancel_and_fake_ids(client: scaleapi.ScaleClient) -> None:
    task = a_task(client)
    with pytest.raises(ScaleInvalidRequest):
        task.cancel()
    for call in (client.get_task, client.cancel_task):
        with pytest.raises(ScaleResourceNotFound):
            call("fake_id_qwertyuiop")


def test_sdk_lists(client: scaleapi.ScaleClient) -> None:
    made = [a_task(client, project=NAME).id for _ in range(4)]
    newest = client.tasks(limit=3)
    assert [task.id for task in newest] == made[:0:-1]
    assert all(task.id in made for task in newest.docs)
    window = client.tasks(start_time="2019-01-01T00:00:00.000001", end_time="2019-06-30 10:00:00")
    assert list(window) == []
    assert client.get_tasks_count(NAME) == len(list(client.get_tasks(NAME))) == 4
    with pytest.raises(ScaleInvalidRequest):
        client.tasks(bogus=1)


def test_sdk_batches(client: scaleapi.ScaleClient) -> None:
    made = client.create_batch(NAME, "b1", callback="http://a.test/callback")
    assert made.status == "in_progress"
    for name in ("u1", "u2", "u3"):
        task = a_task(client, batch="b1", unique_id=name)
        task.refresh()
        assert (task.batch, task.status) == ("b1", "completed")
    assert made.get_status()["status"] == "in_progress"
    assert (made.tasks_completed, made.tasks_pending) == (3, 0)
    assert client.get_batch("b1").status == "in_progress"
    assert made.finalize().status == "in_progress"
    assert client.set_batch_metadata("b1", {"a": "b"}).metadata == {"a": "b"}
    found = list(client.get_batches(NAME))
    assert client.batches(project=NAME).total == len(found) == 1
    with pytest.raises(ScaleDuplicateResource):
        client.create_batch(NAME, "b1", callback="")


def test_sdk_files_team_and_projects(client: scaleapi.ScaleClient) -> None:
    uploaded = client.upload_file(io.BytesIO(b"x"), project_name=NAME)
    imported = client.import_file("https://static.test/a.png", project_name=NAME)
    for file in (uploaded, imported):
        UUID(file.id)
        assert file.attachment_url.startswith("scaledata://")
    assert len(client.list_teammates()) > 0
    assert [one.name for one in client.get_projects()] == [NAME]
    with pytest.raises(ScaleDuplicateResource):
        client.create_project(NAME, TaskType.Categorization)


def test_success_is_exactly_200(door: Door) -> None:
    project(door)
    batch(door)
    task = image_task(door, batch="w1")
    task.cancel()
    door.client().import_file("https://static.test/a.png")
    assert {request.status for request in door.mock.requests} == {200}


def node(door: Door, method: str, path: str, **more: Any) -> Any:
    """A request as the Node SDK sends it: Bearer, a doubled slash, a name that is not quoted."""

    def bearer(request: Any) -> Any:
        request.headers["Authorization"] = f"Bearer {door.key()}"
        return request

    return ok(door.request(method, f"/v1/{path}", auth=bearer, **more))


def test_node_quirks(door: Door) -> None:
    made = node(door, "POST", "/projects", json={"name": "a b", "type": "imageannotation"})
    assert node(door, "GET", "/projects/a b") == made
    node(door, "POST", "/batches", json={"name": "w 1", "project": "a b"})
    assert node(door, "GET", "/batches/w 1/status") == {"status": "in_progress"}
    page = node(door, "GET", "/batches?exclude_archived=true")
    assert page["total"] == 1


def test_node_wraps_metadata_and_gets_what_it_sent(door: Door) -> None:
    task = image_task(door)
    reply = node(door, "POST", f"task/{task.id}/setMetadata", json={"docs": {"a": 1}})
    assert reply["metadata"] == {"docs": {"a": 1}}


def test_node_calls_the_batches_groups(door: Door) -> None:
    project(door, studio=True)
    for name in "ab":
        batch(door, name).finalize()
    body = {"groups": [{"name": "b"}, {"name": "a"}]}
    reply = node(door, "POST", "/studio/batches/set_priorities", json=body)
    assert [one["name"] for one in reply] == ["b", "a"]


def test_ruby_sends_all_list_params_always(door: Door) -> None:
    made = [image_task(door).id for _ in range(3)]
    headers = {"X-API-Client": "Ruby", "X-API-Client-Version": "2.1.1"}
    query = "callback_url&end_time&limit=99&offset=1&start_time&status&type"
    page = ok(door.get(f"/tasks?{query}", headers=headers))
    assert (page["limit"], page["offset"], page["has_more"]) == (99, 1, False)
    assert [one["task_id"] for one in page["docs"]] == made[1::-1]
    canceled = ok(door.post(f"/task/{made[0]}/cancel", json={"callback_url": None}))
    assert canceled["status"] == "canceled"


def test_old_npm_client_sees_pending_then_completed(door: Door) -> None:
    task = ok(door.post("/task/categorize", json=CATEGORIES, mode="test"))
    assert task["status"] == "pending"
    assert ok(door.get(f"/task/{task['task_id']}", mode="test"))["status"] == "completed"


def test_sail_pages_until_the_token_is_falsy(door: Door) -> None:
    made = [image_task(door).id for _ in range(5)]
    found: list[str] = []
    token: str | None = ""
    while token is not None and (token or not found):
        page = ok(door.get(f"/tasks?limit=2&include_attachment_url=True&next_token={token}"))
        found += [one["task_id"] for one in page["docs"]]
        token = page.get("next_token")
    assert found == made[::-1]


def test_sail_follows_the_pages_of_batches(door: Door) -> None:
    project(door)
    made = [batch(door, f"b{number}").name for number in range(5)]
    found: list[str] = []
    page: dict[str, Any] = {"hasNextPage": True, "nextPage": 1}
    while page["hasNextPage"]:
        page = ok(door.get(f"/batches?limit=2&offset={(page['nextPage'] - 1) * 2}"))
        found += [one["name"] for one in page["docs"]]
        assert page["totalPages"] == 3
    assert found == made[::-1]


def test_sail_tells_errors_by_the_key_status_code(door: Door) -> None:
    task = image_task(door)
    good = [
        door.get(f"/task/{task.id}"),
        door.get("/tasks"),
        door.get("/batches"),
        door.get("/studio/assignments"),
    ]
    assert all("status_code" not in reply.json() for reply in good)
    assert docs(good[1])[0]["task_id"] == task.id
    assert door.get("/task/nope").json()["status_code"] == 404
