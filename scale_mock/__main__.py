"""``python -m scale_mock`` is ``scale-mock``."""

from __future__ import annotations

from scale_mock.cli import main

if __name__ == "__main__":
    main()
