"""Threads as v2 shows them: everything is in the store, and the request's ``opts`` say how much.

What each opt adds is inferred from its name and from the SDK's models; no page says.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
Opts = frozenset[str]

ANNOTATION_DETAILS = "annotation_details"
ATTACHMENT_DETAILS = "attachment_details"
MODEL_PARAMETERS = "model_parameters"
SUBMISSIONS = "submissions"
OPTS = (ANNOTATION_DETAILS, ATTACHMENT_DETAILS, MODEL_PARAMETERS, SUBMISSIONS)
SDK_SAFE = "sdk_safe"
"""Not an opt of the API: the mock's setting ``attachments``, on its way to the attachments."""
EVERYTHING: Opts = frozenset(OPTS)

_ALWAYS = ("id", "key", "type", "value", "justification", "not_applicable", "cannot_assess")
_DETAILS = ("title", "description", "labels", "possible_values", "metadata")
_FILE_BRIEF = ("mime_type", "scale_url", "url")
_FILE_FIELDS = {
    "basic": ("content", "mime_type", "scale_url", "url", "name"),
    "image": ("mime_type", "scale_url", "url", "name", "file_size_in_bytes"),
    "audio": ("mime_type", "scale_url", "url", "duration", "transcript", "transcript_url",
              "transcript_start", "transcript_end"),
}  # fmt: skip
_GUARDS: dict[str, Json] = {
    "basic": {"file_size_in_bytes": "", "duration": ""},
    "image": {"content": False, "duration": ""},
    "audio": {"name": False},
}
"""What makes exactly one of the SDK's three file models accept an attachment.

Each of the three takes any natural object, and the SDK refuses what more than one takes. The guards
are fields of the other two with values that they refuse; the SDK drops them.
"""


def thread_json(thread: Json, opts: Opts) -> Json:
    """A thread."""
    body = {
        **thread,
        "turns": [_turn(turn, opts) for turn in thread["turns"]],
        "annotations": _annotations(thread, opts),
    }
    if SUBMISSIONS not in opts:
        body.pop("submissions", None)
    return body


def annotation_json(annotation: Json, opts: Opts = EVERYTHING) -> Json:
    """An annotation: id, key, type, value and what was said of it; details if they are asked for.

    The samples of Scale's pages leave out ``id`` and ``type``; the SDK cannot read that.
    """
    names = (*_ALWAYS, *_DETAILS) if ANNOTATION_DETAILS in opts else _ALWAYS
    return {name: annotation[name] for name in names if name in annotation}


def _turn(turn: Json, opts: Opts) -> Json:
    body = {
        **turn,
        "messages": [_message(message, opts) for message in turn["messages"]],
        "annotations": _annotations(turn, opts),
    }
    if "rubrics" in turn:
        body["rubrics"] = [
            {**rubric, "criteria_definitions": _annotated(rubric["criteria_definitions"], opts)}
            for rubric in turn["rubrics"]
        ]
    return body


def _message(message: Json, opts: Opts) -> Json:
    body = {
        **message,
        "content": _content(message["content"], opts),
        "annotations": _annotations(message, opts),
    }
    if MODEL_PARAMETERS not in opts:
        body.pop("model_parameters", None)
    if "rubric_evaluations" in message:
        body["rubric_evaluations"] = [
            _evaluation(one, opts) for one in message["rubric_evaluations"]
        ]
    return body


def _content(content: Json, opts: Opts) -> Json:
    body = dict(content)
    if "chunks" in content:
        body["chunks"] = _annotated(content["chunks"], opts)
    if "attachments" in content:
        body["attachments"] = [attachment_json(one, opts) for one in content["attachments"]]
    return body


def _evaluation(evaluation: Json, opts: Opts) -> Json:
    body = dict(evaluation)
    if "annotations" in evaluation:
        body["annotations"] = _annotations(evaluation, opts)
    if "criteria_evaluations" in evaluation:
        body["criteria_evaluations"] = _annotated(evaluation["criteria_evaluations"], opts)
    return body


def attachment_json(file: Json, opts: Opts) -> Json:
    """An attachment: type and addresses, and the rest with ``attachment_details``."""
    kind = _kind(file)
    names = _FILE_FIELDS[kind] if ATTACHMENT_DETAILS in opts else _FILE_BRIEF
    body = {name: file[name] for name in names if name in file}
    return {**body, **_GUARDS[kind]} if SDK_SAFE in opts else body


def _kind(file: Json) -> str:
    """Which of the three kinds of file an attachment is."""
    media_type = str(file.get("mime_type", ""))
    if media_type.startswith("audio/") or "duration" in file or "transcript" in file:
        return "audio"
    if media_type.startswith("image/") or "file_size_in_bytes" in file:
        return "image"
    return "basic"


def _annotated(things: list[Json], opts: Opts) -> list[Json]:
    """Things that carry annotations among their fields."""
    return [
        {**thing, "annotations": _annotations(thing, opts)} if "annotations" in thing else thing
        for thing in things
    ]


def _annotations(thing: Json, opts: Opts) -> list[Json]:
    return [annotation_json(one, opts) for one in thing["annotations"]]
