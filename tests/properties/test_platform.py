"""Any sequence of calls: what must hold of a world after every one of them, and that it repeats.

A player makes the calls through the WSGI application, in process. A step names the things that it
is about by number, so that the same steps mean the same in another world: at the end of every run
the steps are played again in a fresh one, and replies and journal must be the same.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from werkzeug.test import Client

from scale_mock import ScaleMock
from scale_mock.domain.refusals import Refusal
from scale_mock.errors import ConfigurationError, LimitReached, PumpBusy

if TYPE_CHECKING:
    from collections.abc import Iterable

RULES: list[dict[str, Any]] = [
    {"name": "fails", "match": {"metadata": {"fate": "error"}}, "outcome": "error", "after": "1h"},
    {"name": "holds", "match": {"metadata": {"fate": "hold"}}, "outcome": "hold"},
    {
        "name": "quits",
        "match": {"metadata": {"fate": "cancel"}},
        "outcome": "cancel",
        "after": "2h",
    },
    {"name": "at once", "match": {"metadata": {"fate": "now"}}, "after": 0},
    {"name": "quick", "match": {"unique_id": "u*"}, "after": "10m..3h"},
]
STATUSES = ("pending", "completed", "error", "canceled")
LINES = ("enterprise", "rapid", "studio")
KINDS: dict[str, dict[str, bool]] = {
    "plain": {},
    "calibration": {"calibration_batch": True},
    "self_label": {"self_label_batch": True},
}
CALLBACK_KINDS = {
    "task.completed": "completed",
    "task.errored": "error",
    "task.audited": "audited",
    "task.redone": "recalled",
}

NUMBER = st.integers(0, 7)
MODE = st.sampled_from(["live", "live", "test"])


class Player:
    """A customer, who notes what the platform replied."""

    rules: list[dict[str, Any]] = RULES

    def __init__(self) -> None:
        self.mock = ScaleMock(seed=3, rules=self.rules, rapid_gate="off")
        self.client = Client(self.mock.app)
        self.projects: list[tuple[str, str]] = []
        self.batches: list[tuple[str, str]] = []
        self.tasks: list[tuple[str, str]] = []
        self.replies: list[Any] = []

    def api(self, mode: str, method: str, path: str, body: Any = None) -> Any:
        key = self.mock.live_key if mode == "live" else self.mock.test_key
        reply = self.client.open(
            path, method=method, json=body, headers={"Authorization": f"Bearer {key}"}
        )
        assert reply.status_code < 500, reply.text
        self.replies.append((method, path, reply.status_code, reply.get_data()))
        return json.loads(reply.get_data()) if reply.status_code < 300 else None

    def play(self, step: tuple[Any, ...]) -> None:
        name, *arguments = step
        getattr(self, name)(*arguments)

    def make_project(self, mode: str, line: str) -> None:
        body = {"name": f"p{len(self.projects)}", "type": "categorization"}
        if self.api(
            mode, "POST", "/v1/projects", body | ({line: True} if line != LINES[0] else {})
        ):
            self.projects.append((mode, body["name"]))

    def make_batch(self, project: int, kind: str, told: bool) -> None:
        if self.projects:
            mode, name = self.projects[project % len(self.projects)]
            body = {"name": f"b{len(self.batches)}", "project": name, **KINDS[kind]}
            body |= {"callback": self.mock.callbacks.url} if told else {}
            if self.api(mode, "POST", "/v1/batches", body):
                self.batches.append((mode, str(body["name"])))

    def make_task(self, mode: str, batch: int | None, unique: int, told: bool, fate: str) -> None:
        body: dict[str, Any] = {
            "attachment": "hello", "attachment_type": "text", "categories": ["a", "b"],
            "metadata": {"fate": fate},
        }  # fmt: skip
        if batch is not None and self.batches:
            mode, body["batch"] = self.batches[batch % len(self.batches)]
        if unique < 3:
            body["unique_id"] = f"u{unique}"
        if told:
            body["callback_url"] = self.mock.callbacks.url
        if made := self.api(mode, "POST", "/v1/task/categorization", body):
            self.tasks.append((mode, made["task_id"]))

    def finalize(self, batch: int) -> None:
        if self.batches:
            mode, name = self.batches[batch % len(self.batches)]
            self.api(mode, "POST", f"/v1/batches/{name}/finalize")

    def change(self, task: int, verb: str) -> None:
        """Something that the API can do to a task."""
        if self.tasks:
            mode, task_id = self.tasks[task % len(self.tasks)]
            path = f"/v1/task/{task_id}"
            method, path, body = {
                "cancel": ("POST", f"{path}/cancel", None),
                "cancel and clear": ("POST", f"{path}/cancel?clear_unique_id=true", None),
                "tags": ("PUT", f"{path}/tags", [f"t{task % 3}"]),
                "untag": ("DELETE", f"{path}/tags", ["t1"]),
                "metadata": ("POST", f"{path}/setMetadata", {"changed": task}),
                "unique": ("POST", f"{path}/unique_id", {"unique_id": f"u{task % 3}"}),
                "accept": ("POST", f"{path}/audit", {"accepted": True}),
                "reject": ("POST", f"{path}/audit", {"accepted": False, "comments": "no"}),
                "resend": ("POST", f"{path}/send_callback", None),
            }[verb]
            self.api(mode, method, path, body)

    def hand_on(self, task: int, verb: str) -> None:
        """Something that the platform's staff can do to a task."""
        if self.tasks:
            _, task_id = self.tasks[task % len(self.tasks)]
            handle = self.mock.tasks
            try:
                body = {
                    "start": lambda: handle.start(task_id),
                    "complete": lambda: handle.complete(task_id),
                    "fail": lambda: handle.fail(task_id, "Too dark."),
                    "redo": lambda: handle.redo(task_id),
                    "complete and redo": lambda: handle.complete(task_id) and handle.redo(task_id),
                    "fix": lambda: handle.audit(task_id, "fixed", response={"fixed": task}),
                }[verb]()
            except Refusal as refusal:
                body = {"refused": refusal.text}
            self.replies.append((verb, body))

    def pass_time(self, minutes: int) -> None:
        progress = self.mock.clock.advance(minutes * 60)
        self.replies.append((progress.events, sorted(progress.kinds.items())))

    def settle(self) -> None:
        self.mock.clock.run_until_idle()

    def go_down(self, minutes: int) -> None:
        self.mock.callbacks.receiver.down(lasting=minutes * 60)


