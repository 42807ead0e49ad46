"""Snapshots: a world's state as versioned JSON, and a world put back into such a state.

A snapshot is data (store, clock, pending events, counters, the journal and the head of its chain),
never a replay of calls. What lives in the door and not in the world stays out of it: account name,
keys, hosts, ports, mounted handlers, the log of requests. Functions cannot be written down: a
snapshot names those that it left out, and is only restored where they are there again.
"""

from __future__ import annotations

from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

import scale_mock.callbacks.receiver
import scale_mock.callbacks.records
import scale_mock.domain.decisions
import scale_mock.domain.floor
import scale_mock.domain.handovers
import scale_mock.domain.model
import scale_mock.domain.records
import scale_mock.domain.taskers
from scale_mock.config import Settings
from scale_mock.config.version import VERSION
from scale_mock.domain.model import MODES, Task
from scale_mock.errors import ConfigurationError
from scale_mock.sim.instants import from_iso, to_iso
from scale_mock.world.freezing import Freezer, Thawer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.domain.side import Side
    from scale_mock.world.world import World

FORMAT = 1
"""Grows whenever an older snapshot would be read wrongly."""
KEY = "scale_mock_snapshot"

Json = dict[str, Any]

RECORDS = {
    name: cls
    for module in (
        scale_mock.domain.model,
        scale_mock.domain.records,
        scale_mock.domain.decisions,
        scale_mock.domain.handovers,
        scale_mock.domain.floor,
        scale_mock.domain.taskers,
        scale_mock.callbacks.records,
        scale_mock.callbacks.receiver,
    )
    for name, cls in vars(module).items()
    if isinstance(cls, type) and is_dataclass(cls) and cls.__module__ == module.__name__
}
"""The records that a world's state is made of, by name."""

_CORE_WITHOUT = frozenset(
    {"settings", "scheduler", "journal", "task_types", "planner", "callbacks", "sides", "door"}
    | {"responders", "workforce", "crowd"}
)
"""What of the core is made anew or written elsewhere; everything else in it is state."""
_SIDE_WITHOUT = frozenset(
    {"mode", "task_index", "tasks", "projects", "batches", "files_by_reference"}
)
_TASK_GIVEN = ("task_id", "seq", "mode", "type", "created_at", "params", "project", "batch")
_TASK_WITHOUT = frozenset({*_TASK_GIVEN, "subject", "door"})


def take(world: World) -> Json:
    """Writes a world down.

    Raises:
        PumpBusy: A callback is out.
        ConfigurationError: Something in it cannot be written down.
    """
    world.pump.rest()
    with world.pump.standstill(), world.lock:
        freezer = Freezer()
        core = world.core
        return {
            KEY: FORMAT,
            "written_by": VERSION,
            "settings": _settings(world.settings),
            "clock": {
                "start_at": to_iso(world.start_at),
                "mode": world.clock_mode,
                "rate": world.rate,
            },
            "left_out": _left_out(world),
            "scheduler": world.scheduler.dump(),
            "journal": core.journal.dump(),
            "rules": freezer.freeze(world.rules.dump()),
            "faults": freezer.freeze(world.faults.dump()),
            "core": {
                name: freezer.freeze(value)
                for name, value in vars(core).items()
                if name not in _CORE_WITHOUT
            },
            "sides": {mode: _freeze_side(freezer, core.sides[mode]) for mode in MODES},
            "callbacks": freezer.freeze(world.desk.dump()),
            "receiver": freezer.freeze(world.receiver.dump()),
            "receivers": freezer.freeze(world.receivers.dump()),
        }


def put_back(world: World, snapshot: object) -> None:
    """Puts a world into the state that a snapshot describes; writes no journal entry.

    All or nothing: a snapshot that cannot be read leaves the world as it was.

    Raises:
        ConfigurationError: It is no snapshot, of another format, or needs a function that is not
            there.
        PumpBusy: A callback is out.
    """
    found = check(snapshot)
    _require_functions(world, found)
    with world.pump.standstill(), world.lock:
        world.rebuild(
            lambda: _fill(world, found),
            settings=Settings().with_changes(**_tuples(found["settings"])),
            start_at=from_iso(found["clock"]["start_at"]),
        )


