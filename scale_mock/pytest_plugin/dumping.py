"""What a test's end leaves: the report's section about its world, and a folder with all of it.

A folder holds what somebody needs who was not there: the journal, the requests, the callbacks with
their attempts, the report, and a snapshot that ``scale-mock serve --snapshot`` takes in.
"""

from __future__ import annotations

import json
import re
import shlex
from hashlib import sha256
from typing import TYPE_CHECKING, NoReturn

import pytest

from scale_mock.config.checks import CHECKS
from scale_mock.errors import ScaleMockError
from scale_mock.mock.worldfile import write_world
from scale_mock.pytest_plugin.checking import TOLD_LATE
from scale_mock.registry.keys import redactor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from scale_mock.mock.facade import ScaleMock
    from scale_mock.pytest_plugin.running import Run

SECTION = "scale_mock"
ACCOUNT = "dump"
"""The account of a world in its snapshot: its keys are live_dump and test_dump."""
NAME_CHARS = 100
"""How much of a test's name the name of its folder shows."""
OF_XDIST = "scale_mock_every_test"
"""In the input of a worker of pytest-xdist: whether each of them runs every test."""


def tell(run: Run, report: pytest.TestReport) -> None:
    """Tells a test's report of its world, and writes the folder of a failing test.

    Args:
        run: The test and its world, still open.
        report: The report on its setup or call.
    """
    text = run.state(run.terms.allow, leaks=run.failed)
    if report.failed:
        text = _with_dump(run, text, report.longreprtext)
    if run.terms.report != "never":
        add_section(report, text)


def add_section(report: pytest.TestReport, text: str) -> None:
    """Adds the section to a test's report.

    It belongs to the failure's own text where there is one: of the sections beside it, JUnit files
    take captured output only.
    """
    add = getattr(report.longrepr, "addsection", None)
    if add is None:
        report.sections.append((SECTION, text))
    else:
        add(SECTION, text)


def fail_late(run: Run, found: str) -> NoReturn:
    """Fails a passed test now that it is over, and tells it of its world as :func:`tell` does.

    Its report is made when its world is gone, so that what it is told is kept until then.

    Args:
        run: The test and its world, still open.
        found: What the strict checks found.
    """
    __tracebackhide__ = True
    text = _with_dump(run, run.state(CHECKS, leaks=False), found)
    if run.terms.report != "never":
        run.item.stash[TOLD_LATE] = text
    pytest.fail(found, pytrace=False)


def _with_dump(run: Run, text: str, failure: str) -> str:
    """The text with the lines about the test's folder, if it is to have one."""
    if run.terms.dump is None:
        return text
    where = dumped(run.terms.dump, run.item, run.mock, f"{text}\n\n{failure}")
    return f"{text}\n{where}"


def dumped(directory: Path, item: pytest.Item, mock: ScaleMock, report: str) -> str:
    """Writes the folder of a failing test. It never raises: the test's own failure matters.

    Args:
        directory: Where its folder goes.
        item: The test.
        mock: Its world.
        report: What ``report.txt`` says.

    Returns:
        Lines that tell where it is and how to look at the world, or why there is none.
    """
    folder = directory / _worker(item) / folder_name(item.nodeid)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        look = _write(folder, mock, report)
    except Exception as error:
        reason = getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"
        return f"Nothing was dumped: {folder} cannot be written: {reason}."
    return f"Dumped to {folder}\n{look}"


def folder_name(nodeid: str) -> str:
    """A name for a test's folder that every file system takes, and no other test has.

    The readable part is cut and made plain, so that a hash has to tell tests apart.
    """
    plain = re.sub(r"[^A-Za-z0-9._]+", "-", nodeid).strip("-.")[:NAME_CHARS].rstrip("-.")
    return f"{plain}-{sha256(nodeid.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def _write(folder: Path, mock: ScaleMock, report: str) -> str:
    """Writes the files; how the world is looked at, or why it cannot be."""
    if not getattr(mock, "has_world", True):
        _put(folder / "requests.jsonl", _lines(one.as_dict() for one in mock.requests))
        _put(folder / "report.txt", f"{report}\n")
        return f"It has no snapshot: {mock.url} is the real platform"
    hide = _hiding(mock)
    callbacks = mock.callbacks.owed
    entries = mock.journal.entries()
    _put(folder / "journal.jsonl", hide(_lines(entry.as_dict() for entry in entries)))
    _put(folder / "requests.jsonl", hide(_lines(one.as_dict() for one in mock.requests)))
    _put(folder / "callbacks.jsonl", hide(_lines(callback.as_dict() for callback in callbacks)))
    _put(folder / "report.txt", hide(f"{report}\n"))
    for name in ("traffic.har", "story.mmd"):
        mock.export_journal(folder / name)
    file = folder / "snapshot.json"
    try:
        lost = write_world(mock.snapshot(), ACCOUNT, file, hide)
    except ScaleMockError as error:
        file.unlink(missing_ok=True)  # an earlier run's
        return f"It has no snapshot: {error}"
    look = f"To look at it: scale-mock serve --snapshot {shlex.quote(str(file))}, key live_dump"
    return look + (f"; without {', '.join(lost)}" if lost else "")


def _put(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8", "surrogatepass"))


def _lines(things: Iterable[object]) -> str:
    return "".join(f"{json.dumps(thing, ensure_ascii=False)}\n" for thing in things)


def _hiding(mock: ScaleMock) -> Callable[[str], str]:
    """What makes the world's keys in a text unreadable, as the log of requests does."""
    secrets = [mock.live_key, mock.test_key, mock.callback_auth("live"), mock.callback_auth("test")]
    return redactor(secrets)


def _worker(item: pytest.Item) -> str:
    """A folder of its own for each worker of pytest-xdist where each runs every test."""
    given = getattr(item.config, "workerinput", {})
    return str(given["workerid"]) if given.get(OF_XDIST) else ""
