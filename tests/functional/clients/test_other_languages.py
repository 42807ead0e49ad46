"""Clients in other languages, as the README shows them: curl, Perl, Node, and the npm package."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock import ScaleMock
from tests.functional.clients.newer_node import CALLS
from tests.functional.clients.nodes import run_node, why_no_node, why_no_npm_client

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE_S = 60
TASK = {"attachment_type": "text", "attachment": "car", "categories": ["big", "small"]}


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not shutil.which(program), reason=f"{program} is not installed")


needs_node = pytest.mark.skipif(why_no_node() is not None, reason=str(why_no_node()))
needs_npm = pytest.mark.skipif(why_no_npm_client() is not None, reason=str(why_no_npm_client()))


@pytest.fixture(params=["http", "https"])
def mock(request: pytest.FixtureRequest) -> Iterator[ScaleMock]:
    with ScaleMock(https=request.param == "https") as mock:
        yield mock


def run(mock: ScaleMock, *command: str, **more: str) -> str:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        env={**os.environ, **mock.env(), "no_proxy": "*", **more},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def curl(mock: ScaleMock, path: str, *more: str) -> Any:
    address = f"{mock.v1_url}/{path}"
    return json.loads(run(mock, "curl", "-sS", "-u", f"{mock.live_key}:", address, *more))


@needs("curl")
def test_curl_with_json(mock: ScaleMock) -> None:
    body = json.dumps({**TASK, "unique_id": "u1"})
    task = curl(mock, "task/categorization", "-H", "Content-Type: application/json", "-d", body)
    assert (task["status"], task["unique_id"], task["params"]["categories"]) == (
        "pending", "u1", ["big", "small"],
    )  # fmt: skip
    mock.tasks.complete(task["task_id"])
    found = curl(mock, f"task/{task['task_id']}")
    assert found["response"]["category"] in {"big", "small"}


@needs("curl")
def test_curl_with_a_form(mock: ScaleMock) -> None:
    """As Scale's documentation shows it: brackets make lists and objects."""
    task = curl(
        mock, "task/categorization",
        "-d", "attachment_type=text", "-d", "attachment=car",
        "-d", "categories[0]=big", "-d", "categories[1]=small",
        "--data-urlencode", "instruction=Which size?", "-d", "metadata[row]=7",
    )  # fmt: skip
    assert task["params"]["categories"] == ["big", "small"]
    assert (task["instruction"], task["metadata"]) == ("Which size?", {"row": "7"})


