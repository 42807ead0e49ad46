"""The README is a manual: its samples run, and its tables agree with the code."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
import scaleapi  # noqa: F401 - loaded out here: pytester drops what is first loaded inside

from scale_mock.api import control, receiver
from scale_mock.config.settings import NAMES, Settings
from scale_mock.mock.host import Host
from scale_mock.world import World

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
SERVER = "http://127.0.0.1:8723"
PYTHON = re.findall(r"```python\n# (test_\w+\.py)\n(.*?)```", README, re.DOTALL)
SHELL = re.findall(r"<!-- run against a server -->\n```bash\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize(("name", "text"), PYTHON, ids=[name for name, _ in PYTHON])
def test_every_python_sample_is_a_test_that_passes(
    pytester: pytest.Pytester, name: str, text: str
) -> None:
    pytester.makepyfile(**{name.removesuffix(".py"): text})
    result = pytester.runpytest_inprocess("-p", "no:randomly", "-q")
    result.assert_outcomes(passed=text.count("\ndef test_") + text.startswith("def test_"))


def test_no_python_sample_escapes() -> None:
    assert README.count("```python\n") == len(PYTHON) >= 7


def test_the_first_test_has_at_most_ten_lines() -> None:
    lines = [line for line in PYTHON[0][1].splitlines() if line.strip()]
    assert len(lines) <= 10


@pytest.mark.slow
@pytest.mark.parametrize("text", SHELL)
def test_every_shell_sample_runs_against_a_server(text: str) -> None:
    host = Host(factory=lambda name: World(name=name, settings=Settings(clock="autojump")))
    try:
        script = "set -e\n" + text.replace(SERVER, host.url)
        done = subprocess.run(
            ["bash", "-c", script],
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, "no_proxy": "127.0.0.1"},
            check=False,
        )
    finally:
        host.stop()
    assert done.returncode == 0, done.stderr
    assert '"status_code"' not in done.stdout, done.stdout
    listed = json.loads(re.search(r'\{"docs".*?"has_more":\w+\}', done.stdout)[0])  # type: ignore[index]
    assert [task["status"] for task in listed["docs"]] == ["completed"]


def test_the_settings_table_is_the_code_s() -> None:
    table = README.partition("<!-- settings -->")[2].partition("\n## ")[0].strip()
    assert table == settings_table(), "Write this into the README:\n" + settings_table()


def settings_table() -> str:
    """The table of settings, from the dataclass and its docstring."""
    about = dict(re.findall(r"^        (\w+): (.+)$", Settings.__doc__ or "", re.MULTILINE))
    defaults = Settings()
    rows = [f"| `{name}` | `{_shown(getattr(defaults, name))}` | {about[name]} |" for name in NAMES]
    return "\n".join(["| setting | default | |", "|---|---|---|", *rows])


def test_every_control_route_is_documented() -> None:
    for operation in (*control.OPERATIONS, *receiver.OPERATIONS):
        path = re.sub(r"<\w+:(\w+)>", r"{\1}", operation.path)
        if operation.name == "receive_callback_at":
            continue
        last = path.rsplit("/", 1)[-1]
        assert path in README or f"/{last}" in README, f"{operation.method} /_mock{path}"


def test_every_difference_names_a_test_that_exists() -> None:
    section = README.partition("<!-- differences -->")[2].partition("\n## ")[0]
    entries = re.findall(r"^\d+\. .+$", section, re.MULTILINE)
    assert len(entries) >= 25
    for number, entry in enumerate(entries, start=1):
        assert entry.startswith(f"{number}. ")
        places = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", entry)
        assert places, f"names no test: {entry}"
        for path, name in places:
            text = (ROOT / path).read_text()
            assert re.search(rf"def {name}\(", text), f"{path} has no {name}"


def _shown(value: object) -> str:
    return "()" if value == () else str(value)
