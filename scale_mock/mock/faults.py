"""``mock.faults``: what goes wrong with which requests and callbacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.api.faulting import add_fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scale_mock.faults.fault import Fault
    from scale_mock.world import World


class Faults:
    """The faults of a world: deliberate misbehaviour. The first one that is meant strikes."""

    def __init__(self, world: World) -> None:
        self._world = world

    def add(self, fault: Fault | Mapping[str, object] | None = None, /, **fields: object) -> str:
        """Appends a fault.

        Args:
            fault: A :class:`scale_mock.Fault` or a dict; instead of it its fields may be passed.
            fields: ``match``, ``status``, ``kind``, ``apply`` and the other arguments of
                :class:`scale_mock.Fault`.

        Returns:
            The fault's id.

        Raises:
            ConfigurationError: The fault is wrong; the message says where and what is accepted.
            TypeError: Both a fault and fields were passed.
        """
        __tracebackhide__ = True
        if fault is not None and fields:
            raise TypeError("Pass a fault or its fields, not both.")
        made = fields if fault is None else fault
        with self._world.lock:
            return add_fault(self._world, made)

    def clear(self) -> None:
        """Removes every fault."""
        with self._world.lock:
            self._world.faults.clear()

    def remove(self, id_or_name: str) -> None:
        """Removes one fault.

        Args:
            id_or_name: Its id or its name.

        Raises:
            ConfigurationError: There is no such fault.
        """
        __tracebackhide__ = True
        with self._world.lock:
            self._world.faults.remove(id_or_name)

    def unused(self) -> list[Fault]:
        """The faults that have struck nothing so far."""
        with self._world.lock:
            return self._world.faults.unused()

    def __iter__(self) -> Iterator[Fault]:
        with self._world.lock:
            return iter(self._world.faults)

    def __len__(self) -> int:
        return len(self._world.faults)
