"""CONTRIBUTING names files, commands and numbers that are so."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests import test_house

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text()
HOUSE = TEXT.partition("## The house")[2].partition("```\n")[2].partition("```")[0]
SPANS = re.findall(r"`([^`\n]+)`", TEXT)


def test_every_path_is_there() -> None:
    for span in SPANS:
        if re.fullmatch(r"[\w.{}<>,*-]+(/[\w.{}<>,*-]*)+|[\w-]+\.(md|toml|py)", span):
            assert places(span), span


def places(span: str) -> list[Path]:
    """The files that a path means: in the package or the project, any name for ``<name>``."""
    forms = [re.sub(r"<\w+>", "*", span)]
    if match := re.search(r"\{(.+?)\}", forms[0]):
        forms = [forms[0].replace(match[0], one) for one in match[1].split(",")]
    found = [[*ROOT.glob(form), *(ROOT / "scale_mock").glob(form)] for form in forms]
    return [path for each in found for path in each] if all(found) else []


def test_the_layers_are_those_of_the_contract() -> None:
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (layers,) = (one["layers"] for one in contract["contracts"])
    told = [re.split(r"\s{2,}", line.strip())[0] for line in HOUSE.strip().splitlines()]
    assert told == layers


def test_the_limits_are_those_that_are_held() -> None:
    limits = re.search(r"Modules up to (\d+) lines, functions up to (\d+)", TEXT)
    assert limits
    assert [int(one) for one in limits.groups()] == [
        test_house.LINES_MAX, test_house.FUNCTION_LINES_MAX,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "kind",
    [
        "a task type", "a setting", "an option", "an operation", "a refusal", "a command",
        "a strict check", "a public name", "state of a world",
    ],
)  # fmt: skip
def test_it_says_where_to_add(kind: str) -> None:
    assert f"| {kind}" in TEXT


def test_it_names_what_renews_the_generated_parts() -> None:
    from tests.manual import marks

    assert marks.RENEW.removeprefix("python ") in TEXT


def test_it_names_the_variables_that_the_tests_read() -> None:
    texts = [path.read_text() for path in (ROOT / "tests").rglob("*.py")]
    read = {
        name
        for text in texts
        for name in re.findall(
            r"(?:environ\.get\(|environ\[|^[A-Z]+ = )\"(SCALE_MOCK_\w+)\"", text, re.M
        )
    }
    assert {"SCALE_MOCK_NODE_MODULES", "SCALE_MOCK_DRAWS"} <= read
    assert [name for name in sorted(read) if f"`{name}" not in TEXT] == []
