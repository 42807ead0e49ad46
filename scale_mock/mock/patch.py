"""Attributes changed and put back, by several who need not end in the order in which they began."""

from __future__ import annotations

from typing import Any

STACK = "_scale_mock_patches"
"""Where the owner of the attributes keeps who has changed them, the newest last."""
NOTHING = object()


class Patch:
    """What one mock changes in an object of somebody else's, for example a client.

    Whoever comes first to take a patch back, the newest that is left goes on to hold; when the last
    one is gone, everything is as it was.

    Args:
        owner: The object; what is changed is itself or a part of it.
    """

    def __init__(self, owner: object) -> None:
        self._owner = owner
        self._things: dict[tuple[int, str], Any] = {}
        self._before: dict[tuple[int, str], object] = {}
        stack: list[Patch] = vars(owner).setdefault(STACK, [])
        stack.append(self)

    def change(self, thing: Any, name: str, value: object) -> None:
        """Changes an attribute of a part."""
        key = _identity(thing), name
        inherited = getattr(type(thing), name, NOTHING)
        is_own = name in vars(thing) or inherited is NOTHING or isinstance(inherited, property)
        self._things[key] = thing
        self._before[key] = getattr(thing, name) if is_own else NOTHING
        setattr(thing, name, value)

    def take_back(self) -> None:
        """Puts back what was there before, unless a newer patch has changed it again."""
        stack: list[Patch] = vars(self._owner).get(STACK, [])
        if self not in stack:
            return
        newer = stack[stack.index(self) + 1 :]
        for key, before in reversed(self._before.items()):
            above = next((patch for patch in newer if key in patch._before), None)
            if above is not None:
                above._before[key] = before
            elif before is NOTHING:
                delattr(self._things[key], key[1])
            else:
                setattr(self._things[key], key[1], before)
        stack.remove(self)
        if not stack:
            delattr(self._owner, STACK)


def _identity(thing: Any) -> int:
    """What tells a part from others, though it is wrapped anew for each patch."""
    return id(getattr(thing, "pools", thing))