class Platform(RuleBasedStateMachine):
    """Calls in any order."""

    player_type: type[Player] = Player

    def __init__(self) -> None:
        super().__init__()
        self.player: Any = self.player_type()
        self.steps: list[tuple[Any, ...]] = []
        self.last_seen = self.player.mock.clock.now()

    def do(self, *step: Any) -> None:
        self.steps.append(step)
        self.player.play(step)

    @initialize(line=st.sampled_from(LINES), mode=MODE)
    def begin(self, line: str, mode: str) -> None:
        self.do("make_project", mode, line)
        self.do("make_batch", 0, "plain", True)

    @rule(mode=MODE, line=st.sampled_from(LINES))
    def make_project(self, mode: str, line: str) -> None:
        self.do("make_project", mode, line)

    @rule(project=NUMBER, kind=st.sampled_from([*KINDS]), told=st.booleans())
    def make_batch(self, project: int, kind: str, told: bool) -> None:
        self.do("make_batch", project, kind, told)

    @rule(
        mode=MODE,
        batch=st.none() | NUMBER,
        unique=st.integers(0, 9),
        told=st.booleans(),
        fate=st.sampled_from(["", "", "now", "error", "hold", "cancel"]),
    )
    def make_task(self, mode: str, batch: int | None, unique: int, told: bool, fate: str) -> None:
        self.do("make_task", mode, batch, unique, told, fate)

    @rule(batch=NUMBER)
    def finalize(self, batch: int) -> None:
        self.do("finalize", batch)

    @precondition(lambda self: self.player.tasks)
    @rule(
        task=NUMBER,
        verb=st.sampled_from(
            ["cancel", "cancel and clear", "tags", "untag", "metadata", "unique", "accept",
             "reject", "resend"]
        ),
    )  # fmt: skip
    def change(self, task: int, verb: str) -> None:
        self.do("change", task, verb)

    @precondition(lambda self: self.player.tasks)
    @rule(
        task=NUMBER,
        verb=st.sampled_from(["start", "complete", "fail", "redo", "complete and redo", "fix"]),
    )
    def hand_on(self, task: int, verb: str) -> None:
        self.do("hand_on", task, verb)

    @rule(minutes=st.sampled_from([0, 1, 5, 60, 200, 60 * 24 * 15]))
    def pass_time(self, minutes: int) -> None:
        self.do("pass_time", minutes)

    @rule()
    def settle(self) -> None:
        self.do("settle")
        assert self.world.scheduler.is_idle

    @rule(minutes=st.sampled_from([5, 60, 60 * 30]))
    def go_down(self, minutes: int) -> None:
        self.do("go_down", minutes)

    @property
    def world(self) -> Any:
        return self.player.mock._world

    def all_tasks(self) -> Iterable[Any]:
        return (task for side in self.world.core.sides.values() for task in side.tasks.values())

    @invariant()
    def time_only_moves_forward(self) -> None:
        now = self.player.mock.clock.now()
        assert now >= self.last_seen
        self.last_seen = now
        instants = [entry.at for entry in self.world.core.journal.entries()]
        assert instants == sorted(instants)
        assert not instants or instants[-1] <= now

    @invariant()
    def status_and_response_agree(self) -> None:
        for task in self.all_tasks():
            assert (task.response is not None) == (task.status in {"completed", "error"}), task
            assert (task.completed_at is not None) == (task.status == "completed"), task
            assert task.event is None or (task.status == "pending" and task.event.is_live), task
            assert task.created_at <= task.updated_at <= self.world.now()

    @invariant()
    def counts_and_lists_of_batches_agree(self) -> None:
        for mode, name in self.player.batches:
            side = self.world.core.sides[mode]
            batch = side.batches[name]
            members = [task for task in side.tasks.values() if task.batch is batch]
            assert +Counter(batch.counts) == Counter(task.status for task in members)
            items = self.world.core.floor.items
            in_hand = sum(len(items[t.task_id].holders) for t in members if t.task_id in items)
            scheduled = in_hand + sum(task.event is not None for task in members)
            assert batch.scheduled == scheduled + (batch.settling is not None)
            if batch.status == "completed":
                assert members
                assert not batch.counts.get("pending")
            if batch.status == "staging":
                assert all(task.event is None for task in members)

    @invariant()
    def every_callback_that_is_due_is_owed_once(self) -> None:
        due: Counter[tuple[str, str]] = Counter()
        urls = {task.subject: task.callback_url for task in self.all_tasks()}
        for entry in self.world.core.journal.entries():
            if entry.kind in CALLBACK_KINDS and urls[entry.subject]:
                due[entry.subject, CALLBACK_KINDS[entry.kind]] += 1
            if entry.kind == "batch.completed":
                mode, _, name = entry.subject.split("/")
                if self.world.core.sides[mode].batches[name].callback:
                    due[entry.subject, "completed"] += 1
        # From the journal: a callback that was sent again says so, and no longer what it was for.
        owed = Counter(
            (entry.subject, json.loads(entry.details)["reason"])
            for entry in self.world.core.journal.entries()
            if entry.kind == "callback.owed"
        )
        assert Counter({key: count for key, count in owed.items() if key[1] != "resent"}) == due
        for callback in self.world.desk.by_id.values():
            assert len(callback.tries) <= 21
            assert (callback.event is not None) == (callback.state == "pending")
        assert not self.world.broken

    def teardown(self) -> None:
        """The lists agree with the objects, and the same steps again give the same world."""
        self.lists_agree()
        again = self.player_type()
        for step in self.steps:
            again.play(step)
        mine, theirs = self.player.mock.journal, again.mock.journal
        kept = len(again.replies)
        assert again.replies == self.player.replies[:kept]
        assert theirs.digest() == mine.digest()
        again.mock.close()
        self.player.mock.close()

    def lists_agree(self) -> None:
        for mode, name in self.player.batches:
            status = self.player.api(mode, "GET", f"/v1/batches/{name}/status")
            for wanted in STATUSES:
                page = self.player.api(
                    mode, "GET", f"/v1/tasks?batch={name}&status={wanted}&limit=1"
                )
                assert page["total"] == status.get(wanted, 0)
        for mode in ("live", "test"):
            listed = self.player.api(mode, "GET", "/v1/tasks")["docs"]
            made = [task_id for its_mode, task_id in self.player.tasks if its_mode == mode]
            assert [task["task_id"] for task in listed] == made[::-1]


