"""The folder of a failing test: what is in it, when there is one, and where."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import requests

from scale_mock.mock.serve import serving_host
from scale_mock.mock.worldfile import WorldFile
from scale_mock.pytest_plugin.dumping import folder_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.plugin.conftest import Run

BAD = """
import pytest, requests

def create(mock, url):
    return requests.post(
        "https://api.scale.com/v1/task/categorization", auth=(mock.live_key, ""), json={
            "attachment": "car", "attachment_type": "text", "categories": ["a", "b"],
            "callback_url": url, "unique_id": "car-1",
        },
    ).json()

def test_bad(scale_mock):
    def save(request):
        raise LookupError(request.headers["scale-callback-auth"])
    scale_mock.callbacks.mount("https://app.test/", save)
    task = create(scale_mock, "https://app.test/hook")
    scale_mock.tasks.complete(task)
    scale_mock.clock.advance(minutes=1)
    assert scale_mock.live_key is None
"""
FILES = [
    "callbacks.jsonl",
    "journal.jsonl",
    "report.txt",
    "requests.jsonl",
    "snapshot.json",
    "story.mmd",
    "traffic.har",
]


def folders(root: Path) -> list[Path]:
    """The folders that hold a report."""
    return sorted(path.parent for path in root.rglob("report.txt"))


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_failed_test_leaves_everything_about_its_world(
    run: Run, pytester: pytest.Pytester
) -> None:
    result = run(BAD, "--scale-mock-dump=out")
    result.assert_outcomes(failed=1)
    [folder] = folders(pytester.path / "out")
    assert folder.parent == pytester.path / "out"
    name = "test_a_failed_test_leaves_everything_about_its_world.py::test_bad"
    assert folder.name == folder_name(name)
    assert folder.name.startswith(
        "test_a_failed_test_leaves_everything_about_its_world.py-test_bad-"
    )
    assert sorted(path.name for path in folder.iterdir()) == FILES
    assert f"Dumped to {folder}" in result.stdout.lines
    assert (
        f"To look at it: scale-mock serve --snapshot {folder / 'snapshot.json'}, key live_dump"
    ) in result.stdout.lines

    [created] = lines(folder / "requests.jsonl")
    assert (created["operation"], created["status"], created["key"]) == (
        "create_task",
        200,
        "live_***",
    )
    kinds = [entry["kind"] for entry in lines(folder / "journal.jsonl")]
    assert kinds[0] == "task.created"
    assert "callback.attempted" in kinds
    [callback] = lines(folder / "callbacks.jsonl")
    assert callback["url"] == "https://app.test/hook"
    assert callback["body"]["task"]["unique_id"] == "car-1"
    assert callback["attempts"][0]["traceback"].splitlines()[-1] == "LookupError: live_***"
    exchanges = json.loads((folder / "traffic.har").read_text("utf-8"))["log"]["entries"]
    assert [one["request"]["url"] for one in exchanges][:2] == [
        "https://api.scale.com/v1/task/categorization",
        "https://app.test/hook",
    ]
    story = (folder / "story.mmd").read_text("utf-8").splitlines()
    assert story[:4] == [
        "sequenceDiagram",
        "    participant Code as your code",
        "    participant Scale as Scale",
        "    participant R0 as app.test",
    ]
    assert "    R0--xScale: LookupError: live_***" in story
    report = (folder / "report.txt").read_text("utf-8")
    assert report.startswith("seed 0, clock at 2024-01-01T00:01:00.000Z (manual); to repeat: ")
    assert "E       AssertionError: assert 'live_***' is None" in report


def test_no_key_is_in_any_file(run: Run, pytester: pytest.Pytester) -> None:
    result = run(
        BAD.replace("    assert scale", "    print('KEYS', scale_mock.live_key, "
                    "scale_mock.callback_auth('live'))\n    assert scale"),
        "--scale-mock-dump=out",
    )  # fmt: skip
    [said] = [line for line in result.stdout.lines if line.startswith("KEYS ")]
    [folder] = folders(pytester.path / "out")
    for name in FILES:
        text = (folder / name).read_text("utf-8")
        assert not [key for key in said.split()[1:] if key in text], name


@contextmanager
def served(snapshot: Path) -> Iterator[str]:
    """A server such as ``scale-mock serve --snapshot`` starts."""
    host = serving_host(address="127.0.0.1", port=0)
    WorldFile(snapshot).open_worlds(host)
    try:
        yield host.url
    finally:
        host.stop()


def test_a_server_takes_the_snapshot_in(run: Run, pytester: pytest.Pytester) -> None:
    run(BAD, "--scale-mock-dump=out")
    [folder] = folders(pytester.path / "out")
    with served(folder / "snapshot.json") as url:
        found = requests.get(f"{url}/v1/tasks", auth=("live_dump", ""), timeout=9).json()["docs"]
        journal = requests.get(f"{url}/_mock/journal", auth=("live_dump", ""), timeout=9).json()
    assert [(task["unique_id"], task["status"]) for task in found] == [("car-1", "completed")]
    assert journal == lines(folder / "journal.jsonl")
    assert threading.active_count() < 50


def test_functions_are_left_out_of_the_snapshot_and_named(
    run: Run, pytester: pytest.Pytester
) -> None:
    result = run(
        BAD
        + """
