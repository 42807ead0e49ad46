"""A scenario plays by itself: the same calls as a client's, on time, and loud where they fail."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from scaleapi.tasks import TaskType

from scale_mock import ConfigurationError, ScaleMock
from tests.functional.scenarios.files import BASE, STEP, TASKS, write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.functional.conftest import OpenDoor

BODY = {"attachment_type": "text", "categories": ["a", "b"]}


def problem_of(mock: ScaleMock) -> str:
    with pytest.raises(AssertionError) as found:
        mock.check()
    text, _, relax = str(found.value).rpartition("\n")
    assert relax == '    To allow it: mock.check(allow="exceptions")'
    return text


def test_what_a_scenario_makes_at_its_beginning_is_there_at_once(
    open_door: OpenDoor, tmp_path: Path
) -> None:
    door = open_door(scenario=write(tmp_path, BASE, TASKS))

    assert [project.name for project in door.client().projects()] == ["mails"]
    assert door.client().get_tasks_count(project_name="mails") == 1
    door.mock.clock.run_until_idle()
    tasks = list(door.client().get_tasks(project_name="mails"))
    assert [task.unique_id for task in tasks] == ["mail-3", "mail-2", "mail-1"]
    assert [task.created_at for task in reversed(tasks)] == [
        f"2024-01-01T{hour:02}:00:00.000Z" for hour in (8, 9, 10)
    ]
    assert {task.status for task in tasks} == {"completed"}


def test_the_journal_is_that_of_a_client_that_makes_the_same_calls(tmp_path: Path) -> None:
    rule = {"match": {"project": "mails"}, "after": "2h"}
    start = "2024-01-01T08:00:00Z"
    redo = 'call = "tasks.redo"\narguments = { task = { task = "mail-2" } }\n'
    with ScaleMock(scenario=write(tmp_path, BASE, TASKS, STEP, redo)) as mock:
        mock.clock.run_until_idle()
        played = [entry.as_dict() for entry in mock.journal.entries()]
        digest = mock.journal.digest()

    with ScaleMock(start_at=start, rules=[rule]) as mock, mock.intercept():
        client = mock.client()
        mock.callbacks.mount("https://app.example/", lambda request: 200)
        post = client.api.post_request
        post("projects", body={"name": "mails", "type": "categorization"})
        for number in (1, 2, 3):
            body = {
                **BODY,
                "attachment": f"Mail {number}",
                "project": "mails",
                "unique_id": f"mail-{number}",
                "callback_url": "https://app.example/",
            }
            made = post("task/categorization", body=body)
            if number == 2:
                second = made["task_id"]
            mock.clock.advance(hours=1)
        mock.clock.advance_to("2024-01-01T20:00:00Z")
        mock.tasks.redo(second, by="control API")
        mock.clock.run_until_idle()
        assert [entry.as_dict() for entry in mock.journal.entries()] == played
        assert mock.journal.digest() == digest


def test_steps_come_after_everything_else_of_their_instant(tmp_path: Path) -> None:
    audit = """
[[step]]
at = "2h"
call = "audit_task"
arguments = { task_id = { task = "m[1]" }, accepted = true }
"""
    with ScaleMock(scenario=write(tmp_path, BASE, TASKS, audit)) as mock:
        mock.clock.run_until_idle()
        mock.check()


def test_a_step_that_is_refused_is_loud(tmp_path: Path) -> None:
    twice = (
        "[[step]]\nat = '20h'\nname = 'again'\ncall = 'tasks.redo'\n"
        'arguments = { task = { task = "mail-1" } }\n'
    )
    path = write(tmp_path, BASE, TASKS, twice, twice.replace("again", "and again"))
    with ScaleMock(scenario=path) as mock:
        mock.clock.run_until_idle()
        text = (
            'scenario "scene": step "and again" (2nd) failed: mock_redo_task got 400: Only a '
            f"completed task can be sent back; this one is pending. ({path}:31)"
        )
        assert problem_of(mock) == f"scale_mock found 1 problem (exceptions):\n  - {text}"
        first = next(iter(mock._world.core.sides["live"].tasks))
        assert mock.explain(first).steps[-1] == text
        [entry] = [e.as_dict() for e in mock.journal.entries() if e.kind == "scenario.failed"]
        assert entry["step"] == 'step "and again" (2nd)'


def test_a_step_whose_refusal_is_expected_is_not(tmp_path: Path) -> None:
    step = """
