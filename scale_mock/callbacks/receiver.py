"""The built-in receiver: a customer's endpoint that keeps what it got and answers as it is told."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from scale_mock.callbacks.answer import Answer
from scale_mock.errors import ConfigurationError
from scale_mock.sim.instants import to_iso

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from scale_mock.selectors.durations import DurationLike

REQUESTS_MAX = 100_000


@lru_cache(maxsize=256)
def _name(key: str) -> str:
    """The header that a key of the WSGI environ stands for."""
    return key.removeprefix("HTTP_").replace("_", "-").title()


@lru_cache(maxsize=256)
def _title(name: str) -> str:
    """A header's name as it is shown."""
    return name.title()


@lru_cache(maxsize=256)
def _place(url: str) -> tuple[str, str]:
    """The path of a URL, decoded, and what a ``Host`` header says of it."""
    parts = urlsplit(url)
    path = unquote(parts.path).encode("utf-8", "replace").decode()
    return f"/{path.lstrip('/')}", parts.netloc.rpartition("@")[2]


def headers_of(environ: Mapping[str, Any]) -> dict[str, str]:
    """The request's headers, read from the environ itself: every callback comes through here."""
    return {
        _name(key): value
        for key, value in environ.items()
        if key.startswith("HTTP_") or (key in {"CONTENT_TYPE", "CONTENT_LENGTH"} and value)
    }


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """One request that reached the receiver, acknowledged or not.

    Attributes:
        at: The world's instant.
        method: The HTTP method.
        path: The path that it was sent to.
        headers: The headers, names as they were sent.
        body: The bytes.
        answered: The status that the receiver answered.
    """

    at: datetime
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    answered: int

    @property
    def json(self) -> object:
        """The body, parsed."""
        return json.loads(self.body)

    def as_dict(self) -> dict[str, object]:
        """The request as the control API shows it."""
        return {
            "at": to_iso(self.at),
            "method": self.method,
            "path": self.path,
            "answered": self.answered,
            "body": self.body.decode("utf-8", "replace"),
        }


@dataclass(slots=True)
class _Answer:
    status: int | None
    since: datetime | None
    until: datetime | None
    met: bool = False

    @property
    def is_done(self) -> bool:
        """False if it is still to be of use; success is no news."""
        return self.met or bool(self.status and 200 <= self.status < 300)

    def why_unused(self) -> str:
        """What it means that it was never met."""
        advice = 'kind="drop"' if self.status is None else f"status={self.status}"
        return (
            f"mock.callbacks.receiver.{self} never took effect: no callback reached the built-in "
            "receiver while it held. It answers for mock.callbacks.url and loopback_url only; for "
            'applications that are mounted, add a fault: match={"callback": True, ...} with '
            f"{advice}."
        )

    def __str__(self) -> str:
        said = "down(" if self.status is None else f"answer({self.status}"
        ends = {"since": self.since, "until": self.until}
        parts = [f'{name}="{to_iso(end)}"' for name, end in ends.items() if end is not None]
        comma = ", " if parts and self.status is not None else ""
        return f"{said}{comma}{', '.join(parts)})"

    def holds(self, now: datetime) -> bool:
        return (self.since is None or now >= self.since) and (
            self.until is None or now < self.until
        )


@dataclass(slots=True)
class Receiver:
    """Keeps every request and answers 200 unless told otherwise.

    Attributes:
        requests: Every request in the order of arrival, refused ones included.
    """

    now: Callable[[], datetime]
    requests: list[ReceivedRequest] = field(default_factory=list)
    _answers: list[_Answer] = field(default_factory=list)

    def answer(
        self,
        status: int,
        *,
        since: datetime | str | None = None,
        until: datetime | str | None = None,
        lasting: DurationLike | None = None,
    ) -> None:
        """Answers a status for some time; a later call wins over an earlier one.

        Args:
            status: The HTTP status.
            since: From this instant on; at once by default.
            until: Up to, not including, this instant; for ever by default.
            lasting: Instead of ``until``: how long from ``since``.

        Raises:
            ConfigurationError: It is no status, or no time.
        """
        if type(status) is not int or not 200 <= status <= 599:
            raise ConfigurationError(
                f"answer({status!r}): expected an HTTP status from 200 to 599; down(...) refuses "
                "connections."
            )
        self._answers.append(self._answer(status, since, until, lasting))

    def down(
        self,
        *,
        since: datetime | str | None = None,
        until: datetime | str | None = None,
        lasting: DurationLike | None = None,
    ) -> None:
        """Refuses connections for some time, as a dead service does.

        Args:
            since: From this instant on; at once by default.
            until: Up to, not including, this instant; for ever by default.
            lasting: Instead of ``until``: how long from ``since``.
        """
        self._answers.append(self._answer(None, since, until, lasting))

    def clear(self) -> None:
        """Forgets what was received and what it was told to answer."""
        self.requests.clear()
        self._answers.clear()

    def excuse(self) -> None:
        """What it is told so far need not take effect: a scenario's outage may meet nothing."""
        for answer in self._answers:
            answer.met = True

    def answers(self) -> list[_Answer]:
        """What it is told to answer."""
        return list(self._answers)

    def why_unused(self) -> list[str]:
        """What it was told to answer and never had to, one text each; success is no news."""
        return [answer.why_unused() for answer in self._answers if not answer.is_done]

    def dump(self) -> dict[str, object]:
        """What it keeps and answers; see :meth:`load`."""
        return {"requests": self.requests, "answers": self._answers}

    def load(self, data: Mapping[str, Any]) -> None:
        """Goes on from where another receiver was dumped."""
        self.requests = data["requests"]
        self._answers = data["answers"]

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Takes a POST in that comes over no wire; what a mounted handler does.

        Args:
            url: Where it is sent.
            body: What it says.
            headers: Its fields, by name.
        """
        path, host = _place(url)
        fields = {"Content-Length": str(len(body)), "Host": host}
        fields.update((_title(name), value) for name, value in headers.items())
        try:
            return Answer(self.take("POST", path, fields, body))
        except ConnectionRefusedError:
            return Answer(None, "refused")

    def take(self, method: str, path: str, headers: dict[str, str], body: bytes) -> int:
        """Takes a request in; the status that it is answered with.

        Raises:
            ConnectionRefusedError: The receiver is down.
        """
        now = self.now()
        holding = [answer for answer in self._answers if answer.holds(now)]
        for one in holding:
            one.met = True
        answer = holding[-1] if holding else None
        status = 200 if answer is None else answer.status
        if status is None:
            raise ConnectionRefusedError
        if len(self.requests) >= REQUESTS_MAX:
            del self.requests[0]
        self.requests.append(ReceivedRequest(now, method, path, headers, body, status))
        return status

    def _answer(
        self,
        status: int | None,
        since: datetime | str | None,
        until: datetime | str | None,
        lasting: DurationLike | None,
    ) -> _Answer:
        from scale_mock.selectors.durations import parse_duration, parse_instant

        first = None if since is None else parse_instant(since, where="since")
        end = None if until is None else parse_instant(until, where="until")
        if lasting is not None:
            if end is not None:
                raise ConfigurationError("Pass until= or lasting=, not both.")
            end = (first or self.now()) + parse_duration(lasting, where="lasting")
        return _Answer(status, first, end)
