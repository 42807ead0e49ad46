"""Labels that no feature of a document declares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.documenttranscription.features import labels_of
from scale_mock.tasktypes.misfits import wrong_labels

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def misfits(params: Mapping[str, Any], response: Mapping[str, Any]) -> Iterator[str]:
    """What a response has against the labels of the request's features."""
    return wrong_labels(response, labels_of(params["features"]), "the labels of the features")
