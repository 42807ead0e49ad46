"""The Scale AI labeling platform, faked in memory.

Only the names in ``__all__`` are public. They are loaded when they are first used, so that
importing the package, as pytest does for the plugin, costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.config import version

if TYPE_CHECKING:
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
    from scale_mock.mock.callbacks import Callbacks as Callbacks
    from scale_mock.mock.clock import Clock as Clock
    from scale_mock.mock.decorating import mock_scale as mock_scale
    from scale_mock.mock.facade import ScaleMock as ScaleMock
    from scale_mock.rules.rule import Rule as Rule

__version__ = version.VERSION

__all__ = [
    "CallFailed",
    "Callbacks",
    "Clock",
    "ConfigurationError",
    "Fault",
    "LeakError",
    "LimitReached",
    "MissingDependency",
    "PumpBusy",
    "Refusal",
    "ResponderFailed",
    "Rule",
    "ScaleMock",
    "ScaleMockError",
    "SleptInVain",
    "__version__",
    "mock_scale",
]

_HOMES = {
    "CallFailed": "scale_mock.errors",
    "Callbacks": "scale_mock.mock.callbacks",
    "Clock": "scale_mock.mock.clock",
    "ConfigurationError": "scale_mock.errors",
    "Fault": "scale_mock.faults.fault",
    "LeakError": "scale_mock.errors",
    "LimitReached": "scale_mock.errors",
    "MissingDependency": "scale_mock.errors",
    "PumpBusy": "scale_mock.errors",
    "ResponderFailed": "scale_mock.errors",
    "Refusal": "scale_mock.domain.refusals",
    "Rule": "scale_mock.rules.rule",
    "ScaleMock": "scale_mock.mock.facade",
    "ScaleMockError": "scale_mock.errors",
    "SleptInVain": "scale_mock.errors",
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
