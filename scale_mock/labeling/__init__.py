"""Who works: what becomes of a task, and when."""

from __future__ import annotations

from scale_mock.labeling.planner import Planner

__all__ = ["Planner"]
