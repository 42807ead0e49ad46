"""A snapshot holds everything: whoever goes on from it goes on as the original would have."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock import ScaleMock
from scale_mock.mock.snapshots import save
from scale_mock.world.snapshots import RECORDS
from tests.functional.determinism.inventory import ANEW, CONSTANT, ONLY_OTHERS, WRITTEN
from tests.functional.determinism.reach import differences, holders, is_service
from tests.functional.determinism.rich import HTTPS, SETTINGS, Calls, begin, the_rest

if TYPE_CHECKING:
    from collections.abc import Iterator

SHIPPED = [
    "audit-rejection", "duplicate-storm", "happy-path", "rapid-calibration", "receiver-down",
    "rough-week", "slow-labelers", "studio-team",
]  # fmt: skip
ROOT = Path(__file__).parents[3]

NO_STATE = {
    "World.requests": "the log of a door",
    "World.unread_fields": "likewise: what its clients sent in vain",
    "World.polls": "counts reads, which change nothing",
    "Scheduler._heap": "the same events, but heaps of the same things may differ",
    "World.tickets": "requests of a door that are not answered yet",
    "Pump._tickets": "likewise",
    "World._first_settings": "what a reset goes back to is this world's own",
    "World._first_rules": "likewise",
    "World._first_faults": "likewise",
    "Core.door": "where a client came in",
    "Task.door": "likewise",
    "Workforce._assigned": "made anew from the assignments",
    "Worklist._floor": "an index of the floor, made anew at the next look",
    "Worklist._lines": "likewise",
    "Worklist._order": "likewise",
    "TaskIndex._postings": "an index of the tasks, filled anew",
    "TaskIndex._updated": "likewise",
    "TaskIndex._completed": "likewise",
    "Follower._last_told": "what another clock said last",
}
"""In what a restored world may differ, and why."""


@pytest.fixture(scope="module")
def original() -> Iterator[tuple[ScaleMock, dict[str, Any], dict[str, Any]]]:
    """A rich world, its snapshot in the middle, and how it went on."""
    with ScaleMock(name="acme", **SETTINGS) as mock:
        with mock.intercept():
            call = Calls(mock, HTTPS)
            begin(call)
            snapshot = mock.snapshot()
            ended = the_rest(call)
        yield mock, snapshot, ended


def through_json(snapshot: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(snapshot))
    return found


def test_another_process_goes_on_to_the_same_end(original: Any, tmp_path: Path) -> None:
    _, snapshot, ended = original
    save(snapshot, tmp_path / "world.json")
    done = subprocess.run(
        [sys.executable, "-m", "tests.functional.determinism.rich", str(tmp_path / "world.json")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    there = json.loads(done.stdout)
    assert there["begun"] == ended["begun"]
    assert there["tasks"] == ended["tasks"]
    assert there["digest"] == ended["digest"]


def test_the_same_world_goes_on_again_and_again(original: Any) -> None:
    mock, snapshot, ended = original
    with mock.intercept():
        for _ in range(2):
            mock.restore(snapshot)
            assert the_rest(Calls(mock, HTTPS)) == ended


def test_the_snapshot_of_a_restored_world_is_the_same_text(original: Any) -> None:
    _, snapshot, _ = original
    with ScaleMock() as mock:
        mock.restore(through_json(snapshot))
        assert json.dumps(mock.snapshot()) == json.dumps(snapshot)


def test_a_restored_world_is_the_same_down_to_every_attribute() -> None:
    with ScaleMock(name="acme", **SETTINGS) as mock, mock.intercept():
        begin(Calls(mock, HTTPS))
        snapshot = mock.snapshot()
        with ScaleMock(name="acme", **SETTINGS) as other:
            other.restore(through_json(snapshot))
            assert list(differences(mock._world, other._world, NO_STATE)) == []


def test_every_attribute_of_a_world_is_written_down_or_known_not_to_be() -> None:
    """Whoever adds state writes it into the snapshot, and into the list of what is there."""
    frozen = {f"{one.__module__}.{name}" for name, one in RECORDS.items()}
    whole = {name.removeprefix("scale_mock.") for name in frozen} | {"domain.model.Task"}
    with ScaleMock(**SETTINGS) as mock, mock.intercept():
        begin(Calls(mock, HTTPS))
        found = holders(mock._world)
        generic = {
            "domain.core.Core": set(mock.snapshot()["core"]),
            "domain.side.Side": set(mock.snapshot()["sides"]["live"]["rest"]),
        }
    problems: dict[str, Any] = {}
    for name, kinds in found.items():
        held = set(kinds)
        listed = WRITTEN.get(name, set()) | ANEW.get(name, set()) | generic.get(name, set())
        if listed:
            if held != listed:
                problems[name] = {"forgotten": held - listed, "gone": listed - held}
        elif name in ONLY_OTHERS:
            if not is_service(kinds):
                problems[name] = {"state in it": kinds}
        elif name not in whole and not name.startswith(CONSTANT):
            problems[name] = {"forgotten": held}
    assert problems == {}, "write it into the snapshot, or say in inventory.py why not"
    assert {*WRITTEN, *ANEW, *ONLY_OTHERS} <= set(found)


@pytest.mark.parametrize("hours", [0, 5, 40])
@pytest.mark.parametrize("name", SHIPPED)
def test_a_scenario_goes_on_in_a_world_that_knows_nothing_of_it(name: str, hours: int) -> None:
    with ScaleMock(scenario=name) as mock, ScaleMock() as other:
        mock.clock.advance(f"{hours}h")
        other.restore(through_json(mock.snapshot()))
        for one in (mock, other):
            one.clock.run_until_idle()
            assert list(one._world.broken) == []
        assert other.journal.digest() == mock.journal.digest()
        assert other.snapshot() == mock.snapshot()


def test_taking_a_snapshot_changes_nothing(original: Any) -> None:
    _, _, ended = original
    with ScaleMock(**SETTINGS) as mock, mock.intercept():
        call = Calls(mock, HTTPS)
        begin(call)
        assert the_rest(call) == ended


def test_a_snapshot_names_no_key_and_no_host(original: Any) -> None:
    with ScaleMock(name="somebody", callback_hosts=["app"], **SETTINGS) as mock:
        begin(Calls(mock, mock.url))
        text = json.dumps(mock.snapshot())
        for secret in ("somebody", "_auth_", mock.url, "127.0.0.1", "callback_hosts"):
            assert secret not in text


def test_two_accounts_write_down_the_same_text(original: Any) -> None:
    _, snapshot, _ = original
    with ScaleMock(name="somebody", **SETTINGS) as mock, mock.intercept():
        begin(Calls(mock, HTTPS))
        mock.journal.digest()  # reading changes nothing
        assert json.dumps(mock.snapshot()) == json.dumps(snapshot)


def test_a_restored_receiver_has_the_keys_of_its_own_world(original: Any) -> None:
    _, snapshot, _ = original
    with ScaleMock() as mock:
        mock.restore(snapshot)
        got = {
            request.headers["Scale-Callback-Auth"] for request in mock.callbacks.receiver.requests
        }
        assert got == {mock.callback_auth("live"), mock.callback_auth("test")}


def test_over_http_a_world_goes_on_to_the_same_end(original: Any) -> None:
    _, snapshot, ended = original
    with ScaleMock() as mock:
        call = Calls(mock, mock.url)
        told = call("POST", "/_mock/restore", snapshot)
        assert told == {"now": "2024-02-28T23:47:00.000Z", "digest": ended["begun"]}
        assert call("GET", "/_mock/snapshot") == through_json(snapshot)
        assert the_rest(call) == ended
