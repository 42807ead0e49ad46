"""A project's taxonomy, end to end through the official SDK: all kinds, and cats and dogs.

The kinds and the example are those of Scale's page on key concepts.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
import requests
from scaleapi.tasks import TaskType

from scale_mock import ScaleMock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scaleapi import ScaleClient

IMAGE = "https://img.test/{}.jpg"
TREE = [
    {"choice": "pet", "subchoices": ["cat", {"choice": "dog", "subchoices": ["poodle", "pug"]}]},
    "none",
]
PETS: dict[str, Any] = {
    "geometries": {"box": {"objects_to_annotate": ["cat", "dog"], "min_width": 20}},
    "annotation_attributes": {
        "sleeping": {
            "type": "category",
            "description": "Is the cat sleeping?",
            "choices": ["sleeping", "not sleeping"],
            "conditions": {"label_condition": {"label": "cat"}},
        },
        "looking_at": {
            "type": "linked",
            "description": "Which cat is the dog looking at, if any?",
            "allowed_labels": ["cat"],
            "conditions": {"label_condition": {"label": "dog"}},
        },
        "total": {
            "type": "number",
            "description": "How many cats and dogs are in the image in total?",
            "min": 0,
            "max": 100,
            "conditions": {"is_global": True},
        },
    },
}


@pytest.fixture
def mock() -> Iterator[ScaleMock]:
    with ScaleMock(seed=7) as mock:
        yield mock
        mock.check()


@pytest.fixture
def client(mock: ScaleMock) -> ScaleClient:
    return mock.client()


def answered(mock: ScaleMock, client: ScaleClient, kind: TaskType, **body: Any) -> dict[str, Any]:
    """The response to one task, once time has passed."""
    task = client.create_task(kind, **body)
    assert task.status == "pending"
    mock.clock.run_until_idle()
    task.refresh()
    assert task.status == "completed"
    response: dict[str, Any] = task.as_dict()["response"]
    return response


def test_cats_and_dogs(mock: ScaleMock, client: ScaleClient) -> None:
    client.create_project("pets", TaskType.ImageAnnotation, PETS)
    tasks = [
        client.create_task(
            TaskType.ImageAnnotation, project="pets", attachment=IMAGE.format(number)
        )
        for number in range(30)
    ]
    mock.clock.run_until_idle()
    sleeping, looking, totals = set(), set(), set()
    for task in tasks:
        task.refresh()
        response = task.as_dict()["response"]
        boxes = {one["uuid"]: one for one in response["annotations"]}
        assert {(one["type"], one["label"]) for one in boxes.values()} == {
            ("box", "cat"),
            ("box", "dog"),
        }
        for one in boxes.values():
            answers = one["attributes"]
            if one["label"] == "cat":
                assert list(answers) == ["sleeping"]
                sleeping.add(answers["sleeping"])
            else:
                assert answers.keys() <= {"looking_at"}
                looking.add("looking_at" in answers)
                assert "looking_at" not in answers or boxes[answers["looking_at"]]["label"] == "cat"
        assert response["global_attributes"] == {"total": len(boxes)}
        totals.add(len(boxes))
    assert sleeping == {"sleeping", "not sleeping"}
    assert looking == {True, False}
    assert len(totals) > 1


def test_a_class_that_the_taxonomy_does_not_have_cannot_be_conditional(
    client: ScaleClient,
) -> None:
    import scaleapi.exceptions

    wrong = {
        **PETS["annotation_attributes"],
        "barking": {"choices": ["yes"], "conditions": {"label_condition": {"label": "wolf"}}},
    }
    with pytest.raises(
        scaleapi.exceptions.ScaleInvalidRequest, match=r"must be one of \[cat, dog\]"
    ):
        client.create_task(
            TaskType.ImageAnnotation,
            attachment=IMAGE.format(1),
            geometries=PETS["geometries"],
            annotation_attributes=wrong,
        )


@pytest.mark.parametrize("kind", ["box", "polygon", "point", "ellipse", "cuboid"])
def test_shapes_in_two_classes(mock: ScaleMock, client: ScaleClient, kind: str) -> None:
    response = answered(
        mock,
        client,
        TaskType.ImageAnnotation,
        attachment=IMAGE.format(1),
        geometries={kind: {"objects_to_annotate": ["cat", "dog"]}},
        metadata={"width": 800, "height": 600},
    )
    annotations = response["annotations"]
    assert {one["type"] for one in annotations} == {kind}
    assert {one["label"] for one in annotations} == {"cat", "dog"}
    fields = {
        "box": {"left", "top", "width", "height"},
        "point": {"x", "y"},
        "polygon": {"vertices"},
        "ellipse": {"vertices"},
        "cuboid": {"vertices", "edges"},
    }[kind]
    for one in annotations:
        assert one.keys() == {"uuid", "type", "label", "attributes"} | fields
        corners = one.get("vertices", [one] if kind == "point" else [])
        assert all(0 <= at["x"] <= 800 and 0 <= at["y"] <= 600 for at in corners)
        assert len(corners) == {"box": 0, "point": 1, "ellipse": 4, "cuboid": 6}.get(
            kind, len(corners)
        )
        assert kind != "polygon" or len(corners) >= 3
        assert kind != "box" or one["left"] + one["width"] <= 800


@pytest.mark.parametrize("kind", [TaskType.VideoAnnotation, TaskType.VideoPlaybackAnnotation])
def test_events(mock: ScaleMock, client: ScaleClient, kind: TaskType) -> None:
    """Events lie in a file of their own, which the mock serves; so do the boxes."""
    body: dict[str, Any] = {"attachment": "https://vid.test/pets.mp4", "frame_rate": 2}
    if kind is TaskType.VideoAnnotation:
        body |= {"attachment_type": "video", "duration_time": 10}
    response = answered(
        mock,
        client,
        kind,
        geometries={"box": {"objects_to_annotate": ["cat", "dog"]}},
        events_to_annotate=["bark", "nap"],
        annotation_attributes={
            "loud": {
                "choices": ["yes", "no"],
                "conditions": {"label_condition": {"label": "bark"}},
            }
        },
        metadata={"video": {"duration": 10, "frame_rate": 30}},
        **body,
    )
    files = {name: requests.get(one["url"], timeout=20) for name, one in response.items()}
    assert files.keys() == {"annotations", "events"}
    assert all(one.url.startswith(mock.url) for one in files.values())
    assert files["events"].headers["content-type"] == "application/json; charset=utf-8"
    events = files["events"].json()["events"]
    assert {event["label"] for event in events} == {"bark", "nap"}
    for event in events:
        assert event["type"] in ("point", "range")
        assert event["startTime"] == pytest.approx(event["start"] / 30, abs=1e-5)
        assert 0 <= event["startTime"] <= event.get("endTime", event["startTime"]) < 10
        assert event["attributes"].keys() == ({"loud"} if event["label"] == "bark" else set())
    content = files["annotations"].json()
    if kind is TaskType.VideoAnnotation:
        assert len(content) == 20
        labels = {one["label"] for frame in content for one in frame["annotations"]}
    else:
        labels = {track["label"] for track in content["annotations"].values()}
    assert labels == {"cat", "dog"}
    assert requests.get(response["events"]["url"], timeout=20).content == files["events"].content


def choices(*values: str) -> list[dict[str, Any]]:
    return [{"label": value.title(), "value": value} for value in values]


FIELDS: dict[str, dict[str, Any]] = {
    "text response": {"type": "text", "max_characters": 40},
    "list selection": {"type": "category", "choices": choices("cat", "dog", "bird")},
    "tree selection": {
        "type": "category",
        "choices": [
            *choices("none"),
            {"label": "Pet", "subchoices": [{"label": "Dog", "subchoices": choices("pug")}]},
        ],
    },
    "date": {"type": "datetime"},
    "linear scale": {"type": "number", "min": 1, "max": 5, "use_slider": True},
    "ranking": {"type": "ranking_order", "choices": choices("cat", "dog", "bird")},
}


def test_questions_about_a_whole_task(mock: ScaleMock, client: ScaleClient) -> None:
    fields = [{"field_id": name, "title": f"{name}?", **one} for name, one in FIELDS.items()]
    client.create_project("questions", TaskType.TextCollection, {"fields": fields})
    for number in range(10):
        attachment = {"type": "text", "content": f"Story {number}"}
        answers = answered(
            mock, client, TaskType.TextCollection, project="questions", attachments=[attachment]
        )["annotations"]
        assert answers.keys() == FIELDS.keys()
        assert isinstance(answers["text response"], str)
        assert 0 < len(answers["text response"]) <= 40
        assert answers["list selection"] in (["cat"], ["dog"], ["bird"])
        assert answers["tree selection"] in (["none"], ["pug"])
        assert datetime.fromisoformat(answers["date"]).tzinfo is not None
        assert answers["linear scale"] in range(1, 6)
        assert sorted(answers["ranking"]) == ["bird", "cat", "dog"]


def test_questions_about_an_annotation(mock: ScaleMock, client: ScaleClient) -> None:
    """Text, list, tree and linear scale are attributes of an image's annotations as well."""
    response = answered(
        mock,
        client,
        TaskType.ImageAnnotation,
        attachment=IMAGE.format(1),
        geometries={"box": {"objects_to_annotate": ["animal"]}},
        annotation_attributes={
            "note": {"type": "text"},
            "size": {"type": "category", "choices": ["small", "large"]},
            "kind": {"type": "category", "choices": TREE},
            "age": {"type": "number", "min": 0, "max": 20},
        },
    )
    for one in response["annotations"]:
        answers = one["attributes"]
        assert answers.keys() == {"note", "size", "kind", "age"}
        assert answers["note"]
        assert answers["size"] in ("small", "large")
        assert answers["kind"] in ("cat", "poodle", "pug", "none")
        assert answers["age"] in range(21)


def test_links_between_annotations(mock: ScaleMock, client: ScaleClient) -> None:
    """A relation as a link of its own, besides the linked attribute: directed, between classes."""
    looks = {"from_allowed_labels": ["dog"], "to_allowed_labels": ["cat"]}
    response = answered(
        mock,
        client,
        TaskType.ImageAnnotation,
        attachment=IMAGE.format(1),
        geometries=PETS["geometries"],
        links={"looks at": {"is_bidirectional": False, **looks}},
    )
    label_of = {one["uuid"]: one["label"] for one in response["annotations"]}
    assert [
        (link["label"], label_of[link["from"]], label_of[link["to"]]) for link in response["links"]
    ] == [("looks at", "dog", "cat")]
