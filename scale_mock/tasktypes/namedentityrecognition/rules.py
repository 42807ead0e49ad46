"""What named entity recognition asks of its params across several of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.attributes import check_attributes
from scale_mock.tasktypes.checks import Fault
from scale_mock.tasktypes.labels import refuse_unknown
from scale_mock.tasktypes.namedentityrecognition.names import tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scale_mock.tasktypes.labels import Step


def check_rules(params: Mapping[str, Any]) -> None:
    """Checks params that fit their schema.

    Either every relationship is named or none is, and their ends are declared labels, parents
    included (documented). Names are unique (our inference).

    Raises:
        Fault: They contradict each other.
    """
    names = _check_labels(params["labels"], {}, "labels")
    relationships = params.get("relationships", ())
    named = [("name" in one) for one in relationships]
    for index, one in enumerate(relationships):
        if named[index] != named[0]:
            missing = index if named[0] else 0
            raise Fault("is required", "relationships", missing, "name")
        for key in ("source_label", "target_label"):
            if key in one:
                refuse_unknown(one[key], names, "relationships", index, key)
    leaves = [name for name, below in tree(params["labels"]).items() if below == [name]]
    check_attributes(params.get("global_attributes", {}), leaves, "global_attributes")
    for key in ("hypothesis", "base_annotations"):
        _check_spans(params.get(key, {}).get("annotations", ()), params["text"], names, key)


def _check_spans(
    spans: Iterable[Mapping[str, Any]], text: str, names: Mapping[str, None], key: str
) -> None:
    """Pre-labels lie in the text and have declared labels (our inference)."""
    seen = set()
    for index, span in enumerate(spans):
        where = (key, "annotations", index)
        refuse_unknown(span["label"], names, *where, "label")
        if span["end"] > len(text):
            raise Fault(f"must be less than or equal to {len(text)}", *where, "end")
        if span["end"] <= span["start"]:
            raise Fault("must be greater than ref:start", *where, "end")
        found = text[int(span["start"]) : int(span["end"])]
        if span.get("text", found) != found:
            raise Fault("must be the text from start to end", *where, "text")
        if span.get("id") in seen:
            raise Fault("contains a duplicate value", *where)
        if "id" in span:
            seen.add(span["id"])


def _check_labels(
    labels: list[dict[str, Any]], seen: dict[str, None], *keys: Step
) -> dict[str, None]:
    for index, label in enumerate(labels):
        if label["name"] in seen:
            raise Fault("contains a duplicate value", *keys, index)
        seen[label["name"]] = None
        if "attributes" in label:
            check_attributes(label["attributes"], [label["name"]], *keys, index, "attributes")
        _check_labels(label.get("children", []), seen, *keys, index, "children")
    return seen
