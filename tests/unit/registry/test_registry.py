"""The registry: which world a key opens, who may make one, and how many there may be."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from scale_mock.config import Settings
from scale_mock.domain.refusals import Refusal
from scale_mock.registry import Registry
from scale_mock.registry.registry import STRANGERS_MAX
from scale_mock.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

REAL = "live_" + "0123456789abcdef" * 2


def world(name: str) -> World:
    return World(name=name, settings=Settings())


@contextmanager
def refused(text: str, *, status: int = 401) -> Iterator[None]:
    with pytest.raises(Refusal, match=text) as found:
        yield
    assert found.value.status == status


def test_a_key_opens_its_accounts_world_in_its_mode() -> None:
    registry = Registry()
    first, second = world("a"), world("b")
    registry.add(first)
    registry.add(second)
    for _ in range(2):
        assert registry.find("live_a") == (first, "live")
        assert registry.find("test_b") == (second, "test")
        assert registry.find("a|test") == (first, "test")
    assert registry.worlds() == [first, second]
    assert registry.by_name("b") is second
    assert registry.by_name("c") is None


def test_the_only_world_is_opened_by_any_well_formed_key() -> None:
    registry = Registry()
    only = world("only")
    registry.add(only)
    assert registry.find("live_whatever") == (only, "live")
    assert registry.find("test_other") == (only, "test")
    for key in ("", "nonsense"):
        with refused("Your API key does not correspond to a registered user."):
            registry.find(key)


def test_with_several_worlds_the_key_decides() -> None:
    registry = Registry()
    registry.add(world("a"))
    assert registry.find("live_stranger")[0].name == "a"
    registry.add(world("b"))
    with refused("does not correspond to a registered user"):
        registry.find("live_stranger")
    registry.remove("b")
    assert registry.find("live_stranger")[0].name == "a"


def test_without_worlds_no_key_opens_one() -> None:
    with refused("does not correspond to a registered user"):
        Registry().find("live_a")


def test_a_key_does_not_open_a_world_that_was_removed() -> None:
    registry = Registry()
    registry.add(world("a"))
    registry.find("live_a")
    removed = registry.remove("a")
    assert removed is not None
    assert removed.name == "a"
    assert registry.remove("a") is None
    with refused("does not correspond to a registered user"):
        registry.find("live_a")


def test_a_factory_makes_a_world_for_every_account_up_to_the_limit() -> None:
    registry = Registry(factory=world, worlds_max=2)
    first, mode = registry.find("live_a")
    assert (first.name, mode) == ("a", "live")
    assert registry.find("test_a") == (first, "test")
    registry.find("live_b")
    with refused(r"The mock has 2 worlds already \(setting worlds_max, --worlds-max", status=503):
        registry.find("live_c")
    assert [found.name for found in registry.worlds()] == ["a", "b"]
    registry.remove("a")
    assert registry.find("live_c")[0].name == "c"


def test_who_opened_and_removed_worlds_is_told() -> None:
    opened: list[str] = []
    retired: list[str] = []
    registry = Registry(
        factory=world,
        opened=lambda made: opened.append(made.name),
        retired=lambda gone: retired.append(gone.name),
    )
    for key in ("live_a", "test_a", "live_b"):
        registry.find(key)
    registry.remove("a")
    registry.remove("a")
    assert (opened, retired) == (["a", "b"], ["a"])


def test_an_account_has_one_world() -> None:
    registry = Registry()
    registry.add(world("a"))
    with pytest.raises(ValueError, match="a world for the account 'a' already"):
        registry.add(world("a"))


@pytest.mark.parametrize("makes_worlds", [False, True])
def test_a_key_that_looks_real_is_refused_before_it_opens_anything(makes_worlds: bool) -> None:
    registry = Registry(factory=world if makes_worlds else None)
    if not makes_worlds:
        registry.add(world("only"))
    for key in (REAL, f"{REAL}|test"):
        with refused("looks like a real one of Scale's.* use live_NAME or test_NAME") as _:
            registry.find(key)
    assert len(registry.worlds()) == (0 if makes_worlds else 1)


def test_a_world_that_is_really_called_like_that_can_be_opened() -> None:
    registry = Registry()
    registry.add(world(REAL[5:]))
    registry.add(world("other"))
    assert registry.find(REAL)[0].name == REAL[5:]


def test_callbacks_find_their_world_by_their_auth_key() -> None:
    registry = Registry()
    first, second = world("a"), world("b")
    registry.add(first)
    registry.add(second)
    assert registry.find_by_auth(first.auth_key("live")) is first
    assert registry.find_by_auth(second.auth_key("test")) is second
    assert registry.find_by_auth("") is None


def test_strangers_are_told_once_in_the_same_words_and_not_without_end() -> None:
    told: list[str] = []
    registry = Registry(factory=world)
    registry.tell_stranger("nobody listens")
    registry.on_stranger = told.append
    for number in (1, 1, 2, *range(200)):
        registry.tell_stranger(f"GET /{number}")
    assert told[:2] == ["GET /1", "GET /2"]
    assert len(told) == len(set(told)) == STRANGERS_MAX - 1
    assert registry.makes_worlds
    assert not Registry().makes_worlds
