"""``videoannotation``: the six geometries on the frames of a video, frame by frame, and events."""

from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.videoannotation.rules import check_rules
from scale_mock.tasktypes.videoannotation.synthesis import file
from scale_mock.tasktypes.videos import respond, respond_from_hypothesis

BEHAVIOUR = Behaviour(
    respond=respond, rules=check_rules, file=file, from_hypothesis=respond_from_hypothesis
)
