"""What the plugin keeps: for one pytest process its host, for one test its world."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock.config.options import Given, from_arguments, from_environment, told
from scale_mock.errors import ConfigurationError
from scale_mock.pytest_plugin.reading import (
    from_config,
    from_flags,
    from_ini,
    from_markers,
    yes_or_no,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.mock.facade import ScaleMock
    from scale_mock.mock.host import Host
    from scale_mock.mock.interception import Interception

RELAX = "To let this test pass all the same, mark it with @pytest.mark.scale_mock(strict=False)."
LEAKED = "scale_mock found a connection to Scale:"
OF_A_TEST = ("strict", "intercept", "hosts")
"""Arguments that are about a test, not about its world."""


class Session:
    """What the plugin keeps for one pytest process.

    Args:
        config: pytest's configuration.

    Raises:
        ConfigurationError: A flag, a variable or an ini option has a value that makes no sense.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._host: Host | None = None
        self.above = {**from_environment(os.environ), **from_flags(config)}
        """What outranks ``scale_mock_config``."""
        self.below = from_ini(config)
        """What ``scale_mock_config`` outranks."""

    @property
    def host(self) -> Host:
        """Where every world of this process lives; stopped when pytest ends."""
        if self._host is None:
            from scale_mock.mock.host import Host

            self._host = Host()
            # Later than any fixture and any session hook, which may still need the server.
            self._config.add_cleanup(self._host.stop)
        return self._host

    def open_world(self, given: Mapping[str, Given]) -> ScaleMock:
        """A world on the session's host.

        Raises:
            ConfigurationError: An argument makes no sense; the message says who gave which.
        """
        from scale_mock.mock.facade import ScaleMock

        arguments: dict[str, Any] = {
            name: one.value for name, one in given.items() if name not in OF_A_TEST
        }
        try:
            return ScaleMock(host=self.host, **arguments)
        except ConfigurationError as error:
            raise ConfigurationError(f"{error}\nThe world's arguments: {told(given)}.") from error


class Run:
    """One test and its world.

    Attributes:
        mock: The world.
        strict: Whether a passed test is checked.
        interception: What sends calls to Scale there; ``None`` where it is off.
        passed: The test's own part passed.
        failed: Something of it failed, a subtest for example.
    """

    def __init__(
        self, mock: ScaleMock, *, strict: bool, interception: Interception[ScaleMock] | None
    ) -> None:
        self.mock = mock
        self.strict = strict
        self.interception = interception
        self.passed = False
        self.failed = False
        if interception is not None:
            interception.begin()

    def check(self) -> None:
        """Fails a passed test for what it left unnoticed; for reaching for Scale in any case."""
        __tracebackhide__ = True
        if not self.passed or self.failed:
            return
        fail_for_leaks()
        if not self.strict:
            return
        try:
            self.mock.check()
        except AssertionError as error:
            found = str(error)
        else:
            return
        pytest.fail(f"{found}\n{RELAX}", pytrace=False)

    def close(self) -> None:
        """Ends the interception and the world."""
        if self.interception is not None:
            self.interception.end()
        self.mock.close()


SESSION = pytest.StashKey[Session]()
RUN = pytest.StashKey[Run]()


def open_run(item: pytest.Item, session: Session, config: Mapping[str, object]) -> Run:
    """Opens a test's world and notes it with the test."""
    __tracebackhide__ = True
    try:
        given = {
            **session.below,
            **from_config(config),
            **session.above,
            **from_markers(item),
        }
        run = item.stash[RUN] = _made(session, given)
    except ConfigurationError as error:
        refusal = str(error)
    else:
        return run
    # Out here, so that the report shows one text and no chain of exceptions.
    pytest.fail(refusal, pytrace=False)


def _made(session: Session, given: Mapping[str, Given]) -> Run:
    strict, intercept = yes_or_no(given, "strict"), yes_or_no(given, "intercept")
    hosts: Any = given["hosts"].value if "hosts" in given else ()
    mock = session.open_world(given)
    try:
        interception = mock.intercept(hosts=hosts) if intercept else None
        return Run(mock, strict=strict, interception=interception)
    except ConfigurationError:
        mock.close()
        raise


def fail_for_leaks() -> None:
    """Fails the test if there are attempts to reach Scale that no test was failed for yet."""
    __tracebackhide__ = True
    texts = leaks_left()
    if texts:
        pytest.fail("\n".join([LEAKED, *(f"  - {text}" for text in texts)]), pytrace=False)


def leaks_left() -> list[str]:
    """The attempts to reach Scale that no test was failed for yet; no world, no attempts."""
    interception = sys.modules.get("scale_mock.mock.interception")
    return [] if interception is None else interception.leak_texts()


def renew_guard() -> None:
    """Puts the leak guard's patches back, which other plugins may have removed after a test."""
    interception = sys.modules.get("scale_mock.mock.interception")
    if interception is not None:
        interception.guard_scale()


class ScaleServer:
    """The HTTP server of a pytest process, for code that runs outside of the test's own.

    The key of a request names the world that answers it: that of the test's ``scale_mock``, or one
    that was opened here. While there is only one world, any well-formed key opens it.

    Args:
        session: The plugin's session.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def url(self) -> str:
        """The server's address, for example ``http://127.0.0.1:40231``."""
        return self._session.host.url

    @property
    def v1_url(self) -> str:
        """The base URL of the v1 API: what ``api_instance_url`` wants."""
        return f"{self.url}/v1"

    def open_world(self, **arguments: object) -> ScaleMock:
        """A further world behind this server, for fixtures of a wider scope than one test.

        Flags, environment and ini options hold for it as far as the arguments leave things open;
        ``scale_mock_config`` and markers do not. Close it, or use it in a ``with`` statement.

        Args:
            arguments: Those of :class:`scale_mock.ScaleMock`.

        Raises:
            ConfigurationError: An argument is unknown or makes no sense.
        """
        __tracebackhide__ = True
        place = "scale_server.open_world()"
        for name in OF_A_TEST[1:]:
            if name in arguments:
                raise ConfigurationError(
                    f"{place}: {name}= is for the world of one test. Use mock.intercept() on what "
                    "open_world() returns."
                )
        own = from_arguments(arguments, source=place, place=place)
        return self._session.open_world({**self._session.below, **self._session.above, **own})

    def __repr__(self) -> str:
        return f"<ScaleServer {self.url}>"
