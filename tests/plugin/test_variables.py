"""Environment variables that nearly have the name of an option: in the header, and warned about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from scale_mock.cli.main import commands
from scale_mock.config.options import OPTIONS
from scale_mock.config.variables import strangers

if TYPE_CHECKING:
    from tests.plugin.conftest import Run

TEST = "def test_it(scale_mock):\n    pass\n"
NAMES = f"Variables: {', '.join(option.variable for option in OPTIONS)}."
MISSPELT = (
    "Nothing reads the environment variable SCALE_MOCK_SED: did you mean SCALE_MOCK_SEED? " + NAMES
)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("SCALE_MOCK_SED", "SCALE_MOCK_SEED"),
        ("SCALE_MOCK_SEDE", "SCALE_MOCK_SEED"),
        ("scale_mock_seed", "SCALE_MOCK_SEED"),
        ("SCALEMOCK_SEED", "SCALE_MOCK_SEED"),
        ("SCALE_MOCK_STRICTFIELDS", "SCALE_MOCK_STRICT_FIELDS"),
        ("SCALE_MOCK_ABSORB_SLEP", "SCALE_MOCK_ABSORB_SLEEP"),
        ("SCALE_MOCK_CALBACK_HOST", "SCALE_MOCK_CALLBACK_HOSTS"),
        ("SCALE_MOCK_CLOK", "SCALE_MOCK_CLOCK"),
    ],
)
def test_a_near_miss_is_recognised(name: str, meant: str) -> None:
    assert [one.meant for one in strangers([name])] == [f"did you mean {meant}?"]


def test_an_argument_that_has_no_variable_is_told() -> None:
    (found,) = strangers(["SCALE_MOCK_FAULTS"])
    assert found.meant == (
        "faults is an argument of the marker and of scale_mock_config, and no variable."
    )


@pytest.mark.parametrize(
    "name", ["SCALE_MOCK_PORT", "SCALE_MOCK_MINE", "SCALE_MOCK_", "SCALE_MOCK"]
)
def test_a_name_far_from_any_is_no_near_miss(name: str) -> None:
    assert [one.meant for one in strangers([name])] == [""]


def test_names_of_ours_and_of_others_are_no_strangers() -> None:
    ours = [option.variable for option in OPTIONS]
    assert strangers([*ours, "SCALE_MOCK_SAVED_SSL_CERT_FILE", "SCALE", "PATH", "SCALE_KEY"]) == []
    assert strangers(["SCALE_MOCK_MY_KEY"], ["SCALE_MOCK_MY_KEY"]) == []


def test_header_and_warning_tell_of_a_near_miss(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCALE_MOCK_SED", "3")
    result = run(TEST, "-W", "default")
    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(
        [
            "scale_mock 0.1.0: seed=0, clock=manual",
            "scale_mock: nothing reads SCALE_MOCK_SED: did you mean SCALE_MOCK_SEED?",
            f"*PytestConfigWarning: scale_mock: {MISSPELT}",
        ]
    )


def test_where_warnings_are_errors_the_run_ends_at_once(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCALE_MOCK_SED", "3")
    result = run(TEST)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: scale_mock: {MISSPELT}"])


def test_a_user_s_own_variables_are_told_in_the_header_only(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCALE_MOCK_PORT", "3")
    monkeypatch.setenv("SCALE_MOCK_MINE", "3")
    result = run(TEST)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            "scale_mock: SCALE_MOCK_MINE, SCALE_MOCK_PORT: variables of the environment that "
            "scale_mock does not read"
        ]
    )


def test_a_command_tells_of_a_near_miss_on_stderr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCALE_MOCK_SED", "3")
    monkeypatch.setenv("SCALE_MOCK_MINE", "3")
    result = CliRunner().invoke(commands, ["check", "--schema"])
    assert result.exit_code == 0
    assert result.stderr == f"{MISSPELT} The pytest plugin reads them; no command does.\n"
    assert result.stdout.startswith("{")
