"""The tables of a scenario that make something: projects, people, batches, tasks, receivers.

Each becomes steps, the same calls that a customer would make.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.domain.refusals import Refusal
from scale_mock.domain.tasks import type_params
from scale_mock.mock.scenarios.names import BROKEN, Made, Names, Tasks
from scale_mock.mock.scenarios.tables import START, Table, When
from scale_mock.rules.parse import label_of
from scale_mock.selectors.numbering import fill_in, has_number
from scale_mock.selectors.where import did_you_mean
from scale_mock.world.building import TASK_TYPES
from scale_mock.world.platform import RECEIVER_URL

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from scale_mock.selectors.documents import Document, FileWhere

Json = dict[str, Any]

MODES = ("live", "test")
LINES = ("enterprise", "rapid", "studio")
KINDS = ("production", "calibration", "self_label")
ROLES = ("labeler", "member", "manager")
COUNT_MAX = 100_000
"""The most tasks of one table."""

PIPELINE_KEYS = ("reviews", "attempts", "rejects", "rejections_max", "review_own")
LABELER_KEYS = (
    *("pace", "review_pace", "spread", "accuracy"),
    *("roles", "hours", "weekdays", "timezone"),
)
KEYS: dict[str, tuple[str, ...]] = {
    "receiver": ("url", "answers"),
    "project": (
        *("name", "type", "product_line", "params", "versions", "mode", "at", "says"),
        *("pipeline", "consensus_attempts", *PIPELINE_KEYS),
    ),
    "teammate": ("email", "role", "projects", "groups", "at", "says", *LABELER_KEYS),
    "group": ("project", "name", "emails", "at"),
    "batch": (
        *("project", "name", "kind", "callback", "metadata", "groups", "priority", "mode"),
        *("at", "finalize_at", "says"),
    ),
    "tasks": (
        *("name", "batch", "project", "type", "count", "start", "every", "body", "mode"),
        *("unique_id", "callback", "tags", "metadata", "retry", "expect", "says"),
    ),
}
"""What each table may say."""


class Parts:
    """Makes steps of tables.

    Args:
        document: The file.
        start: When the scenario begins.
        names: What it makes.

    Attributes:
        steps: The steps, in the order in which those of one instant are made.
        receivers: Who answers callbacks.
    """

    def __init__(self, document: Document, start: datetime, names: Names) -> None:
        self._document = document
        self._start = start
        self._names = names
        self.steps: list[Json] = []
        self.finals: list[Json] = []
        self.receivers: list[Json] = []

    def open(self, kind: str, index: int, data: object) -> Table:
        """A table of the file, its keys checked."""
        label = label_of(data, index + 1, kind=kind)
        if kind == "teammate" and isinstance(data, dict) and isinstance(data.get("email"), str):
            label = label_of({"name": data["email"]}, index + 1, kind=kind)
        where = self._document.where().inside(kind, f"[{index}]", label=label)
        return Table(data, where, KEYS[kind], what=kind)

    def mark(self) -> Callable[[], None]:
        """What takes back whatever will have been made from now on."""
        kept = [(made, len(made)) for made in (self.steps, self.finals, self.receivers)]

        def rewind() -> None:
            for made, count in kept:
                del made[count:]

        return rewind

    def receiver(self, table: Table) -> None:
        """``[[receiver]]``."""
        url = table.text("url") or RECEIVER_URL
        if not url.startswith(("http://", "https://")):
            raise table.where.at("url").refuse(f'"{url}" is no http or https URL')
        if any(known["url"] == url for known in self.receivers):
            raise table.where.at("url").refuse(f'there is a receiver of "{url}" already')
        answers = []
        for index, data in enumerate(table.tables("answers")):
            where = table.where.at("answers", f"[{index}]")
            answer = Table(data, where, ("from", "until", "status"), what="receiver's answer")
            answer.need("status")
            down = answer.data["status"] == "down"
            status = None if down else answer.integer("status", 200, least=200, most=599)
            since, until = (answer.when(key, self._start) for key in ("from", "until"))
            if since and until and since.from_start(self._start) >= until.from_start(self._start):
                raise where.at("until").refuse("the answer ends before it begins")
            answers.append({"status": status, "from": _said(since), "until": _said(until)})
        self.receivers.append({"url": url, "answers": answers})

    def project(self, table: Table) -> None:
        """``[[project]]``."""
        name = table.needed_text("name")
        self._names.take("projects", name, table.where.at("name"))
        self._names.projects[name] = BROKEN
        type_name = self._type(table)
        line = table.choice("product_line", LINES, "enterprise")
        body: Json = {"name": name, "type": type_name}
        body |= {"params": table.table("params")} if table.has("params") else {}
        body |= {line: True} if line != "enterprise" else {}
        body |= _given(table, "pipeline", "consensus_attempts")
        when, mode = self._at(table), table.choice("mode", MODES, "live")
        self._step(table, "create_project", body, when, mode=mode)
        set_up = _given(table, *PIPELINE_KEYS)
        if set_up:
            self._step(table, "configure_studio_project", {"project": name, **set_up}, when)
        versions = table.tables("versions")
        for index, data in enumerate(versions):
            where = table.where.at("versions", f"[{index}]")
            version = Table(data, where, ("at", "params", "patch"), what="project's version")
            changed = {**version.table("params"), "patch": version.flag("patch")}
            at = version.when("at", self._start) or START
            self._step(table, "set_project_params", {"name": name, **changed}, at, mode=mode)
        params = None if versions else body.get("params", {})
        made_ms = when.from_start(self._start)
        self._names.projects[name] = Made(made_ms, mode, type_name, params=params)

    def teammate(self, table: Table) -> None:
        """``[[teammate]]``."""
        email, when = table.needed_text("email").lower(), self._at(table)
        role = table.choice("role", ROLES, "labeler")
        self._step(table, "invite_teammates", {"emails": [email], "team_role": role}, when)
        projects = table.texts("projects")
        for index, name in enumerate(projects):
            self._names.find("projects", name, table.where.at("projects", f"[{index}]"))
        if projects:
            self._step(table, "add_assignments", {"emails": [email], "projects": projects}, when)
        for index, name in enumerate(table.texts("groups")):
            self._names.find("groups", name, table.where.at("groups", f"[{index}]")).append(email)
        manner = _given(table, *LABELER_KEYS)
        if manner and role != "labeler":
            raise table.where.at("role").refuse(
                f"a {role} does not label, so {', '.join(manner)} would mean nothing"
            )
        if manner:
            self._step(table, "configure_labeler", {"email": email, **manner}, when)

    def group_name(self, table: Table) -> None:
        """Notes the name of a ``[[group]]``, for the teammates in it."""
        name = table.needed_text("name")
        self._names.take("groups", name, table.where.at("name"))
        self._names.groups[name] = list(table.texts("emails"))

    def group(self, table: Table) -> None:
        """``[[group]]``, once its members are known."""
        name, project = table.needed_text("name"), table.needed_text("project")
        self._names.find("projects", project, table.where.at("project"))
        emails = list(dict.fromkeys(self._names.groups.get(name, ["somebody"])))
        if not emails:
            raise table.where.refuse("nobody is in it: name emails, or name it in a [[teammate]]")
        body = {"project": project, "name": name, "emails": emails}
        self._step(table, "create_group", body, self._at(table))

    def batch(self, table: Table) -> None:
        """``[[batch]]``."""
        name, project = table.needed_text("name"), table.needed_text("project")
        self._names.take("batches", name, table.where.at("name"))
        self._names.batches[name] = BROKEN
        owner = self._names.find("projects", project, table.where.at("project"))
        kind = table.choice("kind", KINDS, "production")
        body: Json = {"project": project, "name": name, **_given(table, "callback")}
        body |= {"metadata": table.table("metadata")} if table.has("metadata") else {}
        body |= {f"{kind}_batch": True} if kind != "production" else {}
        when, mode = self._at(table), table.choice("mode", MODES, owner.mode)
        self._step(table, "create_batch", body, when, mode=mode)
        groups = table.texts("groups")
        for index, group in enumerate(groups):
            if "@" not in group:
                self._names.find("groups", group, table.where.at("groups", f"[{index}]"))
        if groups:
            self._step(table, "assign_studio_batch", {"name": name, "groups": groups}, when)
        finalize = table.when("finalize_at", self._start)
        if finalize is not None:
            self._step(table, "finalize_batch", {"name": name}, finalize, mode=mode, last=True)
        if table.has("priority"):
            priority = table.integer("priority", 10, least=10, most=30)
            body = {"name": name, "priority": priority}
            self._step(table, "prioritize_batch", body, when, mode=mode, last=True)
        made_ms = when.from_start(self._start)
        self._names.batches[name] = Made(made_ms, mode, owner.type, project, owner.params)

    def tasks(self, table: Table) -> None:
        """``[[tasks]]``."""
        owner = self._owner(table)
        if owner is BROKEN:  # what is wrong with it has been said
            self._look_over(table)
            return
        has_type = table.has("type") or owner is None or not owner.type
        type_name = self._type(table) if has_type or owner is None else owner.type
        mode = table.choice("mode", MODES, owner.mode if owner else "live")
        count = table.integer("count", 1, least=1, most=COUNT_MAX)
        body: Json = table.table("body") | _given(table, "batch", "project", "tags", "metadata")
        body |= _given(table, "unique_id")
        body |= {"callback_url": table.plain("callback")} if table.has("callback") else {}
        first, every = table.when("start", self._start) or START, table.length("every") or 0
        self._check_body(table, type_name, body, owner)
        self._step(table, "create_task", {"type": type_name, **body}, first, mode=mode)
        step = self.steps[-1]
        step |= {"numbered": True, "count": count, "every_ms": every, **self.replies(table)}
        name = table.text("name") or table.text("batch") or f"tasks-{len(self._names.tasks) + 1}"
        where = table.where.at("name") if table.has("name") else table.where
        self._names.take("tasks", name, where)
        sent = Tasks(step, first.from_start(self._start), every, count)
        if owner is not None and sent.first_ms < owner.at_ms:
            raise table.where.at("start").refuse(
                f'"{table.text("batch") or table.text("project")}" is made only after these tasks'
            )
        self._names.tasks[name] = sent
        unique_id = body.get("unique_id")
        if count > 1 and isinstance(unique_id, str) and not has_number(unique_id):
            raise table.where.at("unique_id").refuse(
                f'all {count} tasks have the unique_id "{unique_id}"; put {{n}} into it'
            )
        self._names.note_unique_ids(sent, table.where.at("unique_id"))
        step["group"] = name

    def _look_over(self, table: Table) -> None:
        """Reads of tasks what does not depend on where they belong."""
        if table.has("type"):
            self._type(table)
        table.choice("mode", MODES, "live")
        table.integer("count", 1, least=1, most=COUNT_MAX)
        table.when("start", self._start)
        table.length("every")
        table.table("body")
        self.replies(table)

    def replies(self, table: Table) -> Json:
        """What a step says about its reply: ``expect`` and ``retry``."""
        found: Json = {}
        if table.has("expect"):
            wanted = table.data["expect"]
            many = wanted if isinstance(wanted, list) else [wanted]
            if not many or not all(type(one) is int and 200 <= one <= 599 for one in many):
                raise table.where.at("expect").refuse(
                    "a status, or a list of them, is expected: expect = 409"
                )
            found["expect"] = many
        retry = table.length("retry")
        if retry is not None:
            if retry == 0:
                raise table.where.at("retry").refuse("a customer waits longer than nothing")
            found["retry_ms"] = retry
        return found

    def _owner(self, table: Table) -> Made | None:
        """The project or batch of tasks."""
        batch, project = table.text("batch"), table.text("project")
        if batch is not None and project is not None:
            raise table.where.at("project").refuse("a batch has a project already: name one")
        found: Made | None = None
        if batch is not None:
            found = self._names.find("batches", batch, table.where.at("batch"))
        elif project is not None:
            found = self._names.find("projects", project, table.where.at("project"))
        return found

    def _check_body(self, table: Table, type_name: str, body: Json, owner: Made | None) -> None:
        """Refuses tasks that the platform would refuse, unless that is what is wanted."""
        if table.has("expect") or (owner is not None and owner.params is None):
            return
        first = {key: value for key, value in fill_in(body, 1).items() if value is not None}
        try:
            TASK_TYPES.check_common(first)
            params = type_params(owner.params or {} if owner else {}, first)
            TASK_TYPES.check(type_name, params)
        except Refusal as refusal:
            at = f" (at {refusal.path})" if refusal.path else ""
            place = table.where.at("body") if table.has("body") else table.where
            raise place.refuse(f"the platform refuses such a task: {refusal.text}{at}") from None

    def _type(self, table: Table) -> str:
        name = table.needed_text("type")
        try:
            return TASK_TYPES.canonical(name)
        except Refusal:
            raise table.where.at("type").refuse(
                f'there is no task type "{name}"{did_you_mean(name, TASK_TYPES.names)} '
                f"Types: {', '.join(TASK_TYPES.names)}"
            ) from None

    def _at(self, table: Table) -> When:
        return table.when("at", self._start) or START

    def _step(
        self, table: Table, call: str, arguments: Json, when: When, *, mode: str = "live",
        last: bool = False,
    ) -> None:  # fmt: skip
        made = step(table.where, call, arguments, when, mode=mode, says=table.data.get("says"))
        (self.finals if last else self.steps).append(made)


def step(
    where: FileWhere, call: str, arguments: object, when: When, *, mode: str, says: object
) -> Json:
    """A step as a script holds it."""
    made = {
        "label": where.label,
        "place": f"{where.file}:{where.line}",
        "call": call,
        "arguments": arguments,
        "mode": mode,
        **when.as_data(),
    }
    return {**made, "says": says} if isinstance(says, str) else made


def _given(table: Table, *keys: str) -> Json:
    """Those of the keys that are there, with their values."""
    return {key: table.plain(key) for key in keys if table.has(key)}


def _said(when: When | None) -> str | int | None:
    if when is None:
        return None
    return when.after_ms if when.at is None else when.at
