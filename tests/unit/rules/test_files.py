"""Rule files: what is wrong is said with file and line, and nothing else ever comes of them."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from scale_mock import ScaleMock
from scale_mock.cli.main import commands
from scale_mock.errors import ConfigurationError
from scale_mock.faults.kinds import CALLBACK_KINDS, REQUEST_KINDS
from scale_mock.faults.kinds import KEYS as FAULT_KEYS
from scale_mock.mock.rulefiles import WatchedFiles, read_files, reading
from scale_mock.rules.outcomes import REVIEW_KEYS
from scale_mock.rules.parse import KEYS
from scale_mock.selectors import occasions
from scale_mock.selectors.documents import read_document
from scale_mock.selectors.matching import TASK_FIELDS
from scale_mock.world.building import TASK_TYPES

if TYPE_CHECKING:
    import random

RULES = Path(__file__).parents[3] / "fixtures" / "rules"
BROKEN = sorted(path for path in (RULES / "broken").iterdir() if path.suffix != ".txt")
EVERY_FORM = (RULES / "every_form.toml").read_text("utf-8")
SCHEMA = json.loads(CliRunner().invoke(commands, ["check", "--schema"]).stdout)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def plain(text: str) -> Any:
    """A TOML file's content as JSON would say it."""
    return json.loads(json.dumps(tomllib.loads(text), default=str))


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.name)
def test_each_broken_file_is_refused_in_exactly_these_words(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    expected = Path(f"{path.name}.txt").read_text("utf-8")
    expected = expected.replace("{types}", ", ".join(TASK_TYPES.names))
    result = CliRunner().invoke(commands, ["check", path.name])

    assert result.stdout == expected
    assert result.exit_code == 1


def test_there_are_at_least_thirty_broken_files() -> None:
    assert len(BROKEN) >= 30


def test_a_file_with_every_form_is_fine() -> None:
    result = CliRunner().invoke(commands, ["check", str(RULES / "every_form.toml")])

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "10 rules and 1 faults are fine.\n"


def test_all_problems_of_all_files_are_listed(tmp_path: Path) -> None:
    first, second = tmp_path / "a.toml", tmp_path / "b.json"
    first.write_text('[[rule]]\nafter = "x"\n[[rule]]\noutcome = "x"\n[[fault]]\nstatus = 5\n')
    second.write_text('{"rule": [{"name": 1}], "seed": 3}')
    result = CliRunner().invoke(commands, ["check", str(first), str(second)])

    places = [
        line.removeprefix(str(tmp_path)).split(": ")[0] for line in result.stdout.splitlines()
    ]
    assert places == ["/a.toml:2", "/a.toml:4", "/a.toml:6", "/b.json:1", "/b.json:1"]


def test_check_says_what_it_needs() -> None:
    result = CliRunner().invoke(commands, ["check"])

    assert result.exit_code == 2
    assert "Name the files to check, or ask for the --schema." in result.stderr


def test_a_rule_reads_the_same_in_toml_and_json(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(EVERY_FORM)
    (tmp_path / "a.json").write_text(json.dumps(plain(EVERY_FORM)))
    toml, in_json = read_files([tmp_path / "a.toml"]), read_files([tmp_path / "a.json"])

    assert toml.rules == in_json.rules
    assert [rule.as_dict() for rule in toml.rules] == [rule.as_dict() for rule in in_json.rules]
    assert toml.faults == in_json.faults


def test_paths_of_responses_start_at_the_rule_file(tmp_path: Path) -> None:
    (tmp_path / "labels.json").write_text('{"annotations": []}')
    (tmp_path / "r.toml").write_text('[[rule]]\nresponse = { file = "labels.json" }\n')

    assert read_files([tmp_path / "r.toml"]).rules[0].response == {"value": {"annotations": []}}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\xff", "r.toml:1: is not UTF-8: invalid start byte"),
        (b"a = 1\nb = '\xc3'", "r.toml:2: is not UTF-8: invalid continuation byte"),
        (b"a = " + b"[" * 5000 + b"]" * 5000, "r.toml:1: nested too deep to be read"),
        (b"a = " + b"9" * 5000, "r.toml:1: malformed TOML: Exceeds the limit"),
        (b"rule = [1]", "r.toml:1: rule (1st): a rule is a table, not 1"),
    ],
)
def test_odd_bytes_are_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, problem: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("r.toml").write_bytes(content)
    with pytest.raises(ConfigurationError) as refusal:
        read_files(["r.toml"])

    assert str(refusal.value).startswith(problem)


