"""Seeds as a matrix: marked tests run under several orders of what is due at one instant.

Nobody promised such an order, and code under test that relies on one works until it does not. Order
0 is the natural one, that of creation; any other is a ``schedule_seed``. A seed that is drawn for a
run is looked after here as well.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from scale_mock.config.options import Given
from scale_mock.errors import ConfigurationError
from scale_mock.pytest_plugin.reading import MARKER

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping

    from pluggy import Result

    from scale_mock.pytest_plugin.session import Session

MATRIX = "scale_seed_matrix"
"""The marker."""
WORLDS = ("scale_mock_module", "scale_mock_session", "scale_mock")
"""The fixtures that open a world; a test's orders are those of the first that it uses."""
ORDERS_MAX = 1_000
"""How many orders a test may run under."""
DRAWN = "scale_mock_drawn_seed"
"""In the input of a worker of pytest-xdist: the seed that is drawn for all of them."""
PLUGIN = "scale_mock_orders"


class Order(NamedTuple):
    """One of the orders that a test runs under.

    Attributes:
        number: 0 for the natural one, else the schedule seed.
        total: How many there are.
    """

    number: int
    total: int


def orders_told(given: Mapping[str, Given]) -> int | None:
    """Under how many orders marked tests run, as the options have it; ``None`` if they do not say.

    Raises:
        ConfigurationError: It is no number of orders.
    """
    if "seeds" not in given:
        return None
    value, source = given["seeds"]
    return _checked(value, f"{source}={value!r}")


def drawn_for(config: pytest.Config) -> int:
    """The seed that is drawn for this run; the same in every worker of pytest-xdist."""
    given: dict[str, Any] = getattr(config, "workerinput", {})
    if DRAWN in given:
        return int(given[DRAWN])
    from scale_mock.mock.drawing import draw_seed

    return draw_seed()


def multiply(metafunc: pytest.Metafunc, session: Session) -> None:
    """Has a test that is marked run under each order.

    Raises:
        CollectError: Its marker makes no sense.
    """
    world = next((name for name in WORLDS if name in metafunc.fixturenames), None)
    if world is None or "schedule_seed" in session.above:
        return
    try:
        total = _orders_of(metafunc.definition, session.orders)
    except ConfigurationError as error:
        raise pytest.Collector.CollectError(f"{metafunc.definition.nodeid}: {error}") from None
    if total == 1 or _is_parametrized(metafunc.definition, world):
        return
    orders = [Order(number, total) for number in range(total)]
    ids = [_id_of(order) for order in orders]
    metafunc.parametrize(world, orders, indirect=True, ids=ids)
    plugins = metafunc.config.pluginmanager
    if not plugins.has_plugin(PLUGIN):
        plugins.register(Reports(session), PLUGIN)


def order_of(item: pytest.Item) -> Order | None:
    """The order that a test runs under, if it runs under several."""
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    found = (parameters.get(name) for name in WORLDS)
    return next((order for order in found if isinstance(order, Order)), None)


def of_order(item: pytest.Item) -> dict[str, Given]:
    """What the order that a test runs under says about its world; nothing if it runs once."""
    order = order_of(item)
    return {} if order is None else {"schedule_seed": given_by(order)}


def given_by(order: Order) -> Given:
    """What an order says about a world's schedule."""
    return Given(order.number or None, f"order {order.number} of {order.total}")


def repeat_of(item: pytest.Item, seed_flag: str) -> tuple[str, str]:
    """The option that a command which repeats a test ends with, and the test's id there."""
    order = order_of(item)
    if order is None:
        return seed_flag, item.nodeid
    return f"{_natural(order)}{seed_flag}", _single(item.nodeid, order)


