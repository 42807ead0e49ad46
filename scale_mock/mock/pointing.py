"""The environment variables that point clients in other processes at a server, and take it back.

No client of Scale reads a variable for its address. So Python and Node are given a few lines that
run before the program (the folder ``preload``) and send what would go to Scale's API hosts to
``SCALE_MOCK_URL``; certificates have variables of their own in every language.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PRELOAD = Path(__file__).parent / "preload"
URL = "SCALE_MOCK_URL"
CA_FILE = "SCALE_MOCK_CA_FILE"
"""Tells which authority is ours, so that only what we set is taken back."""
SAVED = "SCALE_MOCK_SAVED_"
"""What a variable held before is kept under its name behind this."""
CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
"""Who listens: requests; OpenSSL (urllib3, httpx, aiohttp, Ruby, Perl, Go); curl; Node."""

Change = tuple[str, str | None]
"""A variable and its value from now on; ``None`` takes the variable away."""


def variables(
    url: str, ca_file: str | os.PathLike[str] | None, environment: Mapping[str, str]
) -> dict[str, str]:
    """The variables that point a program at a server.

    Args:
        url: The server's address, without ``/v1``.
        ca_file: The authority to trust, for an https server.
        environment: What holds now: search paths and options in it stay.
    """
    found = {
        URL: url,
        "PYTHONPATH": os.pathsep.join([str(PRELOAD), *_python_path(environment)]),
        "NODE_OPTIONS": " ".join([_node_option(), *_node_options(environment)]),
    }
    if ca_file is not None:
        found |= dict.fromkeys((CA_FILE, *CA_VARIABLES), os.fspath(ca_file))
    return found


def setting(
    url: str, ca_file: str | os.PathLike[str] | None, environment: Mapping[str, str]
) -> Iterator[Change]:
    """What sets the variables; a certificate variable that is in use is kept aside."""
    if ca_file is None:
        yield from _untrusting(environment)
    for name, value in variables(url, ca_file, environment).items():
        before = environment.get(name)
        if name in CA_VARIABLES and before and before != environment.get(CA_FILE):
            yield SAVED + name, before
        yield name, value


def unsetting(environment: Mapping[str, str]) -> Iterator[Change]:
    """What takes the variables back; what they held before holds again."""
    yield URL, None
    yield "PYTHONPATH", os.pathsep.join(_python_path(environment)) or None
    yield "NODE_OPTIONS", " ".join(_node_options(environment)) or None
    yield from _untrusting(environment)


def _untrusting(environment: Mapping[str, str]) -> Iterator[Change]:
    """What takes our authority back, where it is still the one that is named."""
    ours = environment.get(CA_FILE)
    for name in CA_VARIABLES if ours else ():
        if environment.get(name) == ours:
            yield name, environment.get(SAVED + name)
        if SAVED + name in environment:
            yield SAVED + name, None
    if ours:
        yield CA_FILE, None


def _python_path(environment: Mapping[str, str]) -> list[str]:
    """The search path without our folder."""
    parts = environment.get("PYTHONPATH", "").split(os.pathsep)
    return [part for part in parts if part and part != str(PRELOAD)]


def _node_option() -> str:
    # Node splits at spaces, and takes what stands in double quotes as one.
    return f'--require "{(PRELOAD / "point.cjs").as_posix()}"'


def _node_options(environment: Mapping[str, str]) -> list[str]:
    """The options without ours, as one text or none."""
    rest = environment.get("NODE_OPTIONS", "").replace(_node_option(), "").strip()
    return [rest] if rest else []
