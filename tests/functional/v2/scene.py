"""Owns the small world that v2's tests begin with, and its examples on disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from requests import Response

    from tests.functional.doors import Door

EXAMPLES = Path(__file__).parents[3] / "fixtures" / "v2_examples"
PROJECT = "chat-quality"
RLHF = "RLHF: Pref Ranking with Rewrites"
PROMPT = {"prompt": "Name the capital of France."}


def example(name: str) -> Any:
    return json.loads((EXAMPLES / name).read_text(encoding="utf-8"))


class Scene:
    """A world with one chat project.

    Args:
        door: The way in.
        v2: The SDK's v2 half in live mode.
        v2_test: The same in test mode.
    """

    def __init__(self, door: Door, v2: Any, v2_test: Any) -> None:
        self.door = door
        self.mock = door.mock
        self.v2 = v2
        self.v2_test = v2_test
        made = self.mock.projects.set_up(PROJECT, types=[RLHF], models=["model-a", "model-b"])
        self.project_id = str(made["id"])

    def raw(self, method: str, path: str, **more: Any) -> Response:
        """A plain request below ``/v2``."""
        return self.door.request(method, f"/v2{path}", **more)

    def ok(self, method: str, path: str, **more: Any) -> Any:
        """The body of a plain request that is answered with exactly 200."""
        reply = self.raw(method, path, **more)
        assert reply.status_code == 200, reply.text
        assert reply.headers["content-type"] == "application/json; charset=utf-8"
        return reply.json()

    def batch(self, name: str = "week-10", **more: Any) -> Any:
        """A batch, created through the SDK."""
        return self.v2.create_batch({"name": name, "project_name": PROJECT, **more})

    def task(self, batch: str | None = None, **more: Any) -> Any:
        """A chat task, created through the SDK."""
        body = {"project_name": PROJECT, "template_variables": PROMPT, **more}
        return self.v2.create_chat_task({**body, **({"batch_name": batch} if batch else {})})

    def done(self, batch: str | None = None, **more: Any) -> Any:
        """A chat task that was completed by hand."""
        task = self.task(batch, **more)
        self.mock.tasks.complete(task)
        return task
