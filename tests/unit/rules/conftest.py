"""A subject to match against, as plain as can be."""

from __future__ import annotations

from typing import Any

import pytest


class Subject:
    """Answers ``match_value`` from the values it is given."""

    def __init__(self, **values: Any) -> None:
        self.values = values

    def match_value(self, name: str) -> object:
        return self.values.get(name)


@pytest.fixture
def subject() -> type[Subject]:
    return Subject
