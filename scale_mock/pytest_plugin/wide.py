"""Worlds that several tests share: ``scale_mock_module`` and ``scale_mock_session``.

Fixtures of a wider scope than one test fill such a world. A test sees it as they left it, and is
rewound to that when it is over: after its own fixtures, before those that others use too.

The hooks in here are registered when the first such world opens, and taken away with the last, so
that a run without one pays nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scale_mock.config.checks import written
from scale_mock.errors import ConfigurationError
from scale_mock.mock.reports.checks import told
from scale_mock.pytest_plugin.checking import ALLOWED, terms_of
from scale_mock.pytest_plugin.dumping import fail_late
from scale_mock.pytest_plugin.reading import from_config, from_markers, yes_or_no
from scale_mock.pytest_plugin.running import RUN, Run
from scale_mock.pytest_plugin.seeds import Order, given_by
from scale_mock.pytest_plugin.session import SESSION
from scale_mock.pytest_plugin.shared import FIXTURES, Shared, doors_of

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterable, Iterator, Mapping

    from pluggy import Result

    from scale_mock.config.options import Given
    from scale_mock.mock.facade import ScaleMock
    from scale_mock.mock.reports.checks import Relax

_SKIPPED = (
    "{fixture} is one world for all tests of a {scope}, and each of them is taken back in memory: "
    "no world of {url} (--scale-mock-url) is. To run such a test in this process all the same: "
    "{place}. To run it there: give it a world of its own, scale_mock, and have a fixture of "
    "function scope fill that."
)
_PLACES = {
    "module": {
        "fixture": "scale_mock_module",
        "scope": "module",
        "place": "pytestmark = pytest.mark.scale_mock(remote=False)",
    },
    "session": {
        "fixture": "scale_mock_session",
        "scope": "run",
        "place": '{"remote": False} from the fixture scale_mock_config',
    },
}


class Wide:
    """The open worlds of a wider scope than one test, and the hooks that look after them.

    Args:
        config: pytest's configuration.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._session = config.stash[SESSION]
        self._worlds: dict[str, Shared] = {}
        self._item: pytest.Item | None = None
        self._runs: list[tuple[Shared, Run]] = []
        self._filling: list[pytest.FixtureDef[object]] = []
        self._said: Mapping[str, object] = {}

    def world_of(self, item: pytest.Item) -> ScaleMock | None:
        """The world that a test uses, the narrower of two; ``None`` without one."""
        held = self.held_by(item)
        return held[0].mock if held else None

    def held_by(self, item: pytest.Item) -> list[Shared]:
        """The worlds that a test uses, the narrower first."""
        names: Collection[str] = getattr(item, "fixturenames", ())
        return [
            self._worlds[scope]
            for scope, fixture in FIXTURES.items()
            if scope in self._worlds and fixture in names
        ]

    def open(self, request: pytest.FixtureRequest, said: Mapping[str, object]) -> Shared:
        """Opens the world of a scope.

        Raises:
            ConfigurationError: Something that was said about it makes no sense.
        """
        self._said = said
        node: Any = request.node
        given = self._told(node)
        order = getattr(request, "param", None)
        if isinstance(order, Order):
            given["schedule_seed"] = given_by(order)
        scope = str(request.scope)
        shared = self._worlds[scope] = Shared(node, scope, given, self._session)
        return shared

    def close(self, shared: Shared) -> None:
        """Closes a world."""
        del self._worlds[shared.scope]
        shared.close()
        self.end_if_idle()

    def end_if_idle(self) -> None:
        """The hooks go with the last world."""
        if not self._worlds:
            self._session.wide = None
            self._config.pluginmanager.unregister(self)

    def _told(self, node: pytest.Item) -> dict[str, Given]:
        return {
            **self._session.below,
            **from_config(self._said),
            **self._session.above,
            **from_markers(node),
        }

    @pytest.hookimpl(hookwrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest
    ) -> Generator[None, Result[object]]:
        """Before a test's first own fixture the worlds are ready; a wider one may fill them."""
        if request.scope == "function":
            refusal = self._refusal(request.node)
            outcome = yield
            if refusal is not None:
                # Not before: pytest forgets to finish a fixture that was never set up.
                outcome.force_exception(refusal)
            return
        worlds = list(self._worlds.values())
        if self._item is None and self._filling:
            self._settle(self._filling[-1])  # who asks for this one in the midst of its own work
        is_early = self._item is None or all(shared.is_clean for shared in worlds)
        self._filling.append(fixturedef)
        outcome = yield
        self._filling.pop()
        if outcome.excinfo is not None:
            self._rewind(worlds)
        elif is_early:
            self._settle(fixturedef)
        elif not all(shared.is_clean for shared in worlds):
            outcome.force_exception(pytest.fail.Exception(_too_late(fixturedef), pytrace=False))

    @pytest.hookimpl
    def pytest_fixture_post_finalizer(self, fixturedef: pytest.FixtureDef[object]) -> None:
        """What a fixture did to a world ends with it."""
        if fixturedef.scope != "function":
            for shared in self._worlds.values():
                shared.ended(fixturedef)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None]:
        """A test without fixtures of its own begins here."""
        self._begin(item)
        yield

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None]:
        """A failed test is not told that others have not used yet what all of them share."""
        if not self._runs:
            yield
            return
        with self._runs[0][0].uses.taken_for_granted():
            yield

    def _settle(self, owner: pytest.FixtureDef[object]) -> None:
        for shared in self._worlds.values():
            shared.settle(owner)

    def _rewind(self, worlds: Iterable[Shared]) -> None:
        for shared in worlds:
            shared.rewind()

    def _refusal(self, item: pytest.Item) -> BaseException | None:
        """Begins a test; answers why it cannot."""
        try:
            self._begin(item)
        except pytest.fail.Exception as refusal:
            return refusal
        return None

    def _begin(self, item: pytest.Item) -> None:
        """A test begins; what happens from now on is its doing."""
        __tracebackhide__ = True
        if self._item is item:
            return
        self._item = item
        item.addfinalizer(self._end)
        held = self.held_by(item)
        for shared in self._worlds.values():
            shared.rewind()
            if shared not in held:
                shared.rest()
        try:
            for shared in held:
                self._join(item, shared, is_nearest=shared is held[0])
        except ConfigurationError as error:
            refusal = str(error)
        else:
            return
        pytest.fail(refusal, pytrace=False)

    def _join(self, item: pytest.Item, shared: Shared, *, is_nearest: bool) -> None:
        shared.refuse_closed()
        if is_nearest:
            shared.refuse_making(item)
        given = self._told(item)
        terms = terms_of(given, item.config)
        run = Run(item, shared.mock, terms=terms, interception=None)
        if is_nearest:
            item.stash[ALLOWED] = terms.allow
            item.stash[RUN] = run
        shared.uses.begin()
        self._runs.append((shared, run))
        shared.enter(doors_of(given))

    def _end(self) -> None:
        """A test and its own fixtures are over; the worlds forget it, whatever is found."""
        __tracebackhide__ = True
        runs, self._runs = self._runs, []
        item, self._item = self._item, None
        try:
            for shared, run in runs:
                run.passed, run.failed = runs[0][1].passed, runs[0][1].failed
                if run.passed and not run.failed:
                    shared.passed.add(run.item.nodeid)
                run.note_unread()
                shared.uses.end()
            for shared, run in runs:
                with shared.uses.taken_for_granted():
                    found = run.check()
                    if found is not None:
                        fail_late(run, found)
        finally:
            if item is not None and runs:
                del item.stash[RUN]
            for shared in self._worlds.values():
                shared.note_closed("a test" if item is None else item.nodeid)
                shared.enter()
                shared.rewind()

    def judge(self, shared: Shared) -> None:
        """Fails for what no test of a world had any use for, if all of them ran here and passed."""
        __tracebackhide__ = True
        if not shared.terms.strict or not self._all_passed(shared):
            return
        found = [
            finding
            for finding in (*shared.useless, *shared.uses.useless(shared.uses.entries()))
            if finding.check not in shared.terms.allow
        ]
        if found:
            count = len(shared.passed)
            tests = "its only test" if count == 1 else f"any of its {count} tests"
            text = told(found, _relax(shared), shared.terms.allow)
            pytest.fail(
                f"{shared.fixture}: looked at over the whole {shared.scope}, in {tests}:\n{text}",
                pytrace=False,
            )

    def _all_passed(self, shared: Shared) -> bool:
        if self._session.is_partial:
            return False
        node: object = shared.node
        using = {
            item.nodeid
            for item in shared.node.session.items
            if shared.fixture in getattr(item, "fixturenames", ())
            and (shared.scope == "session" or item.getparent(pytest.Module) is node)
        }
        return bool(using) and using <= shared.passed