call = "finalize_batch"
arguments = { name = "nobody-made-it" }
expect = 404
"""
    with ScaleMock(scenario=write(tmp_path, BASE, TASKS, STEP, step)) as mock:
        mock.clock.run_until_idle()
        mock.check()
        assert mock.requests[-1].status == 404


def test_a_step_that_was_expected_to_fail_and_did_not_is_loud(tmp_path: Path) -> None:
    step = 'call = "list_projects"\nexpect = [404, 409]\n'
    path = write(tmp_path, BASE, TASKS, STEP, step)
    with ScaleMock(scenario=path) as mock:
        mock.clock.run_until_idle()
        assert problem_of(mock).endswith(
            f"step (1st) failed: list_projects got 200, expected [404, 409] ({path}:26)"
        )


def test_a_customer_who_tries_again_gets_through_a_burst(tmp_path: Path) -> None:
    burst = """
[[fault]]
name = "burst"
match = { operation = "create_task", nth = [1, 2] }
status = 429
"""
    path = write(tmp_path, BASE, TASKS.replace("every", 'retry = "30s"\nevery'), burst)
    with ScaleMock(scenario=path) as mock:
        mock.clock.run_until_idle()
        mock.check()
        creates = [r for r in mock.requests if r.operation == "create_task"]
        assert [(r.status, r.at.minute, r.at.second) for r in creates] == [
            (429, 0, 0),
            (429, 0, 30),
            (200, 1, 0),
            (200, 0, 0),
            (200, 0, 0),
        ]


def test_a_customer_gives_up_after_ten_tries_more(tmp_path: Path) -> None:
    fault = '[[fault]]\nname = "dead"\nmatch = { operation = "create_task" }\nstatus = 503\n'
    path = write(tmp_path, BASE, TASKS.replace("count = 3", 'retry = "1m"'), fault)
    with ScaleMock(scenario=path) as mock:
        mock.rules.clear()
        mock.clock.run_until_idle()
        assert [request.status for request in mock.requests[1:]] == [503] * 11
        text = problem_of(mock)
        assert 'tasks "m" (1st) failed: create_task got 503: ' in text


def test_a_step_about_something_that_was_never_made_is_loud(tmp_path: Path) -> None:
    fault = '[[fault]]\nmatch = { operation = "create_task", nth = 2 }\nstatus = 500\n'
    redo = 'call = "tasks.redo"\narguments = { task = { task = "m[2]" } }\n'
    path = write(tmp_path, BASE, TASKS.replace("every", "expect = [200, 500]\nevery"), fault,
                 STEP, redo)  # fmt: skip
    with ScaleMock(scenario=path) as mock:
        mock.clock.run_until_idle()
        assert 'failed: task "m[2]" was never made (' in problem_of(mock)


def test_steps_refer_to_what_other_steps_made(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        BASE,
        """
[[step]]
name = "a dataset"
call = "datasets.deliver"
arguments = { dataset = "sums", tasks = [{ response = { sum = 4 } }] }

[[step]]
at = "1h"
name = "mail"
call = "create_task"
[step.arguments]
type = "categorization"
project = "mails"
attachment_type = "text"
attachment = "x"
categories = ["a"]
metadata = { task = "no reference" }

[[step]]
at = "9h"
call = "get_task"
arguments = { task_id = { step = "mail", field = "task_id" } }

