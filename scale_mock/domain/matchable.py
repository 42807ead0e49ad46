"""What rules can ask of a task, by the names that a rule's ``match`` knows.

Tasks are not named as a type here: the model itself uses this table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.domain.documents import decode_object

if TYPE_CHECKING:
    from collections.abc import Callable

MATCH_VALUES: dict[str, Callable[[Any], object]] = {
    "project": lambda task: task.project.name if task.project else None,
    "product_line": lambda task: task.product_line,
    "type": lambda task: task.type,
    "mode": lambda task: task.mode,
    "batch": lambda task: task.batch.name if task.batch else None,
    "batch_kind": lambda task: task.batch.kind if task.batch else None,
    "tags": lambda task: task.tags or (),
    "unique_id": lambda task: task.unique_id,
    "project_version": lambda task: task.project_param_version,
    "metadata": lambda task: decode_object(task.metadata),
    "params": lambda task: decode_object(task.params),
}
