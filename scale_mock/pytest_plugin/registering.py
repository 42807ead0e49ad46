"""What the plugin tells pytest of itself: its options, and that it may be turned off again.

Options stand in pytest's help as flags, and as ini options with their defaults.
"""

from __future__ import annotations

from types import ModuleType

import pytest

from scale_mock.config.options import OPTIONS, Option
from scale_mock.pytest_plugin.reading import MARKER, ini_type

GROUP = (
    "scale_mock: the Scale AI labeling platform in memory (each option NAME is also an ini option, "
    "scale_mock_NAME, and a variable, SCALE_MOCK_NAME)"
)

TURNED_OFF = (
    "The fixture {name} is of the plugin scale_mock, which something loads (-p scale_mock, or "
    "pytest_plugins) and -p no:scale_mock, which comes later, turns off again. Drop one of the two."
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


def watch(plugins: pytest.PytestPluginManager, plugin: ModuleType) -> None:
    """Sees to it that a plugin which is turned off again refuses its fixtures.

    pytest forgets the hooks of such a plugin, but not its fixtures.

    Args:
        plugins: Where it has been registered.
        plugin: The plugin.
    """
    plugins.register(_Watch(plugin), f"{MARKER}_watch")


class _Watch:
    """Looks whether the plugin is still there when the run begins."""

    def __init__(self, plugin: ModuleType) -> None:
        self._plugin = plugin

    def pytest_configure(self, config: pytest.Config) -> None:
        """Puts others in the place of its fixtures, if it is not."""
        if config.pluginmanager.is_registered(self._plugin):
            return
        refusing = ModuleType(f"{MARKER}_off")
        for name in vars(self._plugin):
            if name.startswith("scale_"):
                setattr(refusing, name, _refusing(name))
        config.pluginmanager.register(refusing, refusing.__name__)


def _refusing(name: str) -> object:
    """A fixture that fails whoever asks for it, in whatever scope."""

    @pytest.fixture(scope="session", name=name)
    def refuse() -> None:
        pytest.fail(TURNED_OFF.format(name=name), pytrace=False)

    return refuse
