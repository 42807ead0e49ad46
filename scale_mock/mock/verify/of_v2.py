"""The steps of v2. A project for chats exists only where staff has set it up: at mocks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from scale_mock.mock.verify.of_v1 import UNSORTED
from scale_mock.mock.verify.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

CHAT = "<run>-chat"
PROMPT = {"prompt": "Name the capital of France."}


def _writes() -> Iterator[Step]:
    types = {"types": ["RLHF: Pref Ranking with Rewrites"], "models": ["model-a", "model-b"]}
    path, known = f"/_mock/projects/{CHAT}/set_up", {"chat_project1": "id"}
    yield Step("mock_set_up_project", "POST", path, types, keep=known, ours=True)
    for number in UNSORTED:
        body = {
            "name": f"<run>-c{number}",
            "project_name": CHAT,
            "metadata": {"team": f"day {number}", "shift": {"hours": [9, 12, 17]}},
            "staging_batch": number == 1,
        }
        keep = {f"chats{number}": "id"}
        note = f"number {number}"
        yield Step("v2_create_batch", "POST", "/v2/batch", body, keep=keep, ours=True, note=note)
    for number in UNSORTED:
        task = {
            "project_name": CHAT,
            "batch_name": "<run>-c1",
            "template_variables": PROMPT,
            "metadata": {"number": number, "source": {"sheet": "a", "rows": [3, 1, 2]}},
        }
        keep = {f"chat{number}": "task_id"}
        note = f"number {number}"
        yield Step(
            "v2_create_chat_task", "POST", "/v2/task/chat", task, keep=keep, ours=True, note=note
        )
    old = {"project_name": CHAT, "template_variables": PROMPT}
    yield Step("v2_create_task", "POST", "/v2/task", old, keep={"chat5": "task_id"}, ours=True)
    metadata = {"task_id": "<chat1>", "metadata": {"a": 1}}
    yield Step("v2_set_task_metadata", "POST", "/v2/task/metadata", metadata, ours=True)
    weekly = {"batch_id": "<chats1>", "metadata": {"week": 4}}
    yield Step("v2_set_batch_metadata", "POST", "/v2/batch/metadata", weekly, ours=True)
    for name, number in (("pause", 2), ("resume", 2), ("cancel", 3), ("finalize", 1)):
        body = {"batch_id": f"<chats{number}>"}
        yield Step(f"v2_{name}_batch", "POST", f"/v2/batch/{name}", body, ours=True)


def _reads() -> Iterator[Step]:
    found = {"chat_project1": "projects.0.id"}
    yield Step("v2_get_projects", "GET", "/v2/projects", keep=found, rows="projects", row_id="name")
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
    pages = partial(Step, "v2_get_batches", "GET", rows="batches", row_id="id")
    first = f"{batches}&limit=2"
    yield pages(first, keep={"token3": "next_token"}, note="first page")
    yield pages(f"{first}&next_token=<token3>", note="second page")
    yield Step("v2_get_batches", "GET", f"{batches}&limit=many", note="wrong limit")
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
    for name in ("second", "third", "first"):
        body: dict[str, Any] = {"project": CHAT, "name": f"<run>-{name}"}
        if name != "second":
            body["tasks"] = ["<chat1>", "<chat3>", "<chat2>"]
        keep = {"delivery1": "id", f"delivery_{name}": "id"}
        yield Step("mock_deliver", "POST", "/_mock/deliver", body, keep=keep, ours=True, note=name)
    path = "/v2/deliveries?project_id=<chat_project1>"
    known = {"delivery1": "deliveries.0.id"}
    yield Step("v2_get_deliveries", "GET", path, keep=known, rows="deliveries", row_id="id")
    for operation, path, rows in (
        ("v2_get_delivery", "/v2/delivery?delivery_id=<delivery1>", "tasks"),
        ("v2_get_delivery_tasks", "/v2/delivery/tasks?delivery_id=<delivery1>", "docs"),
    ):
        kept = {"schema1": "docs.0.response_schema_id"} if rows == "docs" else {}
        yield from _paged(Step(operation, "GET", path, keep=kept, rows=rows, row_id="task_id"))
    yield Step("v2_get_schema", "GET", "/v2/schema?schema_id=<schema1>")


def _datasets() -> Iterator[Step]:
    for name in ("set", "more", "old"):
        for delivery in ("week2", "week3", "week1") if name == "set" else ("week1",):
            tasks = [
                {"response": {"answer": "f", "at": number}, "files": {"f": str(number)}}
                for number in UNSORTED
            ]
            body = {"tasks": tasks, "name": f"<run>-{delivery}"}
            path = f"/_mock/datasets/<run>-{name}/deliver"
            keep = {"dataset_delivery1": "id"}
            yield Step("mock_deliver_dataset", "POST", path, body, keep=keep, ours=True)
    known = {"dataset1": "datasets.0.id"}
    yield Step("v2_get_datasets", "GET", "/v2/datasets", keep=known, rows="datasets", row_id="name")
    rows = partial(Step, rows="datasets", row_id="name")
    yield rows("v2_get_datasets", "GET", "/v2/datasets", note="again")
    path = "/v2/datasets/deliveries?dataset_id=<dataset1>"
    yield Step(
        "v2_get_dataset_deliveries",
        "GET",
        path,
        keep={"dataset_delivery1": "deliveries.0.id"},
        rows="deliveries",
        row_id="name",
    )
    one = "delivery_id=<dataset_delivery1>"
    known = {f"dataset_task{number + 1}": f"tasks.{number}.task_id" for number in range(4)}
    for operation, path, keep in (
        ("v2_get_dataset_delivery", f"/v2/datasets/delivery?{one}", known),
        ("v2_get_dataset_tasks", f"/v2/datasets/tasks?{one}", known),
    ):
        yield from _paged(Step(operation, "GET", path, keep=keep, rows="tasks", row_id="task_id"))
    yield Step("v2_get_dataset_task", "GET", "/v2/datasets/task?task_id=<dataset_task1>")
    url = "/v2/datasets/task/<dataset_task1>/response_url/f"
    yield Step("v2_get_dataset_task_response_url", "GET", url, ours=True)


def _paged(step: Step) -> Iterator[Step]:
    """A list, and its first two pages of two."""
    yield step
    first, token = f"{step.path}&limit=2", f"{step.operation}_token1"
    yield step._replace(path=first, keep={token: "next_token"}, note="first page")
    yield step._replace(path=f"{first}&next_token=<{token}>", keep={}, note="second page")


STEPS = (*_writes(), *_reads(), *_deliveries(), *_datasets())
