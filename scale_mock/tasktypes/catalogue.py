"""Every task type, one line each. Adding a type is a line here, its folder, and its fixtures.

The names are those of the official SDK's enumeration (scaleapi 2.18.4, ``scaleapi/tasks.py``) and
``audiotranscription``, which older clients still send. ``imagerecognition`` is no type: clients
that know the word post to ``annotation``.
"""

from __future__ import annotations

from scale_mock.tasktypes.entry import TaskType

_DESCRIBED = (
    "annotation",
    "audiotranscription",
    "comparison",
    "cuboidannotation",
    "datacollection",
    "documenttranscription",
    "imageannotation",
    "lidarannotation",
    "lidarlinking",
    "lidarsegmentation",
    "lidartopdown",
    "lineannotation",
    "namedentityrecognition",
    "pointannotation",
    "polygonannotation",
    "segmentannotation",
    "sensorfusion",
    "textcollection",
    "transcription",
    "videoannotation",
    "videoboxannotation",
    "videocuboidannotation",
    "videoplaybackannotation",
)
_CHATS = ("chat", "chatexperimental", "chatlite", "multichat")
_NOT_DESCRIBED = (
    "documentmodel",
    "federal2dvideoannotation",
    "laneannotation",
    "multistage",
)

CATALOGUE: tuple[TaskType, ...] = (
    # The path that clients before 2017 use (recorded).
    TaskType("categorization", "categorization", aliases=("categorize",)),
    *(TaskType(name, name) for name in _DESCRIBED),
    *(TaskType(name, "chat") for name in _CHATS),
    *(TaskType(name, "generic") for name in _NOT_DESCRIBED),
)
"""The types that a world knows unless told otherwise."""
