"""The example projects pass their tests, and their READMEs show what really happens."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.examples.renew import VARIABLE
from tests.examples.stories import (
    BUG,
    EXAMPLES,
    FAILURE,
    FAULT,
    FIX,
    KINDS,
    PASSING,
    Patch,
    Section,
    sections,
    session,
    stories,
)

if TYPE_CHECKING:
    from tests.examples.conftest import Lab

pytestmark = pytest.mark.slow

STORIES = [story for example in EXAMPLES for story in stories(example)]
RENEWING = VARIABLE in os.environ

each_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
each_story = pytest.mark.parametrize("story", STORIES, ids=str)


SHOWN: dict[tuple[str, ...], str] = {}
"""What runs of the unchanged examples showed, by example and command: many stories end alike."""


def fixed_run(lab: Lab, section: Section, number: int) -> str:
    """What the command of a code block shows for the example as it is: that its tests pass."""
    command = section.command(number)
    key = (section.example.name, *command)
    if key not in SHOWN:
        result = lab.run(lab.copy(section.example, "fixed"), command)
        assert set(result.parseoutcomes()) == {"passed"}
        SHOWN[key] = session(command, result.stdout.str())
    return SHOWN[key]


def claim(section: Section, number: int, text: str) -> None:
    """Asserts that a code block says this; while renewing, makes it do so."""
    if RENEWING:
        section.rewrite(number, text)
    assert section.block(number) == text


@each_example
def test_an_example_passes_its_own_tests(lab: Lab, example: Path) -> None:
    [running] = [one for one in sections(example) if one.title == "Run its tests"]
    claim(running, 0, fixed_run(lab, running, 0))


@each_story
def test_a_bug_fails_one_test_once_its_fault_is_on_and_none_before(
    lab: Lab, story: Section
) -> None:
    project = lab.copy(story.example, "with the bug")
    patch = Patch.read(story.block(FIX))
    file = project / patch.path
    fixed = file.read_text(encoding="utf-8")
    file.write_text(patch.take_back(fixed), encoding="utf-8")
    assert story.block(BUG) in file.read_text(encoding="utf-8")
    command = story.command(FAILURE)
    result = lab.run(project, command)
    outcomes = result.parseoutcomes()
    assert outcomes.pop("failed") == 1
    assert outcomes.keys() == {"passed"}
    [failed] = [line for line in result.outlines if line.startswith("FAILED ")]
    assert re.search(r"\[[\w-]+\]", failed)
    claim(story, FAILURE, session(command, result.stdout.str()))
    claim(story, FIX, patch.write(fixed))
    if command:  # what was run was not everything
        calm = lab.run(project, ["-k", "calm"]).parseoutcomes()
        assert calm.keys() == {"passed", "deselected"}
        assert calm["passed"] == len(stories(story.example))


@each_story
def test_the_fix_helps(lab: Lab, story: Section) -> None:
    claim(story, PASSING, fixed_run(lab, story, PASSING))


@each_story
def test_a_fault_stands_in_the_tests_as_it_is_shown(story: Section) -> None:
    tests = [file.read_text(encoding="utf-8") for file in story.example.glob("tests/test_*.py")]
    for paragraph in story.block(FAULT).split("\n\n"):
        assert any(paragraph.rstrip("\n") in text for text in tests), paragraph


@each_story
def test_a_story_is_told_in_the_same_order(story: Section) -> None:
    assert tuple(kind for kind, _ in story.blocks) == KINDS
    assert story.command(FAILURE) == story.command(PASSING)


def test_there_are_stories_to_tell() -> None:
    assert [example.name for example in EXAMPLES] == [
        "flask_images",
        "httpx_pipeline",
        "rapid_nightly",
    ]
    for example in EXAMPLES:
        assert len(stories(example)) >= 3


def test_the_readme_tells_one_story_and_names_the_others() -> None:
    section = Section(Path(__file__).parents[2], "Example projects")
    for story in STORIES:
        assert story.title in section.text
    told = stories(EXAMPLES[0])[0]
    assert len(section.blocks) == len(KINDS)
    for number in range(len(KINDS)):
        claim(section, number, told.block(number))


@each_example
def test_the_code_of_an_example_knows_nothing_of_the_mock(example: Path) -> None:
    files = [
        file for file in example.rglob("*.py") if file.relative_to(example).parts[0] != "tests"
    ]
    assert len(files) >= 3
    for file in files:
        assert "mock" not in file.read_text(encoding="utf-8").lower(), file
