"""Owns the proof that a world is built when somebody first looks at it: whole, and once."""

from __future__ import annotations

import gc
import threading
import weakref
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from scale_mock import ScaleMock
from scale_mock.config import Settings
from scale_mock.errors import ConfigurationError
from scale_mock.mock.host import Host
from scale_mock.world import World


def make(**more: object) -> World:
    return World(name="acme", settings=Settings(), **more)  # type: ignore[arg-type]  # as a test says


@pytest.mark.parametrize(
    "look",
    [
        lambda world: world.now(),
        lambda world: world.core.journal.digest(),
        lambda world: world.requests,
        lambda world: world.pump.rest(),
        lambda world: world.find_task("6" * 24),
        lambda world: world.set_clock(mode="follow", rate=None),
    ],
)
def test_whatever_is_looked_at_first_brings_the_whole_world(look: object) -> None:
    world = make()
    assert world.is_untouched

    with suppress(ConfigurationError):  # this one has no outer time to follow
        look(world)  # type: ignore[operator]  # it is a function

    assert not world.is_untouched
    assert {"core", "desk", "pump", "rules", "studio", "tickets"} <= set(vars(world))


def test_a_test_that_never_calls_its_world_never_builds_it() -> None:
    host = Host()
    with ScaleMock(host=host) as mock, mock.intercept():
        world = mock._world
        mock.check()

    assert world.is_untouched


def test_a_world_that_was_closed_untouched_can_still_be_looked_at() -> None:
    mock = ScaleMock(seed=3)
    mock.close()

    assert mock.requests == []
    assert mock.callbacks.received == []
    assert mock.clock.now() == datetime(2024, 1, 1, tzinfo=UTC)


def test_what_cannot_be_is_refused_when_the_world_is_made() -> None:
    with pytest.raises(ConfigurationError, match="outcome"):
        ScaleMock(rules=[{"name": "a", "outcome": "perhaps"}])
    with pytest.raises(ConfigurationError, match="kind"):
        ScaleMock(faults=[{"match": {}, "kind": "perhaps"}])
    with pytest.raises(ValueError, match="start_at must not be after 9000"):
        make(start_at=datetime(9500, 1, 1, tzinfo=UTC))


def test_a_name_that_no_world_has_is_refused_before_and_after_it_is_built() -> None:
    world = make()

    for _ in range(2):
        with pytest.raises(AttributeError, match="'World' object has no attribute 'scheduIer'"):
            _ = world.scheduIer  # type: ignore[attr-defined]  # that is the point
        assert not world.is_untouched


def test_threads_that_look_at_once_find_one_world() -> None:
    def look(world: World, start: threading.Barrier, found: list[tuple[object, ...]]) -> None:
        start.wait()
        found.append((world.core, world.pump, world.unread_fields, world.scheduler))

    for _ in range(20):
        found: list[tuple[object, ...]] = []
        given = make(), threading.Barrier(4), found
        threads = [threading.Thread(target=look, args=given) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(found) == 4
        assert all(one == found[0] for one in found)


def test_a_world_says_nothing_to_its_owner_once_it_is_closed() -> None:
    told: list[str] = []
    world = make()
    world.clock_changed = lambda: told.append("clock")

    world.close()
    world.set_clock(mode="autojump", rate=None)

    assert told == []


def test_an_untouched_mock_dies_without_the_garbage_collector() -> None:
    host = Host()
    gc.collect()
    gc.disable()
    try:
        mock = ScaleMock(host=host)
        interception = mock.intercept()
        interception.begin()
        mock.check()
        interception.end()
        mock.close()
        alive = [weakref.ref(mock), weakref.ref(mock._world)]
        del mock, interception

        assert [one() for one in alive] == [None, None]
    finally:
        gc.enable()
