"""Asks both sides the same, step by step, and compares what they say."""

from __future__ import annotations

import json
import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from scale_mock.errors import ConfigurationError
from scale_mock.mock.facade import ScaleMock
from scale_mock.mock.remote.address import parse_address
from scale_mock.mock.remote.keys import read_test_key, run_token
from scale_mock.mock.remote.line import Line
from scale_mock.mock.remote.probing import NO_MOCK, is_mock, is_scale, require_privacy
from scale_mock.mock.verify.aligning import aligned, labels
from scale_mock.mock.verify.catalogue import catalogue
from scale_mock.mock.verify.comparing import Difference, compare_bodies, compare_headers
from scale_mock.mock.verify.descriptions import describe
from scale_mock.mock.verify.result import Verification
from scale_mock.mock.verify.sites import (
    BOUNDARY,
    Here,
    MockServer,
    Reply,
    Request,
    Site,
    There,
)
from scale_mock.mock.verify.steps import WHOLE, Unknown, filled, found_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from os import PathLike

    from scale_mock.mock.verify.steps import Step

KEY_FROM = "--key-from"
LIVE_ONLY = "it needs live mode, and a live key is never sent to the real platform"
WRITES = "it would write, and nothing is written to the real platform without --allow-writes"
STAFF = "only the platform's staff can do it"
NO_KEY = "it needs a wrong key, and nothing but the test key is sent to the real platform"
REFUSED = 400
"""From which status on a reply is a refusal."""
PAGE = ("total", "limit", "offset", "has_more")
"""What says where in a list a page lies; equal for equal requests."""


def verify(
    url: str,
    *,
    ca_file: str | PathLike[str] | None = None,
    key_from: str | None = None,
    allow_writes: bool = False,
    environment: Mapping[str, str] | None = None,
) -> Verification:
    """Compares the shapes of a server's replies with our own.

    Args:
        url: The server's address.
        ca_file: The authority of an https server; those of the system by default.
        key_from: The environment variable with a test key, for a server that is no mock.
        allow_writes: Whether such a server may be written to.
        environment: Where the variable is; that of the process by default.

    Raises:
        ConfigurationError: The address is none, or a server that is no mock may not be asked.
        Unreachable: The server does not answer.
    """
    address = parse_address(url, where="URL")
    variables = os.environ if environment is None else environment
    key = None if key_from is None else read_test_key(key_from, variables, where=KEY_FROM)
    line = Line(address, ca_file)
    with ExitStack() as stack:
        stack.callback(line.close)
        ours = not is_scale(address.host) and is_mock(line)
        if not ours and key is None:
            raise ConfigurationError(NO_MOCK.format(url=address.url, switch=f"{KEY_FROM} VARIABLE"))
        if not ours:
            require_privacy(address)
        run = "verify" if ours else f"verify-{run_token()}"
        mock = stack.enter_context(ScaleMock())
        keys = stack.enter_context(MockServer(line, mock)).keys if ours else {"test": key or ""}
        result = Verification(address.url, ours, reads_only=not ours and not allow_writes)
        _Run(mock, Here(mock, run), There(line, keys, run), result).go()
    return result


