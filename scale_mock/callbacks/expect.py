"""Expectations: which callback a test waits for, and how far each one that came is from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from scale_mock.errors import ConfigurationError
from scale_mock.selectors.where import did_you_mean, show

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scale_mock.callbacks.records import Callback

STATUSES = ("completed", "error", "pending", "canceled")
ARGUMENTS = {"task", "batch", "status", "reason", "url"}
OWN_KEYS = {"task": "task_id", "batch": "name"}
"""What tells the one from the other."""
REASONS = ("completed", "error", "audited", "recalled", "resent")


@dataclass(frozen=True, slots=True)
class Expectation:
    """A callback that is expected; ``None`` means "any".

    Attributes:
        task: The task's id.
        batch: The batch's name.
        status: The status that the body reports.
        reason: What made it due.
        url: Where it is sent.
    """

    task: str | None = None
    batch: str | None = None
    status: str | None = None
    reason: str | None = None
    url: str | None = None

    def mismatches(self, callback: Callback) -> list[tuple[str, str, str]]:
        """The fields in which a callback differs: name, what was wanted, what came."""
        found = []
        if self.task is not None and (callback.owner, callback.subject) != ("task", self.task):
            found.append(("task", self.task, f"{callback.owner} {callback.subject}"))
        if self.batch is not None and (callback.owner, callback.subject) != ("batch", self.batch):
            found.append(("batch", self.batch, f"{callback.owner} {callback.subject}"))
        for name in ("status", "reason", "url"):
            wanted, came = getattr(self, name), getattr(callback, name)
            if wanted is not None and wanted != came:
                found.append((name, wanted, came))
        return found

    def matches(self, callback: Callback) -> bool:
        """True if it is the one, acknowledged or not."""
        return not self.mismatches(callback)

    def __str__(self) -> str:
        what = (
            f"for task {self.task}"
            if self.task
            else f"for batch {self.batch!r}"
            if self.batch
            else "for anything"
        )
        rest = [
            f"{name}={value}"
            for name in ("status", "reason", "url")
            if (value := getattr(self, name)) is not None
        ]
        return f"{what} ({', '.join(rest)})" if rest else what


def expectation(
    *,
    task: object = None,
    batch: object = None,
    status: str | None = None,
    reason: str | None = None,
    url: str | None = None,
) -> Expectation:
    """The expectation that the arguments of an assertion mean.

    Args:
        task: An SDK task, a task as a dict, or a task's id.
        batch: An SDK batch, a batch as a dict, or a batch's name.
        status: The status that the body reports.
        reason: What made it due.
        url: Where it is sent.

    Raises:
        ConfigurationError: An argument is none of these.
    """
    if task is not None and batch is not None:
        raise ConfigurationError("A callback belongs to a task or to a batch: pass one of the two.")
    if status is not None and status not in STATUSES:
        raise ConfigurationError(
            f"{_not_one('status', status, STATUSES)} Callbacks report one of {', '.join(STATUSES)}."
        )
    if reason is not None and reason not in REASONS:
        raise ConfigurationError(
            f"{_not_one('reason', reason, REASONS)} Callbacks are due for one of "
            f"{', '.join(REASONS)}."
        )
    return Expectation(
        task=_identifier(task, "task", ("task_id", "id")),
        batch=_identifier(batch, "batch", ("name",)),
        status=status,
        reason=reason,
        url=url,
    )


def order_item(item: object) -> Expectation:
    """One item of ``assert_order``: a task, a batch, a task's id, or a dict of arguments."""
    if isinstance(item, dict):
        if item and set(item) <= ARGUMENTS:
            return expectation(**item)
        is_batch = "name" in item and "task_id" not in item
    else:
        is_batch = hasattr(item, "name") and not hasattr(item, "id")
    return expectation(batch=item) if is_batch else expectation(task=item)


def order_items(items: Iterable[object]) -> list[Expectation]:
    """The items of ``assert_order``.

    Raises:
        ConfigurationError: There is none, or one item stands where a list is expected.
    """
    if isinstance(items, str | Mapping):
        raise ConfigurationError(
            f"assert_order({show(items)}): expected a list of tasks and batches, in their order."
        )
    found = [order_item(item) for item in items]
    if not found:
        raise ConfigurationError(
            "assert_order([]): expected the tasks and batches whose callbacks are to arrive in "
            "this order; of nothing, any order is right."
        )
    return found


def _not_one(what: str, given: object, known: tuple[str, ...]) -> str:
    """A wrong word, and the word that was probably meant; the SDK's enums are no texts."""
    if isinstance(given, Enum):
        return f"{what}={given}: expected a text, for example {given}.value."
    if not isinstance(given, str):
        return f"{what}={show(given)}: expected a text."
    return f"{what}={given!r}: there is no such {what}{did_you_mean(given, known)}"


def _identifier(thing: object, what: str, keys: tuple[str, ...]) -> str | None:
    if thing is None or isinstance(thing, str):
        return thing
    for key in keys:
        found = thing.get(key) if isinstance(thing, dict) else getattr(thing, key, None)
        if isinstance(found, str):
            return found
    other = "batch" if what == "task" else "task"
    key = OWN_KEYS[other]
    is_other = key in thing if isinstance(thing, dict) else hasattr(thing, key)
    hint = f" Is it a {other}? Then pass {other}=." if is_other else ""
    raise ConfigurationError(
        f"{what}={show(thing)}: expected an SDK object, a dict with {' or '.join(keys)}, or a text."
        f"{hint}"
    )
