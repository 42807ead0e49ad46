"""What happened in a world, for other programs: JSON lines, an HTTP archive, a diagram.

Same world, same bytes. The world's keys are unreadable in all of them, and requests to the control
API are left out: they are the test's own hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.domain.documents import encode
from scale_mock.registry.keys import redactor

if TYPE_CHECKING:
    from scale_mock.world import World

MEDIA = {
    "jsonl": "application/jsonl",
    "har": "application/har+json",
    "mermaid": "text/plain; charset=utf-8",
}
"""The formats, and what each of them is as a media type."""
SUFFIXES = {".jsonl": "jsonl", ".har": "har", ".mmd": "mermaid"}
"""The format that a file's name asks for."""


def exported(world: World, form: str, *, after: int = -1) -> bytes:
    """What happened in a world, settled and locked by the caller.

    Args:
        world: The world.
        form: ``jsonl`` (the journal), ``har`` (requests and callbacks) or ``mermaid`` (a sequence
            diagram of all three).
        after: Of the journal only entries with a greater ``seq``; for ``jsonl``.
    """
    if form == "jsonl":
        entries = world.core.journal.entries(after=after)
        return b"".join(encode(entry.as_dict()) + b"\n" for entry in entries)
    secrets = [f"live_{world.name}", f"test_{world.name}"]
    hide = redactor([*secrets, world.auth_key("live"), world.auth_key("test")])
    if form == "har":
        from scale_mock.api.exports.har import archive

        return archive(world, hide)
    from scale_mock.api.exports.mermaid import diagram

    return diagram(world, hide)
