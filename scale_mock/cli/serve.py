"""``scale-mock serve``: one server until a signal comes, and a quick and clean end."""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import threading
from typing import TYPE_CHECKING, NoReturn

import click

from scale_mock.errors import ScaleMockError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from scale_mock.mock.host import Host
    from scale_mock.mock.rulefiles import WatchedFiles
    from scale_mock.mock.scene import Scene
    from scale_mock.mock.worldfile import WorldFile

STOP_S_MAX = 0.25
"""How long the end may wait for what is still out, such as a callback to a receiver that hangs."""

BREATH_S = 0.02
"""How long whoever waited for the start has the processor alone, before the rest is loaded."""

RULES_POLL_S = 0.5
"""How often rule files are looked at; nothing is read before they change."""

POLLS_MAX = 100
"""How often a pending thing may be read unchanged, unless somebody says otherwise."""

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run(  # noqa: PLR0913 - one for every option
    *,
    host: str,
    port: int,
    seed: int | None,
    clock: str | None,
    rate: float | None,
    start_at: datetime | None,
    callback_hosts: tuple[str, ...],
    stuck_polls_max: int,
    worlds_max: int,
    https: bool = False,
    rule_files: tuple[str, ...] = (),
    snapshot: str | None = None,
    scenario: str | None = None,
) -> NoReturn:
    """Serves until a signal comes, then ends the process with exit code 0.

    Args:
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.
        seed: The seed of every world; the scenario's, or else 0, by default.
        clock: The clock mode of every world; the scenario's, or else ``autojump``, by default.
        rate: Its rate, for ``realtime``.
        start_at: The first instant of every world.
        callback_hosts: Hosts besides loopback that callbacks are really sent to.
        stuck_polls_max: How often a pending thing may be read unchanged; 0 for any number.
        worlds_max: How many worlds there may be.
        https: Speak https, with a certificate made for this run.
        rule_files: Rule files for every world; read again when they change.
        snapshot: A file that all worlds are loaded from at the start and written to at the end.
        scenario: The name of a shipped scenario, or a file: every world plays it.

    Raises:
        ClickException: It cannot listen there, or a rule file, the scenario or the snapshot is
            wrong.
    """
    # Collecting garbage while modules are loaded finds none, and takes a twentieth of the start.
    gc.disable()
    from scale_mock.mock.serve import load_rest, serving_host

    watched = _watched(rule_files)
    scene = _scene(scenario)
    clock = clock or scene.settings.get("clock", "autojump")
    serving = serving_host(
        equip=None if watched is None else watched.equip,
        scene=scene,
        address=host,
        port=port,
        start_at=start_at,
        clock=clock,
        callback_hosts=callback_hosts,
        **{"stuck_polls_max": stuck_polls_max} if stuck_polls_max != POLLS_MAX else {},
        worlds_max=worlds_max,
        **{name: value for name, value in (("rate", rate), ("seed", seed)) if value is not None},
    )
    file = _world_file(snapshot, serving, watched)
    url = _listening(serving, https=https)
    _stay(url, clock, lambda: _after_start(load_rest, watched, serving), https=https)
    _stop(serving, https=https, file=file)


def _stay(url: str, clock: str, do_rest: Callable[[], None], *, https: bool) -> None:
    """Says where it listens, has the rest done a little later, and returns at a signal."""
    rest = threading.Timer(BREATH_S, do_rest)
    rest.daemon = True
    signals = _caught_signals()
    _tell(url, https=https)
    rest.start()
    if sys.stderr.isatty():
        sys.stderr.writelines(f"{line}\n" for line in _hints(url, clock))
    signals.recv(1)


def _listening(serving: Host, *, https: bool) -> str:
    """Starts to listen and says where.

    Raises:
        ClickException: It cannot listen there.
    """
    serving.registry.on_stranger = lambda text: click.echo(text, err=True)
    try:
        return serving.url_of("https" if https else "http")
    except ScaleMockError as error:
        raise click.ClickException(str(error)) from error


def _tell(url: str, *, https: bool) -> None:
    """Says that requests are accepted; whoever started the server waits for this line."""
    if https:
        sys.stderr.writelines(f"{line}\n" for line in _https_hints(url))
    print(f"Listening on {url}", flush=True)


class SnapshotProblem(click.ClickException):
    """The file of ``--snapshot`` is of no use; exit code 2."""

    exit_code = 2


