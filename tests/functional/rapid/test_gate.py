"""The gate before production: what each level asks for, and what supplies it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from scaleapi.exceptions import ScaleInvalidRequest
from scaleapi.tasks import TaskType

from scale_mock import ConfigurationError, ScaleMock
from tests.functional.helpers import batch
from tests.functional.rapid.steps import audit, calibrated, kittens, pictures, quality

if TYPE_CHECKING:
    from tests.functional.conftest import OpenDoor
    from tests.functional.doors import Door

NEEDS = (
    'A production batch of the Rapid project "kittens" needs a calibration batch that has been '
    "finalized. "
)
FINALIZE = (
    " with POST /v1/batches/NAME/finalize (client.finalize_batch). The mock's setting rapid_gate "
    "says how much is needed."
)
NONE = (
    f'{NEEDS}It has none: create one with POST /v1/batches and "calibration_batch": true '
    f"(client.create_batch), add tasks to it and finalize it{FINALIZE}"
)
FULL = (
    'Batch "b" cannot be finalized yet (setting rapid_gate="full" of the mock). Its project is '
    "missing: "
)
EVALUATION = (
    "an evaluation task (POST /v1/evaluation_tasks/imageannotation, client.create_evaluation_task)"
)
TRAINING = "a training task (POST /v1/training_tasks/imageannotation, client.create_training_task)"


def refused(call: object) -> str:
    """The text of a refusal."""
    with pytest.raises(ScaleInvalidRequest) as caught:
        call()  # type: ignore[operator]
    assert caught.value.code == 400
    return str(caught.value.message)


def test_a_live_production_batch_needs_a_finalized_calibration_batch(door: Door) -> None:
    kittens(door)
    assert refused(lambda: batch(door, "b", of="kittens")) == NONE
    batch(door, "own", of="kittens", self_label_batch=True).finalize()
    assert refused(lambda: batch(door, "b", of="kittens")) == NONE
    names = [f"c{number}" for number in range(7)]
    made = [batch(door, name, of="kittens", calibration_batch=True) for name in names]
    assert refused(lambda: batch(door, "b", of="kittens")) == (
        f'{NEEDS}Still in staging: "c0", "c1", "c2", "c3", "c4", .... Finalize one{FINALIZE}'
    )
    made[3].finalize()
    assert batch(door, "b", of="kittens").status == "staging"
    assert door.client().finalize_batch("b").status == "in_progress"


def test_what_was_refused_left_no_batch_behind(door: Door) -> None:
    kittens(door)
    refused(lambda: batch(door, "b", of="kittens"))
    assert list(door.client().get_batches()) == []


def test_a_calibration_batch_of_another_project_or_mode_does_not_count(
    open_door: OpenDoor,
) -> None:
    door = open_door(rapid_gate="calibration")
    kittens(door)
    kittens(door, mode="test")
    door.client().create_project("other", TaskType.ImageAnnotation, rapid=True)
    for of, mode in (("other", "live"), ("kittens", "test")):
        batch(door, f"c-{of}-{mode}", of=of, mode=mode, calibration_batch=True).finalize()
    assert refused(lambda: batch(door, "b", of="kittens")) == NONE
    assert batch(door, "b", of="kittens", mode="test").status == "staging"


def test_test_mode_has_no_gate_unless_the_setting_says_so(open_door: OpenDoor) -> None:
    door = open_door()
    kittens(door, mode="test")
    assert batch(door, "b", of="kittens", mode="test").finalize().status == "in_progress"
    strict = open_door(rapid_gate="calibration")
    kittens(strict, mode="test")
    assert refused(lambda: batch(strict, "b", of="kittens", mode="test")) == NONE


def test_the_gate_can_be_off(open_door: OpenDoor) -> None:
    door = open_door(rapid_gate="off")
    kittens(door)
    assert batch(door, "b", of="kittens").finalize().status == "in_progress"


def test_the_full_gate_lists_what_is_missing_until_nothing_is(open_door: OpenDoor) -> None:
    door = open_door(rapid_gate="full")
    kittens(door)
    assert refused(lambda: batch(door, "b", of="kittens")) == NONE
    tasks = calibrated(door)
    made = batch(door, "b", of="kittens")
    pictures(door, "b", 1)
    unaudited = (
        "a calibration score of at least 80 (no calibration task was audited yet: POST "
        "/v1/task/TASK_ID/audit, task.audit)"
    )
    assert refused(made.finalize) == f"{FULL}{unaudited}; {EVALUATION}; {TRAINING}."
    quality(door, "training", 1)
    assert refused(made.finalize) == f"{FULL}{unaudited}; {EVALUATION}."
    audit(tasks, accepted=10)
    assert refused(made.finalize) == f"{FULL}{EVALUATION}."
    quality(door, "evaluation", 1)
    assert made.finalize().status == "in_progress"
    assert made.get_status() == {"status": "in_progress", "pending": 1}


def test_the_full_gate_holds_for_python_too(open_door: OpenDoor) -> None:
    door = open_door(rapid_gate="full")
    kittens(door)
    calibrated(door, count=1)
    batch(door, "b", of="kittens")
    with pytest.raises(Exception, match=re.escape(FULL)):
        door.mock.batches.finalize("b")
    assert batch(door, "c", of="kittens", calibration_batch=True).finalize().status == "in_progress"


def test_a_score_of_exactly_eighty_passes(open_door: OpenDoor) -> None:
    rule = {"match": {"batch_kind": "calibration"}, "calibration": {"confidence": 0}}
    door = open_door(rapid_gate="full", rules=[rule])
    kittens(door)
    audit(calibrated(door, count=4), accepted=4)
    assert door.mock.projects.calibration("kittens")["score"] == 80.0
    quality(door, "training", 1)
    quality(door, "evaluation", 1)
    assert batch(door, "b", of="kittens").finalize().status == "in_progress"


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        (
            {"rapid_gate": "of"},
            "rapid_gate='of': expected one of off, calibration, full, or None for calibration in "
            "live mode and off in test mode.",
        ),
        ({"crowd_accuracy": 90}, "crowd_accuracy=90: expected a number from 0 to 1."),
        ({"crowd_threshold": -0.1}, "crowd_threshold=-0.1: expected a number from 0 to 1."),
        ({"crowd_size": 0}, "crowd_size=0: expected an integer of at least 1."),
        ({"evaluation_every": 1.5}, "evaluation_every=1.5: expected an integer of at least 1."),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, object], text: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^{re.escape(text)}$"):
        ScaleMock(**settings)  # type: ignore[arg-type]
