"""What a verification found, as data and as lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scale_mock.mock.verify.comparing import Difference


@dataclass(slots=True)
class Found:
    """One difference, at one operation.

    Attributes:
        operation: The operation.
        request: The first request that showed it, as ``METHOD path``.
        difference: What differs, and where.
        requests: How many requests of the operation showed it.
    """

    operation: str
    request: str
    difference: Difference
    requests: int = 1

    def as_dict(self) -> dict[str, Any]:
        """The difference as data."""
        one = self.difference
        return {
            "operation": self.operation,
            "request": self.request,
            "requests": self.requests,
            "at": one.at,
            "kind": one.kind,
            "here": one.here,
            "there": one.there,
        }

    def __str__(self) -> str:
        often = f" ({self.requests} requests)" if self.requests > 1 else ""
        return f"{self.operation}: {self.difference.at} {self.difference.text}{often}"


@dataclass(slots=True)
class Verification:
    """Everything that a run found.

    Attributes:
        url: The server.
        is_mock: Whether it is a mock; else it is taken for the real platform.
        reads_only: Whether nothing was written there.
        compared: How often each operation was compared.
        left_out: What could not be asked: the step's title and why.
        found: The differences, in the order of the operations.
    """

    url: str
    is_mock: bool
    reads_only: bool
    compared: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)

    def note(self, operation: str, request: str, differences: list[Difference]) -> None:
        """Takes in what one request showed; what its operation has shown already is counted."""
        self.compared[operation] = self.compared.get(operation, 0) + 1
        for difference in differences:
            for known in self.found:
                mark = (known.operation, known.difference.at, known.difference.kind)
                if mark == (operation, difference.at, difference.kind):
                    known.requests += 1
                    break
            else:
                self.found.append(Found(operation, request, difference))

    def as_dict(self) -> dict[str, Any]:
        """The result as data."""
        return {
            "url": self.url,
            "is_mock": self.is_mock,
            "reads_only": self.reads_only,
            "operations": len(self.compared),
            "requests": sum(self.compared.values()),
            "differences": [one.as_dict() for one in self.found],
            "left_out": [{"step": step, "why": why} for step, why in self.left_out.items()],
        }

    @property
    def summary(self) -> str:
        """The result in a line."""
        differences = _counted(len(self.found), "difference")
        asked = _counted(sum(self.compared.values()), "request")
        operations = _counted(len(self.compared), "operation")
        left = f"; {_counted(len(self.left_out), 'request')} left out" if self.left_out else ""
        return f"{self.url}: {differences} in {asked} of {operations}{left}."


def _counted(count: int, word: str) -> str:
    return f"{count or 'no'} {word}{'' if count == 1 else 's'}"
