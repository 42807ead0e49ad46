"""The operations of v2 that an account may not be enabled for, for the setting that names them.

The operations themselves live above; a test holds the two lists together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable

V2_OPERATIONS = (
    "v2_cancel_batch",
    "v2_create_batch",
    "v2_create_chat_task",
    "v2_create_task",
    "v2_finalize_batch",
    "v2_get_annotation",
    "v2_get_batch",
    "v2_get_batches",
    "v2_get_dataset_deliveries",
    "v2_get_dataset_delivery",
    "v2_get_dataset_task",
    "v2_get_dataset_task_response_url",
    "v2_get_dataset_tasks",
    "v2_get_datasets",
    "v2_get_deliveries",
    "v2_get_delivery",
    "v2_get_delivery_tasks",
    "v2_get_project",
    "v2_get_projects",
    "v2_get_schema",
    "v2_get_task",
    "v2_get_tasks",
    "v2_pause_batch",
    "v2_resume_batch",
    "v2_set_batch_metadata",
    "v2_set_task_metadata",
)


def check_not_enabled(named: Iterable[str]) -> None:
    """Refuses a value of ``v2_not_enabled`` that would switch nothing off.

    Raises:
        ConfigurationError: It is no sequence, or names something else than an operation of v2.
    """
    if isinstance(named, str):
        raise ConfigurationError(f"v2_not_enabled={named!r}: expected a sequence, ({named!r},).")
    for name in named:
        if name not in V2_OPERATIONS:
            raise ConfigurationError(
                f"v2_not_enabled: there is no operation {name!r} of v2. Operations: "
                f"{', '.join(V2_OPERATIONS)}."
            )
