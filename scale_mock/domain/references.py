"""What a new task may refer to: another task to build on, and uploaded files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scale_mock.domain.documents import decode_object, encode
from scale_mock.domain.refusals import (
    SOURCE_FRAME,
    SOURCE_NOT_COMPLETED,
    SOURCE_TYPE,
    TASK_NOT_FOUND,
    WRONG_MODE,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.domain.core import Core
    from scale_mock.domain.model import Task
    from scale_mock.domain.side import Side

REFERRING = frozenset({"lidarlinking", "lidarsegmentation"})
"""The types whose ``lidar_task`` names a completed task, whose cuboids they keep (documented)."""

SOURCE = "lidarannotation"
"""The type of the tasks that these build on."""


_FILE = re.compile(rb"scaledata://[0-9a-f]+/([0-9a-f-]+)")
"""The address of an uploaded file, as ``attachment_url`` gives it."""


def referenced(core: Core, side: Side, type_name: str, params: Mapping[str, object]) -> Task | None:
    """The task that a new one builds on; ``None`` if it builds on none.

    Args:
        core: The world's state.
        side: The mode's store.
        type_name: The new task's canonical type.
        params: The new task's effective params, already checked on their own.

    Raises:
        Refusal: 404 for an unknown task, 400 for one of the other mode, of another type, or that
            is not completed, for a frame that it does not have, and for a file of the other mode.
    """
    there = core.other_side(side)
    if there.files:
        _refuse_files_of(there, side, params)
    wanted = params.get("lidar_task")
    if type_name not in REFERRING or wanted is None:
        return None
    source = side.tasks.get(str(wanted))
    if source is None and str(wanted) in there.tasks:
        raise WRONG_MODE(kind="task", name=wanted, there=there.mode, here=side.mode)
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


def _refuse_files_of(there: Side, here: Side, params: Mapping[str, object]) -> None:
    """Refuses params that name an uploaded file of the other mode."""
    for found in _FILE.finditer(encode(params)):
        file = there.files.get(found[1].decode())
        if file is not None:
            raise WRONG_MODE(
                kind="file", name=file.attachment_url, there=there.mode, here=here.mode
            )
