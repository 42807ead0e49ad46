"""``namedentityrecognition``: labelled spans of a text, and relationships between them."""

from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.namedentityrecognition.misfits import misfits
from scale_mock.tasktypes.namedentityrecognition.rules import check_rules
from scale_mock.tasktypes.namedentityrecognition.synthesis import from_hypothesis, respond

BEHAVIOUR = Behaviour(
    respond=respond, rules=check_rules, misfits=misfits, from_hypothesis=from_hypothesis
)
