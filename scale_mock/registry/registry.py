"""The worlds behind one door, found by key."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from scale_mock.domain.refusals import REAL_KEY, UNAUTHORIZED, WORLDS_FULL
from scale_mock.errors import ConfigurationError
from scale_mock.registry.keys import is_generated, looks_real, parse_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scale_mock.domain.model import Mode
    from scale_mock.world import World


def _makes_none(_: Mapping[str, object]) -> World:
    raise ConfigurationError(
        "No worlds are made behind this door: it leads to those that a test has opened in its own "
        "process. Ask a server: mock.url, or `scale-mock serve`."
    )


STRANGERS_MAX = 100
"""How many different requests of strangers are told."""
STRANGER_CHARS = 2_000
"""How much is told of one."""
KEYS_REMEMBERED = 10_000
"""How many keys are found again without being read; forgetting them costs nothing else."""


class Registry:
    """Keys to worlds.

    A key opens the world of its account. Where there is none, the only world of the registry is
    opened by any well-formed key (code under test brings its own), unless it is the generated key
    of a world that is gone; and a registry with a factory makes a world for it.

    Args:
        factory: Makes the world of an account; ``None`` where worlds are added by hand.
        worlds_max: How many worlds there may be.
        opened: Told of a world that the factory made.
        retired: Told of a world that was removed and closed.

    Attributes:
        on_stranger: Told, once in the same words, of requests whose key opens no world, or the
            wrong one; for a registry with a factory.
        make: Makes a world as somebody wants it, and takes it in; a registry of worlds
            that are added by hand refuses.
    """

    def __init__(
        self,
        *,
        factory: Callable[[str], World] | None = None,
        worlds_max: int = 1000,
        opened: Callable[[World], None] | None = None,
        retired: Callable[[World], None] | None = None,
    ) -> None:
        self._factory = factory
        self._opened = opened
        self._retired = retired
        self._worlds_max = worlds_max
        self.make: Callable[[Mapping[str, object]], World] = _makes_none
        self.on_stranger: Callable[[str], None] | None = None
        self._strangers: set[str] = set()
        self._lock = threading.Lock()
        self._worlds: dict[str, World] = {}
        self._found: dict[str, tuple[World, Mode]] = {}
        self._found_by_auth: dict[str, World] = {}

    @property
    def makes_worlds(self) -> bool:
        """Whether a key of no world makes one."""
        return self._factory is not None

    def tell_stranger(self, text: str) -> None:
        """Tells whoever listens of a request whose key opens no world, or the wrong one."""
        if len(text) > STRANGER_CHARS:  # most of it is a path
            half = STRANGER_CHARS // 2
            text = f"{text[:half]}...{text[-half:]}"
        with self._lock:
            is_new = text not in self._strangers and len(self._strangers) < STRANGERS_MAX
            if is_new:
                self._strangers.add(text)
        if is_new and self.on_stranger is not None:
            self.on_stranger(text)

    def worlds(self) -> list[World]:
        """The worlds in the order in which they were opened."""
        with self._lock:
            return list(self._worlds.values())

    def require_room(self) -> None:
        """Refuses one world more than there may be.

        Raises:
            Refusal: 503 where there is no room.
        """
        with self._lock:
            if len(self._worlds) >= self._worlds_max:
                raise WORLDS_FULL(limit=self._worlds_max)

    def add(self, world: World) -> None:
        """Takes a world in under its account's name."""
        with self._lock:
            if world.name in self._worlds:
                raise ValueError(f"There is a world for the account {world.name!r} already.")
            self._worlds[world.name] = world
            self._forget()

    def release(self, name: str) -> None:
        """Takes a world out that goes on elsewhere: it is neither closed nor retired."""
        with self._lock:
            self._forget()
            self._worlds.pop(name, None)

    def remove(self, name: str) -> World | None:
        """Takes a world out and closes it; ``None`` if there is none of that name."""
        with self._lock:
            self._forget()
            world = self._worlds.pop(name, None)
        if world is not None:
            world.close()
            if self._retired is not None:
                self._retired(world)
        return world

    def find(self, key: str) -> tuple[World, Mode]:
        """The world and mode that a key opens.

        Raises:
            Refusal: 401 if it opens none.
        """
        found = self._found.get(key)
        return found if found is not None else self._open(key)

    def by_name(self, name: str) -> World | None:
        """The world of an account."""
        with self._lock:
            return self._worlds.get(name)

    def find_by_auth(self, auth_key: str) -> World | None:
        """The world whose callbacks carry this auth key."""
        found = self._found_by_auth.get(auth_key)
        return found if found is not None else self._find_by_auth(auth_key)

    def _find_by_auth(self, auth_key: str) -> World | None:
        """Asks each world, and remembers whose key it is."""
        with self._lock:
            for world in self._worlds.values():
                if auth_key in {world.auth_key("test"), world.auth_key("live")}:
                    self._found_by_auth[auth_key] = world
                    return world
        return None

    def _forget(self) -> None:
        """Forgets which keys were found, under the lock: a world came or went."""
        self._found.clear()
        self._found_by_auth.clear()

    def _open(self, key: str) -> tuple[World, Mode]:
        parsed = parse_key(key)
        if parsed is None:
            raise UNAUTHORIZED()
        with self._lock:
            known = len(self._worlds)
            world = self._world_for(parsed.account, key)
            if len(self._found) >= KEYS_REMEMBERED:
                self._found.clear()
            self._found[key] = (world, parsed.mode)
            is_new = len(self._worlds) > known
        if is_new and self._opened is not None:
            self._opened(world)
        return world, parsed.mode

    def _world_for(self, account: str, key: str) -> World:
        world = self._worlds.get(account)
        if world is not None:
            return world
        if looks_real(key):
            raise REAL_KEY()
        if self._factory is not None:
            if len(self._worlds) >= self._worlds_max:
                raise WORLDS_FULL(limit=self._worlds_max)
            made = self._worlds[account] = self._factory(account)
            return made
        if len(self._worlds) == 1 and not is_generated(account):
            return next(iter(self._worlds.values()))
        raise UNAUTHORIZED()
