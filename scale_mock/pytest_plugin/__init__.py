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

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock.config.options import ARGUMENTS
from scale_mock.config.width import look_at_terminal, width
from scale_mock.errors import ConfigurationError, MissingDependency, ScaleMockError
from scale_mock.pytest_plugin.checking import TOLD_LATE, leaks_left, renew_guard
from scale_mock.pytest_plugin.reading import header, refuse_misspelt, refuse_misspelt_ini
from scale_mock.pytest_plugin.registering import add_options, watch
from scale_mock.pytest_plugin.running import RUN, RUNNING
from scale_mock.pytest_plugin.server import ScaleServer as ScaleServer
from scale_mock.pytest_plugin.session import SESSION, Session, fail_for_late_leaks, open_run
from scale_mock.pytest_plugin.summary import finish, show, take_over

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence

    import scaleapi
    from pluggy import Result

    from scale_mock.domain.model import Mode
    from scale_mock.mock.callbacks import Callbacks
    from scale_mock.mock.clock import Clock
    from scale_mock.mock.facade import ScaleMock

MARKER_HELP = (
    f"scale_mock({', '.join(f'{name}=' for name in ARGUMENTS)}): "
    "arguments of the test's ScaleMock world; markers of module, class and function merge, the "
    "nearest wins"
)

MATRIX_HELP = (
    "scale_seed_matrix(n): runs a test with a ScaleMock world under n orders of what is due at one "
    "instant; without n as many as --scale-mock-seeds says"
)

_FAILED = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Registers flags and ini options from the one table."""
    add_options(parser)
    watch(pluginmanager, sys.modules[__name__])


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marker and reads the options, so that a wrong one ends the run at once."""
    config.addinivalue_line("markers", MARKER_HELP)
    config.addinivalue_line("markers", MATRIX_HELP)
    look_at_terminal(getattr(config, "workerinput", {}).get("scale_mock_width"))
    try:
        if any(str(word).startswith("--scale-mock-") for word in config.invocation_params.args):
            from scale_mock.pytest_plugin.rooting import refuse_stolen_root

            refuse_stolen_root(config)
        refuse_misspelt_ini(config)
        session = config.stash[SESSION] = Session(config)
        if "url" in session.told:
            from scale_mock.pytest_plugin.remote import Elsewhere

            session.elsewhere = Elsewhere(config, session.told)
    except ConfigurationError as error:
        raise pytest.UsageError(f"scale_mock: {error}") from None
    if _has_variables():
        from scale_mock.pytest_plugin.variables import warn_of_misspelt

        warn_of_misspelt(config, session.told)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """What holds for a world that neither marker nor ``scale_mock_config`` changes."""
    told = config.stash[SESSION].told
    if not _has_variables():
        return [header(told)]
    from scale_mock.pytest_plugin.variables import strange_variables

    return [header(told), *strange_variables(told)]


def _has_variables() -> bool:
    """Whether any variable of the environment looks like ours; hardly any run has one."""
    return any(name[:5].upper() == "SCALE" for name in os.environ)


def pytest_assertrepr_compare(
    config: pytest.Config, op: str, left: object, right: object
) -> list[str] | None:
    """Shows in which fields Scale's objects differ; everything else is left to pytest."""
    from scale_mock.pytest_plugin.comparing import explain

    return explain(config, op, left, right)


