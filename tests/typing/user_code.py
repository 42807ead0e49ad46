"""A user's test module as a type checker sees it: every fixture, annotated, under ``--strict``.

Never run; mypy reads it together with the package.
"""

from __future__ import annotations

import unittest
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, assert_type

import pytest

from scale_mock import (
    Attempt,
    Callback,
    CallFailed,
    ConfigurationError,
    Fault,
    LeakError,
    LimitReached,
    MissingDependency,
    PumpBusy,
    Refusal,
    ResponderFailed,
    Rule,
    ScaleMock,
    ScaleMockError,
    SleptInVain,
    mock_scale,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    import scaleapi

    from scale_mock import (
        Activity,
        Appointment,
        Callbacks,
        Clock,
        Explanation,
        Interception,
        Journal,
        Mail,
        Progress,
        Receiver,
        RequestRecord,
        ScaleServer,
        UnreadField,
    )


@pytest.fixture(scope="session")
def scale_mock_config() -> dict[str, Any]:
    """The override point takes ScaleMock's arguments."""
    return {"seed": 7, "rules": [Rule(name="quick", after=timedelta(hours=1))]}


@pytest.fixture(scope="module")
def labeled_shop(scale_mock_module: ScaleMock) -> ScaleMock:
    """What takes long to set up is set up once."""
    scale_mock_module.clock.advance(days=3)
    return scale_mock_module


@pytest.fixture(scope="session")
def catalogue(scale_mock_session: ScaleMock, scale_server: ScaleServer) -> Iterator[ScaleMock]:
    """The same for a whole run."""
    with scale_server.open_world(name="shop") as shop:
        assert_type(shop, ScaleMock)
        yield scale_mock_session


@pytest.fixture
def scale_mock(scale_mock: ScaleMock) -> ScaleMock:
    """The plugin's own fixture, overridden and extended."""
    scale_mock.rules.add(Rule(name="slow", after="2 days"))
    return scale_mock


@pytest.mark.scale_mock(
    seed=7, clock="manual", start_at="2024-01-01", strict=True, allow=["unused_rules", "leaks"]
)
def test_every_fixture(
    scale_mock: ScaleMock,
    scale_client: scaleapi.ScaleClient,
    scale_test_client: scaleapi.ScaleClient,
    scale_callbacks: Callbacks,
    scale_clock: Clock,
    scale_server: ScaleServer,
) -> None:
    """What a test does with the fixtures, and what type it gets back."""
    assert_type(scale_mock.seed, int)
    assert_type(scale_mock.live_key, str)
    assert_type(scale_clock.now(), datetime)
    assert_type(scale_callbacks.url, str)
    assert_type(scale_server.v1_url, str)
    scale_clock.advance(hours=3)
    scale_clock.advance("1d 6h")
    scale_callbacks.assert_received(task={"task_id": "1"}, within=timedelta(days=1))
    with scale_server.open_world(name="shop", seed=1) as shop:
        assert_type(shop, ScaleMock)
    client = scale_mock.client("test")
    client.tasks()
    scale_client.tasks()
    scale_test_client.tasks()
    scale_mock.check()


def test_without_fixtures(tmp_path: Path) -> None:
    """The same in a ``with`` statement, with every kind of argument."""
    began = datetime(2024, 1, 1, tzinfo=UTC)
    rules: list[Rule | dict[str, object] | str | Path] = [{"after": "2h..8h"}, "more.toml"]
    lost = Fault(match={"operation": "create_task", "nth": 1}, status=500, apply="after")
    with ScaleMock(
        seed=7, start_at=began, rules=rules, faults=[lost], rapid_gate="full", tasks_max=100
    ) as mock:
        assert_type(mock, ScaleMock)
        assert_type(mock.journal.digest(), str)
        assert_type(str(mock.explain("65920080de6ea802727d5547")), str)
        assert_type(mock.explain_batch("week-1").waits_for, str)
        assert_type(mock.export(tmp_path / "tasks.jsonl", project="p", status=["completed"]), int)
        assert_type(mock.snapshot(tmp_path / "world.json"), dict[str, Any])
        mock.restore(mock.snapshot())
        mock.restore(tmp_path / "world.json")
        mock.reset()


def test_rules_faults_and_callbacks(scale_mock: ScaleMock) -> None:
    """What decides, what goes wrong, and what was sent."""
    broken = scale_mock.rules.add(name="broken", match={"type": "imageannotation"}, outcome="error")
    assert_type(broken, str)
    assert_type(scale_mock.rules.load("rules.toml", Path("more.json")), list[str])
    assert_type(scale_mock.rules.unused(), list[Rule])
    scale_mock.rules.remove(broken)
    storm = scale_mock.faults.add({"match": {"callback": True}, "kind": "duplicate"})
    assert_type(storm, str)
    assert_type(scale_mock.faults.add(Fault(kind="reset")), str)
    assert_type(scale_mock.faults.unused(), list[Fault])
    assert_type(scale_mock.requests[0].fault, str | None)
    scale_mock.callbacks.mount("https://app.test/", lambda request: 200)
    scale_mock.callbacks.receiver.down(lasting="6h")
    assert_type(scale_mock.callbacks.attempts[0].traceback, str | None)
    assert_type(scale_mock.callbacks.received[0].at, datetime | None)


def test_people(scale_mock: ScaleMock) -> None:
    """The other side: labelers, and the platform's staff."""
    scale_mock.studio.configure("streets", reviews=1)
    scale_mock.studio.configure_labeler("ann@example.com", pace="20m", hours="09:00-17:00")
    assert_type(scale_mock.studio.activity(batch="week-1")[0].labeler, str)
    assert_type(scale_mock.projects.calibration("kittens"), dict[str, object])
    assert_type(scale_mock.tasks.complete("1", {"category": "car"}, by="ann"), dict[str, object])
    assert_type(scale_mock.deliver("chat", ["1"], "monday"), dict[str, object])
    scale_mock.datasets.deliver("math", [{"response": {"answer": "4"}}])
    scale_mock.tasktypes.respond("categorization", lambda task: {"category": task["task_id"]})


def test_time(scale_mock: ScaleMock) -> None:
    """Calls at instants, and the code under test's own clock."""
    nightly = scale_mock.every(timedelta(days=1), scale_mock.check)
    assert_type(scale_mock.at("2024-03-01T09:00Z", nightly.cancel).due, datetime | None)
    scale_mock.clock.mode = "autojump"
    with scale_mock.clock.patch_datetime():
        assert_type(scale_mock.clock.run_next().events, int)


async def test_clients(scale_mock: ScaleMock, scale_client: scaleapi.ScaleClient) -> None:
    """Every way to point a client here."""
    with scale_mock.intercept(absorb_sleep=True, hosts=["https://labels.example.test"]):
        scale_mock.patch_client(scale_client).tasks()
    async with scale_mock.intercept():
        pass
    async with mock_scale(seed=7) as mock:
        assert_type(mock, ScaleMock)
    assert_type(scale_mock.env(), dict[str, str])
    assert_type(scale_mock.ca_file, Path | None)


def test_what_comes_back_can_be_named(scale_mock: ScaleMock, scale_client: Any) -> None:
    """Every type that a helper function of one's own takes or returns."""
    progress: Progress = scale_mock.clock.advance(hours=3)
    callback: Callback = scale_mock.callbacks.resend("1")
    assert_type(callback.attempts[0], Attempt)
    assert_type(scale_mock.callbacks.owed, list[Callback])
    inbox: list[Mail] = scale_mock.callbacks.inbox
    receiver: Receiver = scale_mock.callbacks.receiver
    explanation: Explanation = scale_mock.explain("1")
    journal: Journal = scale_mock.journal
    requests: list[RequestRecord] = scale_mock.requests
    unread: list[UnreadField] = scale_mock.unread_fields
    done: list[Activity] = scale_mock.studio.activity()
    nightly: Appointment = scale_mock.every("1 day", lambda: None)
    interception: Interception[ScaleMock] = scale_mock.intercept()
    assert_type(scale_mock.check(allow="unused_rules"), None)
    helper(callback, explanation, done)
    for one in (progress, inbox, receiver, journal, requests, unread, nightly, interception):
        assert one is not None


def helper(callback: Callback, explanation: Explanation, done: list[Activity]) -> str:
    """A user's own, with names to say what it is about."""
    return f"{callback.status} {explanation.waits_for} {len(done)}"


def test_every_error_is_one_of_a_family() -> None:
    """One ``except`` catches all, and each can be named."""
    kinds: list[type[ScaleMockError]] = [
        *(CallFailed, ConfigurationError, LeakError, LimitReached, MissingDependency),
        *(PumpBusy, Refusal, ResponderFailed, SleptInVain),
    ]
    with pytest.raises(tuple(kinds)):
        raise ConfigurationError("no")


@mock_scale
def test_decorated(mock: ScaleMock) -> None:
    """A function is given its world."""
    mock.check()


@mock_scale(seed=7, faults=[{"status": 503}])
class TestDecorated(unittest.TestCase):
    """Each test of a class gets a world."""

    mock: ScaleMock

    def test_empty(self) -> None:
        """It is there."""
        assert self.mock.seed == 7
