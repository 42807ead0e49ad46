"""Owns the list of all that the README has to tell: names of things, and where each belongs.

Everything is read from the code when it is asked for, so that what is added there is missed here
until the README tells it. :func:`undocumented` names what a text does not tell.
"""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import TYPE_CHECKING, Any, NamedTuple

import click

import scale_mock
from scale_mock import ScaleMock, ScaleMockError
from scale_mock.cli.main import commands
from scale_mock.config import checks, options, settings
from scale_mock.faults import kinds
from scale_mock.mock.scenarios import calls, loading, parts
from scale_mock.rules import outcomes
from scale_mock.rules import parse as rules
from scale_mock.selectors import matching, occasions

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "scale_mock").rglob("*.py"))
OWN_VARIABLES = {"SCALE_MOCK_NAME", "SCALE_MOCK_SAVED_", "SCALE_MOCK_CA_FILE"}
"""A placeholder of texts, and those that ``scale-mock env`` keeps its notes in."""
FIXTURE = re.compile(r"@pytest\.fixture\b[^\n]*(?:\n[^\n]*)*?\ndef (\w+)")


class Thing(NamedTuple):
    """Something that the README has to tell.

    Attributes:
        kind: What it is.
        name: As users write it.
        section: Where it is told; anywhere if empty.
        pattern: What tells it; its name in backticks if empty.
    """

    kind: str
    name: str
    section: str = ""
    pattern: str = ""


def section(text: str, title: str) -> str:
    """What stands below a heading of the second level, up to the next one."""
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def undocumented(text: str, things: Iterator[Thing]) -> list[str]:
    """What a README does not tell, each with where it looked."""
    missing = []
    for one in things:
        place = section(text, one.section) if one.section else text
        pattern = one.pattern or rf"`{re.escape(one.name)}(\(.*?\))?`"
        if not re.search(pattern, place):
            where = f"section {one.section!r}" if one.section else "the README"
            missing.append(f"{one.kind} {one.name}: not in {where}")
    return missing


def inventory() -> Iterator[Thing]:
    """All of it, apart from what tables are generated of."""
    yield from _pytest()
    yield from _command_line()
    yield from _python()
    yield from _rules_and_faults()
    yield from _scenarios()


def _pytest() -> Iterator[Thing]:
    for name in sorted(fixtures()):
        yield Thing("fixture", name, "Fixtures", rf"\| `{name}` \|")
    for name in options.ARGUMENTS:
        home = "Settings" if name in settings.NAMES else "Fixtures"
        yield Thing("argument of the marker", name, home)
    for option in options.OPTIONS:
        yield Thing("option", option.name, "Fixtures", rf"\| `{option.name}` \|")
        for choice in option.choices:
            yield Thing(f"choice of {option.name}", choice, "Fixtures")
    for name in checks.CHECKS:
        yield Thing("strict check", name, "Fixtures")
    known = {one.variable for one in options.OPTIONS} | OWN_VARIABLES
    for name in sorted(written(r"\bSCALE_MOCK_[A-Z_]+") - known):
        yield Thing("environment variable", name)
    flags = {flag for one in options.OPTIONS for flag in (one.flag, one.negative_flag)}
    for flag in sorted(written(r"--(?:no-)?scale-mock-[a-z-]+") - flags):
        yield Thing("flag", flag, "", rf"`{flag}\b")


def _command_line() -> Iterator[Thing]:
    for name, command in commands.commands.items():
        yield Thing("command", f"scale-mock {name}", "", rf"scale-mock {name}\b")
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                long = max(parameter.opts, key=len)
                yield Thing(f"option of scale-mock {name}", long, "", rf"(`|\s){long}\b")


def _python() -> Iterator[Thing]:
    for name in scale_mock.__all__:
        if not issubclass(type(getattr(scale_mock, name)), str):
            yield Thing("public name", name, "", rf"`@?{name}\b")
    for module in walk_packages(scale_mock.__path__, "scale_mock."):
        if not module.name.endswith("__main__"):
            import_module(module.name)  # else it would depend on other tests which errors there are
    for error in sorted(_below(ScaleMockError), key=lambda one: one.__name__):
        yield Thing("error", error.__name__, "Python API")
    with ScaleMock() as mock:
        for path, held in handles(mock).items():
            for name in public(held):
                yield Thing(f"{path}.", name, "Python API")


def _rules_and_faults() -> Iterator[Thing]:
    for key in rules.KEYS:
        yield Thing("key of rules", key, "Rules", _key(key))
    for key in outcomes.REVIEW_KEYS:
        yield Thing("key of reviews", key, "Rules", _key(key))
    for key in outcomes.ERROR_PARTS:
        yield Thing("part of an error", key, "Rules", _key(key))
    for field in matching.TASK_FIELDS:
        yield Thing("field of match", field, "Rules", _key(field))
    for key in occasions.KEYS:
        yield Thing("occasion", key, "Rules", _key(key))
        yield Thing("occasion", key, "Faults", _key(key))
    for key in {*kinds.KEYS, *(key for keys in kinds.OPTIONS.values() for key in keys)}:
        yield Thing("key of faults", key, "Faults", _key(key))
    for kind in (*kinds.REQUEST_KINDS, *kinds.CALLBACK_KINDS):
        yield Thing("kind of fault", kind, "Faults")
    for field in set(kinds.REQUEST_FIELDS) | set(kinds.CALLBACK_FIELDS):
        if field not in matching.TASK_FIELDS:
            yield Thing("field of a fault's match", field, "Faults", _key(field))


def _scenarios() -> Iterator[Thing]:
    for kind, keys in {**parts.KEYS, "step": calls.STEP_KEYS}.items():
        listed = ", ".join(f"`{key}`" for key in keys)
        row = re.escape(f"| `[[{kind}]]` | {listed} |")
        yield Thing("table of scenarios", f"[[{kind}]]", "Scenarios", row)
    for name in loading.shipped():
        yield Thing("scenario", name, "Scenarios")


def fixtures() -> set[str]:
    """The fixtures that the plugin's modules define."""
    plugin = (path for path in SOURCES if path.parent.name == "pytest_plugin")
    return {name for path in plugin for name in FIXTURE.findall(path.read_text()) if name[0] != "_"}


def handles(mock: ScaleMock) -> dict[str, Any]:
    """The mock and what hangs on it to be called: objects of ours with public methods."""
    found: dict[str, Any] = {"mock": mock}
    for name in public(mock):
        held = getattr(mock, name, None)
        if type(held).__module__.startswith("scale_mock.mock."):
            found[f"mock.{name}"] = held
    return found


def public(held: object) -> list[str]:
    """The public attributes of an object."""
    return [name for name in dir(held) if not name.startswith("_")]


def written(pattern: str) -> set[str]:
    """What matches a pattern anywhere in the package."""
    return {found for path in SOURCES for found in re.findall(pattern, path.read_text())}


def _below(error: type[Exception]) -> set[type[Exception]]:
    own = {one for one in error.__subclasses__() if one.__module__.startswith("scale_mock.")}
    own = {one for one in own if not one.__name__.startswith("_")}
    return own | {deeper for one in own for deeper in _below(one)}


def _key(name: str) -> str:
    """A name in backticks, alone or with what it is set to."""
    return rf"`[^`\n]*\b{re.escape(name)}\b[^`\n]*`"
