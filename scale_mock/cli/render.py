"""``scale-mock render``: reads a task, from a server or a file, and writes a picture of it."""

from __future__ import annotations

import http.client
import json
import re
import sys
from base64 import b64encode
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import click

from scale_mock.cli.drawing import DrawingError, draw

TIMEOUT_S = 60
BYTES_MAX = 512 * 1024 * 1024
"""No larger answer is read."""
RESULTS_PATH = "/_mock/results/"


def run(*, source: str, output: str, url: str, key: str, frame: int | None) -> None:
    """Draws a task and writes the picture.

    Args:
        source: A task's id, the path of a file with a task's JSON, or ``-`` for standard input.
        output: The file to write; ``-`` for standard output.
        url: The server's address.
        key: The API key that the task belongs to.
        frame: Which frame or page, counted from 0.

    Raises:
        ClickException: It cannot be read, drawn or written.
    """
    try:
        server = Server(url, key)
        task, beside = _read_task(source, server)
        picture = draw(task, ResultFiles(server, beside).read, frame)
    except DrawingError as error:
        raise click.ClickException(" ".join(str(error).split())) from error
    if output == "-":
        sys.stdout.write(picture)
        return
    try:
        Path(output).write_text(picture, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"Cannot write {output}: {error.strerror}.") from error


def _read_task(source: str, server: Server) -> tuple[dict[str, Any], Path | None]:
    """The task, and the folder of the file that it was read from, if it was."""
    if source == "-":
        return _parse(sys.stdin.buffer.read(), "standard input"), None
    path = Path(source)
    if path.is_file():
        try:
            content = path.read_bytes()
        except OSError as error:
            raise DrawingError(f"Cannot read {source}: {error.strerror}.") from error
        return _parse(content, source), path.parent
    if not re.fullmatch("[0-9a-f]{24}", source):
        raise DrawingError(
            f"{source!r} is neither a file nor a task's id: ids have 24 digits and letters a to f."
        )
    return _parse(server.task(source), f"{server.url}/v1/task/{source}"), None


def _parse(content: bytes, where: str) -> dict[str, Any]:
    """The task in some JSON: the task object itself, or the body of a callback around it."""
    try:
        parsed = json.loads(content)
    except ValueError as error:
        raise DrawingError(f"What {where} holds is no JSON: {error}.") from error
    if isinstance(parsed, dict) and isinstance(parsed.get("task"), dict):
        parsed = parsed["task"]
    if isinstance(parsed, dict) and isinstance(parsed.get("docs"), list):
        raise DrawingError(
            f"What {where} holds is a list of {len(parsed['docs'])} tasks. Draw one task at a time."
        )
    if not isinstance(parsed, dict) or not isinstance(parsed.get("type"), str):
        raise DrawingError(
            f"What {where} holds is no task: an object with type, params and response is wanted, "
            "as GET /v1/task/TASK_ID answers it."
        )
    return parsed


class Server:
    """The server that tasks and result files are read from.

    Args:
        url: Its address.
        key: The API key.

    Raises:
        DrawingError: The address makes no sense.
    """

    def __init__(self, url: str, key: str) -> None:
        parts = _split(url)
        if parts is None or parts.scheme != "http" or not parts.hostname:
            raise DrawingError(f"--url {url!r} is no address such as http://127.0.0.1:8723.")
        self.url = f"http://{parts.netloc}"
        self.host = parts.hostname
        self._authorization = "Basic " + b64encode(f"{key}:".encode()).decode()

    def task(self, task_id: str) -> bytes:
        """A task's JSON.

        Raises:
            DrawingError: The server is not there, or does not know the task.
        """
        url = f"{self.url}/v1/task/{task_id}"
        try:
            status, content = _get(url, {"Authorization": self._authorization})
        except (OSError, http.client.HTTPException) as error:
            raise DrawingError(
                f"No server answers at {self.url} ({error}). Start one with scale-mock serve, or "
                "say with --url where it is."
            ) from error
        if status != 200:
            raise DrawingError(
                f"{url} answers {status}: {_refusal(content)} Tasks belong to a key: is it "
                "the one of --key?"
            )
        return content


class ResultFiles:
    """The files that responses refer to: on this machine's servers, or beside the task's file.

    Args:
        server: Where the tasks come from.
        beside: The folder of the task's file; ``None`` if it was not read from one.
    """

    def __init__(self, server: Server, beside: Path | None) -> None:
        self._server = server
        self._beside = beside

    def read(self, url: str) -> bytes:
        """A file's content.

        Raises:
            DrawingError: It cannot be reached.
        """
        parts = _split(url)
        path = parts.path if parts else ""
        name = path.rpartition("/")[2]
        try:
            return self._fetched(url, parts)
        except DrawingError as error:
            if self._beside is None or not name or not (self._beside / name).is_file():
                hint = "" if self._beside is None else f", or put {name or 'it'} beside the file"
                raise DrawingError(
                    f"The labels are in a result file that cannot be read: {error} Serve the world "
                    f"that the task comes from{hint}."
                ) from error
        try:
            return (self._beside / name).read_bytes()
        except OSError as error:
            raise DrawingError(f"Cannot read {name}: {error.strerror}.") from error

    def _fetched(self, url: str, parts: SplitResult | None) -> bytes:
        if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
            raise DrawingError(f"{url!r} is no address.")
        if parts.scheme == "https" or not (
            parts.hostname == self._server.host or _is_loopback(parts.hostname)
        ):
            # A world in a process names its files by the address that its client believes in.
            if not parts.path.startswith(RESULTS_PATH):
                raise DrawingError(f"{url} is not on this machine, so it is not fetched.")
            url = self._server.url + parts.path
        try:
            status, content = _get(url, {})
        except (OSError, http.client.HTTPException) as error:
            raise DrawingError(f"No server answers at {url} ({error}).") from error
        if status != 200:
            raise DrawingError(f"{url} answers {status}: {_refusal(content)}")
        return content


def _split(url: str) -> SplitResult | None:
    """The parts of an address whose port makes sense."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _get(url: str, headers: dict[str, str]) -> tuple[int, bytes]:
    """Status and content of one request; no proxy is asked."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=TIMEOUT_S)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", target, headers=headers)
        reply = connection.getresponse()
        content = reply.read(BYTES_MAX + 1)
    finally:
        connection.close()
    if len(content) > BYTES_MAX:
        raise DrawingError(f"{url} answers more than {BYTES_MAX} bytes.")
    return reply.status, content


def _refusal(content: bytes) -> str:
    """What an error reply says."""
    try:
        parsed = json.loads(content)
    except ValueError:
        return "no reason given."
    error = parsed.get("error") if isinstance(parsed, dict) else None
    return f"{str(error).removesuffix('.')}." if error else "no reason given."
