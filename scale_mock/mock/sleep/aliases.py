"""Replacing functions wherever they are known by name: in their module, and where others import it.

``from time import sleep`` makes a second name for the same function; so every loaded module is
looked through, as freezegun does, and everything is put back exactly. Modules that are imported in
between get the replacement by themselves and are found at the end.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Names = dict[str, Any]

OWN = "scale_mock.mock."
"""Where the stand-ins live, under these very names."""

_known: dict[str, tuple[int, int, tuple[str, ...]]] = {}
"""Per module: which dictionary of which size was looked through, and what it names."""


class Replacement:
    """Functions and what stands in for them.

    Args:
        pairs: The originals with their replacements.
    """

    def __init__(self, pairs: Mapping[Any, Any]) -> None:
        self._new = {id(original): (original, stand_in) for original, stand_in in pairs.items()}
        self._old = {id(stand_in): (stand_in, original) for original, stand_in in pairs.items()}

    def install(self) -> None:
        """Replaces the originals under every name that a loaded module has for them."""
        _swap(self._new)

    def undo(self) -> None:
        """Puts the originals back, also in modules that were imported meanwhile."""
        _swap(self._old)


class Homes:
    """Every loaded module that has a name ``sleep``: found once, looked for in new modules only.

    Less thorough than :class:`Replacement`, and a hundred times quicker the second time: another
    name is not found, nor a module that took the place of another.
    """

    def __init__(self) -> None:
        self._homes: list[Names] = []
        self._looked_at = 0

    def swap(self, pairs: Mapping[Any, Any]) -> None:
        """Replaces functions under this name.

        Args:
            pairs: The functions with their replacements.
        """
        self._renew()
        for names in self._homes:
            found = names.get("sleep")
            for one, instead in pairs.items():
                if found is one:
                    names["sleep"] = instead

    def _renew(self) -> None:
        count = len(sys.modules)
        if count == self._looked_at:
            return
        if count < self._looked_at:
            self._homes.clear()
            self._looked_at = 0
        modules = list(sys.modules.items())
        for module_name, module in modules[self._looked_at :]:
            names = getattr(module, "__dict__", None)
            if type(names) is dict and "sleep" in names and not module_name.startswith(OWN):
                self._homes.append(names)
        self._looked_at = len(modules)


def _swap(pairs: Mapping[int, tuple[Any, Any]]) -> None:
    for names, name in _places(pairs):
        found, instead = pairs[id(names[name])]
        if names[name] is found:
            names[name] = instead


def _places(pairs: Mapping[int, tuple[Any, Any]]) -> Iterator[tuple[Names, str]]:
    """Every name that a loaded module has for one of the functions."""
    for module_name, module in list(sys.modules.items()):
        names = getattr(module, "__dict__", None)
        if type(names) is not dict or module_name.startswith(OWN):
            continue
        seen = _known.get(module_name)
        if seen is None or seen[:2] != (id(names), len(names)):
            # A name counts if it once stood for any of them: replaced and put back, it still does.
            told = tuple(
                name for name, value in list(names.items()) if name == "sleep" or _is_sleep(value)
            )
            seen = _known[module_name] = (id(names), len(names), told)
        for name in seen[2]:
            if id(names.get(name)) in pairs:
                yield names, name


def _is_sleep(value: object) -> bool:
    """True for a function called ``sleep``, whichever of them it is."""
    return getattr(type(value), "__name__", "") in _FUNCTIONS and value.__name__ == "sleep"  # type: ignore[attr-defined]


_FUNCTIONS = frozenset({"function", "builtin_function_or_method", "StandIn"})
