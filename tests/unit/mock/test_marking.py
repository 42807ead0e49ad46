"""Marks: what was changed since, by whatever way in, is noticed and taken back."""

from __future__ import annotations

import gc
import threading
from typing import TYPE_CHECKING, Any

import pytest
import requests
import scaleapi
from scaleapi.tasks import TaskType
from scaleapi.teams import TeammateRole

from scale_mock import ScaleMock
from scale_mock.mock.marking import Bookmark, Usefulness
from scale_mock.world import rewinding
from scale_mock.world.rewinding import BUSY, Mark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CATEGORIES: dict[str, Any] = {
    "instruction": "which?", "attachment": "a", "attachment_type": "text",
    "categories": ["x", "y"],
}  # fmt: skip
KITTENS = {"instruction": "box", "geometries": {"box": {"objects_to_annotate": ["kitten"]}}}


def hold(request: object) -> int:
    return 200


async def receive(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def filled() -> Iterator[ScaleMock]:
    """A world with something of everything in it."""
    rules = [{"match": {"unique_id": "held"}, "outcome": "hold"}, {"after": "1h"}]
    faults = [{"match": {"operation": "list_files"}, "status": 500}]
    with ScaleMock(rules=rules, faults=faults) as mock, mock.intercept():
        client = mock.client()
        client.create_project("plain", task_type=TaskType.Categorization, params=CATEGORIES)
        client.create_project(
            "kittens", task_type=TaskType.ImageAnnotation, studio=True, params=KITTENS
        )
        client.invite_teammates(["a@example.test"], TeammateRole.Labeler)
        client.create_batch("kittens", "monday", callback=mock.callbacks.url)
        for unique_id, url in (
            ("done", mock.callbacks.url),
            ("held", mock.callbacks.url),
            ("open", "https://app.test/hook"),
        ):
            client.create_task(
                TaskType.Categorization, project="plain", callback_url=url, unique_id=unique_id,
                **CATEGORIES,
            )  # fmt: skip
            mock.clock.advance(minutes=40)
        mock.callbacks.mount("https://app.test/", hold)
        mock.every("1 day", dict)
        yield mock


def _task(mock: ScaleMock, unique_id: str) -> Any:
    return mock.client().tasks(unique_id=unique_id).docs[0]


CHANGES: dict[str, Callable[[ScaleMock], object]] = {
    "a read": lambda mock: mock.client().tasks(),
    "an unknown route": lambda mock: requests.get(
        "https://api.scale.com/v1/nothing", auth=(mock.live_key, ""), timeout=5
    ),
    "the clock": lambda mock: mock.clock.advance(seconds=1),
    "the clock's mode": lambda mock: setattr(mock.clock, "mode", "autojump"),
    "the clock's rate": lambda mock: setattr(mock.clock, "rate", 7),
    "all that is due": lambda mock: mock.clock.run_until_idle(),
    "a rule": lambda mock: mock.rules.add(outcome="hold"),
    "rules cleared": lambda mock: mock.rules.clear(),
    "a rule replans": lambda mock: mock.rules.add(outcome="hold", replan=True),
    "a fault": lambda mock: mock.faults.add(status=500),
    "faults cleared": lambda mock: mock.faults.clear(),
    "a handler": lambda mock: mock.callbacks.mount("https://other.test/", hold),
    "a handler replaced": lambda mock: mock.callbacks.mount("https://app.test/", lambda got: 500),
    "an answer": lambda mock: mock.callbacks.receiver.answer(500),
    "a receiver that is down": lambda mock: mock.callbacks.receiver.down(),
    "a function for a type": lambda mock: mock.tasktypes.respond("categorization", lambda task: {}),
    "a task started": lambda mock: mock.tasks.complete(mock._world.find_task(_ids(mock)["open"])),
    "a task completed": lambda mock: mock.tasks.complete(_ids(mock)["held"], response=None),
    "a task failed": lambda mock: mock.tasks.fail(_ids(mock)["held"], "too small"),
    "a task audited": lambda mock: mock.tasks.audit(_ids(mock)["done"], "accepted"),
    "a task redone": lambda mock: mock.tasks.redo(_ids(mock)["done"]),
    "a task deleted": lambda mock: mock.tasks.delete(_ids(mock)["done"]),
    "a batch finalized": lambda mock: mock.batches.finalize("monday"),
    "a project archived": lambda mock: mock.projects.archive("plain"),
    "a team": lambda mock: mock.studio.configure("kittens", reviews=2),
    "a labeler": lambda mock: mock.studio.configure_labeler("a@example.test", accuracy=0.5),
    "a delivery": lambda mock: mock.deliver("plain", [_ids(mock)["done"]], "friday"),
    "a callback again": lambda mock: mock.callbacks.resend(_ids(mock)["done"]),
    "a call": lambda mock: mock.at("2024-02-01", dict),
    "a client": lambda mock: mock.patch_client(scaleapi.ScaleClient("live_x")),
    "a reset": lambda mock: mock.reset(),
    "a snapshot restored": lambda mock: mock.restore(mock.snapshot()),
}


def _ids(mock: ScaleMock) -> dict[str | None, str]:
    return {task.unique_id: task.task_id for task in mock._world.core.sides["live"].tasks.values()}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changed_is_noticed_and_taken_back(filled: ScaleMock, change: str) -> None:
    before, log = filled.snapshot(), filled.requests
    mark = Bookmark(filled)
    assert mark.is_current
    for _ in range(2):
        CHANGES[change](filled)
        assert not mark.is_current
        mark.rewind()
        assert mark.is_current
        assert filled.snapshot() == before
        assert filled.requests == log
        assert mark.is_current


def test_a_look_changes_nothing(filled: ScaleMock) -> None:
    mark = Bookmark(filled)
    filled.explain(_ids(filled)["open"])
    assert filled.callbacks.received
    assert filled.callbacks.attempts
    assert filled.journal.digest()
    assert filled.clock.now()
    assert not filled.rules.unused()
    assert mark.is_current


def test_functions_and_handlers_survive(filled: ScaleMock) -> None:
    called: list[str] = []
    filled.at("2024-02-01", lambda: called.append("at"))
    filled.every("7 days", lambda: called.append("every"))
    filled.tasktypes.respond("categorization", lambda task: {"annotations": {"category": ["y"]}})
    filled.callbacks.mount("https://app.test/", lambda got: called.append("hook"))
    mark = Bookmark(filled)
    for _ in range(2):
        called.clear()
        filled.clock.advance_to("2024-02-01")
        assert sorted(called) == ["at", "every", "every", "every", "every", "hook"]
        answer = filled.client().get_task(_ids(filled)["open"]).as_dict()["response"]
        assert answer == {"annotations": {"category": ["y"]}}
        mark.rewind()


def test_a_client_that_was_patched_since_has_its_own_back(filled: ScaleMock) -> None:
    early, late = scaleapi.ScaleClient("live_early"), scaleapi.ScaleClient("live_late")
    filled.patch_client(early)
    mark = Bookmark(filled)
    filled.patch_client(late)
    assert late.api.api_key == filled.live_key
    mark.rewind()
    assert late.api.api_key == "live_late"
    assert early.api.api_key == filled.live_key


def test_an_application_mounted_since_is_ended(filled: ScaleMock) -> None:
    threads = set(threading.enumerate())
    mark = Bookmark(filled)
    filled.callbacks.mount("https://app.test/", receive)
    filled.clock.advance(days=1)
    assert [attempt.url for attempt in filled.callbacks.attempts][-1] == "https://app.test/hook"
    assert set(threading.enumerate()) > threads
    mark.rewind()
    gc.collect()
    assert set(threading.enumerate()) <= threads


def test_an_application_mounted_before_goes_on(filled: ScaleMock) -> None:
    filled.callbacks.mount("https://app.test/", receive)
    mark = Bookmark(filled)
    for hook in (None, lambda got: 200):
        if hook is not None:
            filled.callbacks.mount("https://app.test/", hook)
        filled.clock.advance(days=1)
        mark.rewind()
    filled.clock.advance(days=1)
    assert filled.callbacks.attempts[-1].outcome == "200"


def test_who_watches_the_clock_is_told_of_its_way_back(filled: ScaleMock) -> None:
    mark = Bookmark(filled)
    began = filled.clock.now()
    told: list[object] = []
    filled._world.watch_clock(told.append, watching=True)
    inside = Bookmark(filled)
    filled.clock.advance(days=1)
    inside.rewind()
    assert told[-1] == began
    filled._world.watch_clock(told.append, watching=False)
    mark.rewind()


def test_who_moves_a_clock_begins_anew_after_its_way_back(
    filled: ScaleMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled.clock.rate = 1e-6
    filled.clock.mode = "realtime"
    mark = Bookmark(filled)
    told: list[str] = []
    monkeypatch.setattr(filled._world, "clock_changed", lambda: told.append("changed"))
    filled.clock.advance(days=1)
    Bookmark(filled).rewind()
    assert told == ["changed"]
    monkeypatch.undo()
    mark.rewind()


def test_nothing_can_be_marked_while_a_callback_is_out(filled: ScaleMock) -> None:
    raised: list[str] = []

    def hook(got: object) -> None:
        try:
            Mark(filled._world)
        except Exception as error:
            raised.append(str(error))

    filled.callbacks.mount("https://app.test/", hook)
    filled.clock.advance(days=1)
    assert len(raised) == 1
    assert raised[0].startswith("The clock cannot be moved from inside a callback handler")


def test_who_sends_callbacks_all_the_time_is_told(
    filled: ScaleMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(filled._world.desk), "has_mail_out", property(lambda desk: True))
    monkeypatch.setattr(filled._world.pump, "rest", lambda: None)
    monkeypatch.setattr(filled._world.pump, "turn", lambda: None)
    with pytest.raises(Exception, match="^" + BUSY[:40]):
        Mark(filled._world)


def test_what_several_tests_did_is_added_up() -> None:
    rules = [{"match": {"unique_id": "a"}, "name": "a"}, {"match": {"unique_id": "b"}, "name": "b"}]
    with ScaleMock(rules=rules) as mock, mock.intercept():
        uses, mark = Usefulness(mock), Bookmark(mock)

        def test(unique_id: str) -> None:
            uses.begin()
            mock.client().create_task(
                TaskType.Categorization,
                callback_url=mock.callbacks.url,
                unique_id=unique_id,
                **CATEGORIES,
            )
            uses.end()
            mark.rewind()

        test("c")
        assert [one.check for one in uses.useless(uses.entries())] == ["unused_rules"] * 2
        test("a")
        assert [one.text for one in uses.useless(uses.entries())] == [
            "rule \"b\" decided nothing: no task matched; the nearest was categorization task 'c' "
            "(live mode): unique_id wanted 'b', found 'c'"
        ]
        with uses.taken_for_granted():
            assert not mock.rules.unused()
        assert [rule.name for rule in mock.rules.unused()] == ["a", "b"]


def test_a_look_takes_as_long_for_many_tasks_as_for_few() -> None:
    with ScaleMock() as mock, mock.intercept():
        client, kept = mock.client(), []
        for number in range(70):
            client.create_task(
                TaskType.Categorization, callback_url=mock.callbacks.url, **CATEGORIES
            )
            if number in (0, 69):
                kept.append(Mark(mock._world))
        few, many = kept
        assert len(many._few) == len(few._few)
        assert len(many._many) == 140
        assert many.is_current


KNOWN = {
    # Immutable, or made anew for each world and never changed.
    "Settings", "datetime", "timedelta", "Fraction", "frozenset", "function", "type",
    "builtin_function_or_method", "partial", "getset_descriptor",
    # The machine's, and those of doors.
    "RLock", "lock", "Condition", "Host", "RetryGate", "AppointmentBook", "ProcessTime",
    "Tickets", "Pump", "LoopThread", "AsgiReceiver",
    # Registries that are the same for all worlds.
    "TaskTypes",
}  # fmt: skip


def test_no_part_of_a_world_s_state_is_left_out(
    filled: ScaleMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    met: set[str] = set()
    is_state = rewinding._is_state

    def watched(kind: type) -> bool:
        if not is_state(kind):
            met.add(kind.__name__)
            return False
        return True

    monkeypatch.setattr(rewinding, "_is_state", watched)
    Mark(filled._world, vars(filled._appointments))
    assert met <= KNOWN
