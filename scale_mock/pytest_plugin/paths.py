"""Where the files that a test names lie: beside whoever names them, else in the current folder.

An ini file names files beside itself and a marker beside its test, so that a suite may be started
from anywhere. Flags and environment variables are typed where the run starts: they are left alone.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FILES = ("rules", "scenario")
"""The arguments that may name files."""


def beside(value: object, folder: Path) -> object:
    """An argument's value with the files in it that lie in a folder found there.

    Args:
        value: The name of a file, or a list that may hold some.
        folder: Where the ini file or the test is.
    """
    if isinstance(value, str | os.PathLike):
        here = folder / value
        return str(here) if here.is_file() else value
    if isinstance(value, list | tuple):
        return tuple(
            beside(item, folder) if isinstance(item, str | os.PathLike) else item for item in value
        )
    return value
