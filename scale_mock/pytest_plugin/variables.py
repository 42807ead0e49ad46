"""Variables of the environment that look like the plugin's: told in the header, or warned about."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from scale_mock.config.variables import misspelt, not_ours, strangers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.config.options import Given
    from scale_mock.config.variables import Stranger


def warn_of_misspelt(config: pytest.Config, told: Mapping[str, Given]) -> None:
    """Warns of variables whose names nearly are those of options; once for a run, not per worker.

    Raises:
        UsageError: The project turns warnings into errors.
    """
    if hasattr(config, "workerinput"):
        return
    for one in _found(told):
        if one.meant:
            try:
                config.issue_config_time_warning(
                    pytest.PytestConfigWarning(f"scale_mock: {misspelt(one)}"), stacklevel=2
                )
            except pytest.PytestConfigWarning as warning:
                raise pytest.UsageError(str(warning)) from None


def strange_variables(told: Mapping[str, Given]) -> list[str]:
    """Lines for the header about variables that nothing reads."""
    found = _found(told)
    if not found:
        return []
    lines = [f"scale_mock: nothing reads {one.name}: {one.meant}" for one in found if one.meant]
    others = [one for one in found if not one.meant]
    return [*lines, f"scale_mock: {not_ours(others)}"] if others else lines


def _found(told: Mapping[str, Given]) -> list[Stranger]:
    # A user's own variable may hold the real platform's test key.
    key_from = told.get("key_from")
    return strangers(os.environ, () if key_from is None else (str(key_from.value),))
