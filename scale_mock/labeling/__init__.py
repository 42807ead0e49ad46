"""Who works: what becomes of a task, and when."""

from __future__ import annotations

from scale_mock.labeling.crowd import Crowds
from scale_mock.labeling.planner import Planner
from scale_mock.labeling.staffing import Staffing
from scale_mock.labeling.workforce import Workforce

__all__ = ["Crowds", "Planner", "Staffing", "Workforce"]
