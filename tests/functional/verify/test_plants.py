"""Every kind of change, planted into every operation's replies, is told at its place."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from scale_mock.mock.verify.catalogue import catalogue
from scale_mock.mock.verify.running import verify
from tests.functional.remote.servers import served, serving
from tests.functional.verify.planting import KINDS, Plant, Planted, Recording

if TYPE_CHECKING:
    from scale_mock.mock.verify.result import Found

OPERATIONS = list(dict.fromkeys(step.operation for step in catalogue() if step.compared))
ONE_THING = "it answers one thing without a list in it"
NO_BODY = "it answers with a redirection, which has no body"
NOWHERE = {
    **{(kind, "v2_get_dataset_task_response_url"): NO_BODY for kind in ("renamed", "missing")},
    ("type", "v2_get_dataset_task_response_url"): NO_BODY,
    ("order", "v2_get_dataset_task_response_url"): NO_BODY,
    ("order", "create_project"): "the history of what is new has one entry",
    ("order", "get_task_template"): ONE_THING,
    ("order", "get_batch_status"): ONE_THING,
    ("order", "set_batch_metadata"): ONE_THING,
    ("order", "cancel_task"): "the task that is canceled was sent without lists",
    ("order", "send_callback"): ONE_THING,
    ("order", "put_audit"): ONE_THING,
    ("order", "prioritize_batch"): ONE_THING,
    ("order", "finalize_batch"): ONE_THING,
    ("order", "import_file"): "the file is in one project",
    ("order", "upload_file"): "the file is in one project",
    ("order", "create_evaluation_task"): "the task was sent without lists",
    ("order", "create_training_task"): "the task was sent without lists",
    ("order", "v2_create_task"): "the task was sent without lists, and is not done yet",
    ("order", "v2_set_task_metadata"): ONE_THING,
    ("order", "v2_set_batch_metadata"): ONE_THING,
    ("order", "v2_finalize_batch"): ONE_THING,
    ("order", "v2_get_batch"): ONE_THING,
    ("order", "mock_deliver"): ONE_THING,
    ("order", "v2_get_schema"): ONE_THING,
    ("order", "v2_get_dataset_task"): ONE_THING,
}
"""Where a change cannot be planted, and why."""
TOLD_AS = {"renamed": {"renamed", "missing"}}
"""What a change is told as, if not by its own name: a key of a quite different name is missing."""


@pytest.fixture(scope="module")
def recording() -> Recording:
    return Recording()


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_change_is_told_wherever_it_is_planted(
    recording: Recording, kind: str, operation: str
) -> None:
    count = 0
    for plant in recording.plants(kind, operation):
        count += 1
        told = recording.told(plant)
        at_place = [one for one in told if one.at == plant.at]
        assert {one.kind for one in at_place} <= TOLD_AS.get(kind, {kind}), (plant, told)
        assert at_place, f"{kind} at {plant.at} of step {plant.step} goes unseen: {told}"
        others = [one for one in told if not one.at.startswith(plant.at)]
        assert all((one.kind, kind) == ("additional", "renamed") for one in others), others
    assert (count == 0) == ((kind, operation) in NOWHERE), count


def test_the_reasons_are_about_operations_that_there_are() -> None:
    assert {operation for _, operation in NOWHERE} <= set(OPERATIONS)
    assert len(OPERATIONS) == 78


@cache
def found_in_one_run(kind: str) -> tuple[dict[str, Plant], list[Found]]:
    """What verify finds at a server with a change of a kind in each operation."""
    planned = Recording()
    wanted = {operation: planned.harmless(kind, operation) for operation in OPERATIONS}
    plants = {operation: plant for operation, plant in wanted.items() if plant is not None}
    host = serving()
    server = served(Planted(host.app, plants.values()))
    try:
        return plants, verify(server.url).found
    finally:
        server.stop()
        host.stop()


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_server_with_a_change_in_every_operation_is_told_all_of_them(kind: str) -> None:
    plants, found = found_in_one_run(kind)
    assert {operation for operation in OPERATIONS if (kind, operation) not in NOWHERE} == set(
        plants
    )
    expected = {(operation, plant.at) for operation, plant in plants.items()}
    told = {(one.operation, one.difference.at): one for one in found}
    assert expected - set(told) == set()
    assert {told[place].difference.kind for place in expected} <= TOLD_AS.get(kind, {kind})
    others = [one for place, one in told.items() if place not in expected]
    assert {(one.difference.kind, kind) for one in others} <= {("additional", "renamed")}
