"""What top-down annotation asks of its params across several of them: what images ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.imageannotation.rules import check_rules as check_image_rules
from scale_mock.tasktypes.labels import refuse_duplicate_leaves
from scale_mock.tasktypes.misfits import of_geometries

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def check_rules(params: Mapping[str, Any]) -> None:
    """Checks params that fit their schema.

    Raises:
        Fault: They contradict each other.
    """
    refuse_duplicate_leaves(params.get("labels", ()), "labels")
    check_image_rules({"attachment": None, **params, "geometries": _labelled(params)})


def misfits(params: Mapping[str, Any], response: Mapping[str, Any]) -> Iterator[str]:
    """What inline annotations have against the request's geometries and labels."""
    return of_geometries({"geometries": _labelled(params)}, response)


def _labelled(params: Mapping[str, Any]) -> dict[str, Any]:
    """The geometries; one without labels of its own takes those of ``labels`` (our inference)."""
    labels = params.get("labels", [])
    return {
        kind: geometry
        if geometry.get("objects_to_annotate")
        else {**geometry, "objects_to_annotate": labels}
        for kind, geometry in params["geometries"].items()
    }
