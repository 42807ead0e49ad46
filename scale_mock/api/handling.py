"""Running one operation: when the world moves, who holds the lock, and what becomes of an error.

Over a socket a request first runs the state changes that are due, then itself; callbacks go out
afterwards on the world's own thread. In process the request runs everything that is due, callbacks
included, before itself: there is no other thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.api.polling import refuse_stuck
from scale_mock.api.reply import Reply
from scale_mock.domain.refusals import Refusal
from scale_mock.envelopes.objects import error_body, refusal_body
from scale_mock.envelopes.tasks import at_door
from scale_mock.errors import ScaleMockError
from scale_mock.registry import redact
from scale_mock.sim.instants import to_http
from scale_mock.world.requests import RequestRecord

NOT_FOUND = 404
OWN_PATHS = "/_mock/"
"""What the paths begin with whose replies are ours, and not the platform's."""
RESULTS_PATH = "/_mock/results"
DOOR = "scale_mock.door"
"""In an environ that no client sent: where the files of responses lie."""

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIEnvironment

    from scale_mock.api.call import Call
    from scale_mock.api.encounter import Encounter
    from scale_mock.api.operations import Operation
    from scale_mock.domain.model import Mode
    from scale_mock.world import World


class Handling:
    """One request on its way through one operation.

    Args:
        operation: What was asked for.
        call: The request; its world and mode are known.
        key: The API key, for the log, where it is made unreadable.
        path: The path as it was sent.
    """

    __slots__ = (
        "_after", "_call", "_door", "_encounter", "_error", "_key", "_operation", "_path", "_world",
    )  # fmt: skip

    def __init__(self, operation: Operation, call: Call, *, key: str, path: str) -> None:
        self._operation = operation
        self._call = call
        self._world = call.world
        self._key = key
        self._path = path
        self._error: str | None = None
        self._after = len(call.world.core.journal)
        self._door = world_door(call.environ, call.world)
        call.world.core.door = self._door
        self._encounter: Encounter | None = None
        if call.world.faults.on_requests:
            from scale_mock.api.encounter import meet  # late: most worlds have no faults

            self._encounter = meet(operation, call, key=key, path=path)

    def may_block(self) -> bool:
        """True if it runs the world: it moves the clock, or an ``autojump`` clock runs for it."""
        operation, world = self._operation, self._world
        if self._encounter is not None and not self._encounter.lets_in:
            return self._encounter.moves_clock
        if operation.blocks or (self._encounter is not None and self._encounter.moves_clock):
            return True
        if operation.awaited is None or world.clock_mode != "autojump" or world.pump.is_out:
            return False
        with world.lock:
            world.pump.settle()
            return operation.awaited(self._call) is not None

    def in_process(self) -> Reply:
        """Runs everything that is due, callbacks included, and then the operation."""
        return self._logged(self._guarded(self._turn_and_run))

    def over_socket(self) -> tuple[Reply, int, bool]:
        """Runs the state changes that are due, and then the operation; sends nothing.

        Returns:
            The reply, the ticket to give back when it is out, and whether the world then has work.
        """
        world = self._world
        with world.lock:
            ticket = world.tickets.take()
            reply = self._logged(self._guarded(self._settle_and_run))
            return reply, ticket, world.pump.has_work

    def as_step(self) -> Reply:
        """Runs the operation inside of an event, whose instant has been settled before it."""
        encounter = self._encounter
        if encounter is not None:
            return self._logged(self._guarded(encounter.run))
        return self._logged(self._guarded(lambda: self._operation.run(self._call)))

    def blocking(self) -> Reply:
        """Runs an operation that runs the world; it takes the lock itself where it needs it."""
        if self._operation.blocks:
            return self._logged(self._guarded(lambda: self._operation.run(self._call)))
        return self._logged(self._guarded(self._jump_and_run_late))

    def _settle_and_run(self) -> Reply:
        self._world.pump.settle()
        self._after = len(self._world.core.journal)
        if self._encounter is not None and not self._encounter.lets_in:
            return self._encounter.run()
        polled = self._operation.polled
        if polled is not None:
            refuse_stuck(self._call, polled(self._call))
        if self._encounter is not None:
            return self._encounter.run()
        return self._operation.run(self._call)

    def _turn_and_run(self) -> Reply:
        self._world.pump.turn()
        with self._world.lock:
            return self._settle_and_run()

    def _jump_and_run_late(self) -> Reply:
        """As :meth:`_jump_and_run`, with the clock moved by what a fault delays."""
        encounter = self._encounter
        if encounter is None:
            return self._jump_and_run()
        encounter.wait("before")
        try:
            if encounter.lets_in:
                return self._jump_and_run()
            return encounter.run()
        finally:
            encounter.wait("after")

    def _jump_and_run(self) -> Reply:
        with self._world.lock:
            awaited = self._operation.awaited(self._call) if self._operation.awaited else None
        if awaited is not None:
            self._world.run_to_next_change(awaited)
        with self._world.lock:
            return self._settle_and_run()

    def _guarded(self, run: Callable[[], Reply]) -> Reply:
        """What an operation raises becomes a reply; a defect of ours is kept for the check."""
        try:
            return run()
        except Refusal as refusal:
            self._error = f"{refusal.text} (at {refusal.path})" if refusal.path else refusal.text
            self._note_refusal(refusal)
            if refusal.status == NOT_FOUND:
                refusal = self._located(refusal)
            return Reply(refusal_body(refusal), refusal.status)
        except ScaleMockError as error:
            self._error = str(error)
            return Reply(error_body(400, str(error)), 400)
        except Exception as error:
            self._world.broken.append(error)
            self._error = (
                "The mock itself failed; this is a defect of scale_mock, not of your code: "
                f"{type(error).__name__}: {error}"
            )
            return Reply(error_body(500, self._error), 500)

    def _located(self, refusal: Refusal) -> Refusal:
        """What is not in this world, but in another behind the same door: told, not by Scale."""
        from scale_mock.api.strangers import whereabouts  # late: most calls find what they ask for

        call = self._call
        there = whereabouts(call, refusal)
        if there is None:
            return refusal
        self._error = f"{refusal.text} {there}"
        method = call.environ["REQUEST_METHOD"]
        call.registry.tell_stranger(f"{method} {self._path}: {refusal.status} {self._error}")
        if not self._path.startswith(OWN_PATHS):
            return refusal
        return Refusal(refusal.status, self._error, path=refusal.path)

    def _note_refusal(self, refusal: Refusal) -> None:
        """Writes down what was refused and where in the body; what a read is refused, is not."""
        if self._operation.method == "GET":
            return
        if self._encounter is not None and refusal is self._encounter.refusal:
            return  # the fault has its own entry
        name = self._operation.name
        with self._world.lock:
            self._world.core.journal.write(
                f"{self._call.mode}/refused",
                "request.refused",
                # A strand of its own: which of two refusals came first may be chance.
                f"{name} {refusal.path} {refusal.text}",
                operation=name,
                status=refusal.status,
                path=refusal.path,
                error=refusal.text,
            )

    def _logged(self, reply: Reply) -> Reply:
        environ = self._call.environ
        if isinstance(reply.body, bytes) and not reply.as_stored:
            reply.body = at_door(reply.body, self._door)
        reply.headers = (*reply.headers, ("Date", to_http(self._world.now())))
        if self._encounter is not None:
            reply = self._encounter.finish(reply, self._door)
        if self._operation.quiet:
            return reply
        write_down(
            self._world,
            self._call.mode,
            method=environ["REQUEST_METHOD"],
            path=self._path,
            query=environ.get("QUERY_STRING", ""),
            status=reply.status,
            operation=self._operation.name,
            key=self._key,
            error=self._error,
            fault=self._encounter.name if self._encounter is not None else None,
            after=self._after,
        )
        return reply


def world_door(environ: WSGIEnvironment, world: World) -> str:
    """Where the files of a world's responses lie for a client that came this way."""
    if DOOR in environ:
        return str(environ[DOOR])
    host = environ.get("HTTP_HOST") or environ.get("SERVER_NAME", "localhost")
    return f"{environ.get('wsgi.url_scheme', 'http')}://{host}{RESULTS_PATH}/{world.name}"


def write_down(
    world: World,
    mode: Mode,
    *,
    method: str,
    path: str,
    query: str,
    status: int,
    operation: str | None,
    key: str,
    error: str | None,
    fault: str | None = None,
    after: int | None = None,
) -> None:
    """Appends a request to a world's log."""
    record = RequestRecord(
        at=world.now(),
        method=method,
        path=path,
        query=query,
        status=status,
        operation=operation,
        mode=mode,
        key=redact(key),
        error=error,
        fault=fault,
        after=len(world.core.journal) if after is None else after,
    )
    with world.lock:
        world.requests.append(record)
        world.polls.note_request()
