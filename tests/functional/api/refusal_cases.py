"""Owns one way to be refused for every line of the table of refusals, each with its exact text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import requests

from scale_mock.config import Settings
from scale_mock.mock.host import Host
from scale_mock.world import World
from tests.functional.helpers import (
    CATEGORIES,
    IMAGE,
    batch,
    completed_task,
    image_task,
    project,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from requests import Response

    from tests.functional.conftest import OpenDoor
    from tests.functional.doors import Door

ANN, BOB = "ann@example.test", "bob@example.test"
TASK = "/task/imageannotation"
LARGE = b"x" * 101


@dataclass(frozen=True)
class Case:
    """One refusal: the settings of the mock, and what to do there.

    ``act`` returns the reply and the text that is expected.
    """

    act: Callable[[Door], tuple[Response, str]]
    settings: dict[str, Any]

    def run(self, open_door: OpenDoor) -> tuple[Response, str]:
        host = self.settings.get("host")
        more = {} if host is None else {"host": host()}
        return self.act(open_door(**{**self.settings, **more}))


def small_host() -> Host:
    """A host with room for a single world, which opens worlds for unknown keys otherwise."""
    return Host(factory=lambda name: World(name=name, settings=Settings()), worlds_max=1)


CASES: dict[str, Case] = {}


def case(**settings: Any) -> Callable[[Any], Any]:
    """Registers the case of the refusal that the function is named after, in lower case."""

    def register(act: Any) -> Any:
        CASES[act.__name__.upper()] = Case(act, settings)
        return act

    return register


@case()
def unauthorized(door: Door) -> tuple[Response, str]:
    reply = door.get("/batches?limit=1", key="dummy_api_key")
    return reply, "Your API key does not correspond to a registered user."


@case()
def real_key(door: Door) -> tuple[Response, str]:
    return door.get("/tasks", key="live_" + "0123456789abcdef" * 2), (
        "This key looks like a real one of Scale's. The mock takes no real keys, so that none ends "
        "up in a log: use live_NAME or test_NAME with a name of your own."
    )


@case(host=small_host)
def worlds_full(door: Door) -> tuple[Response, str]:
    # Without the door's own helper, which takes no 5xx.
    reply = requests.get(f"{door.url}/v1/tasks", auth=("live_another", ""), timeout=20)
    return reply, (
        "The mock has 1 worlds already (setting worlds_max, --worlds-max of the server): delete "
        "one with DELETE /_mock/worlds/NAME, or use a key of an existing one."
    )


@case()
def unknown_receiver(door: Door) -> tuple[Response, str]:
    reply = door.request("POST", "/_mock/receiver", headers={"scale-callback-auth": "no"})
    return reply, ("No world of this server sends callbacks with this scale-callback-auth header.")


@case(name="acme")
def result_not_found(door: Door) -> tuple[Response, str]:
    task = completed_task(door)
    for path in ("0/x", "\u00b2/x", "9/annotations.json", "-1/x"):
        reply = door.request("GET", f"/_mock/results/acme/live/{task.id}/{path}")
    return reply, "There is no such result file; files end with their world, and with its reset."


@case(name="acme")
def world_not_found(door: Door) -> tuple[Response, str]:
    reply = door.request("DELETE", "/_mock/worlds/other")
    return reply, 'There is no world "other". Worlds: acme.'


@case(rules=[{"name": "slow", "after": "9h"}])
def rule_not_found(door: Door) -> tuple[Response, str]:
    image_task(door)
    reply = door.request("DELETE", "/_mock/rules/fast")
    return reply, 'There is no rule "fast". Rules: rule-1, slow.'


@case(faults=[{"name": "flaky", "match": {"operation": "create_project"}, "status": 503}])
def fault_not_found(door: Door) -> tuple[Response, str]:
    reply = door.request("DELETE", "/_mock/faults/flakey")
    return reply, 'There is no fault "flakey". Faults: fault-1, flaky.'


@case()
def callback_not_found(door: Door) -> tuple[Response, str]:
    reply = door.request("POST", "/_mock/callbacks/cb_1/resend")
    return reply, 'There is no callback "cb_1": GET /_mock/callbacks lists them.'


@case()
def route_not_found(door: Door) -> tuple[Response, str]:
    return door.get("/tusks"), (
        "Not Found: there is no route GET /v1/tusks. Nearest: GET /v1/tasks, GET /v2/tasks, "
        "GET /v2/task."
    )


@case()
def no_authority(door: Door) -> tuple[Response, str]:
    reply = door.request("GET", "/_mock/ca.pem")
    assert door.mock.requests == []  # no unknown route, which a strict test would fail for
    return reply, (
        "There is no certificate authority here: only an https server has one, and over plain "
        "http nothing has to be trusted. To speak https, start it with scale-mock serve --https "
        "(in Python ScaleMock(https=True)) and ask GET /_mock/ca.pem there, or read mock.ca_file."
    )


@case()
def method_not_found(door: Door) -> tuple[Response, str]:
    return door.delete("/batches"), (
        "Not Found: /v1/batches does not take DELETE. It takes: GET, POST."
    )


@case()
def body_malformed(door: Door) -> tuple[Response, str]:
    reply = door.post("/projects", data=b'{"name":\n "a",}')
    text = "Illegal trailing comma before end of object at line 2 column 5"
    if "Illegal" not in reply.text:
        text = "Expecting property name enclosed in double quotes at line 2 column 6"
    return reply, f"Invalid JSON: {text}"


@case()
def body_not_object(door: Door) -> tuple[Response, str]:
    return door.post("/projects", json=[1]), "Invalid body: expected a JSON object, got array."


@case(body_bytes_max=100)
def body_too_big(door: Door) -> tuple[Response, str]:
    return door.post("/projects", data=LARGE), (
        "The body has more than 100 bytes (setting body_bytes_max of the mock)."
    )


@case(objects_max=1)
def limit_reached(door: Door) -> tuple[Response, str]:
    project(door)
    return door.post("/projects", json={"name": "b", "type": "imageannotation"}), (
        "The mock keeps at most 1 projects (setting objects_max): reset the world or raise it."
    )


@case()
def task_not_found(door: Door) -> tuple[Response, str]:
    return door.get("/task/fake_id_qwertyuiop"), "Task with that ID not found."


@case()
def task_completed(door: Door) -> tuple[Response, str]:
    reply = door.post(f"/task/{completed_task(door).id}/cancel")
    return reply, "The task was already completed and cannot be canceled."


@case()
def task_started(door: Door) -> tuple[Response, str]:
    task = image_task(door)
    door.mock.tasks.start(task)
    reply = door.post(f"/task/{task.id}/cancel")
    return reply, "The task has already been started and cannot be canceled."


@case()
def task_errored(door: Door) -> tuple[Response, str]:
    task = image_task(door)
    door.mock.tasks.fail(task)
    reply = door.post(f"/task/{task.id}/cancel")
    return reply, "The task ended in an error and cannot be canceled."


@case()
def unique_id_taken(door: Door) -> tuple[Response, str]:
    task = image_task(door, unique_id="bikes/1.jpg")
    return door.post(TASK, json={**IMAGE, "unique_id": "bikes/1.jpg"}), (
        f'The unique_id ("bikes/1.jpg") is already used for a different task ({task.id}).'
    )


@case()
def idempotency_key_used(door: Door) -> tuple[Response, str]:
    headers = {"Idempotency-Key": "9f0c"}
    first = door.post(TASK, json=IMAGE, headers=headers).json()
    return door.post(TASK, json=IMAGE, headers=headers), (
        f'The idempotency key ("9f0c") is already used for a different task ({first["task_id"]}).'
    )


@case()
def no_attachment(door: Door) -> tuple[Response, str]:
    body = {name: value for name, value in CATEGORIES.items() if name != "attachment"}
    return door.post("/task/categorization", json=body), (
        "Please include an attachment or attachments parameter."
    )


@case(strict_fields=True)
def unknown_field(door: Door) -> tuple[Response, str]:
    reply = door.post("/task/categorization", json={**CATEGORIES, "colour": "red"})
    return reply, (
        'Parameter is invalid, reason: "colour" is not allowed (the mock was started with '
        "strict_fields). Known: allow_multiple, attachment, attachment_type, attachments, "
        "categories, category_ids, layers, taxonomies"
    )


@case()
def bad_token(door: Door) -> tuple[Response, str]:
    reply = door.get("/tasks", params={"next_token": "abc"})
    return reply, 'Parameter is invalid, reason: "next_token" is not one that was given out'


@case()
def type_mismatch(door: Door) -> tuple[Response, str]:
    project(door)
    return door.post("/task/categorization", json={**CATEGORIES, "project": "bikes"}), (
        'Project "bikes" is of type imageannotation; a task of type categorization cannot join it.'
    )


@case()
def project_mismatch(door: Door) -> tuple[Response, str]:
    project(door)
    project(door, "cars")
    batch(door)
    return door.post(TASK, json={**IMAGE, "project": "cars", "batch": "w1"}), (
        'Batch "w1" belongs to project "bikes", not to "cars".'
    )


@case()
def version_not_found(door: Door) -> tuple[Response, str]:
    project(door, params={"instruction": "one"})
    door.client().update_project("bikes", instruction="two")
    return door.post(TASK, json={**IMAGE, "project": "bikes", "project_version": 2}), (
        'Project "bikes" has no version 2. Versions: 0, 1.'
    )


@case()
def batch_required(door: Door) -> tuple[Response, str]:
    project(door, rapid=True)
    return door.post(TASK, json={**IMAGE, "project": "bikes"}), (
        'Project "bikes" is a Rapid project: its tasks need a batch. Please include a batch.'
    )


@case()
def batch_finalized(door: Door) -> tuple[Response, str]:
    project(door, studio=True)
    batch(door).finalize()
    return door.post(TASK, json={**IMAGE, "batch": "w1"}), (
        'Batch "w1" has already been finalized. No tasks may be added to it.'
    )


@case()
def already_finalized(door: Door) -> tuple[Response, str]:
    project(door, studio=True)
    batch(door).finalize()
    return door.post("/batches/w1/finalize"), 'Batch "w1" has already been finalized.'


@case()
def wrong_mode(door: Door) -> tuple[Response, str]:
    project(door, mode="live")
    return door.post(TASK, json={**IMAGE, "project": "bikes"}, mode="test"), (
        'The project "bikes" lives in live mode, and this call was made with a test key. '
        "Projects, batches and tasks of the two modes never mix."
    )


@case()
def read_wrong_mode(door: Door) -> tuple[Response, str]:
    project(door, mode="test")
    batch(door, mode="test")
    reply = door.get("/batches/w1")
    return reply, 'The batch "w1" lives in test mode; a live key cannot see it.'


@case()
def project_not_found(door: Door) -> tuple[Response, str]:
    return door.get("/projects/bikes"), "Project with that name not found."


@case()
def project_exists(door: Door) -> tuple[Response, str]:
    project(door)
    reply = door.post("/projects", json={"name": "bikes", "type": "imageannotation"})
    return reply, 'Project with name "bikes" already exists.'


@case()
def project_lines(door: Door) -> tuple[Response, str]:
    body = {"name": "a", "type": "imageannotation", "rapid": True, "studio": True}
    reply = door.post("/projects", json=body)
    return reply, 'A project is "rapid" or "studio", not both. Both were set.'


@case()
def studio_only(door: Door) -> tuple[Response, str]:
    body = {"name": "a", "type": "imageannotation", "pipeline": "consensus_task"}
    reply = door.post("/projects", json=body)
    return reply, '"pipeline" needs a Studio project (studio: true).'


@case()
def template_unsupported(door: Door) -> tuple[Response, str]:
    project(door)
    return door.get("/projects/bikes/taskTemplates"), (
        'Project "bikes" is of type imageannotation: task templates exist for textcollection and '
        "chat projects only."
    )


@case()
def duplicate_choice(door: Door) -> tuple[Response, str]:
    project(door)
    ontology = ["Car", {"choice": "Vehicle", "subchoices": ["Bus", {"choice": "Car"}]}]
    return door.post("/projects/bikes/setOntology", json={"ontology": ontology}), (
        'Parameter is invalid, reason: "ontology" contains the duplicate choice "Car"'
    )


@case()
def batch_not_found(door: Door) -> tuple[Response, str]:
    return door.get("/batches/w1/status"), "Batch with that name not found."


@case()
def batch_exists(door: Door) -> tuple[Response, str]:
    project(door)
    batch(door)
    reply = door.post("/batches", json={"name": "w1", "project": "bikes"})
    return reply, 'Batch with name "w1" already exists.'


@case()
def batch_kinds(door: Door) -> tuple[Response, str]:
    project(door, rapid=True)
    body = {"name": "a", "project": "bikes", "calibration_batch": True, "self_label_batch": True}
    return door.post("/batches", json=body), (
        "A batch is a calibration batch or a self-label batch, not both. Both were set."
    )


@case()
def rapid_only(door: Door) -> tuple[Response, str]:
    project(door)
    body = {"name": "a", "project": "bikes", "calibration_batch": True}
    return door.post("/batches", json=body), (
        '"calibration_batch" needs a Rapid project; project "bikes" is an enterprise project.'
    )


@case()
def steering_wrong(door: Door) -> tuple[Response, str]:
    body = {**IMAGE, "metadata": {"scale_mock": {"outcome": "eror"}}}
    return door.post("/task/imageannotation", json=body), (
        "The task's metadata.scale_mock, which tells the mock what is to become of it, is wrong: "
        'metadata.scale_mock: outcome: unknown outcome "eror"; did you mean "error"? '
        "Outcomes: complete, error, hold, cancel."
    )
