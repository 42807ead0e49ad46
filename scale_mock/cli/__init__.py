"""The command line, ``scale-mock``: a module for each command; what may be asked is in ``main``.

Only what the chosen command needs is imported, because every test run that starts a server waits
for it. Signals are seen to before anything else is loaded: a start that is interrupted ends as
cleanly as a server that is.
"""

from __future__ import annotations

import os
import signal
from typing import NoReturn


def main() -> None:
    """Runs the command line of this process; the console script ``scale-mock``."""
    import gc

    gc.disable()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    from scale_mock.cli.main import commands

    commands(prog_name="scale-mock")


def _leave(_number: int, _frame: object) -> NoReturn:
    """Ends a process that has not begun anything yet: there is nothing to undo."""
    os._exit(0)