@pytest.hookimpl(trylast=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Has marked tests run under several event orders."""
    session = metafunc.config.stash[SESSION]
    if session.orders is not None or metafunc.definition.get_closest_marker("scale_seed_matrix"):
        from scale_mock.pytest_plugin.multiplying import multiply

        multiply(metafunc, session)


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """Remembers that not all tests run: nobody can say then that something is of no use."""
    if items:
        items[0].config.stash[SESSION].is_partial = True


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None]:
    """Remembers which test runs."""
    RUNNING.append(item)
    yield
    RUNNING.pop()


@pytest.hookimpl(trylast=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Looks that the leak guard is whole, if there is one; a run of a test is judged by itself."""
    __tracebackhide__ = True
    item.stash[_FAILED] = False
    if RUN not in item.stash or item.config.stash[SESSION].wide is not None:
        renew_guard()  # a world of its own has just done it
        refuse_misspelt(item)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Fails a test, with or without a world, for trying to reach Scale, even if it hid that."""
    __tracebackhide__ = True
    if item.stash.get(_FAILED, False):
        leaks_left()  # they are what it failed for, or do not matter any more
    else:
        fail_for_late_leaks(item)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fails the run for what threads tried after the last test."""
    finish(session)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tells a worker of pytest-xdist whether it shares the tests, and how wide our terminal is."""
    node.workerinput["scale_mock_every_test"] = node.config.getoption("dist") == "each"
    node.workerinput["scale_mock_drawn_seed"] = node.config.stash[SESSION].drawn
    node.workerinput["scale_mock_width"] = width()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Takes over what a worker of pytest-xdist has to tell."""
    take_over(node)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Shows what threads tried after the last test, and which fields nobody read."""
    show(terminalreporter, config)
    if terminalreporter.stats.get("failed") or terminalreporter.stats.get("error"):
        from scale_mock.pytest_plugin.multiplying import show as show_orders

        show_orders(terminalreporter)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, Result[pytest.TestReport]]:
    """Remembers how a test went; a failed one is told about its world, if it has one."""
    met = call.excinfo or _met_by_unittest(item)
    if met is not None and isinstance(met.value, ScaleMockError):
        _shorten(item.config, met.value)
    if met is not None and call.when != "teardown":
        from scale_mock.pytest_plugin.hints import add_hints

        add_hints(item, met, item.stash[RUN].mock if RUN in item.stash else None)
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        item.stash[_FAILED] = True
    if report.when == "teardown" and TOLD_LATE in item.stash:
        from scale_mock.pytest_plugin.dumping import add_section

        add_section(report, item.stash[TOLD_LATE])
        del item.stash[TOLD_LATE]
    run = item.stash.get(RUN, None)
    if run is None or report.when == "teardown":
        return
    if report.failed:
        run.failed = True
    elif report.when == "call":
        run.passed = report.passed  # a subtest's comes before its test's, which counts
    if run.is_told(report):
        from scale_mock.pytest_plugin.dumping import tell

        tell(run, report)


def _met_by_unittest(item: pytest.Item) -> pytest.ExceptionInfo[BaseException] | None:
    """What a test of unittest failed with; pytest puts it into the call only after our hook."""
    met = getattr(item, "_excinfo", None)
    return met[0] if isinstance(met, list) and met else None


def _shorten(config: pytest.Config, refusal: ScaleMockError) -> None:
    """Has a refusal point at the test's line, unless somebody asks for the full trace."""
    if not config.getoption("fulltrace", default=False):  # -p no:terminal knows none
        from scale_mock.pytest_plugin.frames import hide_ours

        hide_ours(refusal)


@pytest.fixture(scope="session")
def scale_mock_config() -> dict[str, Any]:
    """Override point: arguments of ``ScaleMock`` for every test, as a dict. Empty by default.

    Markers, flags and environment variables outrank it; it outranks ini options.
    """
    return {}


@pytest.fixture
def scale_mock(scale_mock_config: Mapping[str, object]) -> Iterator[ScaleMock]:
    """The labeling platform in memory: a fresh world for this test.

    Calls to ``https://api.scale.com`` arrive there without a socket; the marker's
    ``intercept=False`` turns that off. When the test passed, the world's strict checks run
    (``mock.check()``); the marker's ``strict=False`` turns them off.
    """
    item = RUNNING[-1]
    session = item.config.stash[SESSION]
    if session.wide is not None and (mock := session.wide.world_of(item)) is not None:
        yield mock
        return
    run = open_run(item, session, scale_mock_config)
    try:
        yield run.mock
        found = run.check()
        if found is not None:
            from scale_mock.pytest_plugin.dumping import fail_late

            fail_late(run, found)
    finally:
        del item.stash[RUN]
        run.close()


@pytest.fixture(scope="module")
def scale_mock_module(
    request: pytest.FixtureRequest, scale_mock_config: Mapping[str, object]
) -> Iterator[ScaleMock]:
    """A labeling platform that the tests of a module share, for what takes long to set up.

    Fixtures of a wider scope than one test fill it. Each test sees it as they left it; what the
    test itself did is taken back. In a test that uses it, the other fixtures mean this world.
    """
    from scale_mock.pytest_plugin.wide import world_for

    yield from world_for(request, scale_mock_config)


@pytest.fixture(scope="session")
def scale_mock_session(
    request: pytest.FixtureRequest, scale_mock_config: Mapping[str, object]
) -> Iterator[ScaleMock]:
    """As ``scale_mock_module``, for all tests of a run; with pytest-xdist, of a worker."""
    from scale_mock.pytest_plugin.wide import world_for

    yield from world_for(request, scale_mock_config)


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
    # What keeps it from starting may do so for one test only, and pytest would fail all others for
    # it: it is told where somebody asks for the URL.
    with suppress(ScaleMockError):
        _ = server.url
    return server


def _client(mock: ScaleMock, mode: Mode) -> scaleapi.ScaleClient:
    """An SDK client; without the SDK the test is skipped."""
    __tracebackhide__ = True
    try:
        return mock.client(mode)
    except MissingDependency as error:
        reason = f"{error} ({error.__cause__})"
    pytest.skip(reason)
