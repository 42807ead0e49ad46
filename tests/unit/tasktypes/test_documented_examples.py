"""What the specification shows as requests is accepted, and what it shows as responses fits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from scale_mock.tasktypes import LIFTED, TaskTypes

TYPES = TaskTypes()
EXAMPLES = json.loads(
    (Path(__file__).parent / "documented_examples.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(
    "example",
    [
        pytest.param(one, id=f"{one['type']}-{one['kind']}-{number}")
        for number, one in enumerate(EXAMPLES)
    ],
)
def test_documented_example(example: dict[str, Any]) -> None:
    name, data = example["type"], example["data"]
    if "definition" in example:
        for schema in (TYPES.response_schema(name), TYPES.params_schema(name)):
            if example["definition"] in schema["$defs"]:
                one = {"$ref": f"#/$defs/{example['definition']}", "$defs": schema["$defs"]}
                Draft202012Validator(one).validate(data)
                return
        pytest.fail(f"no schema defines {example['definition']}")
    if example["kind"] == "response":
        assert TYPES.check_response(name, data) == []
        return
    own = {key: value for key, value in data.items() if key not in LIFTED}
    TYPES.check_common(data)
    TYPES.check(name, own)
    response = TYPES.respond(name, own, seed=1, identity="i", mode="live")
    assert TYPES.check_response(name, response) == []
