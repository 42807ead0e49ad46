"""The shipped scenarios: each shows what it says, and plays to the same digest in every door."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest
import scaleapi  # noqa: F401 - loaded out here: pytester drops what is first loaded inside
from click.testing import CliRunner

from scale_mock import ScaleMock
from scale_mock.cli.main import commands
from scale_mock.mock.scenarios.loading import shipped
from scale_mock.mock.scenarios.parts import KEYS
from tests.functional.cli.processes import Serve, run

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = sorted(shipped())
FOLDER = Path(__file__).parents[3] / "scale_mock" / "mock" / "scenarios" / "shipped"


@pytest.fixture
def rough_week() -> Iterator[ScaleMock]:
    with ScaleMock(scenario="rough-week") as mock:
        mock.clock.run_until_idle()
        yield mock


def kinds(mock: ScaleMock) -> Counter[str]:
    return Counter(entry.kind for entry in mock.journal.entries())


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_scenario_plays_to_its_end_with_nothing_left_over(name: str) -> None:
    with ScaleMock(scenario=name) as mock:
        mock.clock.run_until_idle()
        mock.check()
        assert {callback.state for callback in mock.callbacks.owed} == {"acknowledged"}
        assert mock.requests


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_one_file_plays_to_one_digest_in_a_test_in_serve_and_in_the_demo(
    name: str, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(f"""
        import pytest

        @pytest.mark.scale_mock(scenario={name!r})
        def test_it(scale_mock):
            scale_mock.clock.run_until_idle()
            print("digest", scale_mock.journal.digest())
    """)
    tested = pytester.runpytest_inprocess("-p", "no:randomly", "-p", "no:asyncio", "-s")
    tested.assert_outcomes(passed=1)
    demo = run("demo", "--scenario", name, "--port", "0", "--seconds", "0")
    assert (demo.returncode, demo.stderr) == (0, "")
    server = Serve("--port", "0", "--clock", "manual", "--scenario", name)
    try:
        while not server.call("GET", "/_mock/clock")[1]["idle"]:
            server.call("POST", "/_mock/clock/advance", {"by": "11h"})
        served = server.call("GET", "/_mock/journal/digest")[1]["digest"]
        other = server.call("POST", "/_mock/clock/run_until_idle", {}, key="test_other")[0]
        assert other == 200
        again = server.call("GET", "/_mock/journal/digest", key="test_other")[1]["digest"]
    finally:
        server.close()

    digests = [re.findall(r"digest ([0-9a-f]{64})", text) for text in
               (tested.stdout.str(), demo.stdout)]  # fmt: skip
    assert digests == [[served], [served]]
    assert again == served


@pytest.mark.slow
def test_serve_plays_a_scenario_by_itself_where_its_clock_moves_by_itself() -> None:
    server = Serve("--port", "0", "--scenario", "happy-path")
    try:
        assert server.call("GET", "/v1/tasks")[1]["total"] == 3
        for name in ("kitten-1", "kitten-2", "kitten-3"):
            _, found = server.call("GET", f"/v1/tasks?unique_id={name}")
            _, task = server.call("GET", f"/v1/task/{found['docs'][0]['task_id']}")
            while task["status"] == "pending":  # reading it runs the world to its next event
                _, task = server.call("GET", f"/v1/task/{task['task_id']}")
            assert task["status"] == "completed"
    finally:
        server.close()


def test_slow_labelers_take_days(rough_week: ScaleMock) -> None:
    batch = rough_week._world.core.sides["live"].batches["monday"]
    assert batch.completed_at is not None
    assert (batch.completed_at - batch.created_at).days >= 5


def test_a_task_errors_on_its_third_attempt(rough_week: ScaleMock) -> None:
    [task] = [t for t in rough_week._world.core.sides["live"].tasks.values()
              if t.unique_id == "stubborn"]  # fmt: skip
    happened = [entry.kind for entry in rough_week.journal.entries(subject=task.subject)]
    ends = [kind for kind in happened if kind in {"task.completed", "task.redone", "task.errored"}]
    assert ends == ["task.completed", "task.redone", "task.completed", "task.redone",
                    "task.errored"]  # fmt: skip
    shown = rough_week.tasks.get(task.task_id)
    assert shown["status"] == "error"
    assert "attachments" in shown["response"]["error"]


def test_a_receiver_is_down_for_six_hours(rough_week: ScaleMock) -> None:
    refused = [a.at for a in rough_week.callbacks.attempts if a.outcome == "refused"]
    assert len(refused) >= 5
    assert all(at.hour >= 22 or at.hour < 4 for at in refused)


def test_callbacks_are_duplicated_and_reordered(rough_week: ScaleMock) -> None:
    fired = Counter(
        entry.as_dict()["fault"] for entry in rough_week.journal.entries()
        if entry.kind == "fault.fired"
    )  # fmt: skip
    assert fired["twice"] >= 5
    assert fired["overtaken"] >= 5
    assert any(callback.copy_of for callback in rough_week.callbacks.received)


def test_a_burst_of_429_is_overcome(rough_week: ScaleMock) -> None:
    creates = [r for r in rough_week.requests if r.operation == "create_task"]
    assert [r.status for r in creates[:8]] == [200, 200, 429, 429, 429, 429, 429, 200]
    assert sum(r.status == 200 for r in creates) == 13


def test_an_audit_rejects_and_the_task_is_done_again(rough_week: ScaleMock) -> None:
    [rejected] = [t for t in rough_week._world.core.sides["live"].tasks.values()
                  if t.unique_id == "monday-05"]  # fmt: skip
    happened = [entry.kind for entry in rough_week.journal.entries(subject=rejected.subject)]
    assert happened.index("task.audited") < happened.index("task.redone")
    assert happened.count("task.completed") == 2
    assert kinds(rough_week)["callback.owed"] >= 13


def test_the_list_names_every_shipped_scenario_and_what_it_shows() -> None:
    listed = CliRunner().invoke(commands, ["demo", "--list"])
    assert listed.exit_code == 0
    assert [line.split()[0] for line in listed.stdout.splitlines()] == NAMES
    assert all(len(line.split()) > 4 for line in listed.stdout.splitlines())
    assert len(NAMES) >= 8


def test_check_takes_what_is_shipped_and_so_does_the_schema() -> None:
    import tomllib

    files = sorted(str(path) for path in FOLDER.glob("*.toml"))
    checked = CliRunner().invoke(commands, ["check", *files])
    assert (checked.exit_code, checked.stdout) == (0, "")
    assert f"{files[0]}: a scenario of 9 calls\n" in checked.stderr
    schema = json.loads(CliRunner().invoke(commands, ["check", "--schema", "scenario"]).stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for file in files:
        data = tomllib.loads(Path(file).read_text("utf-8"))
        assert list(validator.iter_errors(data)) == []
    for kind, keys in KEYS.items():
        assert set(schema["$defs"][kind]["properties"]) == set(keys)


def test_a_scenario_reads_the_same_in_toml_and_json(tmp_path: Path) -> None:
    import tomllib

    toml = FOLDER / "rough-week.toml"
    as_json = tmp_path / "rough-week.json"
    as_json.write_text(json.dumps(tomllib.loads(toml.read_text("utf-8"))))
    with ScaleMock(scenario=str(toml)) as one, ScaleMock(scenario=as_json) as other:
        one.clock.run_until_idle()
        other.clock.run_until_idle()
        assert one.journal.digest() == other.journal.digest()


@pytest.mark.slow
def test_a_demo_with_a_step_that_fails_says_so_and_exits_with_1(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text('[[step]]\ncall = "finalize_batch"\narguments = { name = "b" }\nexpect = 200\n')
    done = run("demo", "--scenario", str(path), "--port", "0", "--seconds", "0")
    assert done.returncode == 1
    assert done.stderr.startswith(
        f"Error: {path}:3: step (1st): arguments.name: the scenario makes"
    )
    path.write_text('[[step]]\nsays = "x"\ncall = "create_project"\n'
                    'arguments = { name = "b", type = "x" }\n')  # fmt: skip
    done = run("demo", "--scenario", str(path), "--port", "0", "--seconds", "0")
    assert done.returncode == 1
    assert 'scenario "bad": step (1st) failed: create_project got 400' in done.stderr
