"""One rule: a value that says which tasks are meant, what happens to them, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self, cast

from scale_mock.domain.decisions import Decision, Outcome
from scale_mock.rules.parse import RuleFields, locate, parse_rule
from scale_mock.rules.responses import fill_in
from scale_mock.selectors.delays import as_data, draw
from scale_mock.sim.instants import EPOCH

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from scale_mock.domain.ports import Matchable
    from scale_mock.rules.outcomes import PlannedReview, Redo
    from scale_mock.rules.responses import Response
    from scale_mock.rules.wishes import Wish
    from scale_mock.selectors.delays import Delay, Queue
    from scale_mock.selectors.durations import DurationLike
    from scale_mock.selectors.matching import Matcher
    from scale_mock.selectors.occasions import Occasions
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
            ``unique_id``, ``project_version``, ``metadata.<path>`` and ``params.<path>``. Texts are
            globs, a list means any of, ``{"equals": value}`` means exactly that; see
            :mod:`scale_mock.selectors.wanted`. ``nth``, ``first``, ``every``, ``chance`` and
            ``window`` choose some of those that the fields hold for; see
            :mod:`scale_mock.selectors.occasions`.
        outcome: ``complete``, ``error``, ``hold`` (pending until somebody acts) or ``cancel``.
        after: How long after work may begin: a timedelta, a number of seconds, text (``"2h"``), a
            range (``"2h..8h"``), or a table of percentiles, working hours or deliveries; see
            :mod:`scale_mock.selectors.delays`. None for the product line's default turnaround.
        error: The text or the whole error response of an ``error``; ``{"attachment": 1}`` or
            ``{"frame": [0, 3]}`` for the documented response about these only; None for a text
            that Scale uses when attachments cannot be downloaded.
        response: ``"synthesize"``, ``{"value": {...}}`` with the response to return,
            ``{"file": path}`` with one in a JSON file, ``{"template": {...}}`` with placeholders
            such as ``{params.x}``, ``{"from": "hypothesis", "noise": 0.1}`` for the task's
            pre-labels changed that much, ``{"image_size": [w, h]}`` for synthesized labels that fit
            such an image, or a function of the task's JSON; None is the first.
        partial: The share of the labels to keep, 0 to less than 1; None for all.
        redo: How often the completed task is sent back, or ``{"times": 2, "after": "3h"}``.
        reviews: Audits by the customer that follow, one after the other: ``"accepted"``,
            ``"rejected"``, ``"fixed"``, or tables with ``result``, ``after``, ``comments``,
            ``response``, ``by``, ``redo``.
        calibration: What the tasker of a Rapid calibration task reports:
            ``{"confidence": 0.9, "feedback": "Clear."}``; what is left out is left to them.
        replan: Whether the rule, when it is added, also decides again about pending tasks that have
            been decided already.

    Raises:
        ConfigurationError: A value makes no sense, or two contradict each other.

    Attributes:
        matcher: The fields of ``match``, compiled.
        occasions: Which of the tasks that these hold for are meant.
    """

    name: str | None
    match: Mapping[str, object] = field(hash=False)
    outcome: Outcome
    after: Delay | None
    error: str | Mapping[str, object] | None = field(hash=False)
    response: Response | None = field(hash=False)
    partial: float | None
    redo: Redo | None
    reviews: tuple[PlannedReview, ...] = field(hash=False)
    calibration: Wish | None
    replan: bool
    matcher: Matcher = field(init=False, repr=False, compare=False)
    occasions: Occasions = field(init=False, repr=False, compare=False)

    def __init__(
        self,
        *,
        name: str | None = None,
        match: Mapping[str, object] | None = None,
        outcome: Outcome = "complete",
        after: DurationLike | Delay | Mapping[str, object] | None = None,
        error: str | Mapping[str, object] | None = None,
        response: Response | None = None,
        partial: float | None = None,
        redo: int | Redo | Mapping[str, object] | None = None,
        reviews: Sequence[str | PlannedReview | Mapping[str, object]] | None = None,
        calibration: Wish | Mapping[str, object] | None = None,
        replan: bool = False,
    ) -> None:
        data: dict[str, object] = {
            "name": name,
            "match": match,
            "outcome": outcome,
            "after": after,
            "error": error,
            "response": response,
            "partial": partial,
            "redo": redo,
            "reviews": reviews or None,
            "calibration": calibration,
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
        fate = fields.fate
        values = {
            **fields._asdict(),
            **{name: getattr(fate, name) for name in fate.__slots__},
        }
        del values["fate"]
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def __reduce__(self) -> tuple[object, ...]:
        # The compiled matcher holds functions, which cannot be pickled or need to be.
        return (type(self).from_dict, ({**self.as_dict(), "response": self.response},))

    @property
    def is_unconditional(self) -> bool:
        """Whether it means every task."""
        return not self.matcher.conditions and self.occasions.is_everything

    def as_dict(self) -> dict[str, object]:
        """The rule as plain data, from which :meth:`from_dict` makes an equal one.

        Two things do not come back: a response function, of which only the name is told, and the
        path of a response file, whose content stands there instead.
        """
        response = self.response
        if callable(response):
            response = {"callable": getattr(response, "__qualname__", type(response).__qualname__)}
        data: dict[str, object] = {
            "name": self.name,
            "match": dict(self.match),
            "outcome": self.outcome,
            "after": None if self.after is None else as_data(self.after),
            "error": self.error,
            "response": response,
            "replan": self.replan,
        }
        if self.partial is not None:
            data["partial"] = self.partial
        if self.redo is not None:
            data["redo"] = self.redo.as_data()
        if self.reviews:
            data["reviews"] = [review.as_data() for review in self.reviews]
        if self.calibration is not None:
            data["calibration"] = self.calibration.as_data()
        return data

    def decision(
        self,
        chance: Stream,
        *,
        now: datetime = EPOCH,
        queue: Queue | None = None,
        subject: Matchable | None = None,
        count: int = 1,
        responder: str | None = None,
    ) -> Decision:
        """What the rule decides about one task.

        The error and the response are the rule's own: whoever gets them must not change them.

        Args:
            chance: The task's stream; drawn from only where a length is not fixed.
            now: The world's time.
            queue: The places taken of the rule's schedule, if it has one.
            subject: The task, for templates.
            count: How many tasks the rule has meant, this one included; a template's ``{n}``.
            responder: The name under which the world keeps the rule's function.
        """
        given = self.response if isinstance(self.response, Mapping) else {}
        size = given.get("image_size")
        noise = given.get("noise", 0) if "from" in given else None
        response = given.get("value")
        if "template" in given and subject is not None:
            response = fill_in(given["template"], subject, count)
        after = None if self.after is None else draw(self.after, chance, now, queue)
        redo = self.redo
        recalls = [draw(redo.after, chance, now) for _ in range(redo.times)] if redo else ()
        return Decision(
            rule=self.name or "rule",
            outcome=self.outcome,
            after=after,
            error=self.error,
            # That the value is a table was checked when the rule was read.
            response=cast("Mapping[str, object] | None", response),
            noise=cast("float | None", noise),
            image_size=None if size is None else cast("tuple[int, int]", tuple(size)),  # type: ignore[arg-type]
            checked=response is None or given.get("validate") is False or self._is_typed(),
            responder=responder if callable(self.response) else None,
            partial=self.partial,
            recalls=tuple(recalls),
            reviews=tuple(review.review(chance, now) for review in self.reviews),
            confidence=self.calibration.percent if self.calibration else None,
            feedback=self.calibration.feedback if self.calibration else None,
        )

    def _is_typed(self) -> bool:
        """Whether whoever loaded the rule could check the value against its one type."""
        wanted = self.match.get("type")
        response = self.response
        return (
            isinstance(wanted, str)
            and set(wanted).isdisjoint("*?[")
            and isinstance(response, Mapping)
            and "value" in response
        )
