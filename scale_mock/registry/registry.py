"""The worlds behind one door, found by key."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from scale_mock.domain.refusals import REAL_KEY, UNAUTHORIZED, WORLDS_FULL
from scale_mock.registry.keys import looks_real, parse_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from scale_mock.domain.model import Mode
    from scale_mock.world import World


class Registry:
    """Keys to worlds.

    A key opens the world of its account. Where there is none, the only world of the registry is
    opened by any well-formed key (code under test brings its own), and a registry with a factory
    makes a world for it.

    Args:
        factory: Makes the world of an account; ``None`` where worlds are added by hand.
        worlds_max: How many worlds there may be.
        retire: Closes a world that was removed.
    """

    def __init__(
        self,
        *,
        factory: Callable[[str], World] | None = None,
        worlds_max: int = 1000,
        retire: Callable[[World], None] | None = None,
    ) -> None:
        self._factory = factory
        self._retire = retire
        self._worlds_max = worlds_max
        self._lock = threading.Lock()
        self._worlds: dict[str, World] = {}
        self._found: dict[str, tuple[World, Mode]] = {}

    def worlds(self) -> list[World]:
        """The worlds in the order in which they were opened."""
        with self._lock:
            return list(self._worlds.values())

    def add(self, world: World) -> None:
        """Takes a world in under its account's name."""
        with self._lock:
            if world.name in self._worlds:
                raise ValueError(f"There is a world for the account {world.name!r} already.")
            self._worlds[world.name] = world
            self._found.clear()

    def remove(self, name: str) -> World | None:
        """Takes a world out and closes it; ``None`` if there is none of that name."""
        with self._lock:
            self._found.clear()
            world = self._worlds.pop(name, None)
        if world is not None:
            if self._retire is not None:
                self._retire(world)
            world.close()
        return world

    def find(self, key: str) -> tuple[World, Mode]:
        """The world and mode that a key opens.

        Raises:
            Refusal: 401 if it opens none.
        """
        found = self._found.get(key)
        return found if found is not None else self._open(key)

    def find_by_auth(self, auth_key: str) -> World | None:
        """The world whose callbacks carry this auth key."""
        for world in self.worlds():
            if auth_key in {world.auth_key("test"), world.auth_key("live")}:
                return world
        return None

    def _open(self, key: str) -> tuple[World, Mode]:
        parsed = parse_key(key)
        if parsed is None:
            raise UNAUTHORIZED()
        with self._lock:
            world = self._worlds.get(parsed.account)
            if world is None and looks_real(key):
                raise REAL_KEY()
            if world is None and self._factory is not None:
                if len(self._worlds) >= self._worlds_max:
                    raise WORLDS_FULL(limit=self._worlds_max)
                world = self._worlds[parsed.account] = self._factory(parsed.account)
            if world is None and len(self._worlds) == 1:
                world = next(iter(self._worlds.values()))
            if world is None:
                raise UNAUTHORIZED()
            self._found[key] = (world, parsed.mode)
            return world, parsed.mode
