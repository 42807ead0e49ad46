"""The names of the strict checks: what a test leaves unnoticed, and how each is allowed.

A passed test fails for what they find. ``allow`` lets the findings of a check pass, by its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from scale_mock.errors import ConfigurationError

CHECKS: tuple[str, ...] = (
    "unknown_routes",
    "unused_rules",
    "unused_faults",
    "unused_answers",
    "unacknowledged_callbacks",
    "misspelt_mounts",
    "handler_exceptions",
    "exceptions",
    "leaks",
)
"""What can be allowed, in the order in which it is told."""


def names_of(given: object, place: str) -> frozenset[str]:
    """The checks that somebody names: a text with one or several, or several texts.

    Args:
        given: What was given. Names in one text are separated by spaces or commas.
        place: What was given and by whom, as a refusal begins.

    Raises:
        ConfigurationError: It is no text and no list of texts, or there is no such check; the
            message suggests the nearest.
    """
    items = list(given) if isinstance(given, Iterable) and not isinstance(given, str) else [given]
    texts = [item for item in items if isinstance(item, str)]
    if isinstance(given, Mapping) or len(texts) < len(items):
        raise ConfigurationError(
            f"{place}: expected the name of a check, or a list of names. "
            f"Checks: {', '.join(CHECKS)}."
        )
    names = [name for text in texts for name in text.replace(",", " ").split()]
    for name in names:
        if name not in CHECKS:
            raise ConfigurationError(
                f"{place}: there is no check {name!r}.{_hint(name)} Checks: {', '.join(CHECKS)}."
            )
    return frozenset(names)


def written(names: Iterable[str]) -> str:
    """Names as an argument says them in Python: ``"leaks"``, or a list, in the order of CHECKS."""
    quoted = [f'"{name}"' for name in sorted(names, key=CHECKS.index)]
    return quoted[0] if len(quoted) == 1 else f"[{', '.join(quoted)}]"


def _hint(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, CHECKS, n=1)
    return f" Did you mean {near[0]!r}?" if near else ""
