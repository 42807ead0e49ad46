"""What the owner of a world does for it: whoever opened it lends it hands, until it is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from scale_mock.callbacks.records import Callback
    from scale_mock.sim.scheduler import Event


def _nothing(*_: object) -> None:
    """What a world without an owner gets done."""


def _no_call(name: str, _: object) -> tuple[int, object]:
    return 404, {"status_code": 404, "error": f"This world has no owner who knows the call {name}."}


def _always(_: object) -> bool:
    return True


class Owned:
    """What a world asks of its owner, as it is without one.

    Attributes:
        perform: Makes a call of the Python API, given its name and arguments; answers a status and
            JSON.
        looked_at: Told, with the world, that somebody looks at a part of it for the first time.
        clock_changed: Called when mode or rate of the clock changed.
        on_attempt: Called after every try of a callback.
        may_run: Asked before an ``autojump`` clock runs an event.
        make_appointment: Makes a scheduled call, given its id.
        calls_known: Tells the ids of the scheduled calls whose functions are there.
        make_step: Makes a call of the world's script; see :class:`scale_mock.world.script.Script`.
    """

    perform: Callable[[str, Mapping[str, object]], tuple[int, object]] = staticmethod(_no_call)
    looked_at: Callable[[Any], None] = staticmethod(_nothing)
    clock_changed: Callable[[], None] = staticmethod(_nothing)
    on_attempt: Callable[[Callback], None] = staticmethod(_nothing)
    may_run: Callable[[Event], bool] = staticmethod(_always)
    make_appointment: Callable[[str], None] = staticmethod(_nothing)
    calls_known: Callable[[], Iterable[str]] = tuple
    make_step: Callable[[int, int, int], None] = staticmethod(_nothing)

    def _let_go(self) -> None:
        """The world is closed: what its owner has lent goes back, and neither keeps the other."""
        own = vars(self)
        for name in _LENT:
            own.pop(name, None)


_LENT = tuple(name for name in Owned.__annotations__)
