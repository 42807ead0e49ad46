"""Environment variables that look like ours and that nothing reads: told, not ignored.

A variable that is misspelt would otherwise leave a run as it is without a word. One that comes near
a name of ours is certainly meant for us and warned about; others may be a user's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scale_mock.config.options import ARGUMENTS, OPTIONS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

START = "SCALEMOCK"
"""How our names begin, without what is easily mistaken in them."""
SAVED = "SCALE_MOCK_SAVED_"
"""What ``scale-mock env`` keeps of a shell's own variables begins so."""
LONG = 6
"""From this length on a name may be misspelt in two places and still be recognised."""


class Stranger(NamedTuple):
    """A variable that looks like ours and is none.

    Attributes:
        name: Its name.
        meant: What was probably meant, as the rest of a sentence; empty for no near miss.
    """

    name: str
    meant: str


def strangers(names: Iterable[str], others: Collection[str] = ()) -> list[Stranger]:
    """The variables that look like ours and that nothing reads, sorted.

    Args:
        names: The names of all variables.
        others: Names that are read besides ours, whatever they look like.
    """
    known = {option.variable for option in OPTIONS} | set(others)
    return [
        Stranger(name, _meant(name))
        for name in sorted(names)
        if _letters(name).startswith(START) and name not in known and not name.startswith(SAVED)
    ]


def _letters(name: str) -> str:
    """A name without what is easily mistaken in it."""
    return name.upper().replace("_", "").replace("-", "")


def _meant(name: str) -> str:
    """What a name was probably meant to be."""
    said = _letters(name)[len(START) :]
    argument = next((one for one in ARGUMENTS if _letters(one) == said), None)
    by_letters = {_letters(option.name): option for option in OPTIONS}
    if said in by_letters:
        return f"did you mean {by_letters[said].variable}?"
    if argument is not None:
        return f"{argument} is an argument of the marker and of scale_mock_config, and no variable."
    far = 2 if len(said) >= LONG else 1
    near = [option for letters, option in by_letters.items() if _distance(said, letters) <= far]
    if not near:
        return ""
    near.sort(key=lambda option: _distance(said, _letters(option.name)))
    return f"did you mean {near[0].variable}?"


def _distance(one: str, other: str) -> int:
    """How many letters are wrong, missing, too many or exchanged with the next."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        older, before, row = before, row, [i]
        for j, wanted in enumerate(other, start=1):
            least = min(row[-1] + 1, before[j] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                least = min(least, older[j - 2] + 1)
            row.append(least)
    return row[-1]


def known_names() -> str:
    """The names of all variables of ours, as a sentence."""
    return f"Variables: {', '.join(option.variable for option in OPTIONS)}."


def misspelt(one: Stranger) -> str:
    """What a near miss is told."""
    return f"Nothing reads the environment variable {one.name}: {one.meant} {known_names()}"


def not_ours(found: Iterable[Stranger]) -> str:
    """The line about variables that are no near miss."""
    names = [one.name for one in found]
    them = "a variable" if len(names) == 1 else "variables"
    return f"{', '.join(names)}: {them} of the environment that scale_mock does not read"
