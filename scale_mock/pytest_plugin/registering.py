"""How the plugin's options stand in pytest's help: flags, and ini options with their defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.config.options import OPTIONS, Option
from scale_mock.pytest_plugin.reading import ini_type

if TYPE_CHECKING:
    import pytest

GROUP = (
    "scale_mock: the Scale AI labeling platform in memory (each option NAME is also an ini option, "
    "scale_mock_NAME, and a variable, SCALE_MOCK_NAME)"
)


def add_options(parser: pytest.Parser) -> None:
    """Registers a flag and an ini option for each line of the one table."""
    group = parser.getgroup("scale_mock", GROUP)
    for option in OPTIONS:
        about = help_of(option)
        parser.addini(option.ini, f"{about} ({shown_default(option)})", **ini_type(option))
        if option.negative_flag is None:
            group.addoption(
                option.flag, dest=option.ini, default=None, metavar=option.metavar, help=about
            )
            continue
        for flag, value in ((option.flag, "store_true"), (option.negative_flag, "store_false")):
            text = about if value == "store_true" else f"do not {about}"
            group.addoption(flag, dest=option.ini, default=None, action=value, help=text)


def help_of(option: Option) -> str:
    """What an option is for, and what it may be."""
    if not option.choices or option.kind == "int":
        return option.help
    return f"{option.help}: {', '.join(option.choices)}"


def shown_default(option: Option) -> str:
    """What holds where nobody sets it, as a person would say it."""
    match option.default:
        case None | () | "":
            return "unset by default"
        case bool():
            return f"default: {str(option.default).lower()}"
        case _:
            return f"default: {option.default}"
