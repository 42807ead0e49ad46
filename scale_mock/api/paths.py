"""Paths as they are sent: unquoting that keeps a quoted slash, and the wrong-method signal."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterable

QUOTED_SLASH = "\udc2f"
"""A quoted slash inside a name must not split it: it travels through the map as this lone
surrogate, which no decoded URL can contain."""


class WrongMethod(Exception):
    """The path is known, but not with this method.

    Args:
        methods: The methods that it is known with.
    """

    def __init__(self, methods: Iterable[str]) -> None:
        super().__init__(methods)
        self.methods = sorted(set(methods) - {"HEAD"})


def decode_path(raw_path: str) -> str:
    """Unquotes a path, keeping a quoted slash apart from one that separates; ``//`` is ``/``."""
    if "//" in raw_path:
        while "//" in raw_path:
            raw_path = raw_path.replace("//", "/")
    if "%" not in raw_path:
        return raw_path
    marked = raw_path.replace("%2f", "%2F").split("%2F")
    return QUOTED_SLASH.join(unquote(part, errors="replace") for part in marked)
