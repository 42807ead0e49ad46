"""Owns putting functions in the place of others, so that it can be seen and done again.

The patches stay for the life of the process, because the leak guard does; what is answered in
memory is decided by the gate's table. Other tools patch the same places and put back what they
found, so that every beginning of an interception looks whether ours are still there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

MARK = "__scale_mock__"
"""The attribute that tells our functions, and whose they are."""


class Patches:
    """Every place that was patched."""

    def __init__(self) -> None:
        # Owner, name, what makes ours, and ours: looked through with every world.
        self._places: dict[tuple[str, str, str], tuple[Any, str, Callable[[Any], Any], Any]] = {}

    def add(self, owner: Any, name: str, make: Callable[[Any], Any]) -> None:
        """Puts ``make(original)`` in the place of a class's or module's attribute.

        Nothing happens where there is no such attribute: versions of a client differ. An original
        that ``make`` returns stays, until somebody puts another one there.
        """
        if getattr(owner, name, None) is not None:
            # A module that is imported anew takes the place of its former self.
            place = (getattr(owner, "__module__", ""), owner.__name__, name)
            self._places[place] = (owner, name, make, self._put(owner, name, make))

    def renew(self) -> None:
        """Puts back those that somebody else has removed."""
        for place, (owner, name, make, ours) in list(self._places.items()):
            if getattr(owner, name) is not ours:
                self._places[place] = (owner, name, make, self._put(owner, name, make))

    def _put(self, owner: Any, name: str, make: Callable[[Any], Any]) -> Any:
        original = getattr(owner, name)
        if getattr(original, MARK, None) is self:
            return original
        # What this package put there before it was imported anew is replaced, not wrapped.
        while hasattr(original, MARK):
            original = original.__wrapped__
        ours = make(original)
        if ours is original:
            setattr(owner, name, original)
            return None
        setattr(ours, MARK, self)
        for attribute in ("__name__", "__qualname__", "__doc__", "__module__"):
            if hasattr(original, attribute):
                setattr(ours, attribute, getattr(original, attribute))
        ours.__wrapped__ = original
        setattr(owner, name, ours)
        return ours