@pytest.mark.parametrize(
    ("name", "content", "hint"),
    [
        (
            "r.yaml",
            "rule:\n  - after: 1h\n",
            ". YAML is not read: write TOML, or JSON in a file named .json",
        ),
        ("rules.txt", '{"rule": []}', ". JSON is read from files named .json"),
        ("r.toml", "rule = [", ""),
    ],
)
def test_a_file_of_another_format_is_told_the_two_that_are_read(
    tmp_path: Path, name: str, content: str, hint: str
) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(ConfigurationError, match=r": malformed TOML: ") as refusal:
        read_files([tmp_path / name])

    assert str(refusal.value).partition("malformed TOML: ")[2].partition(".")[2] == hint[1:]


def test_a_file_that_is_not_there_is_refused_in_words(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(ConfigurationError, match=r": cannot be read: "):
            read_files([path])


def test_a_byte_order_mark_is_no_problem(tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_bytes(b"\xef\xbb\xbf[[rule]]\r\noutcome = 'hold'\r\n")

    assert read_files([tmp_path / "r.toml"]).rules[0].outcome == "hold"


# --- the schema ---------------------------------------------------------------------------------


def test_the_schema_is_one_and_knows_every_key() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    defs = SCHEMA["$defs"]

    assert list(defs["rule"]["properties"]) == list(KEYS)
    assert set(defs["match"]["properties"]) == {*TASK_FIELDS, *occasions.KEYS}
    assert list(defs["review"]["properties"]) == list(REVIEW_KEYS)
    assert set(defs["fault"]["properties"]) == set(FAULT_KEYS)
    assert set(defs["fault"]["properties"]["kind"]["enum"]) == {*REQUEST_KINDS, *CALLBACK_KINDS}


def test_the_schema_takes_what_the_loader_takes() -> None:
    assert list(VALIDATOR.iter_errors(plain(EVERY_FORM))) == []


@pytest.mark.parametrize(
    "name",
    ["unknown_field", "unknown_key", "unknown_outcome", "unknown_table", "one_table", "nth_zero",
     "chance_over_one", "unknown_result", "redo_often"],
)  # fmt: skip
def test_the_schema_refuses_what_a_schema_can_see(name: str) -> None:
    text = (RULES / "broken" / f"{name}.toml").read_text("utf-8")

    assert not VALIDATOR.is_valid(plain(text))


# --- fuzz ---------------------------------------------------------------------------------------

WORDS = [
    "median",
    "p95",
    "business",
    "deliver",
    "at",
    "hours",
    "days",
    "timezone",
    "value",
    "template",
    "from",
    "until",
    "times",
    "equals",
    "in",
    "glob",
    "range",
    "min",
    "max",
    "not",
    "metadata.x",
    "/params/x",
    "x",
]
TEXTS = ["2h", "2h..8h", "1/2", "18:00", "mon-fri", "error", "hold", "rejected", "{n}"]
words = st.sampled_from(
    [*KEYS, *occasions.KEYS, *TASK_FIELDS, *REVIEW_KEYS, *FAULT_KEYS, *WORDS],
)
atoms = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    words,
    st.sampled_from(TEXTS),
)
data = st.recursive(
    atoms,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=4)),
    max_leaves=25,
)


def attempt(text: str, file: str) -> None:
    """Reads a text; nothing but a ConfigurationError with the file's name may come of it."""
    try:
        document = read_document(text, file)
    except ConfigurationError as error:
        problems = [error]
    else:
        found = reading()
        found.add_tables(document)
        problems = found.problems
        for rule in found.rules:
            assert type(rule).from_dict(rule.as_dict()) == rule
    for problem in problems:
        assert str(problem).startswith(f"{file}:")


@settings(max_examples=300)
@given(st.lists(st.dictionaries(words, data, max_size=5), max_size=3), words)
def test_no_data_makes_the_loader_stumble(rules: Any, kind: str) -> None:
    attempt(json.dumps({"rule": rules, "fault": rules, kind: rules}), "fuzz.json")


@settings(max_examples=300)
@given(st.randoms(use_true_random=False))
def test_no_damage_to_a_file_makes_the_loader_stumble(chance: random.Random) -> None:
    text = EVERY_FORM
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(text))
        end = min(len(text), start + chance.choice([0, 1, 1, 3, 12, 40]))
        other = chance.randrange(len(text))
        put = chance.choice(
            ["", "[", "]", "}", '"', "\n", "=", "0", "-", ".", "'''", text[other : other + 9]]
        )
        text = text[:start] + put + text[end:]
    attempt(text, "fuzz.toml")


