"""The real platform's test mode: reached by whoever says so, read from, and nothing else.

Nothing here can move a clock or decide a fate; what a mock offers for that is refused by name. Code
under test that writes, or that carries a live key, is stopped before anything leaves this process.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from scale_mock.callbacks.targets import is_loopback
from scale_mock.errors import ConfigurationError, LeakError
from scale_mock.intercept import guard
from scale_mock.mock.interception import SCALE_URL, guard_scale, leaks_so_far, raise_leaks
from scale_mock.mock.remote.forwarding import Forwarding
from scale_mock.mock.remote.keys import carries_live_key, redacted
from scale_mock.mock.remote.probing import require_privacy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType
    from typing import Self

    import scaleapi

    from scale_mock.domain.model import Mode
    from scale_mock.mock.remote.forwarding import Asked
    from scale_mock.mock.remote.line import Answer, Line
    from scale_mock.mock.remote.traffic import Traffic

READ = "GET"
PASSED_ON = frozenset({"accept", "authorization", "content-type", "user-agent"})
"""Headers that go there; others (cookies, keys of proxies, overridden methods) stay behind."""
TEST_KEY = "test_of_the_real_platform"
"""The key that code under test gets: the real one takes its place on the way out."""
WRITES_FLAG = "--scale-mock-allow-writes"
IN_PROCESS = "@pytest.mark.scale_mock(remote=False)"


class PlatformRequest(NamedTuple):
    """A request that went to the platform.

    Attributes:
        method: The HTTP method.
        path: The path with its query.
        status: The reply's status.
    """

    method: str
    path: str
    status: int

    def as_dict(self) -> dict[str, object]:
        """The request as JSON data."""
        return self._asdict()


class RealPlatform:
    """The test mode of a server that is no mock.

    Args:
        line: The line to it.
        key: A key of its test mode.
        allow_writes: Whether anything but reads may go there.
        traffic: Told of every reply.
        writes_switch: What allows writes, for refusals.

    Attributes:
        requests: What went there.
        refused: What was stopped here, one text each.
    """

    has_world = False
    """Whether there is anything of it to write down."""
    refuses_real_keys = False
    """Its keys are real: those of test mode pass."""
    wishes: Mapping[str, str] = {}

    def __init__(
        self,
        line: Line,
        key: str,
        *,
        allow_writes: bool = False,
        traffic: Traffic | None = None,
        writes_switch: str = WRITES_FLAG,
    ) -> None:
        self.line = line
        self.name = "the real platform"
        self.requests: list[PlatformRequest] = []
        self.refused: list[str] = []
        self._key = key
        self._allow_writes = allow_writes
        self._traffic = traffic
        self._writes_switch = writes_switch
        require_privacy(line.address)
        guard_scale()
        if not is_loopback(line.address.host):
            guard([line.address.host])  # nor may anything else of this process reach it
        self._leaks = leaks_so_far()

    @property
    def url(self) -> str:
        """Its address."""
        return self.line.address.url

    @property
    def v1_url(self) -> str:
        """The base URL of the v1 API."""
        return f"{self.url}/v1"

    @property
    def test_key(self) -> str:
        """A key of test mode. It is none of yours, which takes its place on the way out."""
        return TEST_KEY

    @cached_property
    def _forwarding(self) -> Forwarding:
        return Forwarding(self, self, [self.url])

    def intercept(self, *, absorb_sleep: bool = False, hosts: Iterable[str] = ()) -> Forwarding:
        """Lets what this process sends to ``https://api.scale.com`` go there, if it may.

        Args:
            absorb_sleep: Refused: its clock is the real one.
            hosts: Further base URLs or host names that it answers for.
        """
        if absorb_sleep:
            raise self._unavailable("absorb_sleep")
        wanted = (hosts,) if isinstance(hosts, str) else tuple(hosts)
        return Forwarding(self, self, [self.url, *wanted]) if wanted else self._forwarding

    def admit(self, asked: Asked) -> Mapping[str, str]:
        """Lets a request pass, or stops it.

        Raises:
            LeakError: It carries a live key, or would write without leave.
        """
        __tracebackhide__ = True
        what = f"{asked.method} {redacted(asked.path.partition('?')[0])}"
        if not _is_for_test_mode(asked.key):
            kind = "a live key" if "live_" in asked.key.lower() else "no key of test mode"
            raise self._stop(
                f"{what} carries {kind}, and only test mode of the real platform ({self.url}) is "
                f"ever reached: nothing was sent. Give the code under test a test key, for example "
                f"scale_mock.test_key, or keep the test in process: {IN_PROCESS}."
            )
        place = _place_of_live_key(asked)
        if place is not None:
            raise self._stop(
                f"{what} carries what looks like a live key in {place}: nothing was sent to the "
                f"real platform ({self.url}). A key belongs in the header Authorization, and only "
                "one of test mode."
            )
        if asked.method != READ and not self._allow_writes:
            raise self._stop(
                f"{what} would write to the real platform ({self.url}), from which tests only "
                f"read: nothing was sent. To let them write to its test mode: "
                f"{self._writes_switch}. To keep the test in process: {IN_PROCESS}."
            )
        return {name: value for name, value in asked.headers.items() if name.lower() in PASSED_ON}

    def _stop(self, text: str) -> LeakError:
        """Remembers what was stopped: code under test may hide it."""
        self.refused.append(text)
        return LeakError(text)

    def key_for(self, key: str) -> str:
        """The key that a request goes on with, whatever test key code under test brings."""
        return self._key

    def saw(self, method: str, path: str, answer: Answer) -> None:
        """Takes notice of a reply."""
        self.requests.append(PlatformRequest(method, redacted(path), answer.status))
        if self._traffic is not None:
            self._traffic.note(method, path, answer)

    def client(self, mode: Mode = "live") -> scaleapi.ScaleClient:
        """The official SDK's client for test mode; use it while :meth:`intercept` lasts.

        Raises:
            ConfigurationError: It is wanted for live mode, or outside of ``intercept()``.
            MissingDependency: ``scaleapi`` is not installed.
        """
        from scale_mock.mock.client import sdk_client

        if mode != "test":
            raise self._unavailable("client('live')")
        if not self._forwarding.is_on:
            raise ConfigurationError(
                f"A client for the real platform ({self.url}) works inside mock.intercept() only: "
                "what it sends is looked at before it leaves this process."
            )
        return sdk_client(TEST_KEY, SCALE_URL)

    def check(self, *, allow: object = ()) -> None:
        """Fails for requests that were stopped and that the code under test has hidden.

        Raises:
            AssertionError: There were some.
        """
        if self.refused:
            lines = "\n".join(f"  - {text}" for text in self.refused)
            raise AssertionError(f"scale_mock stopped requests to the real platform:\n{lines}")

    def close(self) -> None:
        """There is nothing to take back: the line is kept."""

    def _unavailable(self, name: str) -> ConfigurationError:
        live = " Only its test mode is ever reached." if "live" in name else ""
        return ConfigurationError(
            f"mock.{name} is not there at the real platform ({self.url}): nobody can steer "
            f"it.{live} Keep this test in process: {IN_PROCESS}."
        )

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):
            raise AttributeError(name)
        raise self._unavailable(name)

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
        return f"<RealPlatform {self.url}, test mode>"


def _is_for_test_mode(key: str) -> bool:
    """True for a key of test mode, in either of its spellings; whatever says live is none."""
    if "live_" in key.lower():
        return False
    return key.startswith("test_") or key.endswith("|test")


def _place_of_live_key(asked: Asked) -> str | None:
    """Where else a request has a live key; ``None`` for nowhere."""
    if carries_live_key(asked.path):
        return "its address"
    for name, value in asked.headers.items():
        if carries_live_key(value):
            return f"the header {name}"
    if asked.body is not None and carries_live_key(asked.body.decode("latin-1")):
        return "its body"
    return None
