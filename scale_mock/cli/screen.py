"""How the demo looks in a terminal: one picture, drawn anew for every frame, fitted to its size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Group as Stack
from rich.live import Live
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from scale_mock.cli.story import DAYS, LENGTH, START_AT
from scale_mock.cli.watch import day_of, weekday

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from rich.console import Console, RenderableType

    from scale_mock.cli.story import Step
    from scale_mock.cli.watch import GroupState, Mood, News, Watch

DIM = "bright_black"
MOODS: dict[Mood, str] = {"good": "green", "bad": "red", "calm": "default"}
STATUSES = {"completed": "green", "error": "red", "canceled": "yellow", "pending": DIM}
BATCHES = {"staging": "yellow", "in_progress": "cyan", "completed": "green"}

FIXED_ROWS = 14
"""Rows that are there at every height: everything but the story and the news."""
STORY_ROWS_LEAST, NEWS_ROWS_LEAST = 2, 4
BAR_LEAST, BAR_MOST = 8, 60
BESIDE_TASK_BAR, BESIDE_CALLBACK_BAR = 71, 44
"""How many columns stand beside a bar: the longest texts, and the gaps."""


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The signs that not every terminal can show."""

    bar: str
    rest: str
    done: str
    now: str
    line: str


PRETTY = Glyphs(bar="━", rest="─", done="✓", now="▶", line="─")
PLAIN = Glyphs(bar="#", rest=".", done="x", now=">", line="-")


class Screen:
    """Shows the demo in a terminal; leaves it as it was.

    Args:
        console: The terminal.
        steps: The story.
        title: What to say above.
    """

    def __init__(self, console: Console, steps: list[Step], title: str) -> None:
        self._console = console
        self._steps = steps
        self._title = title
        self._played = 0
        pretty = console.encoding.lower().startswith("utf") and not console.legacy_windows
        self._glyphs = PRETTY if pretty else PLAIN
        self._live = Live(console=console, screen=True, auto_refresh=False)

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._live.__exit__(kind, error, traceback)

    def step(self, number: int, watch: Watch) -> None:
        """A step of the story begins."""
        self._played = number
        self.frame(watch)

    def frame(self, watch: Watch) -> None:
        """Draws what there is to see now."""
        self._live.update(self.picture(watch), refresh=True)

    def picture(self, watch: Watch) -> RenderableType:
        """The whole picture."""
        width, height = self._console.size
        spare = max(height - FIXED_ROWS, STORY_ROWS_LEAST + NEWS_ROWS_LEAST)
        story_rows = min(max(spare // 2 - 1, STORY_ROWS_LEAST), len(self._steps))
        return Stack(
            self._heading(width),
            self._clock(watch, width),
            self._rule("tasks"),
            self._tasks(watch, width),
            self._rule("callbacks, to a receiver that fails a third of the time"),
            *self._callbacks(watch, width),
            self._rule("the story"),
            *self._story(story_rows),
            self._rule("what just happened"),
            *self._news(watch, spare - story_rows),
        )

    def _rule(self, title: str) -> Rule:
        shown = Text(title, style="bold")
        return Rule(shown, align="left", style=DIM, characters=self._glyphs.line)

    def _heading(self, width: int) -> Text:
        text = Text("scale-mock demo", style="bold", no_wrap=True, overflow="ellipsis")
        text.append("  three days of labeling", style="default")
        spare = width - text.cell_len - len(self._title)
        if spare >= 2:
            text.append(" " * spare + self._title, style=DIM)
        return text

    def _clock(self, watch: Watch, width: int) -> Text:
        text = Text(no_wrap=True)
        text.append(weekday(watch.now), style="bold cyan")
        text.append(f"  day {min(day_of(watch.now), DAYS)} of {DAYS}  ")
        passed = min((watch.now - START_AT) / LENGTH, 1.0)
        cells = max(width - text.cell_len - 5, BAR_LEAST)
        self._bar(text, cells, [(passed, "cyan"), (1 - passed, DIM)])
        text.append(f"{passed:5.0%}")
        return text

    def _tasks(self, watch: Watch, width: int) -> Table:
        table = Table.grid(padding=(0, 2))
        for _ in range(4):
            table.add_column(no_wrap=True)
        cells = min(max(width - BESIDE_TASK_BAR, BAR_LEAST), BAR_MOST)
        for state in watch.groups:
            table.add_row(*self._group(state, cells))
        return table

    def _group(self, state: GroupState, cells: int) -> list[Text]:
        group = state.group
        bar = Text()
        if not state.sent:
            self._bar(bar, cells, [])
            later = Text(f"{group.count} to be sent later", style=DIM)
            return [Text(group.name, style=DIM), bar, Text(), later]
        parts = [(state.counts[name] / group.count, style) for name, style in STATUSES.items()]
        self._bar(bar, cells, parts)
        status = state.status.replace("_", " ") if group.project else "no batch"
        style = BATCHES.get(state.status, DIM)
        return [Text(group.name), bar, Text(status, style=style), _counts(state)]

    def _callbacks(self, watch: Watch, width: int) -> list[Text]:
        fine, failed = watch.answers["200"], watch.answers.total() - watch.answers["200"]
        share = watch.delivered / watch.owed if watch.owed else 0.0
        waiting = watch.owed - watch.delivered
        first = Text(f"{watch.delivered:3} of {watch.owed:2} delivered  ", no_wrap=True)
        cells = max(width - BESIDE_CALLBACK_BAR, BAR_LEAST)
        self._bar(first, cells, [(share, "green"), (1 - share, DIM)])
        if waiting:
            first.append(f"  {waiting} to be tried again", style="yellow")
        second = Text(f"{fine + failed:3} requests: ", no_wrap=True)
        second.append(f"{fine} answered with 200", style="green")
        second.append(", ")
        second.append(f"{failed} with 500", style="red")
        second.append(", which were sent again")
        return [first, second]

    def _story(self, rows: int) -> list[Text]:
        first = min(max(self._played - rows + 1, 0), len(self._steps) - rows)
        lines = []
        for number in range(first, first + rows):
            step = self._steps[number]
            if number < self._played:
                sign, style = self._glyphs.done, "green"
            elif number == self._played:
                sign, style = self._glyphs.now, "bold yellow"
            else:
                sign, style = " ", DIM
            when = weekday(START_AT + step.at)
            lines.append(_line(f"{sign} {when}  {step.says}", style))
        return lines

    def _news(self, watch: Watch, rows: int) -> list[Text]:
        newest: list[News] = list(watch.news)[-rows:]
        return [_line(f"  {weekday(item.at)}  {item.text}", MOODS[item.mood]) for item in newest]

    def _bar(self, text: Text, cells: int, parts: list[tuple[float, str]]) -> None:
        """Appends a bar whose parts, shares of the whole, add up to at most the cells."""
        drawn, reached = 0, 0.0
        for share, style in parts:
            reached += share
            upto = round(min(reached, 1.0) * cells)
            glyph = self._glyphs.rest if style == DIM else self._glyphs.bar
            text.append(glyph * (upto - drawn), style=style)
            drawn = max(upto, drawn)
        text.append(" " * (cells - drawn))


def _line(text: str, style: str) -> Text:
    return Text(text, style=style, no_wrap=True, overflow="ellipsis")


def _counts(state: GroupState) -> Text:
    """How many are done, and what else became of some."""
    text = Text(f"{state.counts['completed']:2} of {state.group.count:2} done")
    for status in ("error", "canceled"):
        if state.counts[status]:
            text.append(f", {state.counts[status]} {status}", style=STATUSES[status])
    return text
