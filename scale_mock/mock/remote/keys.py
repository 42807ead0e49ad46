"""Keys: of one's own world at a mock, of test mode at the real platform. Never a live one."""

from __future__ import annotations

import re
import secrets
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING
from urllib.parse import unquote

from scale_mock.errors import ConfigurationError
from scale_mock.registry.keys import redact

if TYPE_CHECKING:
    from collections.abc import Mapping

TEST = "test_"
RUN_BYTES = 4
_TEST_KEY = re.compile(r"test_[A-Za-z0-9][A-Za-z0-9_.@+-]*")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LIVE = re.compile(r"live_[0-9a-f]{32}", re.IGNORECASE)
"""What a live key of Scale's looks like."""
_REAL = re.compile(r"(?:live|test)_[0-9a-f]{32}", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/]{12,}={0,2}")


class Secret(str):
    """A text that debuggers and tracebacks show without its contents."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(redact(str(self)))


def run_token() -> str:
    """A few characters that no other run of this or another machine has."""
    return secrets.token_hex(RUN_BYTES)


def basic(key: str) -> str:
    """The header that carries a key."""
    return Secret(f"Basic {b64encode(f'{key}:'.encode()).decode()}")


def carries_live_key(text: str) -> bool:
    """True for a text with a live key of Scale's somewhere in it, also in base64 or quoted."""
    if _LIVE.search(unquote(text)):
        return True
    return any(_LIVE.search(_decoded(found)) for found in _BASE64.findall(text))


def redacted(text: str) -> str:
    """A text without the keys of Scale's that stand in it."""
    return _REAL.sub(lambda found: redact(found[0]), text)


def _decoded(text: str) -> str:
    bare = text.rstrip("=")
    try:
        return b64decode(bare + "=" * (-len(bare) % 4)).decode("latin-1")
    except ValueError:
        return ""


def read_test_key(variable: object, environment: Mapping[str, str], *, where: str) -> str:
    """The test key that an environment variable holds; it is never shown.

    Args:
        variable: The variable's name.
        environment: Where to look.
        where: Who named the variable, for refusals.

    Raises:
        ConfigurationError: There is no such variable, or it holds no test key.
    """
    if not isinstance(variable, str) or not variable.strip():
        raise ConfigurationError(f"{where}={variable!r}: expected an environment variable's name.")
    if not _VARIABLE.fullmatch(variable) or variable.startswith((TEST, "live_")):
        # What is no name may be a key, so it is not shown.
        raise ConfigurationError(
            f"{where.partition('=')[0]}: expected the name of an environment variable that holds "
            "the key, not a key: command lines and ini files are read by others."
        )
    key = environment.get(variable, "").strip()
    if not key:
        raise ConfigurationError(
            f"{where}={variable}: this environment variable is not set. It has to hold the key of "
            "test mode (test_...)."
        )
    if "live_" in key.lower() or "|" in key or not key.startswith(TEST):
        kind = "a live key" if "live_" in key.lower() else "no test key"
        raise ConfigurationError(
            f"{where}={variable}: this environment variable holds {kind}. Only a key of test mode "
            "(test_...) is ever sent to the real platform; nothing was sent."
        )
    if not _TEST_KEY.fullmatch(key):
        raise ConfigurationError(
            f"{where}={variable}: this environment variable holds more than a key: white space or "
            "other characters that no key has; nothing was sent."
        )
    return Secret(key)
