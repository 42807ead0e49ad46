"""The demo's customer on the wire: plain HTTP, as any program in any language would send it."""

from __future__ import annotations

import json
from base64 import b64encode
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_S = 30


class WireError(Exception):
    """The platform refused a call that the demo relies on; the text is the platform's own."""


class ApiClient:
    """Calls one API with one key, over one kept connection.

    Args:
        url: The server's address.
        key: The API key, sent as the user of basic authentication, as Scale wants it.
    """

    def __init__(self, url: str, key: str) -> None:
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=TIMEOUT_S)
        self._headers = {
            "Authorization": "Basic " + b64encode(f"{key}:".encode()).decode(),
            "Content-Type": "application/json",
        }

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Sends one request and returns the parsed reply.

        Raises:
            WireError: The reply is no success; the message says which call, and why.
        """
        sent = None if body is None else json.dumps(body)
        self._connection.request(method, path, sent, self._headers)
        reply = self._connection.getresponse()
        content = json.loads(reply.read())
        if reply.status >= 400:
            raise WireError(f"{method} {path}: {reply.status} {content.get('error', content)}")
        return content

    def get(self, path: str) -> Any:
        """Reads something."""
        return self.call("GET", path)

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()
