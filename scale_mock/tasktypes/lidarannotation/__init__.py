"""``lidarannotation``: cuboids around objects in lidar frames."""

from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.lidarannotation.rules import check_rules
from scale_mock.tasktypes.lidarannotation.synthesis import file, respond

BEHAVIOUR = Behaviour(respond=respond, rules=check_rules, file=file)
