"""Any sequence of calls in all three product lines: a team at work, audits, redos, paused batches.

The machine of :mod:`tests.properties.test_platform` with everything that moves work about: whoever
labels comes and goes, batches are reordered, paused, resumed and cancelled, tasks are audited,
sent back and canceled, by the API, by hand, and by rules. What must hold holds after every call.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from scale_mock.domain.refusals import Refusal
from scale_mock.labeling.roster import activities
from scale_mock.world.explain import explain_task
from tests.properties.test_platform import LINES, NUMBER, RULES, Platform, Player

REVIEWED = {
    "name": "reviewed",
    "match": {"metadata": {"fate": "reviewed"}},
    "reviews": [{"result": "rejected", "after": "2h", "redo": True}, "accepted", "fixed"],
}
REDONE = {"name": "redone", "match": {"metadata": {"fate": "redone"}}, "redo": 2}
FATES = ["", "", "reviewed", "redone", "hold", "error", "now"]
VERDICTS = ["accepted", "rejected", "fixed", "redo", "fixless rejected", "fixless accepted"]
PEOPLE = st.integers(0, 3)
EXPECTED = {"expected_response": {"category": "a"}}
TEXT = {"attachment": "hello", "attachment_type": "text", "categories": ["a", "b"]}


class Boss(Player):
    """A customer who also runs a Studio team."""

    rules = [REVIEWED, REDONE, *RULES]

    def studio(self, number: int) -> tuple[str, str]:
        """One of the live Studio projects, in which the team works."""
        found = [one for one in self.projects if one[1].endswith("studio")]
        return found[number % len(found)]

    def make_project(self, mode: str, line: str) -> None:
        body = {"name": f"p{len(self.projects)}-{line}", "type": "categorization"}
        more = {} if line == LINES[0] else {line: True}
        if self.api(mode, "POST", "/v1/projects", body | more):
            self.projects.append((mode, body["name"]))

    def hire(self, who: int, project: int) -> None:
        self.api(
            "live", "POST", "/v1/teams/invite", {"emails": [email(who)], "team_role": "labeler"}
        )
        self.assign(who, project, "add")

    def assign(self, who: int, project: int, verb: str) -> None:
        mode, name = self.studio(project)
        body = {"emails": [email(who)], "projects": [name]}
        self.api(mode, "POST", f"/v1/studio/assignments/{verb}", body)

    def give_role(self, who: int, role: str) -> None:
        body = {"emails": [email(who)], "team_role": role}
        self.api("live", "POST", "/v1/teams/set_role", body)

    def train(self, who: int, how: dict[str, Any]) -> None:
        self.by_hand(lambda: self.mock.studio.configure_labeler(email(who), **how))

    def set_up(self, project: int, reviews: int, rejects: float) -> None:
        _, name = self.studio(project)
        self.by_hand(lambda: self.mock.studio.configure(name, reviews=reviews, rejects=rejects))

    def by_hand(self, call: Any) -> None:
        try:
            self.replies.append(call())
        except Refusal as refusal:
            self.replies.append(refusal.text)

    def reorder(self, verb: str) -> None:
        listed = self.api("live", "GET", "/v1/studio/batches")
        body = {"batches": [{"name": one["name"]} for one in reversed(listed)]}
        path = f"/v1/studio/batches/{verb}_priorities"
        self.api("live", "POST", path, body if verb == "set" else None)

    def limit(self, batch: int, who: int) -> None:
        mode, name = self.batches[batch % len(self.batches)]
        self.api(mode, "PUT", f"/v1/studio/batches/{name}", {"groups": [email(who)]})

    def prioritize(self, batch: int, priority: int) -> None:
        mode, name = self.batches[batch % len(self.batches)]
        self.api(mode, "POST", f"/v1/batches/{name}/prioritize", {"priority": priority})

    def move_batch(self, batch: int, verb: str) -> None:
        mode, name = self.batches[batch % len(self.batches)]
        self.api(mode, "POST", f"/v2/batch/{verb}", {"batch_name": name})

    def judge(self, number: int, verdict: str) -> None:
        """One of the completed tasks is audited, or sent back."""
        page = self.api("live", "GET", "/v1/tasks?status=completed")
        done = [one["task_id"] for one in page["docs"]]
        if not done:
            return
        task_id = done[number % len(done)]
        if verdict == "redo":
            self.by_hand(lambda: self.mock.tasks.redo(task_id))
        elif verdict == "fixed":
            self.by_hand(lambda: self.mock.tasks.audit(task_id, verdict, response={"n": number}))
        elif verdict.startswith("fixless"):
            body = {"task_id": task_id, "audit_result": verdict.partition(" ")[2]}
            self.api("live", "PUT", "/v1/audits", body)
        else:
            body = {"accepted": verdict == "accepted", "comments": verdict}
            self.api("live", "POST", f"/v1/task/{task_id}/audit", body)

    def make_quality_task(self, project: int, kind: str) -> None:
        mode, name = self.projects[project % len(self.projects)]
        body = {**TEXT, **EXPECTED, "project": name}
        self.api(mode, "POST", f"/v1/{kind}_tasks/categorization", body)


def email(who: int) -> str:
    return f"worker-{who}@example.test"


class ThreeLines(Platform):
    """Calls in any order, while people work."""

    player_type = Boss

    # Projects and batches come by the rules below, so that most steps find something to do.
    make_project = make_batch = None  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.seen: dict[str, tuple[Any, ...]] = {}

    @initialize(reviews=st.integers(0, 1))
    def found_a_team(self, reviews: int) -> None:
        for mode, line in (*(("live", line) for line in LINES), ("live", "studio"),
                           ("test", "rapid")):  # fmt: skip
            self.do("make_project", mode, line)
        for who in (0, 1, 2):
            self.do("hire", who, who)
            self.do("hire", who, 0)
        self.do("set_up", 0, reviews, 0.5)

    @rule(
        project=NUMBER,
        kind=st.sampled_from(["plain", "plain", "calibration"]),
        told=st.booleans(),
        fates=st.lists(st.sampled_from(FATES), min_size=1, max_size=4),
        finalized=st.sampled_from([True, True, False]),
    )
    def launch(
        self, project: int, kind: str, told: bool, fates: list[str], finalized: bool
    ) -> None:
        before = len(self.player.batches)
        self.do("make_batch", project, kind, told)
        if len(self.player.batches) > before:
            for fate in fates:
                self.do("make_task", "live", before, 9, told, fate)
            if finalized:
                self.do("finalize", before)

    @rule(project=st.integers(0, 1), count=st.integers(1, 5), told=st.booleans())
    def launch_for_the_team(self, project: int, count: int, told: bool) -> None:
        wanted = [number for number, one in enumerate(self.player.projects) if "studio" in one[1]]
        before = len(self.player.batches)
        self.do("make_batch", wanted[project % len(wanted)], "plain", told)
        for _ in range(count):
            self.do("make_task", "live", before, 9, told, "")
        self.do("finalize", before)

    @rule(days=st.sampled_from([1, 14]))
    def wait(self, days: int) -> None:
        self.do("pass_time", days * 24 * 60)

    @rule(who=PEOPLE, project=NUMBER)
    def hire(self, who: int, project: int) -> None:
        self.do("hire", who, project)

    @rule(who=PEOPLE, project=NUMBER, verb=st.sampled_from(["add", "remove"]))
    def assign(self, who: int, project: int, verb: str) -> None:
        self.do("assign", who, project, verb)

    @rule(who=PEOPLE, role=st.sampled_from(["labeler", "labeler", "disabled", "manager"]))
    def give_role(self, who: int, role: str) -> None:
        self.do("give_role", who, role)

    @rule(
        who=PEOPLE,
        pace=st.sampled_from(["1m", "20m", "3h"]),
        accuracy=st.sampled_from([0.0, 0.5, 1.0]),
        roles=st.sampled_from(["attempter", "reviewer", "both"]),
        hours=st.sampled_from(["00:00-24:00", "22:00-06:00"]),
    )
    def train(self, who: int, **how: Any) -> None:
        self.do("train", who, how)

    @rule(project=NUMBER, reviews=st.integers(0, 2), rejects=st.sampled_from([0.0, 1.0]))
    def set_up(self, project: int, reviews: int, rejects: float) -> None:
        self.do("set_up", project, reviews, rejects)

    @rule(verb=st.sampled_from(["set", "reset"]))
    def reorder(self, verb: str) -> None:
        self.do("reorder", verb)

    @rule(batch=NUMBER, who=PEOPLE)
    def limit(self, batch: int, who: int) -> None:
        self.do("limit", batch, who)

    @rule(batch=NUMBER, priority=st.sampled_from([10, 20, 30]))
    def prioritize(self, batch: int, priority: int) -> None:
        self.do("prioritize", batch, priority)

    @rule(batch=NUMBER, verb=st.sampled_from(["pause", "resume", "resume", "cancel", "finalize"]))
    def move_batch(self, batch: int, verb: str) -> None:
        self.do("move_batch", batch, verb)

    @precondition(lambda self: self.player.tasks)
    @rule(number=NUMBER, verdict=st.sampled_from(VERDICTS))
    def judge(self, number: int, verdict: str) -> None:
        self.do("judge", number, verdict)

    @rule(project=NUMBER, kind=st.sampled_from(["evaluation", "training"]))
    def make_quality_task(self, project: int, kind: str) -> None:
        self.do("make_quality_task", project, kind)

    @rule(minutes=st.sampled_from([2, 21, 45]))
    def work_a_little(self, minutes: int) -> None:
        self.do("pass_time", minutes)

    @invariant()
    def nobody_holds_two_tasks(self) -> None:
        floor = self.world.core.floor
        held = [(email, item.task) for item in floor.items.values() for email in item.holders]
        assert max(Counter(email for email, _ in held).values(), default=0) <= 1
        doing = {
            one.email: one.doing.task for one in floor.labelers.values() if one.doing is not None
        }
        assert doing == {email: task.task_id for email, task in held}
        for task_id, item in floor.items.items():
            assert item.task.task_id == task_id
            assert (item.task.status, item.task.event) == ("pending", None)

    @invariant()
    def activity_tells_of_one_task_at_a_time(self) -> None:
        by_labeler: dict[str, list[Any]] = {}
        floor = self.world.core.floor
        for one in activities(floor, labeler=None, task=None, batch=None):
            by_labeler.setdefault(one.labeler, []).append(one)
        for mine in by_labeler.values():
            for earlier, later in pairwise(mine):
                assert earlier.finished is not None
                assert earlier.picked_up <= earlier.finished < later.picked_up

    @invariant()
    def the_teams_list_adds_up(self) -> None:
        core = self.world.core
        for mode in ("live", "test"):
            for one in self.world.studio.batches(core.sides[mode]):
                assert one.status == "in_progress"
                assert one.total == sum(one.counts.values())

    @invariant()
    def nothing_of_a_task_moves_backwards(self) -> None:
        for task in self.all_tasks():
            past = task.history
            now = (
                task.updated_at,
                task.touched,
                task.times_redone,
                len(past.audits) if past else 0,
                len(past.prior_responses) if past else 0,
                len(past.review_comments) if past else 0,
            )
            before = self.seen.get(task.subject, now)
            assert all(new >= old for new, old in zip(now, before, strict=True)), task
            self.seen[task.subject] = now

    @invariant()
    def nothing_of_a_batch_moves_backwards(self) -> None:
        for mode, name in self.player.batches:
            batch = self.world.core.sides[mode].batches[name]
            now = (batch.touched, batch.cycle, batch.finalized_at is not None)
            before = self.seen.get(batch.subject, now)
            assert all(new >= old for new, old in zip(now, before, strict=True)), batch
            self.seen[batch.subject] = now

    @invariant()
    def batches_that_stand_still_do_so(self) -> None:
        for task in self.all_tasks():
            batch = task.batch
            if batch is None or task.status != "pending" or task.work_started:
                continue
            if batch.status in {"staging", "paused"}:
                assert task.event is None, task
                assert task.task_id not in self.world.core.floor.items, task

    @invariant()
    def every_wait_has_a_reason(self) -> None:
        """``explain`` knows every state, and a pending task always waits for something."""
        for mode, task_id in self.player.tasks:
            task = self.world.core.sides[mode].tasks[task_id]
            found = explain_task(self.world, task)
            assert found.status == task.status
            assert found.waits_for
            assert found.move
            if task.status == "pending":
                assert not found.waits_for.startswith("nothing"), found
                assert not found.move.startswith("nothing"), found

    def lists_agree(self) -> None:
        super().lists_agree()
        for mode in ("live", "test"):
            for one in self.player.api(mode, "GET", "/v1/studio/batches"):
                status = self.player.api(mode, "GET", f"/v1/batches/{one['name']}/status")
                assert status.pop("status") == "in_progress"
                assert (one["total"], one["completed"]) == (
                    sum(status.values()),
                    status.get("completed", 0),
                )


TestThreeLines = ThreeLines.TestCase
TestThreeLines.settings = settings(max_examples=150, stateful_step_count=40)
TestThreeLines = pytest.mark.slow(TestThreeLines)
