"""Random requests: whatever comes, the answer is JSON, a failure says why, and nothing breaks."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scale_mock import ScaleMock
from scale_mock.api import control, receiver, results, v1
from tests.functional.doors import make_environ, run_wsgi
from tests.functional.helpers import CATEGORIES, HOOK, IMAGE, TEXTS

EXAMPLES = 200
UNDER_CONTROL = [*control.OPERATIONS, *receiver.OPERATIONS, *results.OPERATIONS]
OPERATIONS = [
    *((operation.method, v1.PREFIX + operation.path) for operation in v1.OPERATIONS),
    *((operation.method, control.PREFIX + operation.path) for operation in UNDER_CONTROL),
]
METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "get", "\xe9"]
KINDS = [
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "text/plain",
    "\xff",
    "",
]
NAMES = ["bikes", "w1", "cars", "imageannotation", "categorization", "ann@example.test", "night"]
FIELDS = [
    *("name", "type", "project", "batch", "params", "rapid", "studio", "pipeline", "callback"),
    *("callback_url", "metadata", "tags", "unique_id", "priority", "instruction", "attachment"),
    *("attachments", "geometries", "categories", "fields", "project_version", "emails"),
    *("team_role", "projects", "add_emails", "groups", "batches", "ontology", "accepted"),
    *("comments", "file_url", "reference_id", "expected_response", "task_id", "audit_result"),
    *("seconds", "by", "to", "mode", "rate", "result", "response", "error", "match", "outcome"),
    *("after", "limit", "offset", "next_token", "status", "start_time", "completed_after"),
    *("include_attachment_url", "limited_response", "cursor", "id", "labels", "urgency"),
]
GOOD: list[dict[str, Any]] = [
    {**IMAGE, "project": "bikes", "batch": "w1", "callback_url": HOOK},
    CATEGORIES,
    TEXTS,
    {"name": "cars", "type": "imageannotation", "params": {"instruction": "Box."}},
    {"name": "w2", "project": "bikes"},
    {"emails": ["ann@example.test"], "team_role": "labeler", "projects": ["own"], "name": "night"},
    {"accepted": True, "task_id": "", "file_url": "https://a.test/1.jpg"},
]

texts = st.one_of(
    st.sampled_from(NAMES),
    st.text(max_size=20),
    st.text(st.characters(categories=["Cs", "Cc", "Lo"]), max_size=5),
    st.sampled_from(["9" * 400, "2024-01-01", "0001-01-01T00:00:00+14:00", "1e999", "-1", "True"]),
    st.sampled_from(["a@b.test", "http://[::1", "https://a.test/", "2h", "1h..9999999 days"]),
)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), texts, st.just(10**300)
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(FIELDS), texts), inner, max_size=4),
    ),
    max_leaves=8,
)
changes = st.dictionaries(st.sampled_from(FIELDS), values, max_size=3)
bodies = st.one_of(
    st.builds(lambda good, more: json.dumps({**good, **more}), st.sampled_from(GOOD), changes),
    values.map(json.dumps),
    st.binary(max_size=40),
    st.lists(st.tuples(st.sampled_from([*FIELDS, "a[b]", "a[]", "[", "a[b][]"]), texts)).map(
        lambda pairs: "&".join(f"{name}={value}" for name, value in pairs)
    ),
    st.just(b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n--x--'),
).map(lambda body: body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass"))
segments = texts.map(lambda text: quoted(text, safe="!'"))
queries = st.lists(st.tuples(st.sampled_from(FIELDS), texts), max_size=3).map(
    lambda pairs: "&".join(f"{name}={quoted(value)}" for name, value in pairs)
)


def quoted(text: str, safe: str = "") -> str:
    from urllib.parse import quote

    return quote(text.encode("utf-8", "surrogatepass"), safe=safe)


@dataclass
class Shot:
    """One random request; ``{id}`` in its path stands for a task that exists."""

    method: str
    path: str
    query: str
    body: bytes
    kind: str
    live: bool
    keeps_quoting: bool

    def fire(self, mock: ScaleMock, task_id: str) -> tuple[int, Any]:
        target = self.path.replace("{id}", task_id) + (f"?{self.query}" if self.query else "")
        environ = make_environ(self.method, target, self.body)
        environ["CONTENT_TYPE"] = self.kind
        key = mock.live_key if self.live else mock.test_key
        environ["HTTP_AUTHORIZATION"] = f"Bearer {key}"
        environ["HTTP_SCALE_CALLBACK_AUTH"] = mock.callback_auth()
        if not self.keeps_quoting:
            del environ["REQUEST_URI"]
        status, headers, body = run_wsgi(mock.app, environ)
        kind = dict(headers)["Content-Type"]
        assert kind in {"application/json; charset=utf-8", "application/jsonl"}
        if kind == "application/jsonl":
            return int(status[:3]), [json.loads(line) for line in body.split(b"\n") if line]
        return int(status[:3]), json.loads(body)


@st.composite
def shots(draw: st.DrawFn) -> Shot:
    method, path = draw(st.sampled_from(OPERATIONS))
    segment = st.one_of(st.just("{id}"), st.sampled_from(NAMES), segments)
    path = re.sub("<[^>]+>", lambda _: draw(segment), path)
    path = draw(st.one_of(st.just(path), segments.map(lambda text: f"/v1/{text}")))
    return Shot(
        method=draw(st.one_of(st.just(method), st.sampled_from(METHODS))),
        path=path,
        query=draw(queries),
        body=draw(bodies),
        kind=draw(st.one_of(st.just(KINDS[0]), st.sampled_from(KINDS))),
        live=draw(st.integers(0, 4)) > 0,
        keeps_quoting=draw(st.booleans()),
    )


def furnish(mock: ScaleMock) -> str:
    """A few objects to refer to; the id of a task."""

    def post(path: str, body: dict[str, Any]) -> Any:
        shot = Shot("POST", path, "", json.dumps(body).encode(), KINDS[0], True, True)
        status, reply = shot.fire(mock, "")
        assert status == 200, reply
        return reply

    post("/v1/projects", {"name": "bikes", "type": "imageannotation"})
    post("/v1/projects", {"name": "own", "type": "imageannotation", "studio": True})
    post("/v1/batches", {"name": "w1", "project": "bikes", "callback": HOOK})
    task_id: str = post("/v1/task/imageannotation", GOOD[0])["task_id"]
    return task_id


def check_the_rest(mock: ScaleMock) -> None:
    """Whatever was kept can be read back."""
    mock.callbacks.receiver.clear()
    for path in ("/v1/tasks", "/v1/projects", "/v1/batches", "/v1/teams", "/v1/audits"):
        for live in (True, False):
            status, reply = Shot("GET", path, "", b"", "", live, True).fire(mock, "")
            assert status == 200, (path, reply)
    for path in ("/_mock/journal", "/_mock/callbacks", "/_mock/requests", "/_mock/rules"):
        status, reply = Shot("GET", path, "", b"", "", True, True).fire(mock, "")
        assert status == 200, (path, reply)
    assert len(mock.journal.digest()) == 64


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(shots(), min_size=1, max_size=6))
def test_nothing_breaks_it(fired: list[Shot]) -> None:
    with ScaleMock(seed=1) as mock:
        task_id = furnish(mock)
        for shot in fired:
            status, reply = shot.fire(mock, task_id)
            assert status < 500, reply
            if status >= 400:
                assert (reply["status_code"], list(reply)) == (status, ["status_code", "error"])
                assert isinstance(reply["error"], str)
                assert reply["error"]
        world = mock._world
        assert [repr(error) for error in world.broken] == []
        if world in mock._host.registry.worlds():
            check_the_rest(mock)
        assert [repr(error) for error in world.broken] == []
        assert not mock._host.is_serving
