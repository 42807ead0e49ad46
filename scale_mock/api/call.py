"""One request, read as far as its operation asks for it."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from scale_mock.api.bodies import parse_body, read_body
from scale_mock.domain.refusals import BODY_MISSING, BODY_NOT_OBJECT, BODY_WRAPPED, invalid
from scale_mock.sim.instants import from_iso

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from wsgiref.types import WSGIEnvironment

    from scale_mock.domain.model import Mode
    from scale_mock.domain.side import Side
    from scale_mock.registry import Registry
    from scale_mock.world import World

DIGITS_MAX = 16
"""Integers of the query with more digits are beyond what JavaScript's clients can mean."""
_INTEGER = re.compile(r"[+-]?[0-9]+")
_NAMES = {list: "array", dict: "object", str: "string", int: "number", float: "number"}
_NAMES |= {bool: "boolean", type(None): "null"}
_WRAPPERS = ("rule", "rules", "fault", "faults")


class Call:
    """A request on its way to its operation.

    Attributes:
        environ: The WSGI environ.
        names: The names in the path.
        registry: All worlds behind this door.
    """

    world: World
    mode: Mode

    def __init__(
        self,
        environ: WSGIEnvironment,
        names: Mapping[str, str],
        registry: Registry,
    ) -> None:
        self.environ = environ
        self.names = names
        self.registry = registry

    @property
    def side(self) -> Side:
        """The store of the key's mode."""
        return self.world.core.sides[self.mode]

    def header(self, name: str) -> str | None:
        """A request header."""
        value: str | None = self.environ.get("HTTP_" + name.upper().replace("-", "_"))
        return value

    @cached_property
    def raw_body(self) -> bytes:
        """The body's bytes."""
        return read_body(self.environ, limit=self.world.settings.body_bytes_max)

    @cached_property
    def body(self) -> object:
        """The body's value; ``None`` for an empty one."""
        return parse_body(self.raw_body, self.environ.get("CONTENT_TYPE") or "")

    def json_object(self) -> dict[str, object]:
        """The body as an object; an empty body is an empty object (the SDK sends none)."""
        body = self.body
        if body is None:
            return {}
        if not isinstance(body, dict):
            raise BODY_NOT_OBJECT(wanted="object", found=_NAMES[type(body)])
        return body

    def json_array(self) -> list[object]:
        """The body as an array; an empty body is an empty array (the SDK sends none)."""
        body = self.body
        if body is None:
            return []
        if not isinstance(body, list):
            raise BODY_NOT_OBJECT(wanted="array", found=_NAMES[type(body)])
        return body

    def json_objects(self) -> list[dict[str, object]]:
        """The body's objects, where it is one or an array of them."""
        body = self.body
        if body is None and not self.raw_body:
            raise BODY_MISSING(wanted="object or an array of objects")
        if isinstance(body, dict):
            # {"rules": [...]}: what a rule file or another service has around them.
            for key in _WRAPPERS:
                if isinstance(body.get(key), list):
                    raise BODY_WRAPPED(key=key)
        found: list[dict[str, object]] = []
        for item in body if isinstance(body, list) else [body]:
            if not isinstance(item, dict):
                raise BODY_NOT_OBJECT(
                    wanted="object or an array of objects", found=_NAMES[type(item)]
                )
            found.append(item)
        return found

    @cached_property
    def query(self) -> dict[str, list[str]]:
        """The query's values by name; empty and value-less ones are left out (recorded)."""
        text = self.environ.get("QUERY_STRING") or ""
        if not text:
            return {}
        try:
            return parse_qs(text, max_num_fields=1000, errors="replace")
        except ValueError as error:
            raise invalid(f"the query has {error}") from error

    def one(self, name: str) -> str | None:
        """A query value; the last one where there are several."""
        values = self.query.get(name)
        return values[-1] if values else None

    def many(self, name: str) -> tuple[str, ...]:
        """All query values of a name; ``name[]`` is the same name."""
        return tuple(self.query.get(name, ()) or self.query.get(f"{name}[]", ()))

    def flag(self, name: str) -> bool | None:
        """A boolean of the query: ``True``, ``true``, ``False``, ``false``, ``1``, ``0``."""
        value = self.one(name)
        if value is None:
            return None
        if value.lower() in {"true", "1"}:
            return True
        if value.lower() in {"false", "0"}:
            return False
        raise invalid(f'"{name}" must be a boolean', path=name)

    def integer(self, name: str, *, default: int, least: int, most: int | None = None) -> int:
        """An integer of the query within bounds."""
        text = self.one(name)
        if text is None:
            return default
        if not _INTEGER.fullmatch(text):
            raise invalid(f'"{name}" must be a number', path=name)
        if len(text) > DIGITS_MAX:
            raise invalid(f'"{name}" must be a safe number', path=name)
        value = int(text)
        if value < least:
            raise invalid(f'"{name}" must be greater than or equal to {least}', path=name)
        if most is not None and value > most:
            raise invalid(f'"{name}" must be less than or equal to {most}', path=name)
        return value

    def instant(self, name: str) -> datetime | None:
        """An instant of the query; without an offset it means UTC."""
        text = self.one(name)
        if text is None:
            return None
        try:
            # A "+" that was not quoted arrives as a space.
            return from_iso(text.replace(" ", "+") if _lost_plus(text) else text)
        except ValueError as error:
            raise invalid(f'"{name}" must be a valid ISO 8601 date', path=name) from error


def _lost_plus(text: str) -> bool:
    head, space, offset = text.rpartition(" ")
    return bool(space) and len(offset) == 5 and ":" in offset and ":" in head