TestPlatform = Platform.TestCase
TestPlatform.settings = settings(max_examples=200, stateful_step_count=40)
TestPlatform = pytest.mark.slow(TestPlatform)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("make_project"), MODE, st.sampled_from(LINES)),
        st.tuples(st.just("make_batch"), NUMBER, st.just("plain"), st.booleans()),
        st.tuples(
            st.just("make_task"), MODE, st.none() | NUMBER, st.just(9), st.booleans(),
            st.sampled_from(["", "now", "error"]),
        ),
        st.tuples(st.just("finalize"), NUMBER),
        st.tuples(st.just("pass_time"), st.just(0)),
    ),
    max_size=8,
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=100)
@given(before=STEPS, after=STEPS)
def test_unrelated_calls_change_nothing_about_a_task(before: Any, after: Any) -> None:
    """Its id, its fate and its labels derive from what it is."""
    fates = []
    for steps in (([], []), (before, after)):
        player = Player()
        for step in steps[0]:
            player.play(step)
        player.make_task("live", None, 0, True, "mine")
        _, task_id = player.tasks[-1]
        for step in steps[1]:
            player.play(step)
        player.settle()
        fates.append(player.mock.tasks.get(task_id))
        player.mock.close()
    assert fates[0] == fates[1]


def test_an_error_of_the_mock_is_no_refusal() -> None:
    """The player lets refusals pass, and must not let mistakes in its own use pass with them."""
    for mistake in (ConfigurationError, LimitReached, PumpBusy):
        assert not issubclass(mistake, Refusal)
