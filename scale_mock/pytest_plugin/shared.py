"""A world that several tests share: what it was made from, its layers, and what all tests did.

What a fixture of a wider scope did to the world is a layer on it. It is taken back when that
fixture ends, unless a layer of another that still lives lies on it; then both go together.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple

from scale_mock.config.options import Given, default_of
from scale_mock.errors import ConfigurationError
from scale_mock.mock.marking import Bookmark, Usefulness
from scale_mock.pytest_plugin.checking import terms_of
from scale_mock.pytest_plugin.contradictions import refuse_vain_hosts
from scale_mock.pytest_plugin.reading import from_markers, yes_or_no
from scale_mock.pytest_plugin.session import OF_A_TEST

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

    from scale_mock.mock.reports.checks import Finding
    from scale_mock.pytest_plugin.session import Session

FIXTURES = {"module": "scale_mock_module", "session": "scale_mock_session"}
"""The fixtures by scope, the narrower first."""
OF_A_SHARING_TEST = frozenset({*OF_A_TEST, "absorb_sleep"})
"""Arguments that a test may say for itself though it shares its world."""
WHERE = {
    "module": "Say it in the module's pytestmark, for all of its tests: "
    "pytestmark = pytest.mark.scale_mock({shown}).",
    "session": "Say it in the fixture scale_mock_config, on the command line or in the ini file.",
}


class Doors(NamedTuple):
    """How code under test gets into a world.

    Attributes:
        intercept: Calls to Scale arrive there.
        hosts: So do those to further hosts.
        absorb_sleep: Sleeping moves its clock.
    """

    intercept: bool
    hosts: object
    absorb_sleep: bool


class Layer(NamedTuple):
    """What one fixture did to a world.

    Attributes:
        owner: The fixture; ``None`` once it is over.
        before: The world without it.
    """

    owner: object
    before: Bookmark


class Shared:
    """A world of a wider scope, with its doors open.

    Args:
        node: The module, or pytest's session.
        scope: ``module`` or ``session``.
        given: What was said about it.
        session: The plugin's session.

    Attributes:
        node: Where it belongs.
        mock: The mock.
        terms: What was said about its end.
        uses: What all tests together used of what they share.
        passed: The tests that used it and passed, by their ids.
        closed_by: The test that closed it, if one did.

    Raises:
        ConfigurationError: Something that was said makes no sense.
    """

    def __init__(
        self, node: pytest.Item, scope: str, given: Mapping[str, Given], session: Session
    ) -> None:
        self.node = node
        self.scope = scope
        self.fixture = FIXTURES[scope]
        self.terms = terms_of(given, node.config)
        self.passed: set[str] = set()
        self.closed_by: str | None = None
        self._marked = from_markers(node)
        self._host = session.host
        self._open = ExitStack()
        self._doors: Doors | None = None
        made = {name: one for name, one in given.items() if name not in OF_A_SHARING_TEST}
        with ExitStack() as stack:
            self.mock = session.open_world(made)
            stack.callback(self.mock.close)
            self._usual = doors_of(given)._replace(absorb_sleep=False)
            self.enter(self._usual)
            stack.callback(self._open.close)
            self._mark = Bookmark(self.mock)
            stack.pop_all()
        self._layers: list[Layer] = []
        self.uses = Usefulness(self.mock)
        self.useless: list[Finding] = []
        """What ended before the world did, and was of no use."""

    def enter(self, doors: Doors | None = None) -> None:
        """Opens these doors instead of those that are open; the usual ones if none are named.

        Raises:
            ConfigurationError: A host is none.
        """
        wanted = doors or self._usual
        if wanted == self._doors or self.closed_by is not None:
            return
        self.leave()
        if self._host.registry.by_name(self.mock.name) is None:
            self._host.registry.add(self.mock._world)
            self.mock._world.clock_changed()
        if wanted.intercept:
            interception = self.mock.intercept(hosts=wanted.hosts)  # type: ignore[arg-type]
            interception.begin()
            self._open.callback(interception.end)
        if wanted.absorb_sleep:
            from scale_mock.mock.sleep.absorbing import absorbing

            self._open.enter_context(absorbing(self.mock._world))
        self._doors = wanted

    def leave(self) -> None:
        """Closes its doors; also of the server, so that a test's own world is the only one."""
        self._open.close()
        self._doors = None

    def rest(self) -> None:
        """Stands aside for a test that does not use it."""
        self.leave()
        self._host.registry.release(self.mock.name)

    def note_closed(self, test: str) -> None:
        """Remembers who closed it, if anybody did: nothing brings it back."""
        if self.mock._closed and self.closed_by is None:
            self.leave()
            self.closed_by = test

    def refuse_closed(self) -> None:
        """Refuses to go on with a world that is closed.

        Raises:
            ConfigurationError: It is; the text says who did it.
        """
        if self.closed_by is not None:
            raise ConfigurationError(
                f"The world of {self.fixture} was closed by {self.closed_by}, though other tests "
                f"use it too. It is closed when its {self.scope} is over: call neither close() "
                "nor enter it in a `with` statement."
            )

    def refuse_making(self, item: pytest.Item) -> None:
        """Refuses a marker that would have another world made than the one there is.

        Raises:
            ConfigurationError: There is one; the text says where it belongs.
        """
        for name, one in from_markers(item).items():
            if name in OF_A_SHARING_TEST or self._marked.get(name) == one:
                continue
            place = WHERE[self.scope].format(shown=f"{name}={one.value!r}")
            own = ", ".join(sorted(OF_A_SHARING_TEST))
            raise ConfigurationError(
                f"@pytest.mark.scale_mock({name}={one.value!r}): this test uses the world of "
                f"{self.fixture}, which is made once for all tests of its {self.scope}. {place} "
                f"A test that uses it may say for itself: {own}."
            )

    @property
    def is_clean(self) -> bool:
        """True if nothing has happened since it was filled."""
        return self._mark.is_current

    def settle(self, owner: object) -> None:
        """What happened since belongs to the state that tests see: some fixture did it."""
        if self.closed_by is None and not self.is_clean:
            self._layers.append(Layer(owner, self._mark))
            self._mark = Bookmark(self.mock)

    def rewind(self) -> None:
        """Takes back what happened since it was filled."""
        if self.closed_by is None and not self.is_clean:
            self._mark.rewind()

    def ended(self, owner: object) -> None:
        """A fixture is over: its layer goes as soon as no other lies on it."""
        self.settle(owner)
        self._layers = [
            layer._replace(owner=None) if layer.owner is owner else layer for layer in self._layers
        ]
        if not self._layers or self._layers[-1].owner is not None or self.closed_by is not None:
            return
        while self._layers and self._layers[-1].owner is None:
            self._mark = self._layers.pop().before
        there = self.uses.entries()
        self._mark.rewind()
        left = {id(entry) for entry in self.uses.entries()}
        self.useless += self.uses.useless(one for one in there if id(one) not in left)

    def close(self) -> None:
        """Ends the world."""
        self.enter()
        self.leave()
        self.mock.close()


def doors_of(given: Mapping[str, Given]) -> Doors:
    """The doors that somebody wants.

    Raises:
        ConfigurationError: A yes or no is neither.
    """
    refuse_vain_hosts(given)
    hosts = given["hosts"].value if "hosts" in given else default_of("hosts")
    return Doors(yes_or_no(given, "intercept"), hosts, yes_or_no(given, "absorb_sleep"))
