"""Owns the command as the tests run it: a process of its own, and requests to it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
from base64 import b64encode
from typing import Any
from urllib.parse import urlsplit

PATIENCE_S = 30
COMMAND = (sys.executable, "-m", "scale_mock")


def environment(**more: str) -> dict[str, str]:
    """The environment of this process, without what decides about colours."""
    decides = {"FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "COLUMNS", "LINES"}
    return {name: value for name, value in os.environ.items() if name not in decides} | more


def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Runs the command to its end."""
    return python("-m", "scale_mock", *arguments, **more)


def python(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Runs this Python to its end, with more variables in its environment."""
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        env=environment(**more),
    )


class Serve:
    """A ``scale-mock serve`` that runs."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, "serve", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        # A process that never says anything must not keep the test waiting for ever.
        self._watchdog = threading.Timer(PATIENCE_S, self.process.kill)
        self._watchdog.start()
        assert self.process.stdout is not None
        self.ready_line = self.process.stdout.readline()

    @property
    def url(self) -> str:
        return self.ready_line.removeprefix("Listening on ").rstrip("\n")

    @property
    def port(self) -> int:
        port = urlsplit(self.url).port
        assert port is not None
        return port

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)

    def call(
        self, method: str, path: str, body: object = None, key: str = "live_me"
    ) -> tuple[int, Any]:
        connection = self.connect()
        try:
            return ask(connection, method, path, body, key)
        finally:
            connection.close()

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str, str]:
        """Sends a signal; returns the exit code and what else was written to stdout and stderr."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> tuple[int, str, str]:
        out, err = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, out, err

    def close(self) -> None:
        self._watchdog.cancel()
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate(timeout=PATIENCE_S)


def ask(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: object = None,
    key: str = "live_me",
) -> tuple[int, Any]:
    """One request over a connection that stays open."""
    headers = {
        "Authorization": "Basic " + b64encode(f"{key}:".encode()).decode(),
        "Content-Type": "application/json",
    }
    connection.request(method, path, None if body is None else json.dumps(body), headers)
    reply = connection.getresponse()
    return reply.status, json.loads(reply.read())
