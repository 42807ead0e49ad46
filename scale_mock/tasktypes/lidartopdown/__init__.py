"""``lidartopdown``: areas, lines and points on a map, seen from above.

Either on an aerial image, in its pixels, or on lidar frames, in the units of their world frame.
Where the platform delivers them is not documented; they come inline here.
"""

from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.lidartopdown.rules import check_rules, misfits
from scale_mock.tasktypes.lidartopdown.synthesis import respond

BEHAVIOUR = Behaviour(respond=respond, rules=check_rules, misfits=misfits)