@pytest.mark.scale_mock(rules=[{"name": "mine", "response": lambda task: {}, "after": "1h"}])
def test_bad(scale_mock):
    scale_mock.every("1h", lambda: None)
    scale_mock.tasktypes.respond("textcollection", lambda task: {})
    create(scale_mock, "https://app.test/hook")
    assert False
""",
        "--scale-mock-dump=out",
    )
    [folder] = folders(pytester.path / "out")
    assert (
        f"To look at it: scale-mock serve --snapshot {folder / 'snapshot.json'}, key live_dump; "
        "without the response function of rule-1, the response for textcollection, the scheduled "
        "call appointment_1"
    ) in result.stdout.lines
    with served(folder / "snapshot.json") as url:
        key = ("live_dump", "")
        requests.post(f"{url}/_mock/clock/advance", auth=key, json={"seconds": 9000}, timeout=9)
        [task] = requests.get(f"{url}/v1/tasks", auth=key, timeout=9).json()["docs"]
    assert task["status"] == "completed"
    assert task["response"]["category"] == "b"


def test_a_failed_setup_and_a_strict_failure_leave_folders_and_passed_tests_none(
    run: Run, pytester: pytest.Pytester
) -> None:
    result = run(
        """
import pytest

@pytest.fixture
def broken(scale_mock):
    raise RuntimeError("no seed data")

def test_setup(broken):
    pass

@pytest.mark.scale_mock(rules=[{"name": "never", "match": {"batch": "b"}}])
def test_strict(scale_mock):
    pass

def test_good(scale_mock):
    pass

def test_elsewhere():
    assert False
""",
        "--scale-mock-dump=out",
    )
    result.assert_outcomes(passed=2, errors=2, failed=1)
    setup, strict = folders(pytester.path / "out")
    assert "RuntimeError: no seed data" in (setup / "report.txt").read_text("utf-8")
    told = (strict / "report.txt").read_text("utf-8")
    assert told.startswith("seed 0, clock at ")
    assert (
        "scale_mock found 1 problem (unused_rules):\n"
        '  - rule "never" decided nothing: no task came up for decision while it was there\n'
        '    To allow it: @pytest.mark.scale_mock(allow="unused_rules")\n'
    ) in told
    assert sorted(path.name for path in strict.iterdir()) == FILES
    assert f"Dumped to {strict}" in result.stdout.lines


def test_nothing_is_made_where_nothing_fails(run: Run, pytester: pytest.Pytester) -> None:
    run("def test_good(scale_mock): pass", "--scale-mock-dump=out").assert_outcomes(passed=1)
    assert not (pytester.path / "out").exists()


def test_without_a_section_there_is_a_folder_all_the_same(
    run: Run, pytester: pytest.Pytester
) -> None:
    result = run(BAD, "--scale-mock-dump=out", "--scale-mock-report=never")
    assert len(folders(pytester.path / "out")) == 1
    result.stdout.no_fnmatch_line("Dumped to *")


ODD = """
import pytest

IDS = ["a/b", "a_b", "A/B", "..", "é" * 3, "x" * 300, "x" * 301, "a b\\t", "con", ""]

@pytest.mark.parametrize("number", range(len(IDS)), ids=IDS)
def test_odd(scale_mock, number):
    assert False
