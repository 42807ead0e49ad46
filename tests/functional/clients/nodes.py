"""Owns the Node programs of the tests: what they need, running them, the npm client's driver."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.functional.clients.drivers import TASK, Answer, Driver

if TYPE_CHECKING:
    from scale_mock import ScaleMock

HERE = Path(__file__).parent / "node"
MODULES = "SCALE_MOCK_NODE_MODULES"
PATIENCE_S = 60


def why_no_node() -> str | None:
    """What is missing for a Node program; ``None`` if nothing is."""
    return None if shutil.which("node") else "node is not installed"


def why_no_npm_client() -> str | None:
    """What is missing for the npm client; ``None`` if nothing is."""
    modules = os.environ.get(MODULES)
    if why_no_node() is not None:
        return why_no_node()
    if not modules or not (Path(modules) / "scaleapi").is_dir():
        return (
            "the npm package scaleapi is not installed: npm install --prefix FOLDER "
            f"scaleapi@2.3.2, then set {MODULES} to FOLDER/node_modules"
        )
    return None


def run_node(program: str, mock: ScaleMock, calls: Any) -> list[Any]:
    """Runs a program against a mock, pointed there by ``mock.env()`` alone; what each call gave."""
    done = subprocess.run(
        ["node", str(HERE / program)],
        input=json.dumps(calls),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        env={
            **os.environ,
            **mock.env(),
            "SCALE_KEY": mock.live_key,
            "NODE_PATH": os.environ.get(MODULES, ""),
            "NODE_NO_WARNINGS": "1",
        },
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


class NpmError(Exception):
    """What the npm client hands to its callback when there was no reply."""


class NpmScaleapi(Driver):
    """The official npm client: a process of its own, and no timeouts, retries or files."""

    name = "npm scaleapi"
    reset_errors = (NpmError,)

    @classmethod
    def why_not_here(cls) -> str | None:
        return why_no_npm_client()

    def _run(self, *calls: list[Any]) -> list[Any]:
        return run_node("driver.js", self.place.mock, list(calls))

    def create(self, name: str) -> Answer:
        one = ["createCategorizationTask", {**TASK, "unique_id": name}]
        *failed, last = self._run(*[one] * (self.retries + 1))
        assert [answer["error"]["status"] for answer in failed] == [500] * self.retries
        if "error" in last:
            # Where no reply came, the client trips over the reply that it reads all the same.
            assert last["error"]["name"] == "TypeError"
            raise NpmError(last["error"]["message"])
        return Answer(200, last["value"])

    def names(self) -> list[str]:
        (answer,) = self._run(["tasks", {}])
        return [task["unique_id"] for task in answer["value"]]

    def missing(self) -> Answer:
        (answer,) = self._run(["fetchTask", "nope"])
        return Answer(answer["error"]["status"], answer["error"]["message"])
