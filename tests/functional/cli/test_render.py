"""``scale-mock render`` as its users meet it: tasks and result files of a server that runs."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.functional.cli.processes import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import TypeAlias

    from tests.functional.cli.processes import Serve

    Start: TypeAlias = Callable[..., Serve]

pytestmark = pytest.mark.slow

CHANGES_MAX = 5
VIDEO: dict[str, Any] = {
    "attachments": ["https://img.test/1.jpg", "https://img.test/2.jpg"],
    "attachment_type": "image",
    "geometries": {"box": {"objects_to_annotate": ["kitten"]}},
}


def completed(server: Serve, body: dict[str, Any] = VIDEO, key: str = "live_me") -> dict[str, Any]:
    """A task that is done: every look at it moves an autojump clock to its next change."""
    body = {"callback_url": f"{server.url}/_mock/health", **body}
    _, created = server.call("POST", "/v1/task/videoannotation", body, key=key)
    for _ in range(CHANGES_MAX):
        _, read = server.call("GET", f"/v1/task/{created['task_id']}", key=key)
        if read["status"] == "completed":
            break
    task: dict[str, Any] = read
    assert task["status"] == "completed"
    return task


def test_a_task_of_a_server_is_drawn_with_its_result_files(serve: Start, tmp_path: Path) -> None:
    server = serve()
    task = completed(server)
    out = tmp_path / "out.svg"
    arguments = ("render", task["task_id"], "--url", server.url)
    drawn = run(*arguments, "-o", str(out))
    assert (drawn.returncode, drawn.stdout, drawn.stderr) == (0, "", "")
    assert f"videoannotation {task['task_id']}, completed" in out.read_text()
    assert run(*arguments).stdout == out.read_text()
    second = run(*arguments, "--frame", "1")
    assert "Frame 1 of 0 to 1" in second.stdout
    too_far = run(*arguments, "--frame", "2")
    assert (too_far.returncode, too_far.stdout) == (1, "")
    assert "numbered 0 to 1" in too_far.stderr


def test_a_key_sees_only_its_own_tasks(serve: Start) -> None:
    server = serve()
    task = completed(server, key="live_other")
    refused = run("render", task["task_id"], "--url", server.url)
    assert refused.returncode == 1
    assert "answers 404: Task with that ID not found. Tasks belong to a key" in refused.stderr
    assert "is it the one of --key?" in refused.stderr
    shown = run("render", task["task_id"], "--url", server.url, "--key", "live_other")
    assert shown.returncode == 0


def test_a_file_is_drawn_while_its_server_runs_and_after_from_beside(
    serve: Start, tmp_path: Path
) -> None:
    server = serve()
    task = completed(server)
    path = tmp_path / "task.json"
    path.write_text(json.dumps(task))
    from_server = run("render", str(path))
    assert from_server.returncode == 0
    address = urlsplit(task["response"]["annotations"]["url"])
    assert address.hostname == "127.0.0.1"
    _, frames = server.call("GET", address.path)
    server.end()
    gone = run("render", str(path))
    assert (gone.returncode, gone.stdout) == (1, "")
    name = address.path.rpartition("/")[2]
    assert gone.stderr.count("\n") == 1
    assert f"put {name} beside the file" in gone.stderr
    (tmp_path / name).write_text(json.dumps(frames))
    assert run("render", str(path)).stdout == from_server.stdout


def test_a_world_of_a_process_names_files_by_another_host_and_url_says_where(
    serve: Start, tmp_path: Path
) -> None:
    server = serve()
    task = completed(server)
    url = task["response"]["annotations"]["url"]
    task["response"]["annotations"]["url"] = url.replace(server.url, "https://api.scale.com")
    path = tmp_path / "task.json"
    path.write_text(json.dumps(task))
    shown = run("render", str(path), "--url", server.url)
    assert (shown.returncode, shown.stderr) == (0, "")


def test_a_server_that_is_not_there_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    refused = run("render", "0" * 24, "--url", url)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith(f"Error: No server answers at {url}")
    assert refused.stderr.count("\n") == 1
