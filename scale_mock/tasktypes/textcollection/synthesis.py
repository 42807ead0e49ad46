"""Text collection's answer: every field that is due, by every respondent."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from scale_mock.sim.instants import EPOCH, to_iso
from scale_mock.tasktypes.attributes import number_within
from scale_mock.tasktypes.canvas import told_size
from scale_mock.tasktypes.entry import asked_respondents
from scale_mock.tasktypes.text import believable
from scale_mock.tasktypes.textcollection.fields import (
    bounds,
    choice_values,
    comparable,
    in_order,
    is_due,
    responses,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scale_mock.tasktypes.entry import Order
    from scale_mock.tasktypes.textcollection.fields import Field


def respond(order: Order) -> dict[str, Any]:
    """Makes a response to a text collection task.

    Optional fields are answered too. With several respondents each field holds one entry per
    respondent (recorded in clients), null where the field was not due for that one.
    """
    return _respond(order, _seeds(order))


def from_hypothesis(order: Order, noise: float) -> dict[str, Any]:
    """The hypothesis as the answer; at full noise half of its fields are answered anew."""
    seeds = _seeds(order)
    kept = {name: one for name, one in seeds.items() if order.stream.fraction() >= noise / 2}
    return _respond(order, kept)


def attempts(response: Mapping[str, Any], count: int) -> list[dict[str, Any]]:
    """The response of each respondent, taken out of the one that holds them all."""
    return [
        {
            "annotations": {
                name: given[number]
                for name, given in response["annotations"].items()
                if given[number] is not None
            }
        }
        for number in range(count)
    ]


def _seeds(order: Order) -> dict[str, Any]:
    """Field id to what the task brought along; base annotations come before a hypothesis."""
    found: dict[str, Any] = {}
    for key in ("hypothesis", "base_annotations"):
        given = order.params.get(key, {}).get("annotations", {})
        if isinstance(given, dict):
            found.update(
                (name, one)
                for name, one in given.items()
                if isinstance(one, dict) and isinstance(one.get("response"), list)
            )
    return found


def _respond(order: Order, seeded: Mapping[str, Any]) -> dict[str, Any]:
    params = order.params
    count = asked_respondents(params)
    fields = in_order(params["fields"])
    all_answers = [_answer_fields(fields, {}, order, seeded) for _ in range(count)]
    if count == 1:
        return {"annotations": _as_listed(params["fields"], all_answers[0])}
    merged = {
        field["field_id"]: [answers.get(field["field_id"]) for answers in all_answers]
        for field in params["fields"]
        if any(field["field_id"] in answers for answers in all_answers)
    }
    return {"annotations": merged}


def _as_listed(fields: list[Field], answers: dict[str, Any]) -> dict[str, Any]:
    """The answers in the order of the fields, not in that in which they depend on each other."""
    ids = [field["field_id"] for field in fields]
    return {name: answers[name] for name in ids if name in answers}


def _answer_fields(
    fields: list[Field], known: dict[str, Any], order: Order, seeded: Mapping[str, Any]
) -> dict[str, Any]:
    """Answers fields of one level. ``known`` collects what conditions elsewhere may compare."""
    answers: dict[str, Any] = {}
    for field in fields:
        if not is_due(field, known):
            continue
        name = field["field_id"]
        least, most = responses(field)
        given = _given(seeded.get(name), field)
        if given is not None:
            answers[name] = given
        elif most == 1:
            answers[name] = _answer(field, known, order, seeded)
        else:
            number = order.stream.between(max(least, 1), min(most, max(least, 1) + 2))
            answers[name] = [_answer(field, known, order, seeded) for _ in range(number)]
        known[name] = comparable(answers[name])
    return answers


def _given(entry: Mapping[str, Any] | None, field: Field) -> Any:
    """What a hypothesis says about a field: its outer array holds the responses (documented)."""
    if entry is None or entry.get("type") != field["type"] or not entry["response"]:
        return None
    least, most = responses(field)
    if not least <= len(entry["response"]) <= most:
        return None
    return entry["response"] if most > 1 else entry["response"][0]


def _answer(field: Field, known: dict[str, Any], order: Order, seeded: Mapping[str, Any]) -> Any:
    kind = field["type"]
    if kind in ("field_set", "form"):
        inner = _answer_fields(in_order(field["fields"]), known, order, seeded)
        return _as_listed(field["fields"], inner)
    return _ANSWERS[kind](field, order)


def _text(field: Field, order: Order) -> str:
    return believable(
        field["title"], order.stream, locale=order.locale, limit=field.get("max_characters")
    )


def _boolean(field: Field, order: Order) -> bool:
    return order.stream.fraction() < 0.5


def _number(field: Field, order: Order) -> float:
    return number_within(field.get("min"), field.get("max"), field.get("step", 1), order.stream)


def _datetime(field: Field, order: Order) -> str:
    """An ISO 8601 instant (our inference) of the year before the default start of a world."""
    return to_iso(EPOCH - timedelta(seconds=order.stream.below(365 * 24 * 3600)))


def _choices(field: Field, order: Order) -> list[Any]:
    """The chosen values, in the order of the choices; an array even for a single one."""
    values = choice_values(field["choices"])
    fewest, most = bounds(field, "min_choices", "max_choices")
    most = min(most, len(values))
    count = order.stream.between(max(fewest, 1), max(fewest, 1, min(most, fewest + 1)))
    places = list(range(len(values)))
    order.stream.shuffle(places)
    return [values[place] for place in sorted(places[:count])]


def _time_range(field: Field, order: Order) -> dict[str, float]:
    """Start and end in seconds (our inference)."""
    start = order.stream.below(6000) / 100
    return {"start": start, "end": round(start + 0.5 + order.stream.below(1000) / 100, 2)}


def _ranking(field: Field, order: Order) -> list[Any]:
    """The choices' values in some order (our inference)."""
    given = field.get("choices")
    values = [
        one.get("value", one.get("label")) if isinstance(one, dict) else one
        for one in (given if isinstance(given, list) else [])
    ]
    order.stream.shuffle(values)
    return values


def _recording(field: Field, order: Order) -> str:
    """The address of an uploaded file, as the platform spells them (our inference)."""
    return f"scaledata://recordings/{order.uuid()}"


def _boxes(field: Field, order: Order) -> list[dict[str, float]]:
    """One box on the image attachment, in pixels (our inference)."""
    across, down = told_size(order) or (640, 480)
    stream = order.stream
    return [
        {
            "left": stream.between(0, across * 3 // 5),
            "top": stream.between(0, down * 3 // 5),
            "width": stream.between(across // 16, across * 3 // 8),
            "height": stream.between(down // 16, down * 3 // 8),
        }
    ]


_ANSWERS: Mapping[str, Callable[[Field, Order], Any]] = {
    "text": _text,
    "boolean": _boolean,
    "number": _number,
    "datetime": _datetime,
    "category": _choices,
    "select": _choices,
    "time_range": _time_range,
    "ranking_order": _ranking,
    "audio_recording": _recording,
    "bounding_box": _boxes,
}
