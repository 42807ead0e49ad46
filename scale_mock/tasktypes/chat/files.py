"""The files of a conversation: what a workspace held, the evidence of labels, and attachments."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta
from mimetypes import guess_type
from typing import TYPE_CHECKING, Any

from scale_mock.sim.instants import EPOCH, to_iso
from scale_mock.sim.streams import stream as named_stream
from scale_mock.tasktypes.entry import ResultFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.tasktypes.chat.marks import Sheet
    from scale_mock.tasktypes.entry import Order

TEXT = "text/plain; charset=utf-8"
CODE, OUTPUT, EVIDENCE = "main.py", "stdout.txt", "evidence.txt"
LISTED = ("attachments", "attachment", "images", "image", "audio", "files", "file")
"""Template variables that name attachments."""


def file_of(order: Order, name: str) -> ResultFile | None:
    """A file of the conversation of an order, by name."""
    contents = {CODE: code(order), OUTPUT: output(order), EVIDENCE: evidence(order)}
    content = contents.get(name)
    return None if content is None else ResultFile(content.encode(), TEXT)


def code(order: Order) -> str:
    """The program that a contributor let run."""
    return f"numbers = range(1, {_size(order) + 1})\nprint(sum(numbers))\n"


def output(order: Order) -> str:
    """What that program prints."""
    size = _size(order)
    return f"{size * (size + 1) // 2}\n"


def evidence(order: Order) -> str:
    """A note that a contributor kept beside the labels."""
    return f"Checked by hand, case {order.identity}.\n"


def evidence_annotation(order: Order, sheet: Sheet) -> dict[str, Any]:
    """The note as an annotation."""
    text = evidence(order)
    value = {
        "name": EVIDENCE,
        "mime_type": "text/plain",
        "content": b64encode(text.encode()).decode(),
        "scale_url": f"scaledata://{order.identity}/{EVIDENCE}",
        "url": order.url(EVIDENCE),
    }
    return sheet.add("file", "evidence", [value])


def workspace_annotation(order: Order, sheet: Sheet) -> dict[str, Any]:
    """The workspace in which the code ran, with what came out."""
    workspace = order.uuid()
    at = order.chat.at if order.chat is not None else EPOCH
    value = {
        "workspace_id": workspace,
        "workspace_config": {
            "workspace_id": workspace,
            "workspace_url": f"https://workspaces.scale-mock.invalid/{workspace}",
            "workspace_token": f"workspace-{workspace[:8]}",
            "expires_at": to_iso(at + timedelta(days=7)),
            "inactivity_freeze_time": 1800,
            "force_enable_workspace_access": False,
            "workspace_image_version": 3,
        },
        "output_files": [
            {
                "file_name": CODE,
                "scale_url": f"scaledata://{order.identity}/{CODE}",
                "url": order.url(CODE),
                "file_language": "python",
                "file_content": code(order),
            }
        ],
        "stdout_output": {
            "content": output(order),
            "url": order.url(OUTPUT),
            "scale_url": f"scaledata://{order.identity}/{OUTPUT}",
        },
        "stderr_output": {"content": ""},
        "test_stdout_output": {"content": "1 passed\n"},
        "test_stderr_output": {"content": ""},
    }
    return sheet.add("workspace_container", "sandbox", value)


def attachments(variables: Mapping[str, Any], order: Order) -> list[dict[str, Any]]:
    """The attachments that template variables name, with what is known of each."""
    given: list[Any] = []
    for name in LISTED:
        value = variables.get(name)
        given += value if isinstance(value, list) else [] if value is None else [value]
    return [made for one in given if (made := _attachment(one, order)) is not None]


def _attachment(given: Any, order: Order) -> dict[str, Any] | None:
    """One attachment; what is neither a URL nor an object with one is none."""
    told = {"url": given} if isinstance(given, str) else given
    if not isinstance(told, dict) or not isinstance(told.get("url"), str):
        return None
    url = told["url"]
    if "://" not in url:
        return None
    name = url.partition("?")[0].rstrip("/").rpartition("/")[2] or "file"
    stated = told.get("mime_type")
    kind = stated if isinstance(stated, str) else guess_type(name)[0] or "application/octet-stream"
    made: dict[str, Any] = {
        "mime_type": kind,
        "url": url,
        "scale_url": url if url.startswith("scaledata://") else f"scaledata://{order.uuid()}",
        "name": name,
    }
    chance = named_stream(order.seed, "attachment", url)
    if kind.startswith("image/"):
        made["file_size_in_bytes"] = chance.between(20_000, 4_000_000)
    elif kind.startswith("audio/"):
        seconds = chance.between(30, 3000) / 10
        made |= {
            "duration": seconds,
            "transcript": "Hello, this is a recording.",
            "transcript_url": f"{url.partition('?')[0]}.vtt",
            "transcript_start": 0,
            "transcript_end": seconds,
        }
    return made


def _size(order: Order) -> int:
    return named_stream(order.seed, "workspace", order.identity).between(10, 99)
