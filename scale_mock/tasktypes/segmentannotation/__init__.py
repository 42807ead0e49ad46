"""``segmentannotation``: a label for every pixel, as masks behind addresses."""

from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.segmentannotation.misfits import misfits
from scale_mock.tasktypes.segmentannotation.rules import check_rules
from scale_mock.tasktypes.segmentannotation.synthesis import file, respond

BEHAVIOUR = Behaviour(
    respond=respond,
    rules=check_rules,
    misfits=misfits,
    defaults={"allow_parent_labels": False},
    file=file,
)
