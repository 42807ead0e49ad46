"""What is no rule, no fault and no list of them is refused in words, wherever it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scale_mock import ConfigurationError, Fault, Rule, ScaleMock

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("rules", [5, Rule(after="1h"), {"after": "1h"}, b"rules.toml"])
def test_what_is_no_list_of_rules_is_refused(rules: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"^rules: a list of rules is expected, not "):
        ScaleMock(rules=rules)


@pytest.mark.parametrize("faults", [5, Fault(status=500), {"status": 500}, "faults.toml"])
def test_what_is_no_list_of_faults_is_refused(faults: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"^faults: a list of faults is expected, not "):
        ScaleMock(faults=faults)


@pytest.mark.parametrize("given", [5, [{}], "rules.toml"])
def test_what_is_no_rule_or_fault_is_not_added(given: Any) -> None:
    with ScaleMock() as mock:
        with pytest.raises(ConfigurationError, match=r": a rule is a table or a Rule, not "):
            mock.rules.add(given)
        with pytest.raises(ConfigurationError, match=r": a fault is a table or a Fault, not "):
            mock.faults.add(given)
        assert (len(mock.rules), len(mock.faults)) == (0, 0)


def test_a_fault_for_a_task_type_that_does_not_exist_is_refused() -> None:
    start = 'match.type: there is no task type "imageanotation"; did you mean "imageannotation"?'
    for match in ({"type": "imageanotation"}, {"callback": True, "type": "imageanotation"}):
        with pytest.raises(ConfigurationError) as refused:
            ScaleMock(faults=[{"match": match, "status": 500}])
        assert start in str(refused.value)
    with ScaleMock(faults=[{"match": {"type": None}, "status": 500}]) as mock:
        mock.faults.clear()


def test_no_type_at_all_is_said_without_quotes() -> None:
    with pytest.raises(ConfigurationError) as refused:
        ScaleMock(rules=[{"match": {"type": {"not": "*"}}}])
    assert "match.type: no task type is {'not': '*'}, so this could never match. Types: " in str(
        refused.value
    )


def test_files_of_rules_are_named_one_after_the_other() -> None:
    with ScaleMock() as mock:
        with pytest.raises(ConfigurationError) as refused:
            mock.rules.load(["a.toml"])  # type: ignore[arg-type]
        assert str(refused.value) == (
            "rules.load(): files are given by name, one after the other, for example "
            """load("rules.toml", "more.json"), not ['a.toml']."""
        )
        with pytest.raises(ConfigurationError, match=r"^rules.load\(\): name at least one file\.$"):
            mock.rules.load()


def test_a_file_that_is_not_there_is_told_with_the_folder_that_was_looked_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError) as refused:
        ScaleMock(rules=["rules.toml"])
    reason = f"No such file or directory (looked in {tmp_path})"
    assert str(refused.value) == f"rules.toml: cannot be read: {reason}"
