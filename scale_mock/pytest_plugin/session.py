"""What the plugin keeps: for one pytest process its host, for one test its world."""

from __future__ import annotations

import os
import sys
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock.config.options import (
    OF_A_RUN,
    RANDOM,
    Given,
    from_arguments,
    from_environment,
    told,
)
from scale_mock.errors import ConfigurationError
from scale_mock.pytest_plugin.checking import (
    ALLOWED,
    Terms,
    allowed_by,
    fail_for_leaks,
    problems_of,
    terms_of,
)
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
    from scale_mock.pytest_plugin.remote import Elsewhere
    from scale_mock.pytest_plugin.wide import Wide

OF_A_TEST = ("strict", "intercept", "hosts", "allow", "report", "dump", "remote")
"""Arguments that are about a test, not about its world."""
NO_WORLD_S = frozenset({*OF_A_TEST, *OF_A_RUN})


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
        self.wide: Wide | None = None
        """The worlds that several tests share, while there is one."""
        self.is_partial = any("::" in arg for arg in config.args)
        """Whether only some of the tests run that there are."""
        self.above = {**from_environment(os.environ), **from_flags(config)}
        """What outranks ``scale_mock_config``."""
        self.below = from_ini(config)
        """What ``scale_mock_config`` outranks."""
        self.orders: int | None = None
        """Under how many event orders marked tests run; ``None`` where nobody says so."""
        self._settle_seeds()
        self.elsewhere: Elsewhere | None = None
        """The server whose worlds the tests use, if one was named."""
        if "url" in self.above or "url" in self.below:
            from scale_mock.pytest_plugin.remote import Elsewhere

            self.elsewhere = Elsewhere(config, {**self.below, **self.above})

    def _settle_seeds(self) -> None:
        """What is said about the seeds of the whole run."""
        given = {**self.below, **self.above}
        if "seeds" in given:
            from scale_mock.pytest_plugin.seeds import orders_told

            self.orders = orders_told(given)
        for said in (self.above, self.below):
            said.pop("seeds", None)
            if "seed" in said:
                said["seed"] = self.resolved(said["seed"])

    @cached_property
    def drawn(self) -> int:
        """The seed that stands for ``random`` in this run, in every process of it."""
        from scale_mock.pytest_plugin.seeds import drawn_for

        return drawn_for(self._config)

    @property
    def seed_to_say(self) -> object:
        """The seed that a command has to name which repeats a test; ``None`` if it needs none."""
        if "seed" in self.above:
            return self.above["seed"].value
        below = self.below.get("seed")
        was_drawn = below is not None and below.source.endswith(f"={RANDOM}")
        return below.value if below is not None and was_drawn else None

    def resolved(self, seed: Given) -> Given:
        """A seed, ``random`` being the number that flags or environment say, else the drawn one."""
        if seed.value != RANDOM:
            return seed
        told = self.above.get("seed", seed)
        return told if told.value != RANDOM else Given(self.drawn, f"{seed.source}={RANDOM}")

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

        if "seed" in given:
            given = {**given, "seed": self.resolved(given["seed"])}
        arguments: dict[str, Any] = {
            name: one.value for name, one in given.items() if name not in NO_WORLD_S
        }
        try:
            return ScaleMock(host=self.host, **arguments)
        except ConfigurationError as error:
            raise ConfigurationError(f"{error}\nThe world's arguments: {told(given)}.") from error


