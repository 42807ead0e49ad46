"""What the platform's staff does in a world and no operation of the API does: v2's side of it.

Python's handles and the control API end here, so that both refuse the same things.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.domain import fields
from scale_mock.domain.chat_forms import CHATS
from scale_mock.domain.refusals import TYPE_MISMATCH
from scale_mock.envelopes.v2 import dataset_delivery_json, delivery_json, project_json
from scale_mock.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scale_mock.domain.side import Side
    from scale_mock.world.world import World

Json = dict[str, object]


def set_up_project(
    world: World,
    side: Side,
    name: str,
    *,
    types: Sequence[str] | None,
    models: Sequence[str] | None,
) -> Json:
    """Says what a chat project is for; makes one if the mode has none of that name.

    Args:
        world: The world.
        side: The mode's store.
        name: The project's name.
        types: Its archetypes, for example ``["SFT"]``; ``None`` leaves them as they are.
        models: The models that it shows; likewise.

    Returns:
        The project as v2 shows it.

    Raises:
        Refusal: 400 if there is a project of that name for another type of tasks.
        ConfigurationError: An archetype is misspelt; the text suggests the nearest.
    """
    from scale_mock.tasktypes.chat.archetypes import ARCHETYPES, misspelt  # late: few need chats

    given = {key: _texts(key, value) for key, value in (("types", types), ("models", models))}
    if given["types"] is not None and (wrong := misspelt(given["types"])) is not None:
        raise ConfigurationError(
            f'types: {wrong[0]!r} is no archetype; did you mean "{wrong[1]}"? '
            f"Archetypes: {', '.join(ARCHETYPES)}."
        )
    if name in side.projects:
        project = side.projects[name]
        if project.type not in CHATS:
            raise TYPE_MISMATCH(project=name, wanted=project.type, found="chat")
    else:
        project = world.projects.create(side, {"name": name, "type": "chat"})
    world.chats.set_up(project, archetypes=given["types"], models=given["models"])
    return project_json(project)


def deliver(
    world: World, side: Side, project: str, *, tasks: Sequence[str] | None, name: str | None
) -> Json:
    """Delivers completed tasks of a project.

    Args:
        world: The world.
        side: The mode's store.
        project: The project's name.
        tasks: The tasks' ids; ``None`` for all completed ones that were not delivered yet.
        name: The delivery's name; ``None`` for one with the date.

    Returns:
        The delivery as v2 shows it.

    Raises:
        Refusal: 404 for an unknown project or task, 400 for a task that cannot be delivered, 409
            for a name that is taken.
    """
    owner = world.projects.get(side, project)
    chosen = None if tasks is None else [world.tasks.get(side, task_id) for task_id in tasks]
    return delivery_json(world.deliveries.make(owner, chosen, name))


def deliver_dataset(
    world: World,
    side: Side,
    dataset: str,
    *,
    tasks: Sequence[Mapping[str, object]],
    name: str | None,
) -> Json:
    """Delivers tasks of a dataset; see :meth:`scale_mock.domain.datasets.Datasets.deliver`.

    Returns:
        The delivery as v2 shows it, and ``task_ids``.
    """
    made = world.datasets.deliver(side, dataset, tasks, name)
    shown = dataset_delivery_json(made, side.datasets[made.dataset_id], frozenset())
    return {**shown, "task_ids": list(made.task_ids)}


def _texts(name: str, given: Sequence[str] | None) -> list[str] | None:
    """A list of texts, or ``None``; a lone text stands for a list of one, as over HTTP."""
    if given is None:
        return None
    return fields.texts({name: given if isinstance(given, str) else list(given)}, name)
