"""The steps of v1: projects, batches, tasks. In test mode, where tasks are done at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.mock.verify.steps import WHOLE, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

IMAGE: dict[str, Any] = {
    "attachment": "https://img.example.test/1.jpg",
    "attachment_type": "image",
    "instruction": "Box every bicycle.",
    "geometries": {"box": {"objects_to_annotate": ["bicycle"]}},
}
CATEGORIES: dict[str, Any] = {
    "instruction": "Which one?",
    "attachment_type": "website",
    "attachment": "https://www.example.test/",
    "categories": ["public", "private"],
}
TEXTS: dict[str, Any] = {
    "attachments": [{"type": "text", "content": "Hello."}],
    "fields": [
        {
            "type": "category",
            "field_id": "tone",
            "title": "Tone?",
            "choices": [{"label": "Good", "value": "good"}, {"label": "Bad", "value": "bad"}],
        }
    ],
}
TYPE = "imageannotation"
BIKES, STUDIO, RAPID, TALK = "<run>-bikes", "<run>-studio", "<run>-rapid", "<run>-talk"
CARS = "<run>-cars"
NOBODY = "65920080ffffffffffffffff"
UNSORTED = (2, 4, 1, 3)
"""In which order things of one kind are made: no order by name is one by creation."""


def _projects() -> Iterator[Step]:
    made = {"name": BIKES, "type": TYPE, "params": {"instruction": "Box every bicycle."}}
    yield Step("create_project", "POST", "/v1/projects", made, keep={"project1": "name"})
    yield Step("create_project", "POST", "/v1/projects", made, note="again")
    yield Step("create_project", "POST", "/v1/projects", {"type": TYPE}, note="without a name")
    yield Step(
        "create_project", "POST", "/v1/projects", {"name": CARS, "type": TYPE}, note="a second"
    )
    talk = {"name": TALK, "type": "textcollection", "params": {"title": "Talk"}}
    known = {"template1": "name"}
    yield Step("create_project", "POST", "/v1/projects", talk, keep=known, note="with a template")
    known = {"project1": "0.name"}
    yield Step("list_projects", "GET", "/v1/projects", keep=known, rows=WHOLE, row_id="name")
    yield Step("get_project", "GET", "/v1/projects/<project1>")
    yield Step("get_project", "GET", "/v1/projects/<run>-none", note="unknown")
    for words in ("Box all bicycles.", "Box bicycles only."):
        changed = {"instruction": words, "patch": True}
        yield Step("set_project_params", "POST", "/v1/projects/<project1>/setParams", changed)
    path = "/v1/projects/<project1>/setOntology"
    for words in ("wheel", "bicycle", "saddle"):
        ontology = {"ontology": [words, "bell", "chain"]}
        yield Step("set_project_ontology", "POST", path, ontology)
    yield Step("get_project", "GET", "/v1/projects/<project1>", note="with a history")
    yield Step("get_task_template", "GET", "/v1/projects/<template1>/taskTemplates")


def _batches() -> Iterator[Step]:
    path = "/v1/batches"
    for number in UNSORTED:
        metadata = {"team": f"day {number}", "shift": {"hours": [9, 12, 17], "number": number}}
        body = {"project": BIKES, "name": f"<run>-w{number}", "callback": "", "metadata": metadata}
        note = f"number {number}"
        yield Step("create_batch", "POST", path, body, keep={f"batch{number}": "name"}, note=note)
    first = {"project": BIKES, "name": "<run>-w1", "callback": ""}
    yield Step("create_batch", "POST", path, first, note="again")
    yield Step(
        "list_batches",
        "GET",
        f"{path}?limit=100&offset=0",
        keep={"batch1": "docs.0.name"},
        rows="docs",
        row_id="name",
    )
    yield Step(
        "list_batches", "GET", f"{path}?limit=2", rows="docs", row_id="name", note="first page"
    )
    second = f"{path}?limit=2&offset=2"
    yield Step("list_batches", "GET", second, rows="docs", row_id="name", note="second page")
    yield Step("list_batches", "GET", f"{path}?limit=many", note="wrong limit")
    yield Step("get_batch", "GET", f"{path}/<batch1>")
    yield Step("get_batch", "GET", f"{path}/<run>-none", note="unknown")
    yield Step("get_batch_status", "GET", f"{path}/<batch1>/status")
    yield Step("set_batch_metadata", "POST", f"{path}/<batch1>/setMetadata", {"week": 4})


def _tasks() -> Iterator[Step]:
    path = f"/v1/task/{TYPE}"
    for number in UNSORTED:
        body = {
            **IMAGE,
            "project": BIKES,
            "batch": "<run>-w1",
            "callback_url": "hook@example.test",
            "unique_id": f"<run>-{number}",
            "tags": ["b", "c", "a"],
            "metadata": {"number": number, "source": {"camera": "front", "lenses": [3, 1, 2]}},
        }
        note = f"number {number}"
        yield Step("create_task", "POST", path, body, keep={f"task{number}": "task_id"}, note=note)
    again = {**IMAGE, "unique_id": "<run>-1"}
    yield Step("create_task", "POST", path, again, note="a unique_id again")
    yield Step("create_task", "POST", path, {"attachment": 7}, note="wrong params")
    yield Step("create_task", "POST", "/v1/task/bikes", IMAGE, note="unknown type")
    listing = "/v1/tasks"
    yield Step(
        "list_tasks",
        "GET",
        f"{listing}?limit=100",
        keep={"task1": "docs.0.task_id"},
        rows="docs",
        row_id="task_id",
    )
    page = f"{listing}?limit=2"
    yield Step(
        "list_tasks",
        "GET",
        page,
        keep={"token1": "next_token"},
        rows="docs",
        row_id="task_id",
        note="first page",
    )
    yield Step(
        "list_tasks",
        "GET",
        f"{page}&next_token=<token1>",
        rows="docs",
        row_id="task_id",
        note="second page",
    )
    rest = f"{listing}?limit=3&offset=1"
    yield Step("list_tasks", "GET", rest, rows="docs", row_id="task_id", note="by offset")
    yield Step("list_tasks", "GET", f"{listing}?status=lost", note="wrong status")
    yield Step("get_task", "GET", "/v1/task/<task1>")
    yield Step("get_task", "GET", f"/v1/task/{NOBODY}", note="unknown")
    yield Step("cancel_task", "POST", "/v1/task/<task1>/cancel", note="already completed")
    for name in ("categorization", "textcollection"):
        params = CATEGORIES if name == "categorization" else TEXTS
        keep = {f"{name}1": "task_id"}
        yield Step("create_task", "POST", f"/v1/task/{name}", params, keep=keep, note=name)
        yield Step("get_task", "GET", f"/v1/task/<{name}1>", note=f"{name}, done")


STEPS = (*_projects(), *_batches(), *_tasks())
