"""``[[step]]``: which calls there are, what they are told, and whether that makes sense."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.api.openapi.shapes import BODIES, QUERIES
from scale_mock.api.stepping import LISTS, operations, path_names
from scale_mock.mock.scenarios.names import Made, Tasks
from scale_mock.mock.scenarios.parts import MODES, step
from scale_mock.mock.scenarios.tables import START, Table
from scale_mock.rules.parse import label_of
from scale_mock.selectors.plain import plain_copy
from scale_mock.selectors.where import did_you_mean, show

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from scale_mock.mock.scenarios.names import Names
    from scale_mock.mock.scenarios.parts import Parts
    from scale_mock.selectors.documents import Document, FileWhere

Json = dict[str, Any]

STEP_KEYS = ("name", "at", "call", "arguments", "mode", "expect", "retry", "says")

PYTHON: dict[str, tuple[str, dict[str, str]]] = {
    "tasks.start": ("mock_start_task", {"task": "id"}),
    "tasks.complete": ("mock_complete_task", {"task": "id"}),
    "tasks.fail": ("mock_fail_task", {"task": "id"}),
    "tasks.audit": ("mock_audit_task", {"task": "id"}),
    "tasks.redo": ("mock_redo_task", {"task": "id"}),
    "tasks.report": ("mock_report_task", {"task": "id"}),
    "tasks.delete": ("mock_delete_task", {"task": "id"}),
    "batches.finalize": ("finalize_batch", {"batch": "name"}),
    "projects.set_up": ("mock_set_up_project", {}),
    "deliver": ("mock_deliver", {}),
    "datasets.deliver": ("mock_deliver_dataset", {"dataset": "name"}),
    "studio.configure": ("configure_studio_project", {}),
    "studio.configure_labeler": ("configure_labeler", {}),
    "studio.accept": ("accept_invitations", {}),
    "rules.add": ("add_rules", {}),
    "rules.remove": ("delete_rule", {"id_or_name": "id"}),
    "rules.clear": ("clear_rules", {}),
    "faults.add": ("add_faults", {}),
    "faults.remove": ("delete_fault", {"id_or_name": "id"}),
    "faults.clear": ("clear_faults", {}),
    "callbacks.resend": ("resend_callback", {"callback": "id"}),
}
"""Calls of ``ScaleMock``, the operations that do the same, and the arguments named otherwise."""

TASKS = ("create_task", "create_evaluation_task", "create_training_task")
FREE = (*TASKS, "set_project_params", "add_rules", "add_faults", "mock_complete_task")
"""Operations that take more than their shapes say, or say themselves what is wrong."""


class Steps:
    """Reads the steps of a scenario.

    Args:
        document: The file.
        start: When the scenario begins.
        names: What its tables make; what its steps make is added.
        parts: Makes steps.
    """

    def __init__(self, document: Document, start: datetime, names: Names, parts: Parts) -> None:
        self._document = document
        self._start = start
        self._names = names
        self._parts = parts
        self._read: list[tuple[Table, Json]] = []

    def add(self, index: int, data: object) -> None:
        """Reads one table, except for what it refers to."""
        label = label_of(data, index + 1, kind="step")
        where = self._document.where().inside("step", f"[{index}]", label=label)
        table = Table(data, where, STEP_KEYS, what="step")
        called = table.needed_text("call")
        name, renamed = PYTHON.get(called, (called, {}))
        if name not in operations():
            raise where.at("call").refuse(self._unknown(called))
        mode = table.choice("mode", MODES, "live")
        when = table.when("at", self._start) or START
        arguments = table.plain("arguments") if table.has("arguments") else {}
        arguments = _renamed(arguments, renamed, where.at("arguments"))
        _check(name, arguments, called, where.at("arguments"))
        made = step(where, name, arguments, when, mode=mode, says=table.text("says"))
        made |= self._parts.replies(table)
        self._note(table, made, when.from_start(self._start))
        self._parts.steps.append(made)
        self._read.append((table, made))

    def mark(self) -> Callable[[], None]:
        """What takes back whatever will have been read from now on."""
        count = len(self._read)

        def rewind() -> None:
            del self._read[count:]

        return rewind

    def refer(self) -> list[tuple[Table, Json]]:
        """The steps whose references are still to be found, once all of them are known."""
        return self._read

    def find_references(self, table: Table, made: Json) -> None:
        """Finds what a step refers to.

        Raises:
            ConfigurationError: Something that the scenario does not make, or only later.
        """
        where = table.where.at("arguments")
        at_ms = (table.when("at", self._start) or START).from_start(self._start)
        written = _written(table.data["call"])
        made["arguments"] = self._names.resolved(made["arguments"], at_ms, where, written)
        expected = made.get("expect")
        if expected is not None and not any(status < 400 for status in expected):
            return
        for kind, key in _referred(made["call"]):
            value = made["arguments"].get(key)
            if isinstance(value, str):
                place = where.at(written.get(key, key))
                found: Made = self._names.find(kind, value, place)
                if found.at_ms > at_ms:
                    raise place.refuse(f'"{value}" is made only after this step')

    def find_references_of(self, table: Table, made: Json, data: Json) -> None:
        """The same for a step that says something else; what was made of it stays as it is."""
        renamed = PYTHON.get(data["call"], ("", {}))[1]
        place = table.where.at("arguments")
        arguments = _renamed(plain_copy(data.get("arguments", {}), place), renamed, place)
        self.find_references(table, {**made, "arguments": arguments})

    def _note(self, table: Table, made: Json, at_ms: int) -> None:
        """Notes what a step makes, under the names by which others refer to it."""
        arguments, call = made["arguments"], made["call"]
        one = Tasks(made, at_ms, 0, 1)
        name = table.text("name")
        if name is not None:
            self._names.take("steps", name, table.where.at("name"))
            self._names.steps[name] = one
        if call in TASKS:
            where = table.where.at("arguments", "unique_id")
            self._names.note_unique_ids(one, where)
        called = arguments.get("name") if isinstance(arguments, dict) else None
        if call == "create_project" and isinstance(called, str):
            self._names.projects.setdefault(called, Made(at_ms, made["mode"]))
        if call in {"create_batch", "v2_create_batch"} and isinstance(called, str):
            self._names.batches.setdefault(called, Made(at_ms, made["mode"]))

    def _unknown(self, called: str) -> str:
        from scale_mock.api.app import ROUTER

        if any(operation.name == called for _, operation in ROUTER.operations):
            return (
                f'"{called}" cannot be a step: it moves the clock that steps run by, puts the '
                "world back, sends a file, or is about no world"
            )
        known = [*operations(), *PYTHON]
        return f'there is no call "{called}"{did_you_mean(called, known)} Calls: {", ".join(known)}'


def _renamed(arguments: object, names: dict[str, str], where: FileWhere) -> Any:
    if not isinstance(arguments, dict):
        raise where.refuse(f"a table is expected, not {show(arguments)}")
    return {names.get(key, key): value for key, value in arguments.items()}


def _written(called: str) -> dict[str, str]:
    """The arguments that a call names otherwise than its operation, by the operation's names."""
    return {own: given for given, own in PYTHON.get(called, ("", {}))[1].items()}


