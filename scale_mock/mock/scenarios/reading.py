"""Scenario files: read and checked whole, so that a scenario that loads also makes sense.

::

    title = "Two kittens"
    [[project]]
    name = "kittens"
    type = "imageannotation"
    params = { geometries = { box = { objects_to_annotate = ["kitten"] } } }

    [[tasks]]
    project = "kittens"
    count = 2
    every = "1h"
    unique_id = "kitten-{n}"
    body = { attachment = "https://images.example/{n}.jpg" }

    [[step]]
    at = "20 days"
    call = "audit_task"
    arguments = { task_id = { task = "kitten-1" }, accepted = true }

Every problem says ``FILE:LINE: message``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scale_mock.config.settings import NAMES as SETTINGS
from scale_mock.config.settings import Settings
from scale_mock.errors import ConfigurationError
from scale_mock.mock.rulefiles import reading
from scale_mock.mock.scenarios.calls import Steps
from scale_mock.mock.scenarios.names import UNKNOWN, Names
from scale_mock.mock.scenarios.parts import KEYS, ROLES, Parts
from scale_mock.mock.scene import Scene
from scale_mock.selectors.documents import line_of, load_document
from scale_mock.selectors.durations import parse_instant
from scale_mock.selectors.every import every_problem
from scale_mock.selectors.plain import plain_copy
from scale_mock.selectors.where import did_you_mean, show
from scale_mock.sim.instants import EPOCH
from scale_mock.world.script import Play

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from scale_mock.faults.fault import Fault
    from scale_mock.rules.rule import Rule
    from scale_mock.selectors.documents import Document, FileWhere

Json = dict[str, Any]

TOP = ("title", "seed", "start_at", "settings")
"""What a scenario says about its world, besides tables."""
TABLES = (*KEYS, "step", "rule", "fault")
PER_KIND_MAX = 10_000
"""The most tables of one kind."""
CALLS_MAX = 200_000
"""The most calls that one scenario makes."""
INSTEAD: dict[str, tuple[object, ...]] = {
    "name": ("a name",),
    "project": (UNKNOWN,),
    "batch": (UNKNOWN,),
    "email": ("somebody@example.com",),
    "type": ("imageannotation",),
    "url": ("http://127.0.0.1:1/",),
    "status": (200,),
    "role": ROLES,
}
"""What makes sense where something else was said, so that nothing around it is blamed for it."""
NOT_SETTINGS = ("seed", "worlds_max", "callback_hosts")
"""Settings that a scenario has another place for, or that are the machine's own."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario that makes sense.

    Attributes:
        name: What people call it: the file's name.
        title: What it shows, in a line.
        seed: Decides everything; ``None`` if the file leaves it open.
        start_at: The first instant; likewise.
        settings: Settings by name.
        rules: What happens to which tasks.
        faults: What goes wrong.
        play: What happens by itself: receivers and steps.
    """

    name: str
    title: str = ""
    seed: int | None = None
    start_at: datetime | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    faults: tuple[Fault, ...] = ()
    play: Play = field(default_factory=lambda: Play(""))

    @property
    def scene(self) -> Scene:
        """What a world begins with."""
        settings = dict(self.settings)
        if self.seed is not None:
            settings["seed"] = self.seed
        return Scene(settings, self.start_at or EPOCH, self.rules, self.faults, self.play)


def is_scenario(data: Mapping[str, object]) -> bool:
    """Whether a file is a scenario and no mere rule file."""
    return any(key in data for key in (*KEYS, "step", "settings", "start_at", "title"))


def load_scenario(path: str) -> Scenario:
    """Reads a scenario file.

    Raises:
        ConfigurationError: Something is wrong; the first of it, as ``FILE:LINE: message``.
    """
    scenario, problems = read_scenario(load_document(path))
    if problems:
        raise problems[0]
    return scenario


def read_scenario(document: Document) -> tuple[Scenario, list[ConfigurationError]]:
    """Reads a scenario that was parsed.

    Returns:
        The scenario, and everything that is wrong with it, in the order of its lines.
    """
    return _Reader(document).read()


class _Reader:
    """One scenario file on its way."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._where = document.where()
        self._problems: list[ConfigurationError] = []
        self._told: set[str] = set()
        self._data = document.data
        self._marks: tuple[Callable[[], Callable[[], None]], ...] = ()
        self._keeps: tuple[Callable[[], Callable[[], None]], ...] = ()

    def read(self) -> tuple[Scenario, list[ConfigurationError]]:
        """The scenario and what is wrong with it."""
        for key in self._data:
            if key not in (*TOP, *TABLES):
                known = (*TOP, *TABLES)
                self._note(
                    self._where.at(key).refuse(
                        f"unknown key{did_you_mean(key, known)} A scenario holds: "
                        f"{', '.join(known)}"
                    )
                )
        title = self._try(self._title) or ""
        seed, start_at = self._try(self._seed), self._try(self._start_at)
        settings = self._try(self._settings) or {}
        decided = reading()
        decided.add_tables(self._document)
        for problem in decided.problems:
            self._note(problem)
        play = self._play(start_at or EPOCH)
        scenario = Scenario(
            name=Path(self._document.file).stem,
            title=title,
            seed=seed,
            start_at=start_at,
            settings=settings,
            rules=tuple(decided.rules),
            faults=tuple(decided.faults),
            play=play,
        )
        return scenario, sorted(self._problems, key=line_of)

    def _play(self, start: datetime) -> Play:
        names = Names()
        parts = Parts(self._document, start, names)
        steps = Steps(self._document, start, names, parts)
        self._marks = (names.mark, parts.mark, steps.mark)
        self._keeps = (names.keep, parts.mark, steps.mark)
        self._each("receiver", lambda n, data: parts.receiver(parts.open("receiver", n, data)))
        self._each("project", lambda n, data: parts.project(parts.open("project", n, data)))
        self._each("group", lambda n, data: parts.group_name(parts.open("group", n, data)))
        self._note_steps(steps, parts)
        self._each("teammate", lambda n, data: parts.teammate(parts.open("teammate", n, data)))
        self._each("group", lambda n, data: parts.group(parts.open("group", n, data)))
        self._each("batch", lambda n, data: parts.batch(parts.open("batch", n, data)))
        self._each("tasks", lambda n, data: parts.tasks(parts.open("tasks", n, data)))
        called = self._referring(steps)
        ordered = [*parts.steps, *parts.finals, *called]
        calls = sum(step.get("count", 1) for step in ordered)
        if calls > CALLS_MAX:
            self._note(
                self._where.refuse(f"a scenario makes at most {CALLS_MAX} calls, this one {calls}")
            )
        name = Path(self._document.file).stem
        return Play(name, tuple(parts.receivers), tuple(ordered))

    def _note_steps(self, steps: Steps, parts: Parts) -> None:
        """Reads steps before what they may make is asked for; they are played last."""
        kept, parts.steps = parts.steps, []
        self._each("step", steps.add)
        parts.steps = kept

    def _referring(self, steps: Steps) -> list[Json]:
        called = []
        for table, made in steps.refer():
            try:
                steps.find_references(table, made)
            except ConfigurationError as error:
                reread = partial(steps.find_references_of, table, made)
                self._note_new(every_problem(table.data, error, reread, INSTEAD))
            called.append(made)
        return called

    def _each(self, kind: str, read: Callable[[int, object], None]) -> None:
        """Reads the tables of a kind; what is wrong with one leaves the others alone."""
        listed = self._data.get(kind, [])
        place = self._where.at(kind)
        if not isinstance(listed, list):
            problem = place.refuse(f"a list of tables is expected: write [[{kind}]]")
            self._note_new([problem])
            return
        if len(listed) > PER_KIND_MAX:
            self._note(place.refuse(f"at most {PER_KIND_MAX}, these are {len(listed)}"))
            return
        for index, data in enumerate(listed):
            before = [mark() for mark in self._marks]
            try:
                read(index, data)
            except ConfigurationError as error:
                after = [keep() for keep in self._keeps]
                self._note_new(every_problem(data, error, self._anew(before, read, index), INSTEAD))
                for rewind in after:
                    rewind()

    @staticmethod
    def _anew(
        marks: Iterable[Callable[[], None]], read: Callable[[int, object], None], index: int
    ) -> Callable[[object], None]:
        """Reads a table as if nothing had been read of it before."""

        def reread(data: object) -> None:
            for rewind in marks:
                rewind()
            read(index, data)

        return reread

    def _note_new(self, found: Iterable[ConfigurationError]) -> None:
        """Notes problems, but for those that were noted when the same was read before."""
        for error in [error for error in found if str(error) not in self._told]:
            self._note(error)

    def _try(self, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except ConfigurationError as error:
            self._note(error)
            return None

    def _note(self, problem: ConfigurationError) -> None:
        self._problems.append(problem)
        self._told.add(str(problem))

    def _title(self) -> str:
        title = self._data.get("title", "")
        if not isinstance(title, str):
            raise self._where.at("title").refuse(f"a title is text, not {show(title)}")
        return title

    def _seed(self) -> int | None:
        seed = self._data.get("seed")
        if seed is not None and type(seed) is not int:
            raise self._where.at("seed").refuse(f"a seed is an integer, not {show(seed)}")
        return seed

    def _start_at(self) -> datetime | None:
        said = self._data.get("start_at")
        return None if said is None else parse_instant(said, where=self._where.at("start_at"))

    def _settings(self) -> Json:
        said = self._data.get("settings", {})
        where = self._where.at("settings")
        if not isinstance(said, dict):
            raise where.refuse(f"a table is expected, not {show(said)}")
        known = [name for name in SETTINGS if name not in NOT_SETTINGS]
        found: Json = {}
        for name, value in said.items():
            if name not in known:
                self._note(
                    where.at(name).refuse(
                        f"unknown setting{did_you_mean(name, known)} Settings: {', '.join(known)}"
                    )
                )
                continue
            setting = self._try(partial(_setting, name, value, where.at(name)))
            if setting is not None:
                found[name] = setting
        return found


def _setting(name: str, value: object, where: FileWhere) -> object:
    """The value of a setting."""
    plain = plain_copy(value, where)
    read = tuple(plain) if isinstance(plain, list) else plain
    _check_kind(name, read, where.refuse)
    try:
        Settings().with_changes(**{name: read})
    except (ConfigurationError, TypeError) as error:
        raise where.refuse(str(error)) from None
    return read


def _check_kind(name: str, value: object, refuse: Callable[[str], ConfigurationError]) -> None:
    """Refuses a setting of another kind than its default's."""
    usual = getattr(Settings(), name)
    kinds = (int, float) if isinstance(usual, float) else type(usual)
    if usual is None or (isinstance(value, kinds) and (type(value) is not bool or usual is value or
                                                       isinstance(usual, bool))):  # fmt: skip
        return
    wanted = {
        "tuple": "list",
        "str": "text",
        "int": "integer",
        "float": "number",
        "bool": "yes or no",
    }
    raise refuse(f"{show(value)} is no {wanted[type(usual).__name__]}")
