"""The steps of v2. A project for chats exists only where staff has set it up: at mocks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from scale_mock.mock.verify.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

CHAT = "<run>-chat"
PROMPT = {"prompt": "Name the capital of France."}


def _writes() -> Iterator[Step]:
    types = {"types": ["RLHF: Pref Ranking with Rewrites"], "models": ["model-a", "model-b"]}
    path, known = f"/_mock/projects/{CHAT}/set_up", {"chat_project1": "id"}
    yield Step("mock_set_up_project", "POST", path, types, keep=known, ours=True)
    for number in range(1, 4):
        body = {
            "name": f"<run>-c{number}",
            "project_name": CHAT,
            "metadata": {"a": 1},
            "staging_batch": number == 1,
        }
        keep = {f"chats{number}": "id"}
        note = "" if number == 1 else f"number {number}"
        yield Step("v2_create_batch", "POST", "/v2/batch", body, keep=keep, ours=True, note=note)
    for number in range(1, 4):
        task = {
            "project_name": CHAT,
            "batch_name": "<run>-c1",
            "template_variables": PROMPT,
            "metadata": {"number": number},
        }
        keep = {f"chat{number}": "task_id"}
        note = "" if number == 1 else f"number {number}"
        yield Step(
            "v2_create_chat_task", "POST", "/v2/task/chat", task, keep=keep, ours=True, note=note
        )
    old = {"project_name": CHAT, "template_variables": PROMPT}
    yield Step("v2_create_task", "POST", "/v2/task", old, keep={"chat4": "task_id"}, ours=True)
    metadata = {"task_id": "<chat1>", "metadata": {"a": 1}}
    yield Step("v2_set_task_metadata", "POST", "/v2/task/metadata", metadata, ours=True)
    weekly = {"batch_id": "<chats1>", "metadata": {"week": 4}}
    yield Step("v2_set_batch_metadata", "POST", "/v2/batch/metadata", weekly, ours=True)
    for name, number in (("pause", 2), ("resume", 2), ("cancel", 3), ("finalize", 1)):
        body = {"batch_id": f"<chats{number}>"}
        yield Step(f"v2_{name}_batch", "POST", f"/v2/batch/{name}", body, ours=True)


def _reads() -> Iterator[Step]:
    found = {"chat_project1": "projects.0.id"}
    yield Step("v2_get_projects", "GET", "/v2/projects", keep=found, rows="projects", row_id="id")
    yield Step("v2_get_project", "GET", "/v2/project?project_id=<chat_project1>")
    yield Step("v2_get_project", "GET", "/v2/project?project_name=<run>-none", note="unknown")
    batches = "/v2/batches?project_id=<chat_project1>"
    yield Step(
        "v2_get_batches",
        "GET",
        batches,
        keep={"chats1": "batches.0.id"},
        rows="batches",
        row_id="id",
    )
    yield Step("v2_get_batch", "GET", "/v2/batch?batch_id=<chats1>")
    yield Step("v2_get_batch", "GET", "/v2/batch?batch_name=<run>-none", note="unknown")
    tasks = "/v2/tasks?project_id=<chat_project1>"
    yield Step(
        "v2_get_tasks",
        "GET",
        tasks,
        keep={"chat1": "tasks.0.task_id"},
        rows="tasks",
        row_id="task_id",
    )
    token = {"token2": "next_token"}
    paged = partial(Step, "v2_get_tasks", "GET", rows="tasks", row_id="task_id")
    first = f"{tasks}&limit=2"
    yield paged(first, keep=token, note="first page")
    following = f"{first}&next_token=<token2>"
    yield paged(following, note="second page")
    yield Step("v2_get_tasks", "GET", f"{tasks}&limit=many", note="wrong limit")
    yield Step(
        "v2_get_task",
        "GET",
        "/v2/task?task_id=<chat2>",
        keep={"annotation1": "threads.0.annotations.0.id"},
        ours=True,
        note="done",
    )
    yield Step("v2_get_annotation", "GET", "/v2/annotation?annotation_id=<annotation1>")
    yield Step("v2_get_task", "GET", "/v2/task?task_id=<chat1>")
    yield Step("v2_get_task", "GET", "/v2/task?task_id=<chat1>&expand=project", note="expanded")
    yield Step("v2_get_task", "GET", "/v2/task?task_id=none", note="unknown")


def _deliveries() -> Iterator[Step]:
    body = {"project": CHAT, "name": "<run>-first"}
    keep = {"delivery1": "id"}
    yield Step("mock_deliver", "POST", "/_mock/deliver", body, keep=keep, ours=True)
    path = "/v2/deliveries?project_id=<chat_project1>"
    known = {"delivery1": "deliveries.0.id"}
    yield Step("v2_get_deliveries", "GET", path, keep=known, rows="deliveries", row_id="id")
    path = "/v2/delivery?delivery_id=<delivery1>"
    yield Step("v2_get_delivery", "GET", path, rows="tasks", row_id="task_id")
    path = "/v2/delivery/tasks?delivery_id=<delivery1>"
    schema = {"schema1": "docs.0.response_schema_id"}
    yield Step("v2_get_delivery_tasks", "GET", path, keep=schema, rows="docs", row_id="task_id")
    yield Step("v2_get_schema", "GET", "/v2/schema?schema_id=<schema1>")
    tasks = {"tasks": [{"response": {"answer": "f"}, "files": {"f": "4"}}], "name": "<run>-set"}
    sent = "/_mock/datasets/<run>-set/deliver"
    yield Step("mock_deliver_dataset", "POST", sent, tasks, ours=True)
    yield Step("v2_get_datasets", "GET", "/v2/datasets", keep={"dataset1": "datasets.0.id"})
    dataset = "/v2/datasets/deliveries?dataset_id=<dataset1>"
    kept = {"dataset_delivery1": "deliveries.0.id"}
    yield Step("v2_get_dataset_deliveries", "GET", dataset, keep=kept)
    one = "delivery_id=<dataset_delivery1>"
    yield Step("v2_get_dataset_delivery", "GET", f"/v2/datasets/delivery?{one}")
    keep = {"dataset_task1": "tasks.0.task_id"}
    yield Step("v2_get_dataset_tasks", "GET", f"/v2/datasets/tasks?{one}", keep=keep)
    yield Step("v2_get_dataset_task", "GET", "/v2/datasets/task?task_id=<dataset_task1>")
    url = "/v2/datasets/task/<dataset_task1>/response_url/f"
    yield Step("v2_get_dataset_task_response_url", "GET", url, ours=True)


STEPS = (*_writes(), *_reads(), *_deliveries())
