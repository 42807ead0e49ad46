"""Tables of a scenario file, read key by key; every refusal names the key, and so the line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from scale_mock.selectors.durations import parse_duration, parse_instant
from scale_mock.selectors.plain import plain_copy
from scale_mock.selectors.where import did_you_mean, show
from scale_mock.sim.instants import to_iso

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from scale_mock.selectors.documents import FileWhere

MILLISECONDS = 1000
_INSTANT = re.compile(r"\s*[0-9]{4}-")


class When(NamedTuple):
    """An instant, or a length from the beginning.

    Attributes:
        after_ms: The length, in milliseconds; 0 beside an instant.
        at: The instant, as ISO text; ``None`` for a length.
    """

    after_ms: int
    at: str | None = None

    def from_start(self, start: datetime) -> int:
        """How many milliseconds after the beginning it is; negative before it."""
        if self.at is None:
            return self.after_ms
        return in_ms(parse_instant(self.at) - start)

    def as_data(self) -> dict[str, object]:
        """What a step says about its time."""
        return {"after_ms": self.after_ms} if self.at is None else {"at": self.at}


START = When(0)


def in_ms(length: timedelta) -> int:
    """A length in milliseconds."""
    return round(length.total_seconds() * MILLISECONDS)


class Table:
    """One table, its keys checked.

    Args:
        data: What stands there.
        where: Where it stands.
        keys: What it may say.
        what: What it is, for people.
    """

    def __init__(self, data: object, where: FileWhere, keys: Sequence[str], *, what: str) -> None:
        self.where = where
        if not isinstance(data, Mapping):
            raise where.refuse(f"a {what} is a table, not {show(data)}")
        for key in data:
            if key not in keys:
                raise where.at(str(key)).refuse(
                    f"unknown key{did_you_mean(str(key), keys)} A {what} has: {', '.join(keys)}"
                )
        self.data: Mapping[str, Any] = data
        self._what = what

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self.data

    def need(self, key: str) -> None:
        """Refuses a table without the key."""
        if key not in self.data:
            problem = self.where.refuse(f"a {self._what} needs {key}")
            problem.missing = key
            raise problem

    def text(self, key: str) -> str | None:
        """A text that is not blank; ``None`` where there is none."""
        value = self.data.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            raise self.where.at(key).refuse(
                f"text that is not blank is expected, not {show(value)}"
            )
        return value

    def needed_text(self, key: str) -> str:
        """A text that must be there."""
        self.need(key)
        return self.text(key) or ""

    def choice(self, key: str, choices: Sequence[str], default: str) -> str:
        """One of several words."""
        value = self.data.get(key, default)
        if value not in choices:
            hint = did_you_mean(value, choices) if isinstance(value, str) else "."
            raise self.where.at(key).refuse(
                f"{show(value)} is none of {', '.join(choices)}{hint.rstrip('.')}"
            )
        return str(value)

    def integer(self, key: str, default: int, *, least: int, most: int) -> int:
        """An integer within bounds."""
        value = self.data.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self.where.at(key).refuse(
                f"{show(value)} is not an integer from {least} to {most}"
            )
        return value

    def flag(self, key: str) -> bool:
        """A yes or no; no by default."""
        value = self.data.get(key, False)
        if not isinstance(value, bool):
            raise self.where.at(key).refuse(f"{show(value)} is not true or false")
        return value

    def texts(self, key: str) -> list[str]:
        """A list of texts; empty where there is none."""
        value = self.data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
            raise self.where.at(key).refuse(f"a list of texts is expected, not {show(value)}")
        return value

    def plain(self, key: str) -> Any:
        """A copy of any plain data."""
        return plain_copy(self.data[key], self.where.at(key))

    def table(self, key: str) -> dict[str, Any]:
        """A copy of a table of any plain data; empty where there is none."""
        value = self.data.get(key, {})
        if not isinstance(value, Mapping):
            raise self.where.at(key).refuse(f"a table is expected, not {show(value)}")
        copied: dict[str, Any] = plain_copy(value, self.where.at(key))  # type: ignore[assignment]
        return copied

    def tables(self, key: str) -> list[Any]:
        """A list of tables, unread; empty where there is none."""
        value = self.data.get(key, [])
        if not isinstance(value, list):
            raise self.where.at(key).refuse(f"a list of tables is expected, not {show(value)}")
        return value

    def length(self, key: str) -> int | None:
        """A length of time in milliseconds."""
        value = self.data.get(key)
        return None if value is None else in_ms(parse_duration(value, where=self.where.at(key)))

    def when(self, key: str, start: datetime) -> When | None:
        """An instant, or a length from the beginning; not before it.

        Args:
            key: The key.
            start: When the scenario begins.
        """
        value = self.data.get(key)
        if value is None:
            return None
        where = self.where.at(key)
        if isinstance(value, date) or (isinstance(value, str) and _INSTANT.match(value)):
            instant = parse_instant(value, where=where)
            if instant < start:
                raise where.refuse(
                    f"{to_iso(instant)} lies before the beginning, start_at = {to_iso(start)}"
                )
            return When(0, to_iso(instant))
        return When(in_ms(parse_duration(value, where=where)))
