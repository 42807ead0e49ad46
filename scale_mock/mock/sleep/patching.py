"""Letting the code under test see a world's time: freezegun, moved with the world's clock."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from scale_mock.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from scale_mock.world import World

REAL = ["_pytest.timing"]
"""Who keeps real time, besides freezegun's own list: a test's duration is no date."""


@contextmanager
def patched_datetime(world: World) -> Iterator[None]:
    """Makes ``datetime.now``, ``time.time`` and their like tell a world's time, in every thread.

    It moves when the world's clock moves, before anything that is due there happens; so a callback
    handler and a scheduled call see the instant that they run at. Event loops keep real time.

    Raises:
        ConfigurationError: The world follows that very time, or another world leads it.
    """
    from freezegun import freeze_time

    if world.follower.is_on:
        raise ConfigurationError(
            "patch_datetime(): this world's clock follows datetime.now(UTC), so it cannot lead it "
            "too: set mock.clock.mode = 'manual' first."
        )
    if world.follower.is_leading:
        raise ConfigurationError("patch_datetime(): datetime follows this world already.")
    world.follower.is_leading = True
    try:
        with freeze_time(_naive(world.now()), real_asyncio=True, ignore=REAL) as frozen:

            def move(instant: datetime) -> None:
                frozen.move_to(_naive(instant))

            world.watch_clock(move, watching=True)
            try:
                yield
            finally:
                world.watch_clock(move, watching=False)
    finally:
        world.follower.is_leading = False


def _naive(instant: datetime) -> datetime:
    """An instant as freezegun wants it: UTC, without saying so."""
    return instant.replace(tzinfo=None)