class Run:
    """One test and its world.

    Attributes:
        item: The test.
        mock: The world.
        terms: What was said about the test's end.
        interception: What sends calls to Scale there; ``None`` where it is off.
        passed: The test's own part passed.
        failed: Something of it failed, a subtest for example.
    """

    def __init__(
        self,
        item: pytest.Item,
        mock: ScaleMock,
        *,
        terms: Terms,
        interception: Interception[ScaleMock] | None,
    ) -> None:
        self.item = item
        self.mock = mock
        self.terms = terms
        self.interception = interception
        self.passed = False
        self.failed = False
        self.elsewhere: Elsewhere | None = None
        """The server that has the world; ``None`` for this process."""
        if interception is not None:
            interception.begin()

    def check(self) -> None:
        """Fails a passed test for what it left unnoticed; for reaching for Scale in any case."""
        __tracebackhide__ = True
        if not self.passed or self.failed:
            return
        fail_for_leaks(lambda: self.terms.allow)
        found = problems_of(self.mock, self.terms.allow) if self.terms.strict else None
        if found is None:
            return
        from scale_mock.pytest_plugin.dumping import tell_late

        tell_late(self, found)
        pytest.fail(found, pytrace=False)

    def close(self) -> None:
        """Ends the interception and the world; remembers which fields nobody read."""
        self.note_unread()
        if self.interception is not None:
            self.interception.end()
        self.mock.close()

    def note_unread(self) -> None:
        """Remembers which fields nobody read, for the end of the run."""
        world = self.mock._world
        if not world.is_untouched and world.unread_fields:
            from scale_mock.pytest_plugin.summary import note_unread

            note_unread(self.item, self.mock)


SESSION = pytest.StashKey[Session]()
RUN = pytest.StashKey[Run]()
RUNNING: list[pytest.Item] = []
"""The tests that run now, the innermost last: a test may run pytest in its own process.

Fixtures that every test may use look here: for each one that takes ``request``, pytest reads the
signature of a function three times in every test, which is a third of what ``scale_mock`` costs.
"""


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
        if hasattr(item, "callspec"):
            from scale_mock.pytest_plugin.seeds import of_order

            given |= of_order(item)
        terms = terms_of(given, item.config)
        item.stash[ALLOWED] = terms.allow
        if session.elsewhere is not None and session.elsewhere.is_meant(given):
            run = item.stash[RUN] = session.elsewhere.open_run(item, given, terms)
        else:
            run = item.stash[RUN] = _made(item, session, given, terms)
    except ConfigurationError as error:
        refusal = str(error)
    else:
        return run
    # Out here, so that the report shows one text and no chain of exceptions.
    pytest.fail(refusal, pytrace=False)


def _made(item: pytest.Item, session: Session, given: Mapping[str, Given], terms: Terms) -> Run:
    intercept = yes_or_no(given, "intercept")
    hosts: Any = given["hosts"].value if "hosts" in given else ()
    mock = session.open_world(given)
    try:
        interception = mock.intercept(hosts=hosts) if intercept else None
        return Run(item, mock, terms=terms, interception=interception)
    except ConfigurationError:
        mock.close()
        raise


def fail_for_late_leaks(item: pytest.Item) -> None:
    """Fails a test, with or without a world, for attempts to reach Scale that it hid."""
    __tracebackhide__ = True
    session = item.config.stash[SESSION]
    fail_for_leaks(lambda: allowed_by(item, {**session.below, **session.above}))


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
        __tracebackhide__ = True
        if self._session.elsewhere is not None:
            return self._session.elsewhere.url
        return self._session.host.url

    @property
    def v1_url(self) -> str:
        """The base URL of the v1 API: what ``api_instance_url`` wants."""
        __tracebackhide__ = True
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
        for name in OF_A_TEST[3:]:
            if name in arguments:
                raise ConfigurationError(
                    f"{place}: {name}= is for one test: @pytest.mark.scale_mock({name}=...)."
                )
        for name in OF_A_TEST[1:3]:
            if name in arguments:
                raise ConfigurationError(
                    f"{place}: {name}= is for the world of one test. Use mock.intercept() on what "
                    "open_world() returns."
                )
        own = from_arguments(arguments, source=place, place=place)
        if self._session.elsewhere is not None:
            given = {**self._session.below, **self._session.above, **own}
            world: ScaleMock = self._session.elsewhere.open_world(given)
            return world
        return self._session.open_world({**self._session.below, **self._session.above, **own})

    def __repr__(self) -> str:
        if self._session.elsewhere is not None:
            return f"<ScaleServer {self.url}>"
        host = self._session.host
        return f"<ScaleServer {host.url if host.is_serving else 'not started'}>"
