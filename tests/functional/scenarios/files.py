"""Owns small scenario files that the tests play."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

BASE = """
start_at = "2024-01-01T08:00:00Z"

[[project]]
name = "mails"
type = "categorization"

[[receiver]]
url = "https://app.example/"

[[rule]]
match = { project = "mails" }
after = "2h"
"""
TASKS = """
[[tasks]]
name = "m"
project = "mails"
count = 3
every = "1h"
unique_id = "mail-{n}"
callback = "https://app.example/"
body = { attachment_type = "text", attachment = "Mail {n}", categories = ["a", "b"] }
"""
STEP = """
[[step]]
at = "12h"
"""


def write(directory: Path, *parts: str, name: str = "scene.toml") -> Path:
    """A scenario file of these parts."""
    path = directory / name
    path.write_text("\n".join(parts), "utf-8")
    return path
