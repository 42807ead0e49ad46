"""``serve --rules``: every world has them, they follow their files, broken files do nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.functional.helpers import IMAGE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.functional.cli.processes import Serve

HOLD = '[[rule]]\nname = "hold"\noutcome = "hold"\n'
CANCEL = '[[rule]]\nname = "cancel"\noutcome = "cancel"\nafter = "1h"\n'


def said(server: Serve) -> str:
    """The next line on stderr; the process is killed if there is none."""
    assert server.process.stderr is not None
    return server.process.stderr.readline()


def names(server: Serve, key: str = "live_me") -> list[str]:
    return [rule["name"] for rule in server.call("GET", "/_mock/rules", key=key)[1]]


def test_rules_follow_their_files(serve: Callable[..., Serve], tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(HOLD)
    server = serve("--port", "0", "--clock", "manual", "--rules", str(path))
    status, task = server.call("POST", "/v1/task/imageannotation", IMAGE)
    assert (status, task["status"]) == (200, "pending")
    server.call("POST", "/_mock/rules", {"name": "mine", "match": {"batch": "b"}})
    assert names(server) == ["hold", "mine"]

    path.write_text("[[rule]]\noutcom = 1\n")
    assert said(server).startswith(f"{path}:2: rule (1st): outcom: unknown key; did you mean")
    assert said(server) == "The rules stay as they were.\n"
    assert names(server) == ["hold", "mine"]

    path.write_text(CANCEL)
    assert said(server) == "Rules reloaded: 1 rule, 0 faults.\n"
    assert names(server) == ["cancel", "mine"]
    assert names(server, key="live_other") == ["cancel"]
    _, explained = server.call("GET", f"/_mock/tasks/{task['task_id']}/explain")
    assert explained["decided_by"] == "hold"
    server.call("POST", "/_mock/reset")
    assert names(server) == ["cancel"]
    assert server.end()[0] == 0


def test_a_file_that_is_wrong_from_the_beginning_ends_it(
    serve: Callable[..., Serve], tmp_path: Path
) -> None:
    path = tmp_path / "rules.toml"
    path.write_text("[[rule]]\noutcome = 1\n")
    server = serve("--port", "0", "--rules", str(path))
    assert server.ready_line == ""
    assert said(server).startswith(f"Error: {path}:2: rule (1st): outcome: an outcome is text")
    assert server.process.wait() == 1
