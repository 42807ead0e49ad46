"""Tasks that build on another task: which types do, and what they may refer to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.domain.documents import decode_object
from scale_mock.domain.refusals import (
    SOURCE_FRAME,
    SOURCE_NOT_COMPLETED,
    SOURCE_TYPE,
    TASK_NOT_FOUND,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.domain.model import Task
    from scale_mock.domain.side import Side

REFERRING = frozenset({"lidarlinking", "lidarsegmentation"})
"""The types whose ``lidar_task`` names a completed task, whose cuboids they keep (documented)."""

SOURCE = "lidarannotation"
"""The type of the tasks that these build on."""


def referenced(side: Side, type_name: str, params: Mapping[str, object]) -> Task | None:
    """The task that a new one builds on; ``None`` if it builds on none.

    Args:
        side: The mode's store; tasks of the other mode are as good as unknown.
        type_name: The new task's canonical type.
        params: The new task's effective params, already checked on their own.

    Raises:
        Refusal: 404 for an unknown task, 400 for one of another type, one that is not completed,
            or a frame that it does not have.
    """
    wanted = params.get("lidar_task")
    if type_name not in REFERRING or wanted is None:
        return None
    source = side.tasks.get(str(wanted))
    if source is None:
        raise TASK_NOT_FOUND()
    if source.type != SOURCE:
        raise SOURCE_TYPE(task_id=source.task_id, wanted=SOURCE, found=source.type)
    if source.status != "completed":
        raise SOURCE_NOT_COMPLETED(task_id=source.task_id, status=source.status)
    frames = params.get("lidar_task_frames")
    if isinstance(frames, list) and frames:
        listed = decode_object(source.params)["attachments"]
        count = len(listed) if isinstance(listed, list) else 0
        for index, frame in enumerate(frames):
            if frame >= count:
                raise SOURCE_FRAME(index=index, last=count - 1, task_id=source.task_id, count=count)
    return source