def world_for(request: pytest.FixtureRequest, said: Mapping[str, object]) -> Iterator[ScaleMock]:
    """What the fixtures of the wider scopes do.

    Args:
        request: The fixture's.
        said: What ``scale_mock_config`` says.
    """
    __tracebackhide__ = True
    session = request.config.stash[SESSION]
    if session.elsewhere is not None and _may_leave(request, said):
        pytest.skip(_SKIPPED.format(url=session.elsewhere.url, **_PLACES[str(request.scope)]))
    wide = session.wide
    if not isinstance(wide, Wide):
        wide = session.wide = Wide(request.config)
        request.config.pluginmanager.register(wide, "scale_mock_wide")
    try:
        shared = wide.open(request, said)
    except ConfigurationError as error:
        refusal = str(error)
    else:
        try:
            yield shared.mock
            wide.judge(shared)
        finally:
            wide.close(shared)
        return
    wide.end_if_idle()
    pytest.fail(refusal, pytrace=False)


def _may_leave(request: pytest.FixtureRequest, said: Mapping[str, object]) -> bool:
    """True unless somebody says ``remote=False`` for all tests that share a world."""
    __tracebackhide__ = True
    session = request.config.stash[SESSION]
    try:
        given = {**session.below, **from_config(said), **from_markers(request.node)}
        return "remote" not in given or yes_or_no(given, "remote")
    except ConfigurationError as error:
        refusal = str(error)
    pytest.fail(refusal, pytrace=False)


def _relax(shared: Shared) -> Relax:
    """Says how checks are allowed for a whole module, or a whole run."""

    def relax(names: Collection[str]) -> str:
        if shared.scope == "module":
            return f"pytestmark = pytest.mark.scale_mock(allow={written(names)})"
        return f'{{"allow": {written(names)}}} from the fixture scale_mock_config'

    return relax


def _too_late(fixturedef: pytest.FixtureDef[object]) -> str:
    return (
        f"The fixture {fixturedef.argname} ({fixturedef.scope} scope) changes a world that several "
        "tests share, and was asked for in the middle of a test that had used that world already: "
        "what is whose cannot be told apart. Name it among the test's arguments, or in "
        "@pytest.mark.usefixtures, so that it is there before the test begins."
    )
