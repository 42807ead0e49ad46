"""Every public method that users call says what it takes and what it raises."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock import Callbacks, Fault, Rule, ScaleMock, mock_scale
from scale_mock.callbacks.receiver import Receiver
from scale_mock.pytest_plugin import ScaleServer
from tests.manual.inventory import handles
from tests.manual.objects import OURS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MACHINERY = {Receiver: OURS[Receiver] | {"load", "take"}}
"""Methods for the mock's own use."""


MADE_BY_USERS = {ScaleMock, Rule, Fault}
"""Classes that users call themselves."""


def owners() -> list[type]:
    """The classes whose methods users call."""
    with ScaleMock() as mock:
        held = [type(one) for one in handles(mock).values()]
    return [*dict.fromkeys((*held, Receiver, ScaleServer, Rule, Fault))]


def functions() -> Iterator[Any]:
    """Their public methods and properties, each with its name."""
    yield pytest.param(mock_scale, id="mock_scale")
    for owner in owners():
        if owner in MADE_BY_USERS:
            yield pytest.param(owner.__init__, id=f"{owner.__name__}.__init__")
        for name in dir(owner):
            if name.startswith("_") or name in MACHINERY.get(owner, ()):
                continue
            member = inspect.getattr_static(owner, name)
            function = getattr(member, "fget", None) or getattr(member, "__func__", member)
            if inspect.isfunction(function):
                yield pytest.param(function, id=f"{owner.__name__}.{name}")


def told_of(function: Callable[..., Any]) -> str:
    """Its docstring; of a constructor the class's."""
    if function.__name__ == "__init__":
        module = inspect.getmodule(function)
        return inspect.getdoc(getattr(module, function.__qualname__.partition(".")[0])) or ""
    return inspect.getdoc(function) or ""


def untold_arguments(function: Callable[..., Any]) -> list[str]:
    """The arguments that the docstring does not describe; ``**more`` may be told by its names."""
    about = told_of(function).partition("Args:\n")[2].partition("\n\n")[0]
    parameters = inspect.signature(function).parameters.values()
    named = {
        one
        for line in re.findall(r"^ +([\w*, ]+):", about, re.MULTILINE)
        for one in re.findall(r"\w+", line)
    }
    more = named - {one.name for one in parameters}
    wanted = [one.name for one in parameters if one.kind is not one.VAR_KEYWORD or not more]
    return [name for name in wanted if name[0] != "_" and name not in {"self", "cls", *named}]


def untold_errors(function: Callable[..., Any]) -> list[str]:
    """What it raises by itself and its docstring does not say."""
    about = told_of(function).partition("Raises:\n")[2]
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    raised = {_error(node.exc) for node in ast.walk(tree) if isinstance(node, ast.Raise)}
    return sorted(name for name in raised if name and f"{name}:" not in about)


def _error(raised: ast.expr | None) -> str:
    """The name of what is raised; the refusals of the table are all ``Refusal``."""
    if isinstance(raised, ast.Call):
        return _error(raised.func)
    if isinstance(raised, ast.Name):
        return "Refusal" if raised.id.isupper() else raised.id if raised.id[0].isupper() else ""
    return ""


@pytest.mark.parametrize("function", list(functions()))
def test_a_method_says_what_it_takes_and_raises(function: Callable[..., Any]) -> None:
    assert told_of(function), "it has no docstring"
    assert untold_arguments(function) == []
    assert untold_errors(function) == []


class Careless:
    """Nothing about how it is made."""

    def __init__(self, size: int) -> None:
        self.size = size

    def grow(self, by: int, *, twice: bool = False) -> None:  # noqa: D417 - that is what it is for
        """Grows.

        Args:
            by: How much.
        """
        if twice and by < 0:
            raise ValueError(by)

    def shrink(self, by: int, to: int) -> None:  # noqa: D417
        """Shrinks.

        Args:
            by, to: How much.

        Raises:
            ValueError: It cannot.
        """
        if by > to:
            raise ValueError(by)


def test_what_is_not_said_is_noticed() -> None:
    assert untold_arguments(Careless.grow) == ["twice"]
    assert untold_errors(Careless.grow) == ["ValueError"]
    assert untold_arguments(Careless.shrink) == []
    assert untold_errors(Careless.shrink) == []
    assert untold_arguments(Careless.__init__) == ["size"]


def test_the_classes_are_found() -> None:
    found = owners()
    assert {ScaleMock, Callbacks, Receiver, ScaleServer} <= set(found)
    assert len(found) >= 14
