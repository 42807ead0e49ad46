"""Building: the parts of a world, put together around one state.

Only worlds that somebody looks at are built, so that this module, and with it most of the package,
is loaded with the first of them.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING

from scale_mock.callbacks.desk import CallbackDesk
from scale_mock.callbacks.receiver import Receiver
from scale_mock.callbacks.targets import Targets
from scale_mock.domain.audits import Audits
from scale_mock.domain.batch_moves import BatchMoves
from scale_mock.domain.batches import Batches
from scale_mock.domain.chats import Chats
from scale_mock.domain.core import Core
from scale_mock.domain.datasets import Datasets
from scale_mock.domain.deliveries import Deliveries
from scale_mock.domain.files import Files
from scale_mock.domain.followups import Followups
from scale_mock.domain.lifecycle import Lifecycle
from scale_mock.domain.model import MODES
from scale_mock.domain.projects import Projects
from scale_mock.domain.quality import Quality
from scale_mock.domain.studio import Studio
from scale_mock.domain.tasks import Tasks
from scale_mock.domain.team import Team
from scale_mock.domain.teamwork import Teamwork
from scale_mock.envelopes.v2 import delivered_payload
from scale_mock.faults.book import FaultBook
from scale_mock.labeling import Crowds, Planner, Staffing, Workforce
from scale_mock.rules.book import RuleBook
from scale_mock.sim.clock import VirtualClock
from scale_mock.sim.instants import to_http
from scale_mock.sim.scheduler import Scheduler
from scale_mock.tasktypes import TaskTypes
from scale_mock.world.appointments import Appointments
from scale_mock.world.meddling import CallbackFaults
from scale_mock.world.platform import RECEIVER_URL
from scale_mock.world.polls import Polls
from scale_mock.world.pump import Pump
from scale_mock.world.script import Receivers, Script
from scale_mock.world.unread import UnreadFields
from scale_mock.world.vetting import check_steering, prepare

if TYPE_CHECKING:
    from scale_mock.world.parts import Parts

KEPT = 1000
"""How many unknown routes, and how many exceptions of ours, are remembered."""

TASK_TYPES = TaskTypes()
"""The one registry of task types; it never changes."""


def build(world: Parts) -> None:
    """Puts the parts of a world together, in the place of those that it has."""
    settings = world.settings
    world.scheduler = Scheduler(
        VirtualClock(world.start_at), guard=world.lock, schedule_seed=settings.schedule_seed
    )
    world.core = Core(settings=settings, scheduler=world.scheduler, task_types=TASK_TYPES)
    _build_rules(world)
    _furnish(world, world.core)
    targets = Targets(
        hosts=settings.callback_hosts,
        timeout_s=settings.callback_timeout_s,
        date=lambda: to_http(world.now()),
    )
    world.desk = CallbackDesk(
        world.core,
        targets=targets,
        auth={mode: world.auth_key(mode) for mode in MODES},
        guard=world.lock,
        ticket=lambda: world.tickets.newest,
    )
    world.desk.on_attempt = world._tell_attempt
    world.desk.meddler = CallbackFaults(world.core, world.faults)
    world.core.callbacks = world.desk
    world.receiver = Receiver(world.now)
    targets.mount_receiver(RECEIVER_URL, world.receiver.post)
    for prefix, app in world._mounts.items():
        targets.mount(prefix, app)
    world.receivers = Receivers(world.start_at, world.now, targets, {RECEIVER_URL: world.receiver})
    world.script = Script(world.core, world._make_step)
    world.appointments = Appointments(world.core, world._make_appointment)
    world.pump = Pump(
        world.scheduler,
        world.desk,
        world.tickets,
        events_max=settings.events_max,
        appointments=world.appointments,
        follower=world.follower,
    )
    world.polls = Polls(settings.stuck_polls_max)
    world.requests = deque(maxlen=settings.requests_max)
    world.broken = deque(maxlen=KEPT)
    world.unknown_routes = deque(maxlen=KEPT)
    world.unread_fields = UnreadFields(settings.unread_fields_max)


def _build_rules(world: Parts) -> None:
    """What the user has decided beforehand: rules and faults, given and in files."""
    world.rules = RuleBook(world._first_rules)
    if world.file_rules:
        from scale_mock.rules.entry import FILES

        world.rules.replace_source(FILES, world.file_rules)
    ids = [entry.id for entry in world.rules.entries()]
    prepare(world.rules, ids, world.core, world.note_broken)
    world.faults = FaultBook(world._first_faults, faults_max=world.settings.faults_max)
    world.file_fault_ids = world.faults.extend(world.file_faults)
    world.core.planner = Planner(
        seed=world.settings.seed,
        rules=world.rules,
        now=world.core.now,
        check=partial(check_steering, TASK_TYPES),
    )


def _furnish(world: Parts, core: Core) -> None:
    """The rooms of the platform, and who works in them."""
    world.projects = Projects(core)
    world.batches = Batches(core, world.projects)
    world.lifecycle = Lifecycle(core, world.batches)
    world.tasks = Tasks(core, world.projects, world.batches, world.lifecycle)
    world.batch_moves = BatchMoves(core, world.batches, world.lifecycle)
    world.chats = Chats(core, world.tasks, world.lifecycle)
    world.deliveries = Deliveries(core, delivered_payload)
    world.datasets = Datasets(core)
    world.audits = Audits(core, world.lifecycle)
    world.followups = Followups(core, world.lifecycle, world.audits)
    world.files = Files(core, world.projects)
    world.team = Team(core)
    world.studio = Studio(core, world.projects, world.batches, world.team)
    teamwork = Teamwork(core, world.lifecycle)
    core.workforce = world.workforce = Workforce(core, teamwork)
    world.staffing = Staffing(core, world.workforce, teamwork.worklist)
    core.crowd = Crowds(core)
    world.quality = Quality(core, world.projects, world.batches)
