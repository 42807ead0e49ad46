"""Routing: paths to operations, quoted names, and refusals that list what there is."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scale_mock.api.operations import Operation
from scale_mock.api.paths import decode_path
from scale_mock.api.router import Router
from scale_mock.domain.refusals import Refusal


def operation(name: str, method: str, path: str) -> Operation:
    def run(call: Any) -> Any:
        raise AssertionError("finding an operation runs none")

    return Operation(name, method, path, run)


@pytest.fixture(scope="module")
def router() -> Router:
    return Router(
        {
            "/v1": lambda: [
                operation("list_batches", "GET", "/batches"),
                operation("create_batch", "POST", "/batches"),
                operation("get_batch", "GET", "/batches/<name:name>"),
                operation("status", "GET", "/batches/<name:name>/status"),
                operation("finalize", "POST", "/batches/<name:name>/finalize"),
                operation("create_task", "POST", "/task/<name:type>"),
                operation("receive", "POST", "/receiver/<path:rest>"),
            ]
        }
    )


@pytest.mark.parametrize(
    ("method", "path", "name", "names"),
    [
        ("GET", "/v1/batches", "list_batches", {}),
        ("POST", "/v1/batches", "create_batch", {}),
        ("GET", "//v1///batches", "list_batches", {}),
        ("GET", "/v1/batches/b", "get_batch", {"name": "b"}),
        ("GET", "/v1/batches/a%20b", "get_batch", {"name": "a b"}),
        ("GET", "/v1/batches/a%2Fb", "get_batch", {"name": "a/b"}),
        ("GET", "/v1/batches/a%2fb%2F/status", "status", {"name": "a/b/"}),
        ("GET", "/v1/batches/%2F", "get_batch", {"name": "/"}),
        ("GET", "/v1/batches/a%252Fb", "get_batch", {"name": "a%2Fb"}),
        ("GET", "/v1/batches/%C3%BC", "get_batch", {"name": "ü"}),
        ("GET", "/v1/batches/a+b", "get_batch", {"name": "a+b"}),
        ("GET", "/v1/batches/status/status", "status", {"name": "status"}),
        ("POST", "/v1/task/imageannotation", "create_task", {"type": "imageannotation"}),
        ("POST", "/v1/receiver/a/b", "receive", {"rest": "a/b"}),
    ],
)
def test_paths_find_their_operation(
    router: Router, method: str, path: str, name: str, names: dict[str, str]
) -> None:
    found, got = router.match(method, path)
    assert (found.name, dict(got)) == (name, names)


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(
        lambda name: name not in {".", ".."}
    )
)
def test_any_name_survives_being_quoted(router: Router, name: str) -> None:
    found, names = router.match("GET", f"/v1/batches/{quote(name, safe='')}/status")
    assert (found.name, names["name"]) == ("status", name)


@pytest.mark.parametrize(
    ("method", "path", "text"),
    [
        (
            "DELETE",
            "/v1/batches",
            "Not Found: /v1/batches does not take DELETE. It takes: GET, POST.",
        ),
        (
            "GET",
            "/v1/batches/b/finalize",
            "Not Found: /v1/batches/b/finalize does not take GET. It takes: POST.",
        ),
        (
            "GET",
            "/v1/batch",
            "Not Found: there is no route GET /v1/batch. "
            "Nearest: GET /v1/batches, GET /v1/batches/{name}, "
            "GET /v1/batches/{name}/status.",
        ),
    ],
)
def test_unknown_routes_are_refused_with_what_there_is(
    router: Router, method: str, path: str, text: str
) -> None:
    with pytest.raises(Refusal) as refused:
        router.match(method, path)
    assert (refused.value.status, refused.value.text) == (404, text)


@given(st.text())
def test_no_path_whatever_breaks_routing_but_with_a_404(router: Router, path: str) -> None:
    statuses = []
    try:
        router.match("GET", f"/{path}")
    except Refusal as refusal:
        statuses.append(refusal.status)
    assert statuses in ([], [404])


@pytest.mark.parametrize(
    ("raw", "decoded"),
    [
        ("/a/b", "/a/b"),
        ("//a////b", "/a/b"),
        ("/a%20b", "/a b"),
        ("/%zz", "/%zz"),
        ("/%", "/%"),
        ("/%FF", "/\ufffd"),
        ("/a%2Fb%2f", "/a\udc2fb\udc2f"),
    ],
)
def test_decode_path(raw: str, decoded: str) -> None:
    assert decode_path(raw) == decoded
