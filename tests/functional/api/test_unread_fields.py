"""Fields of a body that nobody reads: remembered by the world, or refused by ``strict_fields``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import scaleapi

from scale_mock import ScaleMock

if TYPE_CHECKING:
    from tests.functional.conftest import OpenDoor
    from tests.functional.doors import Door

CATEGORIES = {"attachment": "car", "attachment_type": "text", "categories": ["a", "b"]}


def found(door: Door) -> list[tuple[str, str | None, str, int, str | None]]:
    return [
        (one.operation, one.type, one.field, one.times, one.meant)
        for one in door.mock.unread_fields
    ]


def test_a_task_s_params_that_its_type_does_not_know(door: Door) -> None:
    for _ in range(2):
        reply = door.post(
            "/task/categorization", json={**CATEGORIES, "instructoin": "which?", "colour": None}
        )
        assert reply.json()["params"]["instructoin"] == "which?"
    assert found(door) == [("create_task", "categorization", "instructoin", 2, "instruction")]


def test_the_params_of_a_project_are_those_of_its_type(door: Door) -> None:
    params = {"instruction": "which?", "categories": ["a"], "categroies": ["b"]}
    door.post(
        "/projects", json={"name": "p", "type": "categorization", "params": params, "rapide": True}
    )
    door.post("/projects/p/setParams", json={"patch": True, "categories": ["c"], "xyz": 1})
    door.post("/projects/nowhere/setParams", json={"xyz": 1})
    assert found(door) == [
        ("create_project", None, "rapide", 1, "rapid"),
        ("create_project", "categorization", "params.categroies", 1, "params.categories"),
        ("set_project_params", "categorization", "xyz", 1, None),
    ]


IMAGE: dict[str, Any] = {
    "attachment": "https://img.test/1.jpg",
    "geometries": {"box": {"objects_to_annotate": ["kitten"], "min_heigth": 3}},
    "annotation_attributes": {"age": {"type": "number", "descripton": "x"}},
    "metadata": {"anything": {"at": "all"}},
}


def test_keys_inside_params_are_told_by_their_path(door: Door) -> None:
    assert door.post("/task/imageannotation", json=IMAGE).ok
    assert found(door) == [
        ("create_task", "imageannotation", "geometries.box.min_heigth", 1,
         "geometries.box.min_height"),
        ("create_task", "imageannotation", "annotation_attributes.age.descripton", 1,
         "annotation_attributes.age.description"),
    ]  # fmt: skip


def test_keys_inside_params_are_refused_where_fields_are_strict(open_door: OpenDoor) -> None:
    door = open_door(strict_fields=True)
    reply = door.post("/task/imageannotation", json=IMAGE)
    assert reply.status_code == 400
    assert "geometries.box.min_heigth" in reply.json()["error"]
    assert reply.json()["error"].endswith(
        "Known: can_rotate, integer_pixels, min_height, min_width, objects_to_annotate"
    )
    params = {"geometries": {"box": {"objects_to_anotate": ["kitten"]}}}
    body = {"name": "p", "type": "imageannotation", "params": params}
    reply = door.post("/projects", json=body)
    assert reply.status_code == 400
    assert "params.geometries.box.objects_to_anotate" in reply.json()["error"]


def test_any_other_body_is_held_against_its_description(door: Door) -> None:
    door.post("/projects", json={"name": "p", "type": "categorization", "studio": True})
    door.post("/batches", json={"name": "b", "project": "p", "calback": "https://a.test/"})
    door.post("/batches/b/setMetadata", json={"whatever": 1})
    assert door.request(
        "POST", "/v2/batch/metadata", json={"batch_name": "b", "metadata": {"x": 1}, "mrge": True}
    ).ok
    assert found(door) == [
        ("create_batch", None, "calback", 1, "callback"),
        ("v2_set_batch_metadata", None, "mrge", 1, "merge"),
    ]


def test_what_is_refused_or_has_no_description_is_not_told(door: Door) -> None:
    door.post("/batches", json={"name": "b", "project": "nowhere", "calback": "https://a.test/"})
    door.post("/task/annotation", json={"whatever": 1, "attachment": "https://a.test/a.jpg"})
    task = door.post("/task/categorization", json=CATEGORIES).json()["task_id"]
    door.post(f"/task/{task}/cancel", json={"whatever": 1})
    assert found(door) == []


def test_the_official_sdk_sends_nothing_in_vain(door: Door) -> None:
    client = door.client()
    client.create_project("p", task_type=scaleapi.tasks.TaskType.Categorization, rapid=True)
    client.create_batch("p", "b", callback="https://a.test/", calibration_batch=True)
    client.create_task(scaleapi.tasks.TaskType.Categorization, project="p", batch="b", **CATEGORIES)
    client.finalize_batch("b")
    assert found(door) == []


def test_strict_fields_refuse_the_same_fields(open_door: OpenDoor) -> None:
    door = open_door(strict_fields=True)
    text = (
        'Parameter is invalid, reason: "{}" is not allowed (the mock was started with '
        "strict_fields). Known: {}"
    )
    body: dict[str, Any] = {"name": "p", "type": "categorization", "rapide": True}
    reply = door.post("/projects", json=body)
    assert (reply.status_code, reply.json()["error"]) == (
        400,
        text.format(
            "rapide",
            "consensus_attempts, datasetId, name, params, pipeline, rapid, studio, type",
        ),
    )
    reply = door.post(
        "/projects", json={"name": "p", "type": "categorization", "params": {"categroies": []}}
    )
    assert reply.status_code == 400
    assert reply.json()["error"].startswith(text.partition("{}")[0] + "params.categroies")
    assert door.get("/projects").json() == []
    assert door.post("/projects/p/setParams", json={"xyz": 1}).status_code == 404
    refused = [entry.as_dict() for entry in door.mock.journal.entries()]
    assert [entry.get("path") for entry in refused] == ["rapide", "params.categroies", ""]
    assert found(door) == []


def test_the_control_api_lists_them(door: Door) -> None:
    door.post("/task/categorization", json={**CATEGORIES, "categores": []})
    assert door.request("GET", "/_mock/unread_fields").json() == [
        {
            "operation": "create_task",
            "type": "categorization",
            "field": "categores",
            "times": 1,
            "meant": "categories",
        }
    ]


def test_they_enter_neither_the_journal_nor_a_snapshot(open_door: OpenDoor) -> None:
    door = open_door(seed=3)
    door.post("/task/categorization", json={**CATEGORIES, "categores": [], "unique_id": "a"})
    told = [entry.as_dict() for entry in door.mock.journal.entries()]
    assert "categores" not in str([entry for entry in told if entry["kind"] != "task.created"])
    with ScaleMock() as other:
        other.restore(door.mock.snapshot())
        assert other.unread_fields == []
    assert len(door.mock.unread_fields) == 1
    door.mock.reset()
    assert door.mock.unread_fields == []


def test_as_many_are_kept_as_the_setting_says(open_door: OpenDoor) -> None:
    door = open_door(unread_fields_max=2)
    for name in ("one", "two", "three", "one", "z" * 300):
        door.post("/task/categorization", json={**CATEGORIES, name: 1})
    assert [(one.field, one.times) for one in door.mock.unread_fields] == [("one", 2), ("two", 1)]


def test_a_long_name_is_cut(door: Door) -> None:
    door.post("/task/categorization", json={**CATEGORIES, "z" * 300: 1})
    assert [len(one.field) for one in door.mock.unread_fields] == [200]


@pytest.mark.parametrize("kind", ["evaluation", "training"])
def test_a_quality_task_may_have_its_own_fields_beside_the_type_s(door: Door, kind: str) -> None:
    door.post("/projects", json={"name": "p", "type": "categorization", "rapid": True})
    reply = door.post(
        f"/{kind}_tasks/categorization",
        json={**CATEGORIES, "project": "p", "expected_response": {"category": "a"}, "foo": 1},
    )
    assert reply.ok, reply.text
    assert found(door) == [(f"create_{kind}_task", "categorization", "foo", 1, None)]
