"""Which format a record of what happened is written in."""

from __future__ import annotations

from pathlib import Path

from scale_mock.api.exports import MEDIA, SUFFIXES
from scale_mock.errors import ConfigurationError
from scale_mock.selectors.where import did_you_mean, show


def format_of(path: str | Path, given: object) -> str:
    """The format that is asked for, by name or by a file's name.

    Args:
        path: The file.
        given: The format; ``None`` for what the file's name says.

    Raises:
        ConfigurationError: There is no such format.
    """
    names = ", ".join(MEDIA)
    if given is None:
        suffix = Path(path).suffix
        if suffix not in SUFFIXES:
            raise ConfigurationError(
                f"export_journal({show(str(path))}): name the file {', '.join(SUFFIXES)}, or say "
                f"format=: {names}."
            )
        return SUFFIXES[suffix]
    if not isinstance(given, str) or given not in MEDIA:
        hint = did_you_mean(given, MEDIA) if isinstance(given, str) else "."
        raise ConfigurationError(
            f"format={show(given)}: there is no such format{hint} Formats: {names}."
        )
    return given
