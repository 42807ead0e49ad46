"""The two sides: a world in this process, and a server somewhere."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from scale_mock.mock.remote.keys import basic, run_token

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from scale_mock.mock.facade import ScaleMock
    from scale_mock.mock.remote.line import Line

BOUNDARY = "scale-mock-verify"


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
        media_type: The content type without parameters.
        body: The JSON value; ``None`` for what is none.
    """

    status: int
    media_type: str
    body: Any


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

        self.keys = {"test": mock.test_key, "live": mock.live_key}
        self.knows = {"run": run}
        self._client = Client(mock.app)

    def send(self, request: Request) -> Reply:
        """Answers a request."""
        reply = self._client.open(
            request.path, method=request.method, headers=request.headers, data=request.body
        )
        return Reply(reply.status_code, reply.mimetype or "", _parsed(reply.data))


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
        return Reply(answer.status, answer.media_type, _parsed(answer.body))

    def settle(self) -> None:
        """Has a mock send the callbacks that it owes: they go out beside the replies."""
        headers = {"Authorization": basic(self.keys["live"]), "Content-Type": "application/json"}
        self._line.ask("POST", "/_mock/call/journal.digest", headers=headers, body=b"{}")


class MockServer:
    """A server that is a mock: it gives every run a world of its own, and takes it back.

    Args:
        line: The line to it.
    """

    def __init__(self, line: Line) -> None:
        self._line = line
        self.account = f"verify-{run_token()}"

    @property
    def keys(self) -> dict[str, str]:
        """The keys of the run's world."""
        return {mode: f"{mode}_{self.account}" for mode in ("test", "live")}

    def __enter__(self) -> Self:
        headers = {"Authorization": basic(self.keys["live"]), "Content-Type": "application/json"}
        body = json.dumps({"name": self.account, "clock": "manual"}).encode()
        # A server of another make opens a world by its key; its clock is then its own affair.
        self._line.ask("POST", "/_mock/worlds", headers=headers, body=body)
        return self

    def __exit__(self, *_: object) -> None:
        self._line.ask("DELETE", f"/_mock/worlds/{self.account}")


def _parsed(body: bytes) -> Any:
    """The value of a JSON body; ``None`` for what is none."""
    try:
        return json.loads(body)
    except ValueError:
        return None
