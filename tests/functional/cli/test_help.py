"""The help pages, as they look in a terminal: exact texts, and what every page has to say."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click
import pytest

from scale_mock.cli.main import commands
from scale_mock.cli.pages import PAGES, WIDE, Page
from tests.functional.cli.processes import run
from tests.manual import helping
from tests.manual.marks import RENEW

if TYPE_CHECKING:
    from pathlib import Path

NAMES = helping.names()
COMMANDS = commands.commands


@pytest.mark.parametrize("name", NAMES)
def test_a_page_at_80_columns_is_the_one_that_was_read(name: str) -> None:
    kept = helping.file(name)
    renew = f"Read the new page, then keep it: {RENEW}"
    assert kept.exists(), renew
    assert helping.page(name) == kept.read_text(), renew


def test_no_page_is_kept_of_a_command_that_is_gone() -> None:
    assert {path.name for path in helping.FOLDER.iterdir()} == {
        helping.file(name).name for name in NAMES
    }


@pytest.mark.parametrize("width", [80, 100, 120, 200])
@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_as_wide_as_it_may_be(name: str, width: int) -> None:
    longest = max(map(len, helping.page(name, width).splitlines()))
    wanted = max((len(line) + 2 for line, _ in PAGES[name or "commands"].examples), default=0)
    assert longest <= max(min(width, 100), wanted)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_says_purpose_examples_options_exit_codes(name: str) -> None:
    lines = helping.page(name).splitlines()
    assert lines[0].startswith(f"Usage: scale-mock {name}".rstrip())
    assert lines[2].endswith(".")
    headings = [line for line in lines if line.endswith(":") and not line.startswith(" ")]
    wanted = ["Examples:", "Options:", *["Commands:"] * (not name), "Exit codes:"]
    assert [one for one in headings if one != "Environment:"] == wanted


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_s_first_line_fits_the_list_of_commands(name: str) -> None:
    first = str(COMMANDS[name].help).partition("\n")[0]
    assert f"  {first}\n" in helping.page("")


def test_every_command_has_a_page_and_every_page_a_command() -> None:
    assert PAGES.keys() == {"commands", *COMMANDS}


@pytest.mark.parametrize("name", COMMANDS)
def test_an_option_that_takes_a_value_tells_its_default_or_that_there_is_none(name: str) -> None:
    """None: it may be repeated, or is a file or variable of the user's own."""
    for option in COMMANDS[name].params:
        if isinstance(option, click.Option) and not option.is_flag:
            context = click.Context(COMMANDS[name])
            _, told = option.get_help_record(context) or ("", "")
            assert "[default: " in told or not isinstance(option.default, str | int | float)
            assert "Default:" not in told
            assert str(option.help).rstrip("]")[-1] not in ",;"


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_examples_name_commands_and_options_that_exist(page: Page) -> None:
    for line, about in page.examples:
        assert about
        if line.startswith("curl "):
            continue
        line = line.removeprefix('eval "$(').removesuffix(')"')
        words = shlex.split(line)
        words = words[: words.index(">")] if ">" in words else words
        assert words[0] == "scale-mock"
        options = {opt for one in COMMANDS[words[1]].params for opt in one.opts} | {"--help"}
        assert {word for word in words if word.startswith("-")} <= options
    assert sum(len(line) > WIDE for line, _ in page.examples) <= 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["check", "--schema"], 0),
        (["check"], 2),
        (["check", "missing.toml"], 1),
        (["env", "nowhere"], 1),
        (["env"], 2),
        (["render", "missing.json"], 1),
        (["openapi", "--api", "v9"], 2),
        (["openapi"], 0),
        (["serve", "--rules", "missing.toml"], 1),
        (["serve", "--snapshot", "broken.json"], 2),
        (["demo", "--list"], 0),
        (["demo", "--scenario", "missing"], 1),
        (["nonsense"], 2),
    ],
)
def test_exit_codes_are_those_of_the_pages(tmp_path: Path, arguments: list[str], code: int) -> None:
    (tmp_path / "broken.json").write_text("{")
    there = [str(tmp_path / one) if "." in one else one for one in arguments]
    done = run(*there)
    assert done.returncode == code, done.stderr
    told = PAGES.get(arguments[0], PAGES["commands"])
    assert code in {number for number, _ in told.exits}


def test_no_colour_is_asked_for_and_given(monkeypatch: pytest.MonkeyPatch) -> None:
    from rich.console import Console

    from scale_mock.cli import demo

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert isinstance(demo._console(), Console)
    assert not demo._console().no_color
    monkeypatch.setenv("NO_COLOR", "1")
    assert demo._console().no_color
