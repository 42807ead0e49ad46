"""``RemoteMock``: a world on a running server, with the names and arguments of ``ScaleMock``."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from scale_mock.errors import ConfigurationError, ScaleMockError
from scale_mock.mock.clients import Clients
from scale_mock.mock.interception import (
    SCALE_URL,
    guard_scale,
    leak_texts,
    leaks_so_far,
    raise_leaks,
)
from scale_mock.mock.remote.address import parse_address
from scale_mock.mock.remote.forwarding import Forwarding, key_of_world
from scale_mock.mock.remote.handles import (
    HERE_ONLY,
    KEEP,
    RemoteBook,
    RemoteCallbacks,
    RemoteClock,
    RemoteHandle,
    RemoteJournal,
    needs_process,
)
from scale_mock.mock.remote.keys import run_token
from scale_mock.mock.remote.line import Line
from scale_mock.mock.remote.world import CONTROL, RemoteWorld, plain_arguments
from scale_mock.verdicts import TOLD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType
    from typing import Self

    from scale_mock.domain.model import Mode
    from scale_mock.mock.remote.forwarding import Asked
    from scale_mock.mock.remote.line import Answer
    from scale_mock.mock.remote.traffic import Traffic
    from scale_mock.world.requests import RequestRecord


class RemoteMock(Clients, RemoteHandle):
    """A world of a server that runs already (``scale-mock serve``).

    ::

        with RemoteMock("http://127.0.0.1:8723", seed=7) as mock:
            client = mock.client()
            ...
            mock.callbacks.assert_received(task=task)

    The server makes the world, and forgets it at the end. Everything that a test does with a
    :class:`scale_mock.ScaleMock` it does with this one; what cannot leave a process (mounted
    applications, functions, patched clocks) is refused, and the refusal says why.

    Args:
        url: The server's address.
        name: The account's name, which makes the keys; one that nobody else has by default.
        ca_file: The authority of an https server; those of the system by default.
        traffic: Told of every reply to code that calls Scale in this process.
        arguments: Those of ``ScaleMock``, except what is about a process.

    Raises:
        ConfigurationError: The address is none, or an argument makes no sense.
        Unreachable: The server does not answer.
    """

    refuses_real_keys = True
    """A key that looks real is refused in this process, and does not leave it."""
    wishes: Mapping[str, str] = {TOLD: "tell"}
    """A fault that breaks a connection is carried out in this process, where nobody waits."""

    def __init__(
        self,
        url: str,
        *,
        name: str | None = None,
        ca_file: str | os.PathLike[str] | None = None,
        traffic: Traffic | None = None,
        line: Line | None = None,
        **arguments: object,
    ) -> None:
        for given in ("host", "https"):
            arguments.pop(given, None)
        if arguments.pop("absorb_sleep", False):
            raise ConfigurationError(
                "absorb_sleep needs a world in this process: the code under test sleeps here, and "
                f"the clock is elsewhere. {KEEP}"
            )
        if arguments.get("clock") == "follow":
            raise ConfigurationError(
                "clock='follow' needs a world in this process: what it follows is the time of this "
                f"process, which the server does not see. {KEEP}"
            )
        self.name = name if name is not None else f"remote-{run_token()}"
        self.line = line or Line(parse_address(url, where="url"), ca_file)
        self._owns_line = line is None
        super().__init__(RemoteWorld(self.line, self.name), "")
        self._ca_file = ca_file
        self._traffic = traffic
        self._undo: list[Callable[[], None]] = []
        self._closed = False
        guard_scale()
        self._leaks = leaks_so_far()
        try:
            self._world.make(plain_arguments(arguments))
        except ScaleMockError:
            if self._owns_line:
                self.line.close()
            raise
        self.clock = RemoteClock(self._world)
        self.callbacks = RemoteCallbacks(self._world)
        self.rules = RemoteBook(self._world, "rules")
        self.faults = RemoteBook(self._world, "faults")
        self.journal = RemoteJournal(self._world)
        for handle in ("tasks", "batches", "projects", "datasets", "studio"):
            setattr(self, handle, RemoteHandle(self._world, handle))

    def __getattr__(self, name: str) -> Any:
        __tracebackhide__ = True
        if name in HERE_ONLY:
            raise needs_process(name, self.__dict__["_world"].url)
        if "_world" not in self.__dict__:
            raise AttributeError(name)
        return super().__getattr__(name)

    @property
    def seed(self) -> int:
        """The world's seed."""
        return int(self._world.told["seed"])

    def callback_auth(self, mode: Mode = "live") -> str:
        """The value of ``scale-callback-auth`` on the callbacks of a mode."""
        if mode not in ("live", "test"):
            raise ConfigurationError(f"callback_auth({mode!r}): the modes are 'live' and 'test'.")
        return str(self._world.told["callback_auth"][mode])

    @property
    def url(self) -> str:
        """The server's address."""
        return self._world.url

    @property
    def v1_url(self) -> str:
        """The base URL of the v1 API."""
        return f"{self.url}/v1"

    @property
    def ca_file(self) -> Path | None:
        """The authority that clients of the server have to trust; ``None`` for the system's."""
        return None if self._ca_file is None else Path(self._ca_file)

    @property
    def requests(self) -> list[RequestRecord]:
        """Every request to Scale's API so far, keys made unreadable."""
        found: list[RequestRecord] = self._world.ask("requests", {})
        return [request for request in found if not request.path.startswith(CONTROL)]

    @cached_property
    def _forwarding(self) -> Forwarding:
        return Forwarding(self, self)

    def intercept(self, *, absorb_sleep: bool = False, hosts: Iterable[str] = ()) -> Forwarding:
        """Has the server answer what this process sends to ``https://api.scale.com``.

        Args:
            absorb_sleep: Refused: the clock is elsewhere.
            hosts: Further base URLs or host names that it answers for.
        """
        if absorb_sleep:
            raise ConfigurationError(f"absorb_sleep needs a world in this process. {KEEP}")
        if self._closed:
            raise ConfigurationError(f"This RemoteMock ({self.name}) is closed; its world is gone.")
        wanted = (hosts,) if isinstance(hosts, str) else tuple(hosts)
        if not wanted:
            return self._forwarding
        return Forwarding(self, self, wanted)

    def key_for(self, key: str) -> str:
        """The key that a request goes on with."""
        return key_of_world(key, self.name)

    def admit(self, asked: Asked) -> Mapping[str, str]:
        """Everything may pass: it is a mock."""
        return asked.headers

    def saw(self, method: str, path: str, answer: Answer) -> None:
        """Takes notice of a reply."""
        if self._traffic is not None:
            self._traffic.note(method, path, answer)

    def _entrance(self) -> tuple[str, Path | None]:
        """Where clients of this process find the API, and the authority that they trust for it."""
        if self._forwarding.is_on:
            return SCALE_URL, None
        return self.url, self.ca_file

    def env(self) -> dict[str, str]:
        """The environment variables that point another program at the server."""
        from scale_mock.mock.pointing import variables

        return variables(self.url, self.ca_file, os.environ)

    def export(self, path: str | Path, *, mode: Mode = "live", **filters: object) -> int:
        """Writes the matching tasks with their responses to a file, as JSON lines, newest first.

        Returns:
            How many tasks were written.

        Raises:
            ConfigurationError: A filter is not one.
        """
        query = urlencode(filters, doseq=True)
        lines = self._world.raw(f"/export?{query}" if query else "/export", mode=mode)
        Path(path).write_bytes(lines)
        return lines.count(b"\n")

    def export_journal(self, path: str | Path, *, format: str | None = None) -> None:  # noqa: A002 - as in process
        """Writes down what happened to a file of this machine: ``jsonl``, ``har``, ``mermaid``.

        Raises:
            ConfigurationError: There is no such format.
        """
        from scale_mock.mock.journals import format_of

        form = format_of(path, format)
        Path(path).write_bytes(self._world.raw(f"/journal?format={form}"))

    def snapshot(self, path: str | Path | None = None) -> dict[str, Any]:
        """The world's state as data; also written to a file of this machine, if one is named."""
        from scale_mock.mock.snapshots import save

        taken: dict[str, Any] = self._world.control("GET", "/snapshot")
        if path is not None:
            save(taken, path)
        return taken

    def restore(self, snapshot: Mapping[str, Any] | str | Path) -> None:
        """Puts the world into a state that :meth:`snapshot` wrote down."""
        from scale_mock.mock.snapshots import load

        given = snapshot if isinstance(snapshot, dict) else load(snapshot)
        self._world.control("POST", "/restore", given)

    def check(self, *, allow: str | Iterable[str] = ()) -> None:
        """Fails if something went wrong that nothing has reported yet; leaks of this process too.

        Raises:
            AssertionError: Something did.
        """
        __tracebackhide__ = True
        leaks = leak_texts()
        if leaks:
            raise AssertionError("\n".join(["scale_mock found a connection to Scale:", *leaks]))
        named = [allow] if isinstance(allow, str) else list(allow)
        self._world.ask("check", {"allow": named})

    def close(self) -> None:
        """Ends the world. Twice is the same as once."""
        if self._closed:
            return
        self._closed = True
        while self._undo:
            self._undo.pop()()
        self._world.delete()
        if self._owns_line:
            self.line.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
        if error is None:
            raise_leaks(self._leaks)

    def __repr__(self) -> str:
        return repr(self._world)
