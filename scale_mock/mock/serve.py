"""A host for a server of its own: it opens a world for every well-formed key that comes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import scale_mock.world.building  # noqa: F401 - the first request makes a world
from scale_mock.api.stepping import make_step
from scale_mock.config import Settings
from scale_mock.mock.host import Host
from scale_mock.mock.scene import NO_SCENE, Scene
from scale_mock.world.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime


def serving_host(
    *,
    address: str,
    port: int,
    start_at: datetime | None = None,
    equip: Callable[[World], None] | None = None,
    scene: Scene = NO_SCENE,
    **settings: object,
) -> Host:
    """Makes a host that serves any number of worlds, all with the same settings.

    Args:
        address: The host name or address to listen on.
        port: The port; 0 lets the system choose.
        start_at: The first instant of every world; the usual one by default.
        equip: Gives every new world what it starts with, for example rules.
        scene: What a scenario says about every world; what is given besides wins.
        settings: Settings of :class:`scale_mock.config.Settings`, by name.

    Returns:
        The host; reading its ``url`` starts the server.

    Raises:
        ConfigurationError: A setting is unknown or makes no sense.
    """
    chosen = Settings().with_changes(**{**scene.settings, **settings})

    def open_world(name: str) -> World:
        world = World(
            name=name,
            settings=chosen,
            start_at=start_at or scene.start_at,
            rules=scene.rules,
            faults=scene.faults,
        )
        if equip is not None:
            equip(world)
        if scene.play is not None:
            # Before anybody else can know the world.
            world.make_step = partial(make_step, world)
            world.play(scene.play)
        return world

    host = Host(
        factory=open_world,
        address=address,
        port=port,
        worlds_max=chosen.worlds_max,
        perform=_perform,
        opener=_open,
    )
    host.callback_hosts = chosen.callback_hosts
    return host


def _perform(
    host: Host, world: World, name: str, given: Mapping[str, object]
) -> tuple[int, object]:
    """As the facade does it, which no start has to wait for."""
    from scale_mock.mock.facade import perform_call

    return perform_call(host, world, name, given)


def _open(host: Host, given: Mapping[str, object]) -> World:
    """As the facade does it, which no start has to wait for."""
    from scale_mock.mock.facade import open_mock

    return open_mock(host, given)


def load_rest() -> None:
    """Loads what the first requests need and the start does not, before they ask for it."""
    import scale_mock.callbacks.transport  # noqa: F401
    from scale_mock.api.app import ROUTER

    ROUTER.load()
