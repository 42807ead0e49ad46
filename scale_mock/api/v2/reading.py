"""Reading v2's requests: who is meant, how much is shown, which page; and v2's operations."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from functools import wraps
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from scale_mock.api.operations import Operation
from scale_mock.domain import fields
from scale_mock.domain.refusals import (
    BAD_TOKEN,
    IDENTIFIER_MISSING,
    NOT_ENABLED,
    NOTHING_FOUND,
    READ_WRONG_MODE,
)
from scale_mock.envelopes.v2 import NESTED, View
from scale_mock.envelopes.v2_threads import OPTS, SDK_SAFE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from scale_mock.api.call import Call
    from scale_mock.api.operations import Scheduled
    from scale_mock.api.polling import Polled
    from scale_mock.api.reply import Reply
    from scale_mock.domain.handovers import Dataset, Delivery
    from scale_mock.domain.model import Batch, Project, Task
    from scale_mock.domain.task_index import TaskFilter, Window

LIMIT_MAX = 100
KNOWN_MAX, SHOWN_MAX = 6, 5
"""How many of the newest things a refusal looks at, and how many it names."""
MOMENT = timedelta(microseconds=1)
LAST = datetime.max.replace(tzinfo=UTC)
T = TypeVar("T")


def operation(
    name: str,
    method: str,
    path: str,
    run: Callable[[Call], Reply],
    *,
    awaited: Callable[[Call], Scheduled | None] | None = None,
    polled: Callable[[Call], Polled | None] | None = None,
) -> Operation:
    """An operation of v2, which an account may not be enabled for (setting ``v2_not_enabled``)."""

    @wraps(run)
    def run_if_enabled(call: Call) -> Reply:
        if name in call.world.settings.v2_not_enabled:
            raise NOT_ENABLED(operation=name)
        return run(call)

    return Operation(name, method, path, run_if_enabled, awaited=awaited, polled=polled)


def from_body(body: Mapping[str, object]) -> Callable[[str], str | None]:
    """Reads texts of a body, as ``call.one`` reads those of a query; empty ones are left out."""
    return lambda name: fields.text_or_none(body, name) or None


def project_named(call: Call, get: Callable[[str], str | None]) -> Project | None:
    """The project that ``project_id`` or ``project_name`` names; the id wins. ``None`` for neither.

    Raises:
        Refusal: 404 if there is no such project; the text says if the other mode has it.
    """
    return _named(call, get, "project")


def required_project(call: Call, get: Callable[[str], str | None]) -> Project:
    """As :func:`project_named`; 400 where none is named."""
    project = project_named(call, get)
    if project is None:
        raise IDENTIFIER_MISSING(names="project_id or project_name")
    return project


def batch_named(call: Call, get: Callable[[str], str | None]) -> Batch | None:
    """The batch that ``batch_id`` or ``batch_name`` names; the id wins. ``None`` for neither."""
    return _named(call, get, "batch")


def required_batch(call: Call, get: Callable[[str], str | None]) -> Batch:
    """As :func:`batch_named`; 400 where none is named."""
    batch = batch_named(call, get)
    if batch is None:
        raise IDENTIFIER_MISSING(names="batch_id or batch_name")
    return batch


def required(call: Call, name: str) -> str:
    """A value of the query that cannot be left out."""
    value = call.one(name)
    if value is None:
        raise IDENTIFIER_MISSING(names=name)
    return value


def choice(call: Call, name: str, allowed: Sequence[str]) -> str | None:
    """A value of the query out of a fixed set."""
    value = call.one(name)
    return None if value is None else fields.one_of(value, name, allowed)


def several(call: Call, name: str, allowed: Sequence[str]) -> frozenset[str]:
    """Values out of a fixed set: repeated, as the SDK sends them, or joined by commas."""
    values = [part for value in call.many(name) for part in value.split(",") if part]
    return frozenset(fields.one_of(value, name, allowed) for value in values)


def expansion(call: Call, expandable: Sequence[str]) -> frozenset[str]:
    """What the request wants to see whole where otherwise an id stands."""
    expand = several(call, "expand", expandable)
    return expand | {NESTED} if call.world.settings.v2_expand_nested else expand


def view(call: Call, expandable: Sequence[str]) -> View:
    """How much the request wants to see of tasks."""
    opts = several(call, "opts", OPTS)
    if call.world.settings.attachments == "sdk_safe":
        opts |= {SDK_SAFE}
    return View(expansion(call, expandable), opts)


def window(call: Call, what: str) -> Window:
    """The instants between ``what_after`` and ``what_before``, neither of them included."""
    after, before = call.instant(f"{what}_after"), call.instant(f"{what}_before")
    if after is not None:
        after = min(after, LAST - MOMENT) + MOMENT
    if before is not None:
        before = max(before, datetime.min.replace(tzinfo=UTC) + MOMENT) - MOMENT
    return after, before


def lies_in(instant: datetime | None, limits: Window) -> bool:
    """True if an instant lies in a :func:`window`; an absent one lies in no limited one."""
    after, before = limits
    if after is None and before is None:
        return True
    return (
        instant is not None
        and (after is None or instant >= after)
        and (before is None or instant <= before)
    )


class Paging:
    """Which page is wanted: ``limit`` and ``next_token``.

    A token holds how many rows came before, as a sample on Scale's pages does.
    """

    def __init__(self, call: Call) -> None:
        self.limit = call.integer("limit", default=LIMIT_MAX, least=1, most=LIMIT_MAX)
        token = call.one("next_token")
        self.skip = 0 if token is None else skip_of(token)

    def page(self, rows: Sequence[T]) -> tuple[Sequence[T], dict[str, str]]:
        """The page, and ``next_token`` while more rows follow."""
        return rows[self.skip : self.skip + self.limit], self.following(len(rows))

    def tasks(self, call: Call, wanted: TaskFilter) -> tuple[list[Task], dict[str, str]]:
        """The page of the matching tasks, oldest first, and ``next_token`` while more follow."""
        index = call.side.task_index
        total = index.page(wanted, limit=1).total
        count = min(self.limit, total - self.skip)
        if count <= 0:
            return [], {}
        found = index.page(wanted, limit=count, offset=total - self.skip - count).tasks
        found.reverse()
        return found, self.following(total)

    def following(self, total: int) -> dict[str, str]:
        """The token of the next page; on the last one nothing: the SDK loops on an empty text."""
        end = self.skip + self.limit
        return {"next_token": token_of(end)} if end < total else {}


def token_of(skip: int) -> str:
    """The token of the page that begins after so many rows."""
    return b64encode(json.dumps({"skip": skip}, separators=(",", ":")).encode()).decode()


def skip_of(token: str) -> int:
    """How many rows come before a token's page.

    Raises:
        Refusal: 400 for what :func:`token_of` never gave out.
    """
    try:
        held = json.loads(b64decode(token, validate=True))
    except (ValueError, RecursionError):
        raise BAD_TOKEN() from None
    skip = held.get("skip") if isinstance(held, dict) and len(held) == 1 else None
    if not isinstance(skip, int) or isinstance(skip, bool) or skip < 0 or token_of(skip) != token:
        raise BAD_TOKEN()
    return skip


def known_names(kind: str, things: Iterable[Project | Batch | Delivery | Dataset]) -> str:
    """What there is instead of what was not found: the newest names, with their ids."""
    listed = {thing.name: thing.id for thing in islice(things, KNOWN_MAX)}
    if not listed:
        return f"There is no {kind.lower()} yet."
    shown = list(listed)[:SHOWN_MAX]
    more = "" if len(listed) <= SHOWN_MAX else ", ..."
    return f"Known: {', '.join(f'{name} ({listed[name]})' for name in shown)}{more}."


def _named(call: Call, get: Callable[[str], str | None], kind: str) -> T | None:
    by_id, by_name = get(f"{kind}_id"), get(f"{kind}_name")
    if by_id is None and by_name is None:
        return None
    attribute, value = ("id", by_id) if by_id is not None else ("name", str(by_name))
    places = "projects" if kind == "project" else "batches"
    here, there = call.side, call.world.core.other_side(call.side)
    for side in (here, there):
        things: dict[str, T] = getattr(side, places)
        found = _find(things, attribute, value)
        if found is not None and side is here:
            return found
        if found is not None:
            raise READ_WRONG_MODE(kind=kind, name=value, there=there.mode, here=here.mode)
    known = known_names(kind, reversed(getattr(here, places).values()))
    raise NOTHING_FOUND(
        kind=kind.capitalize(), field=f"{kind}_{attribute}", value=value, known=known
    )


def _find(things: Mapping[str, T], attribute: str, value: object) -> T | None:
    """A thing by its id, or by the name under which it is kept."""
    if attribute == "name":
        return things.get(str(value))
    candidates: Iterable[T] = things.values()
    return next((thing for thing in candidates if getattr(thing, "id") == value), None)  # noqa: B009
