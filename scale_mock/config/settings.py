"""The settings of one world. Each has a name, a default and a reason; limits end in ``_max``."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Literal

from scale_mock.config.enabled import check_not_enabled
from scale_mock.errors import ConfigurationError

ClockMode = Literal["manual", "autojump", "realtime", "follow"]
CLOCK_MODES: tuple[ClockMode, ...] = ("manual", "autojump", "realtime", "follow")

RapidGate = Literal["off", "calibration", "full"]
RAPID_GATES: tuple[RapidGate, ...] = ("off", "calibration", "full")

CHOICES = {
    "studio_invitations": ("accepted", "pending"),
    "studio_unassigned": ("finish", "drop"),
    "attachments": ("sdk_safe", "natural"),
    "v2_callbacks": ("v2", "v1", "off"),
}
RATE_MAX = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What can be set about a world.

    Attributes:
        seed: Decides every id, fate and label.
        clock: ``manual``, ``autojump``, ``realtime`` or ``follow``.
        rate: Seconds of world time per second of real time, for ``realtime``.
        strict_fields: Refuse fields of requests that nobody reads, such as task params that the
            type does not know.
        schedule_seed: Permutes what is due at the same instant, to hunt for code that relies on an
            order; ``None`` for the order of creation.
        auto_redo_rejected: A rejected audit sends the task back (Rapid's project setting).
        rapid_gate: What Rapid production needs first: ``off``, ``calibration`` or ``full``;
            ``None`` stands for ``calibration`` in live mode and ``off`` in test mode.
        crowd_size: Taskers who work on a Rapid project at a time.
        crowd_accuracy: How good their work is on average, 0 to 1.
        crowd_threshold: Taskers below it in training or when evaluated take no more tasks, 0 to 1.
        evaluation_every: One in so many Rapid tasks has an evaluation task slipped in beside it.
        quality_attempts_max: Attempts at quality tasks that are kept in one mode.
        callback_hosts: Hosts besides loopback that callbacks are really sent to.
        callback_timeout_s: How long one attempt may take, in real seconds.
        batch_settle_s: In test mode, how long after its last task an Enterprise batch completes.
        stuck_polls_max: How often the same pending thing may be read unchanged while the clock
            stands still; 0 for any number of times.
        vain_sleep_s: How many real seconds a test's thread may sleep while its world's clock stands
            still and what is waited for cannot come; 0 for any number.
        studio_invitations: ``accepted`` (at once) or ``pending`` (until accepted or expired).
        studio_invitation_s: How long a pending invitation can be accepted.
        studio_pickup_s: How long a free labeler takes to pick up the next task.
        studio_unassigned: What a labeler who is unassigned or disabled does with the task in hand:
            ``finish`` or ``drop``.
        studio_activity_max: Finished pieces of work of a Studio team that are kept.
        attachments: How v2 shows attachments: ``sdk_safe`` (with fields that let the official SDK
            tell its three kinds of file apart) or ``natural`` (without; the SDK refuses those).
        v2_callbacks: What the callbacks of v2's tasks and batches say: v2's object (``v2``), the
            same as v1's (``v1``), or nothing, for none is sent (``off``).
        v2_expand_nested: Whether ``expand`` reaches into what it expanded: a task's batch then
            holds its project.
        v2_not_enabled: Operations of v2 that the account is not enabled for: they answer 402.
        tasks_max: Tasks in one mode of a world.
        objects_max: Projects, batches, files, teammates, quality tasks: each in one mode.
        events_max: Events in one run of the clock.
        callbacks_max: Callbacks kept in a world.
        requests_max: Requests kept in a world's log.
        unread_fields_max: Fields that nobody read, of the requests of a world, that are kept.
        faults_max: Faults in a world.
        journal_entries_max: Journal entries kept.
        file_bytes_max: Size of one uploaded file; Scale's own limit is 80 MB.
        files_bytes_max: Content of all uploaded files of a mode together.
        body_bytes_max: Size of a JSON or form body.
        snapshot_bytes_max: Size of a snapshot that is restored over HTTP.
        worlds_max: Worlds in one server.
    """

    seed: int = 0
    clock: ClockMode = "manual"
    rate: float = 1.0
    strict_fields: bool = False
    schedule_seed: int | None = None
    auto_redo_rejected: bool = False
    rapid_gate: RapidGate | None = None
    crowd_size: int = 20
    crowd_accuracy: float = 0.9
    crowd_threshold: float = 0.7
    evaluation_every: int = 10
    quality_attempts_max: int = 100_000
    callback_hosts: tuple[str, ...] = ()
    callback_timeout_s: float = 30.0
    batch_settle_s: int = 60
    stuck_polls_max: int = 100
    vain_sleep_s: float = 2.0
    studio_invitations: Literal["accepted", "pending"] = "accepted"
    studio_invitation_s: int = 7 * 24 * 3600
    studio_pickup_s: int = 60
    studio_unassigned: Literal["finish", "drop"] = "finish"
    studio_activity_max: int = 200_000
    attachments: Literal["sdk_safe", "natural"] = "sdk_safe"
    v2_callbacks: Literal["v2", "v1", "off"] = "v2"
    v2_expand_nested: bool = False
    v2_not_enabled: tuple[str, ...] = ()
    tasks_max: int = 5_000_000
    objects_max: int = 100_000
    events_max: int = 1_000_000
    callbacks_max: int = 200_000
    requests_max: int = 10_000
    unread_fields_max: int = 1_000
    faults_max: int = 10_000
    journal_entries_max: int = 500_000
    file_bytes_max: int = 80 * 1024 * 1024
    files_bytes_max: int = 1024 * 1024 * 1024
    body_bytes_max: int = 10 * 1024 * 1024
    snapshot_bytes_max: int = 512 * 1024 * 1024
    worlds_max: int = 1_000

    def __post_init__(self) -> None:
        check_not_enabled(self.v2_not_enabled)
        if self.clock not in CLOCK_MODES:
            raise ConfigurationError(
                f"clock={self.clock!r}: no such clock mode. Modes: {', '.join(CLOCK_MODES)}."
            )
        if type(self.seed) is not int:
            raise ConfigurationError(f"seed={self.seed!r}: a seed is an integer.")
        if self.schedule_seed is not None and type(self.schedule_seed) is not int:
            raise ConfigurationError(
                f"schedule_seed={self.schedule_seed!r}: a seed is an integer, or None for the "
                "order of creation."
            )
        if not self.vain_sleep_s >= 0:
            raise ConfigurationError(
                f"vain_sleep_s={self.vain_sleep_s!r}: expected seconds, or 0 for any number."
            )
        if not self.rate > 0:
            raise ConfigurationError(f"rate={self.rate!r}: a rate is greater than 0.")
        if self.rate > RATE_MAX:
            raise ConfigurationError(f"rate={self.rate!r}: a rate is at most {RATE_MAX}.")
        _check_studio(self)
        _check_rapid(self)

    def with_changes(self, **changes: object) -> Settings:
        """A copy with some settings changed.

        Raises:
            ConfigurationError: A name is not a setting; the message suggests the nearest. Or a
                value is none that it takes.
        """
        if not changes:
            return self  # nobody can change it
        from scale_mock.config.values import check_value

        for name, value in changes.items():
            check_name(name)
            check_value(name, value, _USUAL[name])
        return replace(self, **changes)  # type: ignore[arg-type]  # names are checked above


