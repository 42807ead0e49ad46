"""Owns the help pages of all commands as they look at 80 columns, and where they are kept."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from scale_mock.cli.main import commands

FOLDER = Path(__file__).parents[2] / "fixtures" / "help"
WIDTH = 80


def names() -> list[str]:
    """The commands; the empty one is ``scale-mock`` itself."""
    return ["", *commands.commands]


def page(name: str, width: int = WIDTH) -> str:
    """What a command says when it is asked for help in a terminal of that width."""
    shown = CliRunner().invoke(
        commands,
        [*filter(None, [name]), "--help"],
        prog_name="scale-mock",
        env={"COLUMNS": str(width)},
    )
    assert shown.exit_code == 0, shown.output
    return shown.stdout


def file(name: str) -> Path:
    """Where its page is kept."""
    return FOLDER / f"{name or 'scale-mock'}.txt"


def write() -> None:
    """Keeps all pages as they are now, and no others."""
    FOLDER.mkdir(exist_ok=True)
    for old in set(FOLDER.iterdir()) - set(map(file, names())):
        old.unlink()
    for name in names():
        file(name).write_text(page(name))