[[step]]
at = "9h"
call = "add_task_tags"
arguments = { task_id = { step = "mail", field = "task_id" }, tags = ["late"] }

[[step]]
at = "9h"
call = "deliver"
arguments = { project = "mails", tasks = [{ step = "mail", field = "task_id" }], name = "d" }

[[step]]
at = "9h"
call = "list_tasks"
arguments = { project = "mails", status = ["completed"], limit = 5 }
""",
    )
    with ScaleMock(scenario=path) as mock:
        mock.clock.run_until_idle()
        mock.check()
        [task] = mock._world.core.sides["live"].tasks.values()
        shown = mock.tasks.get(task.task_id)
        assert (shown["tags"], shown["metadata"]) == (["late"], {"task": "no reference"})
        assert mock.requests[-1].query == "project=mails&status=completed&limit=5"


def test_rules_and_faults_can_be_added_on_the_way(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        BASE,
        TASKS,
        """
[[step]]
call = "rules.clear"

[[step]]
call = "rules.add"
arguments = { rules = [{ name = "late", match = { unique_id = "mail-3" }, outcome = "error" }] }

[[step]]
call = "faults.add"
at = "30m"
arguments = { match = { callback = true }, kind = "duplicate", name = "double" }
""",
    )
    with ScaleMock(scenario=path) as mock:
        mock.clock.run_until_idle()
        mock.check()
        statuses = {cb.subject: cb.status for cb in mock.callbacks.received}
        assert sorted(statuses.values()) == ["completed", "completed", "error"]
        assert len(mock.callbacks.received) == 6


def test_arguments_win_over_what_the_scenario_says(tmp_path: Path) -> None:
    path = write(tmp_path, "seed = 5\nsettings = { strict_fields = true }\n", BASE, TASKS)
    with ScaleMock(scenario=path) as mock:
        assert (mock.seed, mock.clock.now().hour) == (5, 8)
        assert mock._world.settings.strict_fields
    with ScaleMock(scenario=path, seed=0, start_at="2030-01-01", strict_fields=False) as mock:
        assert (mock.seed, mock.clock.now().year) == (0, 2030)
        assert not mock._world.settings.strict_fields
        assert len(mock.requests) == 2


def test_rules_of_the_test_come_before_those_of_the_scenario(tmp_path: Path) -> None:
    rules = [{"name": "mine", "match": {"unique_id": "mail-1"}, "outcome": "hold"}]
    with ScaleMock(scenario=write(tmp_path, BASE, TASKS), rules=rules) as mock:
        mock.clock.run_until_idle()
        statuses = {t.unique_id: t.status for t in mock._world.core.sides["live"].tasks.values()}
        assert statuses == {"mail-1": "pending", "mail-2": "completed", "mail-3": "completed"}


def test_a_reset_begins_the_scenario_anew(tmp_path: Path) -> None:
    with ScaleMock(scenario=write(tmp_path, BASE, TASKS)) as mock:
        mock.clock.run_until_idle()
        digest = mock.journal.digest()
        mock.reset()
        assert mock.clock.now().hour == 8
        mock.clock.run_until_idle()
        assert mock.journal.digest() == digest


@pytest.mark.parametrize("hours", [0, 1, 5, 13])
def test_a_snapshot_taken_on_the_way_goes_on_elsewhere(tmp_path: Path, hours: int) -> None:
    down = BASE.replace(
        'url = "https://app.example/"',
        'url = "https://app.example/"\nanswers = [{ from = "1h", until = "4h", status = "down" }]',
    )
    redo = 'call = "tasks.redo"\narguments = { task = { task = "m[2]" } }\n'
    with ScaleMock(scenario=write(tmp_path, down, TASKS, STEP, redo)) as mock:
        mock.clock.advance(f"{hours}h")
        taken = json.loads(json.dumps(mock.snapshot()))
        mock.clock.run_until_idle()
        mock.check()
        digest = mock.journal.digest()
    with ScaleMock() as other:
        other.restore(taken)
        other.clock.run_until_idle()
        assert other.journal.digest() == digest


@pytest.mark.parametrize("schedule_seed", range(5))
def test_the_order_of_events_of_one_instant_is_not_the_scenario_s_concern(
    tmp_path: Path, schedule_seed: int
) -> None:
    redo = 'call = "tasks.redo"\narguments = { task = { task = "m[2]" } }\n'
    path = write(tmp_path, BASE, TASKS.replace('every = "1h"\n', ""), STEP, redo)
    with ScaleMock(scenario=path, schedule_seed=schedule_seed) as mock:
        mock.clock.run_until_idle()
        mock.check()


def test_a_receiver_answers_as_it_is_told(tmp_path: Path) -> None:
    told = BASE.replace(
        'url = "https://app.example/"',
        'url = "https://app.example/"\nanswers = [{ until = "2h 30m", status = 503 }, '
        '{ until = "2024-01-01T12:00:00Z", status = "down" }]',
    )
    with ScaleMock(scenario=write(tmp_path, told, TASKS)) as mock:
        mock.clock.run_until_idle()
        attempts = mock.callbacks.attempts
        before = {a.outcome for a in attempts if (a.at.hour, a.at.minute) < (10, 30)}
        then = {a.outcome for a in attempts if (10, 30) <= (a.at.hour, a.at.minute) < (12, 0)}
        after = {a.outcome for a in attempts if a.at.hour >= 12}
        assert (before, then, after) == ({"503"}, {"refused"}, {"200"})
        assert len(mock.callbacks.received) == 3


def test_what_a_test_mounts_wins_over_a_receiver_of_the_scenario(tmp_path: Path) -> None:
    with ScaleMock(scenario=write(tmp_path, BASE, TASKS)) as mock:
        got: list[Any] = []
        mock.callbacks.mount("https://app.example/", lambda request: got.append(request.json))
        mock.reset()
        mock.clock.run_until_idle()
        assert len(got) == 3


def test_a_receiver_without_a_url_is_the_built_in_one(tmp_path: Path) -> None:
    path = write(tmp_path, BASE.replace('url = "https://app.example/"', "answers = [{ status = 500 "
                                        '}]'))  # fmt: skip
    with ScaleMock(scenario=path) as mock:
        mock.client().create_task(
            TaskType.Categorization,
            project="mails",
            attachment="x",
            callback_url=mock.callbacks.url,
            **BODY,
        )
        mock.clock.run_until_idle()
        assert {attempt.status for attempt in mock.callbacks.attempts} == {500}


def test_a_name_that_is_not_shipped_is_refused_in_words() -> None:
    with pytest.raises(ConfigurationError) as refusal:
        ScaleMock(scenario="hapy-path")
    assert str(refusal.value) == (
        "There is no scenario 'hapy-path'; did you mean \"happy-path\"? Scenarios: "
        "audit-rejection, duplicate-storm, happy-path, rapid-calibration, receiver-down, "
        "rough-week, slow-labelers, studio-team; or name a file."
    )
    with pytest.raises(ConfigurationError) as refusal:
        ScaleMock(scenario=7)  # type: ignore[arg-type]
    assert str(refusal.value) == ("scenario=7: expected the name of a shipped scenario, or a file.")
    with pytest.raises(ConfigurationError, match=r"^nowhere\.toml: cannot be read: "):
        ScaleMock(scenario="nowhere.toml")


def test_two_thousand_steps_are_no_burden(tmp_path: Path) -> None:
    path = write(tmp_path, BASE, TASKS.replace("count = 3", "count = 2_000").replace("1h", "9s"))
    with ScaleMock(scenario=path) as mock:
        mock.clock.run_until_idle()
        mock.check()
        assert len(mock.callbacks.received) == 2_000
