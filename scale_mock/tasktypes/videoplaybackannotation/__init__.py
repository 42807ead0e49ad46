"""``videoplaybackannotation``: objects followed through a video, track by track, and events."""

from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.videoplaybackannotation.rules import check_rules
from scale_mock.tasktypes.videoplaybackannotation.synthesis import file
from scale_mock.tasktypes.videos import respond, respond_from_hypothesis

BEHAVIOUR = Behaviour(
    respond=respond,
    rules=check_rules,
    file=file,
    from_hypothesis=respond_from_hypothesis,
    # Not recorded: the Node SDK types both as part of a created task's params, and the
    # documentation gives the first its default.
    defaults={"frame_rate": 1, "with_labels": True},
)
