"""The README's table of operations is what is really so; where it is not, it says how to renew."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
import scaleapi

from tests.functional.clients.nodes import why_no_node
from tests.manual import clients, coverage, marks
from tests.manual.coverage import CLIENTS, DOCUMENTED, Stale
from tests.manual.driven import node_sdk, python_sdk

if TYPE_CHECKING:
    from pathlib import Path

STALE = f"The README's table of operations is stale; renew it: {marks.RENEW}"
LOCAL = {"TaskTemplate", "Batchlist", "Tasklist", "Paginator", "Api", "ApiClient"}
"""Classes of the SDK that answer from what they hold, or are its machinery."""


def test_the_table_in_the_readme_is_the_one_that_is_made() -> None:
    made = coverage.table(coverage.rows()) + "\n"
    assert marks.between("coverage", marks.README.read_text()) == made, STALE


@pytest.mark.parametrize("method", sorted(python_sdk.CALLS))
def test_a_method_of_the_python_sdk_reaches_what_the_record_says(method: str) -> None:
    recorded = clients.committed()["python"]["calls"]
    if method in python_sdk.methods():
        assert python_sdk.reached(method) == recorded[method], STALE


def test_every_public_method_of_the_python_sdk_is_called() -> None:
    assert python_sdk.methods() <= python_sdk.CALLS.keys()
    record = clients.committed()["python"]
    assert record["calls"].keys() == python_sdk.CALLS.keys(), STALE
    if record["client"] == python_sdk.client():
        assert python_sdk.methods() == python_sdk.CALLS.keys(), STALE


def test_no_class_of_the_python_sdk_is_forgotten() -> None:
    known = {owner.__name__ for owner in python_sdk.OWNERS} | LOCAL
    names = [f"scaleapi.{one.name}" for one in pkgutil.iter_modules(scaleapi.__path__)]
    modules = [
        importlib.import_module(name) for name in ["scaleapi", *names] if "api_client" not in name
    ]
    for module in modules:
        for name, owner in inspect.getmembers(module, inspect.isclass):
            own = {one for one, _ in inspect.getmembers(owner, inspect.isfunction) if one[0] != "_"}
            if owner.__module__ == module.__name__ and own - python_sdk.SILENT:
                assert name in known or issubclass(owner, str | Exception), name


@pytest.mark.slow
@pytest.mark.skipif(node_sdk.why_not_here() is not None, reason=str(node_sdk.why_not_here()))
def test_the_npm_client_reaches_what_the_record_says() -> None:
    record = clients.committed()["node"]
    assert {"client": node_sdk.client(), "calls": node_sdk.drive()} == record, STALE


@pytest.mark.slow
@pytest.mark.skipif(why_no_node() is not None, reason=str(why_no_node()))
def test_plain_node_reaches_what_the_record_says() -> None:
    assert node_sdk.drive_newer() == clients.committed()["newer node"], STALE


def test_the_record_is_written_as_it_is_read() -> None:
    assert CLIENTS.read_text() == clients.text_of(clients.committed())


def test_every_reason_and_every_page_is_used() -> None:
    whole = tomllib.loads(DOCUMENTED.read_text())
    lines = coverage.rows()
    given = {reason for row in lines for reason in row.reasons.values()}
    assert len(given) == len(whole["reasons"])
    assert {one["page"] for one in whole["operation"] if "page" in one} == whole["pages"].keys()
    assert all(page.startswith("https://") for page in whole["pages"].values())


def test_every_no_has_a_note_and_every_note_a_no() -> None:
    lines = coverage.rows()
    text = coverage.table(lines)
    table, _, notes = text.partition("Why not:")
    numbers = {int(line.partition(".")[0]) for line in notes.splitlines() if line[:1].isdigit()}
    assert {int(part.partition(")")[0]) for part in table.split("no (")[1:]} == numbers
    assert numbers == set(range(1, len(numbers) + 1))
    for row in lines:
        assert row.yes | row.reasons.keys() == set(coverage.COLUMNS)
        assert row.yes & row.reasons.keys() == set()


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Changes the file of operations, or the record of what was driven, for one test."""

    def plant(name: str, old: str, new: str) -> None:
        file = getattr(coverage, name)
        text = file.read_text()
        assert old in text
        changed = tmp_path / file.name
        changed.write_text(text.replace(old, new, 1))
        monkeypatch.setattr(coverage, name, changed)

    return plant


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            'call = "POST /v1/batches"',
            'call = "POST /v1/badges"',
            "documented.toml lacks what is served: POST /v1/batches",
        ),
        ('call = "GET /v1/batches"', 'call = "POST /v1/batches"', "lacks what is served"),
        (
            'call = "GET /v1/audits"\npage = "fixless"\npython = "python-has-not"',
            'call = "GET /v1/audits"\npage = "fixless"',
            "GET /v1/audits: Python SDK is a no, and documented.toml does not say why.",
        ),
        (
            'call = "POST /v1/batches"',
            'call = "POST /v1/batches"\npython = "python-has-not"',
            "POST /v1/batches: Python SDK is a yes; the reason 'python-has-not' is out of date.",
        ),
        (
            'call = "POST /v1/files/upload"',
            'call = "POST /v1/files/upload"\nnode = "newer"',
            "POST /v1/files/upload: node = 'newer' should not be there.",
        ),
        (
            'call = "GET /v1/teams"\npage = "studio"\nnode = "newer"',
            'call = "GET /v1/teams"\npage = "studio"',
            "GET /v1/teams: node = 'newer' should be there.",
        ),
    ],
)
def test_a_file_that_lies_is_caught(planted: Any, old: str, new: str, says: str) -> None:
    planted("DOCUMENTED", old, new)
    with pytest.raises(Stale) as caught:
        coverage.rows()
    assert says in str(caught.value)


