"""The handles on a world, each made when it is first asked for: most tests need one or two."""

from __future__ import annotations

import weakref
from functools import cached_property
from typing import TYPE_CHECKING

from scale_mock.errors import ConfigurationError

if TYPE_CHECKING:
    from scale_mock.mock.callbacks import Callbacks
    from scale_mock.mock.clock import Clock
    from scale_mock.mock.datasets import DatasetHandle
    from scale_mock.mock.faults import Faults
    from scale_mock.mock.handles import BatchHandle, ProjectHandle, TaskHandle
    from scale_mock.mock.rules import Rules
    from scale_mock.mock.studio import StudioHandle
    from scale_mock.mock.tasktypes import TaskTypesHandle
    from scale_mock.world import World


class Furniture:
    """What :class:`scale_mock.ScaleMock` offers to take its world in hand."""

    name: str
    _world: World

    @property
    def url(self) -> str:
        """A real server on loopback."""
        raise NotImplementedError

    @cached_property
    def clock(self) -> Clock:
        """Tells and moves the time."""
        from scale_mock.mock.clock import Clock

        return Clock(self._world)

    @cached_property
    def callbacks(self) -> Callbacks:
        """What the platform owes and sends."""
        from scale_mock.mock.callbacks import Callbacks

        # Not the mock itself: each would keep the other alive until a garbage collection.
        name, mine = self.name, weakref.ref(self)

        def server_url() -> str:
            __tracebackhide__ = True
            mock = mine()
            if mock is None:
                raise ConfigurationError(f"This ScaleMock ({name}) is closed; its world is gone.")
            return mock.url

        return Callbacks(self._world, server_url)

    @cached_property
    def tasks(self) -> TaskHandle:
        """Hands tasks on."""
        from scale_mock.mock.handles import TaskHandle

        return TaskHandle(self._world)

    @cached_property
    def batches(self) -> BatchHandle:
        """The batches."""
        from scale_mock.mock.handles import BatchHandle

        return BatchHandle(self._world)

    @cached_property
    def projects(self) -> ProjectHandle:
        """The projects."""
        from scale_mock.mock.handles import ProjectHandle

        return ProjectHandle(self._world)

    @cached_property
    def datasets(self) -> DatasetHandle:
        """What is delivered of datasets (v2)."""
        from scale_mock.mock.datasets import DatasetHandle

        return DatasetHandle(self._world)

    @cached_property
    def studio(self) -> StudioHandle:
        """The team that labels Studio tasks: how it is set up, and what it did."""
        from scale_mock.mock.studio import StudioHandle

        return StudioHandle(self._world)

    @cached_property
    def rules(self) -> Rules:
        """What happens to which tasks."""
        from scale_mock.mock.rules import Rules

        return Rules(self._world)

    @cached_property
    def faults(self) -> Faults:
        """What goes wrong with which requests and callbacks."""
        from scale_mock.mock.faults import Faults

        return Faults(self._world)

    @cached_property
    def tasktypes(self) -> TaskTypesHandle:
        """Answers of one's own for a task type."""
        from scale_mock.mock.tasktypes import TaskTypesHandle

        return TaskTypesHandle(self._world)
