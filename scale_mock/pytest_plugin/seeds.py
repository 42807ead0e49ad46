"""Seeds as a matrix: under which order of what is due at one instant a test runs, and its name.

Nobody promised such an order, and code under test that relies on one works until it does not. Order
0 is the natural one, that of creation; any other is a ``schedule_seed``. A seed that is drawn for a
run is looked after here as well.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from scale_mock.config.options import Given
from scale_mock.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

WORLDS = ("scale_mock_module", "scale_mock_session", "scale_mock")
"""The fixtures that open a world; a test's orders are those of the first that it uses."""
ORDERS_MAX = 1_000
"""How many orders a test may run under."""
DRAWN = "scale_mock_drawn_seed"
"""In the input of a worker of pytest-xdist: the seed that is drawn for all of them."""


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
    return checked(value, f"{source}={value!r}")


def drawn_for(config: pytest.Config) -> int:
    """The seed that is drawn for this run; the same in every worker of pytest-xdist."""
    given: dict[str, Any] = getattr(config, "workerinput", {})
    if DRAWN in given:
        return int(given[DRAWN])
    from scale_mock.mock.drawing import draw_seed

    return draw_seed()


def order_of(item: pytest.Item) -> Order | None:
    """The order that a test runs under, if it runs under several."""
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    for name in WORLDS:
        if isinstance(order := parameters.get(name), Order):
            return order
    return None


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
        return seed_flag, id_here(item)
    return f"{natural(order)}{seed_flag}", single(id_here(item), order)


def id_here(item: pytest.Item) -> str:
    """A test's id for a command where pytest was started; its own begins at the project's root."""
    root, here = item.config.rootpath, item.config.invocation_params.dir
    path, colons, rest = item.nodeid.partition("::")
    if root == here or not (root / path).exists():
        return item.nodeid
    with suppress(ValueError):  # another drive of Windows
        path = os.path.relpath(root / path, here)
    return f"{path}{colons}{rest}"


def checked(value: object, place: str) -> int:
    """A number of orders.

    Args:
        value: What was said.
        place: Where, for the text.

    Raises:
        ConfigurationError: It is none.
    """
    if type(value) is not int or not 1 <= value <= ORDERS_MAX:
        raise ConfigurationError(
            f"{place}: expected how many event orders marked tests run under, 1 to {ORDERS_MAX}."
        )
    return value


def id_of(order: Order) -> str:
    """What an order is called in the id of a test."""
    return f"order{order.number}"


def natural(order: Order) -> str:
    """What keeps a test under the natural order alone, where that is the one to repeat."""
    return "" if order.number else "--scale-mock-seeds=1 "


def single(nodeid: str, order: Order) -> str:
    """The id that a test has when it is not multiplied."""
    name = id_of(order)
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
