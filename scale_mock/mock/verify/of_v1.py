"""The steps of v1. In test mode, where tasks are done at once, unless a task has to be pending."""

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
ANN = "ann@example.test"
NOBODY = "65920080ffffffffffffffff"


def _projects() -> Iterator[Step]:
    made = {"name": BIKES, "type": TYPE, "params": {"instruction": "Box every bicycle."}}
    yield Step("create_project", "POST", "/v1/projects", made, keep={"project1": "name"})
    yield Step("create_project", "POST", "/v1/projects", made, note="again")
    yield Step("create_project", "POST", "/v1/projects", {"type": TYPE}, note="without a name")
    yield Step("list_projects", "GET", "/v1/projects", keep={"project1": "0.name"})
    yield Step("get_project", "GET", "/v1/projects/<project1>")
    yield Step("get_project", "GET", "/v1/projects/<run>-none", note="unknown")
    changed = {"instruction": "Box all bicycles.", "patch": True}
    yield Step("set_project_params", "POST", "/v1/projects/<project1>/setParams", changed)
    ontology = {"ontology": ["bicycle"]}
    yield Step("set_project_ontology", "POST", "/v1/projects/<project1>/setOntology", ontology)
    talk = {"name": TALK, "type": "textcollection", "params": {"title": "Talk"}}
    known = {"template1": "name"}
    yield Step("create_project", "POST", "/v1/projects", talk, keep=known, note="with a template")
    yield Step("get_task_template", "GET", "/v1/projects/<template1>/taskTemplates")


def _batches() -> Iterator[Step]:
    path = "/v1/batches"
    for number in range(1, 4):
        body = {"project": BIKES, "name": f"<run>-w{number}", "callback": "", "metadata": {"a": 1}}
        note = "" if number == 1 else f"number {number}"
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
    for number in range(1, 4):
        body = {
            **IMAGE,
            "project": BIKES,
            "batch": "<run>-w1",
            "callback_url": "hook@example.test",
            "unique_id": f"<run>-{number}",
            "tags": ["a", "b"],
            "metadata": {"number": number},
        }
        note = "" if number == 1 else f"number {number}"
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
    yield Step("list_tasks", "GET", f"{listing}?status=lost", note="wrong status")
    yield Step("get_task", "GET", "/v1/task/<task1>")
    yield Step("get_task", "GET", f"/v1/task/{NOBODY}", note="unknown")
    yield Step("cancel_task", "POST", "/v1/task/<task1>/cancel", note="already completed")
    for name in ("categorization", "textcollection"):
        params = CATEGORIES if name == "categorization" else TEXTS
        keep = {f"{name}1": "task_id"}
        yield Step("create_task", "POST", f"/v1/task/{name}", params, keep=keep, note=name)
        yield Step("get_task", "GET", f"/v1/task/<{name}1>", note=f"{name}, done")


def _changes() -> Iterator[Step]:
    path = "/v1/task/<task2>"
    yield Step("set_task_metadata", "POST", f"{path}/setMetadata", {"a": "b"})
    yield Step("set_task_tags", "POST", f"{path}/tags", ["a", "b"])
    yield Step("add_task_tags", "PUT", f"{path}/tags", ["c"])
    yield Step("delete_task_tags", "DELETE", f"{path}/tags", ["a"])
    yield Step("set_unique_id", "POST", f"{path}/unique_id", {"unique_id": "<run>-2b"})
    yield Step("clear_unique_id", "DELETE", f"{path}/unique_id")
    yield Step("send_callback", "POST", f"{path}/send_callback")
    kept = {"response1": "response_url"}
    yield Step("explain_task", "GET", "/_mock/tasks/<task2>/explain", keep=kept, ours=True)
    yield Step("get_task_response", "GET", "<response1>", ours=True)
    verdict = {"accepted": True, "comments": "fine"}
    yield Step("audit_task", "POST", f"{path}/audit", verdict)
    audit = {"task_id": "<task3>", "audit_result": "rejected", "note": "no"}
    yield Step("put_audit", "PUT", "/v1/audits", audit)
    yield Step("list_audits", "GET", "/v1/audits?task_id=<task3>")
    yield Step("prioritize_batch", "POST", "/v1/batches/<batch1>/prioritize", {"priority": 30})
    yield Step("finalize_batch", "POST", "/v1/batches/<batch1>/finalize")
    yield Step("get_batch", "GET", "/v1/batches/<batch1>", note="with tasks")


