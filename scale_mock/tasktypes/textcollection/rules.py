"""What text collection asks of its fields across several params (documented unless noted)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.attributes import refuse_unknown_values
from scale_mock.tasktypes.checks import Fault
from scale_mock.tasktypes.labels import refuse_unknown
from scale_mock.tasktypes.textcollection.fields import (
    bounds,
    choice_values,
    compared,
    nested,
    responses,
    runs_in_circle,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.tasktypes.labels import Step
    from scale_mock.tasktypes.textcollection.fields import Field

_INLINE = ("text", "number")


def check_rules(params: Mapping[str, Any]) -> None:
    """Checks params that fit their schema.

    Raises:
        Fault: They contradict each other.
    """
    known = {field["field_id"]: field for field in nested(params["fields"])}
    seen: set[str] = set()
    _check_level(params["fields"], known, seen, "fields")
    for name in params.get("hypothesis", {}).get("annotations", {}):
        refuse_unknown(name, known, "hypothesis", "annotations", name)
    for index, attachment in enumerate(params["attachments"]):
        forms = [name for name, field in known.items() if field["type"] == "form"]
        for place, form in enumerate(attachment.get("forms", ())):
            # Our inference: the documents only say what a known id means.
            if form not in forms:
                reason = f"must be one of [{', '.join(forms)}]"
                raise Fault(reason, "attachments", index, "forms", place)


def _check_level(
    fields: list[Field], known: Mapping[str, Field], seen: set[str], *keys: Step
) -> None:
    for index, field in enumerate(fields):
        where = (*keys, index)
        if field["field_id"] in seen:
            raise Fault("contains a duplicate value", *where)
        seen.add(field["field_id"])
        _check_bounds(field, *where)
        _check_conditions(field, known, *where)
        if "fields" in field and field["type"] in ("field_set", "form"):
            if field["type"] == "field_set" and field.get("inline"):
                _check_inline(field["fields"], *where)
            _check_level(field["fields"], known, seen, *where, "fields")
    if runs_in_circle(fields):
        raise Fault("contains conditions that depend on each other in a circle", *keys)


def _check_bounds(field: Field, *where: Step) -> None:
    least, most = responses(field)
    if least > most:
        reason = "must be greater than or equal to ref:min_responses_required"
        raise Fault(reason, *where, "max_responses_required")
    low, high = field.get("min"), field.get("max")
    if field["type"] == "number" and low is not None and high is not None and high < low:
        raise Fault("must be greater than or equal to ref:min", *where, "max")
    if field["type"] in ("category", "select"):
        _check_choices(field, *where)


def _check_choices(field: Field, *where: Step) -> None:
    values = choice_values(field["choices"])
    if len(set(map(repr, values))) != len(values):
        raise Fault("contains a duplicate value", *where, "choices")
    fewest, most = bounds(field, "min_choices", "max_choices")
    if fewest > most:
        raise Fault("must be greater than or equal to ref:min_choices", *where, "max_choices")
    if fewest > len(values):
        raise Fault(f"must be less than or equal to {len(values)}", *where, "min_choices")


def _check_conditions(field: Field, known: Mapping[str, Field], *where: Step) -> None:
    for index, entry in enumerate(field.get("conditions", ())):
        for name, wanted in compared([entry]):
            at = (*where, "conditions", index)
            other = known.get(name)
            if other is None:
                names = ", ".join(known)
                raise Fault(f'names an unknown field "{name}", must be one of [{names}]', *at)
            if other["type"] in ("category", "select"):
                refuse_unknown_values(wanted, choice_values(other["choices"]), *at, name)


def _check_inline(fields: list[Field], *where: Step) -> None:
    if len(fields) > 2:
        raise Fault("must contain less than or equal to 2 items", *where, "fields")
    for index, field in enumerate(fields):
        if field["type"] not in _INLINE:
            reason = f"must be one of [{', '.join(_INLINE)}]"
            raise Fault(reason, *where, "fields", index, "type")
