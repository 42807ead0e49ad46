"""Owns the matrix: nine clients, three ways, and the cells that cannot exist, each with a proof."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.functional.clients.drivers import PYTHON
from tests.functional.clients.nodes import NpmScaleapi
from tests.functional.clients.places import WAYS

if TYPE_CHECKING:
    from tests.functional.clients.drivers import Driver


@dataclass(frozen=True)
class Cell:
    """One client and one way in."""

    driver: type[Driver]
    way: str

    def __str__(self) -> str:
        return f"{self.driver.name}, {self.way}"


@dataclass(frozen=True)
class Impossible:
    """What a client cannot do, and the test that proves it."""

    client: str
    way: str | None
    scenario: str | None
    why: str
    proof: str

    def means(self, cell: Cell, scenario: str) -> bool:
        return (
            cell.driver.name == self.client
            and self.way in {None, cell.way}
            and self.scenario in {None, scenario}
        )


CELLS = tuple(Cell(driver, way) for driver in (*PYTHON, NpmScaleapi) for way in WAYS)

UPLOAD = "test_upload"
TIMEOUT = "test_slow_reply_meets_the_clients_timeout"

WHY_NOT = (
    Impossible(
        "npm scaleapi", "in process", None,
        "Node is a process of its own: nothing in this one sees its connections",
        "test_interception_ends_with_the_process",
    ),
    Impossible(
        "npm scaleapi", None, UPLOAD,
        "the npm client has no call that uploads",
        "test_the_npm_client_has_no_uploads_and_no_timeout",
    ),
    Impossible(
        "npm scaleapi", None, TIMEOUT,
        "the npm client takes no timeout",
        "test_the_npm_client_has_no_uploads_and_no_timeout",
    ),
    Impossible(
        "scaleapi v1", None, TIMEOUT,
        "the SDK's v1 half takes no timeout and hands none on",
        "test_the_sdks_v1_half_waits_for_ever",
    ),
    Impossible(
        "scaleapi v2", None, UPLOAD,
        "v2 has no files",
        "test_the_sdks_v2_half_has_no_uploads",
    ),
)  # fmt: skip
