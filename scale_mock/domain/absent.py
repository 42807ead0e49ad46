"""Who stands in where nobody works: for a Studio team, and for the crowds of Rapid."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from scale_mock.domain.model import Batch, Project, Task
    from scale_mock.domain.records import QualityTask


class Nobody:
    """Stands in for a workforce where there is none: whatever is offered waits."""

    def offer(self, task: Task) -> None:
        """Nobody takes it."""

    def withdraw(self, task: Task) -> None:
        """Nobody has it."""

    def requeue(self, task: Task) -> None:
        """Nobody stands in line for it."""

    def reconsider(self) -> None:
        """Nobody changes their mind."""

    def due(self, thing: Task | Batch) -> datetime | None:
        """Nothing will come of it."""
        return None


class NoCrowd:
    """Stands in for the crowds where there are none: nobody takes a task, nobody is trained."""

    def take(self, task: Task) -> str | None:
        """Nobody takes it."""
        return None

    def report(self, task: Task, by: str) -> None:
        """Nobody has anything to say."""

    def launch(self, project: Project) -> None:
        """Nobody is there to begin."""

    def learn(self, task: QualityTask) -> None:
        """Nobody attempts it."""
