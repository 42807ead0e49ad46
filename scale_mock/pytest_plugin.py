"""The pytest plugin: fixtures, the marker, options, and what a failed test is told.

Every world of a pytest process lives on one host, made when the first world is and stopped when
pytest ends; its server starts when somebody asks for a URL. So a test pays for its world only.
pytest imports this module at every start, also where no test needs it: nothing heavy is imported
up here, everything else when a fixture is first used.

Who decides: marker > flag > environment > ``scale_mock_config`` > ini > default. Markers of module,
class, function and parameter set merge argument by argument, the nearest wins; ``rules`` is one
argument, so a nearer list replaces the farther one.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock import __version__
from scale_mock.config.options import (
    OPTIONS,
    Given,
    default_of,
    from_arguments,
    from_environment,
    told,
)
from scale_mock.errors import ConfigurationError, MissingDependency

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    import scaleapi
    from pluggy import Result

    from scale_mock.domain.model import Mode
    from scale_mock.mock.callbacks import Callbacks
    from scale_mock.mock.clock import Clock
    from scale_mock.mock.facade import ScaleMock
    from scale_mock.mock.host import Host

MARKER = "scale_mock"
MARKER_HELP = (
    "scale_mock(seed=, clock=, start_at=, rules=, strict=, callback_hosts=, strict_fields=, ...): "
    "arguments of the test's ScaleMock world; markers of module, class and function merge, the "
    "nearest wins"
)
RELAX = "To let this test pass all the same, mark it with @pytest.mark.scale_mock(strict=False)."


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
        self.above = {**from_environment(os.environ), **_from_flags(config)}
        """What outranks ``scale_mock_config``."""
        self.below = _from_ini(config)
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
            name: one.value for name, one in given.items() if name != "strict"
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
        passed: The test's own part passed.
        failed: Something of it failed, a subtest for example.
    """

    def __init__(self, mock: ScaleMock, *, strict: bool) -> None:
        self.mock = mock
        self.strict = strict
        self.passed = False
        self.failed = False


_SESSION = pytest.StashKey[Session]()
_RUN = pytest.StashKey[Run]()


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
        own = from_arguments(arguments, source=place, place=place)
        return self._session.open_world({**self._session.below, **self._session.above, **own})

    def __repr__(self) -> str:
        return f"<ScaleServer {self.url}>"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Registers flags and ini options from the one table."""
    group = parser.getgroup("scale_mock", "scale_mock: the Scale AI labeling platform in memory")
    for option in OPTIONS:
        parser.addini(option.ini, f"{option.help} ({option.default!r})", **_ini_type(option.kind))
        if option.negative_flag is None:
            group.addoption(
                option.flag, dest=option.ini, default=None, metavar=option.metavar, help=option.help
            )
            continue
        for flag, value in ((option.flag, "store_true"), (option.negative_flag, "store_false")):
            text = option.help if value == "store_true" else f"do not {option.help}"
            group.addoption(flag, dest=option.ini, default=None, action=value, help=text)


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marker and reads the options, so that a wrong one ends the run at once."""
    config.addinivalue_line("markers", MARKER_HELP)
    try:
        config.stash[_SESSION] = Session(config)
    except ConfigurationError as error:
        raise pytest.UsageError(f"scale_mock: {error}") from None


def pytest_report_header(config: pytest.Config) -> str:
    """Seed and clock of a world that neither marker nor ``scale_mock_config`` changes."""
    session = config.stash[_SESSION]
    given = {**session.below, **session.above}
    seed, clock = (
        given[name].value if name in given else default_of(name) for name in ("seed", "clock")
    )
    return f"scale_mock {__version__}: seed={seed}, clock={clock}"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Result[pytest.TestReport]]:
    """Remembers how a test with a world went; a failed one is told about its world."""
    outcome = yield
    run = item.stash.get(_RUN, None)
    if run is None:
        return
    report = outcome.get_result()
    if report.when == "teardown":
        return
    if report.failed:
        run.failed = True
        from scale_mock.mock.failing import state_of

        text = state_of(run.mock, repeat="--scale-mock-seed", test=item.nodeid)
        report.sections.append(("scale_mock", text))
    elif report.when == "call" and report.passed:
        run.passed = True


@pytest.fixture(scope="session")
def scale_mock_config() -> dict[str, Any]:
    """Override point: arguments of ``ScaleMock`` for every test, as a dict. Empty by default.

    Markers, flags and environment variables outrank it; it outranks ini options.
    """
    return {}


@pytest.fixture
def scale_mock(
    request: pytest.FixtureRequest, scale_mock_config: Mapping[str, object]
) -> Iterator[ScaleMock]:
    """The labeling platform in memory: a fresh world for this test.

    When the test passed, the world's strict checks run (``mock.check()``); the marker's
    ``strict=False`` turns them off.
    """
    run = _open(request.node, request.config.stash[_SESSION], scale_mock_config)
    try:
        yield run.mock
        if run.strict and run.passed and not run.failed:
            _check(run.mock)
    finally:
        del request.node.stash[_RUN]
        run.mock.close()


