"""Projects: creation, the history of their params, their ontology, and what tasks inherit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.domain import fields
from scale_mock.domain.model import OntologyVersion, ParamVersion, Project
from scale_mock.domain.refusals import (
    DUPLICATE_CHOICE,
    PROJECT_EXISTS,
    PROJECT_LINES,
    PROJECT_NOT_FOUND,
    READ_WRONG_MODE,
    STUDIO_ONLY,
    TEMPLATE_UNSUPPORTED,
    VERSION_NOT_FOUND,
    WRONG_MODE,
    invalid,
)
from scale_mock.sim.ids import object_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scale_mock.domain.core import Core
    from scale_mock.domain.model import ProductLine
    from scale_mock.domain.side import Side

PIPELINES = ("standard_task", "consensus_task")
TEMPLATE_TYPES = ("textcollection", "chat", "chatlite", "chatexperimental", "multichat")
NO_INHERITANCE = -1


class Projects:
    """The projects of a world."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def create(self, side: Side, body: Mapping[str, object]) -> Project:
        """Creates a project.

        Raises:
            Refusal: 400 for a wrong field, 409 for a name that is taken.
        """
        name = fields.text(body, "name")
        type_name = self._core.task_types.canonical(fields.text(body, "type"))
        params = fields.object_or_none(body, "params")
        line = self._product_line(body)
        pipeline = fields.text_or_none(body, "pipeline")
        attempts = fields.integer_or_none(body, "consensus_attempts")
        if pipeline is not None:
            fields.one_of(pipeline, "pipeline", PIPELINES)
            if line != "studio":
                raise STUDIO_ONLY(field="pipeline")
        if name in side.projects:
            raise PROJECT_EXISTS(name=name)
        self._core.make_room(side.projects, "projects")
        now = self._core.now()
        project = Project(
            id=object_id(now, self._core.settings.seed, side.mode, "project", name),
            mode=side.mode,
            name=name,
            type=type_name,
            product_line=line,
            created_at=now,
            pipeline=pipeline,
            consensus_attempts=attempts,
            dataset_id=fields.text_or_none(body, "datasetId"),
        )
        if params:
            project.param_history.append(ParamVersion(0, now, dict(params)))
        side.projects[name] = project
        self._core.journal.write(
            project.subject, "project.created", type=type_name, product_line=line
        )
        return project

    def get(self, side: Side, name: str) -> Project:
        """The project of that name.

        Raises:
            Refusal: 404 if there is none in this mode; the text says if the other mode has it.
        """
        project = side.projects.get(name)
        if project is None:
            there = self._core.other_side(side)
            if name in there.projects:
                raise READ_WRONG_MODE(kind="project", name=name, there=there.mode, here=side.mode)
            raise PROJECT_NOT_FOUND()
        return project

    def referenced(self, side: Side, name: str) -> Project:
        """The project that another object names.

        Raises:
            Refusal: 400 if it lives in the other mode, 404 if there is none at all.
        """
        there = self._core.other_side(side)
        if name not in side.projects and name in there.projects:
            raise WRONG_MODE(kind="project", name=name, there=there.mode, here=side.mode)
        return self.get(side, name)

    def all(self, side: Side, *, archived: bool | None = None) -> list[Project]:
        """The projects in the order of creation; ``archived`` limits them to one kind."""
        return [
            project
            for project in side.projects.values()
            if archived is None or project.archived == archived
        ]

    def set_params(self, side: Side, name: str, body: Mapping[str, object]) -> Project:
        """Appends a version of the params.

        With ``patch`` the newest version is merged with the sent ones (shallow); without, the new
        version holds the sent ones only.
        """
        project = self.get(side, name)
        patch = fields.flag(body, "patch")
        fields.text_or_none(body, "instruction")
        sent = {key: value for key, value in body.items() if key != "patch"}
        newest = project.param_history[-1] if project.param_history else None
        params = {**newest.params, **sent} if patch and newest else sent
        version = newest.version + 1 if newest else 0
        project.param_history.append(ParamVersion(version, self._core.now(), params))
        self._core.journal.write(
            project.subject, "project.params_set", version=version, patch=patch
        )
        return project

    def set_ontology(self, side: Side, name: str, body: Mapping[str, object]) -> Project:
        """Appends a version of the ontology; every choice in the tree is unique."""
        project = self.get(side, name)
        ontology = body.get("ontology")
        if ontology is None:
            raise invalid('"ontology" is required', path="ontology")
        if not isinstance(ontology, list):
            raise invalid('"ontology" must be an array', path="ontology")
        seen: set[str] = set()
        for choice in _choices(ontology, "ontology"):
            if choice in seen:
                raise DUPLICATE_CHOICE(choice=choice)
            seen.add(choice)
        version = len(project.ontology_history)
        project.ontology_history.append(
            OntologyVersion(version, self._core.now(), ontology, fields.text_or_none(body, "name"))
        )
        self._core.journal.write(project.subject, "project.ontology_set", version=version)
        return project

    def template(self, side: Side, name: str) -> tuple[Project, str, dict[str, object]]:
        """A project's task template: the project, the template's id and its variables."""
        project = self.get(side, name)
        if project.type not in TEMPLATE_TYPES:
            raise TEMPLATE_UNSUPPORTED(project=name, type=project.type)
        params = project.param_history[-1].params if project.param_history else {}
        template_id = object_id(
            project.created_at, self._core.settings.seed, side.mode, "template", name
        )
        return project, template_id, dict(params)

    def params_for(
        self, project: Project | None, version: int | None
    ) -> tuple[int | None, dict[str, object]]:
        """What a new task inherits: the version's number and its params.

        Args:
            project: The task's project, if it has one.
            version: The version asked for; ``None`` for the newest, -1 for no inheritance.

        Raises:
            Refusal: 400 if the project has no such version.
        """
        history = project.param_history if project else []
        if version == NO_INHERITANCE or (version is None and not history):
            return None, {}
        if version is None:
            return history[-1].version, history[-1].params
        if not 0 <= version < len(history):
            known = ", ".join(str(entry.version) for entry in history) or "none"
            raise VERSION_NOT_FOUND(
                project=project.name if project else "", version=version, known=known
            )
        return version, history[version].params

    def _product_line(self, body: Mapping[str, object]) -> ProductLine:
        rapid, studio = fields.flag(body, "rapid"), fields.flag(body, "studio")
        if rapid and studio:
            raise PROJECT_LINES()
        if rapid:
            return "rapid"
        return "studio" if studio else "enterprise"


def _choices(ontology: Iterable[object], path: str) -> Iterable[str]:
    """Every choice of the tree, groups and leaves; refuses what is neither text nor choice."""
    for number, entry in enumerate(ontology):
        here = f"{path}[{number}]"
        if isinstance(entry, str):
            yield entry
        elif isinstance(entry, dict):
            choice = entry.get("choice")
            if not isinstance(choice, str) or not choice:
                raise invalid(f'"{here}.choice" is required', path=f"{here}.choice")
            yield choice
            subchoices = entry.get("subchoices", [])
            if not isinstance(subchoices, list):
                raise invalid(f'"{here}.subchoices" must be an array', path=f"{here}.subchoices")
            yield from _choices(subchoices, f"{here}.subchoices")
        else:
            raise invalid(f'"{here}" must be a string', path=here)
