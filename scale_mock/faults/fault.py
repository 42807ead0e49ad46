"""One fault: a value that says which requests or callbacks are meant, and what goes wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Self

from scale_mock.faults.kinds import OPTIONS
from scale_mock.faults.parse import FaultFields, locate, parse_fault
from scale_mock.selectors.durations import compact_duration

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from scale_mock.faults.delay import Delay
    from scale_mock.faults.kinds import Apply, Kind
    from scale_mock.selectors.durations import DurationLike, Span
    from scale_mock.selectors.matching import Matcher
    from scale_mock.selectors.occasions import Occasions
    from scale_mock.selectors.where import Where


@dataclass(frozen=True, slots=True, init=False)
class Fault:
    """A deliberate misbehaviour of the API, or of the delivery of callbacks.

    The first fault that is meant strikes; every fault counts what it matches.

    Args:
        name: What the journal calls it; a book names a nameless one ``fault-N``.
        match: Wanted values by field, all of which must hold; empty for every request. For
            requests ``operation``, ``method``, ``path``, ``mode``, ``account``, ``key``, and of the
            task that the request creates or names ``project``, ``batch``, ``type``, ``unique_id``,
            ``tags``, ``metadata.<path>``, ``params.<path>``, ... With ``"callback": True`` for
            callbacks: ``url``, ``owner``, ``status``, ``reason``, ``attempt``, and the task's.
            Which of those that match: ``nth``, ``first``, ``every``, ``chance``, ``window``.
        status: The status that is answered, 400 to 599, with the platform's own error body. For
            callbacks: what is answered in the receiver's place.
        error: The text of that body; by default the platform's, as far as it is known.
        retry_after: Seconds for the ``Retry-After`` header; alone, the status is 429.
        kind: What goes wrong instead. Requests: ``reset``, ``empty``, ``timeout``, ``truncated``,
            ``malformed_json``, ``wrong_content_type``, ``slow``, ``stale``, ``delay``,
            ``expired_key``, ``broken_page_token``. Callbacks: ``duplicate``, ``drop``, ``delay``,
            ``reorder``, ``bad_auth``, ``truncated``, ``slow``, ``redirect``.
        apply: ``before`` (the request takes no effect) or ``after`` (it takes effect and then
            fails); ``before`` unless the kind needs a reply that it can spoil.
        delay: How late: a length or a range of real time, or ``{"by": "2h", "clock": "world"}``,
            which moves the world's clock. Alone, or besides anything else. For callbacks always of
            the world's clock.
        after_headers: ``reset``: only after the reply's headers are out.
        auth: ``bad_auth``: the header is ``wrong`` or ``missing``.
        copies: ``duplicate``: how many come besides the first.
        chunk_bytes: ``slow``: how many bytes come at a time.
        pause: ``slow``: how long, of real time, between two of these.

    Raises:
        ConfigurationError: A value makes no sense, or two contradict each other.

    Attributes:
        for_callbacks: Whether it means callbacks.
        matcher: The plain conditions of ``match``, compiled.
        occasions: Which of those that match are meant.
    """

    name: str | None
    match: Mapping[str, object] = field(hash=False)
    status: int | None
    error: str | None
    retry_after: int | None
    kind: Kind | None
    apply: Apply
    delay: Delay | None
    after_headers: bool
    auth: Literal["wrong", "missing"]
    copies: int
    chunk_bytes: int
    pause: timedelta
    for_callbacks: bool = field(init=False, repr=False, compare=False)
    matcher: Matcher = field(init=False, repr=False, compare=False)
    occasions: Occasions = field(init=False, repr=False, compare=False)

    def __init__(
        self,
        *,
        name: str | None = None,
        match: Mapping[str, object] | None = None,
        status: int | None = None,
        error: str | None = None,
        retry_after: int | None = None,
        kind: Kind | None = None,
        apply: Apply | None = None,
        delay: DurationLike | Span | Mapping[str, object] | None = None,
        **options: object,
    ) -> None:
        data: dict[str, object] = {
            "name": name,
            "match": match,
            "status": status,
            "error": error,
            "retry_after": retry_after,
            "kind": kind,
            "apply": apply,
            "delay": delay,
            **options,
        }
        self._fill(parse_fault(data, locate(data)))

    @classmethod
    def from_dict(cls, data: Mapping[str, object], *, where: Where | None = None) -> Self:
        """The fault that plain data describes.

        Args:
            data: The constructor's arguments by name.
            where: The place of the data, for refusals; by default the fault's name.

        Raises:
            ConfigurationError: As the constructor, and for unknown keys.
        """
        fault = cls.__new__(cls)
        fault._fill(parse_fault(data, where or locate(data)))
        return fault

    def named(self, name: str) -> Self:
        """The same fault under another name.

        Args:
            name: The name.
        """
        return type(self).from_dict({**self.as_dict(), "name": name})

    def _fill(self, fields: FaultFields) -> None:
        for name, value in fields._asdict().items():
            object.__setattr__(self, name, value)

    def __reduce__(self) -> tuple[object, ...]:
        # The compiled matcher holds functions, which cannot be pickled or need to be.
        return (type(self).from_dict, (self.as_dict(),))

    @property
    def what(self) -> str:
        """What goes wrong, in a word or two: ``500``, ``reset``, ``502 truncated``."""
        words = [self.status, None if self.kind == "delay" and self.status else self.kind]
        return " ".join(str(word) for word in words if word is not None)

    def as_dict(self) -> dict[str, object]:
        """The fault as plain data, from which :meth:`from_dict` makes an equal one."""
        data: dict[str, object] = {
            "name": self.name,
            "match": dict(self.match),
            "status": self.status,
            "error": self.error,
            "retry_after": self.retry_after,
            "kind": self.kind,
            "apply": self.apply,
            "delay": None if self.delay is None else self.delay.plain(),
        }
        for key, kinds in OPTIONS.items():
            if self.kind in kinds:
                value = getattr(self, key)
                data[key] = compact_duration(value) if key == "pause" else value
        return data
