"""``lidarlinking``: the cuboids of a lidar annotation task, as the cameras see them."""

from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.lidarlinking.rules import check_rules
from scale_mock.tasktypes.lidarlinking.synthesis import file, respond

BEHAVIOUR = Behaviour(respond=respond, rules=check_rules, file=file)
