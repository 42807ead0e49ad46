"""``explain`` in every state: what it says, at both doors, and that obeying it ends the wait."""

from __future__ import annotations

import ast
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from scaleapi.teams import TeammateRole

from scale_mock.api.control.moves import over_http
from tests.functional.explain.states import STATES
from tests.functional.helpers import batch, image_task, ok, project
from tests.functional.studio.team import ANN, exact_team, launched
from tests.functional.v2.conftest import through

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scale_mock.world.explain import Explanation
    from tests.functional.conftest import OpenDoor
    from tests.functional.doors import Door, WireTap

STEPS_MAX = 30
STEP = re.compile(r"2024-01-\d\dT\d\d:\d\d:\d\d\.\d{3}Z  [a-z]+\.[a-z_]+(  .+)?")


def alternatives(move: str) -> list[list[str]]:
    """The calls of a suggestion: one list for each way that it names."""
    ways = [list(calls_in(way)) for way in re.split(r",? or (?=mock|client|with|an )", move)]
    return [way for way in ways if way]


def calls_in(text: str) -> Iterator[str]:
    """The Python calls in a text."""
    for found in re.finditer(r"\b(?:mock|client)\.", text):
        rest = text[found.start() :]
        ends = [place for place, letter in enumerate(rest, 1) if letter == ")"]
        yield next(rest[:end] for end in ends if is_call(rest[:end]))


def is_call(text: str) -> bool:
    try:
        return isinstance(ast.parse(text, mode="eval").body, ast.Call)
    except SyntaxError:
        return False


def explained(door: Door, task: Any, mode: str) -> Explanation:
    """What both doors say."""
    found = door.mock.explain(task)
    told = ok(door.request("GET", f"/_mock/tasks/{task.id}/explain", mode=mode))
    assert told.pop("response_url").startswith(f"/v1/task/{task.id}/response_url/")
    told.pop("move_http")
    assert told == found.as_dict()
    return found


def mode_of(door: Door, task: Any) -> str:
    return "live" if door.mock._world.core.sides["live"].tasks.get(task.id) else "test"


@pytest.mark.parametrize("name", STATES)
def test_a_state_is_explained_word_for_word(open_door: OpenDoor, name: str) -> None:
    state = STATES[name]
    door = open_door(**state.settings)
    task = state.enter(door)
    found = explained(door, task, mode_of(door, task))
    callback = next((one.id for one in door.mock.callbacks.owed), "")
    names = {"{id}": task.id, "{callback}": callback}
    wanted = [state.decided_by, state.waits_for, state.move]
    for placeholder, value in names.items():
        wanted = [text.replace(placeholder, value) for text in wanted]
    assert [found.decided_by, found.waits_for, found.move] == wanted
    steps = [step for step in found.steps if not step.endswith("earlier entries)")]
    assert steps
    for step in steps:
        assert STEP.fullmatch(step), step
    instants = [step.partition(" ")[0] for step in steps]
    assert instants == sorted(instants)


@pytest.mark.parametrize("which", [0, -1], ids=["first", "last"])
@pytest.mark.parametrize("name", STATES)
def test_who_does_what_it_says_gets_the_task_on(
    open_door: OpenDoor, tap: WireTap | None, name: str, which: int
) -> None:
    state = STATES[name]
    door = open_door(**state.settings)
    task = state.enter(door)
    mode = mode_of(door, task)
    names = {
        "mock": door.mock,
        "client": through(door.client(mode), tap, door),
        "TeammateRole": TeammateRole,
        "EMAIL": "new@example.test",
        "LABELS": {"annotations": []},
    }
    for _ in range(STEPS_MAX):
        before = explained(door, task, mode)
        ways = alternatives(before.move)
        if not ways:
            break
        for call in ways[which]:
            eval(call, dict(names))  # the suggestion is Python, which is the point
        after = door.mock.explain(task)
        assert (after.status, after.waits_for, after.move) != (
            before.status,
            before.waits_for,
            before.move,
        ), f"{before.move} moved nothing"
    last = door.mock.explain(task)
    assert last.status == state.ends
    assert last.move.startswith("nothing")


REQUEST = re.compile(r"\b(GET|POST|PUT|DELETE) (/\S+?)(?=[, ]|$)( \{)?")


