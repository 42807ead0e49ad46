"""Owns one call for each method of the official npm client, and what each reaches."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

from scale_mock import ScaleMock
from tests.functional.clients.newer_node import CALLS
from tests.functional.clients.nodes import MODULES, run_node, why_no_npm_client

PROGRAM = Path(__file__).with_name("npm_sdk.js")
NAME = "scaleapi"
PICTURE = {"attachment_type": "image", "attachment": "http://i.imgur.com/x.jpg"}
BOXES = {**PICTURE, "instruction": "Do it", "objects_to_annotate": ["cow"], "with_labels": True}
WEB = {"instruction": "Do it", "attachment_type": "website", "attachment": "https://a.test/"}
BODIES: dict[str, dict[str, Any]] = {
    "Categorization": {**WEB, "categories": ["big", "small"]},
    "Transcription": {**WEB, "fields": {"title": "Title"}},
    "Comparison": {
        "instruction": "Same?",
        "attachment_type": "image",
        "attachments": ["http://a.test/1", "http://a.test/2"],
        "choices": ["yes"],
    },
    "Annotation": BOXES,
    "Polygonannotation": BOXES,
    "Lineannotation": BOXES,
    "Datacollection": {**WEB, "fields": {"page": "Hiring page"}},
    "Audiotranscription": {"attachment_type": "audio", "attachment": "https://a.test/a.wav"},
    "Pointannotation": BOXES,
    "Cuboidannotation": BOXES,
    "Segmentannotation": {**PICTURE, "instruction": "Do it", "labels": ["road"]},
}


def why_not_here() -> str | None:
    """What this machine lacks to drive it; ``None`` if nothing."""
    return why_no_npm_client()


def client() -> str:
    """Name and version of what is driven."""
    package = Path(os.environ[MODULES]) / NAME / "package.json"
    return f"{NAME} {json.loads(package.read_text())['version']}"


def drive() -> dict[str, list[str]]:
    """What each method of the installed client reaches.

    Raises:
        AssertionError: A method has no call here, or the platform refuses one.
    """
    with ScaleMock() as mock:
        task, other = (mock.client().create_task(_type(), **BODIES["Categorization"]) for _ in "12")
        calls: dict[str, list[Any]] = {
            "fetchTask": [task.id],
            "cancelTask": [other.id],
            "tasks": [{"limit": 5}],
            "createTask": ["categorization", BODIES["Categorization"]],
            **{f"create{name}Task": [body] for name, body in BODIES.items()},
        }
        before = len(mock.requests)
        (said,) = run_node(str(PROGRAM), mock, {"task": task.id, "calls": calls})
        assert sorted(said["made"]) == sorted(said["methods"])
        _, *sent = mock.requests[before:]  # the first fetches a task to see what tasks can do
        assert [one for one in sent if one.status >= 400] == []
        return _by_method(said["made"], [str(one.operation) for one in sent])


def drive_newer() -> list[str]:
    """The operations that plain Node reaches in the wire forms of Scale's newer client."""
    with ScaleMock() as mock:
        run_node("http.js", mock, CALLS)
        assert [one for one in mock.requests if one.status >= 400] == []
        return sorted({str(one.operation) for one in mock.requests})


def _by_method(made: list[str], operations: list[str]) -> dict[str, list[str]]:
    """Deals the requests out to the calls: one each, and before one of a task its fetch."""
    left = iter(operations)
    reached = {}
    for method in made:
        if re.match("Task[.]", method):
            assert next(left) == "get_task"
        reached[method] = [next(left)]
    assert list(left) == []
    return dict(sorted(reached.items()))


def _type() -> Any:
    from scaleapi.tasks import TaskType

    return TaskType.Categorization
