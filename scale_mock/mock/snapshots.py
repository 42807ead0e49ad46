"""Snapshots as a test sees them: taken and put back, in memory or in a file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scale_mock.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.world import World


class Snapshots:
    """What :class:`scale_mock.ScaleMock` offers to write its world down."""

    _world: World

    def snapshot(self, path: str | Path | None = None) -> dict[str, Any]:
        """The world's state as data: store, clock, what is scheduled, counters, the journal.

        Keys, hosts, ports, mounted handlers and the log of requests stay out of it.

        Args:
            path: A file to write it to as well, as JSON.

        Raises:
            ConfigurationError: Something in the world cannot be written down.
        """
        from scale_mock.world.snapshots import take

        taken = take(self._world)
        if path is not None:
            save(taken, path)
        return taken

    def restore(self, snapshot: Mapping[str, Any] | str | Path) -> None:
        """Puts the world into a state that :meth:`snapshot` wrote down; no journal entry tells.

        The world then goes on as the other one would have, to the same journal digest.

        Args:
            snapshot: What :meth:`snapshot` gave, or the file that it wrote.

        Raises:
            ConfigurationError: It is no snapshot, or was written by a version that this one cannot
                read; the world stays as it was.
        """
        from scale_mock.world.snapshots import put_back

        put_back(self._world, snapshot if isinstance(snapshot, dict) else load(snapshot))


def save(snapshot: Mapping[str, Any], path: str | Path) -> None:
    """Writes a snapshot; whoever reads the file meanwhile sees the old one or the new one."""
    target = Path(path)
    beside = target.with_name(f"{target.name}.{os.getpid()}.part")
    text = json.dumps(snapshot, indent=1, ensure_ascii=False)
    beside.write_bytes(f"{text}\n".encode("utf-8", "surrogatepass"))
    beside.replace(target)


def load(path: object) -> dict[str, Any]:
    """Reads a file that :func:`save` wrote.

    Raises:
        ConfigurationError: There is no such file, or it is no JSON.
    """
    if not isinstance(path, str | Path):
        raise ConfigurationError(
            f"restore(): expected what mock.snapshot() gave, or a file's path, not {path!r}."
        )
    try:
        text = Path(path).read_bytes().decode("utf-8", "surrogatepass")
        found: dict[str, Any] = json.loads(text)
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise ConfigurationError(f"{path}: is no snapshot: {error}.") from error
    return found
