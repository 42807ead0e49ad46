"""Bulk export, responses of one's own, and images that tell their size."""

from __future__ import annotations

import io
import json
import struct
import zlib
from typing import TYPE_CHECKING, Any

import pytest
import requests
from scaleapi.exceptions import ScaleInvalidRequest
from scaleapi.tasks import TaskType

from scale_mock import ConfigurationError, ScaleMock
from scale_mock.errors import ResponderFailed

if TYPE_CHECKING:
    from pathlib import Path

    import scaleapi

FIELDS = {"attachment_type": "text", "attachment": "car", "categories": ["big", "small"]}


@pytest.fixture
def client(scale_mock: ScaleMock) -> scaleapi.ScaleClient:
    made = scale_mock.client()
    for project in ("one", "two"):
        made.create_project(project, TaskType.Categorization)
        for number in range(3):
            made.create_task(
                TaskType.Categorization,
                project=project,
                unique_id=f"{project}-{number}",
                tags=["odd" if number % 2 else "even"],
                **FIELDS,
            )
    return made


def test_an_export_holds_what_the_list_holds(
    scale_mock: ScaleMock, client: scaleapi.ScaleClient, tmp_path: Path
) -> None:
    scale_mock.clock.advance(days=14)
    count = scale_mock.export(tmp_path / "all.jsonl", status="completed")
    lines = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text().splitlines()]
    assert count == len(lines) == 6
    assert lines == [task.as_dict() for task in client.tasks()]
    assert all(line["response"]["category"] in {"big", "small"} for line in lines)


@pytest.mark.parametrize(
    ("filters", "unique_ids"),
    [
        ({"project": "two"}, ["two-2", "two-1", "two-0"]),
        ({"project": ["one", "two"], "tags": "odd"}, ["two-1", "one-1"]),
        ({"unique_id": ["one-0", "nobody"]}, ["one-0"]),
        ({"status": "completed"}, []),
        ({"start_time": "2024-01-02"}, []),
        ({"end_time": "2024-01-01", "type": "categorization", "project": "one"}, 3),
    ],
)
def test_filters_are_those_of_the_list(
    scale_mock: ScaleMock,
    client: scaleapi.ScaleClient,
    tmp_path: Path,
    filters: dict[str, Any],
    unique_ids: list[str] | int,
) -> None:
    path = tmp_path / "some.jsonl"
    count = scale_mock.export(path, **filters)
    by_api = requests.get(
        f"{scale_mock.url}/_mock/export",
        params=filters,
        auth=(scale_mock.live_key, ""),
        timeout=10,
    )
    assert by_api.headers["Content-Type"] == "application/jsonl"
    assert by_api.content == path.read_bytes()
    found = [json.loads(line)["unique_id"] for line in path.read_text().splitlines()]
    assert count == len(found)
    if isinstance(unique_ids, int):
        assert count == unique_ids
    else:
        assert found == unique_ids


def test_an_unknown_filter_is_refused(scale_mock: ScaleMock, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"export\(\): no filter 'projct'\. Filters: stat"):
        scale_mock.export(tmp_path / "x", projct="one")
    assert not (tmp_path / "x").exists()


def test_an_export_of_many_tasks_is_whole(scale_mock: ScaleMock, tmp_path: Path) -> None:
    for number in range(1203):
        _create(scale_mock, unique_id=f"{number}")
    assert scale_mock.export(tmp_path / "many") == 1203
    reply = requests.get(
        f"{scale_mock.url}/_mock/export", auth=(scale_mock.live_key, ""), timeout=30
    )
    assert reply.content == (tmp_path / "many").read_bytes()


def test_a_type_can_be_answered_with_a_response_of_one_s_own(
    scale_mock: ScaleMock, client: scaleapi.ScaleClient
) -> None:
    scale_mock.tasktypes.respond("categorization", {"category": "small"})
    scale_mock.clock.advance(days=14)
    assert {task.response["category"] for task in client.tasks()} == {"small"}


def test_a_type_can_be_answered_by_a_function_of_the_task(
    scale_mock: ScaleMock, client: scaleapi.ScaleClient
) -> None:
    scale_mock.tasktypes.respond(
        "categorization", lambda task: {"category": "big" if task["tags"] == ["odd"] else "small"}
    )
    scale_mock.clock.advance(days=14)
    answers = {task.as_dict()["unique_id"]: task.response["category"] for task in client.tasks()}
    assert answers["one-1"] == "big"
    assert answers["one-0"] == "small"
    scale_mock.tasktypes.respond("categorization", None)
    assert scale_mock.tasktypes.names[0] == "annotation"


