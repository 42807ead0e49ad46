"""Requests and callbacks as an HTTP archive, for the tools that show and replay them.

HAR 1.2 as published by W3C's Web Performance group (``log``, ``creator``, ``entries``). Instants
are the world's, in which an exchange takes no time. Sizes that are not known are -1, as the format
says; what else was not kept is left out. Names that begin with an underscore are ours.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from scale_mock.api.exports.traffic import place_of, requests_of, tries_of
from scale_mock.callbacks.desk import AUTH_HEADER
from scale_mock.callbacks.records import REPLY_BYTES_KEPT
from scale_mock.config.version import VERSION
from scale_mock.sim.instants import to_iso

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from scale_mock.api.exports.traffic import Try
    from scale_mock.world import World
    from scale_mock.world.requests import RequestRecord

SCALE = "https://api.scale.com"
"""Requests are told by Scale's address, whatever the mock's was: that would differ by run."""
UNKNOWN = -1
PHRASES = {status.value: status.phrase for status in HTTPStatus}


def archive(world: World, hide: Callable[[str], str]) -> bytes:
    """The archive, in the order in which things happened.

    Args:
        world: The world.
        hide: Makes keys in a text unreadable.
    """
    found: list[tuple[datetime, float, dict[str, Any]]] = []
    found += ((one.at, place_of(one), _of_request(one)) for one in requests_of(world))
    found += ((one.attempt.at, one.place, _of_try(one)) for one in tries_of(world))
    found.sort(key=lambda one: one[:2])
    log = {
        "version": "1.2",
        "creator": {"name": "scale_mock", "version": VERSION},
        "entries": [entry for *_, entry in found],
    }
    return hide(json.dumps({"log": log}, indent=1) + "\n").encode()


def _of_request(one: RequestRecord) -> dict[str, Any]:
    query = parse_qsl(one.query, keep_blank_values=True, errors="replace")
    return {
        "startedDateTime": to_iso(one.at),
        "time": 0,
        "request": {
            **_message(),
            "method": one.method,
            "url": SCALE + one.path + (f"?{one.query}" if one.query else ""),
            "queryString": [{"name": name, "value": value} for name, value in query],
        },
        "response": _response(one.status),
        **_end(),
        "_kind": "request",
        **_said(operation=one.operation, mode=one.mode, key=one.key),
        **_said(error=one.error, fault=one.fault),
    }


def _of_try(one: Try) -> dict[str, Any]:
    attempt, callback, _ = one
    url = attempt.url if ":" in attempt.url else f"mailto:{attempt.url}"
    request: dict[str, Any] = {**_message(), "method": "POST", "url": url, "queryString": []}
    if callback is not None:
        request["headers"] = _headers(callback.headers)
        request["bodySize"] = len(callback.body)
        text = callback.body.decode("utf-8", "replace")
        request["postData"] = {"mimeType": "application/json", "params": [], "text": text}
    response = _response(attempt.status or 0)
    if attempt.reply:
        content = response["content"]
        content["text"] = attempt.reply.decode("utf-8", "replace")
        if len(attempt.reply) < REPLY_BYTES_KEPT:
            content["size"] = response["bodySize"] = len(attempt.reply)
    return {
        "startedDateTime": to_iso(attempt.at),
        "time": 0,
        "request": request,
        "response": response,
        **_end(),
        "_kind": "callback",
        **_said(callback=attempt.callback_id, attempt=attempt.number),
        **_said(error=attempt.error, fault=attempt.fault, traceback=attempt.traceback),
    }


def _message() -> dict[str, Any]:
    """What a request and a response have alike, as far as nothing is known of it."""
    return {
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [],
        "headersSize": UNKNOWN,
        "bodySize": UNKNOWN,
    }


def _response(status: int) -> dict[str, Any]:
    """A response; status 0 is what browsers write where none came."""
    return {
        **_message(),
        "status": status,
        "statusText": PHRASES.get(status, ""),
        "content": {"size": UNKNOWN, "mimeType": "x-unknown"},
        "redirectURL": "",
    }


def _end() -> dict[str, Any]:
    return {"cache": {}, "timings": {"send": 0, "wait": 0, "receive": 0}}


def _headers(held: Mapping[str, str]) -> list[dict[str, str]]:
    """The headers, what proves the sender cut to its mode."""
    return [
        {"name": name, "value": f"{value[:5]}***" if name == AUTH_HEADER else value}
        for name, value in held.items()
    ]


def _said(**words: object) -> dict[str, object]:
    return {f"_{name}": value for name, value in words.items() if value is not None}
