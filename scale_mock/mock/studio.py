"""The Studio team of a mock: how it is set up, and what it did."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scale_mock.domain.floor import Activity
    from scale_mock.selectors.durations import DurationLike
    from scale_mock.world import World

Json = dict[str, object]


class StudioHandle:
    """The team that labels live Studio tasks. Test mode has none: it answers at once."""

    def __init__(self, world: World) -> None:
        self._world = world

    def configure(
        self,
        project: str,
        *,
        reviews: int | None = None,
        attempts: int | None = None,
        rejects: float | None = None,
        rejections_max: int | None = None,
        review_own: bool | None = None,
    ) -> Json:
        """Sets up how a project's tasks are gone about; what is not named stays as it is.

        Args:
            project: A live Studio project.
            reviews: How many review layers follow the attempts, 0 to 10.
            attempts: How many people label each task of a consensus project, 1 to 20.
            rejects: The share of noticed faults that a reviewer sends back instead of fixing.
            rejections_max: After so many rejections of one task, reviewers fix it.
            review_own: Whether somebody may review what they worked on themselves.

        Returns:
            The pipeline that now holds.

        Raises:
            Refusal: There is no such live Studio project.
            ConfigurationError: A value is wrong.
        """
        __tracebackhide__ = True
        from scale_mock.labeling.roster import pipeline_json

        given = {
            "reviews": reviews,
            "attempts": attempts,
            "rejects": rejects,
            "rejections_max": rejections_max,
            "review_own": review_own,
        }
        with self._world.lock:
            self._world.staffing.configure(project, given)
            return pipeline_json(self._world.core, project)

    def configure_labeler(
        self,
        email: str,
        *,
        pace: DurationLike | None = None,
        review_pace: DurationLike | None = None,
        spread: float | None = None,
        accuracy: float | None = None,
        roles: str | Iterable[str] | Mapping[str, str | Iterable[str]] | None = None,
        hours: str | None = None,
        weekdays: str | Iterable[str] | None = None,
        timezone: str | None = None,
    ) -> Json:
        """Sets up how a teammate works; what is not named stays as it is.

        Args:
            email: A teammate.
            pace: How long an attempt takes, in working time: ``"20m"``.
            review_pace: How long a review takes; as long as an attempt until it is set.
            spread: How far the time may be off, as a share of the pace: 0.2 is 80 % to 120 %.
            accuracy: The share of attempts that are right, and of faults that a review notices.
            roles: ``attempter``, ``reviewer`` or ``both``; or an object of such by project.
            hours: ``"09:00-17:00"``, ``"22:00-06:00"``; ``"00:00-24:00"`` is around the clock.
            weekdays: The days on which the hours begin: ``"mon-fri"``, or a list.
            timezone: The IANA time zone of the hours: ``"Europe/Berlin"``.

        Returns:
            What now holds.

        Raises:
            Refusal: There is no such teammate.
            ConfigurationError: A value is wrong.
        """
        __tracebackhide__ = True
        from scale_mock.labeling.roster import labeler_json

        given = {
            "pace": pace,
            "review_pace": review_pace,
            "spread": spread,
            "accuracy": accuracy,
            "roles": roles,
            "hours": hours,
            "weekdays": weekdays,
            "timezone": timezone,
        }
        with self._world.lock:
            return labeler_json(self._world.staffing.configure_labeler(email, given))

    def accept(self, emails: str | Iterable[str]) -> list[Json]:
        """Teammates accept their invitations, all or none.

        Args:
            emails: One address, or several.

        Returns:
            The whole team.

        Raises:
            Refusal: Somebody is unknown, was not invited, or the invitation has expired.
        """
        from scale_mock.envelopes.objects import teammate_json

        listed = [emails] if isinstance(emails, str) else list(emails)
        with self._world.lock:
            return [teammate_json(mate) for mate in self._world.team.accept(listed)]

    def activity(
        self, *, labeler: str | None = None, task: object = None, batch: object = None
    ) -> list[Activity]:
        """Who did what, in the order of pick-ups; what is in hand has no ``finished`` yet.

        Args:
            labeler: Only this one's, by e-mail.
            task: Only on this one: an SDK task, a dict, or an id.
            batch: Only in this one: an SDK batch, a dict, or a name.
        """
        from scale_mock.callbacks.expect import expectation
        from scale_mock.labeling.roster import activities

        wanted = expectation(task=task, batch=batch)
        self._world.pump.rest()
        with self._world.lock:
            found = activities(
                self._world.core.floor, labeler=labeler, task=wanted.task, batch=wanted.batch
            )
            return [replace(one) for one in found]

    def workforce(self) -> Json:
        """Who is there, what each has in hand and until when, and how long the lines are."""
        from scale_mock.labeling.roster import roster

        self._world.pump.rest()
        with self._world.lock:
            return roster(self._world.core)
