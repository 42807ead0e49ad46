"""Fields that nobody read: what requests said that the platform takes in and does not look at.

The real platform is so as well, which is why a misspelt field goes unnoticed there. Here it is
remembered until a reset or a restore. It is about the code that sends requests and not about the
world: it enters neither the journal nor a snapshot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scale_mock.selectors.where import nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

NAME_CHARS = 200
"""How much of a field's name is kept; whoever sends it decides how long it is."""


@dataclass(slots=True)
class UnreadField:
    """A field that requests had and nobody read.

    Attributes:
        operation: The operation that was asked for.
        type: The task type that the field was meant for; ``None`` where the body has none.
        field: The field, for example ``colour``, or ``params.colour``.
        times: How many requests had it.
        meant: A field that is read and has nearly that name; ``None`` if there is none.
    """

    operation: str
    type: str | None
    field: str
    times: int
    meant: str | None

    def as_dict(self) -> dict[str, object]:
        """The field as the control API shows it."""
        return {
            "operation": self.operation,
            "type": self.type,
            "field": self.field,
            "times": self.times,
            "meant": self.meant,
        }


class UnreadFields:
    """The fields of a world's requests that nobody read, in the order of their first request.

    Args:
        fields_max: How many different ones are kept.
    """

    def __init__(self, fields_max: int) -> None:
        self._fields_max = fields_max
        self._found: dict[tuple[str, str | None, str], UnreadField] = {}

    def note(
        self, operation: str, type_name: str | None, path: str, known: Collection[str]
    ) -> None:
        """Counts a field of a request.

        Args:
            operation: The operation's name.
            type_name: The task type, where the body has one.
            path: The field; after its last dot, the name.
            known: The names that would have been read there.
        """
        path = path[:NAME_CHARS]
        found = self._found.get((operation, type_name, path))
        if found is not None:
            found.times += 1
        elif len(self._found) < self._fields_max:
            parent, dot, name = path.rpartition(".")
            near = nearest(name, known)
            meant = None if near is None else f"{parent}{dot}{near}"
            one = UnreadField(operation, type_name, path, 1, meant)
            self._found[operation, type_name, path] = one

    def __iter__(self) -> Iterator[UnreadField]:
        return iter(list(self._found.values()))

    def __len__(self) -> int:
        return len(self._found)
