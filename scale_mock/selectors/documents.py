"""Documents: configuration files in TOML or JSON, read whole, with the line of every value.

::

    document = load_document("rules.toml")
    document.data                                  # a table
    document.where('rule "a"').at("rule", "[0]")   # refuses as: rules.toml:3: rule "a": ...

Whatever is wrong with a file is a ConfigurationError that begins with ``FILE:LINE: ``.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scale_mock.errors import ConfigurationError
from scale_mock.selectors.where import Where, show

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

FILE_BYTES_MAX = 10_000_000
"""The largest configuration file, in bytes."""

_POSITION = re.compile(r" \(at (?:line ([0-9]+), column ([0-9]+)|end of document)\)$")


@dataclass(frozen=True, slots=True)
class FileWhere(Where):
    """A place in a file.

    Attributes:
        file: The file, as it was named.
        lines: The line of every path from the top of the file.
        base: The path of ``path``'s start from the top of the file.
    """

    file: str = ""
    lines: Mapping[tuple[str, ...], int] = field(default_factory=dict, repr=False)
    base: tuple[str, ...] = ()

    @property
    def directory(self) -> Path | None:
        """Where the file lies."""
        return Path(self.file).parent

    @property
    def line(self) -> int:
        """The line of the place, or of what is around it."""
        path = self.base + self.path
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def inside(self, *segments: str, label: str) -> FileWhere:
        """A place further down, from which paths are said anew."""
        base = self.base + self.path + segments
        return replace(self, label=label, base=base, path=())

    def refuse(self, problem: str) -> ConfigurationError:
        """The error to raise, with file, line and place in front of the problem."""
        # Named, not super(): a dataclass with slots is a copy that the cell does not know.
        inner = Where.refuse(self, problem)
        error = ConfigurationError(f"{self.file}:{self.line}: {inner}")
        error.place = (self, problem)
        return error


def line_of(problem: ConfigurationError) -> int:
    """The line of a problem with a file; 0 for one that names none."""
    where = None if problem.place is None else problem.place[0]
    return where.line if isinstance(where, FileWhere) else 0


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was read.

    Attributes:
        file: The file, as it was named.
        data: The table in it.
        lines: The line of every path.
    """

    file: str
    data: Mapping[str, Any]
    lines: Mapping[tuple[str, ...], int] = field(repr=False)

    def where(self, label: str = "") -> FileWhere:
        """The top of the file."""
        return FileWhere(label=label, file=self.file, lines=self.lines)


def load_document(path: str | PathLike[str]) -> Document:
    """Reads a configuration file: JSON if its name ends so, else TOML.

    Raises:
        ConfigurationError: It cannot be read, is malformed, or is no table.
    """
    file = str(path)
    return read_document(_read(file), file)


def read_document(text: str, file: str) -> Document:
    """The same for a text.

    Args:
        text: The file's content.
        file: Its name.

    Raises:
        ConfigurationError: It is malformed, or is no table.
    """
    try:
        is_json = file.lower().endswith(".json")
        data, lines = _read_json(text, file) if is_json else _read_toml(text, file)
    except RecursionError:
        raise ConfigurationError(f"{file}:1: nested too deep to be read") from None
    if not isinstance(data, dict):
        raise ConfigurationError(
            f'{file}:1: an object is expected, such as {{"rule": [...]}}, not {show(data)}'
        )
    return Document(file, data, lines)


def _read(file: str) -> str:
    try:
        with open(file, "rb") as opened:
            content = opened.read(FILE_BYTES_MAX + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        if os.path.isdir(file):
            reason = f"{reason}; name the files in it, for example {os.path.join(file, '*.toml')}"
        if isinstance(error, FileNotFoundError) and not os.path.isabs(file):
            reason = f"{reason} (looked in {os.getcwd()})"
        raise ConfigurationError(f"{file}: cannot be read: {reason}") from None
    if len(content) > FILE_BYTES_MAX:
        raise ConfigurationError(f"{file}: is larger than {FILE_BYTES_MAX} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        reason = f"{error.reason}. It has to be text, TOML or JSON"
        raise ConfigurationError(f"{file}:{line}: is not UTF-8: {reason}") from None


def _read_json(text: str, file: str) -> tuple[Any, Mapping[tuple[str, ...], int]]:
    import json

    from scale_mock.selectors.locators import json_lines

    def refuse_constant(name: str) -> Any:
        raise ConfigurationError(f"{file}:1: {name} is not JSON; use a finite number or null")

    try:
        return json.loads(text, parse_constant=refuse_constant), json_lines(text)
    except json.JSONDecodeError as error:
        raise ConfigurationError(f"{file}:{error.lineno}: malformed JSON: {error.msg}") from None
    except ConfigurationError:
        raise
    except ValueError as error:  # an integer with too many digits
        raise ConfigurationError(f"{file}:1: malformed JSON: {error}") from None


def _read_toml(text: str, file: str) -> tuple[Any, Mapping[tuple[str, ...], int]]:
    import tomllib

    from scale_mock.selectors.locators import toml_lines

    try:
        return tomllib.loads(text), toml_lines(text)
    except ValueError as error:
        said = str(error)
        found = _POSITION.search(said)
        reason = said[: found.start()] if found else said
        line = int(found[1]) if found and found[1] else text.count("\n") + 1 if found else 1
        hint = ""
        if file.lower().endswith((".yaml", ".yml")):
            hint = ". YAML is not read: write TOML, or JSON in a file named .json"
        elif text.lstrip().startswith("{"):
            hint = ". JSON is read from files named .json"
        raise ConfigurationError(f"{file}:{line}: malformed TOML: {reason}{hint}") from None
