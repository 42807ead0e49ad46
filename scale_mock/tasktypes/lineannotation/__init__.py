"""``lineannotation``: lines (legacy; recorded)."""

from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.recorded import three_vertices

BEHAVIOUR = Behaviour(respond=three_vertices, defaults={"splines": False})
