"""API keys: ``test_NAME`` and ``live_NAME`` are the two modes of the account ``NAME``.

``NAME|test`` and the user-scoped ``KEY|USER|test`` are test mode too (official Python SDK's tests).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from scale_mock.errors import ConfigurationError

if TYPE_CHECKING:
    from scale_mock.domain.model import Mode

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@+-]{0,99}")
_GENERATED = re.compile(r"mock-\d+")
_REAL = re.compile(r"(live|test)_[0-9a-f]{32}")


class ParsedKey(NamedTuple):
    """What a key says: whose account and which mode."""

    account: str
    mode: Mode


def parse_key(key: str) -> ParsedKey | None:
    """Reads a key; ``None`` if it is not well-formed."""
    first, *rest = key.split("|")
    mode: Mode
    if first.startswith(("test_", "live_")):
        mode = "test" if first.startswith("test_") else "live"
        account = first[5:]
    elif rest and rest[-1] == "test":
        mode, account = "test", first
    else:
        return None
    if rest and rest[-1] == "test":
        mode = "test"
    if not _NAME.fullmatch(account) or len(rest) > 2:
        return None
    return ParsedKey(account, mode)


def checked_name(name: object) -> str:
    """The name of an account, which keys of it are made from.

    Raises:
        ConfigurationError: No well-formed key holds it: its world would answer nobody.
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ConfigurationError(
            f"name={name!r}: an account's name, as it stands in the keys live_NAME and test_NAME, "
            "has 1 to 100 letters (A to Z), digits and _ . @ + -, and a letter or digit first."
        )
    return name


def generated_name(number: int) -> str:
    """The name of an account that nobody named."""
    return f"mock-{number}"


def is_generated(account: str) -> bool:
    """True for the name of some world's account, which therefore is no other world's."""
    return bool(_GENERATED.fullmatch(account))


def looks_real(key: str) -> bool:
    """True for the shape of keys that Scale issues, which should never come here."""
    return bool(_REAL.fullmatch(key.split("|", maxsplit=1)[0]))


def redact(key: str) -> str:
    """The key with all but its mode hidden."""
    return f"{key[:5]}***" if key.startswith(("test_", "live_")) else "***"
