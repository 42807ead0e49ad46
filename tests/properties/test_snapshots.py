"""A world that goes on from a snapshot does what the original does, wherever that was."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties.test_platform import KINDS, LINES, MODE, NUMBER, Player

VERBS = ["cancel", "cancel and clear", "tags", "untag", "metadata", "unique", "accept", "reject",
         "resend"]  # fmt: skip
HANDS = ["start", "complete", "fail", "redo", "complete and redo", "fix"]
FATES = ["", "", "now", "error", "hold", "cancel"]
LIVELY = {
    "add_rule": [
        {"match": {"unique_id": "u1", "nth": 2}, "outcome": "error"},
        {"match": {"metadata": {"fate": ""}, "chance": "1/2"}, "after": "1h..9h",
         "reviews": [{"result": "rejected", "redo": True, "after": "5m"}, "accepted"]},
        {"after": {"deliver": 1, "every": "day", "at": "18:00"}},
    ],
    "add_fault": [
        {"match": {"callback": True, "nth": 2}, "kind": "duplicate", "delay": "10m"},
        {"match": {"callback": True, "every": 3}, "kind": "reorder"},
        {"match": {"callback": True, "chance": "1/3"}, "status": 500},
        {"match": {"operation": "set_task_tags", "first": 2}, "status": 400, "apply": "after"},
    ],
}  # fmt: skip

STEP = st.one_of(
    st.tuples(st.just("make_project"), MODE, st.sampled_from(LINES)),
    st.tuples(st.just("make_batch"), NUMBER, st.sampled_from([*KINDS]), st.booleans()),
    st.tuples(
        st.just("make_task"), MODE, st.none() | NUMBER, st.integers(0, 9), st.booleans(),
        st.sampled_from(FATES),
    ),
    st.tuples(st.just("finalize"), NUMBER),
    st.tuples(st.just("change"), NUMBER, st.sampled_from(VERBS)),
    st.tuples(st.just("hand_on"), NUMBER, st.sampled_from(HANDS)),
    st.tuples(st.just("pass_time"), st.sampled_from([0, 1, 5, 60, 200, 60 * 24 * 15])),
    st.tuples(st.just("go_down"), st.sampled_from([5, 60, 60 * 30])),
    st.tuples(st.just("staff"), NUMBER),
    *(st.tuples(st.just(name), st.sampled_from(given)) for name, given in LIVELY.items()),
)  # fmt: skip
STEPS = st.lists(STEP, max_size=12)


class Restorable(Player):
    """A customer of a world that may be put into another's place."""

    def add_rule(self, rule: dict[str, Any]) -> None:
        self.api("live", "POST", "/_mock/rules", rule)

    def add_fault(self, fault: dict[str, Any]) -> None:
        self.api("live", "POST", "/_mock/faults", fault)

    def staff(self, project: int) -> None:
        """Somebody works on a Studio project."""
        if self.projects:
            mode, name = self.projects[project % len(self.projects)]
            email = f"l{project % 3}@example.test"
            body = {"emails": [email], "team_role": "labeler"}
            self.api(mode, "POST", "/v1/teams/invite", body)
            body = {"emails": [email], "projects": [name]}
            self.api(mode, "POST", "/v1/studio/assignments/add", body)

    def twin(self) -> Restorable:
        """A customer who knows the same things, of a world restored from this one's snapshot."""
        other = Restorable()
        other.mock.restore(json.loads(json.dumps(self.mock.snapshot())))
        other.learn(self.known)
        return other

    @property
    def known(self) -> tuple[list[Any], list[Any], list[Any]]:
        """What this customer knows of."""
        return list(self.projects), list(self.batches), list(self.tasks)

    def learn(self, known: tuple[list[Any], list[Any], list[Any]]) -> None:
        """Knows what another one knew."""
        self.projects, self.batches, self.tasks = map(list, known)


@pytest.mark.slow
@settings(max_examples=80)
@given(before=STEPS, after=STEPS)
def test_a_restored_world_goes_on_as_the_original_does(before: Any, after: Any) -> None:
    player = Restorable()
    player.make_project("live", "enterprise")
    player.make_batch(0, "plain", told=True)
    for step in before:
        player.play(step)
    taken, known = player.mock.snapshot(), player.known
    twin = player.twin()
    assert twin.mock.snapshot() == taken
    player.replies.clear()
    for one in (player, twin):
        for step in after:
            one.play(step)
        one.settle()
    assert twin.replies == player.replies
    assert twin.mock.journal.digest() == player.mock.journal.digest()
    ended = player.mock.snapshot()
    assert twin.mock.snapshot() == ended
    # In place: the world goes back, and comes to the same end.
    player.mock.restore(taken)
    player.learn(known)
    for step in after:
        player.play(step)
    player.settle()
    assert player.mock.snapshot() == ended
    for one in (player, twin):
        one.mock.close()
