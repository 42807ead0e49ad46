"""Owns what a customer does before it is a consumer's turn: create a task, wait, fetch files."""

from __future__ import annotations

import importlib
import warnings
from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from types import ModuleType

    from scaleapi.tasks import Task, TaskType

    from scale_mock import ScaleMock

TIMEOUT_S = 20


def quietly(name: str) -> ModuleType:
    """Imports a module; what its own dependencies are warned about is not our concern."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module(name)


class Platform:
    """One world, used through the official SDK and plain HTTP only.

    Args:
        mock: The world.
    """

    def __init__(self, mock: ScaleMock) -> None:
        self.mock = mock
        self.client = mock.client()

    def label(self, kind: TaskType, **params: Any) -> dict[str, Any]:
        """A task, created and labeled: as the API answers it then."""
        return self.labeled(self.client.create_task(kind, **params)).as_dict()

    def labeled(self, task: Task) -> Task:
        """Lets the clock run until the task is labeled."""
        self.mock.clock.advance(days=30)
        task.refresh()
        assert task.status == "completed"
        return task

    def fetch(self, url: str) -> requests.Response:
        """A result file: its address needs no key."""
        assert url.startswith(f"{self.mock.url}/")
        response = requests.get(url, timeout=TIMEOUT_S)
        assert response.status_code == 200
        return response

    def export(self) -> str:
        """All tasks with their responses, one JSON object a line."""
        response = requests.get(
            f"{self.mock.url}/_mock/export", auth=(self.mock.live_key, ""), timeout=TIMEOUT_S
        )
        assert response.status_code == 200
        return response.text
