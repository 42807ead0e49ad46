"""A world on a server: made, asked and taken back over the control API."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from scale_mock import errors
from scale_mock.domain.refusals import Refusal
from scale_mock.errors import ConfigurationError, ScaleMockError
from scale_mock.mock.remote.keys import basic
from scale_mock.mock.remote.wire import argument, decode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.mock.remote.line import Answer, Line

CONTROL = "/_mock"
FAILED = 417


class RemoteWorld:
    """One world of a server, by its key.

    Args:
        line: The line to the server.
        name: The account's name.

    Attributes:
        name: As above.
        told: What the server said of it when it was made.
    """

    def __init__(self, line: Line, name: str) -> None:
        self.line = line
        self.name = name
        self.told: dict[str, Any] = {}
        self._headers = {"Authorization": basic(f"live_{name}"), "Content-Type": "application/json"}

    @property
    def url(self) -> str:
        """The server's address."""
        return self.line.address.url

    def make(self, arguments: Mapping[str, object]) -> None:
        """Has the server make it.

        Args:
            arguments: Those of ``ScaleMock``, as plain data.

        Raises:
            ConfigurationError: The server does not take one of them, or makes no worlds.
        """
        self.told = self.control("POST", "/worlds", {"name": self.name, **arguments})

    def delete(self) -> None:
        """Has the server forget it; twice is the same as once."""
        self.line.ask("DELETE", f"{CONTROL}/worlds/{self.name}")

    def ask(self, name: str, given: object) -> Any:
        """Makes a call of the Python API there.

        Raises:
            AssertionError: It failed there; the text is the server's.
            ScaleMockError: It was refused there, likewise.
        """
        __tracebackhide__ = True
        answer = self._send("POST", f"/call/{name}", given)
        body = answer.json()
        if not isinstance(body, dict):
            raise ScaleMockError(_strange(answer, self.url))
        if answer.status >= 400:
            raise _noted(_failure(answer.status, body), body)
        return decode(body.get("result"))

    def control(self, method: str, path: str, body: object = None) -> Any:
        """Calls another route of the control API.

        Raises:
            ConfigurationError: It is refused; the text is the server's.
        """
        __tracebackhide__ = True
        answer = self._send(method, path, body)
        found = answer.json()
        if answer.status >= 400:
            text = found.get("error") if isinstance(found, dict) else None
            raise ConfigurationError(str(text or _strange(answer, self.url)))
        return found

    def raw(self, path: str, *, mode: str = "live") -> bytes:
        """What a route of the control API answers to a read, as it is.

        Raises:
            ConfigurationError: It is refused.
        """
        headers = {"Authorization": basic(f"{mode}_{self.name}")}
        answer = self.line.ask("GET", CONTROL + path, headers=headers)
        if answer.status >= 400:
            found = answer.json()
            text = found.get("error") if isinstance(found, dict) else None
            raise ConfigurationError(str(text or _strange(answer, self.url)))
        return answer.body

    def _send(self, method: str, path: str, body: object) -> Answer:
        raw = None if body is None else json.dumps(body).encode()
        return self.line.ask(method, CONTROL + path, headers=self._headers, body=raw)

    def __repr__(self) -> str:
        return f"<RemoteMock {self.name} at {self.url}>"


def plain_arguments(given: Mapping[str, object]) -> dict[str, Any]:
    """Arguments of ``ScaleMock`` as plain data: files are read here, and their content is sent.

    Raises:
        ConfigurationError: One of them cannot leave this process.
    """
    from scale_mock.mock.rulefiles import expanded

    told = {name: value for name, value in given.items() if value is not None}
    rules, faults = expanded(told.pop("rules", ()))  # type: ignore[arg-type]  # it checks itself
    faults = [*told.pop("faults", ()), *faults]  # type: ignore[misc]  # the server checks them
    scenario = told.pop("scenario", None)
    plain: dict[str, Any] = argument(told, "RemoteMock()")
    if rules:
        plain["rules"] = argument(rules, "rules")
    if faults:
        plain["faults"] = argument(faults, "faults")
    if scenario is not None:
        plain["scenario"] = _scenario(scenario)
    return plain


def _scenario(given: object) -> str | dict[str, str]:
    from scale_mock.mock.scenarios.loading import shipped

    if not isinstance(given, str | os.PathLike):
        raise ConfigurationError(
            f"scenario={given!r}: for a world elsewhere it is the name of a shipped scenario, or a "
            "file."
        )
    text = os.fspath(given)
    if text in shipped() or not os.path.exists(text):
        return text
    with open(text, encoding="utf-8") as file:
        return {"file": os.path.basename(text), "text": file.read()}


def _failure(status: int, body: Mapping[str, Any]) -> Exception:
    """What the call raised there, as the same exception."""
    text, name = str(body.get("error", "")), body.get("is")
    if status == FAILED or name == "AssertionError":
        return AssertionError(text)
    if name == "TypeError":
        return TypeError(text)
    kind = getattr(errors, str(name), None)
    if isinstance(kind, type) and issubclass(kind, ScaleMockError):
        # Some are made of more than their text.
        failure = kind.__new__(kind)
        Exception.__init__(failure, text)
        return failure
    return Refusal(status, text, path=str(body.get("path", "")))


def _noted(failure: Exception, body: Mapping[str, Any]) -> Exception:
    """An exception with the notes that it had there."""
    for note in body.get("notes", ()):
        failure.add_note(str(note))
    return failure


def _strange(answer: Answer, url: str) -> str:
    return (
        f"{url} answered {answer.status} {answer.reason} and nothing that this version of "
        "scale_mock understands. Is the server of the same version?"
    )
