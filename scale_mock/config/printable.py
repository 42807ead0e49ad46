"""Text that terminals, log files and workers of pytest-xdist take, whatever came out of JSON."""

from __future__ import annotations


def printable(text: str) -> str:
    """A text with half letters (lone surrogates), which JSON may hold, written out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
