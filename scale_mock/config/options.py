"""What the pytest plugin can be told, and by whom: one table for marker, flag, environment and ini.

The plugin registers its ini options and flags from :data:`OPTIONS`, reads the environment by it,
and the documentation's table is made from it. A value comes with the name of whoever gave it, so
that a refusal can say where to look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from scale_mock.config.checks import CHECKS, names_of
from scale_mock.config.settings import CLOCK_MODES, NAMES, RAPID_GATES
from scale_mock.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

Kind = Literal["int", "bool", "text", "texts"]

WORDS = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}
"""How a yes or no is written; those that pytest reads in ini files."""

RANDOM = "random"
"""Stands for a seed that is drawn once for a run."""

FILES = "FILES"
"""Stands for the names of files in help; these names may hold what separates other texts."""

REPORTS = ("fail", "always", "never")
"""When a test's report has a section about its world."""


# Named tuples: every run of pytest waits for this module, and a frozen dataclass takes seven times
# as long to define.
class Option(NamedTuple):
    """One thing that can be set in four places under one name.

    Attributes:
        name: The marker's argument, and the key in ``scale_mock_config``.
        kind: What its value is.
        default: What holds where nobody says anything.
        metavar: What stands for the value in ``--help``.
        help: What it is for, in one line.
        choices: The texts that it accepts, a number besides numbers; empty for any.
    """

    name: str
    kind: Kind
    default: object
    metavar: str
    help: str
    choices: tuple[str, ...] = ()

    @property
    def ini(self) -> str:
        """The ini option."""
        return f"scale_mock_{self.name}"

    @property
    def flag(self) -> str:
        """The command line's flag."""
        return f"--scale-mock-{self.name.replace('_', '-')}"

    @property
    def negative_flag(self) -> str | None:
        """The flag that says no, for a yes or no."""
        return f"--no-{self.flag[2:]}" if self.kind == "bool" else None

    @property
    def variable(self) -> str:
        """The environment variable."""
        return f"SCALE_MOCK_{self.name.upper()}"

    def read(self, given: object, source: str, folder: str | PathLike[str] = "") -> object:
        """The value that a text stands for; what is no text was read already and stays.

        Args:
            given: A text from the command line, the environment or an ini file; or a value.
            source: Who gave it.
            folder: Where files that it names may be, besides the current folder.

        Raises:
            ConfigurationError: It is not the text of such a value.
        """
        if self.choices == CHECKS:
            return tuple(sorted(names_of(given, f"{source}={given!r}"), key=CHECKS.index))
        if self.metavar == FILES and isinstance(given, str | list):
            from scale_mock.config.filenames import names_in

            return tuple(names_in([given] if isinstance(given, str) else given, folder))
        if isinstance(given, list):
            # Lines of an ini file; whatever stands in one of them is separated as in a variable.
            return tuple(word for line in given for word in line.replace(",", " ").split())
        if not isinstance(given, str):
            return given
        text = given.strip()
        if self.kind == "int":
            return self._number(text, given, source)
        if self.kind == "bool":
            if text.lower() not in WORDS:
                raise self._refuse(given, source, f"one of {', '.join(WORDS)}")
            return WORDS[text.lower()]
        if self.kind == "texts":
            return tuple(text.replace(",", " ").split())
        if self.choices and text not in self.choices:
            raise self._refuse(given, source, f"one of {', '.join(self.choices)}")
        return text

    def _number(self, text: str, given: str, source: str) -> object:
        if text in self.choices:
            return text
        try:
            return int(text)
        except ValueError:
            wanted = " or ".join(["an integer", *self.choices])
            raise self._refuse(given, source, wanted) from None

    def _refuse(self, given: str, source: str, wanted: str) -> ConfigurationError:
        return ConfigurationError(f"{source}={given!r}: expected {wanted} ({self.help}).")


