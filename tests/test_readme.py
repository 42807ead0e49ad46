"""The README is a manual: its samples run, and its tables of settings and options are the code's.

That it tells everything that users can name is held by ``tests/manual``.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import scaleapi  # noqa: F401 - loaded out here: pytester drops what is first loaded inside
from click.testing import CliRunner

from scale_mock.cli.main import commands
from scale_mock.config.options import OPTIONS
from scale_mock.config.settings import NAMES, Settings
from scale_mock.mock.host import Host
from scale_mock.world import World

for name in ("scale_mock.api", "scale_mock.mock.callbacks", "scale_mock.world.building"):
    importlib.import_module(name)  # pytester drops what is first loaded inside

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
SERVER = "http://127.0.0.1:8723"
PYTHON = re.findall(r"```python\n# (test_\w+\.py)\n(.*?)```", README, re.DOTALL)
SHELL = re.findall(r"<!-- run against a server -->\n```bash\n(.*?)```", README, re.DOTALL)
RUBY = re.findall(r"```ruby\n(.*?)```", README, re.DOTALL)
TOML = [
    text
    for text in re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    if "[tool.pytest." not in text
]
SHOWN = ("test_explain.py", "test_message.py")
"""Samples whose output follows them."""


def section(title: str) -> str:
    """What stands below a heading, up to the next of its level."""
    return README.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize(("name", "text"), PYTHON, ids=[name for name, _ in PYTHON])
def test_every_python_sample_is_a_test_that_passes(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    monkeypatch.setenv("COLUMNS", "120")  # messages fit the terminal; the manual shows them so wide
    pytester.makepyfile(**{name.removesuffix(".py"): text})
    result = pytester.runpytest_inprocess("-p", "no:randomly", "-p", "no:asyncio", "-q", "-rP")
    result.assert_outcomes(passed=len(re.findall(r"^def test_", text, re.MULTILINE)))
    printed = README.partition(text)[2].removeprefix("```\n\n```text\n")
    if name in SHOWN:
        result.stdout.fnmatch_lines(printed.partition("```")[0].splitlines(), consecutive=True)


def test_no_python_sample_escapes() -> None:
    assert README.count("```python\n") == len(PYTHON) >= 7


def test_the_first_test_has_at_most_ten_lines() -> None:
    lines = [line for line in PYTHON[0][1].splitlines() if line.strip()]
    assert len(lines) <= 10


def serving() -> Host:
    """What ``scale-mock serve`` serves."""
    return Host(factory=lambda name: World(name=name, settings=Settings(clock="autojump")))


@pytest.mark.slow
@pytest.mark.parametrize("text", SHELL)
def test_every_shell_sample_runs_against_a_server(text: str) -> None:
    host = serving()
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


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("ruby"), reason="ruby is not installed")
@pytest.mark.parametrize("text", RUBY)
def test_every_ruby_sample_runs_against_a_server(text: str) -> None:
    host = serving()
    try:
        script = text.replace(SERVER, host.url)
        said = subprocess.check_output(["ruby", "-e", script], text=True, timeout=60)
    finally:
        host.stop()
    assert json.loads(said)["status"] == "pending"


@pytest.mark.parametrize("text", TOML)
def test_every_rule_file_and_scenario_is_fine(text: str, tmp_path: Path) -> None:
    file = tmp_path / "file.toml"
    file.write_text(text)
    done = CliRunner().invoke(commands, ["check", str(file)])
    assert (done.exit_code, done.stdout) == (0, "")


def test_the_settings_table_is_the_code_s() -> None:
    assert table_behind("<!-- settings -->") == settings_table(), settings_table()


def test_the_options_table_is_the_code_s() -> None:
    assert table_behind("<!-- options -->") == options_table(), options_table()


def table_behind(mark: str) -> str:
    """The table that follows a mark."""
    return README.partition(mark)[2].strip().partition("\n\n")[0]


def settings_table() -> str:
    """The table of settings, from the dataclass and its docstring."""
    lines = inspect.cleandoc(Settings.__doc__ or "").partition("Attributes:\n")[2]
    about = dict(re.findall(r"^    (\w+): (.+(?:\n     +.+)*)$", lines, re.MULTILINE))
    defaults = Settings()
    rows = [
        f"| `{name}` | `{_shown(getattr(defaults, name))}` | {_line(about[name])} |"
        for name in NAMES
    ]
    return "\n".join(["| setting | default | |", "|---|---|---|", *rows])


def options_table() -> str:
    """The table of the plugin's options."""
    rows = [
        f"| `{one.name}` | `{_shown(one.default)}` | {_choices(one.choices)}{one.help} |"
        for one in OPTIONS
    ]
    return "\n".join(["| option | default | |", "|---|---|---|", *rows])


def test_every_link_leads_to_a_heading_and_every_section_is_in_the_contents() -> None:
    prose = re.sub(r"```.*?```", "", README, flags=re.DOTALL)
    assert links_of(README) <= {anchor(title) for title in re.findall(r"(?m)^##+ (.+)$", prose)}
    sections = re.findall(r"(?m)^## (.+)$", prose)
    assert {anchor(title) for title in sections[2:]} <= links_of(section("Contents"))


def links_of(text: str) -> set[str]:
    """The places in the README that a text links to."""
    return set(re.findall(r"\]\(#([\w-]+)\)", text))


def anchor(title: str) -> str:
    """What GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", title).lower().replace(" ", "-")


def test_every_difference_names_a_test_that_exists() -> None:
    text = README.partition("<!-- differences -->")[2].partition("\n## ")[0]
    entries = re.findall(r"^\d+\. .+$", text, re.MULTILINE)
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


def _line(text: str) -> str:
    return " ".join(text.split())


def _choices(texts: tuple[str, ...]) -> str:
    return f"{', '.join(f'`{text}`' for text in texts)}: " if texts else ""
