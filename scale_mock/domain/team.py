"""The account's team: who is invited, with which role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.domain import fields
from scale_mock.domain.model import Teammate
from scale_mock.domain.refusals import ADMIN_ROLE, UNKNOWN_TEAMMATE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.domain.core import Core

INVITED_ROLES = ("labeler", "member", "manager")
SET_ROLES = ("labeler", "member", "manager", "disabled")
ADMIN = "admin@example.test"
COMPANY = "Example"


class Team:
    """The teammates of a world; one admin is there from the start, as on every real account."""

    def __init__(self, core: Core) -> None:
        self._core = core
        core.team[ADMIN] = Teammate(ADMIN, "admin", "Ada", "Admin", COMPANY)

    def all(self) -> list[Teammate]:
        """The teammates in the order they joined."""
        return list(self._core.team.values())

    def invite(self, body: Mapping[str, object]) -> list[Teammate]:
        """Invites people; invitations are accepted at once, and known people are left alone."""
        addresses = fields.emails(body, "emails", least=1)
        role = fields.one_of(fields.text(body, "team_role"), "team_role", INVITED_ROLES)
        for address in addresses:
            if address in self._core.team:
                continue
            self._core.make_room(self._core.team, "teammates")
            first, last = _names(address)
            self._core.team[address] = Teammate(
                address, role, first, last, COMPANY, is_studio_labeler=role == "labeler"
            )
            self._core.journal.write(f"team/{address}", "team.invited", role=role)
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


def _names(address: str) -> tuple[str, str]:
    """A first and a last name that go with an address."""
    local = address.split("@", maxsplit=1)[0].replace("_", ".")
    words = [word for word in local.split(".") if word] or [local]
    return (words[0].capitalize(), words[-1].capitalize() if len(words) > 1 else "")
