"""The time of the process as code under test sees it: what a world with ``clock="follow"`` follows.

``datetime.datetime.now(UTC)``, looked up anew each time, is the one reading that freezegun and
time-machine agree on in every thread: ``time.time`` and ``monotonic`` are real for freezegun
wherever :mod:`threading` is a few frames up.
"""

from __future__ import annotations

import datetime
import sys
from typing import TYPE_CHECKING

from scale_mock.sim.instants import EPOCH

if TYPE_CHECKING:
    from datetime import timedelta


class ProcessTime:
    """Whatever ``datetime.now(UTC)`` says, and who makes it say so."""

    def now(self) -> datetime.datetime:
        """The present instant, aware UTC."""
        told = datetime.datetime.now(datetime.UTC)
        # Through a length, so that no class of freezegun's gets into the world.
        return EPOCH + (told - EPOCH)

    def how_to_move(self, length: timedelta) -> str:
        """What to do so that it moves by a length; names the tool that is in charge."""
        if getattr(sys.modules.get("freezegun.api"), "freeze_factories", None):
            return f"tick freezegun by {length}"
        travels = sys.modules.get("time_machine")
        if travels is not None and travels.escape_hatch.is_travelling():
            return f"shift time-machine by {length}"
        return f"freeze time with freezegun or time-machine and move it by {length}"


PROCESS_TIME = ProcessTime()
"""There is one process."""
