"""Owns sample bodies, the worlds that several subjects begin with, and calls without a socket."""

from __future__ import annotations

import io
import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from wsgiref.types import WSGIApplication

    from scale_mock import ScaleMock

PROJECT = {"name": "vehicles", "type": "imageannotation"}
IMAGE: dict[str, Any] = {
    "project": "vehicles",
    "callback_url": "http://receiver.scale-mock.test/",
    "attachment": "https://img.example.test/0001.jpg",
    "attachment_type": "image",
    "geometries": {
        "box": {
            "objects_to_annotate": ["car", "truck", "bicycle", "pedestrian"],
            "min_height": 10,
            "min_width": 10,
        }
    },
    "annotation_attributes": {
        "moving": {
            "type": "category",
            "description": "Is it moving?",
            "choices": ["yes", "no"],
            "conditions": {"label_condition": {"label": ["car", "truck"]}},
        }
    },
    "metadata": {"row": 17, "note": "x" * 300},
    "instruction": "Label every vehicle. " * 10,
}
"""A typical image task: 1.0 KB as a request, 1.3 KB as a pending task."""
SMALL_NOTE = {**IMAGE, "metadata": {"row": 17, "note": "x" * 40}, "instruction": "Label."}
"""The same with less around it: 1.3 KB as a completed task with the two boxes of ``BOXES``."""
BOXES = {
    "annotations": [
        {
            "uuid": f"7f3c5d0e-91f2-4f6e-8f0a-4f5f1f0c2a0{number}",
            "label": label,
            "type": "box",
            "left": 120 + number,
            "top": 80,
            "width": 200,
            "height": 96,
            "attributes": {"moving": "yes"},
        }
        for number, label in enumerate(("car", "truck"))
    ]
}
CATEGORIES: dict[str, Any] = {
    "callback_url": "http://receiver.scale-mock.test/",
    "instruction": "Which one?",
    "attachment_type": "website",
    "attachment": "https://www.example.test/",
    "categories": ["public", "private"],
}
COMMON = frozenset({"project", "callback_url", "metadata", "instruction"})
IMAGE_PARAMS = {name: value for name, value in IMAGE.items() if name not in COMMON}
"""The part of ``IMAGE`` that the task type's own schema is about."""


def authorization(key: str) -> str:
    """The header that the official SDK sends."""
    return "Basic " + b64encode(f"{key}:".encode()).decode()


def call_app(
    app: WSGIApplication,
    method: str,
    target: str,
    *,
    headers: Mapping[str, str],
    body: bytes = b"",
) -> tuple[int, list[tuple[str, str]], bytes]:
    """Calls an application with as little around it as PEP 3333 allows.

    Returns:
        Status, headers, body.
    """
    path, _, query = target.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "REQUEST_URI": target,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_LENGTH": str(len(body)),
        "SERVER_NAME": "bench",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
    }
    for name, value in headers.items():
        variable = name.upper().replace("-", "_")
        environ["CONTENT_TYPE" if variable == "CONTENT_TYPE" else f"HTTP_{variable}"] = value
    started: list[tuple[int, list[tuple[str, str]]]] = []

    def start_response(status: str, found: list[tuple[str, str]], _error: Any = None) -> Any:
        started.append((int(status[:3]), found))

    produced = b"".join(app(environ, start_response))
    return *started[0], produced


class Direct:
    """Calls a mock's application: what a request costs without any client and any socket."""

    def __init__(self, mock: ScaleMock) -> None:
        self._app = mock.app
        self._headers = {
            "Authorization": authorization(mock.live_key),
            "Content-Type": "application/json",
        }

    def get(self, target: str) -> bytes:
        return self._ok("GET", target, b"")

    def post(self, target: str, body: bytes) -> bytes:
        return self._ok("POST", target, body)

    def create(self, type_name: str, body: Mapping[str, object]) -> str:
        """Creates a task; its id."""
        made = self.post(f"/v1/task/{type_name}", json.dumps(body).encode())
        task_id: str = json.loads(made)["task_id"]
        return task_id

    def _ok(self, method: str, target: str, body: bytes) -> bytes:
        status, _, reply = call_app(self._app, method, target, headers=self._headers, body=body)
        if status != 200:
            raise RuntimeError(f"{method} {target}: {status} {reply!r}")
        return reply


def new_mock(**settings: Any) -> tuple[ScaleMock, Direct]:
    """A mock with the project of the image tasks."""
    from scale_mock import ScaleMock

    mock = ScaleMock(**settings)
    direct = Direct(mock)
    direct.post("/v1/projects", json.dumps(PROJECT).encode())
    return mock, direct


def fill(
    mock: ScaleMock, count: int, *, body: Mapping[str, object] = IMAGE
) -> Callable[[], object]:
    """Puts image tasks of one batch into the live store, below every door.

    Returns:
        A function that creates one more.
    """
    world = mock._world
    side = world.core.sides["live"]
    if "night" not in side.batches:
        world.batches.create(side, {"name": "night", "project": "vehicles"})
    numbers = iter(range(10**9))

    def create() -> object:
        number = len(side.tasks) * 10 + next(numbers) % 10
        given = {**body, "batch": "night", "unique_id": f"row-{number}"}
        return world.tasks.create(side, "imageannotation", given)

    for _ in range(count):
        create()
    return create
