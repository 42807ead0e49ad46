"""Outlines: the same shape with more vertices or fewer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

Place = tuple[float, float]


def as_many(places: list[Place], geometry: Mapping[str, Any], *, closed: bool) -> list[Place]:
    """The same shape with as many vertices as a geometry allows.

    Args:
        places: Its vertices.
        geometry: ``min_vertices`` and ``max_vertices``, if it has any.
        closed: Whether the last vertex is joined with the first.
    """
    least, most = int(geometry.get("min_vertices", 1)), geometry.get("max_vertices")
    if most is not None and len(places) > most:
        places = [places[index * len(places) // int(most)] for index in range(int(most))]
    missing = least - len(places)
    if missing <= 0:
        return places
    if len(places) == 1:
        return places * least
    sides = len(places) if closed else len(places) - 1
    divided: list[Place] = []
    for index in range(sides):
        (ax, ay), (bx, by) = places[index], places[(index + 1) % len(places)]
        parts = 1 + missing * (index + 1) // sides - missing * index // sides
        divided.extend(
            (ax + (bx - ax) * part / parts, ay + (by - ay) * part / parts) for part in range(parts)
        )
    return divided if closed else [*divided, places[-1]]
