"""``documenttranscription``: requests are checked; the answer is the generic one."""

from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.recorded import no_annotations

BEHAVIOUR = Behaviour(respond=no_annotations)
