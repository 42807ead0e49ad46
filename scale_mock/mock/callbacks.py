"""The callbacks of a mock, as a test sees them: receivers, assertions, and what was sent."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from scale_mock.callbacks.expect import Expectation, expectation, order_items
from scale_mock.domain.refusals import CALLBACK_NOT_FOUND
from scale_mock.errors import ConfigurationError
from scale_mock.mock.reports import assertions
from scale_mock.selectors.durations import parse_duration
from scale_mock.world.platform import RECEIVER_URL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from typing import Any

    from scale_mock.callbacks.receiver import Receiver
    from scale_mock.callbacks.records import Attempt, Callback, Mail
    from scale_mock.world import World

WITHIN = timedelta(days=30)


class Callbacks:
    """What the platform owes, sends and got acknowledged."""

    def __init__(self, world: World, server_url: Callable[[], str]) -> None:
        self._world = world
        self._server_url = server_url

    @property
    def url(self) -> str:
        """The built-in receiver: use it as ``callback_url``. It is called in process."""
        return RECEIVER_URL

    @property
    def loopback_url(self) -> str:
        """The built-in receiver on the mock's server: a real socket on this machine."""
        __tracebackhide__ = True
        return f"{self._server_url()}/_mock/receiver"

    @property
    def receiver(self) -> Receiver:
        """The built-in receiver: what it got, and what it answers."""
        return self._world.receiver

    def mount(self, prefix: str, app: Callable[..., Any]) -> None:
        """Answers every callback to a URL that begins with a prefix in process.

        Args:
            prefix: For example ``https://app.test/``.
            app: A WSGI application (Flask, Django), an ASGI application (Starlette, FastAPI,
                Django), or a callable, coroutine function or not, that takes werkzeug's ``Request``
                and returns a status, a reply, or nothing (which is a 200). What it raises is a
                failed attempt, kept with its traceback. ASGI applications and coroutines run on an
                event loop of their own.

        Raises:
            ConfigurationError: The prefix is no URL, or the app cannot be called.
        """
        self._world.mount(prefix, app)

    @property
    def received(self) -> list[Callback]:
        """The acknowledged callbacks in the order of arrival."""
        self._world.pump.rest()
        with self._world.lock:
            return list(self._world.desk.acknowledged)

    @property
    def attempts(self) -> list[Attempt]:
        """Every try to send a callback, oldest first."""
        self._world.pump.rest()
        with self._world.lock:
            return list(self._world.desk.attempts)

    @property
    def owed(self) -> list[Callback]:
        """Every callback, acknowledged or not, in the order in which they became due."""
        self._world.pump.rest()
        with self._world.lock:
            return list(self._world.desk.by_id.values())

    @property
    def inbox(self) -> list[Mail]:
        """What went to e-mail addresses."""
        self._world.pump.rest()
        with self._world.lock:
            return list(self._world.desk.inbox)

    def resend(self, callback: Callback | str | object) -> Callback:
        """Sends a callback again, or the newest one of a task.

        Args:
            callback: A callback, its id, or an SDK task, a dict or a task's id.

        Raises:
            Refusal: There is no such callback or task, or the task is not finished.
        """
        from scale_mock.callbacks.records import Callback as Record

        with self._world.lock:
            desk = self._world.desk
            if isinstance(callback, Record):
                return desk.resend(callback)
            if isinstance(callback, str) and callback in desk.by_id:
                return desk.resend(desk.by_id[callback])
            task_id = expectation(task=callback).task or ""
            task = self._world.find_task(task_id)
            if task is None:
                raise CALLBACK_NOT_FOUND(id=task_id)
            return desk.resend_task(task)

    def assert_received(
        self,
        task: object = None,
        *,
        batch: object = None,
        status: str | None = None,
        reason: str | None = None,
        url: str | None = None,
        times: int | None = None,
        within: timedelta | float | str = WITHIN,
    ) -> Any:
        """Waits for a callback: moves the clock just as far as needed, and never sleeps.

        Counts callbacks, not attempts: a receiver's 500 is an attempt, not a reception.

        Args:
            task: An SDK task, a dict or an id.
            batch: An SDK batch, a dict or a name.
            status: The status that it reports: ``completed``, ``error``, ``pending``.
            reason: ``completed``, ``error``, ``audited``, ``recalled`` or ``resent``.
            url: Where it is sent.
            times: Exactly how many; at least one by default.
            within: How far the clock may move.

        Returns:
            The callback; a list of them with ``times``.

        Raises:
            AssertionError: It did not come. The message says what did, where the task stands, and
                what the clock would have brought next.
            ConfigurationError: An argument makes no sense.
        """
        __tracebackhide__ = True
        expected = expectation(task=task, batch=batch, status=status, reason=reason, url=url)
        span = parse_duration(within, where="within")
        if times is not None and (type(times) is not int or times < 0):
            raise ConfigurationError(f"times={times!r}: a count is an integer, 0 or more.")
        least = 1 if times is None else times
        watch = _Watch(self._world, expected)
        since = self._begin_wait()
        self._world.pump.wait(lambda: True if watch.count() >= least else None, until=since + span)
        with self._world.lock:
            found = self._matching(expected)
            if len(found) < least:
                raise AssertionError(
                    assertions.missing(
                        self._world, expected, found, times=times, within=span, since=since
                    )
                )
            if times is not None and len(found) > times:
                raise AssertionError(assertions.too_many(self._world, expected, found, times))
        return found if times is not None else found[0]

    def assert_not_received(
        self,
        task: object = None,
        *,
        batch: object = None,
        status: str | None = None,
        reason: str | None = None,
        url: str | None = None,
        within: timedelta | float | str = timedelta(0),
    ) -> None:
        """Asserts that no such callback arrived, up to now or within a span that the clock moves.

        Args:
            task: An SDK task, a dict or an id.
            batch: An SDK batch, a dict or a name.
            status: The status that it would report.
            reason: Why it would be due.
            url: Where it would be sent.
            within: How far to move the clock before looking; not at all by default.

        Raises:
            AssertionError: One arrived.
        """
        __tracebackhide__ = True
        expected = expectation(task=task, batch=batch, status=status, reason=reason, url=url)
        span = parse_duration(within, where="within")
        self._world.pump.advance(span)
        with self._world.lock:
            if found := self._matching(expected):
                moved = span > timedelta(0)
                raise AssertionError(
                    assertions.too_many(self._world, expected, found, 0, moved=moved)
                )

    def assert_order(
        self, items: Iterable[object], *, within: timedelta | float | str = WITHIN
    ) -> list[Callback]:
        """Waits for several callbacks and asserts the order in which they first arrived.

        Args:
            items: Tasks, batches, task ids, or dicts of ``assert_received``'s arguments.
            within: How far the clock may move for all of them together.

        Returns:
            The callbacks, in that order.

        Raises:
            AssertionError: One is missing, or the order is another.
            ConfigurationError: There is nothing to be in order.
        """
        __tracebackhide__ = True
        expected = order_items(items)
        span = parse_duration(within, where="within")

        def all_there() -> bool | None:
            return True if len(self._first_of_each(expected)) == len(expected) else None

        since = self._begin_wait()
        self._world.pump.wait(all_there, until=since + span)
        with self._world.lock:
            came = self._first_of_each(expected)
            if len(came) < len(expected):
                place = f", number {len(came) + 1} of {len(expected)} in order,"
                raise AssertionError(
                    assertions.missing(
                        self._world, expected[len(came)], [], times=None, within=span, since=since,
                        place=place if len(expected) > 1 else "",
                    )
                )  # fmt: skip
            if sorted(came, key=self._place) != came:
                raise AssertionError(assertions.wrong_order(self._world, expected, came))
        return came

    def _begin_wait(self) -> datetime:
        """The instant at which a wait begins; a clock that follows another is brought there."""
        self._world.pump.catch_up()
        return self._world.now()

    def _matching(self, expected: Expectation) -> list[Callback]:
        """The acknowledged callbacks that match, in the order of arrival."""
        return [cb for cb in self._world.desk.acknowledged if expected.matches(cb)]

    def _first_of_each(self, expected: list[Expectation]) -> list[Callback]:
        """For each item the first callback that none before it took, up to one that has none."""
        came: list[Callback] = []
        for item in expected:
            unused = next((cb for cb in self._matching(item) if cb not in came), None)
            if unused is None:
                break
            came.append(unused)
        return came

    def _place(self, callback: Callback) -> int:
        return self._world.desk.acknowledged.index(callback)


class _Watch:
    """Counts the acknowledged callbacks that match, looking at each one once."""

    def __init__(self, world: World, expected: Expectation) -> None:
        self._desk = world.desk
        self._expected = expected
        self._looked_at = 0
        self._found = 0

    def count(self) -> int:
        """How many have arrived so far."""
        new = self._desk.acknowledged_ever - self._looked_at
        if new:
            self._looked_at += new
            self._found += sum(map(self._expected.matches, self._desk.acknowledged[-new:]))
        return self._found
