"""The container of SFS files: JSON, a zero byte, and arrays as plain bytes behind it.

The layout is that of ``scale-json-binary`` 0.0.7, which ``scale-sensor-fusion-io`` reads: the JSON
is padded with blanks to whole blocks of four bytes and lists the arrays under ``$items``, each by
its keys, offset (counted from the first zero byte), length and type.
"""

from __future__ import annotations

import json
import struct
from typing import Any

_BLOCK = 4


def contained(scene: dict[str, Any]) -> bytes:
    """A scene as an SFS file; the points of point segmentations become arrays.

    Args:
        scene: The scene as JSON; it is not changed.
    """
    items: list[dict[str, Any]] = []
    body = bytearray(_BLOCK)
    annotations = []
    for number, annotation in enumerate(scene["annotations"]):
        if "labeled_points" in annotation:
            keys: list[str | int] = ["annotations", number, "labeled_points"]
            listed = [
                {
                    **one,
                    "point_ids": _array(one["point_ids"], [*keys, index, "point_ids"], items, body),
                }
                for index, one in enumerate(annotation["labeled_points"])
            ]
            annotation = {**annotation, "labeled_points": listed}  # noqa: PLW2901 - the scene stays
        annotations.append(annotation)
    header = {**scene, "annotations": annotations, "$items": items}
    text = json.dumps(header, separators=(",", ":")).encode()
    return text + b" " * (_BLOCK - len(text) % _BLOCK) + bytes(body)


def _array(
    values: list[int], keys: list[str | int], items: list[dict[str, Any]], body: bytearray
) -> str:
    """Moves numbers behind the JSON; what stays in their place."""
    data = struct.pack(f"<{len(values)}I", *values)
    items.append(
        {
            "keys": keys,
            "length": len(data),
            "offset": len(body),
            "dtype": "uint32",
            "shape": [len(values)],
        }
    )
    body.extend(data)
    body.extend(bytes(_BLOCK))
    return ""
