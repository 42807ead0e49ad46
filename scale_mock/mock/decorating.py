"""``mock_scale``: a world and its interception in one, around a function, a class or a block."""

from __future__ import annotations

import functools
import inspect
import sys
import unittest
from contextlib import ExitStack, aclosing
from typing import TYPE_CHECKING, Any, overload

from scale_mock.errors import ConfigurationError, LeakError
from scale_mock.mock.facade import ScaleMock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType

PARAMETER = "mock"
"""A function that has a parameter of this name is given the world."""
MADE = "__scale_mock_world__"
"""The attribute that tells the functions that were made here."""
TESTS = "test"
"""How the methods of a decorated class begin that get a world each."""


class MockScale:
    """A recipe for worlds: each use gets a fresh one, with interception on.

    Args:
        hosts: Further base URLs or host names that the world answers for.
        absorb_sleep: The code under test's sleeping moves the world's clock instead.
        arguments: Those of :class:`scale_mock.ScaleMock`.
    """

    def __init__(
        self, *, hosts: Iterable[str] = (), absorb_sleep: bool = False, **arguments: Any
    ) -> None:
        self._hosts = tuple(hosts)
        self._absorb_sleep = absorb_sleep
        self._arguments = arguments
        self._entered: list[ExitStack] = []

    def __enter__(self) -> ScaleMock:
        with ExitStack() as stack:
            mock = stack.enter_context(ScaleMock(**self._arguments))
            stack.enter_context(mock.intercept(hosts=self._hosts, absorb_sleep=self._absorb_sleep))
            self._entered.append(stack.pop_all())
        return mock

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._entered.pop().__exit__(kind, error, traceback)

    async def __aenter__(self) -> ScaleMock:
        return self.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.__exit__(kind, error, traceback)

    def __call__(self, target: Any) -> Any:
        """Decorates a function, a coroutine function, or a class of tests."""
        if isinstance(target, type):
            return self._class(target)
        if not callable(target):
            raise ConfigurationError(
                f"mock_scale({target!r}): expected the function or class that it decorates; "
                "settings are given by name, as in mock_scale(seed=7)."
            )
        return self._function(target)

    def _again(self) -> MockScale:
        """The same recipe with a stack of its own, so that uses in two threads do not mix."""
        return MockScale(hosts=self._hosts, absorb_sleep=self._absorb_sleep, **self._arguments)

    def _function(self, function: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(function)
        wants = PARAMETER in signature.parameters

        def given(mock: ScaleMock, more: dict[str, Any]) -> dict[str, Any]:
            return {**more, PARAMETER: mock} if wants and PARAMETER not in more else more

        wrapper = _wrapped(function, self._again, given)
        if wants:
            # Otherwise pytest would look for a fixture of that name.
            left = [p for p in signature.parameters.values() if p.name != PARAMETER]
            vars(wrapper)["__signature__"] = signature.replace(parameters=left)
        vars(wrapper)[MADE] = True
        return wrapper

    def _class(self, cls: type) -> type:
        if issubclass(cls, unittest.TestCase):
            self._test_case(cls)
            return cls
        for name in dir(cls):
            if name.startswith(TESTS):
                value = inspect.getattr_static(cls, name)
                if name not in vars(cls):
                    value = _bare(value)
                if inspect.isfunction(value):
                    setattr(cls, name, self._function(value))
                elif isinstance(value, staticmethod | classmethod):
                    setattr(cls, name, type(value)(self._function(value.__func__)))
        return cls

    def _test_case(self, cls: Any) -> None:
        """Each test has its world from before ``setUp`` until after the last cleanup."""
        run = cls.run
        recipe = self

        @functools.wraps(run)
        def run_with_world(case: Any, result: Any = None) -> Any:
            before = _bad(result)
            try:
                with recipe._again() as case.mock:
                    return run(case, result)
            except LeakError:
                # unittest reports what a test's own part raises, and this comes after it.
                if result is None:
                    raise
                if _bad(result) == before:
                    result.addFailure(case, sys.exc_info())
                return result

        cls.run = run_with_world


def _wrapped(
    function: Callable[..., Any],
    again: Callable[[], MockScale],
    given: Callable[[ScaleMock, dict[str, Any]], dict[str, Any]],
) -> Callable[..., Any]:
    """A function of the same kind, around which a world is open.

    Generators, such as a fixture that yields, have theirs until they end.
    """
    wrapper: Any
    if inspect.isasyncgenfunction(function):

        @functools.wraps(function)
        async def wrapper(*arguments: Any, **more: Any) -> Any:
            with again() as mock:
                async with aclosing(function(*arguments, **given(mock, more))) as values:
                    async for value in values:
                        yield value

    elif inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def wrapper(*arguments: Any, **more: Any) -> Any:
            with again() as mock:
                return (yield from function(*arguments, **given(mock, more)))

    elif inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def wrapper(*arguments: Any, **more: Any) -> Any:
            with again() as mock:
                return await function(*arguments, **given(mock, more))

    else:

        @functools.wraps(function)
        def wrapper(*arguments: Any, **more: Any) -> Any:
            with again() as mock:
                return function(*arguments, **given(mock, more))

    made: Callable[..., Any] = wrapper
    return made


def _bare(value: Any) -> Any:
    """A test that a class inherits, without the world that its parent's decorator gives it."""
    if isinstance(value, staticmethod | classmethod):
        return type(value)(_bare(value.__func__))
    return value.__wrapped__ if getattr(value, MADE, False) else value


def _bad(result: Any) -> int:
    """How many tests of a unittest run went wrong so far.

    pytest gives a test of its own as the result, which keeps all that was raised in one list.
    """
    return sum(
        len(getattr(result, name, None) or ()) for name in ("failures", "errors", "_excinfo")
    )


@overload
def mock_scale(target: Callable[..., Any], /) -> Any: ...
@overload
def mock_scale(
    *, hosts: Iterable[str] = ..., absorb_sleep: bool = ..., **arguments: Any
) -> MockScale: ...
def mock_scale(target: Any = None, /, **arguments: Any) -> Any:
    """A fresh world with interception on, as a decorator or in a ``with`` statement.

    ::

        @mock_scale
        def test_upload(mock): ...

        with mock_scale(seed=7) as mock: ...

    A decorated function that has a parameter ``mock`` is given the world; in a decorated
    ``unittest.TestCase`` it is ``self.mock``, from before ``setUp``; in any other class every
    method whose name begins with ``test`` has a world of its own.

    Args:
        target: What is decorated, where the decorator is used without arguments.
        arguments: Those of :class:`scale_mock.ScaleMock`, besides ``hosts`` (further base URLs that
            the world answers for) and ``absorb_sleep``.
    """
    recipe = MockScale(**arguments)
    return recipe if target is None else recipe(target)
