"""``scale-mock demo --scenario``: a scenario plays by itself, and its journal is told."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from contextlib import closing
from datetime import datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from scale_mock.cli.wire import ApiClient
from scale_mock.errors import ScaleMockError
from scale_mock.mock.scenarios.loading import find_scenario, shipped
from scale_mock.mock.serve import serving_host

if TYPE_CHECKING:
    from scale_mock.mock.scenarios.reading import Scenario
    from scale_mock.world import World

ACCOUNT = "demo"
SHOWN = 12
"""How many entries of one instant are told; the rest is counted."""
LENGTH_MAX = timedelta(days=400)
"""How much of the world's time is played, should a scenario never come to rest."""

Json = dict[str, Any]


def list_scenarios() -> int:
    """Prints the shipped scenarios, one a line; the exit code 0."""
    titles = shipped()
    width = max(map(len, titles))
    for name, title in titles.items():
        click.echo(f"{name:{width}}  {title}")
    return 0


def run_scenario(wanted: str, *, port: int, seed: int | None, seconds: float) -> int:
    """Plays a scenario to its end and tells what happens.

    Args:
        wanted: The name of a shipped scenario, or a file.
        port: Port of the platform; 0 takes a free one.
        seed: Decides everything; the scenario's by default.
        seconds: How long it takes in real time, at least.

    Returns:
        The exit code: 0, or 1 if a step did not get the reply that it expects.

    Raises:
        ClickException: There is no such scenario, something is wrong with it, or the platform
            cannot listen on that port.
    """
    try:
        scenario = find_scenario(wanted)
        scene = scenario.scene
        if seed is not None:
            scene = scene._replace(settings={**scene.settings, "seed": seed})
        host = serving_host(address="127.0.0.1", port=port, scene=scene, clock="manual")
        url = host.url
    except ScaleMockError as error:
        raise click.ClickException(str(error)) from error
    try:
        with closing(ApiClient(url, f"live_{ACCOUNT}")) as api:
            world = host.registry.find(f"live_{ACCOUNT}")[0]
            return _Telling(scenario, api, world, seconds).run(url)
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted before the end.\n")
        return 130
    finally:
        host.stop()


class _Telling:
    """One scenario as it is told."""

    def __init__(self, scenario: Scenario, api: ApiClient, world: World, seconds: float) -> None:
        self._scenario = scenario
        self._api = api
        self._world = world
        self._seconds = seconds
        self._seen = -1
        self._begun = monotonic()
        self._never = threading.Event()

    def run(self, url: str) -> int:
        """Plays and tells; the exit code."""
        title = self._scenario.title or "a scenario"
        seed = self._world.settings.seed
        click.echo(f"scale-mock demo: {self._scenario.name}: {title} (seed {seed}, {url})")
        clock = self._api.get("/_mock/clock")
        first = now = datetime.fromisoformat(clock["now"])
        self._tell()
        length = _length(self._scenario, first)
        while not clock["idle"] and now - first < LENGTH_MAX:
            clock = self._api.call("POST", "/_mock/clock/run_next", {})
            now = datetime.fromisoformat(clock["now"])
            self._tell()
            self._wait((now - first) / length)
        return self._end()

    def _wait(self, share: float) -> None:
        """Waits until as much of the real time has passed."""
        left = self._begun + min(share, 1.0) * self._seconds - monotonic()
        if left > 0:
            self._never.wait(left)

    def _tell(self) -> None:
        """Tells what is new in the journal."""
        entries = self._api.get(f"/_mock/journal?after={self._seen}")
        for number, entry in enumerate(entries):
            self._seen = entry["seq"]
            if number < SHOWN:
                click.echo(_line(entry))
        if len(entries) > SHOWN:
            click.echo(f"{'':18}... and {len(entries) - SHOWN} more")

    def _end(self) -> int:
        world = self._world
        with world.lock:
            statuses: Counter[str] = Counter(
                task.status for side in world.core.sides.values() for task in side.tasks.values()
            )
            states: Counter[str] = Counter(callback.state for callback in world.desk.by_id.values())
            failed = [one["text"] for one in world.script.state["failed"]]
        click.echo(f"Tasks: {_counted(statuses)}")
        click.echo(f"Callbacks: {_counted(states)}")
        digest = self._api.get("/_mock/journal/digest")
        click.echo(f"Journal: {digest['entries']} entries, digest {digest['digest']}")
        for text in failed:
            click.echo(text, err=True)
        return 1 if failed else 0


def _length(scenario: Scenario, first: datetime) -> timedelta:
    """About how long the scenario takes: up to its last step, and a day."""
    last = first
    for step in scenario.play.steps:
        begin = first + timedelta(milliseconds=step.get("after_ms", 0))
        if "at" in step:
            begin = datetime.fromisoformat(step["at"])
        again = timedelta(milliseconds=step.get("every_ms", 0)) * (step.get("count", 1) - 1)
        last = max(last, begin + again)
    return last - first + timedelta(days=1)


def _line(entry: Json) -> str:
    at = datetime.fromisoformat(entry["at"]).strftime("%a %d %b %H:%M")
    told = {
        key: value
        for key, value in entry.items()
        if key not in {"seq", "at", "kind", "subject", "strand"} and value is not None
    }
    details = ", ".join(f"{key}={value}" for key, value in told.items())
    line = f"{at}  {entry['kind']:22} {entry['subject']}  {details}"
    return line if len(line) <= 160 else f"{line[:157]}..."


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "none"
