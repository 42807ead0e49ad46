"""The labels of a segmentation: which there are, and which are told apart by instance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def label_names(params: Mapping[str, Any], *, with_legacy: bool = True) -> dict[str, bool]:
    """The labels that can be answered, in order; whether each has an index per instance.

    Groups count with ``allow_parent_labels``. ``instance_label`` of a group holds for what is below
    it (our reading).

    Args:
        params: Params that fit their schema.
        with_legacy: Whether ``instance_labels``, the older way to ask for instances, are among
            them: test mode was recorded to leave them out.
    """
    names: dict[str, bool] = {}
    _collect(params["labels"], bool(params.get("allow_parent_labels")), False, names)
    if with_legacy:
        names.update(dict.fromkeys(params.get("instance_labels", ()), True))
    return names


def _collect(labels: Iterable[Any], parents: bool, above: bool, names: dict[str, bool]) -> None:
    for label in labels:
        if isinstance(label, str):
            names[label] = above
            continue
        is_instance = above or bool(label.get("instance_label"))
        if "subchoices" not in label:
            names[label["choice"]] = is_instance
            continue
        if parents:
            names[label["choice"]] = is_instance
        _collect(label["subchoices"], parents, is_instance, names)
