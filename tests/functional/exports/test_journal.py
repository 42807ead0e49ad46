"""What happened, for other programs: JSON lines, HTTP archives, diagrams; by Python and by HTTP."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import requests

from scale_mock import ScaleMock
from scale_mock.errors import ConfigurationError
from scale_mock.mock.remote.mock import RemoteMock
from scale_mock.mock.serve import serving_host
from tests.functional.helpers import CATEGORIES, HOOK, completed_task, image_task

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.functional.conftest import OpenDoor
    from tests.functional.doors import Door

COUNT = {"type": "integer", "minimum": -1}
TEXT = {"type": "string"}
PAIRS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["name", "value"],
        "properties": {"name": TEXT, "value": TEXT},
    },
}
MESSAGE = {
    "httpVersion": TEXT,
    "cookies": PAIRS,
    "headers": PAIRS,
    "headersSize": COUNT,
    "bodySize": COUNT,
}


def required(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


REQUEST = required(
    **MESSAGE, method=TEXT, url={"type": "string", "pattern": r"^(https?://|mailto:)"},
    queryString=PAIRS,
)  # fmt: skip
REQUEST["properties"]["postData"] = required(mimeType=TEXT, text=TEXT)
CONTENT = required(size=COUNT, mimeType=TEXT)
LENGTH = {"type": "number", "minimum": 0}
ENTRY = required(
    startedDateTime={"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"},
    time=LENGTH,
    request=REQUEST,
    response=required(
        **MESSAGE, status={"type": "integer"}, statusText=TEXT, content=CONTENT, redirectURL=TEXT
    ),
    cache={"type": "object"},
    timings=required(send=LENGTH, wait=LENGTH, receive=LENGTH),
)
HAR = required(
    log=required(
        version={"const": "1.2"},
        creator=required(name=TEXT, version=TEXT),
        entries={"type": "array", "items": ENTRY},
    )
)
"""The structure that the format publishes, as far as an archive without pages has it."""
LINE = re.compile(
    r"sequenceDiagram|    participant [A-Za-z0-9]+ as \S.*"
    r"|    [A-Za-z0-9]+(->>|-->>|--x)[A-Za-z0-9]+: \S.*"
    r"|    Note over [A-Za-z0-9]+(,[A-Za-z0-9]+)?: \S.*"
)


def story(door: Door) -> str:
    """A task whose callback gets through at the second try, a mistake, and a captured callback."""
    mock = door.mock
    mock.faults.add(match={"callback": True, "first": 1}, status=500, name="late")
    task = completed_task(door, callback_url=mock.callbacks.url)
    mock.callbacks.assert_received(task)
    door.request("GET", "/v1/task/none?a=1&b=;")
    mock.clock.advance(days=1)
    mock.tasks.complete(image_task(door, callback_url=HOOK, metadata={"n": 2}))
    mock.clock.advance(0)
    return str(task.id)


def exported(door: Door, tmp_path: Path, name: str) -> str:
    """A file by Python, which the control API answers too."""
    door.mock.export_journal(tmp_path / name)
    form = {"jsonl": "jsonl", "har": "har", "mmd": "mermaid"}[name.rpartition(".")[2]]
    reply = door.request("GET", f"/_mock/journal?format={form}")
    assert reply.status_code == 200
    assert reply.content == (tmp_path / name).read_bytes()
    return reply.content.decode()


def test_json_lines_are_the_journal(door: Door, tmp_path: Path) -> None:
    story(door)
    lines = [json.loads(line) for line in exported(door, tmp_path, "a.jsonl").splitlines()]
    assert lines == [entry.as_dict() for entry in door.mock.journal.entries()]
    reply = door.request("GET", f"/_mock/journal?format=jsonl&after={lines[-3]['seq']}")
    assert reply.headers["content-type"] == "application/jsonl"
    assert len(reply.content.splitlines()) == 2
    assert door.request("GET", "/_mock/journal?format=json").json() == lines


def test_an_archive_holds_requests_and_tries_of_callbacks(door: Door, tmp_path: Path) -> None:
    story(door)
    text = exported(door, tmp_path, "a.har")
    archive = json.loads(text)
    jsonschema.validate(archive, HAR)
    entries = archive["log"]["entries"]
    shown = [
        (one["startedDateTime"][:10], one["request"]["method"], one["response"]["status"])
        for one in entries
        if one["_kind"] == "callback" or one["request"]["url"].endswith("b=;")
    ]
    assert shown == [
        ("2024-01-01", "POST", 500),
        ("2024-01-01", "POST", 200),
        ("2024-01-01", "GET", 404),
        ("2024-01-02", "POST", 0),
    ]
    asked = next(one for one in entries if one["request"]["url"].endswith("b=;"))
    assert asked["request"]["url"] == "https://api.scale.com/v1/task/none?a=1&b=;"
    assert asked["request"]["queryString"] == [
        {"name": "a", "value": "1"},
        {"name": "b", "value": ";"},
    ]
    assert (asked["_operation"], asked["_error"]) == ("get_task", "Task with that ID not found.")
    assert (asked["_key"], asked["request"]["bodySize"]) == ("live_***", -1)
    first, second, last = (one for one in entries if one["_kind"] == "callback")
    assert (first["_attempt"], first["_fault"], second["_attempt"]) == (1, "late", 2)
    assert first["_callback"] == second["_callback"] != last["_callback"]
    assert {"name": "scale-callback-auth", "value": "live_***"} in first["request"]["headers"]
    sent = first["request"]
    assert json.loads(sent["postData"]["text"])["status"] == "completed"
    assert sent["bodySize"] == len(sent["postData"]["text"].encode())
    assert first["response"]["content"] == {
        "size": 21, "mimeType": "x-unknown", "text": "Internal Server Error",
    }  # fmt: skip
    assert (last["_error"], last["request"]["url"]) == ("captured", HOOK)


def test_a_diagram_tells_the_story(door: Door, tmp_path: Path) -> None:
    task_id = story(door)
    callback = door.mock.callbacks.owed[0].id
    lines = exported(door, tmp_path, "a.mmd").splitlines()
    assert all(LINE.fullmatch(line) for line in lines)
    assert lines[:5] == [
        "sequenceDiagram",
        "    participant Code as your code",
        "    participant Scale as Scale",
        "    participant R0 as receiver.scale-mock.test",
        "    participant R1 as hooks.example.test",
    ]
    body = [line.strip() for line in lines[5:]]
    begin = body.index(f"Scale->>R0: callback {callback}, attempt 1")
    assert body[begin + 1] == "R0-->>Scale: 500"
    begin = body.index("Note over Code,Scale: 2024-01-01T00:00:10.800Z, 10 s 800 ms later")
    assert body[begin + 1 : begin + 5] == [
        f"Scale->>R0: callback {callback}, attempt 2",
        "R0-->>Scale: 200",
        "Code->>Scale: GET /v1/task/none (get_task)",
        "Scale-->>Code: 404 Task with that ID not found.",
    ]
    created = body.index("Code->>Scale: POST /v1/task/imageannotation (create_task)")
    assert body[created + 2].startswith(f"Note over Scale: task/{task_id}: task.created")
    assert body[0] == "Note over Code,Scale: 2024-01-01T00:00:00.000Z"
    assert f"Note over Scale: task/{task_id}: task.completed (by hand)" in body
    last = door.mock.callbacks.owed[1].id
    assert body[-1] == f"Scale--xR1: callback {last}: captured, not sent"


def test_nothing_that_somebody_sends_breaks_a_diagram(door: Door, tmp_path: Path) -> None:
    mock = door.mock
    hosts = ("user:pw@x.test", "end", "e;n#d.test", "d.test:9", "participant:80")
    odd = {"unique_id": 'a;b#c\n%%<b>`"\u2028end'}
    for number, host in enumerate(hosts):
        body = {**CATEGORIES, **odd, "callback_url": f"http://{host}/x"}
        body["unique_id"] += str(number)
        door.request("POST", "/v1/task/categorization", json=body)
    for task in [one.id for one in door.client().tasks()]:
        mock.tasks.complete(task)
    mock.clock.advance(0)
    text = exported(door, tmp_path, "a.mmd")
    assert [line for line in text.splitlines() if not LINE.fullmatch(line)] == []
    assert re.search(r"[<>`%]", text.replace("->>", "").replace("-->>", "")) is None
    assert re.sub(r"#\d+;", "", text).count(";") == 0
    assert "unique_id a#59;b#35;c #37;#37;#60;b#62;#96;#34; end0" in text
    assert "user" not in text


def test_no_key_is_in_an_export(door: Door, tmp_path: Path) -> None:
    mock = door.mock
    keys = [mock.live_key, mock.test_key, mock.callback_auth("live"), mock.callback_auth("test")]
    told = f"{' '.join(keys)} {mock.live_key}2"
    completed_task(door, callback_url=mock.callbacks.url, metadata={"told": told})
    mock.callbacks.assert_received()
    door.request("GET", f"/v1/{mock.live_key}?api_key={mock.test_key}")
    for name in ("a.har", "a.mmd"):
        text = exported(door, tmp_path, name)
        assert not re.search(
            rf"{'|'.join(map(re.escape, keys))}(?!\w)", text.replace(f"{mock.live_key}2", "")
        )


def test_a_long_diagram_shows_the_newest(door: Door, tmp_path: Path) -> None:
    for number in range(400):
        door.mock.clock.advance(seconds=1)
        door.request("GET", f"/v1/task/{number}")
    text = exported(door, tmp_path, "a.mmd")
    assert 30_000 < len(text) < 50_000
    (more,) = re.findall(r"\.\.\. (\d+) more before", text)
    requests_shown = text.count("Code->>Scale: GET")
    entries_shown = text.count("Note over Scale:")
    assert requests_shown + entries_shown + int(more) == 400 + len(
        list(door.mock.journal.entries())
    )
    assert "GET /v1/task/399 (get_task)" in text
    assert "GET /v1/task/0 (get_task)" not in text


def test_the_same_calls_give_the_same_bytes(open_door: OpenDoor, tmp_path: Path) -> None:
    found = []
    for _ in range(2):
        door = open_door(seed=3)
        story(door)
        found.append([exported(door, tmp_path, name) for name in ("a.jsonl", "a.har", "a.mmd")])
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("format=xml", '"format" must be one of [json, jsonl, har, mermaid]'),
        ("format=har&after=3", '"after" is for json and jsonl; har shows everything'),
    ],
)
def test_a_format_that_is_none_is_refused(door: Door, query: str, text: str) -> None:
    reply = door.request("GET", f"/_mock/journal?{query}")
    assert (reply.status_code, reply.json()["error"]) == (
        400, f"Parameter is invalid, reason: {text}",
    )  # fmt: skip


def test_a_format_that_is_none_is_refused_in_python(tmp_path: Path) -> None:
    with ScaleMock() as mock:
        for call, text in (
            (
                lambda: mock.export_journal("a.txt"),
                "export_journal('a.txt'): name the file .jsonl, .har, .mmd, or say format=: jsonl, "
                "har, mermaid.",
            ),
            (
                lambda: mock.export_journal("a.har", format="mermaids"),  # type: ignore[arg-type]
                "format='mermaids': there is no such format; did you mean \"mermaid\"? Formats: "
                "jsonl, har, mermaid.",
            ),
        ):
            with pytest.raises(ConfigurationError) as refused:
                call()
            assert str(refused.value) == text
        mock.export_journal(tmp_path / "a.txt", format="mermaid")
    assert (tmp_path / "a.txt").read_text("utf-8").startswith("sequenceDiagram\n")


@pytest.fixture
def url() -> Iterator[str]:
    """A server that others' worlds live on."""
    host = serving_host(address="127.0.0.1", port=0)
    yield host.url
    host.stop()


def test_a_world_elsewhere_is_exported_to_a_file_here(url: str, tmp_path: Path) -> None:
    with RemoteMock(url) as mock:
        requests.get(f"{mock.v1_url}/task/none", auth=(mock.live_key, ""), timeout=9)
        mock.export_journal(tmp_path / "a.har")
        with pytest.raises(ConfigurationError, match="name the file"):
            mock.export_journal(tmp_path / "a.txt")
    entries = json.loads((tmp_path / "a.har").read_text("utf-8"))["log"]["entries"]
    assert [one["request"]["url"] for one in entries] == ["https://api.scale.com/v1/task/none"]
