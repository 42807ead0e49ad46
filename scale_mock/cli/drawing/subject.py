"""What is drawn: a task as the API answers it, and the files that its response refers to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scale_mock.errors import ScaleMockError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class DrawingError(ScaleMockError):
    """There is nothing to draw, or it cannot be read; the message is one line and says why."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A task to draw.

    Args:
        task: The task object of the API.
        fetch: Reads a result file by its URL; raises :class:`DrawingError`.
        frame: Which frame or page is asked for, counted from 0; ``None`` if nobody asked.
    """

    task: Mapping[str, Any]
    fetch: Callable[[str], bytes]
    frame: int | None

    @property
    def type(self) -> str:
        """The task's type."""
        return str(self.task.get("type", ""))

    @property
    def params(self) -> Mapping[str, Any]:
        """What was asked for."""
        return _object(self.task.get("params"))

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What the customer noted."""
        return _object(self.task.get("metadata"))

    @property
    def response(self) -> Mapping[str, Any]:
        """The labels.

        Raises:
            DrawingError: There are none.
        """
        response = self.task.get("response")
        status = self.task.get("status")
        name = self.task.get("task_id") or "The task"
        if status == "error" or (isinstance(response, dict) and set(response) == {"error"}):
            raise DrawingError(f"{name} ended with an error, so it has no labels: {response}")
        if not isinstance(response, dict):
            raise DrawingError(f"{name} has no response ({status=!s}), so there are no labels yet.")
        return response

    def json(self, url: str) -> Any:
        """A result file, parsed.

        Raises:
            DrawingError: It cannot be reached, or is no JSON.
        """
        content = self.fetch(url)
        try:
            return json.loads(content)
        except ValueError as error:
            raise DrawingError(f"The result file {url} is no JSON: {error}") from error

    def pick(self, count: int, what: str = "frame") -> int:
        """Which of that many frames is drawn.

        Raises:
            DrawingError: There is none of that number.
        """
        asked = self.frame or 0
        if not count:
            raise DrawingError(f"The task has no {what} to draw.")
        if not 0 <= asked < count:
            raise DrawingError(
                f"There is no {what} {asked}: the task has {count}, numbered 0 to {count - 1}."
            )
        return asked


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