"""


def test_odd_names_have_a_folder_each_that_every_system_takes(
    run: Run, pytester: pytest.Pytester
) -> None:
    run(ODD, "--scale-mock-dump=out").assert_outcomes(failed=10)
    found = folders(pytester.path / "out")
    assert len(found) == len({folder.name.lower() for folder in found}) == 10
    for folder in found:
        assert folder.parent == pytester.path / "out"
        assert folder.name.isascii()
        assert not set(folder.name) & set('/\\:*?"<>| []')
        assert len(folder.name) <= 110


def test_the_name_of_a_folder_is_readable() -> None:
    assert folder_name("tests/api/test_a.py::TestIt::test_b[1-x/y]") == (
        "tests-api-test_a.py-TestIt-test_b-1-x-y-c5bf9271"
    )
    assert folder_name("../../etc::x") == "etc-x-2c609a08"


def test_a_directory_that_cannot_be_written_is_a_note_and_no_second_failure(
    run: Run, pytester: pytest.Pytester
) -> None:
    (pytester.path / "out").write_text("a file in the way")
    result = run(BAD, "--scale-mock-dump=out")
    result.assert_outcomes(failed=1)
    name = folder_name(
        "test_a_directory_that_cannot_be_written_is_a_note_and_no_second_failure.py::test_bad"
    )
    assert (
        f"Nothing was dumped: {pytester.path / 'out' / name} cannot be written: Not a directory."
    ) in result.stdout.lines


@pytest.mark.parametrize("place", ["flag", "environment", "ini", "marker", "config"])
def test_it_lies_where_whoever_names_it_means_it_to(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """Also for a test that changes the working directory."""
    if place == "ini":
        pytester.makeini("[pytest]\nscale_mock_dump = build/out\n")
    if place == "environment":
        monkeypatch.setenv("SCALE_MOCK_DUMP", "build/out")
    flags = ["--scale-mock-dump=build/out"] if place == "flag" else []
    marker = "@pytest.mark.scale_mock(dump='build/out')" if place == "marker" else ""
    config = (
        "@pytest.fixture(scope='session')\ndef scale_mock_config(): return {'dump': 'build/out'}"
        if place == "config"
        else ""
    )
    result = run(
        f"""
import pytest
{config}
{marker}
def test_bad(scale_mock, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert False
""",
        *flags,
    )
    result.assert_outcomes(failed=1)
    assert len(folders(pytester.path / "build" / "out")) == 1


def test_something_else_than_a_path_is_refused(run: Run) -> None:
    result = run("import pytest\n@pytest.mark.scale_mock(dump=7)\ndef test_it(scale_mock): pass")
    result.assert_outcomes(errors=1)
    assert "dump=7 (marker): expected the path of a directory." in result.stdout.lines


def test_the_next_run_replaces_the_folder(run: Run, pytester: pytest.Pytester) -> None:
    module = "def test_bad(scale_mock):\n    assert scale_mock.seed < 0\n"
    for seed in (1, 2):
        run(module, "--scale-mock-dump=out", f"--scale-mock-seed={seed}")
    [folder] = folders(pytester.path / "out")
    assert (folder / "report.txt").read_text("utf-8").startswith("seed 2, ")
    assert json.loads((folder / "snapshot.json").read_text())["worlds"]["dump"]["settings"] == {
        "seed": 2
    }


@pytest.mark.slow
@pytest.mark.parametrize(("dist", "count"), [("load", 4), ("each", 8)])
def test_workers_of_xdist_write_folders_of_their_own(
    pytester: pytest.Pytester, without_environment: None, dist: str, count: int
) -> None:
    pytester.makepyfile(
        """
import pytest

@pytest.mark.parametrize("number", range(4))
def test_bad(scale_mock, number):
    assert False
"""
    )
    result = pytester.runpytest_subprocess(
        *("-p", "no:randomly", "-n", "2", "--dist", dist, "--scale-mock-dump=out")
    )
    result.assert_outcomes(failed=count)
    found = folders(pytester.path / "out")
    assert len(found) == count
    for folder in found:
        assert sorted(path.name for path in folder.iterdir()) == FILES
        assert f"Dumped to {folder}" in result.stdout.lines
