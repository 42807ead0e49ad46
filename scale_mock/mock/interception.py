"""Interception of one world: whoever calls Scale in this process is answered by it, unsuspecting.

All intercepted worlds stand behind one application, so that the key decides which of them answers,
whatever thread the call comes from; while there is one only, any well-formed key opens it.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Generic, TypeVar

from scale_mock.errors import ConfigurationError, LeakError
from scale_mock.intercept import Intercepted, Place, guard, leak_count, take_leaks
from scale_mock.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager
    from types import TracebackType
    from wsgiref.types import StartResponse, WSGIEnvironment

    from scale_mock.world import World

Mock = TypeVar("Mock")

SCALE_URL = "https://api.scale.com"
"""Where the platform lives, and where clients look for it unless told otherwise."""
SCALE = Place("api.scale.com")
DOMAINS = ("scale.com", "scaleapi.com", "scale.ai")
"""Scale's own: a connection to any host of theirs leaves the mock."""


class _Exchange:
    """The worlds that are intercepted now, behind one application."""

    def __init__(self) -> None:
        self._registry = Registry()
        self._lock = threading.Lock()
        self._times: dict[World, int] = {}

    def answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The application; what is behind it is loaded when somebody calls.

        It is not kept: a test that runs pytest in its own process has modules loaded again.
        """
        from scale_mock.api import App

        return App(self._registry)(environ, start_response)

    def enter(self, world: World) -> None:
        """One more interception of a world."""
        with self._lock:
            times = self._times.get(world, 0)
            if times == 0:
                try:
                    self._registry.add(world)
                except ValueError as error:
                    raise ConfigurationError(
                        f"Another world named {world.name!r} is intercepted already, and their "
                        "keys are the same. Give one of them another name=."
                    ) from error
            self._times[world] = times + 1

    def leave(self, world: World) -> None:
        """One interception less."""
        with self._lock:
            times = self._times.pop(world) - 1
            if times:
                self._times[world] = times
            else:
                self._registry.release(world.name)

    def holds(self, world: World) -> bool:
        """True while a world is intercepted."""
        return world in self._times


_exchange = _Exchange()


def guard_scale() -> None:
    """Lets no connection reach Scale from now on; from the first time on, for good."""
    guard(DOMAINS)


def is_intercepted(world: World) -> bool:
    """True while calls to Scale arrive at a world."""
    return _exchange.holds(world)


def leaks_so_far() -> int:
    """How many attempts to reach Scale there have been in this process."""
    return leak_count()


def leak_texts() -> list[str]:
    """The attempts to reach Scale that nobody has reported yet, one text each."""
    return [leak.text for leak in take_leaks()]


def raise_leaks(since: int) -> None:
    """Raises for attempts that the code under test has swallowed.

    Args:
        since: How many attempts there had been when the caller began.

    Raises:
        LeakError: There were some that nobody has reported.
    """
    if leak_count() == since:
        return
    texts = leak_texts()
    if texts:
        raise LeakError("\n".join(texts))


class Entered(ABC, Generic[Mock]):
    """What a ``with`` or ``async with`` statement begins and ends; leaks in it are raised."""

    _mock: Mock

    @abstractmethod
    def begin(self) -> None:
        """Begins, once more if it is on already."""

    @abstractmethod
    def end(self) -> int:
        """Undoes the last beginning; answers how many leaks there had been when it began."""

    def __enter__(self) -> Mock:
        self.begin()
        return self._mock

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        leaks = self.end()
        if error is None:
            raise_leaks(leaks)

    async def __aenter__(self) -> Mock:
        return self.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.__exit__(kind, error, traceback)


class Interception(Entered[Mock]):
    """What :meth:`scale_mock.ScaleMock.intercept` returns: a context manager, sync and async.

    It can be entered again while it is entered, and after it was left.

    Args:
        mock: What a ``with`` statement gets.
        world: Its world, which answers.
        hosts: Further base URLs or host names that it answers for.
        absorb_sleep: The code under test's sleeping moves the world's clock instead.
        is_closed: Whether the mock is closed: it then cannot begin any more.

    Raises:
        ConfigurationError: A host is none.
    """

    def __init__(
        self,
        mock: Mock,
        world: World,
        *,
        hosts: Iterable[str],
        absorb_sleep: bool,
        is_closed: Callable[[], bool],
    ) -> None:
        self._mock = mock
        self._world = world
        self._absorb_sleep = absorb_sleep
        self._is_closed = is_closed
        self._hosts = Intercepted(_exchange.answer, [SCALE, *hosts])
        self._entered: list[tuple[AbstractContextManager[None] | None, int]] = []

    def begin(self, *, is_guarded: bool = False) -> None:
        """Begins, once more if it is on already.

        Args:
            is_guarded: The caller has just seen to the leak guard, by making the world.

        Raises:
            ConfigurationError: The mock is closed, or another world has its name.
        """
        world = self._world
        if self._is_closed():
            raise ConfigurationError(
                f"This ScaleMock ({world.name}) is closed; its world is gone, and nothing can be "
                "intercepted for it. Enter the interception inside the mock's own `with`."
            )
        if not is_guarded:
            guard_scale()
        _exchange.enter(world)
        self._hosts.open()
        asleep = None
        if self._absorb_sleep:
            from scale_mock.mock.sleep.absorbing import absorbing

            asleep = absorbing(world)
            try:
                asleep.__enter__()
            except BaseException:
                self._leave()
                raise
        self._entered.append((asleep, leak_count()))

    def end(self) -> int:
        """Undoes the last beginning, the newest part first.

        Returns:
            How many attempts to reach Scale there had been when it began.

        Raises:
            ConfigurationError: It is not entered.
        """
        if not self._entered:
            raise ConfigurationError(
                f"This interception of ScaleMock ({self._world.name}) is not entered, so it cannot "
                "be left: it was left once more often than it was entered."
            )
        asleep, leaks = self._entered.pop()
        try:
            if asleep is not None:
                asleep.__exit__(None, None, None)
        finally:
            self._leave()
        return leaks

    def _leave(self) -> None:
        self._hosts.close()
        _exchange.leave(self._world)
