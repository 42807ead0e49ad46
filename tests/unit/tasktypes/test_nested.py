"""Keys inside params that no schema names; whatever is documented comes out clean."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scale_mock.tasktypes import TaskTypes
from scale_mock.tasktypes.catalogue import CATALOGUE

TYPES = TaskTypes()
FIXTURES = Path(__file__).parents[3] / "fixtures" / "task_types"
VALID = [
    (entry.name, path)
    for entry in CATALOGUE
    for path in sorted((FIXTURES / entry.folder / "valid").glob("*.json"))
]
EXAMPLES = json.loads((Path(__file__).parent / "documented_examples.json").read_text("utf-8"))
REQUESTS = [one for one in EXAMPLES if one["kind"] != "response" and "definition" not in one]


def unknown(type_name: str, params: dict[str, Any]) -> list[str]:
    return [path for path, _ in TYPES.unknown_keys(type_name, params)]


@pytest.mark.parametrize(
    ("name", "path"), [pytest.param(*one, id=f"{one[0]}-{one[1].stem}") for one in VALID]
)
def test_a_valid_request_comes_out_clean(name: str, path: Path) -> None:
    assert unknown(name, json.loads(path.read_text("utf-8"))) == []


@pytest.mark.parametrize("example", REQUESTS, ids=lambda one: one["type"])
def test_a_documented_request_comes_out_clean(example: dict[str, Any]) -> None:
    assert unknown(example["type"], example["data"]) == []


@pytest.mark.parametrize(
    ("params", "path"),
    [
        ({"geometries": {"box": {"objects_to_anotate": ["a"]}}},
         "geometries.box.objects_to_anotate"),
        ({"annotation_attributes": {"age": {"type": "category", "choises": ["a"]}}},
         "annotation_attributes.age.choises"),
        ({"geometries": {"bocks": {}}}, "geometries.bocks"),
    ],
)  # fmt: skip
def test_a_misspelt_key_is_found_by_its_path(params: dict[str, Any], path: str) -> None:
    assert unknown("imageannotation", params) == [path]


def test_a_key_inside_a_list_has_its_number() -> None:
    params = {"fields": [{"type": "text", "field_id": "a"}, {"typ": "text", "field_id": "b"}]}
    assert unknown("textcollection", params) == ["fields[1].typ"]


@pytest.mark.parametrize(
    "params",
    [
        {"metadata": {"anything": {"at": {"all": 1}}}},
        {"geometries": 5, "annotation_attributes": [[[{"a": 1}]]]},
        {"geometries": {"box": {"objects_to_anotate": None}}},
        {"colour": {"of": {"a": "kitten"}}},
    ],
)
def test_the_customer_s_own_and_nonsense_are_none_of_its_business(params: dict[str, Any]) -> None:
    assert unknown("imageannotation", params) == []
