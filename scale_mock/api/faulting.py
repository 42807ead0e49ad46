"""Adding faults to a running world: checked against the operations that there are, all or none."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from scale_mock.faults.book import as_fault, numbered
from scale_mock.faults.parse import locate
from scale_mock.selectors.where import did_you_mean
from scale_mock.world.building import TASK_TYPES
from scale_mock.world.vetting import fitting_types

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scale_mock.faults.fault import Fault
    from scale_mock.selectors.where import Where
    from scale_mock.world import World


def operation_names() -> tuple[str, ...]:
    """The operations that faults can strike: Scale's own, none of the control API."""
    from scale_mock.api import v1, v2

    return tuple(dict.fromkeys(operation.name for operation in (*v1.OPERATIONS, *v2.OPERATIONS)))


def checked(
    faults: Iterable[Fault | Mapping[str, object]], *, where: Where | None = None
) -> list[Fault]:
    """The faults that plain data describes, none of which names an unknown operation.

    Args:
        faults: Faults or plain data.
        where: The place of all of them, for refusals; by default each one's name and position.

    Raises:
        ConfigurationError: A fault makes no sense; the text says which and why.
    """
    found = []
    for number, given in numbered(faults):
        place = where or locate(_named(given), number)
        fault = as_fault(given, place)
        check_operations(fault, place)
        found.append(fault)
    return found


def check_operations(fault: Fault, where: Where) -> None:
    """Refuses a fault for an operation or task type that does not exist: it could never strike.

    Raises:
        ConfigurationError: The text suggests the nearest.
    """
    wanted = fault.match.get("operation")
    for name in wanted if isinstance(wanted, list) else [wanted]:
        text = name.get("equals") if isinstance(name, dict) else name
        if not isinstance(text, str):
            continue
        known = operation_names()
        if not any(fnmatchcase(operation, text) for operation in known):
            raise where.at("match", "operation").refuse(
                f'there is no operation "{text}"{_meant(text, known)} All of them are listed in '
                'the README under "Coverage"; those of the control API are never faulted.'
            )
    types = fault.match.get("type")
    if types is not None and types != [None]:
        fitting_types(fault.matcher, types, TASK_TYPES, where)


def _meant(text: str, known: Sequence[str]) -> str:
    """What was probably meant: of some seventy operations, the three that come nearest."""
    from difflib import get_close_matches

    nearest = get_close_matches(text, known, n=3, cutoff=0)
    return f"{did_you_mean(text, known)} Nearest: {', '.join(nearest)}."


def add_faults(world: World, faults: Iterable[Fault | Mapping[str, object]]) -> list[str]:
    """Appends faults to a world, all or none.

    Returns:
        Their ids.

    Raises:
        ConfigurationError: A fault is wrong, or its name is taken.
    """
    return world.faults.extend(checked(faults))


def add_fault(world: World, fault: Fault | Mapping[str, object]) -> str:
    """Appends one fault to a world; its id.

    Raises:
        ConfigurationError: It is wrong, or its name is taken.
    """
    place = locate(_named(fault))
    made = as_fault(fault, place)
    check_operations(made, place)
    return world.faults.add(made)


def _named(fault: object) -> object:
    return fault if hasattr(fault, "keys") else {"name": getattr(fault, "name", None)}
