"""More steps of v1: changes to tasks, live mode, files, people, quality."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from scale_mock.mock.verify.of_v1 import BIKES, IMAGE, RAPID, STUDIO, TYPE
from scale_mock.mock.verify.steps import WHOLE, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

EVE, ANN, BOB = "eve@example.test", "ann@example.test", "bob@example.test"


def _changes() -> Iterator[Step]:
    path = "/v1/task/<task2>"
    yield Step("set_task_metadata", "POST", f"{path}/setMetadata", {"a": "b"})
    yield Step("set_task_tags", "POST", f"{path}/tags", ["d", "b", "a"])
    yield Step("add_task_tags", "PUT", f"{path}/tags", ["c"])
    yield Step("delete_task_tags", "DELETE", f"{path}/tags", ["a"])
    yield Step("set_unique_id", "POST", f"{path}/unique_id", {"unique_id": "<run>-2b"})
    yield Step("clear_unique_id", "DELETE", f"{path}/unique_id")
    yield Step("send_callback", "POST", f"{path}/send_callback")
    kept = {"response1": "response_url"}
    yield Step("explain_task", "GET", "/_mock/tasks/<task2>/explain", keep=kept, ours=True)
    yield Step("get_task_response", "GET", "<response1>", ours=True)
    for words in ("fine", "better", "good"):
        verdict = {"accepted": True, "comments": words}
        yield Step("audit_task", "POST", f"{path}/audit", verdict, note=words)
    for result, words in (("rejected", "no"), ("accepted", "yes"), ("rejected", "maybe")):
        audit = {"task_id": "<task3>", "audit_result": result, "note": words}
        yield Step("put_audit", "PUT", "/v1/audits", audit, note=words)
    path = "/v1/audits?task_id=<task3>"
    yield Step("list_audits", "GET", path, rows=WHOLE, row_id="note")
    yield Step("get_task", "GET", "/v1/task/<task3>", note="audited")
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
    for number in (2, 4):
        known = {f"file{number}": "id"}
        yield Step("upload_file", "POST", "/v1/files/upload", files=fields, keep=known)
    imported = {**imported, "file_url": "https://img.example.test/0.jpg"}
    yield Step("import_file", "POST", "/v1/files/import", imported, keep={"file3": "id"})
    yield Step("import_file", "POST", "/v1/files/import", {}, note="without a URL")
    for name in ("files", "assets"):
        path = f"/v1/{name}?project=<project1>"
        yield Step(f"list_{name}", "GET", path, rows="docs", row_id="id")


def _people() -> Iterator[Step]:
    yield Step("list_teammates", "GET", "/v1/teams", rows=WHOLE, row_id="email")
    invited = {"emails": [EVE, ANN, BOB], "team_role": "labeler"}
    yield Step("invite_teammates", "POST", "/v1/teams/invite", invited, rows=WHOLE, row_id="email")
    role = {"emails": [ANN], "team_role": "manager"}
    yield Step("set_teammate_roles", "POST", "/v1/teams/set_role", role, rows=WHOLE, row_id="email")
    yield Step("list_teammates", "GET", "/v1/teams", rows=WHOLE, row_id="email", note="a team")
    for name in ("studio", "night", "loft"):
        made = {"name": f"<run>-{name}", "type": TYPE, "studio": True}
        known = {f"{name}1": "name"}
        yield Step(
            "create_project", "POST", "/v1/projects", made, keep=known, note=f"Studio {name}"
        )
    who = {"emails": [EVE, ANN, BOB], "projects": [STUDIO, "<run>-night", "<run>-loft"]}
    yield Step("add_assignments", "POST", "/v1/studio/assignments/add", who)
    yield Step("list_assignments", "GET", "/v1/studio/assignments")
    yield from _groups()
    yield from _studio_batches()
    less = {"emails": [ANN], "projects": [STUDIO]}
    yield Step("remove_assignments", "POST", "/v1/studio/assignments/remove", less)


def _groups() -> Iterator[Step]:
    path = "/v1/studio/projects/<studio1>/groups"
    for name in ("night", "day", "morning"):
        group = {"name": name, "emails": [EVE, ANN, BOB]}
        yield Step("create_group", "POST", path, group, note=name)
    yield Step("list_groups", "GET", path, rows=WHOLE, row_id="name")
    less = {"add_emails": [], "remove_emails": [ANN]}
    yield Step("update_group", "PUT", f"{path}/night", less)


def _studio_batches() -> Iterator[Step]:
    names = ("s2", "s3", "s1")
    for name in names:
        body = {"project": STUDIO, "name": f"<run>-{name}", "callback": ""}
        known = {f"studio_{name}": "name"}
        note = f"Studio, {name}"
        yield Step("create_batch", "POST", "/v1/batches", body, keep=known, note=note)
    groups = {"groups": ["night", "day", "morning"]}
    yield Step("assign_studio_batch", "PUT", "/v1/studio/batches/<run>-s1", groups)
    for name in names:
        path = f"/v1/batches/<run>-{name}/finalize"
        yield Step("finalize_batch", "POST", path, note=f"Studio, {name}")
    path = "/v1/studio/batches"
    rows = partial(Step, rows=WHOLE, row_id="name")
    yield rows("list_studio_batches", "GET", path)
    order = {"batches": [{"name": f"<run>-{name}"} for name in ("s3", "s1", "s2")]}
    yield rows("set_studio_priorities", "POST", f"{path}/set_priorities", order)
    yield rows("list_studio_batches", "GET", path, note="in a set order")
    yield rows("reset_studio_priorities", "POST", f"{path}/reset_priorities")


def _quality() -> Iterator[Step]:
    made = {"name": RAPID, "type": TYPE, "rapid": True, "params": {"instruction": "Box it."}}
    yield Step("create_project", "POST", "/v1/projects", made, note="Rapid")
    expected = {"project": RAPID, **IMAGE, "expected_response": {"annotations": []}}
    for kind in ("evaluation", "training"):
        yield Step(f"create_{kind}_task", "POST", f"/v1/{kind}_tasks/{TYPE}", expected)
    yield Step("list_labeler_attempts", "GET", "/v1/quality/labelers", note="no attempts")
    # Taskers work in live mode, and go about training tasks once there is a batch.
    live = partial(Step, mode="live")
    yield live("create_project", "POST", "/v1/projects", made, note="Rapid, live")
    for number in range(3):
        path, known = f"/v1/training_tasks/{TYPE}", {f"training{number}": "id"}
        yield live("create_training_task", "POST", path, expected, keep=known, note="live")
    body = {"project": RAPID, "name": "<run>-trial", "callback": "", "calibration_batch": True}
    yield live("create_batch", "POST", "/v1/batches", body, note="Rapid, live")
    yield live("finalize_batch", "POST", "/v1/batches/<run>-trial/finalize", note="Rapid, live")
    hour = {"seconds": 3600}
    path = "/_mock/clock/advance"
    yield live("advance_clock", "POST", path, hour, ours=True, compared=False)
    path, known = "/v1/quality/labelers", {"token4": "next_token"}
    yield live("list_labeler_attempts", "GET", path, note="attempts")
    first = f"{path}?limit=4"
    yield live("list_labeler_attempts", "GET", first, keep=known, note="first page")
    yield live("list_labeler_attempts", "GET", f"{first}&next_token=<token4>", note="second page")


STEPS = (*_changes(), *_live(), *_files(), *_people(), *_quality())
