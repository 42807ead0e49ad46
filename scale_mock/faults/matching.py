"""The match of a fault: which requests or callbacks it means.

The fields are those of :mod:`scale_mock.faults.kinds`, compiled as everywhere; ``callback = true``
chooses callbacks, and ``attempt`` the number of the try, which is no text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.faults.kinds import CALLBACK_FIELDS, REQUEST_FIELDS
from scale_mock.selectors.matching import Condition, Matcher, compile_match
from scale_mock.selectors.occasions import KEYS, split
from scale_mock.selectors.where import show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.domain.ports import Matchable
    from scale_mock.selectors.occasions import Occasions
    from scale_mock.selectors.where import Where

ATTEMPTS_MAX = 21
ALSO = (*KEYS, "callback", "attempt")
"""What a match may say besides fields; ``attempt`` only with ``callback``, as its refusal says."""
_IMPLIED = {"stale": ("method", "GET"), "broken_page_token": ("page_token", None)}
"""What a kind needs to make sense: a read; a request for a further page."""


def compile_fault_match(
    match: Mapping[str, object], where: Where
) -> tuple[bool, Matcher, Occasions]:
    """Compiles a fault's match.

    Returns:
        Whether it means callbacks, the plain conditions, and the occasions.

    Raises:
        ConfigurationError: A field is unknown, or a wanted value could never be found.
    """
    rest, occasions = split(match, where)
    for_callbacks = _read_callback(rest.pop("callback", None), where.at("callback"))
    wanted = rest.pop("attempt", None)
    fields = CALLBACK_FIELDS if for_callbacks else REQUEST_FIELDS
    if not for_callbacks:
        _hint_callback(rest, wanted, where)
    matcher = compile_match(rest, where=where, fields=fields, also=ALSO)
    if wanted is not None:
        condition = _attempt_condition(wanted, where.at("attempt"))
        matcher = Matcher((*matcher.conditions, condition))
    return for_callbacks, matcher, occasions


def with_implied(matcher: Matcher, kind: str | None) -> Matcher:
    """The matcher, and what the kind of the fault needs besides."""
    if kind not in _IMPLIED:
        return matcher
    name, wanted = _IMPLIED[kind]

    def find(subject: Matchable) -> object:
        return subject.match_value(name)

    def test(subject: Matchable) -> bool:
        found = find(subject)
        return found is not None if wanted is None else found == wanted

    says = "anything" if wanted is None else show(wanted)
    return Matcher((*matcher.conditions, Condition(name, says, find, test)))


def _read_callback(value: object, where: Where) -> bool:
    if value is None or isinstance(value, bool):
        return bool(value)
    raise where.refuse(f"true for callbacks, false for requests, not {show(value)}")


def _hint_callback(rest: Mapping[str, object], attempt: object, where: Where) -> None:
    """Refuses what only callbacks have, in words that say so."""
    only = [key for key in rest if key in CALLBACK_FIELDS and key not in REQUEST_FIELDS]
    if attempt is not None:
        only.append("attempt")
    if only:
        raise where.at(only[0]).refuse(
            f'requests have no {only[0]}; to match callbacks, add "callback": true'
        )


def _attempt_condition(wanted: object, where: Where) -> Condition:
    numbers = wanted if isinstance(wanted, list | tuple) else [wanted]
    if not numbers or not all(
        type(number) is int and 1 <= number <= ATTEMPTS_MAX for number in numbers
    ):
        raise where.refuse(
            f"the number of a try is expected, 1 to {ATTEMPTS_MAX}, or a list of them, "
            f"not {show(wanted)}"
        )
    allowed = frozenset(numbers)
    says = " or ".join(map(str, sorted(allowed)))

    def find(subject: Matchable) -> object:
        return subject.match_value("attempt")

    return Condition("attempt", says, find, lambda subject: find(subject) in allowed)