def _live() -> Iterator[Step]:
    keep = {"pending1": "task_id"}
    yield Step(
        "create_task", "POST", f"/v1/task/{TYPE}", IMAGE, mode="live", keep=keep, note="live"
    )
    path = "/v1/task/<pending1>"
    yield Step("get_task", "GET", path, mode="live", note="live, pending")
    yield Step("get_task", "GET", path, note="of the other mode")
    yield Step("cancel_task", "POST", f"{path}/cancel", mode="live")
    yield Step("cancel_task", "POST", f"{path}/cancel", mode="live", note="again")
    yield Step("get_task", "GET", path, mode="live", note="live, canceled")


def _files() -> Iterator[Step]:
    imported = {"file_url": "https://img.example.test/1.jpg", "project_name": BIKES}
    yield Step("import_file", "POST", "/v1/files/import", imported, keep={"file1": "id"})
    fields = {"file": "pixels", "project_name": BIKES}
    yield Step("upload_file", "POST", "/v1/files/upload", files=fields, keep={"file2": "id"})
    yield Step("import_file", "POST", "/v1/files/import", {}, note="without a URL")
    for name in ("files", "assets"):
        path = f"/v1/{name}?project=<project1>"
        yield Step(f"list_{name}", "GET", path, rows="docs", row_id="id")


def _people() -> Iterator[Step]:
    yield Step("list_teammates", "GET", "/v1/teams")
    invited = {"emails": [ANN], "team_role": "labeler"}
    yield Step("invite_teammates", "POST", "/v1/teams/invite", invited)
    role = {"emails": [ANN], "team_role": "manager"}
    yield Step("set_teammate_roles", "POST", "/v1/teams/set_role", role)
    made = {"name": STUDIO, "type": TYPE, "studio": True}
    known = {"studio1": "name"}
    yield Step("create_project", "POST", "/v1/projects", made, keep=known, note="Studio")
    who = {"emails": [ANN], "projects": [STUDIO]}
    yield Step("add_assignments", "POST", "/v1/studio/assignments/add", who)
    yield Step("list_assignments", "GET", "/v1/studio/assignments")
    groups = "/v1/studio/projects/<studio1>/groups"
    yield Step("create_group", "POST", groups, {"name": "night", "emails": [ANN]})
    yield Step("list_groups", "GET", groups)
    yield Step("update_group", "PUT", f"{groups}/night", {"add_emails": [], "remove_emails": [ANN]})
    for name in ("s1", "s2"):
        body = {"project": STUDIO, "name": f"<run>-{name}", "callback": ""}
        known = {f"studio_{name}": "name"}
        note = f"Studio, {name}"
        yield Step("create_batch", "POST", "/v1/batches", body, keep=known, note=note)
    yield Step("assign_studio_batch", "PUT", "/v1/studio/batches/<run>-s1", {"groups": ["night"]})
    for name in ("s1", "s2"):
        path = f"/v1/batches/<run>-{name}/finalize"
        yield Step("finalize_batch", "POST", path, note=f"Studio, {name}")
    batches = "/v1/studio/batches"
    yield Step("list_studio_batches", "GET", batches, rows=WHOLE, row_id="name")
    order = {"batches": [{"name": "<run>-s2"}, {"name": "<run>-s1"}]}
    yield Step("set_studio_priorities", "POST", f"{batches}/set_priorities", order)
    yield Step("reset_studio_priorities", "POST", f"{batches}/reset_priorities")
    yield Step("remove_assignments", "POST", "/v1/studio/assignments/remove", who)


def _quality() -> Iterator[Step]:
    made = {"name": RAPID, "type": TYPE, "rapid": True, "params": {"instruction": "Box it."}}
    yield Step("create_project", "POST", "/v1/projects", made, note="Rapid")
    expected = {"project": RAPID, **IMAGE, "expected_response": {"annotations": []}}
    for kind in ("evaluation", "training"):
        yield Step(f"create_{kind}_task", "POST", f"/v1/{kind}_tasks/{TYPE}", expected)
    yield Step("list_labeler_attempts", "GET", "/v1/quality/labelers")


STEPS = (
    *_projects(),
    *_batches(),
    *_tasks(),
    *_changes(),
    *_live(),
    *_files(),
    *_people(),
    *_quality(),
)
