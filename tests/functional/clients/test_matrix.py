"""Every client, unmodified, on every way in: the same seven things happen to all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from werkzeug.test import Client

from tests.functional.clients import test_missing_cells
from tests.functional.clients.cells import CELLS, WHY_NOT
from tests.functional.clients.drivers import RETRIES, SHORT_S

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.functional.clients.drivers import Driver
    from tests.functional.clients.places import Place

pytestmark = pytest.mark.slow


@pytest.fixture
def place(place: Place) -> Place:
    """With a project, which uploads and v2 want."""
    body = {"name": "bikes", "type": "categorization"}
    made = Client(place.mock.app).post("/v1/projects", json=body, auth=(place.key, ""))
    assert made.status_code == 200
    return place


def statuses(place: Place, driver: Driver) -> list[int]:
    """What the creates were answered."""
    return [one.status for one in place.mock.requests if one.operation == driver.creates]


def test_create(drive: Callable[..., Driver], place: Place) -> None:
    driver = drive()
    answer = driver.create("first")
    assert answer.status == 200
    assert (answer.body["status"], answer.body["unique_id"]) == ("pending", "first")
    assert statuses(place, driver) == [200]
    assert {request.key for request in place.mock.requests} == {"live_***"}


def test_list(drive: Callable[..., Driver]) -> None:
    driver = drive()
    assert driver.names() == []
    driver.create("first")
    driver.create("second")
    assert sorted(driver.names()) == ["first", "second"]


def test_what_is_not_there_is_a_404(drive: Callable[..., Driver]) -> None:
    answer = drive().missing()
    assert answer.status == 404
    assert "not found" in answer.body


def test_upload(drive: Callable[..., Driver], place: Place) -> None:
    content = bytes(range(256)) * 400
    answer = drive().upload(content)
    assert answer.status == 200
    (file,) = place.mock._world.core.sides["live"].files.values()
    assert answer.body["attachment_url"].startswith("scaledata://")
    assert file.content == content


def test_two_500s_and_then_success(drive: Callable[..., Driver], place: Place) -> None:
    driver = drive(retries=RETRIES)
    place.mock.faults.add(match={"operation": driver.creates, "first": 2}, status=500)
    assert driver.create("first").status == 200
    assert statuses(place, driver) == [500, 500, 200]
    assert driver.names() == ["first"]


def test_a_reset_connection_is_the_clients_own_error(
    drive: Callable[..., Driver], place: Place
) -> None:
    driver = drive()
    place.mock.faults.add(match={"operation": driver.creates}, kind="reset")
    with pytest.raises(driver.reset_errors):
        driver.create("first")
    place.mock.faults.clear()
    again = drive()
    assert again.names() == []
    assert again.create("first").status == 200


def test_slow_reply_meets_the_clients_timeout(drive: Callable[..., Driver], place: Place) -> None:
    driver = drive(timeout_s=SHORT_S)
    place.mock.faults.add(match={"operation": driver.lists}, delay="30s")
    with pytest.raises(driver.timeout_errors):
        driver.names()


SCENARIOS = (
    test_create,
    test_list,
    test_what_is_not_there_is_a_404,
    test_upload,
    test_two_500s_and_then_success,
    test_a_reset_connection_is_the_clients_own_error,
    test_slow_reply_meets_the_clients_timeout,
)


def test_at_most_one_cell_in_ten_is_missing_and_each_has_its_proof() -> None:
    cells = [(cell, scenario.__name__) for cell in CELLS for scenario in SCENARIOS]
    missing = [one for one in cells if any(impossible.means(*one) for impossible in WHY_NOT)]
    assert len(cells) == 9 * 3 * 7
    assert 0 < len(missing) <= len(cells) // 10
    assert all(callable(getattr(test_missing_cells, one.proof)) for one in WHY_NOT)
