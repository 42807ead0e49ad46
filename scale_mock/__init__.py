"""The Scale AI labeling platform, faked in memory.

Only the names in ``__all__`` are public. They are loaded when they are first used, so that
importing the package, as pytest does for the plugin, costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.config import version

if TYPE_CHECKING:
    from scale_mock.callbacks.receiver import Receiver as Receiver
    from scale_mock.callbacks.records import Attempt as Attempt
    from scale_mock.callbacks.records import Callback as Callback
    from scale_mock.callbacks.records import Mail as Mail
    from scale_mock.domain.floor import Activity as Activity
    from scale_mock.domain.journal import Journal as Journal
    from scale_mock.domain.refusals import Refusal as Refusal
    from scale_mock.errors import CallFailed as CallFailed
    from scale_mock.errors import ConfigurationError as ConfigurationError
    from scale_mock.errors import LeakError as LeakError
    from scale_mock.errors import LimitReached as LimitReached
    from scale_mock.errors import MissingDependency as MissingDependency
    from scale_mock.errors import PumpBusy as PumpBusy
    from scale_mock.errors import ResponderFailed as ResponderFailed
    from scale_mock.errors import ScaleMockError as ScaleMockError
    from scale_mock.errors import SleptInVain as SleptInVain
    from scale_mock.faults.fault import Fault as Fault
    from scale_mock.mock.appointments import Appointment as Appointment
    from scale_mock.mock.callbacks import Callbacks as Callbacks
    from scale_mock.mock.clock import Clock as Clock
    from scale_mock.mock.decorating import mock_scale as mock_scale
    from scale_mock.mock.facade import ScaleMock as ScaleMock
    from scale_mock.mock.interception import Interception as Interception
    from scale_mock.mock.remote.mock import RemoteMock as RemoteMock
    from scale_mock.pytest_plugin.server import ScaleServer as ScaleServer
    from scale_mock.rules.rule import Rule as Rule
    from scale_mock.sim.scheduler import Progress as Progress
    from scale_mock.world.explain import Explanation as Explanation
    from scale_mock.world.requests import RequestRecord as RequestRecord
    from scale_mock.world.unread import UnreadField as UnreadField

__version__ = version.VERSION

__all__ = [
    "Activity",
    "Appointment",
    "Attempt",
    "CallFailed",
    "Callback",
    "Callbacks",
    "Clock",
    "ConfigurationError",
    "Explanation",
    "Fault",
    "Interception",
    "Journal",
    "LeakError",
    "LimitReached",
    "Mail",
    "MissingDependency",
    "Progress",
    "PumpBusy",
    "Receiver",
    "Refusal",
    "RemoteMock",
    "RequestRecord",
    "ResponderFailed",
    "Rule",
    "ScaleMock",
    "ScaleMockError",
    "ScaleServer",
    "SleptInVain",
    "UnreadField",
    "__version__",
    "mock_scale",
]

_HOMES = {
    "Activity": "scale_mock.domain.floor",
    "Appointment": "scale_mock.mock.appointments",
    "Attempt": "scale_mock.callbacks.records",
    "CallFailed": "scale_mock.errors",
    "Callback": "scale_mock.callbacks.records",
    "Callbacks": "scale_mock.mock.callbacks",
    "Clock": "scale_mock.mock.clock",
    "ConfigurationError": "scale_mock.errors",
    "Explanation": "scale_mock.world.explain",
    "Fault": "scale_mock.faults.fault",
    "Interception": "scale_mock.mock.interception",
    "Journal": "scale_mock.domain.journal",
    "LeakError": "scale_mock.errors",
    "LimitReached": "scale_mock.errors",
    "Mail": "scale_mock.callbacks.records",
    "MissingDependency": "scale_mock.errors",
    "Progress": "scale_mock.sim.scheduler",
    "PumpBusy": "scale_mock.errors",
    "Receiver": "scale_mock.callbacks.receiver",
    "Refusal": "scale_mock.domain.refusals",
    "RemoteMock": "scale_mock.mock.remote.mock",
    "RequestRecord": "scale_mock.world.requests",
    "ResponderFailed": "scale_mock.errors",
    "Rule": "scale_mock.rules.rule",
    "ScaleMock": "scale_mock.mock.facade",
    "ScaleMockError": "scale_mock.errors",
    "ScaleServer": "scale_mock.pytest_plugin.server",
    "SleptInVain": "scale_mock.errors",
    "UnreadField": "scale_mock.world.unread",
    "mock_scale": "scale_mock.mock.decorating",
}


def __getattr__(name: str) -> object:
    """Loads a public name on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module 'scale_mock' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
