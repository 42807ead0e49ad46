"""Owns the rich world that determinism and snapshots are proven with: all that a world can hold.

Everything goes over HTTP through whichever door the world has, the control API included, so that
the same calls can be made in any process. As a program it plays the world in a process of its own.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests

from scale_mock import ScaleMock

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMEOUT_S = 30
HTTPS = "https://api.scale.com"
TASKS = 48
THREADS = 8

RULES: list[dict[str, Any]] = [
    {"name": "third", "match": {"project": "serial", "nth": [3, 5]}, "outcome": "error",
     "after": "30m"},
    {"name": "unlucky", "match": {"tags": "chance", "chance": "1/5"}, "outcome": "error",
     "after": "10m..3h"},
    {"name": "never", "match": {"unique_id": "no-such-*"}, "outcome": "hold"},
    {"name": "by schedule", "match": {"project": "serial"},
     "after": {"deliver": 2, "every": "day", "at": "18:00"}},
    {"name": "given", "match": {"tags": "given"}, "after": "10m",
     "response": {"value": {"annotations": {}}, "validate": False}},
    {"name": "audited", "match": {"tags": "audited"}, "after": "1h",
     "reviews": [{"result": "rejected", "after": "1h", "redo": True},
                 {"result": "accepted", "after": "2h"}]},
    {"name": "windowed", "match": {"tags": "chance", "window": {"until": "30m"}},
     "after": "2h..9h"},
]  # fmt: skip
FAULTS: list[dict[str, Any]] = [
    {"name": "second batch", "match": {"operation": "create_batch", "nth": 2}, "status": 500,
     "apply": "after"},
    {"name": "unlucky create", "match": {"operation": "create_task", "chance": "1/6"},
     "status": 503, "apply": "before"},
    {"name": "storm", "match": {"callback": True, "status": "error"}, "kind": "duplicate",
     "copies": 2, "delay": "7m"},
    {"name": "late", "match": {"callback": True, "chance": "1/8"}, "kind": "delay",
     "delay": "20m..40m"},
    {"name": "stale", "match": {"operation": "get_task", "every": 3}, "kind": "stale"},
]  # fmt: skip
SETTINGS: dict[str, Any] = {
    "seed": 11,
    "start_at": "2024-02-28T22:00:00Z",
    "rules": RULES,
    "faults": FAULTS,
    "evaluation_every": 2,
    "crowd_size": 4,
    "crowd_accuracy": 0.7,
}
IMAGE: dict[str, Any] = {
    "attachment": "https://img.example.test/1.jpg",
    "geometries": {"box": {"objects_to_annotate": ["kitten"]}},
}
CHOICE: dict[str, Any] = {
    "attachment_type": "text",
    "attachment": "a car",
    "categories": ["big", "small"],
    "instruction": "Which?",
}


class Calls:
    """Plain requests to one world.

    Args:
        mock: The mock.
        url: Where it answers.
        threads: How many threads create the many tasks.
    """

    def __init__(self, mock: ScaleMock, url: str, *, threads: int = 1) -> None:
        self.mock = mock
        self.url = url
        self.threads = threads
        self.hook = mock.callbacks.url

    def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """The body of a reply that is no failure, after as many tries as its faults take."""
        for _ in range(10):
            reply = self.raw(method, path, body, **more)
            if reply.status_code < 500:
                break
        if reply.status_code == 409:
            return None  # committed by the try before
        assert reply.status_code in {200, 201}, (method, path, reply.text)
        return reply.json()

    def raw(
        self, method: str, path: str, body: Any = None, mode: str = "live", **more: Any
    ) -> requests.Response:
        key = self.mock.live_key if mode == "live" else self.mock.test_key
        return requests.request(
            method, self.url + path, json=body, auth=(key, ""), timeout=TIMEOUT_S, **more
        )

    def task(self, kind: str = "imageannotation", **body: Any) -> str:
        mode = body.pop("mode", "live")
        base = IMAGE if kind == "imageannotation" else CHOICE
        made: str = self("POST", f"/v1/task/{kind}", {**base, **body}, mode=mode)["task_id"]
        return made

    def advance(self, **length: float) -> None:
        seconds = sum(
            {"days": 86400, "hours": 3600, "minutes": 60}[unit] * n for unit, n in length.items()
        )
        self("POST", "/_mock/clock/advance", {"seconds": seconds})


def begin(call: Calls) -> None:
    """Fills a world, up to an instant at which everything is half done."""
    _receivers(call)
    _enterprise(call)
    _rapid(call)
    _studio(call)
    _second_api(call)
    _things_beside(call)
    call.advance(hours=1, minutes=47)
    _hands(call)


def go_on(call: Calls) -> str:
    """Goes on with a world that began, to the digest of all that happened."""
    known = {str(one["task_id"]) for one in _listed(call, "live")}
    call.advance(minutes=20)
    call("POST", "/v1/task/categorization", {**CHOICE, "project": "serial"})
    call.raw("POST", "/v1/task/categorization", {**CHOICE, "unique_id": "serial-1"})
    call.raw("POST", "/v2/task/chat", {
        "project_name": "chats", "template_variables": {"prompt": "!"},
    }, headers={"Idempotency-Key": "once"})  # fmt: skip
    call.raw("POST", "/v1/batches", {"project": "own", "name": "own-2"})
    call("POST", "/v1/batches/own-2/finalize")
    call("POST", "/v2/batch/resume", {"batch_name": "talks"})
    for task in sorted(known)[:5]:
        call.raw("GET", f"/v1/task/{task}")
        call.raw("POST", f"/v1/task/{task}/setMetadata", {"seen": True})
    for task in sorted(known)[5:9]:
        call.raw("PUT", "/v1/audits", {"task_id": task, "audit_result": "accepted"})
    call.advance(days=1, hours=3)
    call.raw("POST", f"/_mock/tasks/{sorted(known)[0]}/redo")
    call("POST", "/v1/projects", {"name": "later", "type": "categorization"})
    call("POST", "/_mock/deliver", {"project": "chats"})
    call.advance(days=40)
    return str(call("GET", "/_mock/journal/digest")["digest"])


def play(door: str, threads: int, **more: Any) -> dict[str, Any]:
    """Plays the whole world in one door; the digest, and every task as the API shows it."""
    with (
        ScaleMock(**{**SETTINGS, **more}) as mock,
        mock.intercept() if door == "process" else nullcontext(),
    ):
        call = Calls(mock, HTTPS if door == "process" else mock.url, threads=threads)
        begin(call)
        found = the_rest(call)
        found["tasks"].sort()  # lists are in the order of arrival, which is up to the threads
        return found


def the_rest(call: Calls) -> dict[str, Any]:
    """Plays a world that began to its end; what became of it, tasks as they are listed."""
    begun = call.mock.journal.digest()
    digest = go_on(call)
    tasks = [_shown(one) for mode in ("live", "test") for one in _listed(call, mode)]
    assert not call.mock._world.broken, list(call.mock._world.broken)
    return {"begun": begun, "digest": digest, "tasks": tasks}


def play_on(path: Path) -> dict[str, Any]:
    """Restores a world from a file, in a mock that knows nothing of it, and plays it to its end."""
    with ScaleMock() as mock, mock.intercept():
        mock.restore(path)
        return the_rest(Calls(mock, HTTPS))


def _shown(task: dict[str, Any]) -> str:
    """A task's text without the address of the door and the key of the callbacks."""
    return "\n".join(
        f"{name}={value!r}"
        for name, value in sorted(task.items())
        if "/_mock/" not in json.dumps(value)
    )


