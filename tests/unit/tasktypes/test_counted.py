"""Questions for how many annotations there are get the true answer, where it is allowed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scale_mock.tasktypes import TaskTypes
from scale_mock.tasktypes.attributes import counted

LABELS = ["cat", "cat", "dog", None]
CLASSES = ["cat", "dog", "sheep"]


@pytest.mark.parametrize(
    ("name", "more", "answer"),
    [
        ("total", {}, 4),
        ("n", {"description": "How many cats are there?"}, 2),
        ("number_of_dogs", {}, 1),
        ("n", {"description": "Count of cats and dogs"}, 3),
        ("n", {"description": "Count of sheep"}, 0),
        ("n", {"description": "Total, concatenated"}, 4),
        ("total", {"min": 0, "max": 4, "step": 2}, 4),
        ("total", {"max": 3}, None),
        ("total", {"min": 5}, None),
        ("total", {"min": 1, "step": 2}, None),
        ("country", {}, None),
        ("speed", {"description": "Speed in km/h"}, None),
    ],
)
def test_counted(name: str, more: dict[str, Any], answer: int | None) -> None:
    assert counted(name, {"type": "number", **more}, LABELS, CLASSES) == answer


def test_only_numbers_count() -> None:
    assert counted("total", {"choices": ["1", "2"]}, LABELS, CLASSES) is None


def test_every_frame_of_a_video_has_its_own_count() -> None:
    params = {
        "attachments": [f"https://img.test/{number}.jpg" for number in range(40)],
        "geometries": {"box": {"objects_to_annotate": ["cat", "dog"]}},
        "annotation_attributes": {
            "total": {"type": "number", "conditions": {"is_global": True}},
            "cats": {
                "type": "number",
                "description": "Number of cats",
                "conditions": {"is_global": True},
            },
        },
    }
    seen = set()
    for seed in range(10):
        found = TaskTypes().result_file(
            "videoannotation", "annotations.json", params, seed=seed, identity="i"
        )
        assert found is not None
        for frame in json.loads(found[0]):
            labels = [one["label"] for one in frame["annotations"]]
            answers = {"total": len(labels), "cats": labels.count("cat")}
            assert frame["global_attributes"] == answers
            seen.add(len(labels))
    assert len(seen) > 2
