"""``lidarsegmentation``: a label for every point of lidar frames."""

from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.lidarsegmentation.rules import check_rules
from scale_mock.tasktypes.lidarsegmentation.synthesis import file, respond

BEHAVIOUR = Behaviour(respond=respond, rules=check_rules, file=file)
