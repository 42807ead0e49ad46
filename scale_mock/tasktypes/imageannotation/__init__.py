"""``imageannotation``: boxes, polygons, lines, points, ellipses and cuboids on an image."""

from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.imageannotation.prelabels import from_hypothesis
from scale_mock.tasktypes.imageannotation.rules import check_rules
from scale_mock.tasktypes.imageannotation.synthesis import respond
from scale_mock.tasktypes.misfits import of_geometries

BEHAVIOUR = Behaviour(
    respond=respond, rules=check_rules, misfits=of_geometries, from_hypothesis=from_hypothesis
)
