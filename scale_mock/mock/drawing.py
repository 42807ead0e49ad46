"""A seed that nobody chose: the one place of a run that is not repeatable, and says its number."""

from __future__ import annotations

import secrets

DRAWN_MAX = 2**31 - 1
"""Seeds that are drawn stay short enough to be typed."""


def draw_seed() -> int:
    """A seed from the machine's own entropy, 1 or more."""
    return 1 + secrets.randbelow(DRAWN_MAX)
