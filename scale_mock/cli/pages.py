"""What a command's help page says besides its options: examples, exit codes, environment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

FILES = (".toml", ".json")
"""How the names of rule files and scenarios end."""
_EXTRA = re.compile(r"unexpected extra arguments? \((.*)\)")
USAGE = (2, "The command line makes no sense; stderr says what is wrong.")
WIDE = 47
"""How wide a column of examples may be, so that both columns fit 80."""


class Page(NamedTuple):
    """The parts of a help page that click does not know.

    Attributes:
        examples: Command lines, and what each does.
        exits: Exit codes, and what each means.
        reads: Environment variables, and what each is for.
    """

    examples: tuple[tuple[str, str], ...]
    exits: tuple[tuple[int, str], ...]
    reads: tuple[tuple[str, str], ...] = ()


PAGES: dict[str, Page] = {
    "commands": Page(
        examples=(
            ("scale-mock demo", "see it move: three days in ten seconds"),
            ("scale-mock serve", "the platform, at http://127.0.0.1:8723"),
            ("scale-mock check rules.toml", "is this rule file fine?"),
            ("scale-mock serve --help", "all about one command"),
        ),
        exits=(
            (0, "Done."),
            (1, "It failed, or the answer is no; the command's own page says when."),
            USAGE,
        ),
        reads=(
            ("NO_COLOR", "Set to anything: no colours."),
            ("COLUMNS", "How wide pages and pictures are; the terminal's width by default."),
            ("SCALE_MOCK_...", "Options of the pytest plugin; no command reads them."),
        ),
    ),
    "demo": Page(
        examples=(
            ("scale-mock demo", "three days in ten seconds"),
            ("scale-mock demo --seconds 60 --port 0", "slower, and at a free port"),
            ("scale-mock demo --list", "which scenarios are there?"),
            ("scale-mock demo --scenario rough-week", "play one of them"),
        ),
        exits=(
            (0, "Both sides agree, or every step of the scenario got the reply it expects."),
            (1, "They do not, or it cannot listen there, or the scenario is wrong."),
            USAGE,
            (130, "Ctrl-C ended it early; 143: SIGTERM did."),
        ),
        reads=(
            ("NO_COLOR", "Set to anything: no colours."),
            ("COLUMNS", "How wide the picture is; the terminal's width by default."),
        ),
    ),
    "serve": Page(
        examples=(
            ("scale-mock serve", "at the usual address"),
            ("scale-mock serve --port 0", "at a free port, which it tells"),
            ("scale-mock serve --clock manual", "time moves when told to"),
            ("scale-mock serve --rules rules.toml", "with rules of your own"),
            ("curl -u live_me: http://127.0.0.1:8723/v1/tasks", "in another shell: tasks"),
            ("curl -u live_me: http://127.0.0.1:8723/_mock/clock", "and the time of that world"),
        ),
        exits=(
            (0, "It was stopped, by Ctrl-C or SIGTERM."),
            (1, "It cannot listen there, or a rule file or the scenario is wrong."),
            (2, "The command line makes no sense, or the snapshot is of no use."),
        ),
    ),
    "env": Page(
        examples=(
            ('eval "$(scale-mock env http://127.0.0.1:8723)"', "from now on in this shell"),
            ('eval "$(scale-mock env --unset)"', "as it was"),
            ("scale-mock env URL --shell powershell", "its like for PowerShell"),
        ),
        exits=(
            (0, "The lines are on stdout."),
            (1, "That is no address, or the server's authority cannot be had."),
            USAGE,
        ),
        reads=(
            ("PYTHONPATH, NODE_OPTIONS", "Kept, with the mock's own part put before them."),
            ("SCALE_MOCK_URL", "Set: where the programs of this shell go."),
        ),
    ),
    "check": Page(
        examples=(
            ("scale-mock check rules.toml more.json", "two files that work together"),
            ("scale-mock check scenarios/*.toml", "each for itself"),
            ("scale-mock check --schema > rules.schema.json", "for an editor"),
        ),
        exits=((0, "Nothing is wrong."), (1, "Something is; stdout says what."), USAGE),
    ),
    "verify": Page(
        examples=(
            ("scale-mock verify http://127.0.0.1:8723", "a running mock"),
            (
                "scale-mock verify https://api.scale.com --key-from SCALE_TEST_KEY",
                "the real one, only reading",
            ),
        ),
        exits=((0, "No differences."), (1, "Some; stdout lists them."), (2, "It cannot be done.")),
        reads=(("The one of --key-from", "The real platform's test key."),),
    ),
    "render": Page(
        examples=(
            ("scale-mock render TASK_ID -o task.svg", "of a task that a server has"),
            ("scale-mock render task.json > task.svg", "of a task in a file"),
        ),
        exits=((0, "The picture is written."), (1, "It cannot be read, drawn or written."), USAGE),
    ),
    "openapi": Page(
        examples=(
            ("scale-mock openapi > v1.json", "Scale's first API"),
            ("scale-mock openapi --api control", "rules, clock and the like, below /_mock"),
        ),
        exits=((0, "The document is on stdout."), USAGE),
    ),
}
"""By command; ``commands`` is ``scale-mock`` itself."""


class _Told:
    """Writes a command's :class:`Page` into its help: examples before the options, the rest last.

    A mixin of click's commands.
    """

    name: str | None

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What it is for, and how that looks."""
        super().format_help_text(ctx, formatter)  # type: ignore[misc]
        if page := PAGES.get(self.name or ""):
            with formatter.section("Examples"):
                formatter.write_dl(page.examples, col_max=WIDE)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """How it ends, and what it reads."""
        if page := PAGES.get(self.name or ""):
            with formatter.section("Exit codes"):
                formatter.write_dl([(str(code), about) for code, about in page.exits])
            if page.reads:
                with formatter.section("Environment"):
                    formatter.write_dl(page.reads)
        super().format_epilog(ctx, formatter)  # type: ignore[misc]


class Command(_Told, click.Command):
    """A command with a page."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The words after the command; a file that stands alone is told its option."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            hint = _option_of(_EXTRA.search(error.message), self.params)
            if not hint:
                raise
            raise click.UsageError(error.message + hint, ctx) from None


def _option_of(extra: re.Match[str] | None, params: Iterable[click.Parameter]) -> str:
    """How a file is named that stands alone, where a command takes files by options only."""
    names = [] if extra is None else extra[1].split()
    file = next((name for name in names if name.endswith(FILES)), None)
    known = [option for param in params for option in param.opts]
    if file is None or "--scenario" not in known:
        return ""
    if "--rules" not in known:
        return f". A scenario is named by an option: --scenario {file}"
    return f". A rule file is named by an option: --rules {file} (a scenario: --scenario {file})"


class Group(_Told, click.Group):
    """All commands, with a page of their own."""

    command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands, those that a newcomer needs first."""
        order = list(PAGES)
        return sorted(super().list_commands(ctx), key=order.index)