def _listed(call: Calls, mode: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        page = call("GET", f"/v1/tasks?limit=100&offset={len(found)}", mode=mode)
        found += page["docs"]
        if not page["has_more"]:
            return found


def _receivers(call: Calls) -> None:
    receiver = call.mock.callbacks.receiver
    receiver.down(since="2024-02-28T23:00:00Z", until="2024-02-29T05:00:00Z")
    receiver.answer(503, since="2024-02-29T09:00:00Z", lasting="30m")


def _enterprise(call: Calls) -> None:
    project = {"type": "imageannotation", "params": {"instruction": "Box."}}
    call("POST", "/v1/projects", {"name": "bikes", **project})
    call("POST", "/v1/projects", {"name": "serial", "type": "categorization"})
    call("POST", "/v1/projects/bikes/setParams", {"instruction": "Box tightly.", "patch": True})
    call("POST", "/v1/batches", {"project": "bikes", "name": "w1", "callback": call.hook})
    for number in range(6):
        call.task(
            "categorization", project="serial", unique_id=f"serial-{number}",
            callback_url=call.hook, metadata={"$odd": {"$at": number}, "x": 1.5},
        )  # fmt: skip
    bodies = list(_many(call))
    with ThreadPoolExecutor(call.threads) as threads:
        list(threads.map(lambda body: call.task(**body), bodies))


def _many(call: Calls) -> Iterator[dict[str, Any]]:
    """Tasks by unique id, by body alone, and some that are sent several times."""
    for number in range(TASKS):
        body: dict[str, Any] = {"batch": "w1", "tags": ["chance", f"t{number % 3}"]}
        if number % 3 == 1:
            body["unique_id"] = f"u-{number}"
        body["metadata"] = {"n": number // 2}
        if number % 3 != 2:
            body["callback_url"] = call.hook
        if number % 7 == 0:
            body["callback_url"] = "qa@example.test"
        if number % 8 == 0:
            body["tags"] = ["audited"]
        if number % 9 == 0:
            body["tags"] = ["given"]
        yield body


def _rapid(call: Calls) -> None:
    call("POST", "/v1/projects", {"name": "kittens", "type": "imageannotation", "rapid": True,
                                  "params": {"instruction": "Box.",
                                             "geometries": IMAGE["geometries"]}})  # fmt: skip
    for number in range(2):
        for kind in ("training_tasks", "evaluation_tasks"):
            call("POST", f"/v1/{kind}/imageannotation", {
                "project": "kittens", "attachment": f"https://img.example.test/{kind}{number}.jpg",
                "expected_response": {"annotations": []},
            })  # fmt: skip
    for name, kind in (("c1", "calibration_batch"), ("s1", "self_label_batch")):
        call("POST", "/v1/batches", {"project": "kittens", "name": name, kind: True})
        for number in range(8):
            call.task(batch=name, attachment=f"https://img.example.test/{name}-{number}.jpg")
        call("POST", f"/v1/batches/{name}/finalize")
    call("POST", "/v1/batches", {"project": "kittens", "name": "p1"})
    for number in range(5):
        call.task(batch="p1", attachment=f"https://img.example.test/p1-{number}.jpg")
    call("POST", "/v1/batches/p1/finalize")


def _studio(call: Calls) -> None:
    emails = [f"l{number}@example.test" for number in range(4)]
    call("POST", "/v1/projects", {"name": "own", "type": "imageannotation", "studio": True})
    call("POST", "/v1/projects", {"name": "many", "type": "imageannotation", "studio": True,
                                  "pipeline": "consensus_task"})  # fmt: skip
    call("POST", "/v1/teams/invite", {"emails": emails, "team_role": "labeler"})
    call("POST", "/v1/teams/set_role", {"emails": emails[3:], "team_role": "manager"})
    for email in emails:
        call("PUT", f"/_mock/studio/labelers/{email}", {"accuracy": 0.6, "pace": "9m"})
    call("PUT", f"/_mock/studio/labelers/{emails[0]}", {"hours": "22:30-23:45"})
    call("PUT", "/_mock/studio/projects/own", {"reviews": 2})
    call("POST", "/v1/studio/assignments/add", {"emails": emails, "projects": ["own", "many"]})
    call("POST", "/v1/studio/projects/own/groups", {"name": "night", "emails": emails[:3]})
    for name in ("own", "many"):
        call("POST", "/v1/batches", {"project": name, "name": f"{name}-1"})
        for number in range(9):
            call.task(
                batch=f"{name}-1", unique_id=f"{name}-{number}", priority=10 + number % 2 * 20
            )
    call("PUT", "/v1/studio/batches/own-1", {"groups": ["night"]})
    for name in ("own-1", "many-1"):
        call("POST", f"/v1/batches/{name}/finalize")
    call("POST", "/v1/studio/batches/set_priorities",
         {"batches": [{"name": "many-1"}, {"name": "own-1"}]})  # fmt: skip


def _second_api(call: Calls) -> None:
    call("POST", "/_mock/projects/chats/set_up", {"types": ["SFT"], "models": ["model-a"]})
    for name in ("talks", "more talks"):
        call("POST", "/v2/batch", {"project_name": "chats", "name": name, "callback": call.hook})
        for number in range(3):
            body = {"project_name": "chats", "batch_name": name, "metadata": {"n": number},
                    "template_variables": {"prompt": f"Count to {number}."}}  # fmt: skip
            call("POST", "/v2/task/chat", body)
    call("POST", "/v2/task/chat", {
        "project_name": "chats", "template_variables": {"prompt": "?"},
    }, headers={"Idempotency-Key": "once"})  # fmt: skip
    tasks = call("GET", "/v2/tasks?batch_name=more%20talks")["tasks"]
    call("POST", f"/_mock/tasks/{tasks[0]['task_id']}/complete", {})
    call("POST", "/_mock/deliver", {"project": "chats"})
    call("POST", "/v2/batch/pause", {"batch_name": "talks"})
    call("POST", "/_mock/datasets/sums/deliver", {
        "tasks": [{"response": {"x": 1}, "files": {"f": {"content": "hello"}}}],
    })  # fmt: skip


def _things_beside(call: Calls) -> None:
    call("POST", "/v1/files/upload", None, files={"file": ("1.png", b"\x00\xff", "image/png")},
         data={"project_name": "bikes", "reference_id": "r1"})  # fmt: skip
    call("POST", "/v1/files/import", {"file_url": "https://img.example.test/2.jpg",
                                      "project_name": "bikes", "reference_id": "r2"})  # fmt: skip
    call("POST", "/v1/projects", {"name": "tests", "type": "imageannotation"}, mode="test")
    for number in range(4):
        call.task(mode="test", project="tests", callback_url=call.hook, metadata={"n": number})


def _hands(call: Calls) -> None:
    """What a customer and the staff do in the middle of it all."""
    tasks = [one for one in _listed(call, "live") if one["type"] == "imageannotation"]
    tasks.sort(key=lambda one: str(one["task_id"]))
    done = [str(one["task_id"]) for one in tasks if one["status"] == "completed"]
    open_ = [str(one["task_id"]) for one in tasks if one["status"] == "pending"]
    for number, task in enumerate(done[:3]):
        call.raw("PUT", "/v1/audits", {"task_id": task, "audit_result": "fixed", "n": number})
        call("POST", f"/v1/task/{task}/audit", {"accepted": False, "comments": "no"})
    call("POST", f"/_mock/tasks/{done[0]}/redo")
    sent = [call.raw("POST", f"/v1/task/{task}/send_callback").status_code for task in done[3:]]
    assert 200 in sent, sent
    call.raw("POST", f"/v1/task/{open_[0]}/cancel?clear_unique_id=true")
    call.raw("GET", f"/v1/task/{open_[1]}")
    for _ in range(3):
        call.raw("GET", f"/v1/task/{open_[2]}")


def main() -> None:
    """Prints what became of the world: ``rich.py DOOR THREADS``, or ``rich.py FILE``."""
    if len(sys.argv) == 2:
        print(json.dumps(play_on(Path(sys.argv[1]))))  # noqa: T201
    else:
        print(json.dumps(play(sys.argv[1], int(sys.argv[2]))))  # noqa: T201


if __name__ == "__main__":
    main()