def check(snapshot: object) -> Json:
    """The snapshot itself, if it is one of this format.

    Raises:
        ConfigurationError: The text says which version wrote it.
    """
    if not isinstance(snapshot, dict) or KEY not in snapshot:
        raise ConfigurationError(
            f'This is no snapshot: a snapshot is an object with a "{KEY}" in it, as '
            "mock.snapshot() or GET /_mock/snapshot gives it."
        )
    if snapshot[KEY] != FORMAT:
        raise ConfigurationError(
            f"This snapshot has format {snapshot[KEY]!r} and was written by scale_mock "
            f"{snapshot.get('written_by', 'of an unknown version')}; this is scale_mock "
            f"{VERSION}, which reads format {FORMAT}. Take it again with this version."
        )
    return snapshot


def _fill(world: World, snapshot: Mapping[str, Any]) -> None:
    """Fills a world that was just built."""
    thawer = Thawer(RECORDS)
    core = world.core
    world.scheduler.load(snapshot["scheduler"])
    for event in world.scheduler.pending():
        thawer.learn(event)
    for mode in MODES:
        side, body = core.sides[mode], snapshot["sides"][mode]
        for name in ("projects", "batches"):
            things = getattr(side, name)
            for thing in map(thawer.record, body[name]):
                things[thing.name] = thing
                thawer.learn(thing)
        _thaw_tasks(thawer, side, body["tasks"], core.door)
    for mode in MODES:
        for name, value in snapshot["sides"][mode]["rest"].items():
            setattr(core.sides[mode], name, thawer.thaw(value))
        core.sides[mode].files_by_reference = {
            file.reference_id: file
            for file in core.sides[mode].files.values()
            if file.reference_id is not None
        }
    for name, value in snapshot["core"].items():
        setattr(core, name, thawer.thaw(value))
    core.journal.load(snapshot["journal"])
    world.rules.load(thawer.thaw(snapshot["rules"]))
    world.faults.load(thawer.thaw(snapshot["faults"]))
    world.desk.load(thawer.thaw(snapshot["callbacks"]))
    world.receiver.load(thawer.thaw(snapshot["receiver"]))
    world.receivers.load(thawer.thaw(snapshot.get("receivers", {})))
    world.clock_mode = snapshot["clock"]["mode"]
    world.rate = snapshot["clock"]["rate"]


def _freeze_side(freezer: Freezer, side: Side) -> Json:
    return {
        "projects": [freezer.record(project) for project in side.projects.values()],
        "batches": [freezer.record(batch) for batch in side.batches.values()],
        "tasks": [_freeze_task(freezer, task) for task in side.tasks.values()],
        "rest": {
            name: freezer.freeze(value)
            for name, value in vars(side).items()
            if name not in _SIDE_WITHOUT
        },
    }


def _freeze_task(freezer: Freezer, task: Task) -> Json:
    """A task: what every task has, and those of its other fields that are not empty."""
    given = {name: getattr(task, name) for name in _TASK_GIVEN}
    blank = Task(**given)
    held = {
        name: getattr(task, name)
        for name in Task.__slots__
        if name not in _TASK_WITHOUT and getattr(task, name) != getattr(blank, name)
    }
    return {name: freezer.freeze(value) for name, value in {**given, **held}.items()}


def _thaw_tasks(thawer: Thawer, side: Side, bodies: list[Json], door: str) -> None:
    for body in bodies:
        given = {name: thawer.thaw(body[name]) for name in _TASK_GIVEN}
        task = Task(**given)
        task.door = door
        side.tasks[task.task_id] = task
        thawer.learn(task)
        # Others refer to it only by its id, so the rest of it may follow at once.
        for name in body.keys() - set(_TASK_GIVEN):
            setattr(task, name, thawer.thaw(body[name]))
    side.task_index.refill(side.tasks.values())


def _left_out(world: World) -> list[str]:
    """What a snapshot cannot carry and a restored world needs."""
    return sorted(f"response function for {name}" for name in world.core.responders)


def _require_functions(world: World, snapshot: Mapping[str, Any]) -> None:
    here = _left_out(world)
    missing = [name for name in snapshot["left_out"] if name not in here]
    if missing:
        raise ConfigurationError(
            f"This snapshot needs what cannot be written down: {', '.join(missing)}. Register it "
            "in this world first, then restore."
        )


def _settings(settings: Settings) -> Json:
    """The settings that differ from the defaults."""
    usual = asdict(Settings())
    return {name: value for name, value in asdict(settings).items() if value != usual[name]}


def _tuples(settings: Mapping[str, Any]) -> Json:
    return {name: tuple(v) if isinstance(v, list) else v for name, v in settings.items()}
