"""Reading a request's body field by field, each wrong value refused in the platform's words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scale_mock.domain.documents import encode
from scale_mock.domain.refusals import invalid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

METADATA_BYTES_MAX = 10 * 1024
LIFTED = (
    "project",
    "batch",
    "instruction",
    "callback_url",
    "metadata",
    "priority",
    "unique_id",
    "clear_unique_id_on_error",
    "tags",
    "urgency",
    "project_param_version",
    "project_version",
    "force",
)
"""Fields of a create call that are not echoed under ``params`` (recorded for most of them)."""
_URL = re.compile(r"https?://[^\s/]+", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+\.[^@\s\x00-\x1f\x7f]+")


def is_url(text: str) -> bool:
    """True for an absolute http or https URL."""
    return bool(_URL.match(text))


def is_email(text: str) -> bool:
    """True for something that looks like an e-mail address."""
    return bool(_EMAIL.fullmatch(text))


def text_or_none(body: Mapping[str, object], name: str) -> str | None:
    """An optional text; ``null`` means absent."""
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise invalid(f'"{name}" must be a string', path=name)
    return value


def text(body: Mapping[str, object], name: str) -> str:
    """A required text that is not empty and has no NUL."""
    value = text_or_none(body, name)
    if value is None:
        raise invalid(f'"{name}" is required', path=name)
    if not value.strip():
        raise invalid(f'"{name}" is not allowed to be empty', path=name)
    return no_nul(value, name)


def no_nul(value: str, name: str) -> str:
    """The text itself; refuses one that holds the character NUL."""
    if "\x00" in value:
        raise invalid(f'"{name}" must not contain the character NUL', path=name)
    return value


def flag(body: Mapping[str, object], name: str, *, default: bool = False) -> bool:
    """An optional boolean; form-encoded bodies send it as text."""
    value = body.get(name)
    if value is None:
        return default
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise invalid(f'"{name}" must be a boolean', path=name)
    return value


def integer_or_none(body: Mapping[str, object], name: str) -> int | None:
    """An optional integer; form-encoded bodies send it as text."""
    value = body.get(name)
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,18}", value):
        return int(value)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise invalid(f'"{name}" must be a number', path=name)
    return value


def object_or_none(body: Mapping[str, object], name: str) -> dict[str, object] | None:
    """An optional object."""
    value = body.get(name)
    if value is not None and not isinstance(value, dict):
        raise invalid(f'"{name}" must be of type object', path=name)
    return value


def texts(
    body: Mapping[str, object], name: str, *, required: bool = True, least: int = 0
) -> list[str]:
    """A list of texts; a lone text stands for a list of one.

    Args:
        body: The request's body.
        name: The field.
        required: Whether it may be missing.
        least: How many there must be at least.
    """
    value = body.get(name)
    if value is None:
        if required:
            raise invalid(f'"{name}" is required', path=name)
        return []
    return checked_texts([value] if isinstance(value, str) else value, name, least=least)


def checked_texts(value: object, name: str, *, least: int = 0) -> list[str]:
    """A list of non-empty texts, checked item by item."""
    if not isinstance(value, list):
        raise invalid(f'"{name}" must be an array', path=name)
    for number, item in enumerate(value):
        if not isinstance(item, str):
            raise invalid(f'"{name}[{number}]" must be a string', path=f"{name}[{number}]")
        no_nul(item, f"{name}[{number}]")
        if not item:
            raise invalid(
                f'"{name}[{number}]" is not allowed to be empty', path=f"{name}[{number}]"
            )
    if len(value) < least:
        raise invalid(f'"{name}" must contain at least {least} items', path=name)
    return list(value)


def one_of(value: str, name: str, allowed: Sequence[str]) -> str:
    """A text out of a fixed set."""
    if value not in allowed:
        raise invalid(f'"{name}" must be one of [{", ".join(allowed)}]', path=name)
    return value


def emails(body: Mapping[str, object], name: str, *, least: int = 0) -> list[str]:
    """A required list of e-mail addresses, lower-cased, each once."""
    found = texts(body, name, least=least)
    for number, address in enumerate(found):
        if not is_email(address):
            raise invalid(f'"{name}[{number}]" must be a valid email', path=f"{name}[{number}]")
    return list(dict.fromkeys(address.lower() for address in found))


def metadata_document(value: object) -> bytes:
    """A metadata object as JSON; at most 10 KB (Scale's documented limit)."""
    if not isinstance(value, dict):
        raise invalid('"metadata" must be of type object', path="metadata")
    document = encode(value)
    if len(document) > METADATA_BYTES_MAX:
        raise invalid(
            f'"metadata" must not exceed 10 KB; it has {len(document)} bytes', path="metadata"
        )
    return document


def callback_target(value: str, name: str) -> str:
    """A callback's destination: an http(s) URL or an e-mail address."""
    if not is_url(value) and not is_email(value):
        raise invalid(f'"{name}" must be a valid uri', path=name)
    return value
