"""Named entity recognition's answer: words that fit each label, related as asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.attributes import answer_all
from scale_mock.tasktypes.namedentityrecognition.entities import kind_of, units_of
from scale_mock.tasktypes.namedentityrecognition.names import attributes_of, tree
from scale_mock.tasktypes.namedentityrecognition.prelabels import brought, is_closed, unsettled

if TYPE_CHECKING:
    from scale_mock.tasktypes.entry import Order
    from scale_mock.tasktypes.namedentityrecognition.entities import Unit

_EACH_MOST = 8
"""No label is given to more spans than that."""

Span = tuple[int, int]


def respond(order: Order) -> dict[str, Any]:
    """Makes a response to a named entity recognition task.

    Only leaves of the label tree are answered, each where the text has words enough, on what it
    seems to ask for: people, companies, places, times, numbers. What the task brought along comes
    back, and only labels that it lacks are added. ``end`` is exclusive and counts code points (our
    reading of an unclear document).
    """
    return _finished(order, brought(order))


def from_hypothesis(order: Order, noise: float) -> dict[str, Any]:
    """The hypothesis and base annotations as the answer.

    Args:
        order: Its params hold them.
        noise: 0 leaves them as they are; towards 1 spans change their label, lose words, or go.
    """
    return _finished(order, unsettled(order, brought(order), noise))


def _finished(order: Order, given: list[dict[str, Any]]) -> dict[str, Any]:
    params = order.params
    labels = tree(params["labels"])
    annotations = _annotations(order, labels, given)
    response: dict[str, Any] = {"annotations": annotations}
    if params.get("relationships"):
        response["relationships"] = _relationships(order, labels, annotations)
    if params.get("global_attributes"):
        present = [one["label"] for one in annotations]
        response["global_attributes"] = answer_all(
            params["global_attributes"], order.stream, present
        )
    return response


def _annotations(
    order: Order, labels: dict[str, list[str]], given: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    text = order.params["text"]
    leaves = [name for name, below in labels.items() if below == [name]]
    have = {one["label"] for one in given}
    wanted = [name for name in leaves if name not in have]
    annotations = list(given)
    if wanted and not is_closed(order.params):
        taken = [(one["start"], one["end"]) for one in given]
        for (start, end), label in _labelled_spans(order, wanted, taken):
            annotations.append(
                {
                    "id": order.uuid(),
                    "start": start,
                    "end": end,
                    "text": text[start:end],
                    "label": label,
                }
            )
    defined = attributes_of(order.params["labels"])
    for one in annotations:
        if one["label"] in defined and "attributes" not in one:
            one["attributes"] = answer_all(defined[one["label"]], order.stream, [one["label"]])
    return sorted(annotations, key=lambda one: one["start"]) if given else annotations


def _labelled_spans(order: Order, wanted: list[str], taken: list[Span]) -> list[tuple[Span, str]]:
    """Spans in the order of the text, with their labels.

    First every label gets the span that fits it best; then what fits a label is labeled, too; then
    labels that nothing fits get a telling word each, and those of which nothing is known some more.
    """
    units = [
        unit
        for unit in units_of(order.params["text"])
        if not any(start < unit.span[1] and unit.span[0] < end for start, end in taken)
    ]
    kinds = _kinds(order.params["labels"])
    chosen: dict[Span, str] = {}
    count = dict.fromkeys(wanted, 0)
    for least in (3, 2, 1):
        for unit in units:
            label = _best(unit, least, [one for one in wanted if not count[one]], kinds)
            if label is not None and unit.span not in chosen:
                chosen[unit.span] = label
                count[label] = 1
    for unit in units if not taken else ():
        label = _best(unit, 2, wanted, kinds)
        if label is not None and unit.span not in chosen and count[label] < _EACH_MOST:
            chosen[unit.span] = label
            count[label] += 1
    missing = [one for one in wanted if not count[one]]
    free = [unit for unit in units if unit.span not in chosen]
    order.stream.shuffle(free)
    # What names no known kind of thing may name an unknown one; equals stay shuffled.
    free.sort(key=lambda unit: (not unit.telling, bool(unit.fits), -unit.telling))
    unknown = [one for one in wanted if kinds.get(one) is None]
    if unknown and not taken:
        more = order.stream.between(0, max(len(unknown), 2))
        telling = sum(unit.telling > 1 for unit in free) - len(missing)
        missing += [unknown[index % len(unknown)] for index in range(min(more, telling))]
    for unit, label in zip(free, missing, strict=False):
        chosen[unit.span] = label
    return sorted(chosen.items())


def _best(unit: Unit, least: int, labels: list[str], kinds: dict[str, str | None]) -> str | None:
    """The label that fits best, if it does so well enough; the first of equals."""
    fitting = [one for one in labels if unit.fits.get(kinds.get(one) or "", 0) >= least]
    return max(fitting, key=lambda one: unit.fits[kinds[one] or ""], default=None)


def _kinds(labels: list[dict[str, Any]], above: tuple[str, ...] = ()) -> dict[str, str | None]:
    """What each leaf asks for, as its own words tell, else those of the labels above it."""
    found: dict[str, str | None] = {}
    for label in labels:
        told = tuple(
            str(label[key]) for key in ("name", "display_name", "description") if label.get(key)
        )
        if label.get("children"):
            found.update(_kinds(label["children"], (*told, *above)))
        else:
            found[label["name"]] = kind_of(*told, *above)
    return found


def _relationships(
    order: Order, labels: dict[str, list[str]], annotations: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """One relationship per definition, where two annotations with the right labels exist."""
    found = []
    for definition in order.params["relationships"]:
        sources = _labelled(annotations, labels, definition.get("source_label"))
        targets = _labelled(annotations, labels, definition.get("target_label"))
        pair = next(((a, b) for a in sources for b in targets if a != b), None)
        if pair is not None:
            one = {"id": order.uuid(), "source_ref": pair[0], "target_ref": pair[1]}
            if "name" in definition:
                one["name"] = definition["name"]
            found.append(one)
    return found


def _labelled(
    annotations: list[dict[str, Any]], labels: dict[str, list[str]], wanted: str | None
) -> list[str]:
    return [
        one["id"]
        for one in annotations
        if wanted is None or one["label"] == wanted or one["label"] in labels[wanted]
    ]
