"""How wide the lines of a report may be: what COLUMNS says, else the terminal, else a default.

pytest takes the terminal away from a test whose output it captures, so the plugin looks at it
before the first test and tells it here. Where there is no terminal, as in most CI, logs are read in
a browser or an editor, and a line may be longer than the 80 columns of old.
"""

from __future__ import annotations

import os
import sys

DEFAULT = 120
"""The width where nobody says one."""
NARROWEST = 40
"""What is narrower is no width to lay out a report in; pytest thinks so too."""

_told: list[int] = []


def look_at_terminal(told: object = None) -> None:
    """Remembers the width of the terminal that standard output is now, if it is one.

    Args:
        told: The width that somebody else saw, who shows what is laid out here.
    """
    _told[:] = [told] if isinstance(told, int) else _of_terminal()


def width() -> int:
    """How many columns a line may take."""
    said = os.environ.get("COLUMNS", "")
    columns = int(said) if said.isdecimal() else 0
    for known in ([columns] if columns else []), _of_terminal(), _told:
        if known:
            return known[0] if known[0] >= NARROWEST else DEFAULT
    return DEFAULT


def _of_terminal() -> list[int]:
    """The terminal's width, or nothing where standard output is none."""
    try:
        return [os.get_terminal_size(sys.__stdout__.fileno()).columns]  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):
        return []
