"""Every block of the manual is in a known language and is run or checked; so are its commands."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from scale_mock.cli.main import commands
from tests.manual import marks, test_shown
from tests.test_readme import PYTHON, RUBY, SHELL, SHOWN, TOML, anchor, links_of

ROOT = Path(__file__).parents[2]
README = marks.README.read_text()
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
BLOCKS = BLOCK.findall(README)
HOW = {
    "python": "run as a test by tests/test_readme.py",
    "bash": "read by bash, its scale-mock commands by the command line",
    "console": "the same for what follows the $",
    "toml": "checked by scale-mock check, or read by pytest with --strict-config",
    "ini": "the latter",
    "ruby": "run against a server where ruby is installed",
    "text": "what the sample before it prints, what test_shown makes anew, or what a test or an "
    "example pins line by line",
    "json": "parsed",
    "diff": "what it takes away or adds is a line of an example",
}
"""The languages of blocks, and how each is held to be right."""
PROGRAMS = {
    "curl",
    "eval",
    "export",
    "kill",
    "npm",
    "node",
    "pip",
    "pytest",
    "python3",
    "scale-mock",
    "until",
    ".venv/bin/pip",
}
"""What the manual's commands begin with."""


def shell_of(language: str, text: str) -> str:
    """The commands of a block, without the $ of a console and what it prints."""
    if language == "bash":
        return text
    lines, goes_on = [], False
    for line in text.splitlines():
        if line.startswith("$ ") or goes_on:
            lines.append(line.removeprefix("$ "))
            goes_on = line.endswith("\\")
    return "\n".join(lines)


SHELLS = [shell_of(*one) for one in BLOCKS if one[0] in {"bash", "console"}]
CALLS = sorted(
    {
        line.strip().removesuffix(")")
        for text in [*SHELLS, *re.findall(r"`([^`\n]+)`", re.sub(BLOCK, "", README))]
        for line in re.findall(r"(?:^|[^\w/-])(scale-mock [a-z]+\b[^\n|&>;#\"`]*)", text)
    }
)
"""Every command line of ours in the manual, in blocks and in sentences."""


def test_every_block_says_its_language() -> None:
    assert README.count("```") == 2 * len(BLOCKS)
    assert {language for language, _ in BLOCKS} <= HOW.keys()


def of(language: str) -> list[str]:
    """The blocks in a language."""
    return [text for one, text in BLOCKS if one == language]


CONFIGS = [("ini", text) for text in of("ini")] + [
    ("toml", text) for text in of("toml") if "[tool.pytest." in text
]
PRINTED = [text for name, sample in PYTHON if name in SHOWN for text in of("text")
           if f"{sample}```\n\n```text\n{text}" in README]  # fmt: skip
MADE = [text for text in of("text") if test_shown.bare(text.partition("\n")[0]) in test_shown.SHOWN]
PINNED = [text for text in of("text") if text not in PRINTED + MADE]


def test_every_sample_is_run_or_read() -> None:
    assert [text.partition("\n")[2] for text in of("python")] == [text for _, text in PYTHON]
    assert sorted(of("toml") + of("ini")) == sorted([*TOML, *(text for _, text in CONFIGS)])
    assert of("ruby") == RUBY
    assert len(PRINTED) == len(SHOWN)
    assert len(MADE) == len(test_shown.SHOWN)
    assert set(SHELL) <= set(of("bash"))
    for text in of("json"):
        json.loads(text)


def pinned() -> str:
    """What tests and examples hold to be said, word for word."""
    files = [
        *(ROOT / "tests").rglob("*.py"),
        *(
            path
            for path in (ROOT / "fixtures" / "examples").rglob("*")
            if path.suffix in {".md", ".py"}
        ),
        *(ROOT / "fixtures" / "help").iterdir(),
    ]
    return "\n".join(path.read_text() for path in files)


def test_every_output_is_pinned_somewhere() -> None:
    lines = [line.strip() for text in PINNED for line in text.splitlines()]
    lines += [line[1:].strip() for text in of("diff") for line in text.splitlines()]
    known = pinned() if lines else ""
    assert [line for line in lines if line not in {"", "..."} and line not in known] == []


@pytest.mark.slow
def test_pytest_reads_every_configuration(pytester: pytest.Pytester) -> None:
    for number, (kind, text) in enumerate(CONFIGS):
        folder = pytester.mkdir(f"project{number}")
        (folder / ("pytest.ini" if kind == "ini" else "pyproject.toml")).write_text(text)
        done = pytester.runpytest_subprocess(
            "--strict-config", "--collect-only", "-p", "no:asyncio", f"--rootdir={folder}", folder
        )
        assert done.ret == pytest.ExitCode.NO_TESTS_COLLECTED, done.stdout.str()


@pytest.mark.slow
def test_a_configuration_that_pytest_does_not_know_is_refused(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nscale_mock_sed = 7\n")
    done = pytester.runpytest_subprocess("--strict-config", "--collect-only", "-p", "no:asyncio")
    assert done.ret == pytest.ExitCode.USAGE_ERROR


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("bash"), reason="bash is not installed")
@pytest.mark.parametrize("text", SHELLS)
def test_a_shell_block_is_something_that_bash_reads(text: str) -> None:
    done = subprocess.run(["bash", "-n", "-c", text], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("text", SHELLS)
def test_a_shell_block_begins_with_programs_that_are_named(text: str) -> None:
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip() and not line.startswith("#"):
            assert line.split()[0] in PROGRAMS, line


@pytest.mark.parametrize("line", CALLS)
def test_a_command_of_ours_is_one_that_the_command_line_knows(line: str) -> None:
    name, *words = shlex.split(line.partition(" ")[2].replace("...", ""), posix=False)
    if name in {"command", "COMMAND"}:
        return
    command = commands.commands[name]
    known = {option: one for one in command.params for option in one.opts}
    for word in words:
        if word.startswith("--"):
            assert word in {*known, "--help"}, f"scale-mock {name} has no {word}"
            choices = getattr(known.get(word), "type", None)
            value = words[words.index(word) + 1 :][:1]
            if isinstance(choices, click.Choice) and value and "|" not in value[0]:
                assert value[0] in choices.choices


def test_the_commands_are_found() -> None:
    assert {"scale-mock demo", "scale-mock serve --port 8723"} <= set(CALLS)
    assert len(CALLS) >= 20


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_every_link_to_a_file_leads_to_one(text: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert target.startswith("https://") or (ROOT / target).exists(), target


def test_a_link_within_leads_to_the_heading_that_is_meant() -> None:
    """Of two headings with one name GitHub's short anchor is that of the first."""
    titles = re.findall(r"(?m)^(##+) (.+)$", re.sub(BLOCK, "", README))
    linked = {anchor(title) for _, title in titles} & links_of(README)
    for name in linked:
        levels = [level for level, title in titles if anchor(title) == name]
        assert levels[0] == min(levels, key=len)
        assert levels.count(levels[0]) == 1


def test_every_mark_is_one_that_somebody_reads() -> None:
    found = set(re.findall(r"<!-- (/?[\w ]+) -->", README))
    known = {"settings", "options", "differences", "run against a server"}
    assert found - known <= {"coverage", "/coverage", "objects", "/objects"}
