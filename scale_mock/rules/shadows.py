"""Tells a rule that earlier rules leave nothing to decide: it means only what one of them means.

An earlier rule without occasions (``nth``, ``chance``, ...) decides whatever it matches. So a later
one is in vain if each wish of the earlier one is also a wish of its own, word for word, or if the
values that it names itself all fulfil that wish: ``unique_id = "a-1"`` behind
``unique_id = "a-*"``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.domain.documents import canonical
from scale_mock.selectors.matching import TASK_FIELDS
from scale_mock.selectors.occasions import KEYS

if TYPE_CHECKING:
    from scale_mock.rules.rule import Rule

_PLAIN = frozenset(field.name for field in TASK_FIELDS.values() if field.kind == "text")
_WIDE_MAX = 100
"""How many rules with several values or globs are compared with each later rule."""


class Shadows:
    """The rules so far, each with what refusals call it."""

    def __init__(self) -> None:
        self._by_wishes: dict[tuple[str, ...], str] = {}
        self._fields: dict[tuple[str, ...], None] = {}
        self._wide: list[tuple[Rule, str]] = []

    def refusal(self, rule: Rule) -> str | None:
        """Why a rule that comes next could never decide anything; ``None`` if it could."""
        if () in self._by_wishes:
            return _because(self._by_wishes[()], "every task", "put the general rule last")
        label = self._same_wishes(rule) or self._wider(rule)
        if label is None:
            return None
        return _because(label, "every task that this one means", "put the narrower rule first")

    def add(self, rule: Rule, label: str) -> None:
        """Notes a rule that the next ones come after."""
        if not rule.occasions.is_everything:
            return
        names = _names(rule)
        self._fields.setdefault(names)
        self._by_wishes.setdefault(_wishes(rule, names), label)
        is_wide = any(name in _PLAIN and not _is_single(rule.match[name]) for name in names)
        if is_wide and len(self._wide) < _WIDE_MAX:
            self._wide.append((rule, label))

    def _same_wishes(self, rule: Rule) -> str | None:
        for names in self._fields:
            if all(name in rule.match for name in names):
                label = self._by_wishes.get(_wishes(rule, names))
                if label is not None:
                    return label
        return None

    def _wider(self, rule: Rule) -> str | None:
        for earlier, label in self._wide:
            if all(_holds(earlier, name, rule) for name in _names(earlier)):
                return label
        return None


def _because(label: str, means: str, advice: str) -> str:
    return (
        f"could never decide anything, because {label} comes first and means {means}; the first "
        f"match wins, so {advice}"
    )


def _names(rule: Rule) -> tuple[str, ...]:
    """The fields that a rule wants something of."""
    return tuple(sorted(name for name in rule.match if name not in KEYS))


def _wishes(rule: Rule, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{name}={canonical(rule.match[name])}" for name in names)


def _literals(wanted: object) -> list[object] | None:
    """The only values that a wanted value allows; ``None`` if they cannot be listed."""
    if isinstance(wanted, dict) and len(wanted) == 1:
        ((operator, operand),) = wanted.items()
        if operator == "equals":
            return [operand]
        return list(operand) if operator == "in" else None
    listed = list(wanted) if isinstance(wanted, list | tuple) else [wanted]
    plain = all(
        one is None or (isinstance(one, str) and not set(one) & set("*?[")) for one in listed
    )
    return listed if plain else None


def _is_single(wanted: object) -> bool:
    values = _literals(wanted)
    return values is not None and len(values) == 1


class _Having:
    """A task of which one field is known."""

    def __init__(self, value: object) -> None:
        self._value = value

    def match_value(self, name: str) -> object:
        """The value, whatever is asked for."""
        return self._value


def _holds(earlier: Rule, name: str, rule: Rule) -> bool:
    """Whether an earlier rule's wish holds for every task that a later rule means."""
    if name not in rule.match:
        return False
    if canonical(rule.match[name]) == canonical(earlier.match[name]):
        return True
    values = _literals(rule.match[name]) if name in _PLAIN else None
    if values is None:
        return False
    condition = next(one for one in earlier.matcher.conditions if one.field == name)
    return all(condition.test(_Having(value)) for value in values)
