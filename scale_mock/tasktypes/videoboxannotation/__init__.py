"""``videoboxannotation``: boxes on a list of images (legacy)."""

from scale_mock.tasktypes.legacy_videos import behaviour_of

BEHAVIOUR = behaviour_of("box")
