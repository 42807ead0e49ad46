"""Fields that were not asked about, and choices that they do not offer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.misfits import unknown
from scale_mock.tasktypes.textcollection.fields import choice_values, nested

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scale_mock.tasktypes.labels import Step
    from scale_mock.tasktypes.textcollection.fields import Field


def misfits(params: Mapping[str, Any], response: Mapping[str, Any]) -> Iterator[str]:
    """What a response has against the request's fields."""
    given = response.get("annotations")
    if isinstance(given, dict):
        yield from _of_level(params["fields"], given, "the fields of the task", "annotations")


def _of_level(
    fields: list[Field], given: Mapping[str, Any], what: str, *keys: Step
) -> Iterator[str]:
    """Fields inside field sets and forms are known outside them too: clients flatten them."""
    known = {field["field_id"]: field for field in nested(fields)}
    for name, answer in given.items():
        yield from unknown(name, known, what, *keys, name)
        if name in known:
            yield from _of_field(known[name], answer, *keys, name)


def _of_field(field: Field, given: Any, *keys: Step) -> Iterator[str]:
    """Several responses, and those of several respondents, are arrays; each part is looked at."""
    if isinstance(given, list):
        for index, one in enumerate(given):
            yield from _of_field(field, one, *keys, index)
    elif isinstance(given, dict):
        if field["type"] in ("field_set", "form"):
            what = f"the fields of {field['field_id']}"
            yield from _of_level(field["fields"], given, what, *keys)
    elif given is not None and field["type"] in ("category", "select"):
        known = choice_values(field["choices"])
        yield from unknown(given, known, f"the choices of {field['field_id']}", *keys)
