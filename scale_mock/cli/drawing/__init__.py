"""Draws a task's labels as SVG: what a person looks at to see whether the labels make sense."""

from __future__ import annotations

from scale_mock.cli.drawing.pictures import draw
from scale_mock.cli.drawing.subject import DrawingError

__all__ = ["DrawingError", "draw"]
