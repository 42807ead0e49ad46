"""What answers to attributes must hold to, told without any code of the synthesizers."""

from __future__ import annotations

from typing import Any

from tests.unit.tasktypes.lidar_requests import leaves

Thing = dict[str, Any]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def due(definition: Thing, label: str | None, answers: Thing, overall: Thing) -> bool:
    """Whether an attribute is to be answered: one of several sets of conditions, all of a set."""
    conditions = definition.get("conditions", {})
    wanted = conditions.get("label_condition", {}).get("label")
    if wanted is not None and label not in listed(wanted):
        return False
    known = {**overall, **answers}

    def equal(name: str, value: Any) -> bool:
        return name in known and bool(set(listed(known[name])) & set(listed(value)))

    sets = conditions.get("attribute_conditions")
    return not sets or any(all(equal(*pair) for pair in one.items()) for one in sets)


def check_value(definition: Thing, value: Any) -> None:
    kind = definition.get("type", "category")
    if kind == "category":
        choices = leaves(definition["choices"])
        assert set(listed(value)) <= set(choices)
        assert isinstance(value, list) is bool(definition.get("allow_multiple"))
        assert value != []
    elif kind == "number":
        step = definition.get("step", 1)
        assert definition.get("min", -1e9) <= value <= definition.get("max", 1e9)
        assert (value / step) % 1 == 0
    elif kind == "angle":
        assert 0 <= value <= 360
    elif kind == "text":
        assert isinstance(value, str)
        assert value


def is_overall(definition: Thing) -> bool:
    return bool(definition.get("conditions", {}).get("is_global"))


def check_overall(attributes: Thing, response: Thing) -> Thing:
    """Checks the answers about the whole task and returns them."""
    asked = {name: one for name, one in attributes.items() if is_overall(one)}
    assert ("global_attributes" in response) is bool(asked)
    overall: Thing = response.get("global_attributes", {})
    for name, definition in asked.items():
        assert (name in overall) is due(definition, None, overall, {})
        if name in overall:
            check_value(definition, overall[name])
    assert set(overall) <= set(asked)
    return overall


def check_attributes(
    attributes: Thing,
    groups: list[list[Thing]],
    overall: Thing,
    *,
    key: str = "uuid",
    lines: Any = None,
) -> None:
    """Checks the answers about things that are seen together, group by group.

    Args:
        attributes: The definitions.
        groups: Things of one frame, or of one camera's image.
        overall: The answers about the whole task.
        key: Where a thing's UUID stands.
        lines: Gives the size within which a thing's lines lie; ``None`` if it has no lines.
    """
    constant: dict[tuple[str, str], Any] = {}
    own = {name: one for name, one in attributes.items() if not is_overall(one)}
    for thing in (thing for group in groups for thing in group):
        assert set(thing["attributes"]) <= set(own)
        for name, definition in own.items():
            if definition.get("type") == "linked":
                continue
            check_answer(name, definition, thing, overall, lines(thing) if lines else None)
            if definition.get("global") and name in thing["attributes"]:
                value = thing["attributes"][name]
                assert value == constant.setdefault((thing[key], name), value)
    for name, definition in attributes.items():
        if definition.get("type") == "linked" and not is_overall(definition):
            check_linked(name, definition, groups, overall, key)


def check_answer(
    name: str, definition: Thing, thing: Thing, overall: Thing, size: tuple[float, float] | None
) -> None:
    """Checks that an attribute is answered exactly when it is due, and how."""
    answers, kind = thing["attributes"], definition.get("type")
    is_line = kind in ("x_line", "y_line")
    wanted = due(definition, thing["label"], answers, overall)
    assert (name in answers) is (wanted and not (is_line and size is None)), (name, thing)
    if name in answers and is_line and size:
        assert 0 <= answers[name] <= size[0 if kind == "x_line" else 1]
    elif name in answers:
        check_value(definition, answers[name])


def check_linked(
    name: str, definition: Thing, groups: list[list[Thing]], overall: Thing, key: str
) -> None:
    frames: dict[str, list[tuple[Any, set[str]]]] = {}
    for group in groups:
        for thing in group:
            others = {
                one[key]
                for one in group
                if one["label"] in definition["allowed_labels"] and one[key] != thing[key]
            }
            target = thing["attributes"].get(name)
            if not due(definition, thing["label"], thing["attributes"], overall):
                assert target is None
                continue
            assert target is None or target in others
            if not definition.get("global"):
                assert (target is not None) is bool(others), "links are always filled in 3D"
            frames.setdefault(thing[key], []).append((target, others))
    if definition.get("global"):
        for seen in frames.values():
            assert len({target for target, _ in seen if target}) <= 1
            if set.intersection(*(others for _, others in seen)):
                assert all(target for target, _ in seen)
