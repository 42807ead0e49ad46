"""What lidar requests are refused for, told a second time, and the examples of Scale's pages."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from scale_mock.tasktypes import TaskTypes
from tests.unit.tasktypes.test_agreement import (
    COMMON,
    SETTINGS,
    VALIDATORS,
    accepted,
    attributes_fit,
    drawn,
    flat,
    image_fits,
)

TYPES = TaskTypes()
CUBOID = "bbbb0000-0000-4000-8000-000000000001"


def is_set(values: list[Any]) -> bool:
    return len(values) == len(set(values))


def annotation_fits(params: dict[str, Any]) -> bool:
    labels = flat(params["labels"])
    frames = [
        given["annotations"]
        for given in (params.get("hypothesis", {}), params.get("base_annotations", {}))
        if isinstance(given.get("annotations"), list)
    ]
    return (
        is_set(labels)
        and attributes_fit(params.get("annotation_attributes", {}), set(labels))
        and all(len(one) <= len(params["attachments"]) for one in frames)
        and all(prelabels_fit(one["cuboids"], labels) for given in frames for one in given)
    )


def prelabels_fit(cuboids: list[dict[str, Any]], labels: list[str]) -> bool:
    uuids = [one["uuid"] for one in cuboids if "uuid" in one]
    return is_set(uuids) and all(one["label"] in labels for one in cuboids)


def segmentation_fits(params: dict[str, Any]) -> bool:
    labels = flat(params["labels"])
    return is_set(labels) and attributes_fit(params.get("annotation_attributes", {}), set(labels))


def linking_fits(params: dict[str, Any]) -> bool:
    geometries = params.get("geometries", {})
    lists = [flat(one.get("objects_to_annotate", [])) for one in geometries.values()]
    lists.append(flat(params.get("labels", [])))
    attributes = params.get("annotation_attributes", {})
    labels = {label for known in lists for label in known}
    if not labels:
        for one in attributes.values():
            wanted = one.get("conditions", {}).get("label_condition", {}).get("label", [])
            labels |= {wanted} if isinstance(wanted, str) else set(wanted)
            labels |= set(one.get("allowed_labels", []))
    ranges = [
        (one.get("min_vertices", 1), one.get("max_vertices"))
        for kind, one in geometries.items()
        if kind in ("polygon", "line")
    ]
    return (
        all(map(is_set, lists))
        and all(most is None or most >= least for least, most in ranges)
        and attributes_fit(attributes, labels)
    )


def topdown_fits(params: dict[str, Any]) -> bool:
    labels = params.get("labels", [])
    geometries = {
        kind: {**one, "objects_to_annotate": one.get("objects_to_annotate") or labels}
        for kind, one in params["geometries"].items()
    }
    rest = {"attachment": "", **params, "geometries": geometries}
    return is_set(flat(labels)) and image_fits(rest)


FITS = {
    "lidarannotation": annotation_fits,
    "lidarsegmentation": segmentation_fits,
    "lidarlinking": linking_fits,
    "lidartopdown": topdown_fits,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(FITS))
def test_rules_across_params(name: str) -> None:
    """What fits the schema is accepted exactly if an independent reading of the rules does."""
    tally = {True: 0, False: 0}

    @settings(SETTINGS, max_examples=300)
    @given(params=drawn(name))
    def agree(params: dict[str, Any]) -> None:
        params = {key: value for key, value in params.items() if key not in COMMON}
        if VALIDATORS[name].is_valid({**COMMON, **params}):
            expected = FITS[name](params)
            params.pop("batch", None)
            assert accepted(name, params) is expected, params
            tally[expected] += 1

    agree()
    assert min(tally.values()) > 20, tally


def test_what_types_need_beside_their_own_params() -> None:
    assert TYPES.needs("imageannotation") == ()
    assert TYPES.needs("lidarsegmentation") == (("project", "batch"),)
    assert TYPES.needs("sensorfusion") == (("project",), ("instruction",), ("callback_url",))
    schema = TYPES.params_schema("sensorfusion")
    assert {"project", "instruction", "callback_url", "scene_format"} <= set(schema["required"])
    either = TYPES.params_schema("lidarsegmentation")
    body = {"labels": ["Road"], "attachments": ["https://pc.test/0.json"]}
    assert not Draft202012Validator(either).is_valid(body)
    assert Draft202012Validator(either).is_valid({**body, "batch": "b"})


def box(uuid: str, **more: Any) -> dict[str, Any]:
    shape = {"top": 200, "left": 105, "width": 280, "height": 192}
    return {"cuboid_uuid": uuid, "label": "car", "type": "box", **shape, **more}


LIDAR_FILE = [
    {
        "cuboids": [
            {
                "uuid": CUBOID,
                "label": "car",
                "camera_used": 0,
                "position": {"x": 12.5, "y": -3.0, "z": 0.8},
                "dimensions": {"x": 1.9, "y": 4.4, "z": 1.6},
                "yaw": 1.5707,
                "distance_to_device": 12.9,
                "numberOfPoints": 341,
                "stationary": False,
                "attributes": {"stopped": "no"},
            }
        ]
    },
    {"cuboids": []},
]
POINTS_FILE = {
    "objects": [
        {"label": "Car", "index": 1},
        {"label": "Road", "index": 2},
        {"label": "Animal", "index": 3, "instance": True},
        {"label": "Animal", "index": 4, "instance": True},
    ],
    "point_objects": [[0, 0, 1, 2, 2, 4], [2, 2, 3, 3]],
}
LINKING_FILE = [
    {
        "camera_responses": [
            {"camera_used": 1, "annotations": [box(CUBOID)]},
            {"camera_used": 2, "annotations": [box("new", not_in_lidar=True)]},
        ]
    }
]
TOPDOWN = {
    "annotations": [
        {
            "uuid": CUBOID,
            "type": "polygon",
            "label": "crosswalk",
            "vertices": [{"x": 1, "y": 2}, {"x": 4, "y": 2}, {"x": 4, "y": 6}],
            "attributes": {},
        }
    ]
}
SCENE = {
    "version": "1.0",
    "time_unit": "microseconds",
    "annotations": [
        {
            "id": "car-1",
            "type": "cuboid",
            "label": "car",
            "stationary": False,
            "path": {
                "timestamps": [0, 100000],
                "values": [[4, 2, 1.5, 10, 0, 0.8, 0, 0, 0], [4, 2, 1.5, 11, 0, 0.8, 0, 0, 0]],
            },
            "attributes": [
                {
                    "name": "moving",
                    "timestamps": [0, 100000],
                    "values": ["yes", "yes"],
                    "static": False,
                }
            ],
        },
        {
            "id": "sign-1",
            "type": "point",
            "label": "sign",
            "path": {"timestamps": [0], "values": [[15, 3, 2]]},
        },
        {
            "id": "l1",
            "type": "link",
            "label": "obeys",
            "from_id": "car-1",
            "to_id": "sign-1",
            "is_bidirectional": False,
        },
    ],
}
BROKEN = {
    "error": "One or more attachments could not be downloaded.",
    "frames": [
        {
            "frame": 10,
            "message": "Invalid JSON Format: Unexpected end of JSON input",
            "attachment": {"statusCode": 200, "url": "https://bucket.test/frame10.json"},
        }
    ],
}
POINTERS = {
    "annotations": {"url": "https://results.test/cuboids.json"},
    "point_segmentations": {"url": "https://results.test/seg.json"},
}


@pytest.mark.parametrize(
    ("name", "definition", "example"),
    [
        ("lidarannotation", "AnnotationsFile", LIDAR_FILE),
        ("lidarannotation", "ErrorResponse", BROKEN),
        ("lidarsegmentation", None, POINTERS),
        ("lidarsegmentation", "PointSegmentationsFile", POINTS_FILE),
        ("lidarsegmentation", "AnnotationsFile", LIDAR_FILE),
        ("lidarlinking", "AnnotationsFile", LINKING_FILE),
        ("lidartopdown", None, TOPDOWN),
        ("sensorfusion", None, SCENE),
        ("sensorfusion", "Scene", SCENE),
    ],
)
def test_documented_examples_fit(name: str, definition: str | None, example: Any) -> None:
    schema = TYPES.response_schema(name)
    if definition:
        schema = {"$defs": schema["$defs"], "$ref": f"#/$defs/{definition}"}
    Draft202012Validator(schema).validate(example)


@pytest.mark.parametrize(
    ("name", "response"),
    [
        ("lidarannotation", {"annotations": []}),
        ("lidarsegmentation", {"annotations": {"url": "https://results.test/cuboids.json"}}),
        ("lidarlinking", {"annotations": {"url": "cuboids.json"}}),
        ("lidartopdown", {"annotations": [{"uuid": "u", "type": "box", "label": "x"}]}),
        ("sensorfusion", {"version": "2.0"}),
    ],
)
def test_a_response_of_another_shape_is_told_from_a_good_one(name: str, response: Any) -> None:
    assert TYPES.check_response(name, response) != []
