"""How reports are laid out: lines no wider than the terminal, journal lines, what comes next.

A line breaks between words only, so that an id or a URL stays whole and can be copied. Plain text:
no colours, no drawing characters.
"""

from __future__ import annotations

import json
import textwrap
from collections import deque
from typing import TYPE_CHECKING

from scale_mock.config.printable import printable
from scale_mock.config.width import width
from scale_mock.sim.instants import to_iso
from scale_mock.world.explain import in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from scale_mock.domain.journal import Entry
    from scale_mock.sim.scheduler import Event
    from scale_mock.world import World

MARGIN = 8
"""What pytest puts in front of the lines of an exception's text."""
JOURNAL_LINES = 10
"""How many of the newest journal lines are shown."""
LOOKED_BACK = 1_000
"""How many of the newest entries are folded into these lines."""
UPCOMING = 5
"""How many of the next events are shown."""
VALUE_CHARS = 160
"""How much of a value is shown."""
_OF_TRACEBACK = 'File "'
"""How a line begins that editors and terminals turn into a link, which needs it whole."""
_WHOLE = (_OF_TRACEBACK, "To allow it: @", "To allow them: @")
"""How lines begin that are copied, a path or a marker."""
_COUNTED = {"number", "id"}
"""Details in which entries may differ and still be one line."""


def laid_out(lines: Iterable[str], *, margin: int = MARGIN) -> str:
    """Lines broken to fit the terminal; a continuation is indented by four more.

    The first line stays whole: pytest's short summary shows the first line and nothing else.

    Args:
        lines: The lines, each with its own indent.
        margin: What is put in front of them.
    """
    columns = width() - margin
    out: list[str] = []
    for line in lines:
        out.extend([line] if not out else broken(line, columns))
    return printable("\n".join(out))


def broken(line: str, columns: int) -> list[str]:
    """One line, broken between words where it is too long."""
    if len(line) <= columns or line.lstrip().startswith(_WHOLE):
        return [line]
    indent = " " * (len(line) - len(line.lstrip(" ")))
    return textwrap.wrap(
        line.strip(),
        columns,
        initial_indent=indent,
        subsequent_indent=f"{indent}    ",
        break_long_words=False,
        break_on_hyphens=False,
    ) or [line]


def shortened(text: str, chars: int = VALUE_CHARS) -> str:
    """A text on one line, cut at a word's end; a URL is never cut in two."""
    flat = " ".join(text.split())
    if len(flat) <= chars:
        return flat
    head = flat[: chars - 3]
    if not flat[chars - 3].isspace() and " " in head:
        head = head.rpartition(" ")[0]
    first = flat.partition(" ")[0]
    if len(first) > len(head) and "://" in first:
        head = first
    return f"{head}..."


def brief(instant: datetime) -> str:
    """An instant without what is zero of it: ``2024-01-31T00:00Z``."""
    text = to_iso(instant)[:-1].removesuffix(".000")
    return (text[:-3] if text.endswith(":00") else text) + "Z"


def journal_of(
    world: World, wanted: Callable[[str], bool] | None = None, *, own: str = ""
) -> Iterator[str]:
    """The newest entries as lines, repetitions folded into one, under a heading.

    Args:
        world: The world.
        wanted: Which subjects are told about; all of them without it.
        own: The subject that needs no mention.
    """
    journal = world.core.journal
    newest: deque[Entry] = deque(maxlen=LOOKED_BACK)
    count = 0
    for entry in journal.entries():
        if wanted is None or wanted(entry.subject):
            newest.append(entry)
            count += 1
    if not count:
        empty = not len(journal)
        yield (
            "The journal is empty: nothing has happened in this world."
            if empty
            else "The journal says nothing about it."
        )
        return
    lines: list[str] = []
    shown = 0
    for first, last, times in reversed(list(_folded(newest))):
        if len(lines) == JOURNAL_LINES:
            break
        lines.append(_journal_line(first, last, times, own))
        shown += times
    about = "" if wanted is None else " about it"
    if count == 1:
        yield f"The one journal entry{about}:"
    elif shown == count:
        yield f"All {count} journal entries{about}:"
    else:
        yield f"The last {shown} of {count} journal entries{about}:"
    yield from (f"  {line}" for line in reversed(lines))


def _folded(entries: Iterable[Entry]) -> Iterator[tuple[Entry, Entry, int]]:
    """Runs of entries that say the same: the first, the last, how many."""
    run: tuple[Entry, Entry, int] | None = None
    for entry in entries:
        if run is not None and _same(run[1], entry):
            run = (run[0], entry, run[2] + 1)
            continue
        if run is not None:
            yield run
        run = (entry, entry, 1)
    if run is not None:
        yield run


def _same(one: Entry, other: Entry) -> bool:
    if (one.subject, one.kind) != (other.subject, other.kind):
        return False
    return _told(one) == _told(other)


def _told(entry: Entry) -> dict[str, object]:
    details: dict[str, object] = json.loads(entry.details)
    return {name: value for name, value in details.items() if name not in _COUNTED}


def _journal_line(first: Entry, last: Entry, times: int, own: str) -> str:
    words = [to_iso(first.at)]
    if last.at != first.at:
        words.append(f"to {to_iso(last.at)}")
    if first.subject != own:
        words.append(first.subject)
    words.append(first.kind + (f" ({times} times)" if times > 1 else ""))
    shown = ", ".join(
        f"{name}={shortened(value if isinstance(value, str) else json.dumps(value))}"
        for name, value in _told(first).items()
        if value not in (None, "") and name != "response"
    )
    return " ".join([*words, shown] if shown else words)


def next_events(world: World) -> list[str]:
    """What the clock would bring next, in words."""
    return [
        f"{in_words(world, event.due)}: {_event(world, event)}"
        for event in world.scheduler.soonest(UPCOMING)
    ]


def _event(world: World, event: Event) -> str:
    callback = world.desk.by_id.get(event.subject)
    if callback is None:
        return f"{event.kind} {event.subject}".rstrip()
    number = len(callback.attempts) + 1
    return f"{event.kind} {number} of {callback.owner} {callback.subject} to {callback.url}"


def clock_lines(world: World, thing: object = None) -> Iterator[str]:
    """Where the clock stands and what it would bring next.

    Args:
        world: The world.
        thing: The task that is waited for, if it is one.
    """
    stands = f"The clock stands at {to_iso(world.now())} ({world.clock_mode})"
    coming = next_events(world)
    if not coming:
        yield f"{stands}. Nothing is scheduled: without another call, nothing will ever happen."
    else:
        yield f"{stands}. It would bring next:"
        yield from (f"  {line}" for line in coming)
    if world.follower.is_on and (advice := world.follower.advice(thing)):
        yield f"It follows datetime.now(UTC), which no wait can move: {advice}."
