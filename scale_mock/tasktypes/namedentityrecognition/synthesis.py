"""Named entity recognition's answer: words of the text, each label on some, related as asked."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.attributes import answer_all
from scale_mock.tasktypes.namedentityrecognition.names import attributes_of, tree
from scale_mock.tasktypes.namedentityrecognition.prelabels import brought, is_closed, unsettled

if TYPE_CHECKING:
    from scale_mock.tasktypes.entry import Order

_WORD = re.compile(r"\w+(?:['\u2019-]\w+)*")
_WORDS_READ = 400
"""A labeler's patience: spans are chosen among that many words from the start of a text."""

Span = tuple[int, int]


def respond(order: Order) -> dict[str, Any]:
    """Makes a response to a named entity recognition task.

    Only leaves of the label tree are answered, round-robin, so that each occurs where the text has
    words enough. What the task brought along comes back, and only labels that it lacks are added.
    ``end`` is exclusive and counts code points (our reading of an unclear document).
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
        spans = _spans(order, text, len(wanted), [(one["start"], one["end"]) for one in given])
        for index, (start, end) in enumerate(spans):
            label = wanted[index % len(wanted)]
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


def _spans(order: Order, text: str, wanted: int, taken: list[Span]) -> list[Span]:
    """Spans in the order of the text: names and long words first, at least one a label."""
    found = ((one.start(), one.end()) for one in islice(_WORD.finditer(text), _WORDS_READ))
    words = [
        word for word in found if not any(start < word[1] and word[0] < end for start, end in taken)
    ]
    telling = [index for index, word in enumerate(words) if _is_telling(text, word)]
    rest = [index for index in range(len(words)) if index not in set(telling)]
    order.stream.shuffle(telling)
    order.stream.shuffle(rest)
    more = 0 if taken else order.stream.between(0, max(wanted, 2))
    chosen = sorted((telling + rest)[: min(len(words), wanted + more)])
    used = set(chosen)
    spans = []
    for index in chosen:
        start, end = words[index]
        after = index + 1
        if (
            after < len(words)
            and after not in used
            and _is_one_name(text, words[index], words[after])
        ):
            end = words[after][1]
        spans.append((start, end))
    return spans


def _is_telling(text: str, word: Span) -> bool:
    return text[word[0]].isupper() or text[word[0]].isdigit() or word[1] - word[0] > 6


def _is_one_name(text: str, first: Span, second: Span) -> bool:
    """Two capitalized words with a blank between them: "Ada Lovelace"."""
    between = text[first[1] : second[0]]
    return between == " " and text[first[0]].isupper() and text[second[0]].isupper()


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