@needs("curl")
def test_curl_sends_a_file_and_bearer_keys(mock: ScaleMock, tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(bytes(range(256)) * 1000)
    curl(mock, "projects", "-d", "name=bikes", "-d", "type=imageannotation")
    file = curl(mock, "files/upload", "-F", f"file=@{picture}", "-F", "project_name=bikes")
    assert (file["size"], file["mime_type"]) == (256_000, "image/png")
    bearer = ("-H", f"Authorization: Bearer {mock.live_key}")
    listed = json.loads(run(mock, "curl", "-sS", *bearer, f"{mock.v1_url}/projects"))
    assert [project["name"] for project in listed] == ["bikes"]


@needs("curl")
def test_curl_moves_the_clock(mock: ScaleMock) -> None:
    task = curl(mock, "task/categorization", "-H", "Content-Type: application/json",
                "-d", json.dumps(TASK))  # fmt: skip
    address = f"{mock.url}/_mock/clock/advance"
    run(mock, "curl", "-sS", "-u", f"{mock.live_key}:", address, "-d", '{"seconds": 1209600}')
    assert curl(mock, f"task/{task['task_id']}")["status"] == "completed"


PERL = r"""
use strict; use warnings; use HTTP::Tiny; use JSON::PP; use MIME::Base64;
my ($key, $v1) = @ARGV;
my $http = HTTP::Tiny->new(default_headers => {
    "Authorization" => "Basic " . encode_base64("$key:", ""),
    "Content-Type" => "application/json" });
my $body = encode_json({
    attachment_type => "text", attachment => "car", categories => ["a", "b"] });
for my $ask (["POST", "task/categorization", $body], ["GET", "tasks"], ["GET", "task/nope"]) {
    my ($method, $path, $content) = @$ask;
    my $reply = $http->request($method, "$v1/$path", { content => $content // "" });
    print "$reply->{status} $reply->{content}\n";
}
"""


@needs("perl")
def test_perl() -> None:
    """Over http: its https needs a module that is not part of Perl."""
    with ScaleMock() as mock:
        said = run(mock, "perl", "-e", PERL, mock.live_key, mock.v1_url)
    replies = [line.split(" ", 1) for line in said.splitlines()]
    assert [status for status, _ in replies] == ["200", "200", "404"]
    made, listed, missing = (json.loads(body) for _, body in replies)
    assert [task["task_id"] for task in listed["docs"]] == [made["task_id"]]
    assert missing == {"status_code": 404, "error": "Task with that ID not found."}


@needs_npm
def test_the_npm_client_does_all_it_can(mock: ScaleMock) -> None:
    (made,) = run_node("driver.js", mock, [["createCategorizationTask", TASK]])
    task_id = made["value"]["task_id"]
    fetched, listed, refused, canceled, again = run_node(
        "driver.js", mock,
        [
            ["fetchTask", task_id],
            ["tasks", {"type": "categorization", "status": "pending", "limit": 5}],
            ["createTask", "categorization", {"attachment": "car"}],
            ["cancelTask", task_id],
            ["fetchTask", task_id],
        ],
    )  # fmt: skip
    assert fetched["value"]["task_id"] == task_id
    assert [task["task_id"] for task in listed["value"]] == [task_id]
    assert refused["error"]["status"] == 400
    assert [canceled["value"]["status"], again["value"]["status"]] == ["canceled"] * 2


@needs_npm
def test_every_task_that_the_npm_client_has_a_name_for_is_known(mock: ScaleMock) -> None:
    names = ["Categorization", "Transcription", "Comparison", "Annotation", "Polygonannotation",
             "Lineannotation", "Datacollection", "Audiotranscription", "Pointannotation",
             "Cuboidannotation", "Segmentannotation"]  # fmt: skip
    answers = run_node("driver.js", mock, [[f"create{name}Task", {}] for name in names])
    operations = {request.operation for request in mock.requests}
    assert operations == {"create_task"}
    assert all(answer.get("error", {}).get("status", 200) in {200, 400} for answer in answers)
    assert len(answers) == len(names)


@needs_node
def test_node_does_all_that_scales_newer_client_does(mock: ScaleMock) -> None:
    """Batches, projects, tasks, studio, teams and video, in that client's wire forms."""
    answers = run_node("http.js", mock, CALLS)
    assert {tuple(call[:2]): answer for call, answer in zip(CALLS, answers, strict=True)
            if answer[0] != 200} == {}  # fmt: skip
    body = dict(
        zip([tuple(call[:2]) for call in CALLS], [body for _, body in answers], strict=True)
    )
    assert [project["name"] for project in body["GET", "/projects"]] == ["rides", "crewed"]
    assert body["GET", "/batches/a week/status"] == {"status": "in_progress"}
    (task,) = body["GET", "tasks?batch=a week"]["docs"]
    made = body["POST", "/task/imageannotation"]
    assert (task["task_id"], task["unique_id"]) == (made["task_id"], "u1")
    assert made["instruction"] == "Box them."
    assert [body["POST", f"/task/{kind}"]["type"] for kind in
            ("videoannotation", "videoplaybackannotation")] == [
        "videoannotation", "videoplaybackannotation",
    ]  # fmt: skip
    assert "ann@app.test" in {member["email"] for member in body["POST", "/teams/invite"]}
    assert mock.requests[0].path == "/v1//projects"
