"""What happened as a sequence diagram in Mermaid's language, which code hosts and editors draw.

Your code, Scale, and a participant for each host that callbacks go to. Requests and callbacks are
arrows, changes of a status and moves of the clock are notes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from scale_mock.api.exports.traffic import host_of, place_of, requests_of
from scale_mock.selectors.durations import format_duration
from scale_mock.sim.instants import to_iso

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from scale_mock.domain.journal import Entry
    from scale_mock.world import World
    from scale_mock.world.requests import RequestRecord

INDENT = "\n    "
CODE, PLATFORM = "Code", "Scale"
LETTERS_MAX = 45_000
"""How long a diagram gets, participants aside: Mermaid draws none with more than 50,000."""
NOTE_LETTERS = 100
"""How long the note about an instant gets at most."""
HOSTS_MAX = 12
"""How many receivers have a line of their own; the rest share one."""
TEXT_MAX = 100
PARTS_OF_LENGTH = 4
_CODES = str.maketrans({char: f"#{ord(char)};" for char in '#;<>%"`'})
_ODD = re.compile(r"[^\w.:\[\]@ -]+")
_BLANK = re.compile(r"[\s\x00-\x1f\x7f\ud800-\udfff\u2028\u2029]+")
_SILENT = {"callback.acknowledged"}
"""What an arrow says already."""
_KEPT = ("captured", "mailed")


class Step(NamedTuple):
    """One or two lines of the diagram, at an instant."""

    at: datetime
    place: float
    lines: tuple[str, ...]


def diagram(world: World, hide: Callable[[str], str]) -> bytes:
    """The diagram.

    Args:
        world: The world.
        hide: Makes keys in a text unreadable.
    """
    drawer = _Drawer(world, hide)
    steps = [drawer.request(one) for one in requests_of(world)]
    steps += (step for entry in world.core.journal.entries() if (step := drawer.entry(entry)))
    steps.sort(key=lambda step: (step.at, step.place))
    more = len(steps) - _fitting(steps)
    body = [*_told(more), *_timed(steps[more:])]
    lines = ["sequenceDiagram", *drawer.participants("\n".join(body)), *body]
    return (INDENT.join(lines) + "\n").encode()


def _fitting(steps: list[Step]) -> int:
    """How many of the newest steps a diagram has room for."""
    room, last = LETTERS_MAX, None
    for count, step in enumerate(reversed(steps)):
        room -= sum(len(line) + len(INDENT) for line in step.lines)
        room -= NOTE_LETTERS if step.at != last else 0
        last = step.at
        if room < 0:
            return count
    return len(steps)


def _told(more: int) -> Iterator[str]:
    if more:
        yield f"Note over {CODE},{PLATFORM}: ... {more} more before"


def _timed(steps: list[Step]) -> Iterator[str]:
    """The lines of the steps, with a note wherever the clock has moved."""
    last: datetime | None = None
    for step in steps:
        if step.at != last:
            moved = "" if last is None else f", {_length(step.at, last)} later"
            yield f"Note over {CODE},{PLATFORM}: {to_iso(step.at)}{moved}"
            last = step.at
        yield from step.lines


def _length(end: datetime, begin: datetime) -> str:
    return format_duration(end - begin, parts_max=PARTS_OF_LENGTH)


class _Drawer:
    """Draws steps, and remembers who takes part in them."""

    def __init__(self, world: World, hide: Callable[[str], str]) -> None:
        self._hide = hide
        self._urls = {one.callback_id: one.url for one in world.desk.attempts}
        self._hosts: dict[str, str] = {}

    def participants(self, body: str) -> Iterator[str]:
        """Who takes part in what is drawn."""
        yield f"participant {CODE} as your code"
        yield f"participant {PLATFORM} as Scale"
        shown = {name: host for host, name in self._hosts.items()}
        if len(self._hosts) > HOSTS_MAX:
            shown[f"R{HOSTS_MAX}"] = "other receivers"
        for name, host in shown.items():
            if re.search(rf"(?:^|>>|--x){name}[:-]", body, re.MULTILINE):
                yield f"participant {name} as {self._text(_ODD.sub('_', host))}"

    def request(self, one: RequestRecord) -> Step:
        """An arrow to the platform, and one back."""
        name = f" ({one.operation})" if one.operation else ""
        asked = self._text(f"{one.method} {one.path}{name}")
        said = f"{one.status}" + (f" {one.error}" if one.error else "")
        if one.fault:
            said += f" (fault {one.fault})"
        back = self._text(said)
        return Step(
            one.at,
            place_of(one),
            (f"{CODE}->>{PLATFORM}: {asked}", f"{PLATFORM}-->>{CODE}: {back}"),
        )

    def entry(self, entry: Entry) -> Step | None:
        """A callback's arrows, or a note; ``None`` where there is nothing to draw."""
        if entry.kind in _SILENT:
            return None
        told = entry.as_dict()
        if entry.kind == "callback.attempted":
            return Step(entry.at, entry.seq, self._attempt(told))
        if entry.kind.startswith("callback.") and entry.kind[9:] in _KEPT:
            who = self._receiver(str(told["id"]))
            text = self._text(f"callback {told['id']}: {entry.kind[9:]}, not sent")
            return Step(entry.at, entry.seq, (f"{PLATFORM}--x{who}: {text}",))
        return Step(
            entry.at, entry.seq, (f"Note over {PLATFORM}: {self._text(_note(entry, told))}",)
        )

    def _attempt(self, told: dict[str, Any]) -> tuple[str, str]:
        who, outcome = self._receiver(told["id"]), str(told["outcome"])
        text = self._text(f"callback {told['id']}, attempt {told['number']}")
        # A number is a status; anything else says why there was none.
        back = "-->>" if outcome.isdigit() else "--x"
        asked = f"{PLATFORM}->>{who}: {text}"
        return (asked, f"{who}{back}{PLATFORM}: {self._text(outcome)}")

    def _receiver(self, callback_id: str) -> str:
        url = self._urls.get(callback_id)
        host = host_of(url) if url is not None else "a receiver"
        number = min(len(self._hosts), HOSTS_MAX)
        return self._hosts.setdefault(host, f"R{number}")

    def _text(self, text: str) -> str:
        """A text as Mermaid takes it: one line, no keys, and its own signs as codes."""
        plain = _BLANK.sub(" ", self._hide(text)).strip()
        if len(plain) > TEXT_MAX:
            plain = f"{plain[: TEXT_MAX - 3]}..."
        return plain.translate(_CODES) or "-"


def _note(entry: Entry, told: dict[str, Any]) -> str:
    """An entry of the journal in a line: what it happened to, what, and what there is to say."""
    said = [
        f"{name} {value}"
        for name, value in told.items()
        if name not in {"seq", "at", "subject", "kind", "response"}
        if isinstance(value, str | int) and value != ""
    ]
    subject = entry.subject.partition("/")[2] or entry.subject
    return f"{subject}: {entry.kind}" + (f" ({', '.join(said)})" if said else "")
