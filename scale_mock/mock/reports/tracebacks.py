"""Reading tracebacks that are kept as texts: which exception they tell of."""

from __future__ import annotations

import re

FRAME = '  File "'
"""How a traceback begins to tell of a frame."""
_CHAINED = re.compile(r"\n\n(?:The above exception was|During handling of) .*:\n\n")
"""What stands between an exception and the one that followed from it."""


def exception_of(trace: str) -> str:
    """The line of a traceback that names the exception; its text may go on for more lines."""
    last = _CHAINED.split(trace.rstrip())[-1].splitlines()
    frames = [number for number, line in enumerate(last) if line.startswith(FRAME)]
    after = last[frames[-1] + 1 :] if frames else last
    return next((line for line in after if line.strip() and not line.startswith(" ")), last[-1])
