"""A file named after a flag and a space, which pytest takes for a path of tests.

pytest looks for its ini file before it knows the options of plugins: what follows an unknown flag
may be a path of tests then. If it lies elsewhere, such as a server's ``ca.pem``, the project's own
ini file is not found, and everything in it silently does not hold.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from scale_mock.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pytest

FLAG = "--scale-mock-"
_FILES = {
    "pytest.toml": ("",),
    ".pytest.toml": ("",),
    "pytest.ini": ("",),
    ".pytest.ini": ("",),
    "pyproject.toml": ("[tool.pytest]", "[tool.pytest.ini_options]"),
    "tox.ini": ("[pytest]",),
    "setup.cfg": ("[tool:pytest]",),
}
"""Where pytest's ini options are, and one of what stands in a file that has some."""


def refuse_stolen_root(config: pytest.Config) -> None:
    """Looks whether a flag's value kept pytest from the project's ini file.

    Raises:
        ConfigurationError: It did.
    """
    words = [str(word) for word in config.invocation_params.args]
    here = config.invocation_params.dir
    taken = [
        (flag, value)
        for flag, value in pairwise(words)
        if flag.startswith(FLAG) and "=" not in flag and _is_there(here, value)
    ]
    if not taken or getattr(config.option, "inifilename", None):
        return
    folders = _folders(here, config.args)
    if config.inipath is not None and config.inipath.parent in folders:
        return
    found = next((file for folder in folders for file in _ini_files(folder)), None)
    if found is not None:
        flag, value = taken[0]
        raise ConfigurationError(
            f"pytest takes what follows {flag} and a space for a path of tests, so that it does "
            f"not read {found}. Write {flag}={value}"
        )


def _folders(here: Path, tests: Iterable[str]) -> list[Path]:
    """The folders whose ini file could be the run's, the nearest first."""
    starts = [here, *(here / test.partition("::")[0] for test in tests)]
    return list(dict.fromkeys(folder for start in starts for folder in (start, *start.parents)))


def _ini_files(folder: Path) -> Iterable[Path]:
    for name, marks in _FILES.items():
        file = folder / name
        if file.is_file():
            text = file.read_text(encoding="utf-8", errors="replace")
            if any(mark in text for mark in marks):
                yield file


def _is_there(here: Path, value: str) -> bool:
    try:
        return not value.startswith("-") and (here / value).exists()
    except (OSError, ValueError):
        return False
