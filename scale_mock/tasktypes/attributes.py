"""Attributes of annotations: the rules about their definitions, and answers to them.

What is asked about an annotation may depend on its label and on other answers. The platform asks
exactly what is due: an attribute whose conditions fail is absent from the response (documented).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.checks import Fault
from scale_mock.tasktypes.labels import leaves, refuse_duplicate_leaves, refuse_unknown
from scale_mock.tasktypes.notes import note

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from scale_mock.sim.streams import Stream
    from scale_mock.tasktypes.labels import Step

_HOW_MANY = re.compile(r"\b(how many|number of|count|total)\b")
_MOST_STEPS = 1000
"""How many values of a number attribute's range are considered, from its lower end."""


def check_attributes(attributes: Mapping[str, Any], labels: Collection[str], *keys: Step) -> None:
    """Checks what a schema cannot say about attribute definitions.

    Args:
        attributes: Attribute id to definition; each fits its schema.
        labels: The labels that can be answered.
        keys: Where the definitions are, for the refusal.

    Raises:
        Fault: A range is empty, a choice occurs twice, a condition or a link names something
            unknown, or conditions run in a circle.
    """
    for name, definition in attributes.items():
        least, most = definition.get("min"), definition.get("max")
        if definition.get("type") == "number" and None not in (least, most) and most < least:
            raise Fault("must be greater than or equal to ref:min", *keys, name, "max")
        if kind_of(definition) == "category":
            refuse_duplicate_leaves(definition["choices"], *keys, name, "choices")
        if definition.get("type") == "linked":
            allowed = definition["allowed_labels"]
            refuse_unknown(allowed, labels, *keys, name, "allowed_labels")
        if definition.get("conditions"):
            _check_conditions(attributes, name, labels, *keys)
    in_order(attributes, *keys)


def kind_of(definition: Mapping[str, Any]) -> str:
    """The type of an attribute; one without is a category (documented)."""
    kind: str = definition.get("type", "category")
    return kind


def _check_conditions(
    attributes: Mapping[str, Any], name: str, labels: Collection[str], *keys: Step
) -> None:
    conditions = attributes[name]["conditions"]
    where = (*keys, name, "conditions")
    if "label_condition" in conditions:
        wanted = conditions["label_condition"]["label"]
        refuse_unknown(wanted, labels, *where, "label_condition", "label")
    for index, together in enumerate(conditions.get("attribute_conditions", ())):
        for other, value in together.items():
            at = (*where, "attribute_conditions", index)
            if other not in attributes:
                known = ", ".join(attributes)
                raise Fault(f'names an unknown attribute "{other}", must be one of [{known}]', *at)
            definition = attributes[other]
            if kind_of(definition) == "category":
                choices = leaves(definition["choices"])
                refuse_unknown_values(value, choices, *at, other)


def refuse_unknown_values(value: Any, choices: Collection[Any], *keys: Step) -> None:
    """Refuses a compared value, or one of a list of them, that is no choice.

    Raises:
        Fault: The value can never be the answer.
    """
    for one in value if isinstance(value, list) else [value]:
        if one not in choices:
            raise Fault(f"must be one of [{', '.join(map(str, choices))}]", *keys)


def in_order(attributes: Mapping[str, Any], *keys: Step) -> list[str]:
    """The attributes' ids, each after those that its conditions compare.

    Raises:
        Fault: Conditions run in a circle.
    """
    needs = {
        name: {other for together in given for other in together}
        for name, definition in attributes.items()
        if (given := (definition.get("conditions") or {}).get("attribute_conditions"))
    }
    if not needs:
        return list(attributes)
    done: dict[str, None] = {}
    waiting = list(attributes)
    while waiting:
        ready = [name for name in waiting if needs.get(name, set()) <= done.keys()]
        if not ready:
            raise Fault(
                f"depend on each other in a circle: {', '.join(waiting)}",
                *keys,
                waiting[0],
                "conditions",
            )
        done.update(dict.fromkeys(ready))
        waiting = [name for name in waiting if name not in done]
    return list(done)


