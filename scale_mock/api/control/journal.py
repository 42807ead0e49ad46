"""What happened: callbacks, requests and the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.api.exports import MEDIA, exported
from scale_mock.api.operations import Operation
from scale_mock.api.reply import Reply, json_reply
from scale_mock.domain.refusals import CALLBACK_NOT_FOUND, invalid

if TYPE_CHECKING:
    from scale_mock.api.call import Call
    from scale_mock.world import World

JSON = "json"
FORMATS = (JSON, *MEDIA)


def list_callbacks(call: Call) -> Reply:
    """``GET /_mock/callbacks``: every callback of the key's mode with its attempts."""
    return json_reply(
        [cb.as_dict() for cb in call.world.desk.by_id.values() if cb.mode == call.mode]
    )


def resend_callback(call: Call) -> Reply:
    """``POST /_mock/callbacks/{id}/resend``: further attempts, with the same bytes."""
    callback = call.world.desk.by_id.get(call.names["id"])
    if callback is None:
        raise CALLBACK_NOT_FOUND(id=call.names["id"])
    return json_reply(call.world.desk.resend(callback).as_dict())


def list_requests(call: Call) -> Reply:
    """``GET /_mock/requests``."""
    return json_reply([request.as_dict() for request in call.world.requests])


def list_unread_fields(call: Call) -> Reply:
    """``GET /_mock/unread_fields``: what requests said that nobody read, with how often."""
    return json_reply([field.as_dict() for field in call.world.unread_fields])


def list_journal(call: Call) -> Reply:
    """``GET /_mock/journal?after=&format=``; ``Accept: application/jsonl`` is a format too."""
    form = call.one("format")
    if form is None:
        form = "jsonl" if MEDIA["jsonl"] in (call.header("Accept") or "") else JSON
    if form not in FORMATS:
        raise invalid(f'"format" must be one of [{", ".join(FORMATS)}]', path="format")
    after = call.integer("after", default=-1, least=-1)
    if call.one("after") is not None and form in {"har", "mermaid"}:
        raise invalid(f'"after" is for json and jsonl; {form} shows everything', path="after")
    if form == JSON:
        return json_reply([one.as_dict() for one in call.world.core.journal.entries(after=after)])
    return Reply(exported(call.world, form, after=after), content_type=MEDIA[form])


def journal_digest(call: Call) -> Reply:
    """``GET /_mock/journal/digest``."""
    journal = call.world.core.journal
    return json_reply({"digest": journal.digest(), "entries": len(journal)})


def next_event(call: Call) -> World | None:
    """The world, if anything is scheduled in it: whoever asks for callbacks waits for one."""
    return None if call.world.scheduler.is_idle else call.world


OPERATIONS = (
    Operation("list_callbacks", "GET", "/callbacks", list_callbacks, awaited=next_event),
    Operation("resend_callback", "POST", "/callbacks/<name:id>/resend", resend_callback),
    Operation("list_requests", "GET", "/requests", list_requests),
    Operation("list_unread_fields", "GET", "/unread_fields", list_unread_fields),
    Operation("list_journal", "GET", "/journal", list_journal),
    Operation("get_journal_digest", "GET", "/journal/digest", journal_digest),
)
