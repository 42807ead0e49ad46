"""Owns the leak guard's memory: hosts that must not be reached, and every attempt to reach one."""

from __future__ import annotations

import os
import sys
import threading
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from scale_mock.errors import LeakError
from scale_mock.intercept.hosts import plain_host

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from types import FrameType

LEAKS_MAX = 1000
"""How many attempts are kept; each one raises, kept or not."""

_OWN = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


@cache
def _libraries() -> tuple[str, ...]:
    """Where Python and its libraries live."""
    import sysconfig  # takes as long to load as the rest of the guard

    paths = sysconfig.get_paths()
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    return tuple({os.path.join(path, "") for name in names if (path := paths.get(name))})


class Leak(NamedTuple):
    """One attempt.

    Attributes:
        host: The host.
        where: The line of the caller's code, ``path:line in function``.
        thread: The name of the thread that it came from.
        text: The whole text, as it was raised.
    """

    host: str
    where: str
    thread: str
    text: str


class Leaks:
    """Guarded hosts, and the attempts to reach them that nobody has reported yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._domains: frozenset[str] = frozenset()
        self._ends: tuple[str, ...] = ()
        self._hosts: frozenset[str] = frozenset()
        self._found: list[Leak] = []
        self._count = 0

    def guard(self, *, domains: Collection[str] = (), hosts: Collection[str] = ()) -> None:
        """Guards domains with everything below them, and single hosts, from now on."""
        if self._domains.issuperset(domains) and self._hosts.issuperset(hosts):
            return
        with self._lock:
            self._domains = self._domains.union(domains)
            self._ends = tuple(f".{domain}" for domain in sorted(self._domains))
            self._hosts = self._hosts.union(hosts)

    def covers(self, host: str | bytes) -> bool:
        """True if a host must not be reached."""
        name = plain_host(host)
        return name in self._hosts or name in self._domains or name.endswith(self._ends)

    def check(self, host: object, answered: Iterable[str] = ()) -> None:
        """Lets other hosts pass.

        Args:
            host: The host.
            answered: The hosts that are answered now.

        Raises:
            LeakError: The host is guarded. The attempt is remembered.
        """
        if isinstance(host, str | bytes) and host and self.covers(host):
            raise self.note(plain_host(host), answered)

    def note(self, host: str, answered: Iterable[str] = ()) -> LeakError:
        """Remembers an attempt; the error to raise.

        Args:
            host: The host.
            answered: The hosts that are answered now, of which the first guarded one is named.
        """
        where = call_site(sys._getframe(1))
        thread = threading.current_thread().name
        instead = next((other for other in answered if other != host and self.covers(other)), None)
        advice = (
            "The mock answers a pytest test that takes the fixture scale_mock (a marker alone "
            "makes no world), and code inside `with mock.intercept():`; further addresses with "
            "hosts=[...]."
            if instead is None
            else f"{host} is not answered: use https://{instead}, or hosts=['https://{host}']."
        )
        text = (
            f"A connection to {host} was stopped at {where} (thread {thread}): nothing may reach "
            f"the real service from a process that uses a mock. {advice} End clients and threads "
            "before their test ends."
        )
        with self._lock:
            self._count += 1
            if len(self._found) < LEAKS_MAX:
                self._found.append(Leak(host, where, thread, text))
        return LeakError(text)

    @property
    def count(self) -> int:
        """How many attempts there were since the process began."""
        return self._count

    def take(self) -> list[Leak]:
        """The attempts that nobody has reported yet; they count as reported now."""
        if not self._found:
            return []
        with self._lock:
            found, self._found = self._found, []
        return found


def is_users(path: str) -> bool:
    """True for a file that belongs neither to Python, nor to a library, nor to us."""
    return not path.startswith((_OWN, "<frozen", *_libraries()))


def call_site(frame: FrameType | None) -> str:
    """The innermost line that belongs neither to Python, nor to a library, nor to us."""
    innermost = ""
    while frame is not None:
        path = frame.f_code.co_filename
        line = f"{path}:{frame.f_lineno} in {frame.f_code.co_name}"
        if not path.startswith((_OWN, "<frozen")):
            innermost = innermost or line
            if not path.startswith(_libraries()):
                return line
        frame = frame.f_back
    return innermost or "an unknown line"
