"""Looking back on a world: its requests, what of them nobody read, and the strict checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from typing import Literal

    from scale_mock.world import World
    from scale_mock.world.requests import RequestRecord
    from scale_mock.world.unread import UnreadField

    Export = Literal["jsonl", "har", "mermaid"]


class Hindsight:
    """What :class:`scale_mock.ScaleMock` offers to look back."""

    _world: World

    @property
    def requests(self) -> list[RequestRecord]:
        """Every API request so far, keys made unreadable."""
        with self._world.lock:
            return list(self._world.requests)

    @property
    def unread_fields(self) -> list[UnreadField]:
        """The fields of requests that nobody read, with how often each was sent.

        Scale takes such fields as well, so that a misspelt one goes unnoticed; ``strict_fields``
        refuses them.
        """
        with self._world.lock:
            return list(self._world.unread_fields)

    def export_journal(self, path: str | Path, *, format: Export | None = None) -> None:  # noqa: A002 - a word of the control API
        """Writes down what happened, for other programs; keys are made unreadable.

        Args:
            path: Where to; an existing file is replaced.
            format: ``jsonl`` (the journal, an entry a line), ``har`` (requests and callbacks as an
                HTTP archive) or ``mermaid`` (a sequence diagram of everything); by the file's name
                if it is not given: ``.jsonl``, ``.har`` or ``.mmd``.

        Raises:
            ConfigurationError: There is no such format.
        """
        from scale_mock.api.exports import exported
        from scale_mock.mock.journals import format_of

        form = format_of(path, format)
        self._world.rest()
        with self._world.lock:
            written = exported(self._world, form)
        with open(path, "wb") as file:
            file.write(written)

    def check(self, *, allow: str | Iterable[str] = ()) -> None:
        """Fails if something went wrong that nothing has reported yet.

        Args:
            allow: Checks that find nothing, by name: those of the marker's ``allow``, for example
                ``"unused_rules"``, or several.

        Raises:
            AssertionError: An unknown route was called, a rule or fault never fired, a callback
                was never acknowledged, a handler or the mock itself raised; the text names what
                allows each.
            ConfigurationError: There is no check of that name.
        """
        __tracebackhide__ = True
        from scale_mock.mock.reports.checks import raise_findings

        self._world.rest()
        raise_findings(self._world, allow)
