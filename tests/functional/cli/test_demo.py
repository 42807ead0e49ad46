"""``scale-mock demo``, off a terminal and on one."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import socket
import struct
import subprocess
import termios
import threading
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
import scaleapi  # noqa: F401 - loaded out here: pytester drops what is first loaded inside

from scale_mock.cli import demo
from scale_mock.cli.receiver import Book
from scale_mock.cli.summary import IN_A_TEST
from tests.functional.cli.processes import COMMAND, PATIENCE_S, environment, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

pytestmark = pytest.mark.slow

QUICK = ("demo", "--port", "0", "--seconds", "0")
ENTER_SCREEN, LEAVE_SCREEN = b"\x1b[?1049h", b"\x1b[?1049l"
SHOW_CURSOR = b"\x1b[?25h"
TOTAL = re.compile(r"^(.+?) +([0-9]+) +([0-9]+) +(same|DIFFERENT)$", re.MULTILINE)


def totals(output: str) -> dict[str, tuple[str, str]]:
    return {found[1].strip(): (found[2], found[3]) for found in TOTAL.finditer(output)}


def test_both_sides_count_the_same() -> None:
    done = run(*QUICK)
    assert (done.returncode, done.stderr) == (0, "")
    counted = totals(done.stdout)
    assert len(counted) == 8
    assert all(platform == receiver for platform, receiver in counted.values())
    # 58: of sixty tasks one is canceled and one fails.
    assert counted["tasks completed"][0] == "58"
    assert counted["tasks in error"][0] == "1"
    assert int(counted["answered with 500"][0]) > 10
    assert "not one callback was lost" in done.stdout


def test_off_a_terminal_there_are_plain_lines() -> None:
    done = run(*QUICK, FORCE_COLOR="1")
    assert "\x1b" not in done.stdout
    assert "\r" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100
    assert "Send 10 more mails" in done.stdout
    assert "scale-mock serve" in done.stdout


def test_a_seed_decides_everything() -> None:
    def story(*arguments: str, **more: str) -> list[str]:
        return run(*QUICK, *arguments, **more).stdout.splitlines()[1:]

    first = story("--seed", "4", PYTHONHASHSEED="1")
    assert story("--seed", "4", PYTHONHASHSEED="2") == first
    assert story("--seed", "5") != first


def test_a_difference_is_named_and_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    honest = Book.note

    def forgetful(book: Book, body: dict[str, Any]) -> None:
        if body.get("batch") != "triage-tuesday":
            honest(book, body)

    monkeypatch.setattr(Book, "note", forgetful)
    assert demo.play(port=0, seed=0, seconds=0) == 1
    said = capsys.readouterr().out
    counted = totals(said)
    wrong = {what for what, (platform, receiver) in counted.items() if platform != receiver}
    assert wrong == {"batch callbacks delivered", "tasks completed in batches"}
    assert "do not agree about: batch callbacks delivered, tasks" in said


def test_a_taken_port_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("demo", "--port", str(taken.getsockname()[1]))
    assert (done.returncode, done.stdout) == (1, "")
    assert "choose another" in done.stderr
    assert done.stderr.count("\n") == 1


class Terminal:
    """A demo that believes to be in a terminal."""

    def __init__(self, *arguments: str, width: int, height: int) -> None:
        self._own, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self.process = subprocess.Popen(
            [*COMMAND, "demo", "--port", "0", *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment(TERM="xterm-256color", PYTHONIOENCODING="utf-8"),
        )
        os.close(theirs)
        self._watchdog = threading.Timer(PATIENCE_S, self.process.kill)
        self._watchdog.start()
        self.seen = b""

    def read(self, until: bytes = b"") -> bytes:
        """Reads up to a text, or to the end."""
        while not until or until not in self.seen:
            try:
                more = os.read(self._own, 65536)
            except OSError:  # what Linux says when the other side is closed
                break
            if not more:
                break
            self.seen += more
        return self.seen

    def close(self) -> None:
        self._watchdog.cancel()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE_S)
        os.close(self._own)


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    opened: list[Terminal] = []
    yield opened
    for terminal in opened:
        terminal.close()


def test_on_a_terminal_it_draws_and_leaves_everything_as_it_was(terminals: list[Terminal]) -> None:
    terminals.append(Terminal("--seconds", "0", width=80, height=24))
    drawn, _, after = terminals[0].read().partition(LEAVE_SCREEN)
    assert drawn.count(ENTER_SCREEN) == 1
    assert b"street-night" in drawn
    assert SHOW_CURSOR in drawn + after
    assert b"Both agree" in after
    assert terminals[0].process.wait(PATIENCE_S) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_restores_the_terminal(terminals: list[Terminal], number: int) -> None:
    terminals.append(Terminal("--seconds", "600", width=100, height=30))
    terminals[0].read(until=b"to be sent later")
    terminals[0].process.send_signal(number)
    seen = terminals[0].read()
    assert terminals[0].process.wait(PATIENCE_S) == 128 + number
    after = seen.partition(LEAVE_SCREEN)[2]
    assert SHOW_CURSOR in seen
    assert b"Interrupted" in after
    assert b"Traceback" not in seen


def test_the_snippet_at_the_end_is_a_test_that_passes(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(dedent(IN_A_TEST))
    pytester.runpytest_inprocess("-p", "no:randomly", "-p", "no:asyncio").assert_outcomes(passed=1)
