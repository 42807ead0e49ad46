"""Runs a user's test files with the plugin, in this process and without the user's surroundings.

What the inner runs need is imported here: pytester forgets what an inner run imported, so that
each would import it anew.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

import pytest

import scale_mock.intercept
import scale_mock.mock.remote
import scale_mock.mock.reports

if TYPE_CHECKING:
    from collections.abc import Callable

for name in (
    *("scaleapi", "requests", "httpx", "httpcore", "trustme", "aiohttp", "urllib.request"),
    *("scale_mock.mock.reports.failing", "scale_mock.mock.host", "scale_mock.serving"),
    *("scale_mock.api", "scale_mock.mock.callbacks", "scale_mock.mock.handles"),
    *(
        "scale_mock.mock.interception",
        "scale_mock.mock.threads.drivers",
        "scale_mock.world.building",
    ),
):
    with suppress(ImportError):  # not every environment that this runs in has every client
        importlib.import_module(name)
for package in (scale_mock.intercept, scale_mock.mock.remote, scale_mock.mock.reports):
    # A second copy of what stands between a client and its connection makes later tests hang.
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")

OTHERS = ("randomly", "cacheprovider", "asyncio", "django", "rerunfailures", "socket", "xdist")
"""Plugins that a user may or may not have; tests about one of them ask for it by name."""
QUIET = (
    *(word for name in OTHERS for word in ("-p", f"no:{name}")),
    "--strict-markers",
    "-W",
    "error",
)

STAGED = """
from scaleapi.tasks import TaskType

KITTENS = {"instruction": "box", "geometries": {"box": {"objects_to_annotate": ["kitten"]}}}

def staged(client, callback):
    client.create_project("kittens", task_type=TaskType.ImageAnnotation, rapid=True, params=KITTENS)
    batch = client.create_batch("kittens", "monday", callback=callback, calibration_batch=True)
    task = client.create_task(
        TaskType.ImageAnnotation, project="kittens", batch="monday", callback_url=callback,
        attachment="https://example.test/kitten.jpg", attachment_type="image",
    )
    return batch, task
"""


class Run(Protocol):
    """Runs pytest on a module's text, warnings being errors."""

    def __call__(self, module: str, *args: str) -> pytest.RunResult: ...


@pytest.fixture
def without_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs this suite may have set the plugin's own variables."""
    for name in [name for name in os.environ if name.upper().startswith("SCALE_MOCK_")]:
        monkeypatch.delenv(name)
    # Colours, addopts and the width of the terminal would change the texts.
    for name in ("PYTEST_ADDOPTS", "FORCE_COLOR", "PY_COLORS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "120")


@pytest.fixture
def run(pytester: pytest.Pytester, without_environment: None) -> Run:
    def run_module(module: str, *args: str) -> pytest.RunResult:
        pytester.makepyfile(module)
        return pytester.runpytest_inprocess(*QUIET, *args)

    return run_module


@pytest.fixture
def quiet() -> tuple[str, ...]:
    """The arguments that keep other plugins and caches out of an inner run."""
    return QUIET


@pytest.fixture
def staged() -> str:
    """The beginning of a module: ``staged`` makes a Rapid batch with one task, not finalized."""
    return STAGED


@pytest.fixture
def open_sockets() -> Callable[[], int]:
    """Counts the sockets that this process holds open."""

    def count() -> int:
        found = 0
        for descriptor in range(1024):
            try:
                found += stat.S_ISSOCK(os.fstat(descriptor).st_mode)
            except OSError:
                continue
        return found

    return count
