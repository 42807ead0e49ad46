"""Snapshots: a world's state as versioned JSON, and a world put back into such a state.

A snapshot is data (store, clock, pending events, counters, the journal and the head of its chain),
never a replay of calls. What lives in the door and not in the world stays out of it: account name,
keys, hosts, ports, mounted handlers, the log of requests. Functions cannot be written down; see
:mod:`scale_mock.world.functions`.
"""

from __future__ import annotations

from dataclasses import asdict, is_dataclass, replace
from functools import partial
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
from scale_mock.domain.model import MODES, Batch, Project, Task
from scale_mock.errors import ConfigurationError, PumpBusy, ScaleMockError
from scale_mock.sim.instants import from_iso, to_iso
from scale_mock.world.freezing import Freezer, Thawer
from scale_mock.world.functions import functions_of, left_out, put_in, require
from scale_mock.world.sealing import check, sealed, writer
from scale_mock.world.shapes import Broken, at, check_kept, check_like, found_in, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from scale_mock.domain.side import Side
    from scale_mock.world.functions import Functions
    from scale_mock.world.world import World

TRIES = 100
"""How often somebody may come in between while a world is about to be written down."""
BUSY = (
    "The world cannot be written down: callbacks went out all the time. Take the snapshot when the "
    "requests that cause them are over."
)
OF_THE_DOOR = ("callback_hosts", "snapshot_bytes_max", "body_bytes_max", "worlds_max")
"""Settings that say what a door lets through; no snapshot opens it further."""

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
    for _ in range(TRIES):
        world.pump.rest()
        with world.pump.standstill(), world.lock:
            # Somebody may have come in between, and what is just being sent is not state.
            if not world.desk.has_mail_out and not world.appointments.has_due:
                return sealed(_state(world))
    raise PumpBusy(BUSY)


def _state(world: World) -> Json:
    freezer = Freezer()
    core = world.core
    core.journal.digest()  # brings the chain up to date, so that having asked for it shows nowhere
    return {
        "settings": _settings(world.settings),
        "start_at": to_iso(world.start_at),
        "left_out": left_out(world),
        "scheduler": world.scheduler.dump(),
        "journal": core.journal.dump(),
        "rules": freezer.freeze(world.rules.dump()),
        "faults": freezer.freeze(world.faults.dump()),
        "file_fault_ids": freezer.freeze(world.file_fault_ids),
        "core": {
            name: freezer.freeze(value)
            for name, value in vars(core).items()
            if name not in _CORE_WITHOUT
        },
        "sides": {mode: _freeze_side(freezer, core.sides[mode]) for mode in MODES},
        "callbacks": freezer.freeze(world.desk.dump()),
        "receiver": freezer.freeze(_keyless(world, world.receiver.dump())),
        "receivers": {
            url: freezer.freeze(_keyless(world, dumped))
            for url, dumped in world.receivers.dump().items()
        },
    }


def put_back(world: World, snapshot: object) -> None:
    """Puts a world into the state that a snapshot describes; writes no journal entry.

    All or nothing: a snapshot that cannot be read leaves the world as it was. What belongs to the
    doors stays: keys, hosts that callbacks may go to, mounted handlers, functions, and exceptions
    inside the mock that nobody was told of yet.

    Raises:
        ConfigurationError: It is no snapshot, of another format, changed by somebody, or needs a
            function that is not there.
        PumpBusy: A callback is out.
    """
    found = check(snapshot)
    known = functions_of(world)
    try:
        _check_beginning(found)
        require(known, found["left_out"])
        settings = whole(("settings",), found["settings"], partial(_settings_of, world))
        start_at = whole(("start_at",), found["start_at"], from_iso)
        with world.pump.standstill(), world.lock:
            broken = list(world.broken)
            world.rebuild(lambda: _fill(world, found, known), settings=settings, start_at=start_at)
            world.broken.extend(broken)
    except Broken as error:
        raise _refused(found, str(error)) from error
    except ScaleMockError:
        raise
    except Exception as error:
        raise _refused(found, f"{type(error).__name__}: {error}") from error


def _refused(snapshot: Mapping[str, Any], problem: str) -> ConfigurationError:
    return ConfigurationError(
        f"This snapshot, written by {writer(snapshot)}, cannot be read: {problem}. "
        f"Take it again with this version, scale_mock {VERSION}."
    )


def _check_beginning(snapshot: Mapping[str, Any]) -> None:
    """Refuses a snapshot without what is needed before a world can be built."""
    kinds: dict[str, tuple[type, str]] = {
        "settings": (dict, "an object"),
        "start_at": (str, "text"),
        "left_out": (list, "a list"),
        "receivers": (dict, "an object"),
    }
    for name, (kind, said) in kinds.items():
        if name not in snapshot:
            raise Broken((), f"the key {name!r} is missing")
        if not isinstance(snapshot[name], kind):
            raise Broken((name,), f"expected {said}, found {found_in(snapshot[name])}")
    for number, one in enumerate(snapshot["left_out"]):
        if not isinstance(one, str):
            raise Broken(("left_out", number), f"expected text, found {found_in(one)}")


