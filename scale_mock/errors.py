"""The exceptions that scale_mock itself raises to Python users, and their common base.

::

    ScaleMockError
    ├── Refusal                what the platform refuses (in scale_mock.domain.refusals)
    ├── ConfigurationError     a setting, argument or rule that makes no sense
    ├── LimitReached           a limit of the world was reached; names the limit and its setting
    ├── ResponderFailed        a registered response function raised, or answered what does not fit
    ├── CallFailed             a scheduled call raised, or its function is gone
    │   └── StepFailed         a step of a scenario did not get the reply that it expects
    ├── SleptInVain            a loop slept on and on while nothing could happen
    ├── LeakError              a connection would have left the mock for the real service
    ├── PumpBusy               time was asked to move from inside a callback
    └── MissingDependency      an optional package is needed for this call

``Refusal`` carries the HTTP status and Scale's own text; over HTTP it is the reply, in Python it is
raised.
"""

from __future__ import annotations


class ScaleMockError(Exception):
    """Base of every error that scale_mock raises for a mistake in its use."""


class ConfigurationError(ScaleMockError, ValueError):
    """A setting, argument or rule is wrong; the message says where and what was expected.

    Attributes:
        place: For data that people wrote, where it is (a ``Where``) and what is wrong there.
        missing: The key that is not there, where that is what is wrong.
    """

    place: tuple[object, str] | None = None
    missing: str | None = None


class LimitReached(ScaleMockError):
    """A limit was reached.

    Args:
        what: What there is too much of, in plain words.
        limit: The limit's value.
        setting: The name of the setting that raises it.
    """

    def __init__(self, what: str, *, limit: int, setting: str) -> None:
        super().__init__(
            f"{what}: the limit is {limit}. Raise it with the setting {setting!r}, "
            "or look for a loop that never settles."
        )
        self.limit = limit
        self.setting = setting


class SleptInVain(ScaleMockError):
    """The code under test sleeps and sleeps, and nothing can happen in its world meanwhile."""


class LeakError(ScaleMockError):
    """A connection to the real service was stopped before it was made; the text names the line.

    It is no ``OSError``, so that no client takes it for an outage and tries again.
    """


class ResponderFailed(ScaleMockError):
    """A response function that the user registered raised, or its answer does not fit the type."""


class CallFailed(ScaleMockError):
    """A call that ``mock.at`` or ``mock.every`` scheduled raised, or could not be made."""


class StepFailed(CallFailed):
    """A step of a scenario did not get the reply that it expects; the text names its line."""


class PumpBusy(ScaleMockError):
    """The clock cannot move while a callback is out."""


class MissingDependency(ScaleMockError, ImportError):
    """An optional package is missing; the message names the extra that installs it."""