def hold(
    conditions: Mapping[str, Any] | None,
    labels: Collection[str],
    answers: Mapping[str, Any],
    others: Mapping[str, Any],
) -> bool:
    """Whether conditions are met.

    Properties of one object are all needed, objects of the list are alternatives (documented).

    Args:
        conditions: As in the definition, or nothing.
        labels: The label of the annotation; for a global attribute those of all annotations.
        answers: What is answered about the annotation so far.
        others: What is answered about the whole task.
    """
    if not conditions:
        return True
    by_label = conditions.get("label_condition")
    if by_label is not None:
        wanted = by_label["label"]
        if not any(one in labels for one in ([wanted] if isinstance(wanted, str) else wanted)):
            return False
    alternatives = conditions.get("attribute_conditions")
    if not alternatives:
        return True
    return any(
        all(matches(answers.get(name, others.get(name)), value) for name, value in together.items())
        for together in alternatives
    )


def matches(answer: Any, wanted: Any) -> bool:
    """Whether an answer (or one of several) equals the wanted value (or one of several)."""
    given = answer if isinstance(answer, list) else [answer]
    return any(one in given for one in (wanted if isinstance(wanted, list) else [wanted]))


def answer(definition: Mapping[str, Any], stream: Stream, name: str = "") -> Any:
    """An answer to an attribute of a kind that needs to know nothing else.

    Args:
        definition: A category, number, angle or text attribute.
        stream: Where the chance comes from.
        name: The attribute's id; it tells what kind of text is asked for.
    """
    kind = kind_of(definition)
    if kind == "category":
        choices = leaves(definition["choices"])
        if not definition.get("allow_multiple"):
            return stream.choice(choices)
        first = stream.below(len(choices))
        return [
            choice
            for index, choice in enumerate(choices)
            if index == first or stream.fraction() < 0.3
        ]
    if kind == "number":
        return number_within(
            definition.get("min"), definition.get("max"), definition.get("step", 1), stream
        )
    if kind == "angle":
        return stream.below(3600) / 10
    return note(name, definition, stream)


def number_within(least: float | None, most: float | None, step: float, stream: Stream) -> float:
    """A number of the range, a whole count of steps above its lower end.

    Args:
        least: The lower end; ten steps below the upper one if not given, or 0.
        most: The upper end; ten steps above the lower one if not given.
        step: The distance of two answers, above 0.
        stream: Where the chance comes from.
    """
    if least is None:
        least = 0 if most is None else most - 10 * step
    if most is None:
        most = least + 10 * step
    # A hair more, so that 0.3 is three steps of 0.1.
    count = min(int((most - least) / step + 1e-9), _MOST_STEPS)
    value = least + stream.between(0, count) * step
    return value if isinstance(value, int) else min(round(value, 9), most)


def counted(
    name: str,
    definition: Mapping[str, Any],
    labels: Sequence[str | None],
    classes: Iterable[str | None],
) -> float | None:
    """The answer to a question for how many annotations there are.

    Args:
        name: The attribute's id.
        definition: The attribute; id or description tell whether it asks for a number of things,
            and of which: those whose labels it names, else all.
        labels: The label of every annotation.
        classes: The labels that annotations may have.

    Returns:
        ``None`` if it asks for something else, or does not allow the true answer.
    """
    question = f"{name} {definition.get('description', '')}".lower().replace("_", " ")
    if kind_of(definition) != "number" or _HOW_MANY.search(question) is None:
        return None
    named = {
        label
        for label in classes
        if label and re.search(rf"\b{re.escape(label.lower())}(e?s)?\b", question)
    }
    count = sum(label in named for label in labels) if named else len(labels)
    least, most = definition.get("min"), definition.get("max")
    if not (count if least is None else least) <= count <= (count if most is None else most):
        return None
    return None if (count - (least or 0)) % definition.get("step", 1) else count


def answer_all(
    attributes: Mapping[str, Any], stream: Stream, labels: Iterable[str] = ()
) -> dict[str, Any]:
    """Answers every attribute whose conditions hold, in the order in which they depend.

    Args:
        attributes: Definitions of category, number, angle and text attributes.
        stream: Where the chance comes from.
        labels: The labels that conditions may ask for.
    """
    known = set(labels)
    answers: dict[str, Any] = {}
    for name in in_order(attributes):
        definition = attributes[name]
        if hold(definition.get("conditions"), known, answers, {}):
            answers[name] = answer(definition, stream, name)
    return answers
