"""``sensorfusion``: an SFS scene, annotated over time.

How the platform delivers the scene is not documented; it comes by address here, as JSON. The same
address with ``.sfs`` at its end gives it in the container that ``scale-sensor-fusion-io`` reads.
"""

from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.sensorfusion.synthesis import file, respond

BEHAVIOUR = Behaviour(respond=respond, file=file)
