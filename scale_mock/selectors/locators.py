"""Locators: on which line of a TOML or JSON text each value stands.

The parsers of the standard library do not tell. These scanners walk over a text that has already
been parsed, so that they may take for granted that it is valid, and note for every path (keys, and
``[0]`` for positions in arrays) the line of its key, or of the value where there is no key. That
they see the same structure as the parsers is a property test.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Path: TypeAlias = "tuple[str, ...]"
Lines: TypeAlias = "dict[Path, int]"

_JSON_SPACE = re.compile(r"[ \t\r\n]*")
_JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_JSON_ATOM = re.compile(r"[^\s,\]}]+")
_TOML_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_TOML_BLANK = re.compile(r"[ \t]*")
_TOML_BARE = re.compile(r"[A-Za-z0-9_-]+")
_TOML_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}(?!")'
    r"|'''.*?'{3,5}(?!')"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
# A date may be followed by a space and a time.
_TOML_ATOM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ Tt][0-9][^\s,\]}#]*|[^\s,\]}#]+")


class _Scanner:
    """Where a scan stands, and what it has found."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: Lines = {}
        self._seen = 0
        self._line = 1

    def line(self) -> int:
        """The line of the current position."""
        self._line += self.text.count("\n", self._seen, self.at)
        self._seen = self.at
        return self._line

    def note(self, path: Path) -> None:
        """Notes where a path stands."""
        self.lines[path] = self.line()

    def skip(self, pattern: re.Pattern[str]) -> str:
        """Goes past what the pattern matches here; valid texts always match."""
        found = pattern.match(self.text, self.at)
        if found is None:
            raise ValueError(f"cannot scan the text at line {self.line()}")
        self.at = found.end()
        return found[0]

    def starts(self, character: str) -> bool:
        """Whether a character comes next."""
        return self.text.startswith(character, self.at)


def json_lines(text: str) -> Lines:
    """The line of every path of a valid JSON text."""
    scanner = _Scanner(text)
    scanner.skip(_JSON_SPACE)
    _json_value(scanner, ())
    return scanner.lines


def _json_value(scanner: _Scanner, path: Path) -> None:
    if scanner.starts("{"):
        _json_items(scanner, path, "}", _json_member)
    elif scanner.starts("["):
        _json_items(scanner, path, "]", _json_element)
    else:
        scanner.skip(_JSON_STRING if scanner.starts('"') else _JSON_ATOM)


def _json_items(
    scanner: _Scanner, path: Path, end: str, item: Callable[[_Scanner, Path, int], None]
) -> None:
    scanner.at += 1
    count = 0
    while True:
        scanner.skip(_JSON_SPACE)
        if scanner.starts(end):
            scanner.at += 1
            return
        item(scanner, path, count)
        count += 1
        scanner.skip(_JSON_SPACE)
        if scanner.starts(","):
            scanner.at += 1


def _json_member(scanner: _Scanner, path: Path, _count: int) -> None:
    from json import loads

    start = scanner.at
    key = (*path, loads(scanner.skip(_JSON_STRING)))
    _forget(scanner.lines, key)  # the last of two equal keys counts
    end, scanner.at = scanner.at, start
    scanner.note(key)
    scanner.at = end
    scanner.skip(_JSON_SPACE)
    scanner.at += 1  # the colon
    scanner.skip(_JSON_SPACE)
    _json_value(scanner, key)


def _json_element(scanner: _Scanner, path: Path, count: int) -> None:
    element = (*path, f"[{count}]")
    scanner.note(element)
    _json_value(scanner, element)


def _forget(lines: Lines, path: Path) -> None:
    if path in lines:
        for known in [known for known in lines if known[: len(path)] == path]:
            del lines[known]


def toml_lines(text: str) -> Lines:
    """The line of every path of a valid TOML text."""
    scanner = _Scanner(text.replace("\r\n", "\n"))
    counts: dict[Path, int] = {}
    table: Path = ()
    while True:
        scanner.skip(_TOML_SPACE)
        if scanner.at >= len(scanner.text):
            return scanner.lines
        if scanner.starts("["):
            table = _toml_header(scanner, counts)
        else:
            _toml_pair(scanner, table)


def _toml_header(scanner: _Scanner, counts: dict[Path, int]) -> Path:
    """Goes past ``[a.b]`` or ``[[a.b]]``; the path of the table that begins."""
    line = scanner.line()
    is_array = scanner.starts("[[")
    scanner.at += 2 if is_array else 1
    keys = _toml_key(scanner)
    scanner.at += 2 if is_array else 1
    path: Path = ()
    for key in keys[:-1]:
        path = _last_of((*path, key), counts)
        scanner.lines.setdefault(path, line)
    path = (*path, keys[-1])
    if is_array:
        number = counts.get(path, 0)
        counts[path] = number + 1
        scanner.lines.setdefault(path, line)
        path = (*path, f"[{number}]")
    scanner.lines[path] = line
    return path


def _last_of(path: Path, counts: dict[Path, int]) -> Path:
    """A table on the way: of an array of tables the newest is meant."""
    number = counts.get(path, 0)
    return (*path, f"[{number - 1}]") if number else path


def _toml_pair(scanner: _Scanner, table: Path) -> None:
    line = scanner.line()
    path = table
    for key in _toml_key(scanner):
        path = (*path, key)
        scanner.lines.setdefault(path, line)
    scanner.at += 1  # the equals sign
    scanner.skip(_TOML_BLANK)
    _toml_value(scanner, path)


def _toml_key(scanner: _Scanner) -> list[str]:
    """Goes past a dotted key and the blanks around it."""
    keys = []
    while True:
        scanner.skip(_TOML_BLANK)
        if scanner.starts('"') or scanner.starts("'"):
            keys.append(_toml_text(scanner.skip(_TOML_STRING)))
        else:
            keys.append(scanner.skip(_TOML_BARE))
        scanner.skip(_TOML_BLANK)
        if not scanner.starts("."):
            return keys
        scanner.at += 1


def _toml_text(quoted: str) -> str:
    """The text of a quoted key."""
    if quoted.startswith("'") or "\\" not in quoted:
        return quoted[1:-1]
    from tomllib import loads

    return str(loads(f"k = {quoted}")["k"])


def _toml_value(scanner: _Scanner, path: Path) -> None:
    if scanner.starts("["):
        _toml_array(scanner, path)
    elif scanner.starts("{"):
        _toml_inline(scanner, path)
    elif scanner.starts('"') or scanner.starts("'"):
        scanner.skip(_TOML_STRING)
    else:
        scanner.skip(_TOML_ATOM)


def _toml_array(scanner: _Scanner, path: Path) -> None:
    scanner.at += 1
    count = 0
    while True:
        scanner.skip(_TOML_SPACE)
        if scanner.starts("]"):
            scanner.at += 1
            return
        element = (*path, f"[{count}]")
        count += 1
        scanner.note(element)
        _toml_value(scanner, element)
        scanner.skip(_TOML_SPACE)
        if scanner.starts(","):
            scanner.at += 1


def _toml_inline(scanner: _Scanner, path: Path) -> None:
    scanner.at += 1
    while True:
        scanner.skip(_TOML_SPACE)
        if scanner.starts("}"):
            scanner.at += 1
            return
        _toml_pair(scanner, path)
        scanner.skip(_TOML_SPACE)
        if scanner.starts(","):
            scanner.at += 1
