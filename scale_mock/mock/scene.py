"""The scene: what a scenario says about the world in which it plays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from scale_mock.sim.instants import EPOCH

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from scale_mock.faults.fault import Fault
    from scale_mock.rules.rule import Rule
    from scale_mock.world.script import Play


class Scene(NamedTuple):
    """What a world begins with, as far as nobody else says otherwise.

    Attributes:
        settings: Settings by name, the seed among them if the scenario names one.
        start_at: The first instant.
        rules: What happens to which tasks.
        faults: What goes wrong.
        play: What happens by itself; ``None`` without a scenario.
    """

    settings: Mapping[str, Any]
    start_at: datetime = EPOCH
    rules: tuple[Rule, ...] = ()
    faults: tuple[Fault, ...] = ()
    play: Play | None = None


NO_SCENE = Scene({})
