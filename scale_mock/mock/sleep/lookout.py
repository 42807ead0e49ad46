"""When the watch on a world's sleep begins and ends; what it looks at is loaded when it begins.

A test that takes a world along and never calls it pays for the beginning of this only.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scale_mock.mock.host import Host
    from scale_mock.world import World


class Lookout:
    """Who opened a world, and who was there before it.

    Args:
        host: Where the world lives.

    Attributes:
        thread: The thread that opened it: the test's.
        before: The threads that ran when it was opened, none of which can have it in hand.
    """

    __slots__ = ("before", "host", "thread")

    def __init__(self, host: Host) -> None:
        self.thread = threading.current_thread()
        self.before = threading.enumerate()
        self.host = host

    def begin(self, world: World) -> None:
        """Somebody has looked at the world."""
        from scale_mock.mock.sleep.watching import WATCH

        WATCH.add(world, self)


def keep_lookout(world: World, host: Host) -> None:
    """Watches the sleep of this thread from the moment on that somebody looks at a world."""
    lookout = Lookout(host)
    if world.is_untouched:
        world.looked_at = lookout.begin
    else:
        lookout.begin(world)


def end_lookout(world: World) -> None:
    """The world ends."""
    if not world.is_untouched:
        from scale_mock.mock.sleep.watching import WATCH

        WATCH.remove(world)
