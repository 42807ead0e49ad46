"""Rubrics: criteria that a contributor writes, and every reply held against them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scale_mock.sim.streams import Stream
    from scale_mock.tasktypes.chat.marks import Judged, Sheet

_CRITERIA = (
    "Answers the question about {topic} directly",
    "Makes no claim about {topic} that is wrong",
    "Gives at least one concrete example",
    "Stays on the subject of {topic}",
    "Says where its limits are",
    "Can be followed without further explanation",
)


def rubric(topic: str, turn: int, sheet: Sheet, stream: Stream) -> dict[str, Any]:
    """Three to five weighted criteria; the most that a reply can score is the sum of weights."""
    texts = list(_CRITERIA)
    stream.shuffle(texts)
    definitions = []
    for number, text in enumerate(texts[: stream.between(3, 5)], 1):
        weight, criterion = stream.between(1, 5), text.replace("{topic}", topic)
        annotation = sheet.add(
            "rubric_criteria", f"criterion_{number}", {"weight": weight, "criterion": criterion}
        )
        definitions.append(
            {
                "id": f"crit_{turn}_{number}",
                "criterion": criterion,
                "weight": weight,
                "annotations": [annotation],
            }
        )
    return {
        "criteria_definitions": definitions,
        "max_total_score": sum(one["weight"] for one in definitions),
    }


def evaluation(
    rules: dict[str, Any], reply: Judged, sheet: Sheet, stream: Stream
) -> dict[str, Any]:
    """A reply held against a rubric; how much it meets follows from its mark on the whole.

    A criterion is met (1), half met (0.5) or not met (0). ``total_score`` is the sum of score times
    weight, ``percentage`` its share of the most possible.
    """
    definitions = rules["criteria_definitions"]
    order = list(range(len(definitions)))
    stream.shuffle(order)
    # In halves, so that the sum is exact.
    halves = 2 * len(order) * (reply.overall - 1) // 4
    scores = {place: max(0, min(2, halves - 2 * rank)) for rank, place in enumerate(order)}
    evaluations, twice = [], 0
    for place, definition in enumerate(definitions):
        score = scores[place]
        twice += score * definition["weight"]
        evaluations.append(
            {
                "criterion_definition_id": definition["id"],
                "score": _half(score),
                "annotations": [_rating(definition, score, place + 1, sheet)],
            }
        )
    most = rules["max_total_score"]
    percentage = round(50 * twice / most, 2)
    return {
        "criteria_evaluations": evaluations,
        "annotations": [],
        "total_score": _half(twice),
        "percentage": int(percentage) if percentage.is_integer() else percentage,
    }


def _rating(definition: dict[str, Any], score: int, number: int, sheet: Sheet) -> dict[str, Any]:
    how, color = (("Not met", "red"), ("Partly met", "yellow"), ("Met", "green"))[score]
    criterion = definition["criterion"]
    return sheet.add(
        "rubric_rating",
        f"criterion_{number}_rating",
        {
            "score": _half(score),
            "color": color,
            "justification": f"{how}: {criterion[0].lower()}{criterion[1:]}.",
        },
        metadata={"criteria": definition["annotations"][0]["id"]},
    )


def _half(count: int) -> int | float:
    return count // 2 if count % 2 == 0 else count / 2
