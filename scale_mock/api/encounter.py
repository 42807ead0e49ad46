"""One request that met a fault: whether it takes effect, what becomes of its reply, and when."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from scale_mock.api.staleness import as_created
from scale_mock.api.subjects import RequestSubject
from scale_mock.domain.core import RESULTS
from scale_mock.domain.refusals import BAD_CURSOR, BAD_TOKEN, UNAUTHORIZED, Refusal
from scale_mock.envelopes.tasks import at_door
from scale_mock.verdicts import TOLD, VERDICT, Verdict, to_header, wants_to_be_told

if TYPE_CHECKING:
    from scale_mock.api.call import Call
    from scale_mock.api.operations import Operation
    from scale_mock.api.reply import Reply
    from scale_mock.faults.entry import Struck

HTML = "text/html; charset=utf-8"
CONTROL = "/_mock/"
NO_REPLY = frozenset({"reset", "empty", "timeout"})
"""Kinds after which no reply of ours arrives."""
ON_THE_WIRE = frozenset({*NO_REPLY, "truncated", "slow"})
"""Kinds that the serving loop and the interceptor carry out."""


def meet(operation: Operation, call: Call, *, key: str, path: str) -> Encounter | None:
    """What the faults of a world make of a request; ``None`` if they leave it alone.

    Requests of the control API are left alone. A fault that strikes is written to the journal.
    """
    if path.startswith(CONTROL):
        return None
    from scale_mock.faults.entry import Scene

    world = call.world
    subject = RequestSubject(operation, call, key=key, path=path)
    with world.lock:
        book = world.faults
        scene = Scene(world.settings.seed, world.now(), world.start_at, subject.identity)
        struck = book.strike(book.on_requests, subject, scene)
        is_watched = book.watches(subject)
        if struck is not None:
            _write(operation, call, subject, struck)
    if struck is None and not is_watched:
        return None
    return Encounter(operation, call, subject.identity, struck, is_watched=is_watched)


def _write(operation: Operation, call: Call, subject: RequestSubject, struck: Struck) -> None:
    fault = struck.fault
    more: dict[str, object] = {"count": struck.number} if struck.number is not None else {}
    if subject.task is not None:
        more["task"] = subject.task.task_id
    call.world.core.journal.write(
        f"{call.mode}/fault/{fault.name}",
        "fault.fired",
        # A strand of its own: which of two requests of an instant came first may be chance.
        subject.identity,
        fault=fault.name,
        what=fault.what,
        apply=fault.apply,
        operation=operation.name,
        **more,
    )


class Encounter:
    """A request and the fault that strikes it, or a read that a stale one may repeat later.

    Args:
        operation: What was asked for.
        call: The request.
        identity: What tells it from others.
        struck: The fault; ``None`` if the reply is only remembered.
        is_watched: Whether the reply is remembered.

    Attributes:
        name: The fault's name, for the log of requests.
        refusal: The failure that stands for the operation; ``None`` for a fault that has none.
        lets_in: Whether the operation runs.
    """

    def __init__(
        self,
        operation: Operation,
        call: Call,
        identity: str,
        struck: Struck | None,
        *,
        is_watched: bool,
    ) -> None:
        self._operation = operation
        self._call = call
        self._identity = identity
        self._struck = struck
        self._is_watched = is_watched
        self.name = None if struck is None else struck.fault.name
        self.refusal = self._failure()
        self.lets_in = struck is None or struck.fault.apply == "after" or self.refusal is None

    @property
    def moves_clock(self) -> bool:
        """Whether the world's clock moves while the request is under way."""
        struck = self._struck
        return (
            struck is not None
            and struck.fault.delay is not None
            and struck.fault.delay.clock == "world"
        )

    def wait(self, when: str) -> None:
        """Lets the world's clock move, if the fault says so ``before`` or ``after`` the effect."""
        if self._struck is not None and self.moves_clock and self._struck.fault.apply == when:
            self._call.world.pump.advance(self._struck.delay)

    def run(self) -> Reply:
        """The operation, its effect, or neither.

        Raises:
            Refusal: What the fault answers instead.
        """
        if self.refusal is None:
            return self._operation.run(self._call)
        if self.lets_in:
            try:
                self._operation.run(self._call)
            except Refusal:
                # What the platform itself had to say is lost as well.
                raise self.refusal from None
        raise self.refusal

    def finish(self, reply: Reply, door: str) -> Reply:
        """The reply as it goes out, and what the door must do to it.

        Args:
            reply: The reply, rendered.
            door: Where the files of responses are served.
        """
        if not isinstance(reply.body, bytes):
            reply.body = b"".join(reply.body)
        struck = self._struck
        if struck is not None and struck.fault.kind == "stale":
            self._make_stale(reply, door)
        if self._is_watched and self.refusal is None:
            # Kept without the address of this door: another one may repeat it.
            text = reply.body.decode("utf-8", "surrogateescape").replace(door, RESULTS)
            self._call.world.faults.remember(self._identity, reply.status, reply.content_type, text)
        if struck is not None:
            self._spoil(reply, struck)
        return reply

    def _failure(self) -> Refusal | None:
        """What is answered instead of the operation's own reply."""
        if self._struck is None:
            return None
        fault = self._struck.fault
        if fault.status is not None:
            return Refusal(fault.status, fault.error or "")
        if fault.kind == "expired_key":
            return UNAUTHORIZED()
        if fault.kind == "broken_page_token":
            return BAD_CURSOR() if self._call.one("cursor") else BAD_TOKEN()
        if fault.kind in NO_REPLY and fault.apply == "before":
            return self._no_reply()
        return None

    def _no_reply(self) -> Refusal:
        """Stands for a reply that never arrives; only a plain WSGI client gets to see it."""
        return Refusal(
            500,
            f'The fault "{self.name}" lets no reply through here, which a plain WSGI call cannot '
            "show: use the server (mock.url) or mock.intercept().",
        )

    def _make_stale(self, reply: Reply, door: str) -> None:
        before = self._call.world.faults.memory.get(self._identity)
        if before is not None:
            reply.status, reply.content_type, text = before
            reply.body = at_door(text.encode("utf-8", "surrogateescape"), door)
            return
        body = as_created(self._operation.name, self._call)
        if body is not None:
            reply.body, reply.status = at_door(body, door), 200

    def _spoil(self, reply: Reply, struck: Struck) -> None:
        fault = struck.fault
        assert isinstance(reply.body, bytes)
        if fault.retry_after is not None:
            reply.headers = (*reply.headers, ("Retry-After", str(fault.retry_after)))
        if fault.kind == "malformed_json":
            reply.body = reply.body[: len(reply.body) // 2]
        elif fault.kind == "wrong_content_type":
            reply.content_type = HTML
            if fault.status is not None:
                reply.body = _page(fault.status, fault.error or "")
        verdict = _verdict(struck)
        if verdict is None:
            return
        if wants_to_be_told(self._call.environ):
            reply.headers = (*reply.headers, (TOLD, to_header(verdict)))
        else:
            self._call.environ[VERDICT] = verdict


def _verdict(struck: Struck) -> Verdict | None:
    """What the serving loop or the interceptor must do to the reply."""
    fault = struck.fault
    is_late = fault.delay is not None and fault.delay.clock == "real"
    delay_s = struck.delay.total_seconds() if is_late else 0.0
    if fault.kind not in ON_THE_WIRE:
        return Verdict(delay_s=delay_s) if delay_s else None
    return Verdict(
        ending=fault.kind,  # type: ignore[arg-type]  # it is one of ON_THE_WIRE
        after_headers=fault.after_headers,
        delay_s=delay_s,
        chunk_bytes=fault.chunk_bytes,
        pause_s=fault.pause.total_seconds(),
    )


def _page(status: int, text: str) -> bytes:
    """What a proxy in front of the platform answers where the platform itself does not."""
    from html import escape  # late: its table of entities is long, and pages are few

    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Error"
    title = f"{status} {escape(phrase)}"
    return (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<h1>{title}</h1>\r\n"
        f"<p>{escape(text)}</p>\r\n</body>\r\n</html>\r\n"
    ).encode()
