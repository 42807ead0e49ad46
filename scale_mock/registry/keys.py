"""API keys: ``test_NAME`` and ``live_NAME`` are the two modes of the account ``NAME``.

``NAME|test`` and the user-scoped ``KEY|USER|test`` are test mode too (official Python SDK's tests).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from scale_mock.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scale_mock.domain.model import Mode

# Texts, which `re` compiles once when a key comes: most worlds of a test suite see one or none.
_NAME = r"[A-Za-z0-9][A-Za-z0-9_.@+-]{0,99}"
_GENERATED = r"mock-\d+"
_REAL = r"(live|test)_[0-9a-f]{32}"


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
    if not re.fullmatch(_NAME, account) or len(rest) > 2:
        return None
    return ParsedKey(account, mode)


def checked_name(name: object) -> str:
    """The name of an account, which keys of it are made from.

    Raises:
        ConfigurationError: No well-formed key holds it: its world would answer nobody.
    """
    if not isinstance(name, str) or not re.fullmatch(_NAME, name):
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
    return bool(re.fullmatch(_GENERATED, account))


def looks_real(key: str) -> bool:
    """True for the shape of keys that Scale issues, which should never come here."""
    return bool(re.fullmatch(_REAL, key.split("|", maxsplit=1)[0]))


def redact(key: str) -> str:
    """The key with all but its mode hidden."""
    return f"{key[:5]}***" if key.startswith(("test_", "live_")) else "***"


def redactor(secrets: Iterable[str]) -> Callable[[str], str]:
    """What makes these keys unreadable wherever they stand in a text.

    Args:
        secrets: The keys. What merely begins with one is another key, and stays.
    """
    found = re.compile(rf"(?:{'|'.join(map(re.escape, secrets))})(?![\w.@+-]*\w)")

    def hide(text: str) -> str:
        return found.sub(lambda key: redact(key[0]), text)

    return hide
