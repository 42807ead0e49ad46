"""Types of which only the name is known: common checks, and an answer without annotations."""

from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.recorded import no_annotations

BEHAVIOUR = Behaviour(respond=no_annotations)
