"""Files on the wire: multipart upload, import by URL, and a project's files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.api.operations import Operation
from scale_mock.api.reply import json_reply
from scale_mock.config.late import LOADING
from scale_mock.domain.refusals import FILE_TOO_BIG, invalid
from scale_mock.envelopes.objects import file_json

if TYPE_CHECKING:
    from scale_mock.api.call import Call
    from scale_mock.api.reply import Reply

PARTS_MAX = 100
FORM_BYTES = 1024 * 1024
"""What the other parts of an upload may take besides the file."""


def upload_file(call: Call) -> Reply:
    """``POST /files/upload``: multipart/form-data with a part named ``file``."""
    with LOADING:
        from werkzeug.exceptions import RequestEntityTooLarge
        from werkzeug.formparser import FormDataParser

    if not (call.environ.get("CONTENT_TYPE") or "").startswith("multipart/form-data"):
        raise invalid('"file" is required: send it as multipart/form-data', path="file")
    limit = call.world.settings.file_bytes_max
    parser = FormDataParser(
        max_content_length=limit + FORM_BYTES,
        max_form_memory_size=FORM_BYTES,
        max_form_parts=PARTS_MAX,
    )
    try:
        _, form, files = parser.parse_from_environ(call.environ)
    except RequestEntityTooLarge as error:
        raise FILE_TOO_BIG(limit=limit) from error
    try:
        uploaded = files.get("file")
        if uploaded is None:
            raise invalid('"file" is required', path="file")
        body = {
            name: values if name == "project_name" and len(values) > 1 else values[-1]
            for name, values in form.lists()
        }
        file = call.world.files.upload(
            call.side,
            body,
            content=uploaded.read(),
            filename=uploaded.filename or "file",
            mime_type=uploaded.mimetype or None,
        )
    finally:
        for part in files.values():
            part.close()
    return json_reply(file_json(file))


def import_file(call: Call) -> Reply:
    """``POST /files/import``."""
    return json_reply(file_json(call.world.files.import_url(call.side, call.json_object())))


def list_files(call: Call) -> Reply:
    """``GET /files`` and ``GET /assets``: a project's files, newest first."""
    project = call.one("project")
    if project is None:
        raise invalid('"project" is required', path="project")
    files, cursor = call.world.files.page(
        call.side,
        project=project,
        metadata=call.one("metadata"),
        cursor=call.one("cursor") or call.one("next_token"),
    )
    body: dict[str, object] = {
        "docs": [file_json(file) for file in files],
        "has_more": cursor is not None,
    }
    if cursor is not None:
        body["next_token"] = cursor
    return json_reply(body)


OPERATIONS = (
    Operation("upload_file", "POST", "/files/upload", upload_file),
    Operation("import_file", "POST", "/files/import", import_file),
    Operation("list_files", "GET", "/files", list_files),
    Operation("list_assets", "GET", "/assets", list_files),
)
