"""The file of ``serve --snapshot``: the worlds of a server, from one run to the next."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scale_mock.config.version import VERSION
from scale_mock.errors import ConfigurationError, ScaleMockError
from scale_mock.mock.snapshots import load, save
from scale_mock.world import snapshots
from scale_mock.world.sealing import KEY as ONE_WORLD
from scale_mock.world.sealing import writer

if TYPE_CHECKING:
    from collections.abc import Callable

    from scale_mock.mock.host import Host
    from scale_mock.world import World

FORMAT = 1
"""Grows whenever an older file would be read wrongly."""
KEY = "scale_mock_worlds"
LEFT = "The file is left as it is."


class WorldFile:
    """The worlds of a server, by account, in one file.

    Args:
        path: The file; it need not be there yet.

    Raises:
        ConfigurationError: It could not be written at the end, or what is there is something else.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        directory = self._path.parent
        if not directory.is_dir():
            raise ConfigurationError(
                f"{self._path}: there is no directory {directory} to write the snapshot into."
            )
        if not os.access(directory, os.W_OK):
            raise ConfigurationError(f"{self._path}: {directory} cannot be written to.")
        exists = self._path.exists() or self._path.is_symlink()
        self._worlds = self._read() if exists else {}

    def open_worlds(self, host: Host, equip: Callable[[World], None] | None = None) -> None:
        """Opens every world of the file in a host.

        Args:
            host: A host with a factory, which serves nobody yet.
            equip: Gives each world what the command line says now, for example rules in files.

        Raises:
            ConfigurationError: One cannot be restored; the text names it.
        """
        for name, snapshot in self._worlds.items():
            try:
                world, _ = host.registry.find(f"test_{name}")
                snapshots.put_back(world, snapshot)
                if equip is not None:
                    equip(world)
            except ScaleMockError as error:
                raise ConfigurationError(f"{self._path}: world {name}: {error} {LEFT}") from error
        self._worlds = {}

    def save(self, host: Host) -> None:
        """Writes the worlds of a host that serves nobody any more; all of them, or nothing.

        Raises:
            ConfigurationError: One cannot be written down, or the file cannot be written; the old
                one is still there.
        """
        taken: dict[str, Any] = {}
        for world in host.registry.worlds():
            try:
                taken[world.name] = snapshots.take(world)
            except ScaleMockError as error:
                raise ConfigurationError(
                    f"{self._path}: not written, because of world {world.name}: {error} {LEFT}"
                ) from error
        try:
            save({KEY: FORMAT, "written_by": VERSION, "worlds": taken}, self._path)
        except OSError as error:
            raise ConfigurationError(f"{self._path}: not written: {error.strerror}.") from error

    def _read(self) -> dict[str, Any]:
        try:
            found: Any = load(self._path)
        except ConfigurationError as error:
            raise ConfigurationError(f"{error} {LEFT}") from error
        if isinstance(found, dict) and ONE_WORLD in found:
            raise ConfigurationError(
                f"{self._path}: is the snapshot of one world; serve --snapshot reads the files "
                "that it wrote itself, with worlds by account. POST /_mock/restore takes this one. "
                f"{LEFT}"
            )
        if not isinstance(found, dict) or KEY not in found:
            raise ConfigurationError(
                f"{self._path}: was not written by serve --snapshot: there is no "
                f'"{KEY}" in it. {LEFT}'
            )
        if found[KEY] != FORMAT or isinstance(found[KEY], bool):
            raise ConfigurationError(
                f"{self._path}: has format {found[KEY]!r} and was written by {writer(found)}; this "
                f"is scale_mock {VERSION}, which reads format {FORMAT}. {LEFT}"
            )
        worlds = found.get("worlds")
        if not isinstance(worlds, dict):
            raise ConfigurationError(f'{self._path}: its "worlds" are no object. {LEFT}')
        return worlds
