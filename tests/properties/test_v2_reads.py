"""Any world that calls can lead to: v2 shows it in bodies that the official SDK's models accept.

A player makes calls of v1, v2 and the control API through the WSGI application. After each of them
everything is read through v2, and at the end with every combination of ``expand`` and ``opts``.
"""

from __future__ import annotations

import json
from itertools import chain, combinations
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from scaleapi.api_client.v2 import models
from werkzeug.test import Client

from scale_mock import ScaleMock
from scale_mock.tasktypes.chat.archetypes import ARCHETYPES

if TYPE_CHECKING:
    from collections.abc import Iterable

OPTS = ("annotation_details", "attachment_details", "model_parameters", "submissions")
VARIABLES: list[dict[str, Any]] = [
    {},
    {"prompt": "Name the capital of France."},
    {"prompt": "  ", "context": "C"},
    {"question": "\u00bfQu\u00e9?", "files": ["https://x.test/a.png", "https://x.test/a.mp3"]},
    {"prompt": "P", "system": "S", "context": {"url": "https://x.test/c"}, "files": ["x", 3]},
]
RESPONSES: list[Any] = [
    None,
    {"responses": [{"type": "PromptInput", "output": "x"}]},
    {"threads": []},
    {"sensitive_content_reports": [{"type": "t"}]},
    {"threads": [{"id": "t", "turns": [], "annotations": [
        {"id": "a", "key": "k", "type": "integer", "value": 4.0}]}]},
    {"threads": [{"id": "t", "turns": 3, "annotations": []}]},
    {"threads": "no"},
    {"anything": 1},
]  # fmt: skip
FAILURES: list[Any] = [
    None, "LANGUAGE_MISMATCH: x", "x", {"type": "INTERNAL"}, {"error": {"a": 1}, "type": 3},
]  # fmt: skip
TASK_MOVES = ("start", "fail", "report", "delete", "redo", "audit")
NUMBER = st.integers(0, 5)


