"""Rule files at the doors: read for a world, mixed with rules in Python, watched for changes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from os import PathLike
from typing import TYPE_CHECKING, TypeAlias

from scale_mock.api.faulting import check_operations
from scale_mock.errors import ConfigurationError, ScaleMockError
from scale_mock.world.building import TASK_TYPES
from scale_mock.world.files import Reading
from scale_mock.world.ruling import add_rules, replace_from_files

if TYPE_CHECKING:
    from scale_mock.faults.fault import Fault
    from scale_mock.rules.rule import Rule
    from scale_mock.world.world import World

FilePath: TypeAlias = "str | PathLike[str]"
RuleLike: TypeAlias = "Rule | Mapping[str, object]"


def reading() -> Reading:
    """A reader of rule files that knows the task types and operations there are."""
    return Reading(TASK_TYPES, check_operations)


def read_files(paths: Iterable[FilePath]) -> Reading:
    """What rule files hold.

    Raises:
        ConfigurationError: Something is wrong; the first of it, as ``FILE:LINE: message``.
    """
    found = reading()
    for path in paths:
        found.add_file(path)
    return found.raise_first()


def load_files(world: World, paths: Iterable[FilePath]) -> list[str]:
    """Appends what rule files hold to a world, all or none.

    Returns:
        The ids of the rules.

    Raises:
        ConfigurationError: Something is wrong.
    """
    found = read_files(paths)
    fault_ids = world.faults.extend(found.faults)
    try:
        return add_rules(world, found.rules, one_by_one=False)
    except ScaleMockError:
        for fault_id in fault_ids:
            world.faults.remove(fault_id)
        raise


def expanded(rules: Iterable[RuleLike | FilePath] | FilePath) -> tuple[list[RuleLike], list[Fault]]:
    """Rules of which some are the names of files, and the faults in these files.

    Args:
        rules: Rules, plain data, and names of files, in order; or the name of one file.

    Raises:
        ConfigurationError: Something is wrong in a file.
    """
    found: list[RuleLike] = []
    faults: list[Fault] = []
    given: object = rules  # whatever a test passes, not only what is meant to be passed
    if isinstance(given, Mapping | bytes) or not isinstance(given, Iterable | PathLike):
        raise ConfigurationError(
            f"rules: a list of rules is expected, not {rules!r}; for one rule write [...] around it"
        )
    for rule in [rules] if isinstance(rules, str | PathLike) else rules:
        if isinstance(rule, str | PathLike):
            read = read_files([rule])
            found += read.rules
            faults += read.faults
        else:
            found.append(rule)
    return found, faults


class WatchedFiles:
    """Rule files that may change while worlds run with them.

    Args:
        paths: The files, in order.
        say: Told of every reload, and of what is wrong with files that changed, a line each.

    Raises:
        ConfigurationError: A file is wrong from the beginning; every problem is a line.
    """

    def __init__(self, paths: Iterable[FilePath], say: Callable[[str], None]) -> None:
        self._paths = [str(path) for path in paths]
        self._say = say
        self._seen = self._look()
        found = self._read()
        if found.problems:
            raise ConfigurationError("\n".join(map(str, found.problems)))
        self._found = found

    def equip(self, world: World) -> None:
        """Gives a world what the files hold."""
        with world.lock:
            replace_from_files(world, list(self._found.rules), list(self._found.faults))

    def poll(self, worlds: Callable[[], Iterable[World]]) -> bool:
        """Looks whether a file has changed, and if so gives the worlds what is there now.

        Broken files change nothing; what is wrong is said once for each change.

        Args:
            worlds: Tells the worlds that run with the files.

        Returns:
            Whether the worlds have something new.
        """
        seen = self._look()
        if seen == self._seen:
            return False
        self._seen = seen
        found = self._read()
        if found.problems:
            for problem in found.problems:
                self._say(str(problem))
            self._say("The rules stay as they were.")
            return False
        self._found = found
        for world in worlds():
            try:
                self.equip(world)
            except ScaleMockError as error:
                self._say(f"{error} The rules of world {world.name} stay as they were.")
        rules, faults = counted(len(found.rules), "rule"), counted(len(found.faults), "fault")
        self._say(f"Rules reloaded: {rules}, {faults}.")
        return True

    def _read(self) -> Reading:
        found = reading()
        for path in self._paths:
            found.add_file(path)
        return found

    def _look(self) -> list[tuple[int, int] | None]:
        """What tells whether a file changed; None for one that cannot be found."""
        looks: list[tuple[int, int] | None] = []
        for path in self._paths:
            try:
                status = os.stat(path)
            except (OSError, ValueError):
                looks.append(None)
            else:
                looks.append((status.st_mtime_ns, status.st_size))
        return looks


def counted(number: int, what: str) -> str:
    """``1 rule``, ``2 rules``."""
    return f"{number} {what}{'' if number == 1 else 's'}"
