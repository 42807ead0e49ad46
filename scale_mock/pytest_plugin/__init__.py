"""The pytest plugin: fixtures, the marker, options, and what a failed test is told.

Every world of a pytest process lives on one host, made when the first world is and stopped when
pytest ends; its server starts when somebody asks for a URL. So a test pays for its world only.
pytest imports this module at every start, also where no test needs it: nothing heavy is imported
up here, everything else when a fixture is first used.

Who decides: marker > flag > environment > ``scale_mock_config`` > ini > default. Markers of module,
class, function and parameter set merge argument by argument, the nearest wins; ``rules`` is one
argument, so a nearer list replaces the farther one; ``faults`` likewise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scale_mock import __version__
from scale_mock.config.options import OPTIONS, default_of
from scale_mock.errors import ConfigurationError, MissingDependency
from scale_mock.pytest_plugin.reading import ini_type
from scale_mock.pytest_plugin.session import (
    RUN,
    SESSION,
    Session,
    fail_for_leaks,
    leaks_left,
    open_run,
    renew_guard,
)
from scale_mock.pytest_plugin.session import (
    ScaleServer as ScaleServer,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    import scaleapi
    from pluggy import Result

    from scale_mock.domain.model import Mode
    from scale_mock.mock.callbacks import Callbacks
    from scale_mock.mock.clock import Clock
    from scale_mock.mock.facade import ScaleMock

MARKER_HELP = (
    "scale_mock(seed=, clock=, start_at=, rules=, faults=, scenario=, intercept=, strict=, "
    "callback_hosts=, strict_fields=, ...): "
    "arguments of the test's ScaleMock world; markers of module, class and function merge, the "
    "nearest wins"
)

_FAILED = pytest.StashKey[bool]()
_LATE_LEAKS = pytest.StashKey[list[str]]()
_OF_WORKER = "scale_mock_late_leaks"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Registers flags and ini options from the one table."""
    group = parser.getgroup("scale_mock", "scale_mock: the Scale AI labeling platform in memory")
    for option in OPTIONS:
        parser.addini(option.ini, f"{option.help} ({option.default!r})", **ini_type(option.kind))
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
        config.stash[SESSION] = Session(config)
    except ConfigurationError as error:
        raise pytest.UsageError(f"scale_mock: {error}") from None


def pytest_report_header(config: pytest.Config) -> str:
    """Seed and clock of a world that neither marker nor ``scale_mock_config`` changes."""
    session = config.stash[SESSION]
    given = {**session.below, **session.above}
    seed, clock = (
        given[name].value if name in given else default_of(name) for name in ("seed", "clock")
    )
    return f"scale_mock {__version__}: seed={seed}, clock={clock}"


@pytest.hookimpl(trylast=True)
def pytest_runtest_setup() -> None:
    """Looks that the leak guard is whole, if there is one."""
    renew_guard()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Fails a test, with or without a world, for trying to reach Scale, even if it hid that."""
    __tracebackhide__ = True
    if item.stash.get(_FAILED, False):
        leaks_left()  # they are what it failed for, or do not matter any more
    else:
        fail_for_leaks()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fails the run for what threads tried after the last test."""
    texts = [*session.config.stash.get(_LATE_LEAKS, []), *leaks_left()]
    if texts:
        session.config.stash[_LATE_LEAKS] = texts
        # A worker of pytest-xdist cannot fail a run; who started it can.
        getattr(session.config, "workeroutput", {})[_OF_WORKER] = texts
        if session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Takes over what threads tried in a worker of pytest-xdist after its last test."""
    texts = getattr(node, "workeroutput", {}).get(_OF_WORKER, [])
    node.config.stash.setdefault(_LATE_LEAKS, []).extend(texts)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Shows what threads tried after the last test."""
    texts = config.stash.get(_LATE_LEAKS, [])
    if texts:
        terminalreporter.section("scale_mock: connections to Scale after the last test")
        for text in texts:
            terminalreporter.line(text)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Result[pytest.TestReport]]:
    """Remembers how a test went; a failed one is told about its world, if it has one."""
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        item.stash[_FAILED] = True
    run = item.stash.get(RUN, None)
    if run is None or report.when == "teardown":
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

    Calls to ``https://api.scale.com`` arrive there without a socket; the marker's
    ``intercept=False`` turns that off. When the test passed, the world's strict checks run
    (``mock.check()``); the marker's ``strict=False`` turns them off.
    """
    run = open_run(request.node, request.config.stash[SESSION], scale_mock_config)
    try:
        yield run.mock
        run.check()
    finally:
        del request.node.stash[RUN]
        run.close()


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
    server = ScaleServer(request.config.stash[SESSION])
    _ = server.url  # starts it
    return server


def _client(mock: ScaleMock, mode: Mode) -> scaleapi.ScaleClient:
    """An SDK client; without the SDK the test is skipped."""
    __tracebackhide__ = True
    try:
        return mock.client(mode)
    except MissingDependency as error:
        reason = f"{error} ({error.__cause__})"
    pytest.skip(reason)
