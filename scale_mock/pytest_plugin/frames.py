"""Where a test failed, told by its own lines: those of this package explain no refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

OURS = "scale_mock"
OF_PYTEST = ("_pytest", "pluggy")


def hide_ours(refusal: BaseException) -> None:
    """Takes our frames out of the traceback of a refusal, whose text says all there is to say.

    ``__tracebackhide__`` would have to stand in each of some hundred functions. Nothing is taken
    out where none of the user's frames is left to point at.

    Args:
        refusal: What a test met.
    """
    shown = [entry for entry in _entries(refusal.__traceback__) if _package(entry) != OURS]
    if not shown or _package(shown[-1]) in OF_PYTEST:
        return
    for entry, following in zip(shown, [*shown[1:], None], strict=True):
        entry.tb_next = following


def _entries(entry: TracebackType | None) -> list[TracebackType]:
    entries = []
    while entry is not None:
        entries.append(entry)
        entry = entry.tb_next
    return entries


def _package(entry: TracebackType) -> str:
    """The package whose code it is."""
    return str(entry.tb_frame.f_globals.get("__name__", "")).partition(".")[0]
