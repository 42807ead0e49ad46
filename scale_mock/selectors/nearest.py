"""The nearest miss: what came nearest to the wishes of a rule or fault, and what it lacked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from scale_mock.domain.ports import Matchable
    from scale_mock.selectors.matching import Matcher

EXAMINED_MAX = 1_000
"""How many subjects are looked at."""
_FAR = 1_000_000


@dataclass(slots=True, kw_only=True)
class Nearest:
    """What an entry of a book knows of the subjects that did not match.

    Attributes:
        nearest: The subject that came nearest to matching, and why it did not.
        nearest_count: How many conditions that subject failed.
        examined: How many subjects were looked at for the nearest.
    """

    nearest: str | None = None
    nearest_count: int = _FAR
    examined: int = 0

    def compare(
        self, matcher: Matcher, subject: Matchable, describe: Callable[[Matchable], object]
    ) -> None:
        """Remembers a subject if it comes nearer than all before.

        Cheap and bounded: it ends for good once a subject failed a single condition (nothing can
        come nearer), or after :data:`EXAMINED_MAX` subjects.

        Args:
            matcher: What did not match it.
            subject: The subject.
            describe: What to call a subject.
        """
        if self.nearest_count == 1 or self.examined >= EXAMINED_MAX:
            return
        self.examined += 1
        count = matcher.count_mismatches(subject, stop_at=self.nearest_count)
        if count < self.nearest_count:
            self.nearest_count = count
            reasons = "; ".join(map(str, matcher.mismatches(subject)))
            self.nearest = f"{describe(subject)}: {reasons}"
