"""``textcollection``: questions about attachments, answered in fields."""

from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.textcollection.misfits import misfits
from scale_mock.tasktypes.textcollection.rules import check_rules
from scale_mock.tasktypes.textcollection.synthesis import attempts, from_hypothesis, respond

BEHAVIOUR = Behaviour(
    respond=respond,
    rules=check_rules,
    misfits=misfits,
    attempts=attempts,
    from_hypothesis=from_hypothesis,
)
