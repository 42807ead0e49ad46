"""Owns the cells of the matrix of clients: which client goes which way."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.functional.clients.cells import CELLS, WHY_NOT, Cell
from tests.functional.clients.places import open_place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.functional.clients.drivers import Driver
    from tests.functional.clients.places import Place


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture(params=CELLS, ids=str)
def cell(request: pytest.FixtureRequest) -> Cell:
    """One client and one way, as far as they exist for what the test does."""
    cell: Cell = request.param
    scenario = request.function.__name__
    for impossible in WHY_NOT:
        if impossible.means(cell, scenario):
            pytest.skip(f"{impossible.why} (proved by {impossible.proof})")
    missing = cell.driver.why_not_here()
    if missing is not None:
        pytest.skip(missing)
    return cell


@pytest.fixture
def place(cell: Cell, stack: ExitStack) -> Place:
    return open_place(cell.way, stack)


@pytest.fixture
def drive(cell: Cell, place: Place, stack: ExitStack) -> Callable[..., Driver]:
    """Makes the cell's client; it is closed with the test."""

    def make(**settings: float) -> Driver:
        driver = cell.driver(place, **settings)
        stack.callback(driver.close)
        return driver

    return make
