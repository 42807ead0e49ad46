"""Where in the user's configuration something is wrong, and the words of the refusal.

Rules, faults and scenarios are plain data that may come from Python, JSON or TOML. Whoever reads
them carries a :class:`Where` along, so that a refusal names the place: ``rule "night shift" (2nd):
match.batchh: unknown field``. A reader of files subclasses it to add the line.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from scale_mock.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

_SHOWN_CHARACTERS = 100
_SHOWN_BITS = 256


@dataclass(frozen=True, slots=True)
class Where:
    """A place in configuration data.

    Attributes:
        label: What the data is, for people: ``rule "night shift" (2nd)``. May be empty.
        path: The keys from there; an array's index is written ``[0]``.
    """

    label: str = ""
    path: tuple[str, ...] = ()

    @property
    def directory(self) -> Path | None:
        """Where paths in the data start from; None for the current directory."""
        return None

    def at(self, *segments: str) -> Self:
        """The place reached by these keys from here."""
        return replace(self, path=self.path + segments)

    def refuse(self, problem: str) -> ConfigurationError:
        """The error to raise, with the place in front of the problem."""
        path = ".".join(self.path).replace(".[", "[")
        error = ConfigurationError(": ".join(filter(None, (self.label, path, problem))))
        error.place = (self, problem)
        return error


def to_where(where: str | Where) -> Where:
    """The place itself; a text becomes the label of one."""
    return Where(where) if isinstance(where, str) else where


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, or None if none is close.

    Args:
        word: What the user wrote.
        known: What there is.
    """
    from difflib import get_close_matches

    by_folded = {name.casefold(): name for name in known}
    close = get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``; did you mean "batch"?``, or a full stop if nothing known is close."""
    close = nearest(word, known)
    return f'; did you mean "{close}"?' if close else "."


def check_keys(table: Mapping[Any, object], known: Sequence[str], where: Where) -> None:
    """Refuses a table with a key that it does not have; the text names those that it has.

    Args:
        table: What the user wrote.
        known: The keys of such a table.
        where: Its place.

    Raises:
        ConfigurationError: There is another key in it.
    """
    for key in table:
        if key not in known:
            hint = did_you_mean(str(key), known)
            raise where.at(str(key)).refuse(f"unknown key{hint} Keys: {', '.join(known)}.")


def show(value: object) -> str:
    """A value as explanations quote it: bounded in length; None is JSON's ``null``."""
    if value is None:
        return "null"
    if isinstance(value, str):
        if len(value) > _SHOWN_CHARACTERS:
            return repr(value[: _SHOWN_CHARACTERS - 3] + "...")
        return repr(value)
    if isinstance(value, int) and value.bit_length() > _SHOWN_BITS:
        return f"an integer of {value.bit_length()} bits"  # Python refuses to write the longest
    from reprlib import Repr

    short = Repr()
    short.maxlevel = 3
    short.maxstring = short.maxother = 40
    return short.repr(value)
