"""Projects: their lines, the history of their params, ontologies and templates."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from scale_mock.domain.refusals import Refusal

Platform = Any


def versions(project: Any) -> list[tuple[int, dict[str, Any]]]:
    return [(entry.version, entry.params) for entry in project.param_history]


def test_params_given_at_creation_are_version_0(platform: Platform) -> None:
    platform.project(params={"a": 1})
    platform.project("bare")
    assert versions(platform.live.projects["p"]) == [(0, {"a": 1})]
    assert versions(platform.live.projects["bare"]) == []


def test_set_params_appends_and_patch_merges_the_newest(platform: Platform) -> None:
    platform.project(params={"a": 1, "b": {"x": 1}})
    side, projects = platform.live, platform.projects
    platform.scheduler.advance(timedelta(hours=1))
    projects.set_params(side, "p", {"patch": True, "b": {"y": 2}})
    project = projects.set_params(side, "p", {"c": 3})
    assert versions(project) == [
        (0, {"a": 1, "b": {"x": 1}}),
        (1, {"a": 1, "b": {"y": 2}}),
        (2, {"c": 3}),
    ]
    assert project.param_history[1].created_at == platform.core.now()


def test_patch_of_a_project_without_params_is_its_first_version(platform: Platform) -> None:
    platform.project()
    project = platform.projects.set_params(platform.live, "p", {"patch": "true", "a": 1})
    assert versions(project) == [(0, {"a": 1})]


def test_params_that_a_caller_changes_later_do_not_change_the_project(platform: Platform) -> None:
    params = {"a": 1}
    platform.project(params=params)
    params["a"] = 2
    assert versions(platform.live.projects["p"]) == [(0, {"a": 1})]


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ({"name": ""}, 400, '"name" is not allowed to be empty'),
        ({"name": "p"}, 409, 'Project with name "p" already exists.'),
        ({"type": None}, 400, '"type" is required'),
        ({"type": "nope"}, 404, "no type nope"),
        ({"params": []}, 400, '"params" must be of type object'),
        ({"rapid": True, "studio": True}, 400, "not both"),
        ({"rapid": "yes"}, 400, '"rapid" must be a boolean'),
        ({"pipeline": "standard_task"}, 400, r'"pipeline" needs a Studio project'),
        ({"pipeline": "x", "studio": True}, 400, r"one of \[standard_task, consensus_task\]"),
        ({"consensus_attempts": "many"}, 400, '"consensus_attempts" must be a number'),
        ({"datasetId": 3}, 400, '"datasetId" must be a string'),
    ],
)
def test_what_a_project_cannot_be(platform: Platform, body: Any, status: int, text: str) -> None:
    platform.project()
    with pytest.raises(Refusal, match=text) as refused:
        platform.projects.create(platform.live, {"name": "q", "type": "annotation", **body})
    assert refused.value.status == status
    assert list(platform.live.projects) == ["p"]


def test_studio_projects_have_pipelines(platform: Platform) -> None:
    platform.project(studio=True, pipeline="consensus_task", consensus_attempts="3")
    project = platform.live.projects["p"]
    assert (project.product_line, project.pipeline, project.consensus_attempts) == (
        "studio",
        "consensus_task",
        3,
    )


def test_projects_are_listed_in_the_order_of_creation(platform: Platform) -> None:
    for name in ("c", "a", "b"):
        platform.project(name)
    platform.live.projects["a"].archived = True
    names = {
        archived: [p.name for p in platform.projects.all(platform.live, archived=archived)]
        for archived in (None, True, False)
    }
    assert names == {None: ["c", "a", "b"], True: ["a"], False: ["c", "b"]}


def test_a_project_of_the_other_mode_is_named(platform: Platform) -> None:
    platform.project(mode="test")
    with pytest.raises(Refusal, match="lives in test mode; a live key cannot see it") as read:
        platform.projects.get(platform.live, "p")
    with pytest.raises(Refusal, match="of the two modes never mix") as used:
        platform.projects.referenced(platform.live, "p")
    assert (read.value.status, used.value.status) == (404, 400)


ONTOLOGY = ["cat", {"choice": "dog", "subchoices": ["puppy", {"choice": "hound"}]}]


def test_ontologies_are_versioned_and_named(platform: Platform) -> None:
    platform.project()
    platform.projects.set_ontology(platform.live, "p", {"ontology": ONTOLOGY, "name": "animals"})
    project = platform.projects.set_ontology(platform.live, "p", {"ontology": []})
    assert [(v.version, v.ontology, v.name) for v in project.ontology_history] == [
        (0, ONTOLOGY, "animals"),
        (1, [], None),
    ]


@pytest.mark.parametrize(
    ("ontology", "path"),
    [
        (None, "ontology"),
        ({}, "ontology"),
        ([1], "ontology[0]"),
        (["a", {"subchoices": []}], "ontology[1].choice"),
        ([{"choice": "a", "subchoices": "b"}], "ontology[0].subchoices"),
        ([{"choice": "a", "subchoices": [{"choice": ""}]}], "ontology[0].subchoices[0].choice"),
    ],
)
def test_ontologies_are_refused_where_they_are_wrong(
    platform: Platform, ontology: Any, path: str
) -> None:
    platform.project()
    with pytest.raises(Refusal) as refused:
        platform.projects.set_ontology(platform.live, "p", {"ontology": ontology})
    assert (refused.value.status, refused.value.path) == (400, path)
    assert f'"{path}"' in refused.value.text


def test_every_choice_of_the_tree_is_unique(platform: Platform) -> None:
    platform.project()
    with pytest.raises(Refusal, match='contains the duplicate choice "cat"'):
        platform.projects.set_ontology(
            platform.live, "p", {"ontology": ["cat", {"choice": "pets", "subchoices": ["cat"]}]}
        )


def test_templates_exist_for_text_projects_only(platform: Platform) -> None:
    platform.project("text", type="textcollection", params={"a": 1})
    platform.project("bare", type="textcollection")
    platform.project()
    project, template_id, variables = platform.projects.template(platform.live, "text")
    assert (project.name, variables, len(template_id)) == ("text", {"a": 1}, 24)
    assert platform.projects.template(platform.live, "text")[1] == template_id
    assert platform.projects.template(platform.live, "bare")[2] == {}
    with pytest.raises(Refusal, match='Project "p" is of type annotation: task templates'):
        platform.projects.template(platform.live, "p")


def test_a_version_without_a_project_does_not_exist(platform: Platform) -> None:
    with pytest.raises(Refusal, match="has no version 0"):
        platform.task(project_version=0)
    assert platform.task(project_version=-1).project_param_version is None
