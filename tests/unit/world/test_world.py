"""A world as a whole: reset, rules, keys of its callbacks, and what is found by name."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock.config import Settings
from scale_mock.errors import ConfigurationError
from scale_mock.sim.instants import EPOCH
from scale_mock.world import World
from scale_mock.world.requests import RequestRecord
from scale_mock.world.ruling import add_rules

if TYPE_CHECKING:
    from collections.abc import Callable

Desk = Any
HOUR = timedelta(hours=1)


def test_reset_goes_back_to_the_beginning_and_keeps_mounts_and_listeners(desk: Desk) -> None:
    world = desk.world
    told: list[str] = []
    world.on_attempt = lambda callback: told.append(callback.state)
    world.mount(desk.hook, lambda request: 200)
    empty = world.core.journal.digest()
    first = desk.task(callback_url=desk.hook)
    add_rules(world, [{"name": "more", "outcome": "hold"}])
    world.pump.advance(HOUR)
    world.reset()
    assert (world.now(), world.core.journal.digest(), len(world.rules)) == (EPOCH, empty, 1)
    assert world.find_task(first.task_id) is None
    assert (world.desk.by_id, list(world.requests), world.receiver.requests) == ({}, [], [])
    again = desk.task(callback_url=desk.hook)
    assert again.task_id == first.task_id
    world.pump.advance(HOUR)
    assert again.callback_succeeded is True
    assert told == ["acknowledged", "acknowledged"]


def test_the_accounts_name_enters_no_journal_but_the_callback_keys() -> None:
    digests, keys = set(), set()
    for name in ("a", "b"):
        world = World(name=name, settings=Settings())
        world.projects.create(world.core.sides["live"], {"name": "p", "type": "categorization"})
        digests.add(world.core.journal.digest())
        keys |= {world.auth_key("live"), world.auth_key("test")}
    assert len(digests) == 1
    assert len(keys) == 4
    assert {key[:10] for key in keys} == {"live_auth_", "test_auth_"}


def test_tasks_and_batches_are_found_in_whichever_mode_they_live(desk: Desk) -> None:
    live, test = desk.task(), desk.task(mode="test")
    world = desk.world
    assert (world.find_task(live.task_id), world.find_task(test.task_id)) == (live, test)
    assert world.find_task("nope") is None
    assert world.find_batch("b") is None
    for mode in ("test", "live"):
        side = world.core.sides[mode]
        world.projects.create(side, {"name": "p", "type": "categorization"})
        batch = world.batches.create(side, {"name": "b", "project": "p"})
        assert world.find_batch("b") is batch, "live comes first"


def test_hand_completed_tasks_get_synthesized_labels_unless_some_are_given(desk: Desk) -> None:
    made, given = desk.task(n=1), desk.task(n=2)
    desk.world.complete_task(made, response=None, by=None)
    desk.world.complete_task(given, response={}, by="me")
    assert b'"category"' in made.response
    assert given.response == b"{}"
    by = [
        entry.as_dict()["by"]
        for entry in desk.world.core.journal.entries()
        if entry.kind == "task.completed"
    ]
    assert by == ["hand", "me"]


def test_a_rule_with_replan_decides_pending_tasks_anew(desk: Desk) -> None:
    matching, other = desk.task(unique_id="a1"), desk.task(unique_id="b1")
    done = desk.task(unique_id="a2")
    desk.world.lifecycle.complete(done, {}, by="t")
    rule = {"name": "quick", "match": {"unique_id": "a*"}, "after": "1m"}
    add_rules(desk.world, [rule])
    assert matching.decision.rule == "hourly"
    desk.world.rules.clear()
    (rule_id,) = add_rules(desk.world, [{**rule, "replan": True}])
    assert rule_id
    assert [t.decision.rule for t in (matching, other, done)] == ["quick", "hourly", "hourly"]
    desk.world.pump.advance(timedelta(minutes=1))
    assert (matching.status, other.status) == ("completed", "pending")


def test_rules_are_added_all_or_none(desk: Desk) -> None:
    assert add_rules(desk.world, []) == []
    with pytest.raises(ConfigurationError):
        add_rules(desk.world, [{"name": "fine"}, {"outcome": "nonsense"}])
    assert len(desk.world.rules) == 1


def test_the_clocks_mode_and_rate_change_at_any_moment(desk: Desk) -> None:
    changes = []
    desk.world.clock_changed = lambda: changes.append((desk.world.clock_mode, desk.world.rate))
    desk.world.set_clock(mode="realtime", rate=None)
    desk.world.set_clock(mode=None, rate=60)
    assert changes == [("realtime", 1.0), ("realtime", 60)]
    with pytest.raises(ConfigurationError, match="no such clock mode"):
        desk.world.set_clock(mode="warp", rate=None)
    with pytest.raises(ConfigurationError, match="a rate is greater than 0"):
        desk.world.set_clock(mode=None, rate=0)
    assert (desk.world.clock_mode, desk.world.rate) == ("realtime", 60)


def test_a_closed_world_does_nothing_more(desk: Desk) -> None:
    desk.task()
    desk.world.close()
    desk.world.close()
    assert desk.world.scheduler.is_idle
    assert desk.world.pump.advance(HOUR).events == 0


def test_touched_counts_the_events_that_ran(desk: Desk) -> None:
    desk.task()
    before = desk.world.touched
    desk.world.pump.run_next()
    assert desk.world.touched == before + 1


def test_limits_are_the_settings(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(requests_max=2)
    record = RequestRecord(EPOCH, "GET", "/x", "", 200, None, "live", "live_***")
    for _ in range(5):
        desk.world.requests.append(record)
    assert len(desk.world.requests) == 2
    assert record.as_dict()["at"] == "2024-01-01T00:00:00.000Z"
    assert record.as_dict()["error"] is None
