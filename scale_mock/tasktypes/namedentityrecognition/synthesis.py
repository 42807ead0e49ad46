"""Named entity recognition's answer: words of the text, each label on some, related as asked."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.attributes import answer_all
from scale_mock.tasktypes.namedentityrecognition.names import attributes_of, tree

if TYPE_CHECKING:
    from scale_mock.tasktypes.entry import Order

_WORD = re.compile(r"\w+(?:['\u2019-]\w+)*")
_WORDS_READ = 400
"""A labeler's patience: spans are chosen among that many words from the start of a text."""

Span = tuple[int, int]


def respond(order: Order) -> dict[str, Any]:
    """Makes a response to a named entity recognition task.

    Only leaves of the label tree are answered, round-robin, so that each occurs where the text has
    words enough. ``end`` is exclusive and counts code points (our reading of an unclear document).
    """
    params = order.params
    labels = tree(params["labels"])
    annotations = _annotations(order, labels)
    response: dict[str, Any] = {"annotations": annotations}
    if params.get("relationships"):
        response["relationships"] = _relationships(order, labels, annotations)
    if params.get("global_attributes"):
        present = [one["label"] for one in annotations]
        response["global_attributes"] = answer_all(
            params["global_attributes"], order.stream, present
        )
    return response


def _annotations(order: Order, labels: dict[str, list[str]]) -> list[dict[str, Any]]:
    text = order.params["text"]
    leaves = [name for name, below in labels.items() if below == [name]]
    defined = attributes_of(order.params["labels"])
    annotations = []
    for index, (start, end) in enumerate(_spans(order, text, len(leaves))):
        label = leaves[index % len(leaves)]
        annotation = {
            "id": order.uuid(),
            "start": start,
            "end": end,
            "text": text[start:end],
            "label": label,
        }
        if label in defined:
            annotation["attributes"] = answer_all(defined[label], order.stream, [label])
        annotations.append(annotation)
    return annotations


def _spans(order: Order, text: str, wanted: int) -> list[Span]:
    """Spans in the order of the text: names and long words first, at least one a label."""
    words = [(one.start(), one.end()) for one in islice(_WORD.finditer(text), _WORDS_READ)]
    telling = [index for index, word in enumerate(words) if _is_telling(text, word)]
    rest = [index for index in range(len(words)) if index not in set(telling)]
    order.stream.shuffle(telling)
    order.stream.shuffle(rest)
    count = min(len(words), wanted + order.stream.between(0, max(wanted, 2)))
    chosen = sorted((telling + rest)[:count])
    taken = set(chosen)
    spans = []
    for index in chosen:
        start, end = words[index]
        after = index + 1
        if (
            after < len(words)
            and after not in taken
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
