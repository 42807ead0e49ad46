"""``serve --snapshot FILE``: the worlds of one run are there in the next."""

from __future__ import annotations

import json
import signal
import socket
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock import ScaleMock, __version__
from tests.functional.cli.processes import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.functional.cli.processes import Serve

pytestmark = pytest.mark.slow

CHOICE = {"attachment": "a", "attachment_type": "text", "categories": ["x", "y"]}
FOREIGN = '{file}: was not written by serve --snapshot: there is no "scale_mock_worlds" in it. '
LEFT = "The file is left as it is.\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "worlds.json"


def begin(server: Serve, key: str) -> str:
    """A task of an account that goes on for weeks, and two retries of a callback."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/"
    body = {**CHOICE, "callback_url": url, "unique_id": key}
    status, task = server.call("POST", "/v1/task/categorization", body, key=key)
    assert status == 200
    body = {**body, "unique_id": "done"}
    _, done = server.call("POST", "/v1/task/categorization", body, key=key)
    server.call("POST", f"/_mock/tasks/{done['task_id']}/complete", {}, key=key)
    server.call("POST", "/_mock/clock/advance", {"seconds": 60}, key=key)
    return str(task["task_id"])


def end_of(server: Serve, key: str) -> Any:
    server.call("POST", "/_mock/clock/advance", {"seconds": 30 * 86400}, key=key)
    return server.call("GET", "/_mock/journal/digest", key=key)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_worlds_go_on_in_the_next_run(serve: Callable[..., Serve], file: Path, number: int) -> None:
    straight = serve("--clock", "manual")
    for key in ("live_a", "live_b"):
        begin(straight, key)
    ends = [end_of(straight, key) for key in ("live_a", "live_b")]

    first = serve("--clock", "manual", "--snapshot", str(file))
    tasks = {key: begin(first, key) for key in ("live_a", "live_b")}
    assert not file.exists()
    assert first.end(number) == (0, "", "")
    assert [one.name for one in file.parent.iterdir()] == [file.name]
    written = json.loads(file.read_text())
    assert written["scale_mock_worlds"] == 1
    assert written["written_by"] == __version__
    assert list(written["worlds"]) == ["a", "b"]

    second = serve("--clock", "manual", "--snapshot", str(file))
    assert second.call("GET", "/_mock/health") == (200, {"status": "ok", "worlds": 2})
    for key, task in tasks.items():
        assert second.call("GET", f"/v1/task/{task}", key=key)[1]["status"] == "pending"
    assert [end_of(second, key) for key in ("live_a", "live_b")] == ends
    assert second.end(number) == (0, "", "")
    third = serve("--snapshot", str(file))
    for key, task in tasks.items():
        assert third.call("GET", f"/v1/task/{task}", key=key)[1]["status"] == "completed"


def test_nothing_is_written_where_nothing_was_opened_but_an_empty_file_of_worlds(
    serve: Callable[..., Serve], file: Path
) -> None:
    assert serve("--snapshot", str(file)).end() == (0, "", "")
    assert json.loads(file.read_text())["worlds"] == {}
    assert serve("--snapshot", str(file)).end() == (0, "", "")


def test_a_world_of_a_mock_can_be_restored_into_a_server(
    serve: Callable[..., Serve],
) -> None:
    with ScaleMock(seed=5) as mock:
        mock._world.projects.create(
            mock._world.core.sides["live"], {"name": "p", "type": "categorization"}
        )
        snapshot = mock.snapshot()
        digest = mock.journal.digest()
    server = serve()
    status, told = server.call("POST", "/_mock/restore", snapshot)
    assert (status, told["digest"]) == (200, digest)
    assert server.call("GET", "/v1/projects/p")[0] == 200


def test_rule_files_count_as_they_are_now(
    serve: Callable[..., Serve], file: Path, tmp_path: Path
) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('[[rule]]\nname = "old"\nafter = "1h"\n')
    arguments = ("--clock", "manual", "--rules", str(rules), "--snapshot", str(file))
    first = serve(*arguments)
    first.call("POST", "/_mock/rules", {"name": "by hand", "outcome": "hold"})
    assert first.end()[0] == 0
    rules.write_text('[[rule]]\nname = "new"\nmatch = { tags = "a" }\nafter = "2h"\n')
    second = serve(*arguments)
    _, there = second.call("GET", "/_mock/rules")
    assert [rule["name"] for rule in there] == ["new", "by hand"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "{file}: is no snapshot: Expecting value: line 1 column 1 (char 0). "),
        ("{}", FOREIGN),
        ("[]", FOREIGN),
        (
            '{"scale_mock_snapshot": 1}',
            "{file}: is the snapshot of one world; serve --snapshot reads the files that it wrote "
            "itself, with worlds by account. POST /_mock/restore takes this one. ",
        ),
        (
            '{"scale_mock_worlds": 2, "written_by": "9.9"}',
            "{file}: has format 2 and was written by scale_mock 9.9; this is scale_mock "
            f"{__version__}, which reads format 1. ",
        ),
        ('{"scale_mock_worlds": 1}', '{file}: its "worlds" are no object. '),
        (
            '{"scale_mock_worlds": 1, "worlds": {"a": 5}}',
            '{file}: world a: This is no snapshot: a snapshot is an object with a '
            '"scale_mock_snapshot" in it, as mock.snapshot() or GET /_mock/snapshot gives it. ',
        ),
    ],
)  # fmt: skip
def test_a_file_of_something_else_is_refused_and_left(file: Path, text: str, message: str) -> None:
    file.write_text(text)
    done = run("serve", "--port", "0", "--snapshot", str(file))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"Error: {message.format(file=file)}{LEFT}"
    assert file.read_text() == text


def test_a_place_that_cannot_be_written_is_refused_at_once(tmp_path: Path) -> None:
    there = tmp_path / "none"
    done = run("serve", "--port", "0", "--snapshot", str(there / "w.json"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"Error: {there / 'w.json'}: there is no directory {there} to write the snapshot into.\n"
    )


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    done = run("serve", "--port", "0", "--snapshot", str(tmp_path))
    assert done.returncode == 2
    assert f"File '{tmp_path}' is a directory." in done.stderr