class _Run:
    """One run through the catalogue."""

    def __init__(self, mock: ScaleMock, here: Here, there: There, result: Verification) -> None:
        self._mock = mock
        self._here = here
        self._there = there
        self._result = result

    def go(self) -> None:
        for step in catalogue():
            ours = self._ask(self._here, step)
            if not self._result.is_mock and not step.reads:
                # Things of one instant have no order in time.
                self._mock.clock.advance(seconds=1)
            why = self._reason(step)
            if why is None:
                try:
                    theirs = self._ask(self._there, step)
                except Unknown as error:
                    why = str(error)
                else:
                    if self._result.is_mock and not step.reads:
                        self._there.settle()
                    if step.compared:
                        request = f"{step.method} {step.path}"
                        found = list(self._differences(step, ours, theirs))
                        self._result.note(step.operation, request, found)
            if why is not None and step.compared:
                self._result.left_out[f"{step.title}: {step.method} {step.path}"] = why

    def _reason(self, step: Step) -> str | None:
        """Why a step cannot be asked there."""
        if step.mode not in self._there.keys:
            return NO_KEY if step.mode == "nobody" else LIVE_ONLY
        if step.ours and not self._result.is_mock:
            return STAFF
        if self._result.reads_only and not step.reads:
            return WRITES
        return None

    def _ask(self, site: Site, step: Step) -> Reply:
        reply = site.send(_request(step, site))
        for name, path in step.keep.items():
            value = found_at(reply.body, path)
            if isinstance(value, str):
                site.knows.setdefault(name, value)
        return reply

    def _differences(self, step: Step, ours: Reply, theirs: Reply) -> Iterator[Difference]:
        if ours.status != theirs.status:
            yield Difference("$", "status", str(ours.status), str(theirs.status))
            if (ours.status < REFUSED) != (theirs.status < REFUSED):
                return
        elif ours.media_type != theirs.media_type:
            there = theirs.media_type or "none"
            yield Difference("$", "content_type", ours.media_type, there)
            if theirs.body is None:
                return
        yield from compare_headers(ours.headers, theirs.headers, same=self._result.is_mock)
        about = describe(step.operation, ours.status)
        # The real platform has a history, and a pace, of its own.
        same = self._result.is_mock
        # Only v1 lets a customer make what there is.
        own = not self._result.reads_only and not step.rows and step.path.startswith("/v1/")
        for one in compare_bodies(ours.body, theirs.body, about, same_calls=same, own=own):
            if one.kind != "order" or not step.rows or one.at != _place(step):
                yield one
        if step.rows:
            yield from self._page(step, ours.body, theirs.body)

    def _page(self, step: Step, ours: Any, theirs: Any) -> Iterator[Difference]:
        """What differs in the order of a list, and in where a page of it lies."""
        at, here, there = _place(step), ours, theirs
        if step.rows != WHOLE:
            here, there = found_at(ours, step.rows), found_at(theirs, step.rows)
        if not isinstance(here, list) or not isinstance(there, list):
            return  # which has been told
        if not self._result.is_mock:
            told = _direction(here), _direction(there)
            if None not in told and told[0] != told[1]:
                yield Difference(at, "order", str(told[0]), str(told[1]))
            return
        orders = _orders(here, there, step, (self._here, self._there))
        if orders is not None and here and there:
            yield Difference(at, "order", *map(_listed, orders))
        for name in () if step.rows == WHOLE else PAGE:
            one, other = ours.get(name), theirs.get(name)
            if name in theirs and one != other and type(one) is type(other):
                yield Difference(f"$.{name}", "page", json.dumps(one), json.dumps(other))


def _request(step: Step, site: Site) -> Request:
    """A step with everything filled in.

    Raises:
        Unknown: Something that it needs was never named.
    """
    path = filled(step.path, site.knows)
    key = site.keys[step.mode]
    if step.files:
        body = _multipart(filled(dict(step.files), site.knows))
        return Request(step.method, path, key, body, f"multipart/form-data; boundary={BOUNDARY}")
    if step.body is None:
        return Request(step.method, path, key)
    return Request(step.method, path, key, json.dumps(filled(step.body, site.knows)).encode())


def _multipart(fields: Mapping[str, str]) -> bytes:
    parts = []
    for name, value in fields.items():
        file = '; filename="1.png"\r\nContent-Type: image/png' if name == "file" else ""
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}'
        parts.append(f"{head}\r\n\r\n{value}\r\n")
    return "".join([*parts, f"--{BOUNDARY}--\r\n"]).encode()


def _place(step: Step) -> str:
    """Where a step's list stands, as a path."""
    return WHOLE if step.rows == WHOLE else f"{WHOLE}.{step.rows}"


def _orders(
    here: list[Any], there: list[Any], step: Step, sites: tuple[Site, Site]
) -> tuple[list[str], list[str]] | None:
    """The orders of two lists by the names of their elements; ``None`` if they are the same."""
    ours, theirs = _named(here, step, sites[0]), _named(there, step, sites[1])
    if ours is not None and theirs is not None:
        return None if ours == theirs else (ours, theirs)
    # What tells the elements apart is gone there: that has been told, and their contents are left.
    places = aligned(here, there)
    if places is None or places == sorted(places):
        return None
    names = labels(here)
    return names, [names[places.index(place)] for place in range(len(there))]


def _named(rows: list[Any], step: Step, site: Site) -> list[str] | None:
    """The elements of a list by the names that the steps gave them, in their order."""
    names = {value: name for name, value in site.knows.items()}
    found = [row.get(step.row_id) if isinstance(row, dict) else None for row in rows]
    if not all(isinstance(value, str) for value in found):
        return None
    ids_are_own = step.row_id.endswith("id")
    return [names.get(str(value), "another" if ids_are_own else str(value)) for value in found]


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "empty"


def _direction(rows: list[Any]) -> str | None:
    """How a list is sorted by creation; ``None`` where that cannot be told."""
    instants = [row.get("created_at") if isinstance(row, dict) else None for row in rows]
    known = [instant for instant in instants if isinstance(instant, str)]
    if len(known) < len(rows) or len(set(known)) < 2:
        return None
    if known == sorted(known):
        return "oldest first"
    return "newest first" if known == sorted(known, reverse=True) else "in no order of creation"
