"""A world that was rewound is as it was, to the last byte, and does the same again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from scale_mock.mock.marking import Bookmark
from tests.properties.test_snapshots import STEPS, Restorable


@pytest.mark.slow
@settings(max_examples=80)
@given(before=STEPS, after=STEPS)
def test_a_rewound_world_goes_on_as_it_did_the_first_time(before: Any, after: Any) -> None:
    player = Restorable()
    player.make_project("live", "enterprise")
    player.make_batch(0, "plain", told=True)
    for step in before:
        player.play(step)
    taken, known, seen = player.mock.snapshot(), player.known, player.mock.requests
    mark = Bookmark(player.mock)
    assert mark.is_current
    ends = []
    for turn in range(3):
        player.replies.clear()
        for step in after:
            player.play(step)
        player.settle()
        ends.append((player.mock.snapshot(), list(player.replies)))
        if turn == 1:
            player.mock.reset()
        mark.rewind()
        assert mark.is_current
        assert player.mock.snapshot() == taken
        assert player.mock.requests == seen
        player.learn(known)
    assert ends[1] == ends[0]
    assert ends[2] == ends[0]
    # What a rewound world has become can be written down and goes on elsewhere.
    twin = player.twin()
    for step in after:
        twin.play(step)
    twin.settle()
    assert twin.mock.snapshot() == ends[0][0]
    for one in (player, twin):
        one.mock.close()
