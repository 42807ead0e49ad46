"""The label tree of named entity recognition: names with ``children``."""

from __future__ import annotations

from typing import Any


def tree(labels: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Every declared name with the leaves below it; a leaf has itself.

    Args:
        labels: Label objects with ``name`` and perhaps ``children``.
    """
    found: dict[str, list[str]] = {}
    for label in labels:
        children = label.get("children")
        if not children:
            found[label["name"]] = [label["name"]]
            continue
        below = tree(children)
        found[label["name"]] = [name for name, own in below.items() if own == [name]]
        found.update(below)
    return found


def attributes_of(labels: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Per declared name the attributes that its label defines."""
    found: dict[str, dict[str, Any]] = {}
    for label in labels:
        if label.get("attributes"):
            found[label["name"]] = label["attributes"]
        found.update(attributes_of(label.get("children") or []))
    return found
