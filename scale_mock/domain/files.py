"""Files: uploads and imports, and the ``scaledata://`` URLs that tasks refer to them by."""

from __future__ import annotations

import json
import mimetypes
from typing import TYPE_CHECKING

from scale_mock.domain import fields
from scale_mock.domain.documents import EMPTY_OBJECT, decode_object
from scale_mock.domain.records import File
from scale_mock.domain.refusals import (
    BAD_CURSOR,
    FILE_TOO_BIG,
    FILES_FULL,
    REFERENCE_ID_TAKEN,
    invalid,
)
from scale_mock.sim.ids import object_id, uuid_text
from scale_mock.sim.streams import digest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.domain.core import Core
    from scale_mock.domain.projects import Projects
    from scale_mock.domain.side import Side

UNKNOWN_TYPE = "application/octet-stream"
PAGE = 100


class Files:
    """The files of a world. Nothing is downloaded: an imported file is known by its URL only."""

    def __init__(self, core: Core, projects: Projects) -> None:
        self._core = core
        self._projects = projects

    def upload(
        self,
        side: Side,
        body: Mapping[str, object],
        *,
        content: bytes,
        filename: str,
        mime_type: str | None = None,
    ) -> File:
        """Keeps an uploaded file.

        Args:
            side: The mode's store.
            body: The other parts of the form.
            content: The file; at most 80 MB, as Scale documents.
            filename: Its name at the client.
            mime_type: The type that the client said; guessed from the name otherwise.

        Raises:
            Refusal: 400 for a file too big or a wrong field, 404 for an unknown project, 409 for
                a ``reference_id`` that is taken.
        """
        settings = self._core.settings
        if len(content) > settings.file_bytes_max:
            raise FILE_TOO_BIG(limit=settings.file_bytes_max)
        if side.files_bytes + len(content) > settings.files_bytes_max:
            raise FILES_FULL(limit=settings.files_bytes_max)
        guessed = mime_type or mimetypes.guess_type(filename)[0] or UNKNOWN_TYPE
        fingerprint = digest(content.decode("latin-1")).hex()
        file = self._new(side, body, filename, guessed, len(content), fingerprint)
        file.content = content
        side.files_bytes += len(content)
        self._core.journal.write(
            f"{side.mode}/file/{file.id}", "file.uploaded", size=file.size, content=fingerprint
        )
        return file

    def import_url(self, side: Side, body: Mapping[str, object]) -> File:
        """Keeps a file that lies behind a URL."""
        url = fields.text(body, "file_url")
        if not fields.is_url(url) and not url.startswith(("s3://", "gs://")):
            raise invalid('"file_url" must be a valid uri', path="file_url")
        name = url.rsplit("/", 1)[-1]
        mime_type = mimetypes.guess_type(name)[0] or UNKNOWN_TYPE
        file = self._new(side, body, name, mime_type, 0, url)
        self._core.journal.write(f"{side.mode}/file/{file.id}", "file.imported")
        return file

    def page(
        self, side: Side, *, project: str, metadata: str | None, cursor: str | None
    ) -> tuple[list[File], str | None]:
        """A project's files, newest first, and the cursor of the next page if there is one.

        Args:
            side: The mode's store.
            project: The project's name.
            metadata: JSON text of an object; files must hold all of its values.
            cursor: What the page before answered; the id of its last file.
        """
        self._projects.get(side, project)
        wanted = _metadata_filter(metadata)
        found = [
            file
            for file in reversed(side.files.values())
            if project in file.project_names and _holds(file, wanted)
        ]
        first = 0
        if cursor:
            places = [number for number, file in enumerate(found) if file.id == cursor]
            if not places:
                raise BAD_CURSOR()
            first = places[0] + 1
        page = found[first : first + PAGE]
        has_more = first + PAGE < len(found)
        return page, page[-1].id if has_more else None

    def _new(
        self,
        side: Side,
        body: Mapping[str, object],
        filename: str,
        mime_type: str,
        size: int,
        identity: str,
    ) -> File:
        reference_id = fields.text_or_none(body, "reference_id") or None
        if reference_id and (holder := side.files_by_reference.get(reference_id)):
            raise REFERENCE_ID_TAKEN(reference_id=reference_id, file_id=holder.id)
        names = fields.texts(body, "project_name", required=False)
        for name in names:
            self._projects.referenced(side, name)
        metadata = _metadata_document(body.get("metadata"))
        self._core.make_room(side.files, "files")
        now, seed = self._core.now(), self._core.settings.seed
        occurrence = side.occurrence(digest("file", filename, identity))
        file_id = uuid_text(seed, side.mode, "file", filename, identity, occurrence)
        account = object_id(self._core.scheduler.clock.start_at, seed, side.mode, "account")
        file = File(
            id=file_id,
            mode=side.mode,
            attachment_url=f"scaledata://{account}/{file_id}",
            created_at=now,
            updated_at=now,
            mime_type=mime_type,
            size=size,
            project_names=names,
            reference_id=reference_id,
            display_name=fields.text_or_none(body, "display_name") or filename,
            metadata=metadata,
        )
        side.files[file_id] = file
        if reference_id:
            side.files_by_reference[reference_id] = file
        return file


def _metadata_document(value: object) -> bytes:
    """Metadata of a file: an object, or JSON text of one (multipart makes it text)."""
    if value is None or value == "":
        return EMPTY_OBJECT
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise invalid('"metadata" must be JSON text of an object', path="metadata") from error
    return fields.metadata_document(value)


def _metadata_filter(text: str | None) -> dict[str, object]:
    if not text:
        return {}
    return decode_object(_metadata_document(text))


def _holds(file: File, wanted: Mapping[str, object]) -> bool:
    if not wanted:
        return True
    metadata = decode_object(file.metadata)
    return all(metadata.get(name) == value for name, value in wanted.items())
