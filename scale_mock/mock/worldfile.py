"""The file of ``serve --snapshot``: the worlds of a server, from one run to the next."""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scale_mock.config.version import VERSION
from scale_mock.errors import ConfigurationError, ScaleMockError
from scale_mock.mock.snapshots import load, save
from scale_mock.world import snapshots
from scale_mock.world.appointments import KIND as APPOINTMENT
from scale_mock.world.sealing import KEY as ONE_WORLD
from scale_mock.world.sealing import sealed, writer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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


def write_world(
    taken: Mapping[str, Any], account: str, path: str | Path, hide: Callable[[str], str]
) -> list[str]:
    """Writes one world as a file that ``serve --snapshot`` reads, for somebody to look at it.

    Functions cannot be written down, and whoever looks on has not got them: scheduled calls are
    left out, and what a function would have answered is synthesized.

    Args:
        taken: A snapshot of the world, wherever it lives.
        account: The account that it has in the file; its keys there follow from it.
        path: The file; one that is there is replaced.
        hide: Makes keys in a text unreadable, which a customer's answers may hold.

    Returns:
        The functions that were left out, in words.

    Raises:
        OSError: The file cannot be written.
    """
    functions: list[str] = taken["left_out"]
    if functions:
        scheduler = taken["scheduler"]
        events = [event for event in scheduler["events"] if event[3] != APPOINTMENT]
        without = {"left_out": [], "scheduler": {**scheduler, "events": events}}
        taken = {**taken, **without, "rules": _without_functions(taken["rules"])}
    taken = sealed(_hidden(taken, hide))
    save({KEY: FORMAT, "written_by": VERSION, "worlds": {account: taken}}, path)
    return functions


def _without_functions(written: Any) -> Any:
    """Rules as a snapshot has them, those with a function answering as without one."""
    if isinstance(written, list):
        if len(written) == 2 and written[0] == "response" and _is_function(written[1]):
            return ["response", None]
        return [_without_functions(one) for one in written]
    if isinstance(written, dict):
        return {
            name: None if name == "response" and _is_function(one) else _without_functions(one)
            for name, one in written.items()
        }
    return written


def _is_function(written: object) -> bool:
    return isinstance(written, dict) and "callable" in written


def _hidden(written: Any, hide: Callable[[str], str]) -> Any:
    """A snapshot with every text in it made fit to be shown, those in base 64 too."""
    if isinstance(written, str):
        return hide(written)
    if isinstance(written, list):
        return [_hidden(one, hide) for one in written]
    if not isinstance(written, dict):
        return written
    if written.keys() == {"$base64"}:
        text = b64decode(written["$base64"]).decode("latin-1")
        return {"$base64": b64encode(hide(text).encode("latin-1")).decode()}
    return {name: _hidden(one, hide) for name, one in written.items()}
