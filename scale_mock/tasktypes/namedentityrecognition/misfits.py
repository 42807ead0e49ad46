"""Labels that an entity cannot have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.misfits import wrong_labels
from scale_mock.tasktypes.namedentityrecognition.names import tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def misfits(params: Mapping[str, Any], response: Mapping[str, Any]) -> Iterator[str]:
    """What a response has against the declared labels; parents count, as in pre-labels."""
    return wrong_labels(response, tree(params["labels"]))
