"""How the demo looks where nobody draws on: a pipe, a file, a CI log. Lines, and no colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.cli.story import START_AT
from scale_mock.cli.watch import weekday

if TYPE_CHECKING:
    from types import TracebackType
    from typing import IO, Self

    from scale_mock.cli.story import Step
    from scale_mock.cli.watch import Watch

EVERY_HOURS = 6


class Lines:
    """Prints a line for every step of the story, and one every six hours of the world's time.

    Args:
        out: Where to.
        steps: The story.
        title: What to say first.
    """

    def __init__(self, out: IO[str], steps: list[Step], title: str) -> None:
        self._out = out
        self._steps = steps
        self._title = title
        self._hours = 0

    def __enter__(self) -> Self:
        self._say(f"scale-mock demo: three days of labeling in seconds, {self._title}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._out.flush()

    def step(self, number: int, watch: Watch) -> None:
        """A step of the story begins."""
        self._say(f"{weekday(watch.now)}  {self._steps[number].says}")

    def frame(self, watch: Watch) -> None:
        """Prints where everything stands, if it is time to."""
        hours = int((watch.now - START_AT).total_seconds() // 3600)
        if hours < self._hours + EVERY_HOURS:
            return
        self._hours = hours - hours % EVERY_HOURS
        done = sum(state.counts["completed"] for state in watch.groups)
        sent = sum(state.sent for state in watch.groups)
        failed = watch.answers.total() - watch.answers["200"]
        self._say(
            f"{weekday(watch.now)}    {done} of {sent} tasks done, {watch.delivered} of "
            f"{watch.owed} callbacks delivered, {failed} answered 500 and sent again"
        )

    def _say(self, line: str) -> None:
        self._out.write(f"{line}\n")
        self._out.flush()
