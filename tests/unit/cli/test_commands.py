"""The commands' help pages, and what they refuse."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner, Result

from scale_mock import __version__
from scale_mock.cli.main import commands


@pytest.fixture(autouse=True)
def nothing_runs(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """What would have been served, had it not been stopped here."""
    served: list[dict[str, object]] = []
    monkeypatch.setattr("scale_mock.cli.serve.run", lambda **options: served.append(options))
    monkeypatch.setattr("scale_mock.cli.demo.run", lambda **options: served.append(options))
    return served


def call(*arguments: str) -> Result:
    return CliRunner().invoke(commands, arguments, prog_name="scale-mock")


def test_version() -> None:
    assert call("--version").output == f"scale-mock {__version__}\n"


def test_help_names_the_commands() -> None:
    shown = call("--help")
    assert shown.exit_code == 0
    assert "demo " in shown.output
    assert "serve " in shown.output


@pytest.mark.parametrize(
    ("command", "options"),
    [
        (
            "serve",
            "--host --port --seed --clock --rate --start-at --callback-host --worlds-max --help",
        ),
        ("demo", "--port --seed --seconds --help"),
    ],
)
def test_help_of_a_command_names_its_options(command: str, options: str) -> None:
    shown = call(command, "--help")
    assert shown.exit_code == 0
    assert [option for option in options.split() if option not in shown.output] == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["serve", "--port", "70000"], "0<=x<=65535"),
        (
            ["serve", "my.toml"],
            "(my.toml). A rule file is named by an option: --rules my.toml (a scenario: --scenario",
        ),
        (["demo", "my.toml"], "(my.toml). A scenario is named by an option: --scenario my.toml"),
        (["serve", "my", "day"], "Got unexpected extra arguments (my day)\n"),
        (["serve", "--clock", "sundial"], "'autojump', 'manual', 'realtime'"),
        (["serve", "--rate", "5"], "--clock realtime; this one is autojump"),
        (["serve", "--clock", "realtime", "--rate", "0"], "x>0"),
        (["serve", "--start-at", "tomorrow"], "--start-at"),
        (["serve", "--callback-host", "http://app:8000/"], "name alone"),
        (["serve", "--callback-host", "app:8000"], "name alone"),
        (["serve", "--seed", "lucky"], "--seed"),
        (["serve", "--worlds-max", "0"], "x>=1"),
        (["demo", "--seconds", "-1"], "--seconds"),
        (["dance"], "No such command"),
    ],
)
def test_usage_errors_say_what_is_wrong(
    arguments: list[str], says: str, nothing_runs: list[dict[str, object]]
) -> None:
    refused = call(*arguments)
    assert (refused.exit_code, nothing_runs) == (2, [])
    assert says in refused.output
    assert "Traceback" not in refused.output


def test_what_is_asked_for_is_what_runs(nothing_runs: list[dict[str, object]]) -> None:
    call("serve", "--callback-host", "app", "--callback-host", "::1", "--start-at", "2024-02-03")
    options = nothing_runs[0]
    assert options.pop("start_at") == datetime(2024, 2, 3, tzinfo=UTC)
    assert options == {
        "host": "127.0.0.1",
        "port": 8723,
        "seed": None,
        "clock": None,
        "rate": None,
        "callback_hosts": ("app", "::1"),
        "stuck_polls_max": 100,
        "worlds_max": 1000,
        "https": False,
        "rule_files": (),
        "snapshot": None,
        "scenario": None,
    }
