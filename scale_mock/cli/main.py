"""The commands and their options: what may be asked for, and what each of it means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import click

from scale_mock.cli.pages import Group
from scale_mock.config.version import VERSION

if TYPE_CHECKING:
    from datetime import datetime

PORT = 8723
CLOCKS = ("autojump", "manual", "realtime")
DEMO_SECONDS = 10.0


def _instant(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> datetime | None:
    """Reads an instant; a wrong one is a usage error."""
    if value is None:
        return None
    from scale_mock.errors import ConfigurationError
    from scale_mock.selectors.durations import parse_instant

    try:
        return parse_instant(value)
    except ConfigurationError as error:
        raise click.BadParameter(str(error)) from error


def _hosts(
    _context: click.Context, _parameter: click.Parameter, value: tuple[str, ...]
) -> tuple[str, ...]:
    """Refuses URLs and ports where the name of a host is wanted."""
    for host in value:
        # More than one colon makes an IPv6 address.
        if not host or set(host) & set("/@ ") or host.count(":") == 1:
            raise click.BadParameter(
                f"{host!r} is not the name of a host. Give the name alone, without scheme, port "
                "and path: for callbacks to http://app:8000/done it is 'app'."
            )
    return value


def _rate(context: click.Context, _parameter: click.Parameter, value: float | None) -> float | None:
    """Refuses a rate for a clock that has none."""
    clock = context.params.get("clock")
    if value is not None and clock != "realtime":
        raise click.BadParameter(
            f"a clock that runs at a rate is --clock realtime; this one is {clock or 'autojump'}."
        )
    return value


@click.group(
    cls=Group,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(VERSION, prog_name="scale-mock", message="%(prog)s %(version)s")
def commands() -> None:
    """The Scale AI labeling platform, faked in memory.

    Start with the demo. To test your own code from another process or in another language, serve
    the platform and send your client's requests there. In pytest no command is needed: the README
    describes the fixtures.
    """
    from scale_mock.cli.strangers import tell

    tell()


@commands.command()
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="Where to listen; at 0.0.0.0 everybody around reaches it.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=PORT,
    show_default=True,
    metavar="PORT",
    help="Port to listen on; 0 takes a free one.",
)
@click.option(
    "--seed",
    type=int,
    metavar="N",
    help="Decides every id, fate and label: the same seed and calls give the same answers.  "
    "[default: 0]",
)
@click.option(
    "--clock",
    type=click.Choice(CLOCKS),
    is_eager=True,
    help="How time passes: by itself as soon as somebody waits, only when told, or steadily.  "
    "[default: autojump]",
)
@click.option(
    "--rate",
    type=click.FloatRange(0, min_open=True),
    callback=_rate,
    metavar="X",
    help="With --clock realtime: seconds of world time per second of real time.  [default: 1]",
)
@click.option(
    "--start-at",
    callback=_instant,
    metavar="INSTANT",
    help="First instant of every world, in ISO 8601.  [default: 2024-01-01T00:00:00Z]",
)
@click.option(
    "--callback-host",
    "callback_hosts",
    multiple=True,
    callback=_hosts,
    metavar="HOST",
    help="Host besides this machine that callbacks are really sent to. May be repeated.",
)
@click.option(
    "--stuck-polls-max",
    type=click.IntRange(0),
    default=100,
    show_default=True,
    metavar="N",
    help="After so many reads of something pending that cannot change, because its clock stands "
    "still, a 400 explains that; 0: never.",
)
@click.option(
    "--worlds-max",
    type=click.IntRange(1),
    default=1000,
    show_default=True,
    metavar="N",
    help="How many worlds, and so accounts, there may be at once.",
)
@click.option(
    "--https",
    is_flag=True,
    help="Speak https, with a certificate authority made for this run; its file is told on stderr.",
)
@click.option(
    "--rules",
    "rule_files",
    multiple=True,
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Rule file, TOML or JSON, for every world; read again when it changes. May be repeated.",
)
@click.option(
    "--snapshot",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="File that all worlds are loaded from at the start, if it is there, and written to at the "
    "end.",
)
@click.option(
    "--scenario",
    metavar="NAME|FILE",
    help="Scenario that every world plays: a shipped one (see demo --list), or a file. Other "
    "options win over what it says about seed, start and clock.",
)
def serve(  # noqa: PLR0913, PLR0917 - one for every option
    host: str,
    port: int,
    seed: int | None,
    clock: str | None,
    rate: float | None,
    start_at: datetime | None,
    callback_hosts: tuple[str, ...],
    stuck_polls_max: int,
    worlds_max: int,
    https: bool,
    rule_files: tuple[str, ...],
    snapshot: str | None,
    scenario: str | None,
) -> None:
    """Serve the platform over HTTP until it is stopped.

    Every key opens a world of its own: test_NAME and live_NAME are the two modes of the account
    NAME, and any NAME will do. The address is printed as one line on stdout,
    "Listening on http://127.0.0.1:8723", as soon as requests are accepted; everything else goes
    to stderr. Any setting of a world is given in the [settings] table of a --scenario file.
    """
    from scale_mock.cli.serve import run

    run(
        host=host,
        port=port,
        seed=seed,
        clock=clock,
        rate=rate,
        start_at=start_at,
        callback_hosts=callback_hosts,
        stuck_polls_max=stuck_polls_max,
        worlds_max=worlds_max,
        https=https,
        rule_files=rule_files,
        snapshot=snapshot,
        scenario=scenario,
    )


@commands.command()
@click.argument("files", metavar="FILE...", nargs=-1)
@click.option(
    "--schema",
    is_flag=False,
    flag_value="rules",
    type=click.Choice(("rules", "scenario")),
    help="Print the JSON Schema of rule files (the default) or of scenarios instead.",
)
def check(files: tuple[str, ...], schema: str | None) -> None:
    """Check rule files and scenarios before anything runs with them.

    Every problem of every rule, fault and table is one line on stdout, FILE:LINE: message. All
    rule files together are one set of rules, tried in the order in which they are named; every
    scenario stands for itself.
    """
    from scale_mock.cli.check import run

    raise SystemExit(run(files=files, schema=schema))


@commands.command()
@click.argument("url", metavar="URL", required=False)
@click.option(
    "--shell",
    type=click.Choice(("sh", "powershell")),
    default="sh",
    show_default=True,
    help="Whose language the lines are in; sh is also bash and zsh.",
)
@click.option(
    "--ca-file",
    type=click.Path(exists=True, dir_okay=False, resolve_path=True),
    metavar="FILE",
    help="For https: the certificate authority to trust.  [default: the server is asked for it]",
)
@click.option("--unset", is_flag=True, help="Take the variables back; needs no URL.")
def env(url: str | None, shell: str, ca_file: str | None, unset: bool) -> None:
    """Print shell lines that point clients at a running server.

    The Python SDK, v1 and v2, and Node programs then send to the server what they would send to
    Scale, unchanged. What has no variable is said in comments.
    """
    from scale_mock.cli.env import run

    run(url=url, shell=shell, ca_file=ca_file, unset=unset)


@commands.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=PORT,
    show_default=True,
    metavar="PORT",
    help="Port of the platform while the demo runs; 0 takes a free one.",
)
@click.option(
    "--seed",
    type=int,
    metavar="N",
    help="Another seed, another three days; the same seed, the same.  [default: 0]",
)
@click.option(
    "--seconds",
    type=click.FloatRange(0, 3600),
    default=DEMO_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="How long the three days take in real time, at least.",
)
@click.option(
    "--scenario",
    metavar="NAME|FILE",
    help="Play this scenario instead of the three days: a shipped one, or a TOML or JSON file.",
)
@click.option("--list", "listing", is_flag=True, help="List the shipped scenarios, and play none.")
def demo(port: int, seed: int | None, seconds: float, scenario: str | None, listing: bool) -> None:
    """Watch three days of labeling in ten seconds.

    Starts the platform, plays a customer who sends sixty tasks over HTTP, and a receiver of
    callbacks that fails a third of the time. At the end the receiver's own log is compared with
    what the platform says. Needs no network, and no key.
    """
    if scenario is not None or listing:
        from scale_mock.cli.playing import list_scenarios, run_scenario

        if listing:
            raise SystemExit(list_scenarios())
        raise SystemExit(run_scenario(scenario or "", port=port, seed=seed, seconds=seconds))
    from scale_mock.cli.demo import run

    raise SystemExit(run(port=port, seed=seed or 0, seconds=seconds))


@commands.command()
@click.argument("source", metavar="TASK_ID|FILE")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, allow_dash=True),
    default="-",
    metavar="FILE",
    help="The SVG file to write.  [default: stdout]",
)
@click.option(
    "--url",
    default=f"http://127.0.0.1:{PORT}",
    show_default=True,
    metavar="URL",
    help="The server that has the task and its result files.",
)
@click.option(
    "--key",
    default="live_me",
    show_default=True,
    metavar="KEY",
    help="The API key that the task belongs to.",
)
@click.option(
    "--frame",
    type=click.IntRange(0),
    metavar="N",
    help="Frame of a video or lidar task, or page of a document, from 0.  [default: the first "
    "frame, all pages]",
)
def render(source: str, output: str, url: str, key: str, frame: int | None) -> None:
    """Draw a task's labels, to see whether they make sense.

    The task is fetched from a server by its id, or read from a file that holds its JSON as the API
    answers it (- reads stdin). Labels are drawn over a blank page of the image's size: shapes with
    their attributes and links, masks in their colours, documents, one frame of a video, lidar from
    above, texts with their entities. Where labels lie in result files, these are read from the
    server, or from beside FILE. Nothing is fetched from anywhere else.
    """
    from scale_mock.cli.render import run

    run(source=source, output=output, url=url, key=key, frame=frame)


@commands.command()
@click.option(
    "--api",
    type=click.Choice(("v1", "v2", "control")),
    default="v1",
    show_default=True,
    help="Which API: Scale's first or second, or the one below /_mock.",
)
def openapi(api: Literal["v1", "v2", "control"]) -> None:
    """Print what is implemented as OpenAPI 3.1, on stdout.

    Made from the operations that are served and the schemas that they check, for generators of
    clients and for readers.
    """
    from scale_mock.cli.openapi import run

    run(api=api)


@commands.command()
@click.argument("url", metavar="URL")
@click.option(
    "--ca-file",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="For https: the certificate authority to trust.  [default: those of this machine]",
)
@click.option(
    "--key-from",
    metavar="VARIABLE",
    help="For the real platform: the environment variable with its test key. Never a live key.",
)
@click.option("--allow-writes", is_flag=True, help="For the real platform: not only read from it.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def verify(
    url: str, ca_file: str | None, key_from: str | None, allow_writes: bool, as_json: bool
) -> None:
    """Compare a server's replies with this package's, by shape.

    Asks a server and a world in this process the same, operation by operation of v1 and v2, and
    prints a line for each difference: status, content type, keys that are missing, additional or
    renamed, JSON types, the order and the fields of pages. A running mock gives the comparison a
    world of its own and takes it back.
    """
    from scale_mock.cli.verify import run

    raise SystemExit(
        run(url=url, ca_file=ca_file, key_from=key_from, allow_writes=allow_writes, as_json=as_json)
    )