def _check_rapid(settings: Settings) -> None:
    """Refuses what makes no sense of Rapid's settings."""
    if settings.rapid_gate not in (None, *RAPID_GATES):
        raise ConfigurationError(
            f"rapid_gate={settings.rapid_gate!r}: expected one of {', '.join(RAPID_GATES)}, or "
            "None for calibration in live mode and off in test mode."
        )
    for name in ("crowd_accuracy", "crowd_threshold"):
        value = getattr(settings, name)
        if not 0 <= value <= 1:
            raise ConfigurationError(f"{name}={value!r}: expected a number from 0 to 1.")


_USUAL = {entry.name: entry.default for entry in fields(Settings)}
NAMES: tuple[str, ...] = tuple(_USUAL)


def check_name(name: str) -> None:
    """Refuses a name that is not a setting."""
    if name not in NAMES:
        from difflib import get_close_matches

        near = get_close_matches(name, NAMES, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ConfigurationError(
            f"There is no setting {name!r}.{hint} Settings: {', '.join(NAMES)}."
        )


def _check_studio(settings: Settings) -> None:
    """Refuses wrong values of the settings about Studio teams."""
    for name, choices in CHOICES.items():
        value = getattr(settings, name)
        if value not in choices:
            raise ConfigurationError(f"{name}={value!r}: expected one of {', '.join(choices)}.")
