"""Labels are held against the request that they answer, not only against their type's schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scale_mock.tasktypes import LIFTED, TaskTypes
from scale_mock.tasktypes.catalogue import CATALOGUE
from scale_mock.tasktypes.misfits import json_path

TYPES = TaskTypes()
FIXTURES = Path(__file__).parents[3] / "fixtures" / "task_types"
DOCUMENTED = Path(__file__).parent / "documented_examples.json"


def own(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in LIFTED}


def requests() -> list[Any]:
    found = [
        pytest.param(entry.name, own(json.loads(path.read_text(encoding="utf-8"))["data"]))
        for entry in CATALOGUE
        for path in sorted(FIXTURES.glob(f"{entry.folder}/valid/*.json"))
    ]
    documented = json.loads(DOCUMENTED.read_text(encoding="utf-8"))
    found += [
        pytest.param(one["type"], own(one["data"]))
        for one in documented
        if one["kind"] != "response" and "definition" not in one
    ]
    return found


@pytest.mark.parametrize("mode", ["", "test", "live"])
@pytest.mark.parametrize(("name", "params"), requests())
def test_synthesized_labels_fit_their_request(name: str, params: dict[str, Any], mode: str) -> None:
    for seed in range(3):
        response = TYPES.respond(name, params, seed=seed, identity="i", mode=mode)
        assert response is None or TYPES.misfits(name, params, response) == []


@pytest.mark.parametrize(("name", "params"), requests())
def test_labels_made_of_a_hypothesis_fit_their_request(name: str, params: dict[str, Any]) -> None:
    if not isinstance(params.get("hypothesis"), dict):
        return
    for noise in (0.0, 1.0):
        response = TYPES.from_hypothesis(name, params, noise, seed=1, identity="i")
        if TYPES.check_response(name, response) == []:
            assert TYPES.misfits(name, params, response) == []


NESTED = {
    "box": {"objects_to_annotate": ["car", {"choice": "rider", "subchoices": ["cyclist"]}]},
    "point": {},
}
FIELDS = [
    {
        "type": "category",
        "field_id": "tone",
        "title": "Tone?",
        "choices": [{"label": "Good", "value": "good"}, {"label": "Bad", "value": "bad"}],
    },
    {
        "type": "field_set",
        "field_id": "place",
        "title": "Where?",
        "fields": [{"type": "text", "field_id": "city", "title": "City"}],
    },
]
SIZES = {"categories": ["big", "small"]}
COW = {"objects_to_annotate": ["calf", {"choice": "adult", "subchoices": ["cow"]}]}
GEOMETRIES = {"geometries": NESTED}
TOPDOWN = {"labels": ["lane"], "geometries": {"line": {}}}
SEGMENTS = {"labels": ["sky", {"choice": "traffic", "subchoices": ["car"]}]}
ENTITIES = {"labels": [{"name": "person"}, {"name": "org", "children": [{"name": "company"}]}]}
FEATURES = {"features": [{"type": "text", "label": "total"}]}
MASKS = {"combined": {"image": "https://x.test/a.png"}, "labeled": {"car": None}}


def annotated(**one: Any) -> dict[str, Any]:
    return {"annotations": [one]}


WRONG = [
    (
        "categorization",
        SIZES,
        {"category": "smal"},
        "$.category: 'smal' is not one of ['big', 'small'], the categories of the task "
        "(did you mean 'small'?)",
    ),
    (
        "categorization",
        {**SIZES, "allow_multiple": True},
        {"category": ["big", "zzz"]},
        "$.category[1]: 'zzz' is not one of ['big', 'small'], the categories of the task",
    ),
    (
        "categorization",
        {**SIZES, "allow_multiple": False},
        {"category": ["big", "small"]},
        "$.category: 2 categories, the task has no allow_multiple and takes one",
    ),
    (
        "categorization",
        {"taxonomies": {"tone": {"choices": ["good", "bad"]}}},
        {"taxonomies": {"tone": "god"}},
        "$.taxonomies.tone: 'god' is not one of ['good', 'bad'], the choices of tone "
        "(did you mean 'good'?)",
    ),
    (
        "categorization",
        {"taxonomies": {"tone": {"choices": ["good", "bad"]}}},
        {"taxonomies": {"colour": "red"}},
        "$.taxonomies.colour: 'colour' is not one of ['tone'], the taxonomies of the task",
    ),
    (
        "imageannotation",
        GEOMETRIES,
        annotated(type="box", label="dog"),
        "$.annotations[0].label: 'dog' is not one of ['car', 'cyclist'], the labels of box",
    ),
    (
        "imageannotation",
        GEOMETRIES,
        annotated(type="box", label="rider"),
        "$.annotations[0].label: 'rider' is not one of ['car', 'cyclist'], the labels of box",
    ),
    (
        "imageannotation",
        GEOMETRIES,
        annotated(type="polygon", label="car"),
        "$.annotations[0].type: 'polygon' is not one of ['box', 'point'], the geometries of the "
        "task",
    ),
    (
        "lidartopdown",
        TOPDOWN,
        annotated(type="line", label="lame"),
        "$.annotations[0].label: 'lame' is not one of ['lane'], the labels of line "
        "(did you mean 'lane'?)",
    ),
    *[
        (
            name,
            COW,
            annotated(label="adult"),
            "$.annotations[0].label: 'adult' is not one of ['calf', 'cow'], the labels of the task",
        )
        for name in (
            "annotation",
            "polygonannotation",
            "lineannotation",
            "pointannotation",
            "cuboidannotation",
        )
    ],
    (
        "segmentannotation",
        SEGMENTS,
        {"annotations": {"labeled": {"ski": None}}, "labelMapping": {}},
        "$.annotations.labeled.ski: 'ski' is not one of ['sky', 'car'], the labels of the task "
        "(did you mean 'sky'?)",
    ),
    (
        "segmentannotation",
        SEGMENTS,
        {"annotations": MASKS, "labelMapping": {"my traffic": {}}},
        "$.labelMapping['my traffic']: 'my traffic' is not one of ['sky', 'car'], the labels of "
        "the task",
    ),
    (
        "namedentityrecognition",
        ENTITIES,
        annotated(label="Company"),
        "$.annotations[0].label: 'Company' is not one of ['person', 'org', 'company'], the labels "
        "of the task (did you mean 'company'?)",
    ),
    (
        "documenttranscription",
        FEATURES,
        annotated(label="sum"),
        "$.annotations[0].label: 'sum' is not one of ['total'], the labels of the features",
    ),
    (
        "textcollection",
        {"fields": FIELDS},
        {"annotations": {"tune": ["good"]}},
        "$.annotations.tune: 'tune' is not one of ['tone', 'place', 'city'], the fields of the "
        "task (did you mean 'tone'?)",
    ),
    (
        "textcollection",
        {"fields": FIELDS},
        {"annotations": {"tone": [["good"], ["fine"]]}},
        "$.annotations.tone[1][0]: 'fine' is not one of ['good', 'bad'], the choices of tone",
    ),
    (
        "textcollection",
        {"fields": FIELDS},
        {"annotations": {"place": {"tone": "good"}}},
        "$.annotations.place.tone: 'tone' is not one of ['city'], the fields of place",
    ),
]


@pytest.mark.parametrize(("name", "params", "response", "problem"), WRONG)
def test_what_was_not_asked_for_is_told(
    name: str, params: dict[str, Any], response: dict[str, Any], problem: str
) -> None:
    assert TYPES.misfits(name, params, response) == [problem]


RIGHT = [
    ("categorization", SIZES, {"category": "big"}),
    ("categorization", SIZES, {"category": ["big"]}),
    ("categorization", {**SIZES, "allow_multiple": True}, {"category": ["small", "big"]}),
    ("imageannotation", GEOMETRIES, annotated(type="box", label="cyclist")),
    ("imageannotation", GEOMETRIES, annotated(type="point", label="anything")),
    ("imageannotation", GEOMETRIES, annotated(type="box")),
    ("lidartopdown", TOPDOWN, {"annotations": {"url": "https://x.test/a.json"}}),
    ("segmentannotation", SEGMENTS, {"annotations": MASKS, "labelMapping": {"car": []}}),
    ("namedentityrecognition", ENTITIES, annotated(label="org")),
    ("textcollection", {"fields": FIELDS}, {"annotations": {"tone": "good", "city": "Rome"}}),
    ("generic", {}, annotated(label="anything")),
]


@pytest.mark.parametrize(("name", "params", "response"), RIGHT)
def test_what_was_asked_for_passes(
    name: str, params: dict[str, Any], response: dict[str, Any]
) -> None:
    name = next(entry.name for entry in CATALOGUE if name in (entry.name, entry.folder))
    assert TYPES.misfits(name, params, response) == []


def test_every_problem_is_told() -> None:
    response = {"annotations": [{"type": "box", "label": "dog"}, {"type": "line"}]}
    first, second = TYPES.misfits("imageannotation", GEOMETRIES, response)
    assert first.startswith("$.annotations[0].label: ")
    assert second.startswith("$.annotations[1].type: ")


def test_a_long_list_of_labels_is_cut() -> None:
    params = {"categories": [f"c{number}" for number in range(25)]}
    (problem,) = TYPES.misfits("categorization", params, {"category": "?"})
    assert "'c19', and 5 more], the categories of the task" in problem


def test_keys_that_are_no_names_are_quoted_in_paths() -> None:
    assert json_path("annotations", 2, "it's") == '$.annotations[2]["it\'s"]'
