"""Which values a setting takes, by the kind of its default and by what its name ends in.

What depends on more than that, such as the choices of a text, :class:`Settings` itself checks.
"""

from __future__ import annotations

from scale_mock.errors import ConfigurationError

COUNTS = ("crowd_size", "evaluation_every", "quality_attempts_max")
"""Integers that count people, tasks or attempts: there is at least one."""
TIMEOUT_S_MAX = 86_400
"""The most real seconds that a receiver gets; sockets take no number of them whatever."""
MAY_BE_NONE = ("stuck_polls_max",)
"""Limits of which 0 means that there is none; of the others it would mean that nothing goes."""


def check_value(name: str, value: object, usual: object) -> None:
    """Refuses a value of another kind than the default, and an integer that makes no sense.

    Args:
        name: The setting.
        value: What it is to be.
        usual: Its default, which tells the kind; ``None`` tells none.

    Raises:
        ConfigurationError: It is no such value.
    """
    wanted = None
    if isinstance(usual, bool):
        wanted = None if type(value) is bool else "True or False"
    elif isinstance(usual, int):
        wanted = _wrong_integer(name, value)
    elif isinstance(usual, float):
        wanted = _wrong_number(name, value)
    elif isinstance(usual, tuple) and not isinstance(value, str):
        is_listed = isinstance(value, tuple | list) and all(isinstance(one, str) for one in value)
        wanted = None if is_listed else "a list of texts"
    if wanted is not None:
        raise ConfigurationError(f"{name}={value!r}: expected {wanted}.")


def _wrong_integer(name: str, value: object) -> str | None:
    """What should stand for an integer, if it does not."""
    if name == "seed":
        return None  # any integer does; it has words of its own
    if name.endswith("_s"):
        return None if type(value) is int and value >= 0 else "a number of seconds, 0 or more"
    may_be_none = name in MAY_BE_NONE
    if type(value) is int and value >= (0 if may_be_none else 1):
        return None
    if type(value) is int and name not in COUNTS:
        or_none = ", or 0 for none" if may_be_none else ""
        raise ConfigurationError(f"{name}={value!r}: a limit is at least 1{or_none}.")
    return f"an integer{' of at least 1' if name in COUNTS else ''}"


def _wrong_number(name: str, value: object) -> str | None:
    """What should stand for a number, if it does not."""
    if type(value) is not int and type(value) is not float:
        return "a number of seconds" if name.endswith("_s") else "a number"
    if name == "callback_timeout_s" and not value > 0:
        return "a number of seconds, more than 0"
    if name == "callback_timeout_s" and value > TIMEOUT_S_MAX:
        return f"a number of seconds, at most {TIMEOUT_S_MAX}"
    return None
