"""Owns one way into every state that a task can be in, and what ``explain`` says of it there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from scaleapi.tasks import TaskType
from scaleapi.teams import TeammateRole

from scale_mock.errors import ResponderFailed
from tests.functional.helpers import CATEGORIES, HOOK, TEXTS, batch, image_task, ok, project
from tests.functional.studio.team import ANN, BOB, exact_team, launched, more_labelers

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.functional.doors import Door

HOURLY = {"name": "hourly", "after": "1h"}
NEWCOMER = (
    "client.invite_teammates([EMAIL], TeammateRole.Labeler), then "
    "client.add_studio_assignments([EMAIL], ['bikes'])"
)
DONE = "completed"


@dataclass(frozen=True)
class State:
    """One state: how to get there, what is said there, and how the task ends up if one obeys.

    ``{id}`` in the texts stands for the task's id, ``{callback}`` for that of its callback.
    """

    enter: Callable[[Door], Any]
    settings: dict[str, Any]
    decided_by: str
    waits_for: str
    move: str
    ends: str


STATES: dict[str, State] = {}


def state(
    decided_by: str, waits_for: str, move: str, *, ends: str = DONE, **settings: Any
) -> Callable[[Any], Any]:
    """Registers the state that the function leads into; it returns the task."""

    def register(enter: Any) -> Any:
        made = {"rules": [HOURLY], "rapid_gate": "off", **settings}
        STATES[enter.__name__] = State(enter, made, decided_by, waits_for, move, ends)
        return enter

    return register


def to(instant: str) -> str:
    return f"mock.clock.advance_to('{instant}'), or an assertion that waits for it"


def nightly(count: int) -> dict[str, Any]:
    """A rule that delivers so many tasks every weekday at 18:00."""
    return {"name": "nightly", "after": {"deliver": count, "every": "weekday", "at": "18:00"}}


CAPTURED = (
    "was captured, not sent: hooks.example.test is opened by callback_hosts=['hooks.example.test'] "
    "(serve --callback-host hooks.example.test)"
)
NOBODY = "nobody yet: work cannot begin"
TEAM = "default: the Studio team labels it"
COMPLETE = "mock.tasks.complete('{id}')"


@state("hourly",
       "the start of work at 2024-01-01T00:05:00.000Z (in 5 min), then its end at "
       "2024-01-01T01:00:00.000Z (in 1 h)", to("2024-01-01T01:00:00.000Z"))  # fmt: skip
def queued(door: Door) -> Any:
    return image_task(door)


@state("hourly", "its end at 2024-01-01T01:00:00.000Z (in 50 min)", to("2024-01-01T01:00:00.000Z"))
def in_progress(door: Door) -> Any:
    task = image_task(door)
    door.mock.clock.advance(minutes=10)
    return task


@state("hourly", "its end at 2024-01-01T01:00:00.000Z (in 1 h)", to("2024-01-01T01:00:00.000Z"))
def started_by_hand(door: Door) -> Any:
    task = image_task(door)
    door.mock.tasks.start(task)
    return task


@state("off", "its end at 2024-01-01T02:00:00.000Z (in 2 h)", to("2024-01-01T02:00:00.000Z"),
       rules=[{"name": "off", "outcome": "cancel", "after": "2h"}], ends="canceled")  # fmt: skip
def to_be_canceled(door: Door) -> Any:
    return image_task(door)


@state("default: turnaround of enterprise",
       "the start of work at 2024-01-01T00:05:00.000Z (in 5 min), then its end at "
       "2024-01-11T10:01:41.000Z (in 10 days 10 h)",
       to("2024-01-11T10:01:41.000Z"), rules=[])  # fmt: skip
def queued_by_default(door: Door) -> Any:
    return image_task(door)


@state("default: test mode answers at once",
       "nothing: it is completed; it has no callback_url, so no callback is owed", "nothing",
       rules=[])  # fmt: skip
def answered_in_test_mode(door: Door) -> Any:
    return image_task(door, mode="test")


@state("nightly",
       "the start of work at 2024-01-01T00:05:00.000Z (in 5 min), then its end at "
       "2024-01-02T18:00:00.000Z (in 1 day 18 h); rule 'nightly' delivers it at "
       "2024-01-02T18:00:00.000Z, up to 1 at a time",
       to("2024-01-02T18:00:00.000Z"),
       rules=[nightly(1)])  # fmt: skip
def second_in_a_schedule(door: Door) -> Any:
    image_task(door)
    return image_task(door)


@state("nightly",
       "its end at 2024-01-01T18:00:00.000Z (in 17 h 50 min); rule 'nightly' delivers it at "
       "2024-01-01T18:00:00.000Z, up to 20 at a time",
       to("2024-01-01T18:00:00.000Z"),
       rules=[nightly(20)])  # fmt: skip
def worked_on_for_a_schedule(door: Door) -> Any:
    task = image_task(door)
    door.mock.clock.advance(minutes=10)
    return task


STAGING = (
    "batch 'w1', which is still in staging: nobody works on a {line} batch before it is finalized"
)
FINALIZE = "client.finalize_batch('w1') or mock.batches.finalize('w1')"


@state(NOBODY, STAGING.replace("{line}", "rapid"), FINALIZE)
def in_a_rapid_batch_in_staging(door: Door) -> Any:
    project(door, rapid=True)
    batch(door)
    return image_task(door, batch="w1")


@state(NOBODY, STAGING.replace("{line}", "rapid"), FINALIZE)
def in_a_calibration_batch_in_staging(door: Door) -> Any:
    project(door, rapid=True)
    batch(door, calibration_batch=True)
    return image_task(door, batch="w1")


@state(NOBODY, STAGING.replace("{line}", "studio"), FINALIZE, rules=[])
def in_a_studio_batch_in_staging(door: Door) -> Any:
    exact_team(door, ANN)
    batch(door)
    return image_task(door, batch="w1")


@state(NOBODY, STAGING.replace("{line}", "enterprise"), FINALIZE)
def in_a_staged_batch_of_v2(door: Door) -> Any:
    project(door)
    body = {"name": "w1", "project_name": "bikes", "staging_batch": True}
    ok(door.request("POST", "/v2/batch", json=body))
    return image_task(door, batch="w1")


@state("default: turnaround of rapid calibration",
       "the start of work at 2024-01-01T00:05:00.000Z (in 5 min), then its end at "
       "2024-01-01T11:09:38.000Z (in 11 h 10 min)",
       to("2024-01-01T11:09:38.000Z"), rules=[])  # fmt: skip
def in_calibration(door: Door) -> Any:
    project(door, rapid=True)
    made = batch(door, calibration_batch=True)
    task = image_task(door, batch="w1")
    made.finalize()
    return task


@state("default: a self-label task waits for the customer",
       "the customer: it is in a self-label batch", COMPLETE, rules=[])  # fmt: skip
def self_label(door: Door) -> Any:
    project(door, rapid=True)
    made = batch(door, self_label_batch=True)
    task = image_task(door, batch="w1")
    made.finalize()
    return task


@state("never", "somebody to hand it on: it is held by rule 'never'", COMPLETE,
       rules=[{"name": "never", "outcome": "hold"}])  # fmt: skip
def held(door: Door) -> Any:
    return image_task(door)


@state("never", "somebody to hand it on: it is held by rule 'never'", COMPLETE,
       rules=[{"name": "never", "outcome": "hold"}])  # fmt: skip
def held_and_started(door: Door) -> Any:
    task = image_task(door)
    door.mock.tasks.start(task)
    return task


@state("never", "somebody to hand it on: it is held by rule 'never'", COMPLETE,
       rules=[{"name": "never", "outcome": "hold"}])  # fmt: skip
def held_in_studio(door: Door) -> Any:
    exact_team(door, ANN)
    return launched(door)[0]


@state("metadata.scale_mock",
       "somebody to hand it on: it is held by rule 'metadata.scale_mock'", COMPLETE)  # fmt: skip
def held_by_its_own_metadata(door: Door) -> Any:
    return image_task(door, metadata={"scale_mock": {"outcome": "hold"}})


@state("odd",
       "somebody to hand it on: finishing it failed: The response function of rule \"odd\" failed "
       "on task {id}: ValueError: No idea.",
       "mock.tasks.complete('{id}', response=LABELS)", rules=[])  # fmt: skip
def stuck(door: Door) -> Any:
    def answer(task: object) -> dict[str, object]:
        raise ValueError("No idea.")

    door.mock.rules.add(name="odd", after="1h", response=answer)
    task = image_task(door)
    with pytest.raises(ResponderFailed):
        door.mock.clock.advance(hours=1)
    door.mock._world.broken.clear()
    return task


@state("customer", "nothing: it is canceled; canceled tasks send no callback", "nothing",
       ends="canceled")  # fmt: skip
def canceled(door: Door) -> Any:
    task = image_task(door, callback_url=HOOK)
    task.cancel()
    return task


@state("hourly", "nothing: it is deleted; deleted tasks send no callback", "nothing",
       ends="deleted")  # fmt: skip
def deleted(door: Door) -> Any:
    task = image_task(door, callback_url=HOOK)
    door.mock.tasks.delete(task)
    return task


@state("bad",
       "nothing: it ended in an error (One or more attachments could not be downloaded.); it has "
       "no callback_url, so no callback is owed",
       "nothing: an error is final. Create the task again",
       rules=[{"name": "bad", "outcome": "error", "after": "1h"}], ends="error")  # fmt: skip
def attachment_failed(door: Door) -> Any:
    task = image_task(door)
    door.mock.clock.advance(hours=1)
    return task


@state("hand", f"nothing: it ended in an error (Too dark.) and its callback {CAPTURED}",
       "nothing: an error is final. Create the task again, after "
       "client.clear_task_unique_id('{id}')", ends="error")  # fmt: skip
def failed_by_hand_with_a_unique_id(door: Door) -> Any:
    task = image_task(door, callback_url=HOOK, unique_id="u")
    door.mock.tasks.fail(task, "Too dark.")
    door.settle()
    return task


@state("hand", "nothing: it is completed; it has no callback_url, so no callback is owed",
       "nothing")  # fmt: skip
def completed_by_hand(door: Door) -> Any:
    task = image_task(door)
    door.mock.tasks.complete(task)
    return task


@state("hourly", f"nothing: it is completed and its callback {CAPTURED}", "nothing")
def redone_by_rule_after_it_was_completed_by_hand(door: Door) -> Any:
    task = image_task(door, callback_url=HOOK)
    door.mock.tasks.complete(task)
    door.mock.tasks.redo(task)
    door.mock.clock.advance(hours=1)
    return task


@state("hourly",
       "the start of work at 2024-01-01T01:05:00.000Z (in 5 min), then its end at "
       "2024-01-01T02:00:00.000Z (in 1 h)", to("2024-01-01T02:00:00.000Z"))  # fmt: skip
def sent_back_by_hand(door: Door) -> Any:
    task = image_task(door)
    door.mock.clock.advance(hours=1)
    door.mock.tasks.redo(task)
    return task


@state("hourly",
       "the start of work at 2024-01-01T01:05:00.000Z (in 5 min), then its end at "
       "2024-01-01T02:00:00.000Z (in 1 h)", to("2024-01-01T02:00:00.000Z"),
       auto_redo_rejected=True)  # fmt: skip
def rejected_and_sent_back(door: Door) -> Any:
    task = image_task(door)
    door.mock.clock.advance(hours=1)
    task.audit(accepted=False)
    return task


REVIEWED = {"name": "strict", "after": "1h", "reviews": [{"result": "rejected", "after": "3h"}]}


@state("strict",
       "the review \"rejected\" (1 of 1) by rule 'strict' at 2024-01-01T04:00:00.000Z (in 3 h)",
       to("2024-01-01T04:00:00.000Z"), rules=[REVIEWED])  # fmt: skip
def before_a_review(door: Door) -> Any:
    task = image_task(door)
    door.mock.clock.advance(hours=1)
    return task


@state("twice", "its recall (1 of 1) by rule 'twice' at 2024-01-01T02:00:00.000Z (in 1 h)",
       to("2024-01-01T02:00:00.000Z"),
       rules=[{"name": "twice", "after": "1h", "redo": 1}])  # fmt: skip
def before_a_recall(door: Door) -> Any:
    task = image_task(door)
    door.mock.clock.advance(hours=1)
    return task


@state("hourly",
       "attempt 2 of its callback at 2024-01-01T01:00:10.800Z (in 10 s 800 ms); the last of 1 got "
       "refused", to("2024-01-01T01:00:10.800Z"))  # fmt: skip
def before_a_callback_is_tried_again(door: Door) -> Any:
    door.mock.callbacks.receiver.down(lasting="90m")
    task = image_task(door, callback_url=door.mock.callbacks.url)
    door.mock.clock.advance(hours=1)
    return task


@state("hourly",
       "nothing: its callback was given up after 21 attempts, the last of which got refused",
       "mock.callbacks.resend('{callback}')")  # fmt: skip
def callback_given_up(door: Door) -> Any:
    door.mock.callbacks.receiver.down(lasting="2d")
    task = image_task(door, callback_url=door.mock.callbacks.url)
    door.mock.clock.advance(days=3)
    return task


PAUSED = ("batch 'w1' to be resumed: it is paused", "client.v2.resume_batch({'batch_name': 'w1'})")


@state("hourly", *PAUSED)
def in_a_paused_batch(door: Door) -> Any:
    project(door)
    batch(door)
    task = image_task(door, batch="w1")
    ok(door.request("POST", "/v2/batch/pause", json={"batch_name": "w1"}))
    return task


@state("hourly", "its end at 2024-01-01T01:00:00.000Z (in 50 min)", to("2024-01-01T01:00:00.000Z"))
def worked_on_in_a_paused_batch(door: Door) -> Any:
    project(door)
    batch(door)
    task = image_task(door, batch="w1")
    door.mock.clock.advance(minutes=10)
    ok(door.request("POST", "/v2/batch/pause", json={"batch_name": "w1"}))
    return task


@state(NOBODY, *PAUSED)
def sent_back_into_a_paused_batch(door: Door) -> Any:
    project(door)
    batch(door)
    image_task(door, batch="w1", metadata={"scale_mock": {"outcome": "hold"}})
    task = image_task(door, batch="w1")
    door.mock.tasks.complete(task)
    ok(door.request("POST", "/v2/batch/pause", json={"batch_name": "w1"}))
    door.mock.tasks.redo(task)
    return task


@state("customer", "nothing: it is canceled; canceled tasks send no callback", "nothing",
       ends="canceled")  # fmt: skip
def in_a_cancelled_batch(door: Door) -> Any:
    project(door)
    batch(door)
    task = image_task(door, batch="w1")
    ok(door.request("POST", "/v2/batch/cancel", json={"batch_name": "w1"}))
    return task


@state(TEAM, "an attempt: no labeler is assigned to project 'bikes'", NEWCOMER, rules=[])
def without_a_team(door: Door) -> Any:
    project(door, studio=True)
    return launched(door)[0]


@state(TEAM, "an attempt: no labeler is assigned to project 'bikes'",
       f"client.add_studio_assignments(['{ANN}'], ['bikes'])", rules=[])  # fmt: skip
def with_a_team_that_is_not_assigned(door: Door) -> Any:
    project(door, studio=True)
    door.client().invite_teammates([ANN], TeammateRole.Labeler)
    return launched(door)[0]


@state(TEAM,
       f"an attempt: nobody who is assigned to project 'bikes' can work: {ANN} has not accepted "
       "the invitation",
       f"mock.studio.accept('{ANN}')", rules=[], studio_invitations="pending")  # fmt: skip
def with_an_invited_labeler(door: Door) -> Any:
    exact_team(door, ANN)
    return launched(door)[0]


@state(TEAM,
       f"an attempt: nobody who is assigned to project 'bikes' can work: {ANN} has not accepted "
       "the invitation",
       f"client.invite_teammates(['{ANN}'], TeammateRole.Labeler), then "
       f"mock.studio.accept('{ANN}')",
       rules=[], studio_invitations="pending")  # fmt: skip
def with_an_invitation_that_expired(door: Door) -> Any:
    exact_team(door, ANN)
    (task,) = launched(door)
    door.mock.clock.advance(days=30)
    return task


@state(TEAM,
       f"an attempt: nobody who is assigned to project 'bikes' can work: {ANN} is disabled",
       f"client.update_teammates_role(['{ANN}'], TeammateRole.Labeler)", rules=[])  # fmt: skip
def with_a_disabled_labeler(door: Door) -> Any:
    exact_team(door, ANN)
    ok(door.post("/teams/set_role", json={"emails": [ANN], "team_role": "disabled"}))
    return launched(door)[0]


@state(TEAM,
       "an attempt: nobody who is assigned to project 'bikes' can work: "
       f"{ANN} is manager, not labeler",
       f"client.update_teammates_role(['{ANN}'], TeammateRole.Labeler)", rules=[])  # fmt: skip
def with_a_manager(door: Door) -> Any:
    exact_team(door, ANN)
    door.client().update_teammates_role([ANN], TeammateRole.Manager)
    return launched(door)[0]


@state(TEAM,
       "an attempt: nobody who is assigned to project 'bikes' can work: admin@example.test is "
       "admin, not labeler", NEWCOMER, rules=[])  # fmt: skip
def with_an_admin(door: Door) -> Any:
    project(door, studio=True)
    door.client().add_studio_assignments(["admin@example.test"], ["bikes"])
    return launched(door)[0]


@state(TEAM, f"an attempt: {ANN} picks up the next task at 2024-01-01T00:01:00.000Z",
       to("2024-01-01T00:01:00.000Z"), rules=[])  # fmt: skip
def about_to_be_picked_up(door: Door) -> Any:
    exact_team(door, ANN)
    return launched(door)[0]


@state(TEAM, f"being labeled by {ANN} until 2024-01-01T00:21:00.000Z",
       to("2024-01-01T00:21:00.000Z"), rules=[])  # fmt: skip
def being_labeled(door: Door) -> Any:
    exact_team(door, ANN)
    (task,) = launched(door)
    door.mock.clock.advance(minutes=5)
    return task


@state(TEAM,
       "an attempt: all 2 labelers who may take it are busy until 2024-01-01T00:21:00.000Z "
       f"({ANN})", to("2024-01-01T00:21:00.000Z"), rules=[])  # fmt: skip
def behind_others(door: Door) -> Any:
    exact_team(door, ANN, BOB)
    *_, last = launched(door, tasks=3)
    door.mock.clock.advance(minutes=5)
    return last


@state(TEAM,
       f"an attempt: outside working hours until 2024-01-01T09:00:00.000Z ({ANN}, 09:00-17:00 UTC)",
       to("2024-01-01T09:00:00.000Z"), rules=[])  # fmt: skip
def outside_of_working_hours(door: Door) -> Any:
    exact_team(door, ANN, hours="09:00-17:00")
    return launched(door)[0]


@state(TEAM,
       "an attempt: batch 'w1' is limited to groups (night), and nobody in them can take it",
       f"client.assign_studio_batches('w1', ['{ANN}'])", rules=[])  # fmt: skip
def in_a_batch_of_an_empty_group(door: Door) -> Any:
    exact_team(door, ANN)
    client = door.client()
    client.create_project_group("bikes", [], "night")
    (task,) = launched(door)
    client.assign_studio_batches("w1", ["night"])
    return task


@state(TEAM, f"being reviewed (layer 1) by {BOB} until 2024-01-01T00:42:00.000Z",
       to("2024-01-01T00:42:00.000Z"), rules=[])  # fmt: skip
def being_reviewed(door: Door) -> Any:
    exact_team(door, ANN, roles="attempter")
    more_labelers(door, BOB, roles="reviewer")
    door.mock.studio.configure("bikes", reviews=1)
    (task,) = launched(door)
    door.mock.clock.advance(minutes=25)
    return task


@state(TEAM,
       f"review layer 1: nobody may take it but {ANN}, who worked on it already",
       f"mock.studio.configure('bikes', review_own=True), or with one more labeler: {NEWCOMER}",
       rules=[])  # fmt: skip
def before_a_review_by_somebody_else(door: Door) -> Any:
    exact_team(door, ANN)
    door.mock.studio.configure("bikes", reviews=1)
    (task,) = launched(door)
    door.mock.clock.advance(days=1)
    return task


@state(TEAM, "review layer 1: nobody who is assigned to project 'bikes' is reviewer there",
       f"mock.studio.configure_labeler('{ANN}', roles={{'bikes': 'both'}})", rules=[])  # fmt: skip
def before_a_review_without_a_reviewer(door: Door) -> Any:
    exact_team(door, ANN, BOB, roles="attempter")
    door.mock.studio.configure("bikes", reviews=1)
    (task,) = launched(door)
    door.mock.clock.advance(days=1)
    return task


@state(TEAM,
       "an attempt again, rejected once and back in the queue: the labeler who may take it is busy "
       f"until 2024-01-01T00:44:00.000Z ({ANN})",
       to("2024-01-01T00:44:00.000Z"), rules=[])  # fmt: skip
def rejected_by_a_reviewer(door: Door) -> Any:
    exact_team(door, ANN, roles="attempter", accuracy=0, pace="21m")
    more_labelers(door, BOB, roles="reviewer", review_pace="5m")
    door.mock.studio.configure("bikes", reviews=1, rejects=1, rejections_max=1)
    task, _ = launched(door, tasks=2)
    door.mock.clock.advance(minutes=29)
    return task


def _texts(door: Door, **configured: Any) -> Any:
    body = {"name": "bikes", "type": "textcollection", "studio": True}
    ok(door.post("/projects", json={**body, "pipeline": "consensus_task"}))
    door.mock.studio.configure("bikes", **configured)
    door.client().create_batch("bikes", "w1", "")
    task = door.client().create_task(TaskType.TextCollection, batch="w1", **TEXTS)
    door.client().finalize_batch("w1")
    return task


@state(TEAM, f"being labeled by {ANN} until 2024-01-01T00:21:00.000Z, and attempt 2 of 2: nobody "
       f"may take it but {ANN}, who worked on it already",
       f"mock.studio.configure('bikes', attempts=1), or with one more labeler: {NEWCOMER}",
       rules=[])  # fmt: skip
def half_of_a_consensus(door: Door) -> Any:
    task = _texts(door, attempts=2)
    more_labelers(door, ANN)
    door.mock.clock.advance(minutes=1)
    return task


@state(TEAM, f"attempt 3 of 3: nobody may take it but {ANN}, {BOB}, who worked on it already",
       f"mock.studio.configure('bikes', attempts=2), or with one more labeler: {NEWCOMER}",
       rules=[])  # fmt: skip
def two_thirds_of_a_consensus(door: Door) -> Any:
    task = _texts(door, attempts=3)
    more_labelers(door, ANN, BOB)
    door.mock.clock.advance(days=1)
    return task


@state("hourly",
       "the start of work at 2024-01-01T00:05:00.000Z (in 5 min), then its end at "
       "2024-01-01T01:00:00.000Z (in 1 h)", to("2024-01-01T01:00:00.000Z"))  # fmt: skip
def without_a_project(door: Door) -> Any:
    return door.client().create_task(TaskType.Categorization, **CATEGORIES)