def subsets(names: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    return chain.from_iterable(combinations(names, count) for count in range(len(names) + 1))


def query(**many: tuple[str, ...]) -> str:
    return "".join(f"&{name}={value}" for name, values in many.items() for value in values)


class World(RuleBasedStateMachine):
    """Calls, and what must hold after each of them."""

    def __init__(self) -> None:
        super().__init__()
        self.mock = ScaleMock(seed=5)
        self.client = Client(self.mock.app)
        self.projects: list[str] = []
        self.batches: list[str] = []
        self.tasks: list[str] = []

    def call(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self.mock.live_key}"}
        reply = self.client.open(path, method=method, json=body, headers=headers)
        assert reply.status_code < 500, reply.text
        return json.loads(reply.get_data()) if reply.status_code == 200 else None

    def some(self, things: list[str], number: int) -> str:
        return things[number % len(things)] if things else "nothing"

    @initialize(archetypes=st.lists(st.sampled_from(sorted(ARCHETYPES)), max_size=3),
                responses=st.lists(st.sampled_from(RESPONSES), max_size=5))  # fmt: skip
    def begin(self, archetypes: list[str], responses: list[Any]) -> None:
        self.make_project(archetypes, 2, is_chat=True)
        self.make_batch(0, staging=False, of_v1=False)
        for number, variables in enumerate(VARIABLES):
            self.make_chat(0, 0, variables)
            if number < len(responses):
                self.complete(number, responses[number])

    @rule(archetypes=st.lists(st.sampled_from(sorted(ARCHETYPES)), max_size=3),
          count=st.integers(0, 3), is_chat=st.booleans())  # fmt: skip
    def make_project(self, archetypes: list[str], count: int, is_chat: bool) -> None:
        name = f"p{len(self.projects)}"
        if is_chat:
            body = {"types": archetypes, "models": [f"m{n}" for n in range(count)]}
            self.call("POST", f"/_mock/projects/{name}/set_up", body)
        else:
            self.call("POST", "/v1/projects", {"name": name, "type": "categorization"})
        self.projects.append(name)

    @rule(project=NUMBER, staging=st.booleans(), of_v1=st.booleans())
    def make_batch(self, project: int, staging: bool, of_v1: bool) -> None:
        name, owner = f"b{len(self.batches)}", self.some(self.projects, project)
        body: dict[str, Any] = {"name": name, "callback": self.mock.callbacks.url}
        if of_v1:
            made = self.call("POST", "/v1/batches", {**body, "project": owner})
        else:
            body |= {"project_name": owner, "staging_batch": staging}
            made = self.call("POST", "/v2/batch", body)
        if made:
            self.batches.append(name)

    @rule(project=NUMBER, batch=st.none() | NUMBER, variables=st.sampled_from(VARIABLES))
    def make_chat(self, project: int, batch: int | None, variables: dict[str, Any]) -> None:
        body: dict[str, Any] = {"template_variables": variables, "metadata": {"n": [1.5, None]}}
        if batch is None:
            body["project_name"] = self.some(self.projects, project)
        else:
            body["batch_name"] = self.some(self.batches, batch)
        body["callback_url"] = self.mock.callbacks.url
        if made := self.call("POST", "/v2/task/chat", body):
            self.tasks.append(made["task_id"])

    @rule(project=NUMBER, type_name=st.sampled_from(["chat", "categorization"]))
    def make_task_of_v1(self, project: int, type_name: str) -> None:
        body = {"project": self.some(self.projects, project), "attachment": "a",
                "attachment_type": "text", "categories": ["a", "b"]}  # fmt: skip
        if made := self.call("POST", f"/v1/task/{type_name}", body):
            self.tasks.append(made["task_id"])

    @rule(batch=NUMBER, move=st.sampled_from(["finalize", "pause", "resume", "cancel"]))
    def move_batch(self, batch: int, move: str) -> None:
        name = self.some(self.batches, batch)
        self.call("POST", f"/v2/batch/{move}", {"batch_name": name})

    @rule(task=NUMBER, move=st.sampled_from(TASK_MOVES), response=st.sampled_from(RESPONSES),
          error=st.sampled_from(FAILURES))  # fmt: skip
    def move_task(self, task: int, move: str, response: Any, error: Any) -> None:
        body: dict[str, Any] = {
            "fail": {"error": error},
            "report": {"type": "t", "message": None},
            "audit": {"result": "fixed" if response else "accepted", "response": response},
        }.get(move, {})
        self.call("POST", f"/_mock/tasks/{self.some(self.tasks, task)}/{move}", body)

    @rule(task=NUMBER, response=st.sampled_from(RESPONSES))
    def complete(self, task: int, response: Any) -> None:
        path = f"/_mock/tasks/{self.some(self.tasks, task)}/complete"
        self.call("POST", path, {"response": response})

    @rule(task=NUMBER)
    def cancel_task(self, task: int) -> None:
        self.call("POST", f"/v1/task/{self.some(self.tasks, task)}/cancel")

    @rule(project=NUMBER)
    def deliver(self, project: int) -> None:
        self.call("POST", "/_mock/deliver", {"project": self.some(self.projects, project)})

    @rule(count=st.integers(1, 3), turns=st.integers(0, 3))
    def deliver_dataset(self, count: int, turns: int) -> None:
        task = {"response": {"a": None}, "files": {"x": "text"}, "turns": turns}
        self.call("POST", "/_mock/datasets/d/deliver", {"tasks": [task] * count})

    @rule(hours=st.integers(1, 200))
    def wait(self, hours: int) -> None:
        self.mock.clock.advance(hours=hours)

    @invariant()
    def what_is_shown_is_read(self) -> None:
        self.read(("project",), ("annotation_details",))

    def read(self, expand: tuple[str, ...], opts: tuple[str, ...]) -> None:
        """Reads everything once, through the SDK's models."""
        projects = self.call("GET", "/v2/projects")
        assert models.GetProjectsResponse.from_dict(projects) is not None
        whole = query(expand=tuple(name for name in expand if name == "project"))
        batches = self.call("GET", f"/v2/batches?limit=100{whole}")
        assert models.GetBatchesResponse.from_dict(batches) is not None
        for project in projects["projects"]:
            self.read_project(project["id"], expand, opts)
        assert models.GetDatasetsResponse.from_dict(self.call("GET", "/v2/datasets")) is not None
        self.read_datasets(("dataset", "delivery"))

    def read_project(self, wanted: str, expand: tuple[str, ...], opts: tuple[str, ...]) -> None:
        more = query(expand=expand, opts=opts)
        tasks = self.call("GET", f"/v2/tasks?project_id={wanted}{more}")
        parsed = models.GetTasksResponse.from_dict(tasks)
        assert parsed is not None
        assert len(parsed.tasks) == len(tasks["tasks"])
        rows = self.call("GET", f"/v2/delivery/tasks?project_id={wanted}")
        assert models.GetDeliveryTasksResponse.from_dict(rows) is not None
        found = self.call("GET", f"/v2/deliveries?project_id={wanted}")
        assert models.GetDeliveriesResponse.from_dict(found) is not None
        for one in found["deliveries"]:
            for part in ((), ("delivery",)):
                path = f"/v2/delivery?delivery_id={one['id']}{more}{query(expand=part)}"
                body = self.call("GET", path)
                assert models.GetDeliveredTasksResponse.from_dict(body) is not None

    def read_datasets(self, expand: tuple[str, ...]) -> None:
        found = self.call("GET", "/v2/datasets/deliveries")
        assert models.GetDatasetDeliveriesResponse.from_dict(found) is not None
        for one in found["deliveries"]:
            path = f"delivery_id={one['id']}{query(expand=expand)}"
            body = self.call("GET", f"/v2/datasets/delivery?{path}")
            assert models.GetDatasetDeliveryResponse.from_dict(body) is not None
            body = self.call("GET", f"/v2/datasets/tasks?{path}")
            assert models.GetDatasetTasksResponse.from_dict(body) is not None

    def teardown(self) -> None:
        for expand in subsets(("project", "batch")):
            for opts in subsets(OPTS):
                self.read(expand, opts)
        for expand in subsets(("dataset", "delivery")):
            self.read_datasets(expand)
        callbacks = [callback.json for callback in self.mock.callbacks.received]
        for body in callbacks:
            if "task" in body and "params" not in body["task"]:
                assert models.Task.from_dict(body["task"]) is not None
            elif isinstance(body.get("batch"), dict):
                assert models.Batch.from_dict(body["batch"]) is not None
        assert list(self.mock._world.broken) == []
        self.mock.close()


World.TestCase.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
TestWorld = pytest.mark.slow(World.TestCase)
