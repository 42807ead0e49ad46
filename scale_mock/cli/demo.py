"""``scale-mock demo``: the platform, a customer, a receiver, three days, and a comparison."""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import closing
from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING, NoReturn, Protocol

import click

from scale_mock.cli.agreement import compare
from scale_mock.cli.receiver import Receiver
from scale_mock.cli.story import KEY, LENGTH, START_AT, story
from scale_mock.cli.summary import summarize
from scale_mock.cli.watch import Watch
from scale_mock.cli.wire import ApiClient
from scale_mock.errors import ScaleMockError
from scale_mock.mock.serve import serving_host

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from rich.console import Console

    from scale_mock.cli.story import Step

FRAME = timedelta(minutes=30)
"""How far the world's clock moves from one picture to the next."""
READING = 0.3
"""The share of the real time that is kept for reading what the steps say."""


class Show(Protocol):
    """Whatever shows the demo."""

    def step(self, number: int, watch: Watch) -> None:
        """A step of the story begins."""

    def frame(self, watch: Watch) -> None:
        """Something may have changed."""


class Interrupted(BaseException):
    """A signal came; the number is its own."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def run(*, port: int, seed: int, seconds: float) -> int:
    """Runs the demo.

    Args:
        port: Port of the platform; 0 takes a free one.
        seed: Decides everything.
        seconds: How long it takes in real time, at least.

    Returns:
        The exit code: 0 if both sides agree, 1 if not, 128 and the signal's number (130 for
        Ctrl-C) if it was interrupted.

    Raises:
        ClickException: The platform cannot listen on that port.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        return play(port=port, seed=seed, seconds=seconds)
    except Interrupted as signaled:
        sys.stderr.write("Interrupted before the end: nothing was compared.\n")
        return 128 + signaled.number


def play(*, port: int, seed: int, seconds: float) -> int:
    """Runs the demo to its end; :func:`run` does the same, and sees to signals."""
    console = _console()
    host = serving_host(address="127.0.0.1", port=port, start_at=START_AT, seed=seed)
    try:
        url = host.url
    except ScaleMockError as error:
        raise click.ClickException(str(error)) from error
    try:
        with Receiver(seed=seed) as receiver, closing(ApiClient(url, KEY)) as api:
            steps = story(receiver.url)
            watch = Watch(api)
            with _show(console, steps, f"seed {seed}, {url}") as show:
                _tell(watch, steps, show, seconds)
            lines = compare(api, receiver.book)
    finally:
        host.stop()
    summarize(console, lines, watch)
    return 0 if all(line.agrees for line in lines) else 1


def _tell(watch: Watch, steps: list[Step], show: Show, seconds: float) -> None:
    """Plays the story step by step, the clock moving in between."""
    pace = Pace(seconds, len(steps))
    for number, step in enumerate(steps):
        _run_to(watch, step.at, show, pace)
        show.step(number, watch)
        watch.play(step)
        show.frame(watch)
        pace.after_step()
    _run_to(watch, LENGTH, show, pace)
    watch.run_until_idle()
    show.frame(watch)
    pace.after_step()


def _run_to(watch: Watch, at: timedelta, show: Show, pace: Pace) -> None:
    while watch.now - START_AT < at:
        watch.advance_to(min(watch.now + FRAME, START_AT + at))
        show.frame(watch)
        pace.after_frame()


class Pace:
    """Spreads the demo over real time; what the platform itself takes is part of it.

    Args:
        seconds: How long everything takes, at least.
        steps: How many steps there are.
    """

    def __init__(self, seconds: float, steps: int) -> None:
        self._step_s = seconds * READING / (steps + 1)
        self._frame_s = seconds * (1 - READING) / (LENGTH / FRAME)
        self._due = monotonic()
        self._never = threading.Event()

    def after_step(self) -> None:
        """Waits until the step could be read."""
        self._wait(self._step_s)

    def after_frame(self) -> None:
        """Waits until the next picture is due."""
        self._wait(self._frame_s)

    def _wait(self, length_s: float) -> None:
        self._due += length_s
        left = self._due - monotonic()
        if left > 0:
            self._never.wait(left)


def _console() -> Console:
    from rich.console import Console

    return Console(force_terminal=sys.stdout.isatty(), highlight=False)


def _show(console: Console, steps: list[Step], title: str) -> AbstractContextManager[Show]:
    if console.is_terminal and not console.is_dumb_terminal:
        from scale_mock.cli.screen import Screen

        return Screen(console, steps, title)
    from scale_mock.cli.plain import Lines

    return Lines(console.file, steps, title)


def _interrupt(number: int, _frame: object) -> NoReturn:
    """Ends the demo in order, once; further signals find the end under way."""
    for ended in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ended, signal.SIG_IGN)
    raise Interrupted(number)