@pytest.fixture
def scale_client(scale_mock: ScaleMock) -> scaleapi.ScaleClient:
    """The official SDK's client for live mode, pointed at ``scale_mock``."""
    return _client(scale_mock, "live")


@pytest.fixture
def scale_test_client(scale_mock: ScaleMock) -> scaleapi.ScaleClient:
    """The official SDK's client for test mode, pointed at ``scale_mock``."""
    return _client(scale_mock, "test")


@pytest.fixture
def scale_callbacks(scale_mock: ScaleMock) -> Callbacks:
    """What the platform owes and sends: ``scale_mock.callbacks``."""
    return scale_mock.callbacks


@pytest.fixture
def scale_clock(scale_mock: ScaleMock) -> Clock:
    """Tells and moves the world's time: ``scale_mock.clock``."""
    return scale_mock.clock


@pytest.fixture(scope="session")
def scale_server(request: pytest.FixtureRequest) -> ScaleServer:
    """The HTTP server in front of this process's worlds, started."""
    server = ScaleServer(request.config.stash[_SESSION])
    _ = server.url  # starts it
    return server


def _open(item: pytest.Item, session: Session, config: Mapping[str, object]) -> Run:
    """Opens a test's world and notes it with the test."""
    __tracebackhide__ = True
    try:
        given = {
            **session.below,
            **_from_config(config),
            **session.above,
            **_from_markers(item),
        }
        strict = _is_strict(given)
        run = item.stash[_RUN] = Run(session.open_world(given), strict=strict)
    except ConfigurationError as error:
        refusal = str(error)
    else:
        return run
    # Out here, so that the report shows one text and no chain of exceptions.
    pytest.fail(refusal, pytrace=False)


def _is_strict(given: Mapping[str, Given]) -> bool:
    """Whether the strict checks run at a passed test's end."""
    if "strict" not in given:
        return default_of("strict") is True
    strict = given["strict"]
    if not isinstance(strict.value, bool):
        raise ConfigurationError(
            f"strict={strict.value!r} ({strict.source}): expected True or False."
        )
    return strict.value


def _client(mock: ScaleMock, mode: Mode) -> scaleapi.ScaleClient:
    """An SDK client; without the SDK the test is skipped."""
    __tracebackhide__ = True
    try:
        return mock.client(mode)
    except MissingDependency as error:
        reason = f"{error} ({error.__cause__})"
    pytest.skip(reason)


def _check(mock: ScaleMock) -> None:
    """Fails for what a passed test left unnoticed."""
    __tracebackhide__ = True
    try:
        mock.check()
    except AssertionError as error:
        found = str(error)
    else:
        return
    pytest.fail(f"{found}\n{RELAX}", pytrace=False)


def _from_markers(item: pytest.Item) -> dict[str, Given]:
    """The arguments of a test's markers; the nearest wins.

    pytest lists a parameter set's marks after the function's; here they are the nearest.
    """
    callspec = getattr(item, "callspec", None)
    marks = [] if callspec is None else [mark for mark in callspec.marks if mark.name == MARKER]
    found: dict[str, Given] = {}
    for mark in [*marks, *item.iter_markers(MARKER)]:
        if mark.args:
            raise ConfigurationError(
                f"@pytest.mark.scale_mock({', '.join(map(repr, mark.args))}): the marker takes "
                "arguments by name only, for example @pytest.mark.scale_mock(seed=7)."
            )
        shown = ", ".join(f"{name}={value!r}" for name, value in mark.kwargs.items())
        place = f"@pytest.mark.scale_mock({shown})"
        found = {**from_arguments(mark.kwargs, source="marker", place=place), **found}
    return found


def _from_config(config: object) -> dict[str, Given]:
    """The arguments that the fixture ``scale_mock_config`` returned."""
    if not config:
        return {}
    if not isinstance(config, Mapping):
        raise ConfigurationError(
            f"The fixture scale_mock_config returned {config!r}: expected a dict of ScaleMock's "
            'arguments, for example {"seed": 7}.'
        )
    return from_arguments(config, source="scale_mock_config", place="scale_mock_config")


def _from_flags(config: pytest.Config) -> dict[str, Given]:
    """The options that the command line sets."""
    return {
        option.name: Given(option.read(value, option.flag), option.flag)
        for option in OPTIONS
        if (value := config.getoption(option.ini)) is not None
    }


def _from_ini(config: pytest.Config) -> dict[str, Given]:
    """The options that the ini file sets. Older pytests say ``""`` or ``[]`` for what is unset."""
    return {
        option.name: Given(option.read(value, option.ini), option.ini)
        for option in OPTIONS
        if (value := config.getini(option.ini)) not in (None, "", [])
    }


def _ini_type(kind: str) -> dict[str, Any]:
    """The arguments of ``addini``: pytest knows integers since 8.4, and ``None`` is unset."""
    if kind == "int" and pytest.version_tuple < (8, 4):
        kind = "text"
    types = {"int": "int", "bool": "bool", "text": "string", "texts": "linelist"}
    return {"type": types[kind], "default": None}
