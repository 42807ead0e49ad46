"""Broken scenarios: what is wrong is said with file and line, and nothing else comes of them."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from scale_mock import ConfigurationError, ScaleMock
from scale_mock.api.openapi.shapes import QUERIES
from scale_mock.api.stepping import operations
from scale_mock.cli.main import commands
from scale_mock.config.settings import NAMES
from scale_mock.mock.scenarios.calls import PYTHON, STEP_KEYS
from scale_mock.mock.scenarios.parts import KEYS
from scale_mock.mock.scenarios.reading import NOT_SETTINGS, TABLES, TOP, read_scenario
from scale_mock.selectors.documents import read_document
from scale_mock.world.building import TASK_TYPES

if TYPE_CHECKING:
    import random

BROKEN = Path(__file__).parents[3] / "fixtures" / "scenarios" / "broken"
FILES = sorted(path for path in BROKEN.iterdir() if path.suffix != ".txt")
LISTS = {
    "types": TASK_TYPES.names,
    "calls": [*operations(), *PYTHON],
    "settings": [name for name in NAMES if name not in NOT_SETTINGS],
    "list_tasks": list(QUERIES["list_tasks"]),
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_broken_scenario_is_refused_in_exactly_these_words(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    expected = Path(f"{path.name}.txt").read_text("utf-8")
    for name, words in LISTS.items():
        expected = expected.replace(f"{{{name}}}", ", ".join(words))
    result = CliRunner().invoke(commands, ["check", path.name])

    assert result.stdout == expected
    assert result.exit_code == 1
    with pytest.raises(ConfigurationError) as refusal:
        ScaleMock(scenario=path.name)
    assert str(refusal.value) == expected.splitlines()[0]


def test_a_broken_scenario_ends_serve_and_the_demo_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text('title = "x"\n[[step]]\ncall = "list_taskz"\n')
    for command in (["serve", "--port", "0"], ["demo", "--port", "0"]):
        result = CliRunner().invoke(commands, [*command, "--scenario", str(path)])
        assert result.exit_code == 1
        assert result.stderr.startswith(f"Error: {path}:3: step (1st): call: there is no call")
        assert result.stderr.count("\n") == 1


def test_rule_files_and_scenarios_can_be_checked_together(tmp_path: Path) -> None:
    rules, scenario = tmp_path / "r.toml", tmp_path / "s.toml"
    rules.write_text('[[rule]]\nafter = "1h"\n')
    scenario.write_text('[[rule]]\nafter = "1h"\n[[step]]\ncall = "list_tasks"\n')
    result = CliRunner().invoke(commands, ["check", str(rules), str(scenario)])
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"1 rules and 0 faults are fine.\n{scenario}: a scenario of 1 calls\n"


# --- fuzz ---------------------------------------------------------------------------------------

WORDS = [*TOP, *TABLES, *STEP_KEYS, *(key for keys in KEYS.values() for key in keys)]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 10**20) | st.floats() | st.sampled_from(
        ["", "p", "x[1]", "1h", "live", "2024-01-01", "categorization", "create_task", "{n}",
         "tasks.redo", "list_tasks", "studio", "http://a.example/", "\0"]
    ),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
TABLE = st.dictionaries(st.sampled_from(WORDS), VALUES, max_size=6)
SHAPED = st.fixed_dictionaries(
    {},
    optional={
        **{kind: st.lists(st.dictionaries(st.sampled_from(keys), VALUES, max_size=5), max_size=3)
           for kind, keys in {**KEYS, "step": STEP_KEYS}.items()},
        "settings": st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=3),
        "start_at": VALUES,
        "seed": VALUES,
    },
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(TABLE | SHAPED)
def test_no_table_whatever_makes_the_reader_stumble(data: dict[str, Any]) -> None:
    try:
        document = read_document(json.dumps(data), "x.json")
    except ConfigurationError:
        return
    _, problems = read_scenario(document)
    for problem in problems:
        assert str(problem).startswith("x.json:1: ")


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from(["rough-week", "studio-team"]))
def test_no_change_of_a_line_makes_the_reader_stumble(chance: random.Random, name: str) -> None:
    shipped = Path(__file__).parents[3] / "scale_mock" / "mock" / "scenarios" / "shipped"
    lines = (shipped / f"{name}.toml").read_text("utf-8").splitlines()
    for _ in range(chance.randint(1, 3)):
        number = chance.randrange(len(lines))
        lines[number] = chance.choice(
            ["", lines[number][::-1], lines[number] + "x", lines[number].replace('"', "", 2),
             lines[number].replace(" = ", "s = "), chance.choice(lines)]
        )  # fmt: skip
    text = "\n".join(lines)
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        with pytest.raises(ConfigurationError, match=r"^x\.toml:[0-9]+: malformed TOML"):
            read_document(text, "x.toml")
        return
    _, problems = read_scenario(read_document(text, "x.toml"))
    assert all(str(problem).startswith("x.toml:") for problem in problems)
