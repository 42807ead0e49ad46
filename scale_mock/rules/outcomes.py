"""What a rule may say about a task's fate: outcome, time, error, response, redo, reviews, partial.

The same keys steer a single task from its own metadata (``metadata.scale_mock``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from scale_mock.domain.decisions import OUTCOMES, Outcome, Review
from scale_mock.domain.model import AUDIT_RESULTS
from scale_mock.rules.responses import Response, read_response
from scale_mock.rules.wishes import Wish, read_wish
from scale_mock.selectors.delays import Delay, as_data, draw, parse_delay
from scale_mock.selectors.durations import Span
from scale_mock.selectors.plain import plain_table
from scale_mock.selectors.where import Where, check_keys, did_you_mean, nearest, show

if TYPE_CHECKING:
    from datetime import datetime

    from scale_mock.sim.streams import Stream

ERROR_TEXT = "One or more attachments could not be downloaded."
"""What a failed task says unless the rule says otherwise."""

KEYS = ("outcome", "after", "error", "response", "partial", "redo", "reviews", "calibration")
REVIEW_KEYS = ("result", "after", "comments", "response", "by", "redo")
PLACES = ("attachment", "frame")
ERROR_PARTS = (*PLACES, "message", "status_code")
AFTERWARDS = Span(timedelta(hours=1), timedelta(hours=1))
"""How long after a completion a recall or a review comes unless it says."""

REDO_MAX = 100
REVIEWS_MAX = 100
INDEX_MAX = 100_000


@dataclass(frozen=True, slots=True)
class Redo:
    """How often a completed task is sent back, and when."""

    times: int
    after: Delay = AFTERWARDS

    def as_data(self) -> object:
        """The value that reads back equal."""
        if self.after == AFTERWARDS:
            return self.times
        return {"times": self.times, "after": as_data(self.after)}


@dataclass(frozen=True, slots=True)
class PlannedReview:
    """An audit to come, its time not drawn yet; see :class:`scale_mock.domain.decisions.Review`."""

    result: str
    after: Delay = AFTERWARDS
    comments: str | None = None
    response: Mapping[str, object] | None = None
    by: str | None = None
    redo: bool | None = None

    def review(self, chance: Stream, now: datetime) -> Review:
        """The audit, its time drawn."""
        after = draw(self.after, chance, now)
        return Review(self.result, after, self.comments, self.response, self.by, self.redo)

    def as_data(self) -> object:
        """The value that reads back equal."""
        data: dict[str, object] = {"result": self.result}
        if self.after != AFTERWARDS:
            data["after"] = as_data(self.after)
        for key in REVIEW_KEYS[2:]:
            if getattr(self, key) is not None:
                data[key] = getattr(self, key)
        return self.result if len(data) == 1 else data


@dataclass(frozen=True, slots=True)
class Fate:
    """What a rule says about a task's fate, checked.

    Attributes:
        outcome: What happens.
        after: When; None leaves it to the default turnaround.
        error: The text, the parts or the whole response of an ``error``, else None.
        response: The form of the response of a ``complete``, else None.
        partial: The share of the labels to keep, if not all.
        redo: The recalls, if any.
        reviews: The audits that follow.
        calibration: What the tasker of a calibration task is to report.
    """

    outcome: Outcome
    after: Delay | None
    error: str | Mapping[str, object] | None
    response: Response | None
    partial: float | None
    redo: Redo | None
    reviews: tuple[PlannedReview, ...]
    calibration: Wish | None


def read_fate(data: Mapping[Any, object], where: Where) -> Fate:
    """Reads the keys of :data:`KEYS`; others are none of its business.

    Raises:
        ConfigurationError: A value makes no sense, or two contradict each other.
    """
    outcome = _read_outcome(data.get("outcome"), where.at("outcome"))
    _refuse_contradictions(data, outcome, where)
    after = data.get("after")
    error = _read_error(data.get("error"), where.at("error"))
    response = read_response(data.get("response"), where.at("response"))
    return Fate(
        outcome=outcome,
        after=None if after is None else parse_delay(after, where.at("after")),
        error=(error or ERROR_TEXT) if outcome == "error" else None,
        response=(response or "synthesize") if outcome == "complete" else None,
        partial=_read_partial(data.get("partial"), where.at("partial")),
        redo=_read_redo(data.get("redo"), where.at("redo")),
        reviews=_read_reviews(data.get("reviews"), where.at("reviews")),
        calibration=read_wish(data.get("calibration"), where.at("calibration")),
    )


def _refuse_contradictions(data: Mapping[Any, object], outcome: Outcome, where: Where) -> None:
    """Refuses values that the outcome leaves without a meaning."""
    keys = ("response", "partial", "redo", "reviews", "calibration")
    completing = dict.fromkeys(keys, "complete")
    for key, needed in {"error": "error", **completing}.items():
        if data.get(key) is not None and outcome != needed:
            raise where.at(key).refuse(
                f'only a rule with outcome "{needed}" has one; this rule\'s outcome is '
                f'"{outcome}". Remove {key}, or set outcome = "{needed}".'
            )
    if outcome == "hold" and data.get("after") is not None:
        raise where.at("after").refuse(
            "a held task stays pending until somebody completes, fails or cancels it, so it has "
            "no time. Remove after, or choose another outcome."
        )


def _read_outcome(value: object, where: Where) -> Outcome:
    if value is None:
        return "complete"
    for outcome in OUTCOMES:
        if value == outcome:
            return outcome
    names = f"Outcomes: {', '.join(OUTCOMES)}."
    if not isinstance(value, str):
        raise where.refuse(f"an outcome is text, not {show(value)}. {names}")
    if value == "redo":
        raise where.refuse(
            f'a task is sent back with redo = 1 beside outcome = "complete". {names}'
        )
    raise where.refuse(f'unknown outcome "{value}"{did_you_mean(value, OUTCOMES)} {names}')


def _read_error(value: object, where: Where) -> str | dict[str, object] | None:
    if value is None:
        return None
    if isinstance(value, str) and value.strip():
        return value
    if isinstance(value, Mapping) and value:
        table = plain_table(value, where)
        if "attachment" in table or "frame" in table:
            _check_parts(table, where)
        else:
            _refuse_near_parts(table, where)
        return table
    raise where.refuse(
        f"give the text of the error, or the whole error response as a table, not {show(value)}"
    )


def _refuse_near_parts(table: Mapping[str, object], where: Where) -> None:
    """Refuses a misspelt attachment or frame, which would make the table a whole response."""
    for key, value in table.items():
        close = nearest(key, PLACES)
        # "name" and "attachment_id" are near as words go, but may well be keys of a response.
        if close is None or abs(len(close) - len(key)) > 2 or not _is_index(value):
            continue
        raise where.at(key).refuse(
            f'unknown key; did you mean "{close}"? A table with attachment or frame says what '
            f"could not be fetched. Keys: {', '.join(ERROR_PARTS)}; a table without attachment "
            "and frame is the whole error response"
        )


def _is_index(value: object) -> bool:
    """Whether a value is meant as a number, or as a list of them."""
    listed = value if isinstance(value, list) else [value]
    return bool(listed) and all(type(one) is int for one in listed)


def _check_parts(table: Mapping[str, object], where: Where) -> None:
    """Checks an error that names the attachments or frames that could not be fetched."""
    for key in table:
        if key not in ERROR_PARTS:
            raise where.at(key).refuse(
                f"unknown key{did_you_mean(key, ERROR_PARTS)} Keys: {', '.join(ERROR_PARTS)}; a "
                "table without attachment and frame is the whole error response"
            )
    if "attachment" in table and "frame" in table:
        raise where.refuse("attachment or frame, not both")
    for key in ("attachment", "frame"):
        if key in table:
            _check_indexes(table[key], where.at(key))
    if "message" in table and not isinstance(table["message"], str):
        raise where.at("message").refuse(f"text is expected, not {show(table['message'])}")
    code = table.get("status_code", 403)
    if type(code) is not int or not 100 <= code <= 599:
        raise where.at("status_code").refuse(f"an HTTP status is expected, not {show(code)}")


def _check_indexes(value: object, where: Where) -> None:
    listed = value if isinstance(value, list) and value else [value]
    for index in listed:
        if type(index) is not int or not 0 <= index <= INDEX_MAX:
            raise where.refuse(
                f"which one, counted from 0 as in the error response, or a list of these, not "
                f"{show(index)}"
            )


def _read_partial(value: object, where: Where) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
        raise where.refuse(
            f"the share of the labels to keep, from 0 to less than 1, not {show(value)}"
        )
    return float(value)


def _read_redo(value: object, where: Where) -> Redo | None:
    if value is None or isinstance(value, Redo):
        return value
    if not isinstance(value, Mapping):
        return Redo(_read_times(value, where))
    check_keys(value, ("times", "after"), where)
    times = _read_times(value.get("times", 1), where.at("times"))
    return Redo(times, _read_length(value.get("after"), where.at("after")))


def _read_times(value: object, where: Where) -> int:
    if type(value) is not int or not 1 <= value <= REDO_MAX:
        raise where.refuse(f"how often, an integer from 1 to {REDO_MAX}, not {show(value)}")
    return value


def _read_length(value: object, where: Where) -> Delay:
    """A delay whose length does not depend on when it begins."""
    if value is None:
        return AFTERWARDS
    delay = parse_delay(value, where)
    if isinstance(value, Mapping) and not {"business", "deliver"}.isdisjoint(value):
        raise where.refuse("a length, a range or percentiles are expected here")
    return delay


def _read_reviews(value: object, where: Where) -> tuple[PlannedReview, ...]:
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise where.refuse(
            f'a list of audits is expected, such as ["rejected", "accepted"], not {show(value)}'
        )
    if len(value) > REVIEWS_MAX:
        raise where.refuse(f"at most {REVIEWS_MAX} reviews, these are {len(value)}")
    return tuple(_read_review(item, where.at(f"[{index}]")) for index, item in enumerate(value))


def _read_review(value: object, where: Where) -> PlannedReview:
    if isinstance(value, PlannedReview):
        return value
    if isinstance(value, str):
        return PlannedReview(_read_result(value, where))
    if not isinstance(value, Mapping):
        raise where.refuse(f"a result, or a table with one, not {show(value)}")
    check_keys(value, REVIEW_KEYS, where)
    result = _read_result(value.get("result"), where.at("result"))
    response, redo = value.get("response"), value.get("redo")
    if response is not None and result != "fixed":
        raise where.at("response").refuse(f'only a "fixed" review has one, not one "{result}"')
    if response is not None and not isinstance(response, Mapping):
        raise where.at("response").refuse(f"a response is a table, not {show(response)}")
    if redo is not None and (not isinstance(redo, bool) or result != "rejected"):
        raise where.at("redo").refuse(
            f'true or false, and only for a "rejected" review, not {show(redo)} for "{result}"'
        )
    return PlannedReview(
        result=result,
        after=_read_length(value.get("after"), where.at("after")),
        comments=_read_text(value.get("comments"), where.at("comments")),
        response=None if response is None else plain_table(response, where.at("response")),
        by=_read_text(value.get("by"), where.at("by")),
        redo=redo,
    )


def _read_result(value: object, where: Where) -> str:
    if isinstance(value, str) and value in AUDIT_RESULTS:
        return value
    hint = did_you_mean(value, AUDIT_RESULTS) if isinstance(value, str) else "."
    raise where.refuse(
        f"no audit's result is {show(value)}{hint} Results: {', '.join(AUDIT_RESULTS)}."
    )


def _read_text(value: object, where: Where) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise where.refuse(f"text is expected, not {show(value)}")
