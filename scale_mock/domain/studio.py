"""Studio: who is assigned where, project groups, and the order of the team's batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.domain import fields
from scale_mock.domain.records import Group
from scale_mock.domain.refusals import (
    GROUP_EXISTS,
    GROUP_NOT_FOUND,
    NOT_ASSIGNED,
    NOT_STUDIO,
    NOT_STUDIO_BATCH,
    PRIORITIES_INCOMPLETE,
    READ_WRONG_MODE,
    WRONG_MODE,
    invalid,
)
from scale_mock.domain.worklist import work_order
from scale_mock.sim.ids import object_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.domain.batches import Batches
    from scale_mock.domain.core import Core
    from scale_mock.domain.model import Batch, Project
    from scale_mock.domain.projects import Projects
    from scale_mock.domain.side import Side
    from scale_mock.domain.team import Team


class Studio:
    """The Studio side of a world."""

    def __init__(self, core: Core, projects: Projects, batches: Batches, team: Team) -> None:
        self._core = core
        self._projects = projects
        self._batches = batches
        self._team = team

    def assignments(self, side: Side) -> dict[str, list[str]]:
        """Each active teammate's projects; invited and disabled ones are not listed."""
        return {
            mate.email: list(side.assignments.get(mate.email, ()))
            for mate in self._team.all()
            if mate.is_active
        }

    def assign(self, side: Side, body: Mapping[str, object]) -> dict[str, list[str]]:
        """Assigns every teammate to every project; twice is the same as once."""
        addresses, projects = self._pairs(side, body)
        for address in addresses:
            assigned = side.assignments.setdefault(address, [])
            assigned.extend(name for name in projects if name not in assigned)
            self._core.journal.write(
                f"{side.mode}/labeler/{address}", "studio.assigned", projects=projects
            )
        self._core.workforce.reconsider()
        return self.assignments(side)

    def unassign(self, side: Side, body: Mapping[str, object]) -> dict[str, list[str]]:
        """Takes assignments back; those that were not made are ignored."""
        addresses, projects = self._pairs(side, body)
        for address in addresses:
            kept = [name for name in side.assignments.get(address, ()) if name not in projects]
            side.assignments[address] = kept
            self._core.journal.write(
                f"{side.mode}/labeler/{address}", "studio.unassigned", projects=projects
            )
        self._core.workforce.reconsider()
        return self.assignments(side)

    def groups(self, side: Side, project_name: str) -> list[Group]:
        """A project's groups in the order of creation."""
        project = self._studio_project(side, project_name)
        return list(side.groups.get(project.name, {}).values())

    def create_group(self, side: Side, project_name: str, body: Mapping[str, object]) -> Group:
        """Creates a group of assigned teammates.

        Raises:
            Refusal: 400 for someone not assigned, 404 for the project, 409 for a taken name.
        """
        project = self._studio_project(side, project_name)
        name = fields.text(body, "name")
        addresses = self._assigned(side, project, fields.emails(body, "emails"))
        groups = side.groups.setdefault(project.name, {})
        if name in groups:
            raise GROUP_EXISTS(project=project.name, name=name)
        self._core.make_room(groups, "groups in one project")
        return self._add_group(side, project, name, addresses)

    def update_group(
        self, side: Side, project_name: str, group_name: str, body: Mapping[str, object]
    ) -> Group:
        """Adds and removes members; removing someone who is not in it is ignored."""
        project = self._studio_project(side, project_name)
        group = self._group(side, project, group_name)
        added = fields.emails(body, "add_emails") if body.get("add_emails") else []
        removed = fields.emails(body, "remove_emails") if body.get("remove_emails") else []
        self._assigned(side, project, added)
        members = list(dict.fromkeys([*group.emails, *added]))
        group.emails = [address for address in members if address not in removed]
        self._core.journal.write(
            f"{side.mode}/group/{project.name}/{group.name}",
            "studio.group_changed",
            emails=group.emails,
        )
        self._core.workforce.reconsider()
        return group

    def batches(self, side: Side) -> list[Batch]:
        """The batches that the team has before it, in the order of work.

        Set priorities come first, in their order; then calibration batches, then the older ones.
        """
        pending = [
            batch
            for batch in side.batches.values()
            if batch.project.product_line == "studio" and batch.status == "in_progress"
        ]
        return sorted(pending, key=work_order)

    def limit_batch(self, side: Side, name: str, body: Mapping[str, object]) -> Batch:
        """Sets the groups that may work on a batch; an address stands for a group of one."""
        batch = self._batches.get(side, name)
        if batch.project.product_line != "studio":
            raise NOT_STUDIO_BATCH(batch=name)
        sent = fields.texts(body, "groups")
        names = [name.lower() if fields.is_email(name) else name for name in sent]
        for group_name in names:
            if fields.is_email(group_name):
                self._singleton(side, batch.project, group_name)
            else:
                self._group(side, batch.project, group_name)
        batch.groups = tuple(dict.fromkeys(names))
        self._core.journal.write(batch.subject, "studio.batch_limited", groups=names)
        self._core.workforce.reconsider()
        return batch

    def set_priorities(self, side: Side, body: Mapping[str, object]) -> list[Batch]:
        """Sets the order of work; every pending batch is listed exactly once.

        The official Node SDK calls the list ``groups``; that is accepted too.
        """
        key = "groups" if "batches" not in body and "groups" in body else "batches"
        listed = body.get(key)
        if not isinstance(listed, list):
            raise invalid('"batches" must be an array', path="batches")
        names = [_batch_name(entry, number) for number, entry in enumerate(listed)]
        pending = {batch.name: batch for batch in self.batches(side)}
        missing = [name for name in pending if name not in names]
        unknown = [name for name in names if name not in pending]
        there = self._core.other_side(side)
        for name in unknown:
            if name not in side.batches and name in there.batches:
                raise WRONG_MODE(kind="batch", name=name, there=there.mode, here=side.mode)
        problems = [
            f"{word}: {', '.join(found)}."
            for word, found in (
                ("Missing", missing),
                ("Not pending", unknown),
                ("Twice", sorted({name for name in names if names.count(name) > 1})),
            )
            if found
        ]
        if problems:
            raise PRIORITIES_INCOMPLETE(problem=" ".join(problems))
        for place, name in enumerate(names, start=1):
            pending[name].studio_priority = place
        self._core.journal.write(f"{side.mode}/studio", "studio.priorities_set", batches=names)
        self._core.workforce.reconsider()
        return self.batches(side)

    def reset_priorities(self, side: Side) -> list[Batch]:
        """Goes back to the default order: calibration batches first, then the older ones."""
        for batch in side.batches.values():
            batch.studio_priority = None
        self._core.journal.write(f"{side.mode}/studio", "studio.priorities_reset")
        self._core.workforce.reconsider()
        return self.batches(side)

    def _pairs(self, side: Side, body: Mapping[str, object]) -> tuple[list[str], list[str]]:
        addresses = fields.emails(body, "emails", least=1)
        self._team.named(addresses)
        names = fields.texts(body, "projects", least=1)
        return addresses, [self._studio_project(side, name).name for name in names]

    def _studio_project(self, side: Side, name: str) -> Project:
        project = self._projects.get(side, name)
        if project.product_line != "studio":
            raise NOT_STUDIO(project=name)
        return project

    def _assigned(self, side: Side, project: Project, addresses: list[str]) -> list[str]:
        strangers = [
            address
            for address in addresses
            if project.name not in side.assignments.get(address, ())
        ]
        if strangers:
            raise NOT_ASSIGNED(project=project.name, emails=", ".join(strangers))
        return addresses

    def _group(self, side: Side, project: Project, name: str) -> Group:
        groups = side.groups.get(project.name, {})
        if name not in groups:
            there = self._core.other_side(side)
            if name in there.groups.get(project.name, {}):
                raise READ_WRONG_MODE(kind="group", name=name, there=there.mode, here=side.mode)
            known = ", ".join(groups) or "none"
            raise GROUP_NOT_FOUND(project=project.name, name=name, groups=known)
        return groups[name]

    def _singleton(self, side: Side, project: Project, address: str) -> None:
        """The implicit group of one person, whose name is the address."""
        groups = side.groups.setdefault(project.name, {})
        if address not in groups:
            self._assigned(side, project, [address])
            self._add_group(side, project, address, [address]).is_singleton = True

    def _add_group(self, side: Side, project: Project, name: str, addresses: list[str]) -> Group:
        now, seed = self._core.now(), self._core.settings.seed
        group_id = object_id(now, seed, side.mode, "group", project.name, name)
        group = Group(group_id, name, project, addresses)
        side.groups.setdefault(project.name, {})[name] = group
        self._core.journal.write(
            f"{side.mode}/group/{project.name}/{name}", "studio.group_created", emails=addresses
        )
        return group


def worker_id(core: Core, address: str) -> str:
    """The id of a labeler in a group's ``workers``."""
    return object_id(core.scheduler.clock.start_at, core.settings.seed, "worker", address)


def _batch_name(entry: object, number: int) -> str:
    name = entry.get("name") if isinstance(entry, dict) else entry
    if not isinstance(name, str):
        path = f"batches[{number}].name"
        raise invalid(f'"{path}" is required', path=path)
    return name
