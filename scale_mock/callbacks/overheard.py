"""What a framework logs while it answers a callback: the traceback behind its 500.

Flask and Django catch what a view raises, log it, and answer 500. The record of that attempt holds
the traceback all the same.
"""

from __future__ import annotations

import logging
import traceback
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from scale_mock.callbacks.answer import Answer

_current: ContextVar[Overheard | None] = ContextVar("scale_mock_overheard", default=None)


class Overheard(logging.Handler):
    """Listens to the root logger for the exceptions that are logged in the current context.

    Frameworks that hand a view to another thread take the context along, so that callbacks which
    are answered at the same time are told apart.
    """

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._error: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps the last exception."""
        if _current.get() is self and record.exc_info and record.exc_info[1] is not None:
            self._error = record.exc_info[1]

    def beside(self, answer: Answer) -> Answer:
        """The answer, with the exception behind it if it is a 5xx."""
        error = self._error
        if error is None or answer.status is None or answer.status < 500:
            return answer
        return answer._replace(
            error=f"{type(error).__name__}: {error}",
            traceback="".join(traceback.format_exception(error)),
        )

    def __enter__(self) -> Self:
        self._token = _current.set(self)
        logging.getLogger().addHandler(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        logging.getLogger().removeHandler(self)
        _current.reset(self._token)