OPTIONS: tuple[Option, ...] = (
    Option("seed", "int", 0, "N|random", "decides every id, fate and label of a world", (RANDOM,)),
    Option("clock", "text", "manual", "MODE", "how a world's clock moves", CLOCK_MODES),
    Option("start_at", "text", "2024-01-01T00:00:00Z", "ISO", "the first instant of a world"),
    Option("strict", "bool", True, "BOOL", "fail a passed test for what it left unnoticed"),
    Option("intercept", "bool", True, "BOOL", "answer https://api.scale.com without a socket"),
    Option("hosts", "texts", (), "URLS", "further base URLs to answer without a socket"),
    Option("strict_fields", "bool", False, "BOOL", "refuse fields of requests that nobody reads"),
    Option("absorb_sleep", "bool", False, "BOOL", "let the test's sleeping move the clock instead"),
    Option(
        "schedule_seed", "int", None, "N", "permutes what is due at one instant, to hunt order bugs"
    ),
    Option("seeds", "int", None, "N", "runs marked tests under N event orders"),
    Option("rapid_gate", "text", None, "GATE", "what Rapid production needs first", RAPID_GATES),
    Option("scenario", "text", None, "NAME|FILE", "a shipped scenario, or a file, to play"),
    Option("callback_hosts", "texts", (), "HOSTS", "hosts that callbacks are really sent to"),
    Option("rules", "texts", (), FILES, "rule files; in Python also the rules themselves"),
    Option("allow", "texts", (), "CHECKS", "strict checks to switch off", CHECKS),
    Option("report", "text", "fail", "WHEN", "which tests are told of their world", REPORTS),
    Option("dump", "text", None, "DIR", "where a folder is written for each failing test"),
    Option("url", "text", None, "URL", "a running server whose worlds the tests use instead"),
    Option("ca_file", "text", None, "FILE", "the authority that an https server is trusted by"),
    Option("key_from", "text", None, "VARIABLE", "which variable has the real platform's test key"),
    Option("allow_writes", "bool", False, "BOOL", "also write to the real platform"),
)

_DEFAULTS = {option.name: option.default for option in OPTIONS}

OF_A_RUN = ("seeds", "url", "ca_file", "key_from", "allow_writes")
"""Options that are about a run, and no argument of a marker."""

ARGUMENTS: tuple[str, ...] = (
    *(option.name for option in OPTIONS if option.name not in OF_A_RUN),
    "faults",
    "remote",
    "name",
    "https",
    *sorted(set(NAMES) - {option.name for option in OPTIONS}),
)
"""What the marker and ``scale_mock_config`` take: the options, and whatever ``ScaleMock`` takes."""


class Given(NamedTuple):
    """A value, and who gave it."""

    value: object
    source: str


def from_environment(environment: Mapping[str, str]) -> dict[str, Given]:
    """The options that environment variables set; an empty variable sets nothing.

    Raises:
        ConfigurationError: A variable's text makes no sense.
    """
    return {
        option.name: Given(option.read(text, option.variable), option.variable)
        for option in OPTIONS
        if (text := environment.get(option.variable, "").strip())
    }


def from_arguments(arguments: Mapping[str, object], *, source: str, place: str) -> dict[str, Given]:
    """Arguments of a marker or of ``scale_mock_config``, their names checked.

    Args:
        arguments: The values by name.
        source: Who gave them, for later refusals.
        place: The same, as a refusal of a name begins.

    Raises:
        ConfigurationError: There is no such argument; the message suggests the nearest.
    """
    for name in arguments:
        if name not in ARGUMENTS:
            raise ConfigurationError(
                f"{place}: there is no argument {name!r}.{_hint(name)} "
                f"Arguments: {', '.join(ARGUMENTS)}."
            )
    return {name: Given(value, source) for name, value in arguments.items()}


def default_of(name: str) -> object:
    """What holds for an option where nobody says anything."""
    return _DEFAULTS[name]


def told(given: Mapping[str, Given]) -> str:
    """Who gave what, for example ``seed=7 (--scale-mock-seed), rate=60 (marker)``."""
    return ", ".join(f"{name}={one.value!r} ({one.source})" for name, one in given.items())


def _hint(name: object) -> str:
    from difflib import get_close_matches

    for option in OPTIONS:
        if option.name == name:
            return (
                f" It is about a whole run: use {option.flag}, the variable {option.variable} or "
                f"the ini option {option.ini}."
            )
    near = get_close_matches(str(name), ARGUMENTS, n=1)
    return f" Did you mean {near[0]!r}?" if near else ""
