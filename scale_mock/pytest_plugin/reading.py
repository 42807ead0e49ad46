"""What the plugin is told: markers, ``scale_mock_config``, flags and ini options, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock.config.options import (
    OPTIONS,
    RANDOM,
    WORDS,
    Given,
    Option,
    default_of,
    from_arguments,
)
from scale_mock.config.settings import NAMES
from scale_mock.config.version import VERSION
from scale_mock.errors import ConfigurationError
from scale_mock.pytest_plugin.paths import FILES, beside

if TYPE_CHECKING:
    from pathlib import Path

MARKER = "scale_mock"
INI = f"{MARKER}_"
"""How the names of our ini options begin."""
HEADED = ("strict", "strict_fields", "allow", "url", "report", "dump")
"""Options that the line about a run tells where they are not as usual."""


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
        said = from_arguments(mark.kwargs, source="marker", place=place)
        if "hosts" in said:
            from scale_mock.pytest_plugin.contradictions import refuse_vain_hosts_of

            refuse_vain_hosts_of(said)
        found = {**said, **found}
    return _found_beside(found, item.path.parent) if found else found


def refuse_misspelt(item: pytest.Item) -> None:
    """Fails a test that has no world for markers that would be refused if it had one."""
    __tracebackhide__ = True
    if item.get_closest_marker(MARKER) is None:
        return
    try:
        from_markers(item)
    except ConfigurationError as error:
        refusal = str(error)
    else:
        return
    pytest.fail(refusal, pytrace=False)


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
    folder = config.rootpath if config.inipath is None else config.inipath.parent
    found = {
        option.name: Given(option.read(value, option.ini, folder), option.ini)
        for option in OPTIONS
        if (value := _ini_value(config, option)) not in (None, "", [])
    }
    return _found_beside(found, folder)


def refuse_misspelt_ini(config: pytest.Config) -> None:
    """Refuses ini options of a name that begins like ours and that nobody knows.

    pytest warns of them at the end of a run, where nobody looks.

    Raises:
        ConfigurationError: There is one.
    """
    known = {option.ini for option in OPTIONS}
    for name in _said_in_ini(config):
        if not name.startswith(INI) or name in known:
            continue
        try:
            config.getini(name)
        except ValueError:
            raise ConfigurationError(_no_option(name)) from None


def _said_in_ini(config: pytest.Config) -> list[str]:
    # Its public name warns since pytest 9.
    said: Mapping[str, object] = vars(config).get("_inicfg") or vars(config).get("inicfg") or {}
    return list(said)


def _no_option(name: str) -> str:
    from difflib import get_close_matches

    bare = name.removeprefix(INI)
    if bare in NAMES:
        return (
            f"{name}: {bare} is a setting, which no ini option sets: say it in the marker, "
            f"@pytest.mark.scale_mock({bare}=...), or for every test in the fixture "
            f'scale_mock_config, {{"{bare}": ...}}.'
        )
    known = [option.ini for option in OPTIONS]
    close = get_close_matches(name, known, n=1)
    meant = f" Did you mean {close[0]}?" if close else ""
    return f"{name}: there is no such ini option.{meant} Options: {', '.join(known)}."


def _ini_value(config: pytest.Config, option: Option) -> object:
    """What an ini file says; pytest reads a yes or no itself, and does not say whose it is."""
    try:
        return config.getini(option.ini)
    except (ValueError, pytest.UsageError) as error:
        if option.ini in str(error):
            raise
        raise ConfigurationError(
            f"{option.ini}: {error}: expected one of {', '.join(WORDS)} ({option.help})."
        ) from None


def _found_beside(given: dict[str, Given], folder: Path) -> dict[str, Given]:
    """What was given, with the files in it that lie in a folder."""
    for name in FILES:
        if name in given:
            given[name] = Given(beside(given[name].value, folder), given[name].source)
    return given


def header(given: Mapping[str, Given]) -> str:
    """The line about a run: version, seed and clock, and what else is not as it usually is.

    Args:
        given: What flags, environment and ini file say.
    """
    said = {
        name: given[name].value if name in given else default_of(name) for name in ("seed", "clock")
    }
    if "seed" in given and given["seed"].source.endswith(f"={RANDOM}"):
        said["seed"] = f"{said['seed']} ({RANDOM})"
    for option in OPTIONS:
        if option.name in HEADED and option.name in given:
            value = given[option.name].value
            if value != option.default:
                said[option.name] = ",".join(value) if isinstance(value, tuple) else value
    return f"scale_mock {VERSION}: {', '.join(f'{name}={said[name]}' for name in said)}"


def ini_type(option: Option) -> dict[str, Any]:
    """The arguments of ``addini``: pytest knows integers since 8.4, and ``None`` is unset.

    Since 9.2 it also takes a number or a word. Between these two, a number that may also be a word
    is a text in ini files, and in pytest's own tables of 9.0 and 9.1 a number only.
    """
    types: dict[str, Any] = {"int": "int", "bool": "bool", "text": "string", "texts": "linelist"}
    kind = types[option.kind]
    version = pytest.version_tuple[:2]
    if option.kind == "int":
        if version < (8, 4) or (option.choices and version < (9, 0)):
            kind = "string"
        elif option.choices and version >= (9, 2):
            kind = int | str
    return {"type": kind, "default": None}
