"""Chat tasks as data: what tells v2's from all others, and what their labels and errors hold.

In the store they are tasks like all others. Their param ``template_variables`` sets them apart from
the chat tasks of v1, and their response is an object with ``threads``, or with
``sensitive_content_reports`` where the content was reported and is withheld. What happens to them
is in :mod:`scale_mock.domain.chats`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from scale_mock.domain.model import Task

CHATS = ("chat", "chatexperimental", "chatlite", "multichat")
"""The types of such tasks."""
VARIABLES = "template_variables"
_MARK = b'"template_variables":'
ERROR_TYPES = (
    "UNSUPPORTED_LANGUAGE",
    "LANGUAGE_MISMATCH",
    "PROMPT_LENGTH_EXCEEDED",
    "INVALID_CATEGORY",
    "PROMPT_INFEASIBLE",
)
"""What v2's error details call an error (the official SDK's closed enumeration)."""
DEFAULT_ERROR = {
    "error": "The prompt cannot be answered as it stands.",
    "type": "PROMPT_INFEASIBLE",
}
REPORTS = "sensitive_content_reports"
MODELS = ("model-a", "model-b")
"""What a project's models are called if nobody says."""


class ChatSetting(NamedTuple):
    """What the labels of a chat task depend on besides its template variables.

    Attributes:
        archetypes: What its project is for; a ``SFT`` project if nobody says.
        models: The models whose replies are shown.
        at: When the labels are handed in.
    """

    archetypes: tuple[str, ...]
    models: tuple[str, ...]
    at: datetime


def is_chat(task: Task) -> bool:
    """True for the chat tasks of v2."""
    return task.type in CHATS and _MARK in task.params


def setting_of(task: Task, at: datetime) -> ChatSetting | None:
    """What the labels of a chat task depend on; ``None`` for other tasks."""
    if not is_chat(task):
        return None
    project = task.project
    if project is None:
        return ChatSetting((), MODELS, at)
    return ChatSetting(project.archetypes, project.models or MODELS, at)


def error_details(response: Mapping[str, object]) -> list[dict[str, str]]:
    """The ``errors`` of an errored task, out of its error response.

    The type comes from the response's ``type``, or from a text that begins with one:
    ``LANGUAGE_MISMATCH: the prompt is French``.
    """
    kind, message = response.get("type"), str(response.get("error", ""))
    head, colon, rest = message.partition(":")
    if head in ERROR_TYPES:
        kind, message = head, rest.strip() if colon else ""
    detail = {"type": kind} if isinstance(kind, str) and kind in ERROR_TYPES else {}
    return [{**detail, "message": message} if message else dict(detail)]
