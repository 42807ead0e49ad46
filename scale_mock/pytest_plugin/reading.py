"""What the plugin is told: markers, ``scale_mock_config``, flags and ini options, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock.config.options import OPTIONS, Given, default_of, from_arguments
from scale_mock.errors import ConfigurationError
from scale_mock.pytest_plugin.paths import FILES, beside

if TYPE_CHECKING:
    from pathlib import Path

MARKER = "scale_mock"


def yes_or_no(given: Mapping[str, Given], name: str) -> bool:
    """What was said about an option that is a yes or no.

    Raises:
        ConfigurationError: It is neither.
    """
    if name not in given:
        return default_of(name) is True
    one = given[name]
    if not isinstance(one.value, bool):
        raise ConfigurationError(f"{name}={one.value!r} ({one.source}): expected True or False.")
    return one.value


def from_markers(item: pytest.Item) -> dict[str, Given]:
    """The arguments of a test's markers; the nearest wins.

    pytest lists a parameter set's marks after the function's; here they are the nearest.
    """
    callspec = getattr(item, "callspec", None)
    marks = [] if callspec is None else [mark for mark in callspec.marks if mark.name == MARKER]
    found: dict[str, Given] = {}
    for mark in [*marks, *item.iter_markers(MARKER)]:
        if mark.args:
            raise ConfigurationError(
                f"@pytest.mark.scale_mock({', '.join(map(repr, mark.args))}): the marker takes "
                "arguments by name only, for example @pytest.mark.scale_mock(seed=7)."
            )
        shown = ", ".join(f"{name}={value!r}" for name, value in mark.kwargs.items())
        place = f"@pytest.mark.scale_mock({shown})"
        found = {**from_arguments(mark.kwargs, source="marker", place=place), **found}
    return _found_beside(found, item.path.parent) if found else found


def from_config(config: object) -> dict[str, Given]:
    """The arguments that the fixture ``scale_mock_config`` returned."""
    if not config:
        return {}
    if not isinstance(config, Mapping):
        raise ConfigurationError(
            f"The fixture scale_mock_config returned {config!r}: expected a dict of ScaleMock's "
            'arguments, for example {"seed": 7}.'
        )
    return from_arguments(config, source="scale_mock_config", place="scale_mock_config")


def from_flags(config: pytest.Config) -> dict[str, Given]:
    """The options that the command line sets."""
    return {
        option.name: Given(option.read(value, option.flag), option.flag)
        for option in OPTIONS
        if (value := config.getoption(option.ini)) is not None
    }


def from_ini(config: pytest.Config) -> dict[str, Given]:
    """The options that the ini file sets. Older pytests say ``""`` or ``[]`` for what is unset."""
    found = {
        option.name: Given(option.read(value, option.ini), option.ini)
        for option in OPTIONS
        if (value := config.getini(option.ini)) not in (None, "", [])
    }
    folder = config.rootpath if config.inipath is None else config.inipath.parent
    return _found_beside(found, folder)


def _found_beside(given: dict[str, Given], folder: Path) -> dict[str, Given]:
    """What was given, with the files in it that lie in a folder."""
    for name in FILES:
        if name in given:
            given[name] = Given(beside(given[name].value, folder), given[name].source)
    return given


def ini_type(kind: str) -> dict[str, Any]:
    """The arguments of ``addini``: pytest knows integers since 8.4, and ``None`` is unset."""
    if kind == "int" and pytest.version_tuple < (8, 4):
        kind = "text"
    types = {"int": "int", "bool": "bool", "text": "string", "texts": "linelist"}
    return {"type": types[kind], "default": None}
