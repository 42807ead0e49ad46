"""Has marked tests run under each of their orders, and tells at the end which of them failed."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock.errors import ConfigurationError
from scale_mock.pytest_plugin.reading import MARKER
from scale_mock.pytest_plugin.seeds import (
    WORLDS,
    Order,
    checked,
    id_here,
    id_of,
    natural,
    order_of,
    single,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping

    from pluggy import Result

    from scale_mock.pytest_plugin.session import Session

MATRIX = "scale_seed_matrix"
"""The marker."""
PLUGIN = "scale_mock_orders"


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
    ids = [id_of(order) for order in orders]
    metafunc.parametrize(world, orders, indirect=True, ids=ids)
    plugins = metafunc.config.pluginmanager
    if not plugins.has_plugin(PLUGIN):
        plugins.register(Reports(session), PLUGIN)


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
        test = single(id_here(item), order)
        seed = self._session.seed_to_say
        flags = "" if seed is None else f"--scale-mock-seed={seed} "
        if "url" in self._session.above:
            flags = f"--scale-mock-url={shlex.quote(str(self._session.above['url'].value))} {flags}"
        if order.number:
            flags += f"--scale-mock-schedule-seed={order.number} "
        return test, f"pytest {natural(order)}{flags}{shlex.quote(test)}"


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
    return checked(values[0], place) if values else None


def _is_parametrized(item: pytest.Item, world: str) -> bool:
    """True if the user gives the fixture parameters of their own."""
    return any(
        mark.args and world in str(mark.args[0]).replace(",", " ").split()
        for mark in item.iter_markers("parametrize")
    )
