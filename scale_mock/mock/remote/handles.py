"""The test's side: handles with the names and arguments of a mock's, on a world elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn

from scale_mock.errors import ConfigurationError
from scale_mock.mock.remote.calls import HANDLES, NAMES, bound, signature
from scale_mock.mock.remote.wire import argument

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from os import PathLike

    from scale_mock.faults.fault import Fault
    from scale_mock.mock.remote.world import RemoteWorld
    from scale_mock.rules.rule import Rule

KEEP = (
    "Keep this test in process: @pytest.mark.scale_mock(remote=False), or ScaleMock() instead of "
    "RemoteMock()."
)
HERE_ONLY = {
    "callbacks.mount": "an application in Python cannot be called from another process; let it "
    "listen on a port of this machine, and use its URL",
    "clock.patch_datetime": "the time of this process would have to follow the server's clock",
    "tasktypes": "a function cannot be sent to another process",
    "at": "a function cannot be sent to another process",
    "every": "a function cannot be sent to another process",
    "app": "the application runs in another process; use mock.url",
}
"""What needs a world in this process, and why."""


def needs_process(name: str, url: str) -> ConfigurationError:
    """The refusal of what cannot cross a socket."""
    why = HERE_ONLY[name]
    return ConfigurationError(
        f"mock.{name} needs a world in this process, and this one is at {url}: {why}. {KEEP}"
    )


class RemoteHandle:
    """One handle: every call that it knows is made at the server.

    Args:
        world: The world.
        name: The handle's name.
    """

    def __init__(self, world: RemoteWorld, name: str) -> None:
        self._world = world
        self._name = name

    def __getattr__(self, name: str) -> Any:
        __tracebackhide__ = True
        full = f"{self._name}.{name}" if self._name else name
        if full in HERE_ONLY:
            raise needs_process(full, self._world.url)
        if full not in NAMES or name == "list":
            raise AttributeError(f"{self._world!r} has no {full!r}.")
        if signature(full) is None:
            return self._world.ask(full, {})
        return self._call(full)

    def _call(self, full: str) -> Callable[..., Any]:
        def call(*args: object, **more: object) -> Any:
            __tracebackhide__ = True
            given = bound(full, *args, **more)
            return self._world.ask(full, argument(given, f"{full}()"))

        call.__name__ = call.__qualname__ = full
        return call

    def __dir__(self) -> list[str]:
        start = f"{self._name}." if self._name else ""
        return [name.removeprefix(start) for name in NAMES if name.startswith(start)]

    def __repr__(self) -> str:
        return f"<{HANDLES[self._name][1]} of {self._world.name} at {self._world.url}>"


class RemoteClock(RemoteHandle):
    """Tells and moves a world's time."""

    def __init__(self, world: RemoteWorld) -> None:
        super().__init__(world, "clock")

    def now(self) -> datetime:
        """The current instant of the world, aware UTC."""
        return datetime.fromisoformat(self._world.ask("clock.now", {}))

    @property
    def mode(self) -> str:
        """How the clock moves; may be set at any moment."""
        found: str = self._world.ask("clock.mode", {})
        return found

    @mode.setter
    def mode(self, mode: str) -> None:
        self._world.control("PUT", "/clock", {"mode": mode})

    @property
    def rate(self) -> float:
        """Seconds of world time per second of real time, for ``realtime``; may be set."""
        found: float = self._world.ask("clock.rate", {})
        return found

    @rate.setter
    def rate(self, rate: float) -> None:
        self._world.control("PUT", "/clock", {"rate": rate})


class RemoteCallbacks(RemoteHandle):
    """What the platform owes, sends and got acknowledged."""

    def __init__(self, world: RemoteWorld) -> None:
        super().__init__(world, "callbacks")
        self.receiver = RemoteHandle(world, "callbacks.receiver")

    @property
    def url(self) -> str:
        """The built-in receiver of the world: use it as ``callback_url``."""
        from scale_mock.world.platform import RECEIVER_URL

        return RECEIVER_URL

    @property
    def loopback_url(self) -> str:
        """The built-in receiver, where the server listens."""
        return f"{self._world.url}/_mock/receiver"

    def mount(self, *_: object, **__: object) -> NoReturn:
        """Refused: an application in Python cannot be called from another process."""
        __tracebackhide__ = True
        raise needs_process("callbacks.mount", self._world.url)


class RemoteBook(RemoteHandle):
    """The rules, or the faults, of a world."""

    def load(self, *paths: str | PathLike[str]) -> list[str]:
        """Appends the rules and faults of files, which are read here, all or none.

        Returns:
            The ids of the rules.
        """
        from scale_mock.mock.rulefiles import read_files

        read = read_files(paths)
        faults = self._append("faults", read.faults)
        try:
            return self._append("rules", read.rules)
        except ConfigurationError:
            for fault in faults:
                self._world.control("DELETE", f"/faults/{fault}")
            raise

    def _append(self, kind: str, many: Sequence[Rule | Fault]) -> list[str]:
        told = [argument(one, "load()") for one in many]
        ids: list[str] = self._world.control("POST", f"/{kind}", told)["ids"] if told else []
        return ids

    def __iter__(self) -> Iterator[Rule | Fault]:
        return iter(self._world.ask(f"{self._name}.list", {}))

    def __len__(self) -> int:
        return len(self._world.ask(f"{self._name}.list", {}))


class RemoteJournal(RemoteHandle):
    """The record of everything that happened."""

    def __init__(self, world: RemoteWorld) -> None:
        super().__init__(world, "journal")

    def __len__(self) -> int:
        return len(self.entries())
