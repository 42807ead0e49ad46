"""The rooms of the platform and who works in them, furnished around one world's state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.domain.audits import Audits
from scale_mock.domain.batch_moves import BatchMoves
from scale_mock.domain.batches import Batches
from scale_mock.domain.chats import Chats
from scale_mock.domain.datasets import Datasets
from scale_mock.domain.deliveries import Deliveries
from scale_mock.domain.files import Files
from scale_mock.domain.followups import Followups
from scale_mock.domain.lifecycle import Lifecycle
from scale_mock.domain.projects import Projects
from scale_mock.domain.quality import Quality
from scale_mock.domain.studio import Studio
from scale_mock.domain.tasks import Tasks
from scale_mock.domain.team import Team
from scale_mock.domain.teamwork import Teamwork
from scale_mock.envelopes.v2 import delivered_payload
from scale_mock.labeling import Crowds, Staffing, Workforce

if TYPE_CHECKING:
    from scale_mock.domain.core import Core


class Platform:
    """What the platform does with projects, batches, tasks, people and files.

    Hands the core its ports to whoever works: the Studio team and Rapid's crowds.
    """

    def _furnish(self, core: Core) -> None:
        self.projects = Projects(core)
        self.batches = Batches(core, self.projects)
        self.lifecycle = Lifecycle(core, self.batches)
        self.tasks = Tasks(core, self.projects, self.batches, self.lifecycle)
        self.batch_moves = BatchMoves(core, self.batches, self.lifecycle)
        self.chats = Chats(core, self.tasks, self.lifecycle)
        self.deliveries = Deliveries(core, delivered_payload)
        self.datasets = Datasets(core)
        self.audits = Audits(core, self.lifecycle)
        self.followups = Followups(core, self.lifecycle, self.audits)
        self.files = Files(core, self.projects)
        self.team = Team(core)
        self.studio = Studio(core, self.projects, self.batches, self.team)
        teamwork = Teamwork(core, self.lifecycle)
        core.workforce = self.workforce = Workforce(core, teamwork)
        self.staffing = Staffing(core, self.workforce, teamwork.worklist)
        core.crowd = Crowds(core)
        self.quality = Quality(core, self.projects, self.batches)