class Reports:
    """Notes with each report of a multiplied test what its order was; survives pytest-xdist.

    Args:
        session: The plugin's session.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, Result[pytest.TestReport]]:
        """Notes it."""
        outcome = yield
        order = order_of(item)
        if order is not None:
            report: Any = outcome.get_result()
            report.scale_mock_order = [*order, *self._repeated(item, order)]

    def _repeated(self, item: pytest.Item, order: Order) -> tuple[str, str]:
        test = _single(item.nodeid, order)
        seed = self._session.seed_to_say
        flags = "" if seed is None else f"--scale-mock-seed={seed} "
        if "url" in self._session.above:
            flags = f"--scale-mock-url={shlex.quote(str(self._session.above['url'].value))} {flags}"
        if order.number:
            flags += f"--scale-mock-schedule-seed={order.number} "
        return test, f"pytest {_natural(order)}{flags}{shlex.quote(test)}"


def show(terminal: Any) -> None:
    """Says for each test that failed under some order which was the first, and how to have it."""
    failed: dict[str, dict[int, tuple[int, str]]] = {}
    for kind in ("failed", "error"):
        for report in terminal.stats.get(kind, ()):
            note = getattr(report, "scale_mock_order", None)
            if note is not None:
                number, total, test, command = note
                failed.setdefault(test, {})[number] = (total, command)
    if failed:
        terminal.section("scale_mock: tests that failed under some order")
        for line in _lines(failed):
            terminal.line(line)


def _lines(failed: Mapping[str, Mapping[int, tuple[int, str]]]) -> Iterable[str]:
    for test, orders in failed.items():
        first = min(orders)
        total, command = orders[first]
        name = f"order {first}" + (", the natural one" if first == 0 else "")
        yield f"{test}: failed under {len(orders)} of {total} orders, first under {name}"
        yield f"  to repeat: {command}"


def _orders_of(item: pytest.Item, told: int | None) -> int:
    """How many orders a test runs under; 1 if it is not marked.

    Raises:
        ConfigurationError: Its marker makes no sense.
    """
    mark = item.get_closest_marker(MATRIX)
    own = None if mark is None else _number_in(mark)
    worlds = list(item.iter_markers(MARKER))
    if any("schedule_seed" in marker.kwargs for marker in worlds):
        return 1
    if mark is None and not worlds:
        return 1
    return told or own or 1


def _number_in(mark: pytest.Mark) -> int | None:
    said = ", ".join([*map(repr, mark.args), *(f"{k}={v!r}" for k, v in mark.kwargs.items())])
    place = f"@pytest.mark.{MATRIX}({said})"
    values = [*mark.args, *mark.kwargs.values()]
    if len(values) > 1 or set(mark.kwargs) - {"n"}:
        raise ConfigurationError(
            f"{place}: expected how many orders the test runs under, for example "
            f"@pytest.mark.{MATRIX}(5), or nothing."
        )
    return _checked(values[0], place) if values else None


def _checked(value: object, place: str) -> int:
    if type(value) is not int or not 1 <= value <= ORDERS_MAX:
        raise ConfigurationError(
            f"{place}: expected how many event orders marked tests run under, 1 to {ORDERS_MAX}."
        )
    return value


def _is_parametrized(item: pytest.Item, world: str) -> bool:
    """True if the user gives the fixture parameters of their own."""
    return any(
        mark.args and world in str(mark.args[0]).replace(",", " ").split()
        for mark in item.iter_markers("parametrize")
    )


def _id_of(order: Order) -> str:
    return f"order{order.number}"


def _natural(order: Order) -> str:
    """What keeps a test under the natural order alone, where that is the one to repeat."""
    return "" if order.number else "--scale-mock-seeds=1 "


def _single(nodeid: str, order: Order) -> str:
    """The id that a test has when it is not multiplied."""
    name = _id_of(order)
    for piece, rest in (
        (f"[{name}]", ""),
        (f"-{name}]", "]"),
        (f"[{name}-", "["),
        (f"-{name}-", "-"),
    ):
        head, found, tail = nodeid.rpartition(piece)
        if found:
            return f"{head}{rest}{tail}"
    return nodeid
