"""Shapes of what tests in other processes use: worlds as they want them, calls of Python."""

from __future__ import annotations

from scale_mock.api.openapi.parts import FREE, INSTANT, TEXT, Json, listed, ref, thing
from scale_mock.config.settings import NAMES

BODIES: dict[str, Json] = {
    "call_python": FREE,
    "create_world": thing(
        "name",
        name=TEXT,
        start_at=INSTANT,
        rules=listed(FREE),
        faults=listed(FREE),
        scenario={"anyOf": [TEXT, thing("file text", file=TEXT, text=TEXT)]},
        **{name: {} for name in NAMES},
    ),
}
ANSWERS: dict[str, Json] = {
    "call_python": thing("result", result={}),
    "create_world": ref("World"),
}
