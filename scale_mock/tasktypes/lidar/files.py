"""Writes result files: compact JSON, as the platform's storage serves it."""

from __future__ import annotations

import json

from scale_mock.tasktypes.entry import ResultFile

CUBOIDS = "annotations.json"
"""The name of the file with a task's annotations."""


def json_file(content: object) -> ResultFile:
    """A result file with that content."""
    return ResultFile(json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode())