# --- in a world ---------------------------------------------------------------------------------


def test_files_and_rules_mix(tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text(
        '[[rule]]\nname = "b"\nmatch = { batch = "b" }\n'
        '[[fault]]\nmatch = { operation = "create_task", nth = 99 }\nstatus = 500\n'
    )
    rule = {"name": "a", "match": {"batch": "a"}}
    with ScaleMock(rules=[rule, tmp_path / "r.toml"]) as mock:
        assert [rule.name for rule in mock.rules] == ["a", "b"]
        assert len(mock.faults) == 1
        mock.rules.clear()
        assert mock.rules.load(tmp_path / "r.toml") == ["rule-3"]
        assert len(mock.faults) == 2
        with pytest.raises(ConfigurationError, match=r"the name \"b\" is taken by rule-3"):
            mock.rules.load(tmp_path / "r.toml")
        assert (len(mock.rules), len(mock.faults)) == (1, 2)


def test_changed_files_replace_their_rules_and_broken_ones_do_not(tmp_path: Path) -> None:
    path, said = tmp_path / "r.toml", list[str]()
    path.write_text('[[rule]]\nname = "a"\nmatch = { nth = 2 }\n[[rule]]\nname = "b"\n')
    watched = WatchedFiles([path], said.append)
    with ScaleMock() as mock:
        world = mock._world
        watched.equip(world)
        mock.rules.add(name="by hand", match={"batch": "x"})
        assert not watched.poll(lambda: [world])
        path.write_text("[[rule]]\nname = 7\n")
        assert not watched.poll(lambda: [world])
        assert not watched.poll(lambda: [world])
        assert said == [
            f"{path}:2: rule (1st): name: a name is text that is not blank, not 7",
            "The rules stay as they were.",
        ]
        assert [rule.name for rule in mock.rules] == ["a", "b", "by hand"]
        path.write_text('[[rule]]\nname = "c"\nmatch = { first = 1 }\n[[rule]]\nname = "b"\n')
        assert watched.poll(lambda: [world])
        assert [rule["id"] for rule in world.rules.as_dicts()] == ["rule-4", "rule-2", "rule-3"]
        assert [rule.name for rule in mock.rules] == ["c", "b", "by hand"]
        mock.reset()
        assert [rule.name for rule in mock.rules] == ["c", "b"]
        os.remove(path)
        assert not watched.poll(lambda: [world])
        assert said[-2:] == [
            f"{path}: cannot be read: No such file or directory",
            "The rules stay as they were.",
        ]


def test_a_name_taken_by_hand_keeps_the_rules_as_they_were(tmp_path: Path) -> None:
    path, said = tmp_path / "r.toml", list[str]()
    path.write_text('[[rule]]\nname = "a"\n')
    watched = WatchedFiles([path], said.append)
    with ScaleMock(rules=[{"name": "mine", "match": {"batch": "x"}}], name="n") as mock:
        watched.equip(mock._world)
        path.write_text('[[rule]]\nname = "mine"\n')
        watched.poll(lambda: [mock._world])
        assert [rule.name for rule in mock.rules] == ["a", "mine"]
        assert "is taken by rule-1" in said[0]
        mock.rules.clear()


def test_files_that_are_wrong_from_the_beginning_are_refused_with_all_problems(
    tmp_path: Path,
) -> None:
    (tmp_path / "r.toml").write_text("[[rule]]\nname = 7\n[[rule]]\nafter = true\n")
    with pytest.raises(ConfigurationError) as refusal:
        WatchedFiles([tmp_path / "r.toml"], print)

    assert str(refusal.value).count("r.toml:") == 2


def test_a_folder_and_a_binary_file_are_told_what_to_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("rules").mkdir()
    Path("r.toml").write_bytes(b"\x00\xff")
    result = CliRunner().invoke(commands, ["check", "rules", "r.toml"])
    example = os.path.join("rules", "*.toml")
    assert result.stdout == (
        f"rules: cannot be read: Is a directory; name the files in it, for example {example}\n"
        "r.toml:1: is not UTF-8: invalid start byte. It has to be text, TOML or JSON\n"
    )
    assert result.exit_code == 1
