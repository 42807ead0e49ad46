"""Errors about single attachments: of tasks that have fewer of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from scaleapi.exceptions import ScaleInvalidRequest

from scale_mock.errors import ConfigurationError
from tests.functional.helpers import image_task

if TYPE_CHECKING:
    from tests.functional.conftest import OpenDoor
    from tests.functional.doors import Door


def test_a_wish_about_an_attachment_that_is_not_there_is_refused_at_once(door: Door) -> None:
    for named in (1, [0, 1]):
        wish = {"outcome": "error", "error": {"attachment": named}}
        with pytest.raises(ScaleInvalidRequest) as refused:
            image_task(door, metadata={"scale_mock": wish})
        assert str(refused.value).endswith(
            "is wrong: metadata.scale_mock: error: names attachment 1, the task has 1 of them, "
            "from 0"
        )
    task = image_task(door)
    with pytest.raises(ScaleInvalidRequest, match="names attachment 1"):
        door.client().set_task_metadata(task.id, {"scale_mock": wish})
    door.mock.clock.advance(days=15)
    assert [task.status for task in door.client().tasks().docs] == ["completed"]


def test_a_rule_about_an_attachment_that_is_not_there_is_named(open_door: OpenDoor) -> None:
    door = open_door(rules=[{"name": "cut", "outcome": "error", "error": {"attachment": 1}}])
    task = image_task(door)
    said = f'The error of rule "cut" names attachment 1, the task has 1 of them, from 0: {task.id}.'
    with pytest.raises(ConfigurationError) as stopped:
        door.mock.clock.advance(days=30)
    assert str(stopped.value) == said
    assert door.mock.explain(task).waits_for == (
        f"somebody to hand it on: finishing it failed: {said}"
    )
    door.mock.tasks.complete(task)
