"""What is said twice and cannot both hold: refused, so that nobody wonders what came of the one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.config.options import Given

OF_MARKER = "marker"
OF_CONFIG = "scale_mock_config"


def refuse_vain_hosts(given: Mapping[str, Given]) -> None:
    """Refuses hosts that would be answered without a socket where nothing is.

    Whoever is nearer may turn off what others said: a test whose marker has ``intercept=False`` in
    a project whose ini file names hosts.

    Args:
        given: All that holds for a test, the nearest of each.

    Raises:
        ConfigurationError: Whoever named the hosts is no farther than whoever said no.
    """
    hosts, intercept = given.get("hosts"), given.get("intercept")
    if hosts is None or not hosts.value or intercept is None or intercept.value is not False:
        return
    # A module's marker may name hosts for all tests but one: each marker is looked at by itself.
    if hosts.source == intercept.source == OF_MARKER or _rank(hosts) < _rank(intercept):
        return
    raise _refusal(hosts, intercept)


def refuse_vain_hosts_of(mark: Mapping[str, Given]) -> None:
    """The same for one marker, which says both in one breath."""
    hosts, intercept = mark.get("hosts"), mark.get("intercept")
    if hosts is not None and hosts.value and intercept is not None and intercept.value is False:
        raise _refusal(hosts, intercept)


def _rank(one: Given) -> int:
    """How near to a test somebody stands: ini file, scale_mock_config, environment, flags."""
    if one.source == OF_MARKER:
        return 4
    if one.source.startswith("--"):
        return 3
    if one.source == OF_CONFIG:
        return 1
    return 2 if one.source.isupper() else 0


def _refusal(hosts: Given, intercept: Given) -> ConfigurationError:
    return ConfigurationError(
        f"hosts={hosts.value!r} ({hosts.source}) are answered where clients are intercepted, and "
        f"intercept=False ({intercept.source}) turns that off: drop one of the two. Without "
        "interception, point the code under test at scale_mock.url."
    )