def test_a_response_that_does_not_fit_is_refused_unless_told_otherwise(
    scale_mock: ScaleMock, client: scaleapi.ScaleClient
) -> None:
    with pytest.raises(ConfigurationError, match=r"does not fit its schema.*validate=False"):
        scale_mock.tasktypes.respond("categorization", {"categorie": "small"})
    scale_mock.tasktypes.respond("categorization", {"categorie": "small"}, validate=False)
    scale_mock.clock.advance(days=14)
    assert client.tasks().docs[0].response == {"categorie": "small"}
    with pytest.raises(ConfigurationError, match=r"no task type .categorisation.\. Types: annot"):
        scale_mock.tasktypes.respond("categorisation", {})


def test_labels_fit_an_uploaded_image(scale_mock: ScaleMock) -> None:
    client = scale_mock.client()
    file = client.upload_file(file=_png(64, 48))
    task = client.create_task(
        TaskType.ImageAnnotation,
        attachment=file.attachment_url,
        geometries={"box": {"objects_to_annotate": ["cat", "dog"]}},
    )
    scale_mock.clock.advance(days=14)
    task.refresh()
    assert task.response["annotations"]
    for box in task.response["annotations"]:
        assert 0 <= box["left"] <= box["left"] + box["width"] <= 64
        assert 0 <= box["top"] <= box["top"] + box["height"] <= 48


def _create(mock: ScaleMock, **fields: object) -> None:
    mock._world.tasks.create(mock._world.core.sides["live"], "categorization", {**FIELDS, **fields})


def _png(width: int, height: int) -> io.BytesIO:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = b"".join(b"\x00" + b"\x80" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    content = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head)
    file = io.BytesIO(content + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
    file.name = "picture.png"
    return file


def test_a_function_that_fails_is_named_and_the_task_can_be_handed_on(
    scale_mock: ScaleMock, client: scaleapi.ScaleClient
) -> None:
    def broken(task: dict[str, Any]) -> dict[str, Any]:
        raise LookupError("no labels for " + task["unique_id"])

    scale_mock.tasktypes.respond("categorization", broken)
    with pytest.raises(ResponderFailed, match="registered for categorization failed on task"):
        scale_mock.clock.advance(days=14)
    (stuck,) = (task for task in client.tasks() if "finishing" in _waits(scale_mock, task))
    assert "LookupError: no labels for " in _waits(scale_mock, stuck)
    with pytest.raises(AssertionError, match="registered for categorization failed"):
        scale_mock.check()
    scale_mock.tasktypes.respond("categorization", None)
    assert scale_mock.tasks.complete(stuck)["status"] == "completed"
    scale_mock.clock.advance(days=14)
    assert client.tasks(status="completed").total == 6
    scale_mock.reset()


def test_what_is_refused_is_in_the_journal_with_its_place(scale_mock: ScaleMock) -> None:
    with pytest.raises(ScaleInvalidRequest):
        scale_mock.client().create_task(TaskType.Categorization, **{**FIELDS, "categories": 3})
    (entry,) = (entry.as_dict() for entry in scale_mock.journal.entries())
    assert (entry["kind"], entry["operation"], entry["path"]) == (
        "request.refused",
        "create_task",
        "$.categories",
    )
    assert entry["error"] == 'Parameter is invalid, reason: "categories" must be an array'


def test_a_callback_names_the_door_that_its_task_came_through(scale_mock: ScaleMock) -> None:
    """A container knows the server by another name than its host does."""
    base, auth = scale_mock.v1_url, (scale_mock.live_key, "")
    body = {
        "attachments": ["https://x.test/1.json"],
        "labels": ["car"],
        "callback_url": scale_mock.callbacks.url,
    }
    made = requests.post(
        f"{base}/task/lidarannotation", json=body, auth=auth, timeout=10,
        headers={"Host": "mock.internal:8723"},
    ).json()  # fmt: skip
    requests.get(f"{base}/tasks", auth=auth, timeout=10)
    callback = scale_mock.callbacks.assert_received(task=made)
    url = callback.json["response"]["annotations"]["url"]
    assert url.startswith("http://mock.internal:8723/_mock/results/")


@pytest.mark.parametrize("field", [{"unique_id": "a\0"}, {"tags": ["a\0"]}])
def test_no_text_that_names_something_holds_a_nul(
    scale_mock: ScaleMock, field: dict[str, Any]
) -> None:
    with pytest.raises(ScaleInvalidRequest, match="must not contain the character NUL"):
        scale_mock.client().create_task(TaskType.Categorization, **FIELDS, **field)


def _waits(mock: ScaleMock, task: object) -> str:
    return mock.explain(task).waits_for
