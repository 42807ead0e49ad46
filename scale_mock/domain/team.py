"""The account's team: who is invited, with which role."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from scale_mock.domain import fields
from scale_mock.domain.records import Teammate
from scale_mock.domain.refusals import (
    ADMIN_ROLE,
    INVITATION_EXPIRED,
    NOT_INVITED,
    UNKNOWN_TEAMMATE,
)
from scale_mock.sim.instants import to_iso

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scale_mock.domain.core import Core
    from scale_mock.sim.scheduler import Event

EXPIRE = "team.invitation_expires"
INVITED_ROLES = ("labeler", "member", "manager")
SET_ROLES = ("labeler", "member", "manager", "disabled")
ADMIN = "admin@example.test"
COMPANY = "Example"


class Team:
    """The teammates of a world; one admin is there from the start, as on every real account."""

    def __init__(self, core: Core) -> None:
        self._core = core
        core.team[ADMIN] = Teammate(ADMIN, "admin", "Ada", "Admin", COMPANY)
        core.scheduler.on(EXPIRE, self._on_expiry)

    def all(self) -> list[Teammate]:
        """The teammates in the order they joined."""
        return list(self._core.team.values())

    def invite(self, body: Mapping[str, object]) -> list[Teammate]:
        """Invites people; known people are left alone.

        Invitations are accepted at once, or wait until ``expiry`` (setting ``studio_invitations``).
        Inviting somebody whose invitation waits or has expired renews it, with the new role.
        """
        addresses = fields.emails(body, "emails", least=1)
        role = fields.one_of(fields.text(body, "team_role"), "team_role", INVITED_ROLES)
        for address in addresses:
            mate = self._core.team.get(address)
            if mate is not None and mate.expiry is None:
                continue
            if mate is None:
                self._core.make_room(self._core.team, "teammates")
                first, last = _names(address)
                mate = Teammate(address, role, first, last, COMPANY, seq=len(self._core.team))
                self._core.team[address] = mate
            mate.role = role
            mate.is_studio_labeler = role == "labeler"
            self._await(mate)
            expires = None if mate.expiry is None else to_iso(mate.expiry)
            self._core.journal.write(f"team/{address}", "team.invited", role=role, expiry=expires)
        self._core.workforce.reconsider()
        return self.all()

    def accept(self, addresses: Sequence[str]) -> list[Teammate]:
        """People accept their invitations, all or none.

        Raises:
            Refusal: 400 for an unknown address, one whose invitation does not wait, or has expired.
        """
        found = self.named([address.lower() for address in addresses])
        settled = [mate.email for mate in found if mate.expiry is None]
        if settled:
            raise NOT_INVITED(emails=", ".join(settled))
        now = self._core.now()
        late = [mate.email for mate in found if mate.expiry is not None and mate.expiry <= now]
        if late:
            raise INVITATION_EXPIRED(emails=", ".join(late))
        for mate in found:
            mate.expiry = None
            self._core.journal.write(f"team/{mate.email}", "team.accepted", role=mate.role)
        self._core.workforce.reconsider()
        return self.all()

    def set_role(self, body: Mapping[str, object]) -> list[Teammate]:
        """Changes roles; an admin's role cannot be changed (Scale's page "Studio").

        Raises:
            Refusal: 400 for an unknown address, a wrong role, or an admin.
        """
        addresses = fields.emails(body, "emails", least=1)
        role = fields.one_of(fields.text(body, "team_role"), "team_role", SET_ROLES)
        found = self.named(addresses)
        admins = [mate.email for mate in found if mate.role == "admin"]
        if admins:
            raise ADMIN_ROLE(emails=", ".join(admins))
        for mate in found:
            mate.role = role
            mate.is_studio_labeler = role == "labeler"
            self._core.journal.write(f"team/{mate.email}", "team.role_set", role=role)
        self._core.workforce.reconsider()
        return self.all()

    def named(self, addresses: list[str]) -> list[Teammate]:
        """The teammates with these addresses.

        Raises:
            Refusal: 400 that lists the unknown ones.
        """
        unknown = [address for address in addresses if address not in self._core.team]
        if unknown:
            raise UNKNOWN_TEAMMATE(emails=", ".join(unknown))
        return [self._core.team[address] for address in addresses]

    def _await(self, mate: Teammate) -> None:
        """Lets an invitation wait, if they do."""
        settings = self._core.settings
        if settings.studio_invitations == "pending":
            mate.expiry = self._core.now() + timedelta(seconds=settings.studio_invitation_s)
            # In the background: a world in which only an invitation runs out is idle.
            self._core.scheduler.at(mate.expiry, EXPIRE, mate.email, background=True)

    def _on_expiry(self, event: Event) -> None:
        """Nobody accepted in time; a renewed or accepted invitation has another expiry, or none."""
        if self._core.team[event.subject].expiry == event.due:
            self._core.journal.write(f"team/{event.subject}", "team.invitation_expired")


def _names(address: str) -> tuple[str, str]:
    """A first and a last name that go with an address."""
    local = address.split("@", maxsplit=1)[0].replace("_", ".")
    words = [word for word in local.split(".") if word] or [local]
    return (words[0].capitalize(), words[-1].capitalize() if len(words) > 1 else "")
