"""Walks the catalogue, the schemas and ``fixtures/task_types`` together; nothing may be missing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from scale_mock.domain.refusals import Refusal
from scale_mock.tasktypes import LIFTED, TaskTypes
from scale_mock.tasktypes.catalogue import CATALOGUE

FIXTURES = Path(__file__).parents[3] / "fixtures" / "task_types"
TYPES = TaskTypes()
FOLDERS = sorted({entry.folder for entry in CATALOGUE})
TYPES_OF = {
    folder: [entry.name for entry in CATALOGUE if entry.folder == folder] for folder in FOLDERS
}
"""Types that are described in the same words share a folder and its cases."""


def cases(kind: str) -> list[Any]:
    return [
        pytest.param(name, path, id=f"{name}-{path.stem}")
        for path in sorted(FIXTURES.glob(f"*/{kind}/*.json"))
        for name in TYPES_OF[path.parent.parent.name]
    ]


def load(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def own(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in LIFTED}


def check(name: str, data: dict[str, Any]) -> None:
    TYPES.check_common(data)
    TYPES.check(name, own(data))


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_type_has_its_schemas_and_its_cases(folder: str) -> None:
    valid = list((FIXTURES / folder / "valid").glob("*.json"))
    invalid = list((FIXTURES / folder / "invalid").glob("*.json"))
    assert len(valid) >= 3
    assert len(invalid) >= 6
    for name in TYPES_OF[folder]:
        for schema in (TYPES.params_schema(name), TYPES.response_schema(name)):
            Draft202012Validator.check_schema(schema)


def test_every_folder_of_cases_belongs_to_a_type() -> None:
    assert sorted(path.name for path in FIXTURES.iterdir()) == FOLDERS


@pytest.mark.parametrize("mode", ["", "live"])
@pytest.mark.parametrize(("name", "path"), cases("valid"))
def test_valid_case(name: str, path: Path, mode: str) -> None:
    case = load(path)
    assert set(case) == {"description", "data"}
    check(name, case["data"])
    Draft202012Validator(TYPES.params_schema(name)).validate(case["data"])
    response = TYPES.respond(name, own(case["data"]), seed=7, identity=path.stem, mode=mode)
    assert TYPES.check_response(name, response) == []
    assert json.loads(json.dumps(response)) == response


@pytest.mark.parametrize(("name", "path"), cases("invalid"))
def test_invalid_case(name: str, path: Path) -> None:
    case = load(path)
    with pytest.raises(Refusal) as caught:
        check(name, case["data"])
    assert caught.value.text == case["error"]
    assert caught.value.status == 400
    assert caught.value.path.startswith("$")
