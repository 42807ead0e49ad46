"""Whatever users can name is in the README, or the suite fails; each check is seen to fail."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click
import pytest

import scale_mock
from scale_mock.api import control
from scale_mock.cli.main import commands
from scale_mock.config import checks, options
from scale_mock.faults import kinds
from scale_mock.mock.handles import TaskHandle
from scale_mock.mock.scenarios import loading
from scale_mock.rules import parse as rules
from scale_mock.world.requests import RequestRecord
from tests.manual import inventory, marks, objects, routes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

README = marks.README.read_text()


def test_everything_that_users_can_name_is_told() -> None:
    missing = inventory.undocumented(README, inventory.inventory())
    assert missing == [], "\n".join(["The README does not tell:", *missing])


def test_the_routes_of_the_control_api_are_those_that_are_told() -> None:
    told = routes.told(inventory.section(README, "The control API"))
    assert {
        "told and not served": told - routes.served(),
        "served and not told": routes.served() - told,
    } == {
        "told and not served": set(),
        "served and not told": set(),
    }


def test_the_table_of_what_calls_answer_is_the_code_s() -> None:
    told = marks.between("objects", README)
    assert told == objects.table(), f"The table is stale; renew it: {marks.RENEW}"


def argument(patch: pytest.MonkeyPatch) -> str:
    patch.setattr(options, "ARGUMENTS", (*options.ARGUMENTS, "planted"))
    return "argument of the marker planted: not in section 'Fixtures'"


def option(patch: pytest.MonkeyPatch) -> str:
    planted = options.OPTIONS[0]._replace(name="planted")
    patch.setattr(options, "OPTIONS", (*options.OPTIONS, planted))
    return "option planted: not in section 'Fixtures'"


def choice(patch: pytest.MonkeyPatch) -> str:
    planted = options.OPTIONS[1]._replace(choices=("planted",))
    patch.setattr(options, "OPTIONS", (*options.OPTIONS, planted))
    return "choice of clock planted: not in section 'Fixtures'"


def check(patch: pytest.MonkeyPatch) -> str:
    patch.setattr(checks, "CHECKS", (*checks.CHECKS, "planted"))
    return "strict check planted: not in section 'Fixtures'"


def fixture(patch: pytest.MonkeyPatch) -> str:
    planted = inventory.ROOT / "scale_mock" / "pytest_plugin" / "__init__.py"
    text = (
        planted.read_text()
        + '\n\n@pytest.fixture(\n    scope="module"\n)\ndef scale_planted() -> None:\n    pass\n'
    )
    patch.setattr(inventory, "SOURCES", [Source(planted, text)])
    return "fixture scale_planted: not in section 'Fixtures'"


def variable(patch: pytest.MonkeyPatch) -> str:
    patch.setattr(inventory, "SOURCES", [Source(inventory.SOURCES[0], "SCALE_MOCK_PLANTED")])
    return "environment variable SCALE_MOCK_PLANTED: not in the README"


def flag(patch: pytest.MonkeyPatch) -> str:
    patch.setattr(inventory, "SOURCES", [Source(inventory.SOURCES[0], '"--scale-mock-planted"')])
    return "flag --scale-mock-planted: not in the README"


def command(patch: pytest.MonkeyPatch) -> str:
    patch.setitem(commands.commands, "planted", click.Command("planted"))
    return "command scale-mock planted: not in the README"


def option_of_a_command(patch: pytest.MonkeyPatch) -> str:
    serve = commands.commands["serve"]
    patch.setattr(serve, "params", [*serve.params, click.Option(["-p", "--planted"])])
    return "option of scale-mock serve --planted: not in the README"


def public_name(patch: pytest.MonkeyPatch) -> str:
    patch.setattr(scale_mock, "__all__", [*scale_mock.__all__, "Planted"])
    patch.setattr(scale_mock, "Planted", type("Planted", (), {}), raising=False)
    return "public name Planted: not in the README"


def method(patch: pytest.MonkeyPatch) -> str:
    patch.setattr(TaskHandle, "planted", lambda self: self, raising=False)
    return "mock.tasks. planted: not in section 'Python API'"


def handle(patch: pytest.MonkeyPatch) -> str:
    class Planted:
        __module__ = "scale_mock.mock.planted"

        def grown(self) -> None:
            """Nothing."""

    patch.setattr(scale_mock.ScaleMock, "planted", Planted(), raising=False)
    return "mock.planted. grown: not in section 'Python API'"


def error(patch: pytest.MonkeyPatch) -> str:
    planted = type("PlantedError", (Exception,), {})  # no error of ours: those are remembered
    patch.setattr(inventory, "_below", lambda _: {planted})
    return "error PlantedError: not in section 'Python API'"


def key_of_rules(patch: pytest.MonkeyPatch) -> str:
    patch.setattr(rules, "KEYS", (*rules.KEYS, "planted"))
    return "key of rules planted: not in section 'Rules'"


def kind_of_fault(patch: pytest.MonkeyPatch) -> str:
    patch.setattr(kinds, "REQUEST_KINDS", {**kinds.REQUEST_KINDS, "planted": ""})
    return "kind of fault planted: not in section 'Faults'"


def scenario(patch: pytest.MonkeyPatch) -> str:
    patch.setattr(loading, "shipped", lambda: {"planted-week": "A week."})
    return "scenario planted-week: not in section 'Scenarios'"


class Source:
    """A file of the package, with a text of its own.

    Args:
        path: Where it seems to lie.
        text: What it says.
    """

    def __init__(self, path: Path, text: str) -> None:
        self.parent = path.parent
        self._text = text

    def read_text(self) -> str:
        return self._text


PLANTS = (
    argument, option, choice, check, fixture, variable, flag, command, option_of_a_command,
    public_name, method, handle, error, key_of_rules, kind_of_fault, scenario,
)  # fmt: skip


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_what_is_added_and_not_told_is_missed(
    monkeypatch: pytest.MonkeyPatch, plant: Callable[[pytest.MonkeyPatch], str]
) -> None:
    wanted = plant(monkeypatch)
    assert wanted in inventory.undocumented(README, inventory.inventory())


def test_a_route_that_is_added_and_not_told_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    planted = control.OPERATIONS[0]._replace(name="planted", path="/planted/<name:id>")
    monkeypatch.setattr(control, "OPERATIONS", (*control.OPERATIONS, planted))
    assert "GET /_mock/planted/{id}" in routes.served()


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("| `GET /_mock/a` | b |", {"GET /_mock/a"}),
        ("| `GET, POST /_mock/a?b=c` | d |", {"GET /_mock/a", "POST /_mock/a"}),
        (
            '| `POST /_mock/a/b {"c":}` · `/d`, `/e {"f":}` | `GET /_mock/no` |',
            {"POST /_mock/a/b", "POST /_mock/a/d", "POST /_mock/a/e"},
        ),
        ("| `GET /_mock/a` (filters of `GET /tasks`) | b |", {"GET /_mock/a"}),
        ("| nothing | b |", set()),
    ],
)
def test_a_row_of_routes_is_read(row: str, told: set[str]) -> None:
    assert routes.told(row) == told


def test_an_attribute_that_is_added_changes_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RequestRecord, "planted", property(lambda self: self), raising=False)
    assert "`planted`" in objects.table()


def test_a_thing_counts_only_where_it_belongs() -> None:
    text = "# T\n\n## Here\n\n`one` `two(a, b)` `serve --three=3`\n\n## There\n\n`four`\n"
    things = [
        inventory.Thing("name", "one", "Here"),
        inventory.Thing("name", "two", "Here"),
        inventory.Thing("flag", "three", "Here", r"`.*--three\b"),
        inventory.Thing("name", "four", "Here"),
        inventory.Thing("name", "five"),
    ]
    assert inventory.undocumented(text, iter(things)) == [
        "name four: not in section 'Here'",
        "name five: not in the README",
    ]


def test_the_fixtures_are_those_that_pytest_lists(pytester: pytest.Pytester) -> None:
    listed: Any = pytester.runpytest_inprocess(
        "--fixtures", "-p", "no:randomly", "-p", "no:asyncio"
    ).stdout.str()
    assert [name for name in inventory.fixtures() if f"\n{name}" not in listed] == []


def test_the_markers_are_told(pytester: pytest.Pytester) -> None:
    listed = pytester.runpytest_inprocess(
        "--markers", "-p", "no:randomly", "-p", "no:asyncio"
    ).stdout.str()
    markers = set(re.findall(r"(?m)^@pytest\.mark\.(scale_\w+)", listed))
    assert "scale_mock" in markers
    told = inventory.section(README, "Fixtures")
    assert [name for name in sorted(markers) if f"@pytest.mark.{name}" not in told] == []


def test_every_public_type_that_calls_answer_is_in_the_table() -> None:
    public = {getattr(scale_mock, name) for name in scale_mock.__all__}
    classes = {one for one in public if isinstance(one, type)}
    errors = {one for one in classes if issubclass(one, Exception)}
    made = {scale_mock.ScaleMock, scale_mock.RemoteMock, scale_mock.Rule, scale_mock.Fault}
    handles = {scale_mock.Callbacks, scale_mock.Clock}
    assert classes - errors - made - handles <= objects.HELD.keys()
