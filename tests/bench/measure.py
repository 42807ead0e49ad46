"""Owns how things are timed and told: samples, bars, rows, and rounds in random order.

Figures of one machine swing by a factor of two between runs, so nothing here is compared across
runs: whatever stands in one row was measured in the same run, round by round, in an order that is
shuffled anew for each round.
"""

from __future__ import annotations

import gc
import json
import os
import random
import statistics
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parents[2]
SEED = 20240101
CHILD_S_MAX = 600


@dataclass(frozen=True)
class Sample:
    """One figure per round, in one unit."""

    values: tuple[float, ...]
    unit: str

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def __str__(self) -> str:
        middle = f"{_short(self.median)} {self.unit}"
        if len(self.values) == 1:
            return middle
        return f"{middle} ({_short(min(self.values))}..{_short(max(self.values))})"


@dataclass(frozen=True)
class Bar:
    """What a row is held against.

    Attributes:
        limit: The figure.
        at_most: Whether it is an upper bound.
        of_ratio: Whether it bounds the ratio, else our own figure.
    """

    limit: float
    at_most: bool = True
    of_ratio: bool = True

    def holds(self, ours: float, ratio: float | None) -> bool:
        found = ratio if self.of_ratio else ours
        if found is None:
            return False
        return found <= self.limit if self.at_most else found >= self.limit

    def text(self, unit: str) -> str:
        sign = "<=" if self.at_most else ">="
        return f"{sign} {_short(self.limit)}{'x' if self.of_ratio else f' {unit}'}"


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        subject: The name that ``--only`` takes.
        what: What was measured.
        ours: Our figures.
        peer_name: Against what; empty for nothing.
        peer: Its figures.
        bar: What the row is held against, if anything.
    """

    subject: str
    what: str
    ours: Sample
    peer_name: str = ""
    peer: Sample | None = None
    bar: Bar | None = None

    @property
    def ratio(self) -> float | None:
        """Ours by the peer's."""
        return None if self.peer is None else self.ours.median / self.peer.median

    @property
    def verdict(self) -> str:
        if self.bar is None:
            return ""
        return "ok" if self.bar.holds(self.ours.median, self.ratio) else "OVER"

    def cells(self) -> tuple[str, ...]:
        ratio = "" if self.ratio is None else f"{_short(self.ratio)}x"
        bar = "" if self.bar is None else self.bar.text(self.ours.unit)
        peer = "" if self.peer is None else f"{self.peer_name}: {self.peer}"
        return (self.subject, self.what, str(self.ours), peer, ratio, bar, self.verdict)


@dataclass
class Bench:
    """One run: how thorough it is, its dice, and what is open until it ends.

    Attributes:
        quick: A tenth of the work, and fewer rounds.
        full: Also what takes minutes.
        dice: Shuffles the rounds; the seed is fixed.
        stack: Closed when the run ends.
        kept: What subjects share, by name.
    """

    quick: bool = False
    full: bool = False
    dice: random.Random = field(default_factory=lambda: random.Random(SEED))
    stack: ExitStack = field(default_factory=ExitStack)
    kept: dict[str, Any] = field(default_factory=dict)

    def count(self, thorough: int) -> int:
        """How many of something; a tenth of it in a quick run."""
        return max(1, thorough // 10) if self.quick else thorough

    def rounds(self, thorough: int = 7) -> int:
        return min(2, thorough) if self.quick else thorough

    def compare(
        self,
        variants: Mapping[str, Callable[[], float]],
        *,
        unit: str,
        rounds: int = 7,
        warm_up: bool = True,
    ) -> dict[str, Sample]:
        """Runs every variant once per round, in an order of its own for each round.

        Args:
            variants: Each measures once and returns its figure.
            unit: The figures' unit.
            rounds: How many rounds, in a thorough run.
            warm_up: Whether one more round comes first, whose figures are dropped.
        """
        names = list(variants)
        figures: dict[str, list[float]] = {name: [] for name in names}
        for number in range(-1 if warm_up else 0, self.rounds(rounds)):
            self.dice.shuffle(names)
            for name in names:
                figure = variants[name]()
                if number >= 0:
                    figures[name].append(figure)
        return {name: Sample(tuple(values), unit) for name, values in figures.items()}


def each_us(call: Callable[[], object], count: int) -> float:
    """The median time of one call, in microseconds; for calls of 5 us and more."""
    times = []
    with no_collection():
        for _ in range(count):
            before = perf_counter()
            call()
            times.append(perf_counter() - before)
    return statistics.median(times) * 1e6


def mean_us(call: Callable[[], object], count: int) -> float:
    """The mean time of one call, in microseconds; for short calls."""
    with no_collection():
        before = perf_counter()
        for _ in range(count):
            call()
        return (perf_counter() - before) / count * 1e6


def once_ms(call: Callable[[], object]) -> float:
    """The time of one call, in milliseconds, the collector on as it is for everybody."""
    before = perf_counter()
    call()
    return (perf_counter() - before) * 1e3


def per_second(count: int, call: Callable[[], object]) -> float:
    """The rate at which one call does a number of things."""
    before = perf_counter()
    call()
    return count / (perf_counter() - before)


@contextmanager
def no_collection() -> Iterator[None]:
    """Keeps the garbage collector out of short timings."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def child_environment(**more: str) -> dict[str, str]:
    """The environment of a measured process: bytecode is kept, as it is for installed packages."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**environment, **more}


def child(module: str, *arguments: str) -> list[str]:
    """The command line of one of the benchmark's own modules."""
    return [sys.executable, "-m", f"tests.bench.{module}", *arguments]


def child_result(command: Sequence[str]) -> Any:
    """Runs one of the benchmark's modules; what it printed, as JSON.

    Raises:
        RuntimeError: It failed.
    """
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=child_environment(),
        capture_output=True,
        text=True,
        timeout=CHILD_S_MAX,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{command} ended with {done.returncode}:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def _short(value: float) -> str:
    """Three digits that matter, thousands apart."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
