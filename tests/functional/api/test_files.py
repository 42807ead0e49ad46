"""Files: uploads in several parts, imports, and the list of a project's files."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from scaleapi.exceptions import ScaleDuplicateResource, ScaleResourceNotFound

from tests.functional.helpers import docs, image_task, ok, project, refused

if TYPE_CHECKING:
    from tests.functional.conftest import OpenDoor
    from tests.functional.doors import Door

URL = "https://img.example.test/a/1.jpg"


def uploaded(door: Door, **more: Any) -> dict[str, Any]:
    body: dict[str, Any] = ok(door.post("/files/upload", **more))
    return body


def test_upload_has_the_documented_fields(door: Door) -> None:
    project(door)
    form = {
        "project_name": "bikes",
        "display_name": "first.png",
        "reference_id": "r1",
        "metadata": json.dumps({"row": 1}),
    }
    file = uploaded(door, files={"file": ("1.png", b"pixels", "image/png")}, data=form)
    parts = file["attachment_url"].split("/")
    assert (parts[0], len(parts[2]), parts[3]) == ("scaledata:", 24, file["id"])
    assert file == {
        "id": file["id"],
        "attachment_url": file["attachment_url"],
        "created_at": "2024-01-01T00:00:00.000Z",
        "updated_at": "2024-01-01T00:00:00.000Z",
        "mime_type": "image/png",
        "size": 6,
        "project_names": ["bikes"],
        "display_name": "first.png",
        "reference_id": "r1",
        "metadata": {"row": 1},
    }


def test_sdk_upload_and_import(door: Door) -> None:
    project(door)
    client = door.client()
    first = client.upload_file(io.BytesIO(b"x"), project_name="bikes", reference_id="r1")
    second = client.import_file(URL, project_name="bikes", metadata=json.dumps({"a": 1}))
    assert first.id != second.id
    for file in (first, second):
        task = image_task(door, attachment=file.attachment_url)
        assert task.params["attachment"] == file.attachment_url
    with pytest.raises(ScaleDuplicateResource, match="reference_id"):
        client.upload_file(io.BytesIO(b"y"), reference_id="r1")


def test_same_file_twice_is_two_files(door: Door) -> None:
    ids = {uploaded(door, files={"file": ("1.png", b"x")})["id"] for _ in range(3)}
    assert len(ids) == 3


def test_kind_is_guessed_from_the_name(door: Door) -> None:
    for name, kind in (("a.jpg", "image/jpeg"), ("a", "application/octet-stream")):
        assert uploaded(door, files={"file": (name, b"")})["mime_type"] == kind


def test_several_projects(door: Door) -> None:
    for name in "ab":
        project(door, name)
    pairs = [("project_name", "a"), ("project_name", "b")]
    file = uploaded(door, files={"file": ("1.png", b"x")}, data=pairs)
    assert file["project_names"] == ["a", "b"]
    for name in "ab":
        assert len(docs(door.get(f"/files?project={name}"))) == 1


def test_file_at_the_limit_fits(open_door: OpenDoor) -> None:
    door = open_door(file_bytes_max=100)
    assert uploaded(door, files={"file": ("a", b"x" * 100)})["size"] == 100
    for size in (101, 2 * 2**20):
        reply = door.post("/files/upload", files={"file": ("a", b"x" * size)})
        assert refused(reply) == (
            400,
            "The file has more than 100 bytes, the most that can be uploaded.",
        )


@pytest.mark.parametrize(
    "sent",
    [
        {"json": {"file": "x"}},
        {"data": b""},
        {"files": {"other": ("a", b"x")}},
        {"data": b"--x", "headers": {"Content-Type": "multipart/form-data"}},
        {"data": b"--x", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
        {"data": b"junk", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
        {
            "data": b"--x\r\n\r\n",
            "headers": {"Content-Type": "multipart/form-data; boundary=é".encode()},
        },
    ],
)
def test_upload_without_a_file(door: Door, sent: dict[str, Any]) -> None:
    status, text = refused(door.post("/files/upload", **sent))
    assert (status, '"file" is required' in text) == (400, True)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"metadata": "{"}, '"metadata" must be JSON text of an object'),
        ({"metadata": "[1]"}, '"metadata" must be of type object'),
        ({"metadata": json.dumps({"a": "x" * 10_240})}, '"metadata" must not exceed 10 KB'),
    ],
)
def test_wrong_part(door: Door, form: dict[str, str], expected: str) -> None:
    status, text = refused(door.post("/files/upload", files={"file": ("a", b"x")}, data=form))
    assert (status, expected in text) == (400, True)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, '"file_url" is required'),
        ({"file_url": ""}, '"file_url" is not allowed to be empty'),
        ({"file_url": "1.jpg"}, '"file_url" must be a valid uri'),
        ({"file_url": URL, "reference_id": 1}, '"reference_id" must be a string'),
        ({"file_url": URL, "display_name": 1}, '"display_name" must be a string'),
        ({"file_url": URL, "metadata": 1}, '"metadata" must be of type object'),
    ],
)
def test_wrong_import(door: Door, body: dict[str, Any], expected: str) -> None:
    reply = door.post("/files/import", json=body)
    assert refused(reply) == (400, f"Parameter is invalid, reason: {expected}")


def test_unknown_project_is_404(door: Door) -> None:
    with pytest.raises(ScaleResourceNotFound, match=r"Project with that name not found."):
        door.client().import_file(URL, project_name="nowhere")
    assert refused(door.get("/files?project=nowhere"))[0] == 404


def test_a_refused_upload_keeps_nothing(door: Door) -> None:
    form = {"reference_id": "r", "project_name": "nowhere"}
    assert door.post("/files/upload", files={"file": ("a", b"x")}, data=form).status_code == 404
    assert uploaded(door, files={"file": ("a", b"x")}, data={"reference_id": "r"})["size"] == 1


def test_list_wants_a_project(door: Door) -> None:
    assert refused(door.get("/files")) == (
        400,
        'Parameter is invalid, reason: "project" is required',
    )


def test_list_filters_by_metadata(door: Door) -> None:
    project(door)
    client = door.client()
    for number in (1, 2):
        client.import_file(URL, project_name="bikes", metadata={"row": number, "week": 4})
    for wanted, rows in (({"row": 2}, [2]), ({"week": 4}, [2, 1]), ({"row": 3}, []), ({}, [2, 1])):
        query = {"project": "bikes", "metadata": json.dumps(wanted)}
        found = docs(door.get("/files", params=query))
        assert [one["metadata"]["row"] for one in found] == rows
    assert refused(door.get("/files?project=bikes&metadata={"))[0] == 400


def test_pages_lead_to_the_end(door: Door) -> None:
    project(door)
    client = door.client()
    made = [client.import_file(URL, project_name="bikes").id for _ in range(205)]
    found: list[str] = []
    cursor = ""
    for path in ("/files", "/assets", "/files"):
        page = ok(door.get(path, params={"project": "bikes", "cursor": cursor}))
        found += [one["id"] for one in page["docs"]]
        assert page["has_more"] == ("next_token" in page)
        cursor = page.get("next_token", "")
    assert (found, cursor) == (made[::-1], "")
