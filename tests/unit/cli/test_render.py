"""``scale-mock render``: what it takes, where it draws, and what it refuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from scale_mock.cli.drawing import DrawingError, draw
from scale_mock.cli.main import commands
from tests.unit.cli.shown import answered, frames_of, no_files, task

if TYPE_CHECKING:
    from pathlib import Path


def call(*arguments: str, given: bytes | None = None) -> Result:
    return CliRunner().invoke(commands, ["render", *arguments], input=given)


def refusal(result: Result) -> str:
    """The one line that is said when nothing is drawn."""
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_help_names_the_options() -> None:
    shown = call("--help").output
    assert [
        one for one in ("-o", "--output", "--url", "--key", "--frame") if one not in shown
    ] == []


def test_a_file_is_drawn_to_stdout_or_into_a_file(tmp_path: Path) -> None:
    asked, _ = answered("imageannotation")
    path = tmp_path / "task.json"
    path.write_text(json.dumps(asked))
    shown = call(str(path))
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert shown.stdout == draw(asked, no_files)
    drawn = call(str(path), "-o", str(tmp_path / "out.svg"))
    assert (drawn.exit_code, drawn.output) == (0, "")
    assert (tmp_path / "out.svg").read_text() == shown.stdout
    body = {"task_id": "t1", "status": "completed", "task": asked}
    assert call("-", given=json.dumps(body).encode()).stdout == shown.stdout


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "no JSON"),
        (b"[1]", "no task"),
        (b'{"docs": [{}, {}]}', "a list of 2 tasks"),
        (b'{"type": "imageannotation", "response": {"annotations": [\n{}]}}', "shape"),
    ],
)
def test_a_file_that_is_no_task_is_refused(content: bytes, says: str) -> None:
    assert says in refusal(call("-", given=content))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["missing.json"], "neither a file nor a task's id"),
        (["0" * 24, "--url", "ftp://x"], "no address such as http://127.0.0.1:8723"),
        (["0" * 24, "--url", "http://x:99999"], "no address such as"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: list[str], says: str) -> None:
    assert says in refusal(call(*arguments))


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    given = json.dumps(answered("imageannotation")[0]).encode()
    nowhere = str(tmp_path / "no" / "out.svg")
    assert f"Cannot write {nowhere}" in refusal(call("-", "-o", nowhere, given=given))


@pytest.mark.parametrize(
    "url", ["https://results.scale.test/secret/annotations.json", "file:///annotations.json"]
)
def test_result_files_elsewhere_are_not_fetched_but_may_lie_beside(
    tmp_path: Path, url: str
) -> None:
    path = tmp_path / "task.json"
    path.write_text(json.dumps(task("videoannotation", {"annotations": {"url": url}})))
    said = refusal(call(str(path)))
    assert "not fetched" in said or "no address" in said
    assert "put annotations.json beside the file" in said
    (tmp_path / "annotations.json").write_bytes(frames_of(1, 2))
    assert "Frame 1 of 0 to 1" in call(str(path), "--frame", "1").stdout


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (task("imageannotation", None, status="pending"), r"no response \(status=pending\)"),
        (task("imageannotation", {"error": "cannot load"}, status="error"), "cannot load"),
        (task("imageannotation", {"annotations": [{"type": "box"}]}), "does not have the shape"),
        (task("imageannotation", {}), "does not have the shape"),
        (task("videoannotation", {"annotations": {"url": "u"}}), "no file u"),
    ],
)
def test_what_cannot_be_drawn_is_said(given: dict[str, Any], says: str) -> None:
    with pytest.raises(DrawingError, match=says):
        draw(given, no_files)


def test_a_frame_of_what_has_none_is_refused() -> None:
    with pytest.raises(DrawingError, match="'imageannotation' has no frames: leave --frame out"):
        draw(task("imageannotation", {"annotations": []}), no_files, 0)
