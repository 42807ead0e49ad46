"""The pytest plugin: what it adds to pytest's start, and what its fixture adds to a test.

Whole pytest processes are compared, round by round, by their processor time: the time on the wall
of two long runs differs by whatever else this machine does.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.measure import Bar, Bench, Row, Sample, child_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TESTS = 200
TRIVIAL = 1000
PLUGIN = "scale_mock.pytest_plugin"
PEER_PLUGIN = "pytest_httpserver.pytest_plugin"
SDK_TEST = """
import pytest
from scaleapi.tasks import TaskType

@pytest.mark.parametrize("number", range({count}))
def test_a_task_comes_back(scale_client, scale_callbacks, number):
    task = scale_client.create_task(
        TaskType.ImageAnnotation, attachment="https://a.test/1.png", instruction="box",
        geometries={{"box": {{"objects_to_annotate": ["kitten"]}}}},
        callback_url=scale_callbacks.url,
    )
    scale_callbacks.assert_received(task=task)
"""
TRIVIAL_TEST = """
import pytest
{head}
@pytest.fixture
def empty():
    yield

@pytest.mark.parametrize("number", range({count}))
def test_nothing({argument}, number):
    pass
"""
RESPONSES = """
import responses

@pytest.fixture
def activated():
    with responses.RequestsMock() as mock:
        yield mock
"""


def trivial(bench: Bench) -> list[Row]:
    """A thousand trivial tests with the fixture, as they are: the first use in them included."""
    count = bench.count(TRIVIAL)
    files = {
        "empty": TRIVIAL_TEST.format(head="", argument="empty", count=count),
        "ours": TRIVIAL_TEST.format(head="", argument="scale_mock", count=count),
        "peer": TRIVIAL_TEST.format(head=RESPONSES, argument="activated", count=count),
        "sdk": SDK_TEST.format(count=count),
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            Path(folder, f"test_{name}.py").write_text(text)
        found = bench.compare(
            {
                name: lambda name=name: pytest_ms(folder, f"test_{name}.py", "-p", PLUGIN)  # type: ignore[misc]
                for name in files
            },
            unit="ms",
        )
    ours, peer, sdk = (
        less(found[name], found["empty"], count, unit="us") for name in ("ours", "peer", "sdk")
    )
    what = f"{count:,} trivial tests, each over one with an empty fixture"
    name = "responses activated per test"
    made = "the same, a task made by the SDK and its callback asserted"
    return [
        Row("trivial", what, ours, name, peer, Bar(100, of_ratio=False)),
        Row("trivial", "the same, against responses", ours, name, peer, Bar(1.5)),
        Row("trivial", made, sdk),
    ]


def under_pytest(bench: Bench) -> list[Row]:
    """The time per test of a file of empty tests that take a fixture."""
    count = bench.count(TESTS)
    with tempfile.TemporaryDirectory() as folder:
        for name, argument in (("none", ""), ("ours", "scale_mock"), ("peer", "httpserver")):
            lines = [f"def test_{number}({argument}): pass\n" for number in range(count)]
            Path(folder, f"test_{name}.py").write_text("".join(lines))
        found = bench.compare(
            {
                name: lambda name=name: pytest_ms(  # type: ignore[misc]
                    folder, f"test_{name}.py", "-p", PLUGIN, "-p", PEER_PLUGIN
                )
                for name in ("none", "ours", "peer")
            },
            unit="ms",
            rounds=5,
        )
    ours, peer = (
        less(found["ours"], found["none"], count),
        less(found["peer"], found["none"], count),
    )
    what = f"a test with the fixture over one without, {count} tests"
    return [Row("fixture", what, ours, "pytest-httpserver's fixture", peer)]


def plugin(bench: Bench) -> list[Row]:
    """What loading the plugin adds to a pytest that collects nothing."""
    with tempfile.TemporaryDirectory() as folder:
        found = bench.compare(
            {
                "bare": lambda: pytest_ms(folder, "-p", "no:scale_mock"),
                "ours": lambda: pytest_ms(folder, "-p", PLUGIN),
                "peer": lambda: pytest_ms(folder, "-p", PEER_PLUGIN),
            },
            unit="ms",
            rounds=15,
        )
    ours, peer = less(found["ours"], found["bare"]), less(found["peer"], found["bare"])
    bar = Bar(15, of_ratio=False)
    told = f"plugin over bare pytest, processor time ({found['bare']})"
    return [Row("plugin", told, ours, "pytest-httpserver's plugin", peer, bar)]


def pytest_ms(folder: str, *arguments: str) -> float:
    """The processor time of one pytest process that autoloads no plugin."""
    import resource  # not on every system

    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    environment = child_environment(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # 5: nothing was collected.
    if done.returncode not in {0, 5}:
        raise RuntimeError(f"{command}:\n{done.stdout}{done.stderr}")
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1e3


def less(more: Sample, less_of: Sample, parts: int = 1, *, unit: str = "ms") -> Sample:
    """What something took besides, in ms, divided by how many did it.

    The shortest runs are compared, not the median ones: the same work can only be disturbed
    upwards, and the difference of two disturbed runs may be anything.
    """
    spent = (min(more.values) - min(less_of.values)) / parts
    return Sample((spent * 1e3 if unit == "us" else spent,), unit)


SUBJECTS: Mapping[str, Callable[[Bench], list[Row]]] = {"plugin": plugin, "trivial": trivial}
