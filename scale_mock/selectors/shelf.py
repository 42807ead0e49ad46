"""The shelf: the entries of a book of rules or faults, in order, each found by its id and its name.

Ids are numbered and never used twice; names and ids are unique, in one namespace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from scale_mock.errors import ConfigurationError
from scale_mock.selectors.where import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from scale_mock.selectors.where import Where

SHOWN = 20
"""How many names a refusal lists."""


class Named(Protocol):
    """A rule or fault: what an entry is about."""

    @property
    def name(self) -> str | None:
        """Its name, if it has one."""


class Shelved(Protocol):
    """An entry of a book."""

    id: str

    @property
    def name(self) -> str:
        """The name of what it is about, which in a book always has one."""


Thing = TypeVar("Thing", bound=Named)
Entry = TypeVar("Entry", bound=Shelved)


class Shelf(Generic[Entry]):
    """Entries in order.

    Args:
        kind: What they are about, in one word; ids begin with it.
        unique: What it is good for that names are unique.

    Attributes:
        entries: The entries, in order.
        number: The number in the newest id.
    """

    def __init__(self, kind: str, *, unique: str) -> None:
        self.entries: list[Entry] = []
        self.number = 0
        self._by_word: dict[str, Entry] = {}  # by id and by name
        self._kind = kind
        self._unique = unique

    def add(
        self, things: Sequence[tuple[Thing, Where]], enter: Callable[[str, Thing], Entry]
    ) -> list[str]:
        """Puts entries at the end, all or none.

        Args:
            things: What they are about, each with its place for refusals.
            enter: Makes the entry of a thing, given its id, and names it by that if need be.

        Returns:
            Their ids.

        Raises:
            ConfigurationError: A name is taken.
        """
        chosen = {thing.name for thing, _ in things}
        added: dict[str, Entry] = {}
        fresh: list[Entry] = []
        number = self.number
        for thing, where in things:
            holder = self._by_word.get(thing.name or "") or added.get(thing.name or "")
            if holder:
                raise where.at("name").refuse(
                    f'the name "{thing.name}" is taken by {holder.id}; names and ids are unique, '
                    f"so that {self._unique}"
                )
            number = self._next_number(number, chosen, thing.name)
            entry = enter(f"{self._kind}-{number}", thing)
            added |= {entry.id: entry, entry.name: entry}
            fresh.append(entry)
        self.number = number
        self._by_word |= added
        self.entries += fresh
        return [entry.id for entry in fresh]

    def _next_number(self, number: int, chosen: set[str | None], own: str | None) -> int:
        """The next number whose id is nobody else's name: removing one must not be ambiguous."""
        while True:
            number += 1
            word = f"{self._kind}-{number}"
            if word == own or (word not in chosen and word not in self._by_word):
                return number

    def get(self, id_or_name: str) -> Entry:
        """The entry with that id or name.

        Raises:
            ConfigurationError: There is none; the text says which there are.
        """
        entry = self._by_word.get(id_or_name)
        if entry is not None:
            return entry
        there = ", ".join(f'"{entry.name}"' for entry in self.entries[:SHOWN]) or "none"
        hint = did_you_mean(str(id_or_name), self._by_word)
        raise ConfigurationError(
            f'there is no {self._kind} "{id_or_name}"{hint} {self._kind.title()}s: {there}.'
        )

    def take(self, id_or_name: str) -> Entry:
        """Takes an entry out.

        Raises:
            ConfigurationError: There is none of that id or name.
        """
        entry = self.get(id_or_name)
        # By identity: entries of equal content are still different ones.
        self.entries = [other for other in self.entries if other is not entry]
        for word in {entry.id, entry.name}:
            del self._by_word[word]
        return entry

    def fill(self, entries: Iterable[Entry]) -> None:
        """Holds these entries and no others; the numbers go on."""
        self.entries = list(entries)
        self._by_word = {word: entry for entry in self.entries for word in (entry.id, entry.name)}
