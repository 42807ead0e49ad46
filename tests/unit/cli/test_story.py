"""The demo's story as data: complete, in order, and short enough to be read."""

from __future__ import annotations

from collections import Counter

from scale_mock.cli.story import GROUPS, LENGTH, RULES, story
from scale_mock.rules.rule import Rule
from scale_mock.tasktypes import TaskTypes

STEPS = story("http://receiver.test")
CALLS = [call for step in STEPS for call in step.calls]


def bodies(path: str) -> list[dict[str, object]]:
    return [c.body for c in CALLS if c.path.startswith(path) and isinstance(c.body, dict)]


def test_sixty_tasks_of_four_types_are_sent() -> None:
    types = Counter(call.path for call in CALLS if isinstance(call.body, dict) and
                    "unique_id" in call.body)  # fmt: skip
    assert types == {
        "/v1/task/imageannotation": 22,
        "/v1/task/categorization": 22,
        "/v1/task/textcollection": 8,
        "/v1/task/namedentityrecognition": 8,
    }
    sent = [body["unique_id"] for body in bodies("/v1/task/") if "unique_id" in body]
    expected = [group.unique_id(n + 1) for group in GROUPS for n in range(group.count)]
    assert sorted(map(str, sent)) == sorted(expected)


def test_every_task_is_one_that_the_platform_takes() -> None:
    types = TaskTypes()
    for group in GROUPS:
        for number in range(1, group.count + 1):
            types.check(group.type, group.params(number))


def test_steps_are_in_order_and_within_the_three_days() -> None:
    instants = [step.at for step in STEPS]
    assert instants == sorted(instants)
    assert instants[-1] < LENGTH


def test_what_a_step_says_fits_a_terminal_of_eighty_columns() -> None:
    assert [step.says for step in STEPS if len(step.says) > 80 - len("> Mon 08:00  ")] == []


def test_every_rule_of_the_story_is_a_rule() -> None:
    names = [Rule.from_dict(rule).name for rule in RULES]
    assert len(set(names)) == len(RULES)


def test_everything_calls_back_to_the_receiver() -> None:
    urls = {body["callback_url"] for body in bodies("/v1/task/") if "unique_id" in body}
    assert urls == {"http://receiver.test/tasks"}
    assert {body["callback"] for body in bodies("/v1/batches")} == {"http://receiver.test/batches"}
