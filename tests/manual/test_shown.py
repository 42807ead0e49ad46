"""What the manual shows of a run is what such a run prints, line by line, 120 columns wide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from scale_mock.cli.main import commands
from tests.functional.remote.servers import Altered, Changed, served, serving
from tests.functional.verify.test_verify import change_five
from tests.manual import marks
from tests.test_readme import PYTHON

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.plugin.conftest import Run

    Serve = Callable[[Callable[[str, str, Changed], Changed]], str]

for name in ("remote.mock", "remote.traffic", "remote.probing"):
    __import__(f"scale_mock.mock.{name}")  # pytester drops what is first loaded inside

README = marks.README.read_text()
SAMPLES = dict(PYTHON)
ADDRESS = "http://127.0.0.1:8723"
"""What the manual calls a server whose port is drawn here."""
FINDING = "scale_mock found 1 problem (handler_exceptions):"
UNREAD = "scale_mock: fields that nobody read"
ORDERS = "scale_mock: tests that failed under some order"
REPLIES = f"scale_mock: replies of {ADDRESS}"
VERIFIED = "get_project: $.param_history[].version is a string, here a number (2 requests)"
SHOWN = (FINDING, UNREAD, ORDERS, REPLIES, VERIFIED)
"""How the blocks begin that are made here; other tests need not hold their lines."""

READS = """
from scaleapi.tasks import TaskType

def test_it_is_read(scale_client):
    task = scale_client.create_task(
        TaskType.Categorization, attachment_type="text", attachment="car", categories=["a", "b"])
    assert scale_client.get_task(task.id).id == scale_client.get_task(task.id).id
"""


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serves the platform with a change; answers the address."""
    host = serving()
    servers = []

    def start(change: Callable[[str, str, Changed], Changed]) -> str:
        servers.append(served(Altered(host.app, change)))
        return servers[-1].url

    yield start
    for server in servers:
        server.stop()
    host.stop()


@pytest.fixture
def play(run: Run, pytester: pytest.Pytester) -> Callable[..., list[str]]:
    """Runs a module under a name of its own; answers the lines that pytest prints."""

    def played(name: str, module: str, *args: str) -> list[str]:
        pytester.makepyfile(**{name: f"# {name}.py\n{module}"})
        lines = run("", *args, f"{name}.py").stdout.lines
        return [line.replace(f"{pytester.path}/", "") for line in lines]

    return played


def test_a_finding(play: Callable[..., list[str]]) -> None:
    module = without(SAMPLES["test_retries.py"], 'allow="handler_exceptions", ')
    assert_shown(FINDING, play("test_retries", module))


def test_a_field_that_nobody_read(play: Callable[..., list[str]]) -> None:
    assert_shown(UNREAD, play("test_unread", SAMPLES["test_unread.py"]))


def test_a_test_that_fails_under_some_order(play: Callable[..., list[str]]) -> None:
    right = 'max(kept.get("newest", ""), task["metadata"]["version"])'
    wrong = 'task["metadata"]["version"]'
    module = SAMPLES["test_orders.py"]
    assert right in module
    assert f'`kept["newest"] = {wrong}`' in README
    module = module.replace(right, wrong)
    assert not any(ORDERS in line for line in play("test_orders", module))
    assert_shown(ORDERS, play("test_orders", module, "--scale-mock-seeds=6"))


def test_a_server_whose_replies_lack_a_key(play: Callable[..., list[str]], serve: Serve) -> None:
    def change(method: str, path: str, reply: Changed) -> Changed:
        if method == "GET" and path.startswith("/v1/task/"):
            reply[1].pop("created_at")
        return reply

    url = serve(change)
    printed = play("test_reading", READS, f"--scale-mock-url={url}")
    assert_shown(REPLIES, [line.replace(url, ADDRESS) for line in printed])


@pytest.mark.slow
def test_five_changes_that_verify_finds(serve: Serve) -> None:
    done = CliRunner().invoke(commands, ["verify", serve(change_five)])
    assert done.stdout.splitlines() == shown(VERIFIED)


def without(text: str, part: str) -> str:
    """A sample without a part that it has."""
    assert text.count(part) == 1
    return text.replace(part, "")


def shown(first: str) -> list[str]:
    """The lines of the manual's block that begins so."""
    blocks = [text.partition("\n```")[0] for text in README.split("```text\n")[1:]]
    (found,) = (text for text in blocks if is_first(text.partition("\n")[0], first))
    return [bare(line) for line in found.splitlines()]


def is_first(line: str, first: str) -> bool:
    """Whether a line, without what a heading is drawn with, says this."""
    return bare(line) == first


def bare(line: str) -> str:
    """A line; of a heading only its words, for its sides depend on the port's digits."""
    return line.strip("= ") if line.startswith("==") else line


def assert_shown(first: str, printed: list[str]) -> None:
    """Asserts that what was printed has the manual's block, from its beginning."""
    lines = [bare(line) for line in printed]
    assert first in lines, "\n".join(printed)
    start = lines.index(first)
    wanted = shown(first)
    assert lines[start : start + len(wanted)] == wanted, "\n".join(printed)