def _fill(world: World, snapshot: Mapping[str, Any], known: Functions) -> None:
    """Fills a world that was just built; what is wrong is told by its place."""
    check_like(snapshot, _state(world))
    thawer = Thawer(RECORDS)
    core = world.core
    whole(("scheduler",), snapshot["scheduler"], world.scheduler.load)
    for event in world.scheduler.pending():
        thawer.learn(event)
    for mode in MODES:
        side, body = core.sides[mode], snapshot["sides"][mode]
        for name in ("projects", "batches"):
            things = getattr(side, name)
            for number, written in enumerate(body[name]):
                place = "sides", mode, name, number
                thing = at(place, written, thawer.thaw)
                if type(thing) is not (Project if name == "projects" else Batch):
                    raise Broken(place, f"expected one of the {name}, found {found_in(written)}")
                things[thing.name] = thing
                thawer.learn(thing)
        _thaw_tasks(thawer, side, body["tasks"], core.door)
    for mode in MODES:
        for name, value in snapshot["sides"][mode]["rest"].items():
            setattr(core.sides[mode], name, at(("sides", mode, "rest", name), value, thawer.thaw))
        rest, kept = core.sides[mode], snapshot["sides"][mode]["rest"]
        whole(("sides", mode, "rest"), None, partial(_check_fields, thawer, rest, kept))
        core.sides[mode].files_by_reference = {
            file.reference_id: file
            for file in core.sides[mode].files.values()
            if file.reference_id is not None
        }
    for name, value in snapshot["core"].items():
        setattr(core, name, at(("core", name), value, thawer.thaw))
    whole(("core",), None, partial(_check_fields, thawer, core, snapshot["core"]))
    whole(("journal",), snapshot["journal"], core.journal.load)
    rules = world.rules
    _load(thawer, snapshot, "rules", rules.dump(), lambda one: rules.load(one, known.of_rules))
    put_in(world, known)
    _load(thawer, snapshot, "faults", world.faults.dump(), world.faults.load)
    world.file_fault_ids = at(("file_fault_ids",), snapshot["file_fault_ids"], thawer.thaw)
    _load(thawer, snapshot, "callbacks", world.desk.dump(), world.desk.load)
    receiver = world.receiver
    _load(
        thawer, snapshot, "receiver", receiver.dump(), lambda one: receiver.load(_keyed(world, one))
    )
    _load_receivers(thawer, world, snapshot["receivers"])
    world.clock_mode, world.rate = world.settings.clock, world.settings.rate
    if world.clock_mode == "follow":
        world.follower.require()


def _check_fields(thawer: Thawer, record: object, names: Iterable[str], _: object) -> None:
    thawer.fields.check(record, names)


def _load(
    thawer: Thawer,
    snapshot: Mapping[str, Any],
    name: str,
    usual: Mapping[str, object],
    load: Callable[[Any], object],
) -> None:
    """Hands a part of a snapshot to whoever wrote it, and writes it like this when it is new."""
    thawed = at((name,), snapshot[name], thawer.thaw)
    whole((name,), None, lambda _: check_kept(thawed, usual))
    whole((name,), None, lambda _: load(thawed))


def _load_receivers(thawer: Thawer, world: World, written: Mapping[str, Json]) -> None:
    read = {}
    for url, one in written.items():
        place = "receivers", url
        read[url] = whole(place, at(place, one, thawer.thaw), partial(_keyed, world))
    whole(("receivers",), read, world.receivers.load)


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
    for number, body in enumerate(bodies):
        place = "sides", side.mode, "tasks", number
        if not isinstance(body, dict):
            raise Broken(place, f"expected an object, found {found_in(body)}")
        for name in _TASK_GIVEN:
            if name not in body:
                raise Broken(place, f"the key {name!r} is missing")
        task = Task(**{name: at((*place, name), body[name], thawer.thaw) for name in _TASK_GIVEN})
        task.door = door
        side.tasks[task.task_id] = task
        thawer.learn(task)
        # Others refer to it only by its id, so the rest of it may follow at once.
        for name in body.keys() - set(_TASK_GIVEN):
            if name not in Task.__slots__:
                raise Broken(place, f"there is no key {name!r} here")
            setattr(task, name, at((*place, name), body[name], thawer.thaw))
        whole(place, None, partial(_check_fields, thawer, task, body))
    side.task_index.refill(side.tasks.values())


def _keyless(world: World, received: Any) -> Json:
    """What a receiver keeps, with the mode in the place of the callback auth key."""
    return _with_auth(received, {world.auth_key(mode): f"auth of {mode}" for mode in MODES})


def _keyed(world: World, received: Mapping[str, Any]) -> Json:
    """What :func:`_keyless` wrote, with the keys of this world."""
    return _with_auth(received, {f"auth of {mode}": world.auth_key(mode) for mode in MODES})


def _with_auth(received: Mapping[str, Any], words: Mapping[str, str]) -> Json:
    requests = [
        replace(
            request,
            headers={name: words.get(value, value) for name, value in request.headers.items()},
        )
        for request in received["requests"]
    ]
    return {**received, "requests": requests}


def _settings(settings: Settings) -> Json:
    """The settings that differ from the defaults, without what a door allows."""
    usual = asdict(Settings())
    return {
        name: value
        for name, value in asdict(settings).items()
        if value != usual[name] and name not in OF_THE_DOOR
    }


def _settings_of(world: World, written: Mapping[str, Any]) -> Settings:
    given = {name: tuple(v) if isinstance(v, list) else v for name, v in written.items()}
    kept = {name: getattr(world.settings, name) for name in OF_THE_DOOR}
    return Settings().with_changes(**{**given, **kept})
