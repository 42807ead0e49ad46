"""Owns late patching: something is done to a module now, or as soon as somebody imports it.

No client library is imported for the sake of a patch; what the code under test imports during a
test is patched too, and so is what somebody imports anew.
"""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.abc import Loader
    from importlib.machinery import ModuleSpec
    from types import ModuleType


class _Loader:
    """A module's own loader, and then the patch."""

    def __init__(self, loader: Loader, then: Callable[[ModuleType], None]) -> None:
        self._loader = loader
        self._then = then

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        # The module's own loader is put back first: some modules read data beside them with it.
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._then(module)


class LatePatches:
    """An import hook for a few names; everything else goes its usual way."""

    def __init__(self) -> None:
        self._patches: dict[str, Callable[[ModuleType], None]] = {}
        self._patched: dict[str, ModuleType | None] = {}
        self._looking: set[str] = set()

    def when_imported(self, name: str, patch: Callable[[ModuleType], None]) -> None:
        """Patches a module at once if it is there, and whenever it is imported."""
        self._patches[name] = patch
        self._patched[name] = None

    def renew(self) -> None:
        """Puts the hook in place, and patches what came without it."""
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)
        loaded = sys.modules.get
        for name, patched in self._patched.items():
            module = loaded(name)
            if module is not patched and module is not None:
                # One that is half imported has nothing to patch yet; the hook will see to it.
                if getattr(module.__spec__, "_initializing", False):
                    continue
                self._patch(module)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What the import system asks every finder."""
        if name not in self._patches or name in self._looking:
            return None
        self._looking.add(name)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self._looking.discard(name)
        if spec is not None and spec.loader is not None and hasattr(spec.loader, "exec_module"):
            spec.loader = _Loader(spec.loader, self._patch)  # type: ignore[assignment]  # duck-typed
        return spec

    def _patch(self, module: ModuleType) -> None:
        self._patched[module.__name__] = module
        self._patches[module.__name__](module)
