"""The READMEs of the example projects as data: what they claim, and how to have it again.

A story is a section with five code blocks: the bug, the fault that shows it, what pytest says, the
fix (a patch), and what pytest says then. The project itself holds the fixed code; the bug is what
taking the patch back leaves.
"""

from __future__ import annotations

import difflib
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2] / "fixtures" / "examples"
EXAMPLES = sorted(file.parent for file in ROOT.glob("*/pyproject.toml"))
KINDS = ("python", "python", "console", "diff", "console")
BUG, FAULT, FAILURE, FIX, PASSING = range(len(KINDS))
PROMPT = "$ "
CONTEXT = 2
"""How many lines a patch shows around what it changes."""
ELIDED = "..."
BLANK = "\n"
"""How a patch shows an empty line around what it changes: without the blank at its end."""
HEADING = re.compile(r"(?P<sign>[=_-])(?P=sign)+ (?P<title>.+?) (?P=sign)+")
TOOK = re.compile(r"(?P<count>\d+ (?:passed|failed).*) in [\d.]+s.*")
PROGRESS = re.compile(r"\S+\.py [.FE]+ +\[ *\d+%\]")
FRAME = re.compile(r"(?P<path>\S+\.py):\d+: in ")
ENTRY = re.compile(r"  \d{4}-\d\d-\d\dT\S+Z (?:to \S+Z )?\w+/\S+ \w+\.\w+\b")
UNSAID = ("", "test session starts", "short test summary info")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Section:
    """A section of a README.

    Attributes:
        example: The project's folder.
        title: The section's heading.
    """

    example: Path
    title: str

    def __str__(self) -> str:
        return f"{self.example.name}: {self.title}"

    @property
    def text(self) -> str:
        """What stands below the heading."""
        return self._readme.partition(f"\n## {self.title}\n")[2].partition("\n## ")[0]

    @property
    def blocks(self) -> list[tuple[str, str]]:
        """The language and the text of each code block."""
        return [(match[1], match[2]) for match in BLOCK.finditer(self.text)]

    def block(self, number: int) -> str:
        """The text of a code block."""
        return self.blocks[number][1]

    def command(self, number: int) -> list[str]:
        """The arguments of the pytest command that a block begins with."""
        line = self.block(number).partition("\n")[0]
        assert line.startswith(f"{PROMPT}pytest"), line
        return shlex.split(line.removeprefix(PROMPT))[1:]

    def rewrite(self, number: int, text: str) -> None:
        """Puts another text into a code block."""
        match = list(BLOCK.finditer(self.text))[number]
        below = self.text[: match.start(2)] + text + self.text[match.end(2) :]
        whole = self._readme.replace(self.text, below)
        (self.example / "README.md").write_text(whole, encoding="utf-8")

    @property
    def _readme(self) -> str:
        return (self.example / "README.md").read_text(encoding="utf-8")


def sections(example: Path) -> list[Section]:
    """Every section of an example's README."""
    text = (example / "README.md").read_text(encoding="utf-8")
    return [Section(example, title) for title in re.findall(r"(?m)^## (.+)$", text)]


def stories(example: Path) -> list[Section]:
    """The sections that tell a story."""
    return [one for one in sections(example) if any(kind == "diff" for kind, _ in one.blocks)]


@dataclass(frozen=True)
class Patch:
    """A patch of one file.

    Attributes:
        path: The file, from the project's folder.
        hunks: What it replaces by what, from the top.
    """

    path: str
    hunks: list[tuple[str, str]]

    @classmethod
    def read(cls, text: str) -> Patch:
        """Reads a unified diff; where its hunks stand is found by what they hold."""
        head, *hunks = re.split(r"(?m)^@@.*\n", text)
        old, new = head.splitlines()
        assert old.removeprefix("--- a/") == new.removeprefix("+++ b/")
        return cls(
            new.removeprefix("+++ b/"), [(_side(one, "-"), _side(one, "+")) for one in hunks]
        )

    def take_back(self, fixed: str) -> str:
        """The file's text before the patch."""
        for before, after in self.hunks:
            assert fixed.count(after) == 1, f"{self.path} does not hold, once:\n{after}"
            fixed = fixed.replace(after, before)
        return fixed

    def write(self, fixed: str) -> str:
        """The patch as ``patch -p1`` takes it."""
        lines = difflib.unified_diff(
            self.take_back(fixed).splitlines(keepends=True),
            fixed.splitlines(keepends=True),
            f"a/{self.path}",
            f"b/{self.path}",
            n=CONTEXT,
        )
        return "".join(BLANK if line == f" {BLANK}" else line for line in lines)


def _side(hunk: str, sign: str) -> str:
    """The lines of a hunk that are there on one side of the patch."""
    lines = hunk.splitlines(keepends=True)
    return "".join(
        line if line == BLANK else line[1:] for line in lines if line[0] in f" {sign}{BLANK}"
    )


def session(command: list[str], output: str) -> str:
    """What a README shows of a run of pytest: its lines as they were printed, without some.

    Left out is what is about this machine: the header, times, frames of libraries; and of the
    journal, for it is long, all but the faults. ``...`` stands for what is left out among failures.
    """
    lines = [f"{PROMPT}{shlex.join(['pytest', *command])}"]
    for line, is_shown in _judged(output.splitlines()):
        if is_shown:
            lines.append(line.rstrip())
        elif lines[-1] != ELIDED and line.strip(" ^"):
            lines.append(ELIDED)
    return "\n".join(lines) + "\n"


def _judged(lines: list[str]) -> Iterator[tuple[str, bool]]:
    """The lines from the first result on, each with whether it is shown."""
    part, is_shown = "", False
    for line in lines:
        if heading := HEADING.fullmatch(line):
            part = heading["title"]
            is_shown = heading["sign"] == "_" or part == "scale_mock"
            if took := TOOK.fullmatch(part):
                yield took["count"], True
            elif heading["sign"] != "=":
                yield line, is_shown
        elif PROGRESS.fullmatch(line):
            yield line, True
        elif part not in UNSAID:
            is_shown = _goes_on(line, is_shown)
            yield line, is_shown and bool(line.strip(" ^"))


def _goes_on(line: str, was_shown: bool) -> bool:
    """Whether the lines from this one on are shown."""
    if frame := FRAME.match(line):
        return not frame["path"].startswith((".", "/"))
    if ENTRY.match(line):
        return " fault.fired " in line
    return was_shown or line.startswith("E ")
