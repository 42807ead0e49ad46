"""Keys: of one's own world at a mock, of test mode at the real platform. Never a live one."""

from __future__ import annotations

import secrets
from base64 import b64encode
from typing import TYPE_CHECKING

from scale_mock.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

TEST = "test_"
RUN_BYTES = 4


def run_token() -> str:
    """A few characters that no other run of this or another machine has."""
    return secrets.token_hex(RUN_BYTES)


def basic(key: str) -> str:
    """The header that carries a key."""
    return f"Basic {b64encode(f'{key}:'.encode()).decode()}"


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
    if variable.startswith((TEST, "live_")):
        raise ConfigurationError(
            f"{where}: expected the name of an environment variable that holds the key, not a key: "
            "command lines and ini files are read by others."
        )
    key = environment.get(variable, "").strip()
    if not key:
        raise ConfigurationError(
            f"{where}={variable}: this environment variable is not set. It has to hold the key of "
            "test mode (test_...)."
        )
    if not key.startswith(TEST):
        kind = "a live key" if key.startswith("live_") else "no test key"
        raise ConfigurationError(
            f"{where}={variable}: this environment variable holds {kind}. Only a key of test mode "
            "(test_...) is ever sent to the real platform; nothing was sent."
        )
    return key
