"""What a scenario makes, by name, and the references to it: a misspelt one is refused at once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scale_mock.api.stepping import REFERENCE
from scale_mock.selectors.numbering import fill_in
from scale_mock.selectors.where import did_you_mean, show

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scale_mock.selectors.documents import FileWhere

Json = dict[str, Any]

FREE_KEYS = frozenset({"metadata", "params", "body", "response", "expected_response"})
"""Arguments whose tables are the customer's own, in which nothing is a reference."""
_MEMBER = re.compile(r"(.+)\[([0-9]{1,9})\]")


@dataclass(frozen=True, slots=True)
class Made:
    """Something that a scenario makes.

    Attributes:
        at_ms: How long after the beginning.
        type: The task type of a project.
        mode: Whose it is.
        project: The project of a batch.
        params: The params of a project; ``None`` if they change.
    """

    at_ms: int
    mode: str
    type: str = ""
    project: str = ""
    params: Json | None = None


BROKEN = Made(0, "live", params=None)
"""Stands for a project or batch of which something is wrong, so that nothing else is blamed."""


class _Unknown(str):
    """A name that is told from every text in a file."""

    __slots__ = ()


UNKNOWN = _Unknown("unknown")
"""Stands for the name of a project or batch that there is not, for the same reason."""


@dataclass(slots=True)
class Tasks:
    """Tasks that are sent alike.

    Attributes:
        step: The step that sends them.
        first_ms: How long after the beginning the first one is sent.
        every_ms: And the others after it.
        count: How many.
    """

    step: Json
    first_ms: int
    every_ms: int
    count: int


@dataclass(slots=True)
class Names:
    """Everything that the tables of a scenario make."""

    projects: dict[str, Made] = field(default_factory=dict)
    batches: dict[str, Made] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=dict)
    tasks: dict[str, Tasks] = field(default_factory=dict)
    unique_ids: dict[str, tuple[Tasks, int]] = field(default_factory=dict)
    steps: dict[str, Tasks] = field(default_factory=dict)

    def mark(self) -> Callable[[], None]:
        """What takes back whatever will have been named from now on.

        Names are only ever added: what a name stands for is settled by the table that added it.
        """
        counts = [(name, len(getattr(self, name))) for name in self.__slots__]

        def rewind() -> None:
            for name, count in counts:
                known = getattr(self, name)
                while len(known) > count:
                    known.popitem()

        return rewind

    def keep(self) -> Callable[[], None]:
        """What puts back all that is named now, whatever will have been taken back or named."""
        kept = [dict(getattr(self, name)) for name in self.__slots__]

        def rewind() -> None:
            for name, known in zip(self.__slots__, kept, strict=True):
                getattr(self, name).clear()
                getattr(self, name).update(known)

        return rewind

    def take(self, kind: str, name: str, where: FileWhere) -> None:
        """Refuses a name that is taken."""
        if name in getattr(self, kind):
            raise where.refuse(f'there is a {_SINGULAR[kind]} "{name}" already')

    def find(self, kind: str, name: str, where: FileWhere) -> Any:
        """What has a name.

        Raises:
            ConfigurationError: Nothing that the scenario makes; the nearest is suggested.
        """
        known = getattr(self, kind)
        if name is UNKNOWN:
            return [] if kind == "groups" else BROKEN
        if name not in known:
            one = _SINGULAR[kind]
            raise where.refuse(
                f'the scenario makes no {one} "{name}"{did_you_mean(name, known)}'
                + (f" It makes: {', '.join(known)}" if known else "")
            )
        return known[name]

    def note_unique_ids(self, tasks: Tasks, where: FileWhere) -> None:
        """Notes the unique ids of tasks that are sent alike."""
        pattern = tasks.step["arguments"].get("unique_id")
        if not isinstance(pattern, str):
            return
        for number in range(1, tasks.count + 1):
            unique_id = fill_in(pattern, number) if tasks.step.get("numbered") else pattern
            if unique_id in self.unique_ids and tasks.step.get("expect") is None:
                raise where.refuse(
                    f'"{unique_id}" is the unique_id of an earlier task already; {{n}} stands for '
                    "the task's number"
                )
            self.unique_ids.setdefault(unique_id, (tasks, number))

    def resolved(
        self, arguments: Json, at_ms: int, where: FileWhere, written: Mapping[str, str]
    ) -> Json:
        """Arguments with references that are checked: made earlier, and by this scenario.

        Args:
            arguments: The arguments of a step.
            at_ms: When it is made.
            where: Where they stand.
            written: What those are called there that have another name here.
        """
        return {
            key: value
            if key in FREE_KEYS
            else self._value(value, at_ms, where.at(written.get(key, key)))
            for key, value in arguments.items()
        }

    def _value(self, value: Any, at_ms: int, where: FileWhere) -> Any:
        if isinstance(value, list):
            return [
                self._value(item, at_ms, where.at(f"[{index}]")) for index, item in enumerate(value)
            ]
        if isinstance(value, dict) and value.keys() == {"task"}:
            return self._task(value["task"], at_ms, where)
        if isinstance(value, dict) and value.keys() == {"step", "field"}:
            return self._step(value["step"], value["field"], at_ms, where)
        return value

    def _task(self, name: object, at_ms: int, where: FileWhere) -> Json:
        if not isinstance(name, str):
            raise where.refuse(f'a task is named "tasks[3]" or by its unique_id, not {show(name)}')
        tasks, number = self._find_task(name, where)
        made_ms = tasks.first_ms + (number - 1) * tasks.every_ms
        return self._reference(tasks, made_ms, at_ms, (number, "task_id", f'task "{name}"'), where)

    def _find_task(self, name: str, where: FileWhere) -> tuple[Tasks, int]:
        if name in self.unique_ids:
            return self.unique_ids[name]
        member = _MEMBER.fullmatch(name)
        if member is None or member[1] not in self.tasks:
            known = [*(f"{group}[1]" for group in self.tasks), *self.unique_ids]
            raise where.refuse(
                f'the scenario sends no task "{name}"{did_you_mean(name, known)} A task is named '
                'by its unique_id, or by its [[tasks]] and its number: "kittens[3]"'
            )
        tasks, number = self.tasks[member[1]], int(member[2])
        if not 1 <= number <= tasks.count:
            raise where.refuse(f'"{member[1]}" has the tasks 1 to {tasks.count}, not {number}')
        return tasks, number

    def _step(self, name: object, wanted: object, at_ms: int, where: FileWhere) -> Json:
        if not isinstance(name, str) or not isinstance(wanted, str):
            raise where.refuse('expected { step = "its name", field = "batch_id" }')
        if wanted != "name" and not wanted.endswith("id"):
            raise where.at("field").refuse(
                f'only names and ids of a reply are kept: "name", "batch_id", ..., not "{wanted}"'
            )
        step = self.find("steps", name, where.at("step"))
        shown = f'{wanted} of step "{name}"'
        return self._reference(step, step.first_ms, at_ms, (1, wanted, shown), where)

    def _reference(
        self, tasks: Tasks, made_ms: int, at_ms: int, kept: tuple[int, str, str], where: FileWhere
    ) -> Json:
        if made_ms > at_ms:
            raise where.refuse(f"{kept[2]} is made only after this step")
        tasks.step["keep"] = tasks.step["label"]
        return {REFERENCE: [tasks.step["label"], *kept]}


_SINGULAR = {
    "projects": "project",
    "batches": "batch",
    "groups": "group",
    "tasks": "[[tasks]]",
    "steps": "step",
}
