"""What document transcription asks of its params across several of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.checks import Fault
from scale_mock.tasktypes.documenttranscription.features import labels_of
from scale_mock.tasktypes.labels import refuse_unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.tasktypes.labels import Step


def check_rules(params: Mapping[str, Any]) -> None:
    """Checks params that fit their schema.

    Features inside others follow the rules of features; linking rules and pre-labels speak of
    declared labels (our inference); no label is declared twice (our inference).

    Raises:
        Fault: They contradict each other.
    """
    _check_features(params["features"], set(), "features")
    labels = labels_of(params["features"])
    for index, pair in enumerate((params.get("linking_rules") or {}).get("labels", ())):
        refuse_unknown(pair, labels, "linking_rules", "labels", index)
    for key in ("hypothesis", "base_annotations"):
        uuids: set[str] = set()
        for index, one in enumerate((params.get(key) or {}).get("annotations", ())):
            where = (key, "annotations", index)
            refuse_unknown(one["label"], labels, *where, "label")
            if one.get("uuid") in uuids:
                raise Fault("contains a duplicate value", *where)
            uuids.update({one["uuid"]} if "uuid" in one else ())


def _check_features(features: list[dict[str, Any]], seen: set[str], *keys: Step) -> None:
    for index, feature in enumerate(features):
        where = (*keys, index)
        if feature["type"] != "group":
            if feature["label"] in seen:
                raise Fault("contains a duplicate value", *where)
            seen.add(feature["label"])
        _check_features(feature.get("features", []), seen, *where, "features")
