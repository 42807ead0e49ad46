"""The registry of task types: names, aliases, checks in common, recorded answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scale_mock.domain.refusals import Refusal
from scale_mock.errors import ConfigurationError
from scale_mock.tasktypes import LIFTED, TaskType, TaskTypes

TYPES = TaskTypes()
FIXTURES = Path(__file__).parents[3] / "fixtures" / "task_types"
SDK_NAMES = [
    "annotation",
    "categorization",
    "comparison",
    "cuboidannotation",
    "datacollection",
    "documentmodel",
    "documenttranscription",
    "imageannotation",
    "laneannotation",
    "lidarannotation",
    "lidarlinking",
    "lidarsegmentation",
    "lidartopdown",
    "lineannotation",
    "namedentityrecognition",
    "pointannotation",
    "polygonannotation",
    "segmentannotation",
    "transcription",
    "textcollection",
    "videoannotation",
    "videoboxannotation",
    "videoplaybackannotation",
    "videocuboidannotation",
    "sensorfusion",
    "chat",
    "chatexperimental",
    "chatlite",
    "multichat",
    "multistage",
    "federal2dvideoannotation",
]
IMAGE = {
    "attachment": "https://x.test/i.png",
    "geometries": {
        "box": {"objects_to_annotate": ["cow"]},
        "polygon": {"objects_to_annotate": ["sea"]},
    },
}


def refused(call: Any, *arguments: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        call(*arguments)
    return caught.value


def test_names_are_those_of_the_sdk_and_audiotranscription() -> None:
    assert TYPES.names == tuple(sorted([*SDK_NAMES, "audiotranscription"]))


def test_canonical() -> None:
    assert TYPES.canonical("categorize") == "categorization"
    assert TYPES.canonical("chat") == "chat"
    refusal = refused(TYPES.canonical, "imagerecognition")
    assert refusal.status == 400
    names = ", ".join(TYPES.names)
    assert refusal.text == f'Parameter is invalid, reason: "type" must be one of [{names}]'


@pytest.mark.parametrize(
    "entries",
    [
        [TaskType("a", "generic"), TaskType("a", "generic")],
        [TaskType("a", "generic"), TaskType("b", "generic", aliases=("a",))],
    ],
)
def test_two_types_of_one_name_are_refused(entries: list[TaskType]) -> None:
    with pytest.raises(ConfigurationError, match="two task types are called 'a'"):
        TaskTypes(entries)


def test_a_type_can_be_added() -> None:
    types = TaskTypes([TaskType("mine", "categorization")])
    params = {"attachment": "x", "attachment_type": "text", "categories": ["only"]}
    types.check("mine", params)
    assert types.respond("mine", params, seed=0, identity="i")["category"] == "only"


@pytest.mark.parametrize(
    ("body", "reason", "path"),
    [
        ({"callback_url": 5}, '"callback_url" must be a string', "$.callback_url"),
        ({"callback_url": "example.com"}, '"callback_url" must be a valid uri', "$.callback_url"),
        ({"priority": True}, '"priority" must be one of [10, 20, 30]', "$.priority"),
        ({"tags": "a"}, '"tags" must be an array', "$.tags"),
        ({"tags": ["a", 1]}, '"tags[1]" must be a string', "$.tags[1]"),
        ({"metadata": []}, '"metadata" must be of type object', "$.metadata"),
        ({"unique_id": 7}, '"unique_id" must be a string', "$.unique_id"),
        ({"instruction": {}}, '"instruction" must be a string', "$.instruction"),
        (
            {"clear_unique_id_on_error": 1},
            '"clear_unique_id_on_error" must be a boolean',
            "$.clear_unique_id_on_error",
        ),
        ({"project": ""}, '"project" is not allowed to be empty', "$.project"),
        ({"project_version": 1.5}, '"project_version" must be an integer', "$.project_version"),
        (
            {"project_param_version": -2},
            '"project_param_version" must be greater than or equal to -1',
            "$.project_param_version",
        ),
        ({"priority": 5, "batch": 1}, '"batch" must be a string', "$.batch"),
    ],
)
def test_common_fields(body: dict[str, Any], reason: str, path: str) -> None:
    refusal = refused(TYPES.check_common, body)
    assert refusal.text == f"Parameter is invalid, reason: {reason}"
    assert refusal.path == path


def test_metadata_of_ten_kilobytes_passes_and_a_byte_more_does_not() -> None:
    fits = {"a": "x" * (10 * 1024 - len('{"a":""}'))}
    TYPES.check_common({"metadata": fits})
    refusal = refused(TYPES.check_common, {"metadata": {"a": fits["a"] + "x"}})
    assert "10 KB: it has 10241 bytes" in refusal.text


def test_good_common_fields_pass() -> None:
    TYPES.check_common(
        {
            "callback_url": "ada@example.com",
            "priority": 10,
            "tags": list("abcde"),
            "metadata": {},
            "unique_id": "u",
            "urgency": "standard",
            "project_version": -1,
            "anything": "else",
        }
    )


def test_refusals_say_where() -> None:
    params = {**IMAGE, "geometries": {"box": {"objects_to_annotate": ["cow", {"display": "x"}]}}}
    refusal = refused(TYPES.check, "imageannotation", params)
    assert refusal.path == "$.geometries.box.objects_to_annotate[1].choice"


def test_nesting_without_end_is_refused() -> None:
    label: Any = "leaf"
    for _ in range(5000):
        label = {"choice": "group", "subchoices": [label]}
    params = {**IMAGE, "geometries": {"box": {"objects_to_annotate": [label]}}}
    assert "nests too deeply" in refused(TYPES.check, "imageannotation", params).text


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**400])
def test_numbers_that_json_does_not_know_are_refused(value: float) -> None:
    params = {**IMAGE, "annotation_attributes": {"n": {"type": "number", "min": value}}}
    assert '"min" must be a' in refused(TYPES.check, "imageannotation", params).text


@pytest.mark.parametrize(
    ("name", "defaults"),
    [
        ("categorization", {"allow_multiple": False}),
        ("annotation", {"min_width": 0, "min_height": 0}),
        ("cuboidannotation", {"with_labels": True, "min_annotations": 0, "max_annotations": 0}),
        ("lineannotation", {"splines": False}),
        ("segmentannotation", {"allow_parent_labels": False}),
        ("audiotranscription", {"skip_human_transcription": False}),
        ("imageannotation", {}),
    ],
)
def test_recorded_defaults_are_echoed(name: str, defaults: dict[str, Any]) -> None:
    given = {"own": 1}
    assert TYPES.defaults(name, given) == {"own": 1, **defaults}
    assert given == {"own": 1}
    changed = dict.fromkeys(defaults, "given")
    assert TYPES.defaults(name, changed) == changed


def test_default_instruction() -> None:
    recorded = "Please transcribe the attached audio file."
    assert TYPES.default_instruction("audiotranscription") == recorded
    assert TYPES.default_instruction("imageannotation") is None


COWS = {"attachment": "http://x.test/cow.jpg", "objects_to_annotate": ["cow"], "with_labels": True}
BOX = {"left": 0, "top": 0, "width": 100, "height": 100, "label": "cow"}
TRIANGLE = [{"x": 10, "y": 10}, {"x": 110, "y": 110}, {"x": 10, "y": 110}]


@pytest.mark.parametrize(
    ("name", "params", "response"),
    [
        ("annotation", COWS, {"annotations": [BOX]}),
        ("polygonannotation", COWS, {"annotations": [{"vertices": TRIANGLE, "label": "cow"}]}),
        ("lineannotation", COWS, {"annotations": [{"vertices": TRIANGLE, "label": "cow"}]}),
        ("comparison", {"choices": ["yes"]}, {"choice": "yes"}),
        (
            "datacollection",
            {"fields": {"page": "Hiring page"}},
            {"fields": {"page": "test response"}, "time_spent_in_seconds": 15},
        ),
        (
            "transcription",
            {"fields": {"title": "Title"}},
            {"fields": {"title": "test response"}, "repeatable_fields": [None, None]},
        ),
        ("federal2dvideoannotation", {}, {"annotations": []}),
    ],
)
def test_recorded_responses(name: str, params: dict[str, Any], response: dict[str, Any]) -> None:
    assert TYPES.respond(name, params, seed=1, identity="i") == response


def test_recorded_shapes_of_cuboids_and_speech() -> None:
    cuboid = TYPES.respond("cuboidannotation", COWS, seed=1, identity="i")["annotations"][0]
    assert [corner["description"] for corner in cuboid["vertices"]] == [
        "face-topleft",
        "face-bottomleft",
        "face-topright",
        "face-bottomright",
        "side-topcorner",
        "side-bottomcorner",
    ]
    speech = TYPES.respond("audiotranscription", {}, seed=1, identity="i")
    assert speech["transcript"] == "This is an example transcript using your Scale test key."
    assert speech["duration"] == 5
    assert [one["start"] for one in speech["alignment"]] == sorted(
        one["start"] for one in speech["alignment"]
    )


def test_responses_depend_on_seed_and_identity_and_on_nothing_else() -> None:
    def answer(seed: int, identity: str) -> str:
        return json.dumps(TYPES.respond("imageannotation", IMAGE, seed=seed, identity=identity))

    assert answer(1, "a") == answer(1, "a")
    assert len({answer(1, "a"), answer(2, "a"), answer(1, "b")}) == 3


def test_problems_of_a_response_come_with_their_path() -> None:
    response = {"annotations": [{"uuid": "u", "type": "box", "left": 0, "top": 0, "width": 1}]}
    assert TYPES.check_response("imageannotation", {"annotations": []}) == []
    problems = TYPES.check_response("imageannotation", response)
    assert problems == ["$.annotations[0]: 'height' is a required property"]


def test_schemas_are_the_callers_own() -> None:
    TYPES.params_schema("imageannotation")["properties"].clear()
    TYPES.response_schema("imageannotation")["$defs"].clear()
    assert TYPES.params_schema("imageannotation")["properties"]
    assert "ErrorResponse" in TYPES.response_schema("imageannotation")["$defs"]


PRINT_ALL = """
import json, pathlib, sys
from scale_mock.tasktypes import LIFTED, TaskTypes
types = TaskTypes()
for path in sorted(pathlib.Path(sys.argv[1]).glob("*/valid/*.json")):
    name = path.parent.parent.name
    name = "multistage" if name == "generic" else name
    data = json.loads(path.read_text(encoding="utf-8"))["data"]
    params = {key: value for key, value in data.items() if key not in LIFTED}
    types.check(name, params)
    print(path.stem, json.dumps(types.respond(name, params, seed=5, identity=path.stem)))
"""


@pytest.mark.slow
def test_another_process_with_another_hash_seed_answers_the_same() -> None:
    root = str(Path(__file__).parents[3])
    outputs = [
        subprocess.run(
            [sys.executable, "-c", PRINT_ALL, str(FIXTURES)],
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": root},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for hash_seed in ("1", "2")
    ]
    assert outputs[0] == outputs[1]
    assert outputs[0].count("\n") > 25


@pytest.mark.slow
def test_nothing_heavy_is_loaded_before_it_is_needed() -> None:
    root = str(Path(__file__).parents[3])
    script = (
        "import sys; from scale_mock.tasktypes import TaskTypes; types = TaskTypes(); types.names;"
        "params = {'attachment': 'x', 'attachment_type': 'text', 'categories': ['a']};"
        "types.check('categorization', params);"
        "types.respond('categorization', params, seed=0, identity='i');"
        "print({'jsonschema', 'faker'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout.strip() == "set()"


def test_lifted_fields_hold_no_param_of_a_type() -> None:
    own = set(TYPES.params_schema("imageannotation")["properties"]) - set(LIFTED)
    assert {"attachment", "geometries", "padding"} <= own
