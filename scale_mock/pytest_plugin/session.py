"""What the plugin keeps for one pytest process: what was said, and the host of its worlds."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from scale_mock.config.options import OF_A_RUN, RANDOM, Given, from_environment, told
from scale_mock.errors import ConfigurationError
from scale_mock.pytest_plugin.checking import ALLOWED, allowed_by, fail_for_leaks, terms_of
from scale_mock.pytest_plugin.reading import (
    from_config,
    from_flags,
    from_ini,
    from_markers,
    yes_or_no,
)
from scale_mock.pytest_plugin.running import RUN, Run
from scale_mock.pytest_plugin.seeds import drawn_for, of_order, orders_told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.mock.facade import ScaleMock
    from scale_mock.mock.host import Host
    from scale_mock.pytest_plugin.checking import Terms

OF_A_TEST = ("strict", "intercept", "hosts", "allow", "report", "dump", "remote")
"""Arguments that are about a test, not about its world."""
NO_WORLD_S = frozenset({*OF_A_TEST, *OF_A_RUN})


class SharedWorlds(Protocol):
    """The worlds that several tests share."""

    def world_of(self, item: pytest.Item) -> ScaleMock | None:
        """The one that a test uses; ``None`` without one."""


class WorldsElsewhere(Protocol):
    """The worlds of another process, on a server."""

    @property
    def url(self) -> str:
        """The server's address."""

    @property
    def open_url(self) -> str:
        """The same, for whoever sends what he likes."""

    def open_world(self, given: Mapping[str, Given]) -> ScaleMock:
        """A world there."""

    def open_run(self, item: pytest.Item, given: Mapping[str, Given], terms: Terms) -> Run:
        """Opens a test's world there."""


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
        self.wide: SharedWorlds | None = None
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
        self.elsewhere: WorldsElsewhere | None = None
        """The server whose worlds the tests use, if one was named."""

    @property
    def told(self) -> dict[str, Given]:
        """What holds for a world that neither marker nor ``scale_mock_config`` changes."""
        return {**self.below, **self.above}

    def _settle_seeds(self) -> None:
        """What is said about the seeds of the whole run."""
        self.orders = orders_told(self.told)
        for said in (self.above, self.below):
            said.pop("seeds", None)
            if "seed" in said:
                said["seed"] = self.resolved(said["seed"])

    @cached_property
    def drawn(self) -> int:
        """The seed that stands for ``random`` in this run, in every process of it."""
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
        said = self.above.get("seed", seed)
        return said if said.value != RANDOM else Given(self.drawn, f"{seed.source}={RANDOM}")

    @property
    def host(self) -> Host:
        """Where every world of this process lives; stopped when pytest ends."""
        if self._host is None:
            from scale_mock.mock.facade import host_of_mocks

            self._host = host_of_mocks()
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
            from scale_mock.config.filenames import rule_of_names

            how = rule_of_names(given.get("rules"))
            text = f"{error}{how}\nThe world's arguments: {told(given)}."
            raise ConfigurationError(text) from error


SESSION = pytest.StashKey[Session]()


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
            given |= of_order(item)
        if "hosts" in given:
            from scale_mock.pytest_plugin.contradictions import refuse_vain_hosts

            refuse_vain_hosts(given)
        terms = terms_of(given, item.config)
        item.stash[ALLOWED] = terms.allow
        may_leave = "remote" not in given or yes_or_no(given, "remote")
        if may_leave and session.elsewhere is not None:
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
        if interception is not None:
            interception.begin(is_guarded=True)
        return Run(item, mock, terms=terms, interception=interception)
    except ConfigurationError:
        mock.close()
        raise


def fail_for_late_leaks(item: pytest.Item) -> None:
    """Fails a test, with or without a world, for attempts to reach Scale that it hid."""
    __tracebackhide__ = True
    session = item.config.stash[SESSION]
    fail_for_leaks(lambda: allowed_by(item, session.told))
