"""Rule files: rules and faults in TOML or JSON, checked whole before any of it counts.

::

    [[rule]]
    match = { type = "imageannotation", nth = 3 }
    outcome = "error"

    [[fault]]
    match = { operation = "create_task", first = 2 }
    status = 500

Every problem says ``FILE:LINE: message``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from scale_mock.domain.decisions import OUTCOMES
from scale_mock.domain.model import AUDIT_RESULTS
from scale_mock.errors import ConfigurationError
from scale_mock.faults.fault import Fault
from scale_mock.faults.kinds import CALLBACK_KINDS, REQUEST_KINDS
from scale_mock.rules.parse import label_of
from scale_mock.rules.rule import Rule
from scale_mock.rules.shadows import Shadows
from scale_mock.selectors.documents import line_of, load_document
from scale_mock.selectors.every import every_problem
from scale_mock.selectors.where import did_you_mean, show
from scale_mock.world.vetting import check_rule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from os import PathLike

    from scale_mock.domain.ports import TaskTypeBook
    from scale_mock.selectors.documents import Document, FileWhere
    from scale_mock.selectors.where import Where

FilePath: TypeAlias = "str | PathLike[str]"

TABLES = ("rule", "fault")
"""What a rule file may hold."""

INSTEAD: dict[str, tuple[object, ...]] = {
    "outcome": OUTCOMES,
    "result": AUDIT_RESULTS,
    "kind": (*REQUEST_KINDS, *CALLBACK_KINDS),
    "status": (500,),
    "callback": (False, True),
}
"""What makes sense where something else was said, so that nothing around it is blamed for it."""

PER_FILE_MAX = 10_000
"""The most rules, and the most faults, in one file."""


@dataclass(slots=True)
class Reading:
    """What one or several files hold, and what is wrong with them.

    Attributes:
        types: The task types that rules may name.
        check_fault: Refuses a fault at a place for what only doors know, such as operations.
        rules: The rules, in order.
        faults: The faults, in order.
        problems: What is wrong, each with file and line.
    """

    types: TaskTypeBook
    check_fault: Callable[[Fault, Where], None]
    rules: list[Rule] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    problems: list[ConfigurationError] = field(default_factory=list)
    _names: dict[tuple[str, str], str] = field(default_factory=dict)
    _shadows: Shadows = field(default_factory=Shadows)

    def add_file(self, path: FilePath) -> None:
        """Reads one more file; its problems are noted, never raised."""
        try:
            document = load_document(path)
        except ConfigurationError as error:
            self.problems.append(error)
            return
        for key in document.data:
            if key not in TABLES:
                self._note(
                    document.where()
                    .at(key)
                    .refuse(
                        f"unknown key{did_you_mean(key, TABLES)} A rule file holds [[rule]] and "
                        "[[fault]] tables"
                    )
                )
        self.add_tables(document)

    def add_tables(self, document: Document) -> None:
        """Reads the rules and faults of a document, whatever else it holds."""
        for kind in TABLES:
            listed = document.data.get(kind, [])
            place = document.where().at(kind)
            if not isinstance(listed, list):
                self._note(place.refuse(f"a list of tables is expected: write [[{kind}]]"))
                continue
            if len(listed) > PER_FILE_MAX:
                self._note(place.refuse(f"at most {PER_FILE_MAX}, these are {len(listed)}"))
                continue
            for index, data in enumerate(listed):
                label = label_of(data, index + 1, kind=kind)
                where = document.where().inside(kind, f"[{index}]", label=label)
                try:
                    self._add(kind, data, where)
                except ConfigurationError as error:
                    self._note_all(kind, data, where, error)

    def raise_first(self) -> Reading:
        """Itself, if nothing is wrong.

        Raises:
            ConfigurationError: Something is; the first of it.
        """
        if self.problems:
            raise self.problems[0]
        return self

    def _note(self, problem: ConfigurationError) -> None:
        self.problems.append(problem)

    def _note_all(
        self, kind: str, data: object, where: FileWhere, first: ConfigurationError
    ) -> None:
        """Notes all that is wrong with a rule or fault, not only what it was refused for."""
        read = partial(self._fault if kind == "fault" else self._rule, where=where)
        name = data.get("name") if isinstance(data, dict) else None
        found = every_problem(data, first, read, INSTEAD)
        self.problems += sorted(found, key=line_of)
        if isinstance(name, str):
            # Whoever takes the name of something broken has a problem of their own.
            self._names.setdefault((kind, name), f"{where.file}:{where.at('name').line}")

    def _add(self, kind: str, data: object, where: FileWhere) -> None:
        if not isinstance(data, dict):
            raise where.refuse(f"a {kind} is a table, not {show(data)}")
        if kind == "fault":
            fault = self._fault(data, where)
            self._take_name(kind, fault.name, where)
            self.faults.append(fault)
            return
        rule = self._rule(data, where)
        self._take_name(kind, rule.name, where)
        self._refuse_shadowed(rule, where)
        self.rules.append(rule)

    def _fault(self, data: Mapping[str, object], where: FileWhere) -> Fault:
        fault = Fault.from_dict(data, where=where)
        self.check_fault(fault, where)
        return fault

    def _rule(self, data: Mapping[str, object], where: FileWhere) -> Rule:
        rule = Rule.from_dict(data, where=where)
        check_rule(rule, self.types, where)
        return rule

    def _take_name(self, kind: str, name: str | None, where: FileWhere) -> None:
        if name is None:
            return
        place = self._names.setdefault((kind, name), f"{where.file}:{where.at('name').line}")
        if place != f"{where.file}:{where.at('name').line}":
            raise where.at("name").refuse(
                f"the name is taken at {place}; names are unique, so that explanations are"
            )

    def _refuse_shadowed(self, rule: Rule, where: FileWhere) -> None:
        if (why := self._shadows.refusal(rule)) is not None:
            raise where.refuse(why)
        self._shadows.add(rule, f"{where.label} at {where.file}:{where.line}")
