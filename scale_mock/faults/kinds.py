"""What faults can do: the tables of kinds, of their options, and of the fields they match by."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from scale_mock.selectors.matching import TASK_FIELDS, Field, field_table

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal[
    "reset", "empty", "timeout", "truncated", "malformed_json", "wrong_content_type", "slow",
    "stale", "delay", "expired_key", "broken_page_token", "duplicate", "drop", "reorder",
    "bad_auth", "redirect",
]  # fmt: skip
Apply = Literal["before", "after"]

REQUEST_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "reset": "the connection is reset, before or after the reply's headers",
        "empty": "the connection is closed without a byte",
        "timeout": "no reply ever comes",
        "truncated": "the headers promise the whole body, half of it comes",
        "malformed_json": "the body breaks off in the middle, its length is that of the rest",
        "wrong_content_type": "the body is there, and its type says text/html",
        "slow": "the body drips",
        "stale": "a read answers what it answered before",
        "delay": "the reply is late",
        "expired_key": "the key is refused",
        "broken_page_token": "the page's token is refused",
    }
)
"""Kinds for requests, each with what the client sees."""

CALLBACK_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "duplicate": "the callback comes again, as a callback of its own",
        "drop": "the attempt is lost on its way",
        "delay": "the attempt comes later",
        "reorder": "the attempt comes after the next callback",
        "bad_auth": "the auth header is wrong or missing",
        "truncated": "half of the body comes",
        "slow": "the body drips",
        "redirect": "a 302 is answered before the receiver sees it",
    }
)
"""Kinds for callbacks, each with what becomes of an attempt."""

DELIVERED_IN_PART = frozenset({"truncated", "malformed_json", "wrong_content_type", "slow"})
"""Kinds that spoil a reply; with a status they spoil that status's reply."""

ALWAYS_AFTER = frozenset({*DELIVERED_IN_PART, "stale"})
"""Kinds that need the reply of a request that took effect, unless there is a status."""

ALWAYS_BEFORE = frozenset({"expired_key", "broken_page_token"})
"""Kinds that refuse a request, so that it never takes effect."""

CALLBACK_AFTER = frozenset({"drop", "redirect"})
"""Kinds whose attempt may reach the receiver all the same."""

OPTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "after_headers": ("reset",),
        "auth": ("bad_auth",),
        "copies": ("duplicate",),
        "chunk_bytes": ("slow",),
        "pause": ("slow",),
    }
)
"""Keys that only some kinds have."""

KEYS = (
    *("name", "match", "status", "error", "retry_after", "kind", "apply", "delay"),
    *OPTIONS,
)
"""What a fault may say, in the order in which refusals list it."""

TEXTS: Mapping[int, str] = MappingProxyType(
    {
        400: "Bad Request",
        401: "Your API key does not correspond to a registered user.",
        402: "Not enabled. Please contact sales@scale.com before creating this type of task.",
        403: "Forbidden",
        404: "Not Found",
        408: "Request Timeout",
        409: "Conflict",
        429: "Too many requests",
        500: "Internal Server Error",
        502: "Bad Gateway",
        503: "Service Unavailable",
        504: "Gateway Timeout",
    }
)
"""What ``error`` says for a status, if the fault does not. The 401 is recorded, the others ours."""

_METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "PATCH")

REQUEST_FIELDS = field_table(
    Field("operation"),
    Field("method", choices=_METHODS),
    Field("path"),
    Field("account"),
    Field("key"),
    *(replace(field, optional=name != "mode") for name, field in TASK_FIELDS.items()),
)
"""What a request can be matched by: itself, and the task that it creates or names."""

CALLBACK_FIELDS = field_table(
    Field("owner", choices=("task", "batch")),
    Field("status"),
    Field("reason", choices=("completed", "error", "audited", "recalled", "resent")),
    Field("url"),
    *(replace(field, optional=name != "mode") for name, field in TASK_FIELDS.items()),
)
"""What a callback can be matched by besides ``attempt``: itself, and what it reports about."""
