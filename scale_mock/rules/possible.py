"""Refuses matches that no task can ever fulfil: their conditions exclude each other.

Which product lines, kinds of batches, batches and projects go together is how the platform works:
a task without a project is Enterprise work, calibration is Rapid's and Studio's, and so on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.selectors.matching import Matcher
    from scale_mock.selectors.where import Where

FIELDS = ("product_line", "batch_kind", "project", "batch")


class Combination(NamedTuple):
    """One way in which these fields go together."""

    product_line: str
    batch_kind: str | None
    has_project: bool

    def match_value(self, name: str) -> object:
        """The value of a field; whatever has no fixed value is never asked for."""
        return self.product_line if name == "product_line" else self.batch_kind


COMBINATIONS = (
    Combination("enterprise", None, False),
    Combination("enterprise", None, True),
    Combination("enterprise", "plain", True),
    Combination("rapid", "self_label", True),
    Combination("rapid", "calibration", True),
    Combination("rapid", "production", True),
    Combination("studio", None, True),
    Combination("studio", "plain", True),
    Combination("studio", "calibration", True),
)
"""Every combination there is. A task has a batch if it has a kind of batch."""


def refuse_impossible(match: Mapping[str, object], matcher: Matcher, where: Where) -> None:
    """Refuses a match that no combination fulfils.

    Raises:
        ConfigurationError: The conditions exclude each other.
    """
    given = {name: match[name] for name in FIELDS if name in match}
    if len(given) < 2 and match.get("project", 0) is not None:
        return
    if any(_fits(combination, given, matcher) for combination in COMBINATIONS):
        return
    says = " and ".join(
        f"{condition.field} {condition.wanted}"
        for condition in matcher.conditions
        if condition.field in given
    )
    raise where.refuse(
        f"no task has {says}, so this could never match. Tasks without a project are enterprise "
        "work; self_label and production batches are rapid's, calibration batches rapid's and "
        "studio's, plain ones enterprise's and studio's"
    )


def _fits(combination: Combination, given: Mapping[str, object], matcher: Matcher) -> bool:
    for name, has in (
        ("project", combination.has_project),
        ("batch", combination.batch_kind is not None),
    ):
        if name in given and not _may_be(given[name], has):
            return False
    return all(
        condition.test(combination)
        for condition in matcher.conditions
        if condition.field in ("product_line", "batch_kind")
    )


def _may_be(wanted: object, there: bool) -> bool:
    """Whether a wanted value can be there, or can be missing."""
    listed = wanted if isinstance(wanted, list | tuple) else [wanted]
    if there:
        return any(one is not None for one in listed)
    return any(one is None or isinstance(one, dict) for one in listed)