def _world_file(path: str | None, serving: Host, watched: WatchedFiles | None) -> WorldFile | None:
    """The file of ``--snapshot``, its worlds opened; None where there is none.

    Raises:
        SnapshotProblem: It cannot be read, is something else, or could not be written.
    """
    if path is None:
        return None
    from scale_mock.mock.worldfile import WorldFile

    try:
        file = WorldFile(path)
        file.open_worlds(serving, None if watched is None else watched.equip)
    except ScaleMockError as error:
        raise SnapshotProblem(str(error)) from error
    return file


def _scene(scenario: str | None) -> Scene:
    """What a scenario says about every world.

    Raises:
        ClickException: There is no such scenario, or something is wrong with it.
    """
    from scale_mock.mock.scene import NO_SCENE

    if scenario is None:
        return NO_SCENE
    from scale_mock.mock.scenarios.loading import find_scenario

    try:
        return find_scenario(scenario).scene
    except ScaleMockError as error:
        raise click.ClickException(str(error)) from error


def _watched(rule_files: tuple[str, ...]) -> WatchedFiles | None:
    """The rule files; None where there are none.

    Raises:
        ClickException: One is wrong.
    """
    if not rule_files:
        return None
    from scale_mock.mock.rulefiles import WatchedFiles

    try:
        return WatchedFiles(rule_files, lambda line: click.echo(line, err=True))
    except ScaleMockError as error:
        raise click.ClickException(str(error)) from error


def _watch(watched: WatchedFiles, serving: Host) -> NoReturn:
    """Looks at the rule files again and again, until the process ends."""
    pause = threading.Event()
    while True:
        pause.wait(RULES_POLL_S)
        watched.poll(serving.registry.worlds)


def _after_start(
    load_rest: Callable[[], None], watched: WatchedFiles | None, serving: Host
) -> None:
    """Does what the start did not wait for; then looks at rule files until the process ends."""
    load_rest()
    gc.freeze()
    gc.enable()
    if watched is not None:
        _watch(watched, serving)


def _caught_signals() -> socket.socket:
    """A socket that has something to read once SIGINT or SIGTERM came; they do nothing else.

    The interpreter writes every signal's number to a socket, and the main thread reads from it:
    nothing is polled, it works on every system, and there is no moment between looking and waiting
    in which a signal could be missed. One that comes before still ends the process at once, which
    nobody can mind before they were told that requests are accepted.
    """
    receiver, sender = socket.socketpair()
    sender.setblocking(False)
    signal.set_wakeup_fd(sender.detach(), warn_on_full_buffer=False)
    for number in SIGNALS:
        signal.signal(number, lambda _number, _frame: None)
    return receiver


def _stop(serving: Host, *, https: bool, file: WorldFile | None) -> NoReturn:
    """Closes the server and the worlds, but waits for nothing that hangs.

    Only a snapshot is waited for: nobody is served any more when it is taken, so that nothing that
    was answered is missing in it.
    """
    code = 0
    if file is not None:
        serving.quiet()
        try:
            file.save(serving)
        except ScaleMockError as error:
            click.echo(f"Error: {error}", err=True)
            code = 1
    closing = threading.Thread(target=serving.stop, daemon=True)
    closing.start()
    closing.join(STOP_S_MAX)
    if https:
        from scale_mock.mock.certificates import Authority

        Authority.of_process().remove_files()
    sys.stderr.flush()
    # Taking the interpreter down would wait for nothing either, and takes longer.
    os._exit(code)


def _https_hints(url: str) -> Iterator[str]:
    """What every client of an https server has to be told; a log wants it too."""
    from scale_mock.mock.certificates import Authority

    yield f"Certificate authority: {Authority.of_process().ca_file}"
    yield f'  eval "$(scale-mock env {url})" makes the clients of a shell trust it.'


def _hints(url: str, clock: str) -> Iterator[str]:
    """What somebody who looks at a terminal wants to know next."""
    yield f"  Keys         test_NAME or live_NAME: any NAME opens a world of its own, clock {clock}"
    yield f"  Scale's API  curl -u test_me: {url}/v1/tasks"
    yield f"  Control API  curl -u test_me: {url}/_mock/clock"
    yield "  The README tells how to point the SDK here, and what the control API can do."
    yield "  Ctrl-C stops it."
