"""One rule: a value that says which tasks are meant, what happens to them, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Self, cast

from scale_mock.domain.decisions import Decision, Outcome
from scale_mock.rules.parse import RuleFields, locate, parse_rule

if TYPE_CHECKING:
    from scale_mock.selectors.durations import DurationLike, Span
    from scale_mock.selectors.matching import Matcher
    from scale_mock.selectors.where import Where
    from scale_mock.sim.streams import Stream


@dataclass(frozen=True, slots=True, init=False)
class Rule:
    """What happens to the tasks that match, and when.

    The first matching rule decides when work on a task can begin; later rules leave it alone.

    Args:
        name: What explanations call it; a book names a nameless one ``rule-N``.
        match: Wanted values by field, all of which must hold; empty for every task. Fields are
            ``project``, ``product_line``, ``type``, ``mode``, ``batch``, ``batch_kind``, ``tags``,
            ``unique_id``, ``metadata.<path>`` and ``params.<path>``. Texts are globs, a list means
            any of, ``{"equals": value}`` means exactly that.
        outcome: ``complete``, ``error``, ``hold`` (pending until somebody acts) or ``cancel``.
        after: How long after work may begin: a timedelta, a number of seconds, text (``"2h"``) or a
            range (``"2h..8h"``); None for the product line's default turnaround.
        error: The text or the whole error response of an ``error``; None for a text that Scale
            uses when attachments cannot be downloaded.
        response: ``"synthesize"``, ``{"value": {...}}`` with the response to return,
            ``{"from": "hypothesis", "noise": 0.1}`` for the task's pre-labels changed that much, or
            ``{"image_size": [w, h]}`` for synthesized labels that fit such an image; None is the
            former.
        replan: Whether the rule, when it is added, also decides again about pending tasks that have
            been decided already.

    Raises:
        ConfigurationError: A value makes no sense, or two contradict each other.

    Attributes:
        matcher: ``match``, compiled.
    """

    name: str | None
    match: Mapping[str, object] = field(hash=False)
    outcome: Outcome
    after: Span | None
    error: str | Mapping[str, object] | None = field(hash=False)
    response: Literal["synthesize"] | Mapping[str, object] | None = field(hash=False)
    replan: bool
    matcher: Matcher = field(init=False, repr=False, compare=False)

    def __init__(
        self,
        *,
        name: str | None = None,
        match: Mapping[str, object] | None = None,
        outcome: Outcome = "complete",
        after: DurationLike | Span | None = None,
        error: str | Mapping[str, object] | None = None,
        response: Literal["synthesize"] | Mapping[str, object] | None = None,
        replan: bool = False,
    ) -> None:
        data: dict[str, object] = {
            "name": name,
            "match": match,
            "outcome": outcome,
            "after": after,
            "error": error,
            "response": response,
            "replan": replan,
        }
        self._fill(parse_rule(data, locate(data)))

    @classmethod
    def from_dict(cls, data: Mapping[str, object], *, where: Where | None = None) -> Self:
        """The rule that plain data describes.

        Args:
            data: The constructor's arguments by name.
            where: The place of the data, for refusals; by default the rule's name.

        Raises:
            ConfigurationError: As the constructor, and for unknown keys.
        """
        rule = cls.__new__(cls)
        rule._fill(parse_rule(data, where or locate(data)))
        return rule

    def _fill(self, fields: RuleFields) -> None:
        for name, value in fields._asdict().items():
            object.__setattr__(self, name, value)

    def __reduce__(self) -> tuple[object, ...]:
        # The compiled matcher holds functions, which cannot be pickled or need to be.
        return (type(self).from_dict, (self.as_dict(),))

    def as_dict(self) -> dict[str, object]:
        """The rule as plain data, from which :meth:`from_dict` makes an equal one."""
        return {
            "name": self.name,
            "match": dict(self.match),
            "outcome": self.outcome,
            "after": None if self.after is None else str(self.after),
            "error": self.error,
            "response": self.response,
            "replan": self.replan,
        }

    def decision(self, chance: Stream) -> Decision:
        """What the rule decides about one task.

        The error and the response are the rule's own: whoever gets them must not change them.

        Args:
            chance: The task's stream; drawn from only where ``after`` is a range.
        """
        given = self.response if isinstance(self.response, Mapping) else {}
        size = given.get("image_size")
        noise = given.get("noise", 0) if "from" in given else None
        return Decision(
            rule=self.name or "rule",
            outcome=self.outcome,
            after=None if self.after is None else self.after.draw(chance),
            error=self.error,
            # That the value is a table was checked when the rule was read.
            response=cast("Mapping[str, object] | None", given.get("value")),
            noise=cast("float | None", noise),
            image_size=None if size is None else cast("tuple[int, int]", tuple(size)),  # type: ignore[arg-type]
        )
