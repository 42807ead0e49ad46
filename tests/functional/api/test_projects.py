"""Projects: versions of params, ontologies, templates, lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from scaleapi.exceptions import ScaleDuplicateResource, ScaleInvalidRequest
from scaleapi.tasks import TaskType

from tests.functional.helpers import ok, project, refused

if TYPE_CHECKING:
    from tests.functional.doors import Door


def test_project_has_the_documented_fields(door: Door) -> None:
    made = project(door, params={"instruction": "Box."})
    body = made.as_dict()
    assert (body["type"], body["name"]) == ("imageannotation", "bikes")
    assert body["created_at"] == "2024-01-01T00:00:00.000Z"
    assert body["param_history"] == [
        {"instruction": "Box.", "version": 0, "created_at": "2024-01-01T00:00:00.000Z"}
    ]
    assert (made.version, made.instruction) == (0, "Box.")


@pytest.mark.parametrize("params", [None, {}])
def test_without_params_there_is_no_version(door: Door, params: Any) -> None:
    made = project(door, params=params)
    assert (made.as_dict()["param_history"], made.version) == ([], None)


def test_versions_replace_or_patch(door: Door) -> None:
    project(door, params={"instruction": "one", "padding": 1})
    client = door.client()
    patched = client.update_project("bikes", patch=True, padding=2)
    assert (patched.version, patched.params["instruction"], patched.params["padding"]) == (
        1, "one", 2,
    )  # fmt: skip
    door.mock.clock.advance(hours=1)
    replaced = client.update_project("bikes", patch=False, padding=3)
    assert replaced.params == {
        "padding": 3, "version": 2, "created_at": "2024-01-01T01:00:00.000Z",
    }  # fmt: skip
    history = client.get_project("bikes").as_dict()["param_history"]
    assert [(entry["version"], entry["padding"]) for entry in history] == [(0, 1), (1, 2), (2, 3)]
    assert all("patch" not in entry for entry in history)


def test_first_version_of_a_project_without_params_is_0(door: Door) -> None:
    project(door)
    assert door.client().update_project("bikes", padding=1).version == 0


def test_empty_update_is_a_version_without_params(door: Door) -> None:
    project(door, params={"padding": 1})
    assert set(door.client().update_project("bikes").params) == {"version", "created_at"}


def test_params_may_be_called_like_our_own_fields(door: Door) -> None:
    made = project(door, params={"version": 99, "created_at": "never"})
    assert (made.version, made.params["created_at"]) == (0, "2024-01-01T00:00:00.000Z")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"type": "imageannotation"}, '"name" is required'),
        ({"name": "a"}, '"type" is required'),
        ({"name": " ", "type": "imageannotation"}, '"name" is not allowed to be empty'),
        ({"name": "a", "type": 5}, '"type" must be a string'),
        ({"name": "a", "type": "imageannotation", "params": []}, '"params" must be of type object'),
        ({"name": "a", "type": "imageannotation", "rapid": 1}, '"rapid" must be a boolean'),
        (
            {"name": "a", "type": "imageannotation", "studio": True, "pipeline": "fast"},
            '"pipeline" must be one of [standard_task, consensus_task]',
        ),
    ],
)
def test_wrong_field(door: Door, body: dict[str, Any], reason: str) -> None:
    expected = (400, f"Parameter is invalid, reason: {reason}")
    assert refused(door.post("/projects", json=body)) == expected
    assert door.client().projects() == []


def test_unknown_type_is_refused(door: Door) -> None:
    status, text = refused(door.post("/projects", json={"name": "a", "type": "nope"}))
    assert (status, '"type" must be one of [annotation, ' in text) == (400, True)


def test_duplicate_name_is_409_in_one_mode_only(door: Door) -> None:
    project(door)
    with pytest.raises(ScaleDuplicateResource, match=r'Project with name "bikes" already exists.'):
        project(door)
    assert project(door, mode="test").name == "bikes"


def test_list_is_a_bare_array_and_knows_archived_ones(door: Door) -> None:
    for name in "abc":
        project(door, name)
    door.mock.projects.archive("b")
    for query, names in (
        ("", ["a", "b", "c"]),
        ("?archived=true", ["b"]),
        ("?archived=False", ["a", "c"]),
        ("?archived=", ["a", "b", "c"]),
    ):
        assert [one["name"] for one in ok(door.get(f"/projects{query}"))] == names


def test_studio_pipeline_is_kept(door: Door) -> None:
    body = {"name": "a", "type": "imageannotation", "studio": True, "datasetId": "ds_1"}
    made = ok(door.post("/projects", json={**body, "pipeline": "consensus_task"}))
    assert (made["pipelineName"], made["datasetId"]) == ("consensus_task", "ds_1")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, '"ontology" is required'),
        ({"ontology": {}}, '"ontology" must be an array'),
        ({"ontology": [1]}, '"ontology[0]" must be a string'),
        ({"ontology": [{"display": "x"}]}, '"ontology[0].choice" is required'),
        (
            {"ontology": [{"choice": "a", "subchoices": "b"}]},
            '"ontology[0].subchoices" must be an array',
        ),
        (
            {"ontology": [{"choice": "a", "subchoices": ["b", {}]}]},
            '"ontology[0].subchoices[1].choice" is required',
        ),
    ],
)
def test_wrong_ontology(door: Door, body: dict[str, Any], reason: str) -> None:
    project(door)
    reply = door.post("/projects/bikes/setOntology", json=body)
    assert refused(reply) == (400, f"Parameter is invalid, reason: {reason}")


def test_ontology_of_any_depth_is_answered_or_refused(door: Door) -> None:
    project(door)
    tree: Any = "leaf"
    for depth in range(400):
        tree = {"choice": f"c{depth}", "subchoices": [tree]}
    reply = door.post("/projects/bikes/setOntology", json={"ontology": [tree]})
    assert reply.status_code in {200, 400}


def test_template_of_a_text_project(door: Door) -> None:
    made = door.client().create_project("mood", TaskType.TextCollection, params={"title": "T"})
    template = made.get_template().as_dict()
    assert {"id", "version", "created_at", "updated_at", "template_variables"} <= set(template)
    assert template == made.get_template().as_dict()


def test_template_of_another_type_raises_in_the_sdk(door: Door) -> None:
    with pytest.raises(ScaleInvalidRequest, match="textcollection and chat"):
        project(door).get_template()