def _check(name: str, arguments: Json, called: str, where: FileWhere) -> None:
    """Refuses arguments that an operation does not have, and a call without those it needs."""
    operation = operations()[name][1]
    in_path = path_names(operation)
    for key in in_path:
        value = arguments.get(key)
        if not isinstance(value, str | dict) or value == "":
            problem = "needs" if value is None else "wants a text for"
            argument = _written(called).get(key, key)
            refusal = where.refuse(f"{called} {problem} {argument}")
            refusal.missing = argument
            raise refusal
    query, shape = QUERIES.get(name, {}), BODIES.get(name, {})
    needed = [*shape.get("required", ()), *(key[:-1] for key in query if key.endswith("*"))]
    for key in needed:
        if key not in arguments:
            refusal = where.refuse(f"{called} needs {key}")
            refusal.missing = key
            raise refusal
    own = [LISTS[name]] if name in LISTS else [*shape.get("properties", {})]
    if name in FREE or (not own and operation.method != "GET"):
        return
    known = [*in_path, *own, *(key.rstrip("*") for key in query)]
    for key in arguments:
        if key not in known:
            raise where.at(key).refuse(
                f"{called} has no such argument{did_you_mean(key, known)} It has: "
                f"{', '.join(known) or 'none'}"
            )


def _referred(call: str) -> list[tuple[str, str]]:
    """The arguments of an operation that name a project or a batch."""
    operation = operations()[call][1]
    if call.startswith("v2_"):
        return []
    found = []
    if "/batches/<name:name>" in operation.path:
        found.append(("batches", "name"))
    if "/projects/<name:name>" in operation.path and call != "mock_set_up_project":
        found.append(("projects", "name"))
    if "<name:project>" in operation.path:
        found.append(("projects", "project"))
    if call in {"create_task", "create_batch", "mock_deliver"}:
        found += [("batches", "batch"), ("projects", "project")]
    return found