def requests_in(text: str) -> Iterator[tuple[str, str, str | None]]:
    """The requests in a text: method, path, and the body if it has one."""
    for found in REQUEST.finditer(text):
        body = None
        if found[3]:
            start = found.end() - 1
            filled = text[start:].replace("LABELS", '{"annotations": []}')
            filled = filled.replace("EMAIL", '"new@example.test"')
            body = json.dumps(json.JSONDecoder().raw_decode(filled)[0])
        yield found[1], found[2], body


@pytest.mark.parametrize("name", STATES)
def test_who_sends_the_requests_that_it_names_gets_the_task_on(
    open_door: OpenDoor, name: str
) -> None:
    state = STATES[name]
    door = open_door(**state.settings)
    task = state.enter(door)
    mode = mode_of(door, task)
    for _ in range(STEPS_MAX):
        before = explained(door, task, mode)
        said = ok(door.request("GET", f"/_mock/tasks/{task.id}/explain", mode=mode))["move_http"]
        if not list(alternatives(before.move)):
            assert said == before.move
            break
        assert not list(calls_in(said)), "Python in a text for those who have none"
        for method, path, body in requests_in(said):
            ok(door.request(method, path, mode=mode, json=body and json.loads(body)))
        after = door.mock.explain(task)
        assert (after.status, after.waits_for, after.move) != (
            before.status,
            before.waits_for,
            before.move,
        ), f"{said} moved nothing"
    assert door.mock.explain(task).status == state.ends


def test_a_gate_that_keeps_a_batch_in_staging_is_told(open_door: OpenDoor) -> None:
    door = open_door(rapid_gate="full")
    project(door, rapid=True)
    batch(door, "dry", calibration_batch=True).finalize()
    made = batch(door)
    task = image_task(door, batch="w1")
    missing = (
        'Batch "w1" cannot be finalized yet (setting rapid_gate="full" of the mock). Its project '
        "is missing: a calibration score of at least 80 (no calibration task was audited yet: "
        "POST /v1/task/TASK_ID/audit, task.audit); an evaluation task (POST "
        "/v1/evaluation_tasks/imageannotation, client.create_evaluation_task); a training task "
        "(POST /v1/training_tasks/imageannotation, client.create_training_task)"
    )
    found = explained(door, task, "live")
    assert found.waits_for == (
        "batch 'w1', which is still in staging: nobody works on a rapid batch before it is "
        f"finalized. {missing}"
    )
    assert found.move == "what is missing, then client.finalize_batch('w1')"
    of_batch = door.mock.explain_batch(made)
    assert of_batch.waits_for == f"being finalized: it is still in staging. {missing}"
    assert of_batch.move == found.move


def test_a_batch_that_its_team_will_work_on_names_the_next_step(open_door: OpenDoor) -> None:
    door = open_door()
    exact_team(door, ANN)
    launched(door)
    found = door.mock.explain_batch("w1")
    assert found.waits_for == (
        "1 pending task; the team's next step is at 2024-01-01T00:01:00.000Z (in 1 min)"
    )
    assert door.mock.explain_batch("w1").move.endswith(") tells about it")


def test_the_other_modes_task_is_not_explained_to_a_key(door: Door) -> None:
    task = image_task(door, mode="test")
    reply = door.request("GET", f"/_mock/tasks/{task.id}/explain")
    assert reply.json()["error"] == (
        f'The task "{task.id}" lives in test mode; a live key cannot see it.'
    )
    assert door.mock.explain(task).status == "completed"


def test_a_batch_names_the_request_that_explains_its_task(open_door: OpenDoor) -> None:
    door = open_door()
    exact_team(door, ANN)
    task = launched(door)
    told = ok(door.request("GET", "/_mock/batches/w1/explain"))
    first = next(iter(door.mock._world.core.sides["live"].tasks))
    assert told["move"] == f"mock.explain({first!r}) tells about it", task
    assert told["move_http"] == f"GET /_mock/tasks/{first}/explain tells about it"


@pytest.mark.parametrize(
    ("move", "said"),
    [
        ("mock.studio.accept('a(b)@c')", 'POST /_mock/studio/accept {"emails": ["a(b)@c"]}'),
        ("client.finalize_batch('a or b')", "POST /v1/batches/a%20or%20b/finalize"),
        ("mock.unheard_of(1)", "mock.unheard_of(1)"),
        ("mock.tasks.complete(", "mock.tasks.complete("),
    ],
)
def test_odd_advice_is_said_too(move: str, said: str) -> None:
    assert over_http(move) == said
