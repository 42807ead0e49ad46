"""``segmentannotation``: masks.

The recorded response names files by address; there is no file to serve from here, so the answer is
the generic one without annotations.
"""

from scale_mock.tasktypes.entry import Behaviour
from scale_mock.tasktypes.recorded import no_annotations

BEHAVIOUR = Behaviour(respond=no_annotations, defaults={"allow_parent_labels": False})
