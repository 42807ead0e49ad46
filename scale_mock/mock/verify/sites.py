"""The two sides: a world in this process, and a server somewhere."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from scale_mock.mock.remote.keys import basic, run_token

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Self

    from scale_mock.mock.facade import ScaleMock
    from scale_mock.mock.remote.line import Line

BOUNDARY = "scale-mock-verify"
NOBODY = "nobody"
"""What is sent as a key where none is valid."""
OF_TRANSPORT = frozenset(
    {"connection", "content-encoding", "content-length", "content-type", "date", "keep-alive"}
    | {"server", "transfer-encoding", "vary", "via"}
)
"""Headers that are about a connection, or are compared by themselves."""


class Request(NamedTuple):
    """A request with everything filled in.

    Attributes:
        method: The HTTP method.
        path: The path with its query.
        key: The API key.
        body: The bytes; ``None`` for none.
        content_type: What they are.
    """

    method: str
    path: str
    key: str
    body: bytes | None = None
    content_type: str = "application/json"

    @property
    def headers(self) -> dict[str, str]:
        """Its headers."""
        found = {"Authorization": basic(self.key), "Accept": "application/json"}
        return found if self.body is None else {**found, "Content-Type": self.content_type}


class Reply(NamedTuple):
    """What came back.

    Attributes:
        status: The status.
        media_type: The content type without parameters; with its charset where that is not UTF-8.
        body: The JSON value; ``None`` for what is none.
        headers: What clients may read besides, by lower-case name.
    """

    status: int
    media_type: str
    body: Any
    headers: Mapping[str, str] = {}


def reply_of(status: int, headers: Iterable[tuple[str, str]], raw: bytes) -> Reply:
    """A reply as it is compared."""
    named = {name.lower(): value for name, value in headers}
    told = {name: value for name, value in named.items() if name not in OF_TRANSPORT}
    return Reply(status, _media_type(named.get("content-type", "")), _parsed(raw), told)


def _media_type(text: str) -> str:
    kind, _, parameters = text.partition(";")
    charset = re.search(r"charset=\"?([\w.-]+)", parameters.lower())
    strange = charset is not None and charset[1] not in ("utf-8", "utf8")
    plain = kind.strip().lower()
    return f"{plain}; charset={charset[1]}" if charset is not None and strange else plain


class Site(Protocol):
    """One side."""

    keys: Mapping[str, str]
    """The key of each mode that it may be asked in."""
    knows: dict[str, str]
    """What its replies have named so far."""

    def send(self, request: Request) -> Reply:
        """Answers a request."""


class Here(Site):
    """A world in this process.

    Args:
        mock: The world.
        run: The name of this run.
    """

    def __init__(self, mock: ScaleMock, run: str) -> None:
        from werkzeug.test import Client

        self.keys = {"test": mock.test_key, "live": mock.live_key, NOBODY: NOBODY}
        self.knows = {"run": run}
        self._client = Client(mock.app)

    def send(self, request: Request) -> Reply:
        """Answers a request."""
        reply = self._client.open(
            request.path, method=request.method, headers=request.headers, data=request.body
        )
        return reply_of(reply.status_code, list(reply.headers), reply.data)


class There(Site):
    """A server.

    Args:
        line: The line to it.
        keys: The key of each mode.
        run: The name of this run.
    """

    def __init__(self, line: Line, keys: Mapping[str, str], run: str) -> None:
        self.keys = keys
        self.knows = {"run": run}
        self._line = line

    def send(self, request: Request) -> Reply:
        """Answers a request.

        Raises:
            Unreachable: The server does not answer.
        """
        answer = self._line.ask(
            request.method, request.path, headers=request.headers, body=request.body
        )
        return reply_of(answer.status, answer.headers, answer.body)

    def settle(self) -> None:
        """Has a mock send the callbacks that it owes: they go out beside the replies."""
        headers = {"Authorization": basic(self.keys["live"]), "Content-Type": "application/json"}
        self._line.ask("POST", "/_mock/call/journal.digest", headers=headers, body=b"{}")


class MockServer:
    """A server that is a mock: it gives every run a world of its own, and takes it back.

    Args:
        line: The line to it.
        like: The world that it shall be like: of the same seed and start.
    """

    def __init__(self, line: Line, like: ScaleMock) -> None:
        self._line = line
        self._like = {"seed": like.seed, "start_at": like.clock.now().isoformat()}
        self.account = f"verify-{run_token()}"

    @property
    def keys(self) -> dict[str, str]:
        """The keys of the run's world."""
        return {"test": f"test_{self.account}", "live": f"live_{self.account}", NOBODY: NOBODY}

    def __enter__(self) -> Self:
        headers = {"Authorization": basic(self.keys["live"]), "Content-Type": "application/json"}
        body = json.dumps({"name": self.account, "clock": "manual", **self._like}).encode()
        made = self._line.ask("POST", "/_mock/worlds", headers=headers, body=body)
        if made.status >= 400:
            # A server of another make opens a world by its key; what it is like is its own affair.
            still = json.dumps({"mode": "manual"}).encode()
            self._line.ask("PUT", "/_mock/clock", headers=headers, body=still)
        return self

    def __exit__(self, *_: object) -> None:
        self._line.ask("DELETE", f"/_mock/worlds/{self.account}")


def _parsed(body: bytes) -> Any:
    """The value of a JSON body; ``None`` for what is none."""
    try:
        return json.loads(body)
    except ValueError:
        return None
