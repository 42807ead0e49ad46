"""Writes what pytest says now into the READMEs of the examples: ``python -m tests.examples.renew``.

Look at the difference before it is committed: a README says what the code does, also where the code
does wrong.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

VARIABLE = "SCALE_MOCK_EXAMPLES_RENEWED"
"""The environment variable under which the examples' tests write instead of comparing."""


def main() -> int:
    """Renews every README; returns pytest's exit status."""
    os.environ[VARIABLE] = "1"
    tests = Path(__file__).with_name("test_examples.py")
    return pytest.main(["-q", "-p", "no:randomly", "-p", "no:cacheprovider", str(tests)])


if __name__ == "__main__":
    raise SystemExit(main())
