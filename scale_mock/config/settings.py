"""The settings of one world. Each has a name, a default and a reason; limits end in ``_max``."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Literal

from scale_mock.errors import ConfigurationError

ClockMode = Literal["manual", "autojump", "realtime"]
CLOCK_MODES: tuple[ClockMode, ...] = ("manual", "autojump", "realtime")

RATE_MAX = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What can be set about a world.

    Attributes:
        seed: Decides every id, fate and label.
        clock: ``manual``, ``autojump`` or ``realtime``.
        rate: Seconds of world time per second of real time, for ``realtime``.
        strict_fields: Refuse task params that the task type does not know.
        auto_redo_rejected: A rejected audit sends the task back (Rapid's project setting).
        callback_hosts: Hosts besides loopback that callbacks are really sent to.
        callback_timeout_s: How long one attempt may take, in real seconds.
        batch_settle_s: In test mode, how long after its last task an Enterprise batch completes.
        tasks_max: Tasks in one mode of a world.
        objects_max: Projects, batches, files, teammates, quality tasks: each in one mode.
        events_max: Events in one run of the clock.
        callbacks_max: Callbacks kept in a world.
        requests_max: Requests kept in a world's log.
        journal_entries_max: Journal entries kept.
        file_bytes_max: Size of one uploaded file; Scale's own limit is 80 MB.
        files_bytes_max: Content of all uploaded files of a mode together.
        body_bytes_max: Size of a JSON or form body.
        worlds_max: Worlds in one server.
    """

    seed: int = 0
    clock: ClockMode = "manual"
    rate: float = 1.0
    strict_fields: bool = False
    auto_redo_rejected: bool = False
    callback_hosts: tuple[str, ...] = ()
    callback_timeout_s: float = 30.0
    batch_settle_s: int = 60
    tasks_max: int = 5_000_000
    objects_max: int = 100_000
    events_max: int = 1_000_000
    callbacks_max: int = 200_000
    requests_max: int = 10_000
    journal_entries_max: int = 500_000
    file_bytes_max: int = 80 * 1024 * 1024
    files_bytes_max: int = 1024 * 1024 * 1024
    body_bytes_max: int = 10 * 1024 * 1024
    worlds_max: int = 1_000

    def __post_init__(self) -> None:
        if self.clock not in CLOCK_MODES:
            raise ConfigurationError(
                f"clock={self.clock!r}: no such clock mode. Modes: {', '.join(CLOCK_MODES)}."
            )
        if type(self.seed) is not int:
            raise ConfigurationError(f"seed={self.seed!r}: a seed is an integer.")
        if not self.rate > 0:
            raise ConfigurationError(f"rate={self.rate!r}: a rate is greater than 0.")
        if self.rate > RATE_MAX:
            raise ConfigurationError(f"rate={self.rate!r}: a rate is at most {RATE_MAX}.")
        for name in ("tasks_max", "events_max", "callbacks_max", "worlds_max"):
            if getattr(self, name) < 1:
                raise ConfigurationError(f"{name}={getattr(self, name)!r}: a limit is at least 1.")

    def with_changes(self, **changes: object) -> Settings:
        """A copy with some settings changed.

        Raises:
            ConfigurationError: A name is not a setting; the message suggests the nearest.
        """
        for name in changes:
            check_name(name)
        return replace(self, **changes)  # type: ignore[arg-type]  # names are checked above


NAMES: tuple[str, ...] = tuple(entry.name for entry in fields(Settings))


def check_name(name: str) -> None:
    """Refuses a name that is not a setting."""
    if name not in NAMES:
        from difflib import get_close_matches

        near = get_close_matches(name, NAMES, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ConfigurationError(
            f"There is no setting {name!r}.{hint} Settings: {', '.join(NAMES)}."
        )
