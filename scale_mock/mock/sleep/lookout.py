"""From a world's first use to its end: other worlds know of it, and its sleep is watched.

What the watch looks at is loaded when it begins.

A test that takes a world along and never calls it pays for the beginning of this only.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from scale_mock.mock.alive import WORLDS

if TYPE_CHECKING:
    from scale_mock.mock.host import Host
    from scale_mock.world import World


class Lookout:
    """Who opened a world.

    Args:
        host: Where the world lives.
        watches: Whether sleep in vain is watched.

    Attributes:
        thread: The thread that opened it: the test's.
    """

    __slots__ = ("host", "thread", "watches")

    def __init__(self, host: Host, *, watches: bool) -> None:
        self.thread = threading.current_thread()
        self.host = host
        self.watches = watches

    def begin(self, world: World) -> None:
        """Somebody has looked at the world."""
        WORLDS.add(world)
        if self.watches:
            from scale_mock.mock.sleep.watching import WATCH

            WATCH.add(world, self)


def keep_lookout(world: World, host: Host) -> None:
    """Counts a world, and watches the sleep of this thread, as soon as somebody looks at it."""
    lookout = Lookout(host, watches=bool(world.settings.vain_sleep_s))
    if world.is_untouched:
        world.looked_at = lookout.begin
    else:
        lookout.begin(world)


def end_lookout(world: World) -> None:
    """The world ends."""
    if not world.is_untouched:
        from scale_mock.mock.sleep.watching import WATCH

        WORLDS.discard(world)
        WATCH.remove(world)
