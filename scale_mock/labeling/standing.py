"""Who may work where: what keeps somebody from a task, in the words that explanations use."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scale_mock.domain.core import Core
    from scale_mock.domain.floor import Role
    from scale_mock.domain.worklist import Place


def off_duty(core: Core, email: str, project: str) -> str | None:
    """Why somebody does not work on a project at all; ``None`` if they do."""
    mate = core.team[email]
    if project not in core.sides["live"].assignments.get(email, ()):
        return "is not assigned"
    if mate.expiry is not None:
        return "has not accepted the invitation"
    if mate.role != "labeler":
        return f"is {mate.role}, not labeler" if mate.role != "disabled" else "is disabled"
    return None


def stands_off(core: Core, email: str, place: Place, role: Role) -> str | None:
    """Why somebody takes nothing in a role at a place; ``None`` if they do."""
    project, batch_name = place
    why = off_duty(core, email, project)
    if why is not None:
        return why
    if role not in core.floor.peek(email).roles_in(project):
        return f"is no {role} there"
    if batch_name is None:
        return None
    side = core.sides["live"]
    batch = side.batches[batch_name]
    groups = side.groups.get(project, {})
    if batch.groups and not any(email in groups[name].emails for name in batch.groups):
        return "is in none of the batch's groups"
    return None
