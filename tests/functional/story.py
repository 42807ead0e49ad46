"""Owns a story that touches everything once, for tests that tell it twice and compare.

As a program it tells the story in a process of its own and prints the journal's digest.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from scaleapi.tasks import TaskType
from scaleapi.teams import TeammateRole

from scale_mock import ScaleMock
from tests.functional.doors import Door, socket_door
from tests.functional.helpers import (
    CATEGORIES,
    HOOK,
    IMAGE,
    TEXTS,
    batch,
    completed_task,
    image_task,
    project,
    studio_team,
)

if TYPE_CHECKING:
    from scaleapi import ScaleClient

SETTINGS = {
    "seed": 7,
    "rules": [
        {"match": {"tags": "bad"}, "outcome": "error", "after": "1h..2h"},
        {"match": {"tags": "slow"}, "after": "1h..3 days"},
    ],
}


def tell(door: Door) -> str:
    """Tells the story; the digest of the journal at its end."""
    live, test = door.client("live"), door.client("test")
    project(door, params={"instruction": "Box."})
    batch(door, callback=HOOK)
    for number in range(30):
        tag = ("bad", "slow", "plain", "ünïcode")[number % 4]
        more = {"metadata": {"b": 1, "a": [number]}, "tags": [tag, "all"], "callback_url": HOOK}
        image_task(door, batch="w1", **more)
    completed_task(door, unique_id="u", callback_url="qa@example.test").audit(accepted=False)
    _rapid_and_studio(door, live)
    project(door, mode="test")
    for kind, body in (
        (TaskType.Categorization, CATEGORIES),
        (TaskType.TextCollection, TEXTS),
        (TaskType.ImageAnnotation, {**IMAGE, "project": "bikes"}),
    ):
        task = test.create_task(kind, callback_url=HOOK, **body)
        task.set_tags(["seen"])
    door.mock.clock.advance(hours=2)
    live.tasks(status="pending", limit=1).docs[0].set_metadata({"x": 1.5})
    door.mock.clock.advance(days=30)
    return door.mock.journal.digest()


def _rapid_and_studio(door: Door, live: ScaleClient) -> None:
    project(door, "fast", rapid=True)
    batch(door, "calibration", of="fast", calibration_batch=True, callback=HOOK)
    for _ in range(3):
        image_task(door, batch="calibration")
    live.finalize_batch("calibration")
    live.create_training_task(
        TaskType.ImageAnnotation, project="fast", expected_response={}, **IMAGE
    )
    studio_team(door, "ann@example.test", "bob@example.test", of="own")
    live.update_teammates_role(["bob@example.test"], TeammateRole.Manager)
    live.create_project_group("own", ["ann@example.test"], "night")
    batch(door, "own-1", of="own")
    image_task(door, batch="own-1")
    live.assign_studio_batches("own-1", ["night"])
    live.finalize_batch("own-1")
    live.set_studio_batches_priorities(["own-1"])
    live.upload_file(io.BytesIO(b"pixels"), project_name="own", reference_id="r")


def main() -> None:
    """Prints the digest of the story, told over a socket."""
    with ScaleMock(**SETTINGS) as mock:  # type: ignore[arg-type]
        print(tell(socket_door(mock)))  # noqa: T201


if __name__ == "__main__":
    main()