def test_an_operation_that_is_there_twice_is_caught(planted: Any) -> None:
    planted(
        "DOCUMENTED",
        "[[operation]]",
        '[[operation]]\nresource = "x"\ncall = "GET /v1/teams"\n\n[[operation]]',
    )
    with pytest.raises(Stale, match="has twice: GET /v1/teams"):
        coverage.rows()


def test_a_method_that_no_longer_arrives_changes_the_table(planted: Any) -> None:
    before = coverage.table(coverage.rows())
    record = json.loads(CLIENTS.read_text())["python"]["calls"]["ScaleClient.upload_file"]
    assert record == ["upload_file"]
    planted("CLIENTS", '"upload_file"', '"uploads"')
    planted(
        "DOCUMENTED",
        'call = "POST /v1/files/upload"',
        'call = "POST /v1/files/upload"\npython = "python-has-not"',
    )
    assert coverage.table(coverage.rows()) != before


def test_marks_are_found_and_what_stands_between_is_replaced() -> None:
    text = "before\n<!-- coverage -->\nold\n<!-- /coverage -->\nafter\n"
    assert marks.between("coverage", text) == "old\n"
    new = marks.replaced("coverage", text, "new\n")
    assert new == "before\n<!-- coverage -->\nnew\n<!-- /coverage -->\nafter\n"
    with pytest.raises(LookupError, match="has no <!-- missing -->"):
        marks.replaced("missing", text, "")


def test_a_table_behind_a_mark_is_replaced_up_to_the_empty_line() -> None:
    text = "<!-- settings -->\n| old |\n|---|\n\nafter\n\nlast\n"
    new = marks.with_table("settings", text, "| new |\n|---|")
    assert new == "<!-- settings -->\n| new |\n|---|\n\nafter\n\nlast\n"
    with pytest.raises(LookupError, match="has no <!-- missing -->"):
        marks.with_table("missing", text, "")


def test_renewing_writes_all_that_is_generated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.manual import __main__ as renewing
    from tests.manual import helping, objects

    readme, record, pages = tmp_path / "README.md", tmp_path / "clients.json", tmp_path / "help"
    record.write_text(CLIENTS.read_text())
    names = ("coverage", "objects")
    marked = "".join(f"<!-- {name} -->\n<!-- /{name} -->\n" for name in names)
    readme.write_text(f"{marked}<!-- settings -->\n| x |\n\n<!-- options -->\n| x |\n\nend\n")
    monkeypatch.setattr(marks, "README", readme)
    monkeypatch.setattr(coverage, "CLIENTS", record)
    monkeypatch.setattr(helping, "FOLDER", pages)
    monkeypatch.setattr(clients, "drive", clients.committed)
    renewing.main()
    text = readme.read_text()
    assert marks.between("coverage", text) == coverage.table(coverage.rows()) + "\n"
    assert marks.between("objects", text) == objects.table()
    assert "| `seed` | `0` |" in text
    assert text.endswith("\n\nend\n")
    assert record.read_text() == CLIENTS.read_text()
    assert len(list(pages.iterdir())) == len(helping.names())
