"""Receivers as people have them, mounted in process: they do what they do behind a real server."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import flask
import pytest
from scaleapi.tasks import TaskType
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Route

from scale_mock import ScaleMock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from starlette.requests import Request

    from scale_mock.callbacks.records import Attempt

APP = "https://app.test/"


@pytest.fixture
def mock() -> Iterator[ScaleMock]:
    with ScaleMock() as mock:
        yield mock


def attempt(mock: ScaleMock, app: Any, path: str = "hooks/scale") -> Attempt:
    """Mounts a receiver, completes a task that calls it back, and returns the first attempt."""
    mock.callbacks.mount(APP, app)
    body = {"attachment_type": "text", "attachment": "car", "categories": ["big", "small"]}
    task = mock.client().create_task(TaskType.Categorization, callback_url=APP + path, **body)
    mock.tasks.complete(task)
    mock.clock.advance("0s")
    return mock.callbacks.attempts[-1]


class Store:
    """What a receiver of the usual shape does: check the header, answer 200, upsert by task_id."""

    def __init__(self, mock: ScaleMock) -> None:
        self._auth = mock.callback_auth("live")
        self.tasks: dict[str, Any] = {}

    def take(self, auth: str | None, body: dict[str, Any]) -> int:
        if auth != self._auth:
            return 401
        self.tasks[body["task_id"]] = body["response"]
        return 200


def flask_app(store: Store) -> Any:
    app = flask.Flask("receiver")

    @app.post("/hooks/scale")
    def hook() -> Any:
        auth = flask.request.headers.get("scale-callback-auth")
        return "", store.take(auth, flask.request.get_json())

    return app


def starlette_app(store: Store) -> Any:
    async def hook(request: Request) -> PlainTextResponse:
        status = store.take(request.headers.get("scale-callback-auth"), await request.json())
        return PlainTextResponse("", status)

    return Starlette(routes=[Route("/hooks/scale", hook, methods=["POST"])])


def plain(store: Store) -> Any:
    return lambda request: store.take(
        request.headers.get("scale-callback-auth"), request.get_json()
    )


def coroutine(store: Store) -> Any:
    async def hook(request: Any) -> int:
        await asyncio.sleep(0)
        return store.take(request.headers.get("scale-callback-auth"), request.get_json())

    return hook


class Double:
    """ASGI 2: made with a scope, called with the two channels."""

    store: Store

    def __init__(self, scope: Any) -> None:
        self.scope = scope

    async def __call__(self, receive: Any, send: Any) -> None:
        if self.scope["type"] != "http":
            raise ValueError("only http is known here")
        import json

        headers = dict(self.scope["headers"])
        body = json.loads((await receive())["body"])
        status = self.store.take(headers.get(b"scale-callback-auth", b"").decode(), body)
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body"})


def double(store: Store) -> Any:
    return type("Receiver", (Double,), {"store": store})


SHAPES = [flask_app, starlette_app, plain, coroutine, double]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_a_receiver_of_the_usual_shape_upserts_by_task_id(mock: ScaleMock, shape: Any) -> None:
    store = Store(mock)
    first = attempt(mock, shape(store))
    assert (first.status, first.error, first.traceback) == (200, None, None)
    ((task_id, response),) = store.tasks.items()
    mock.callbacks.resend(task_id)
    mock.clock.advance("0s")
    assert [one.status for one in mock.callbacks.attempts] == [200, 200]
    assert store.tasks == {task_id: response}
    assert response["category"] in {"big", "small"}


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_a_wrong_header_is_a_failed_attempt(mock: ScaleMock, shape: Any) -> None:
    store = Store(mock)
    store._auth = "another"
    first = attempt(mock, shape(store))
    assert (first.status, first.succeeded, store.tasks) == (401, False, {})


# What a receiver raises


def broken() -> int:
    raise LookupError("no such row")


def raising_flask() -> Any:
    app = flask.Flask("receiver")
    app.add_url_rule("/hooks/scale", view_func=broken, methods=["POST"])
    return app


async def broken_endpoint(request: Request) -> JSONResponse:
    return JSONResponse(broken())


def broken_in_a_thread(request: Request) -> JSONResponse:
    return JSONResponse(broken())


def raising_starlette(endpoint: Any) -> Any:
    return Starlette(routes=[Route("/hooks/scale", endpoint, methods=["POST"])])


async def broken_coroutine(request: Any) -> int:
    return broken()


async def broken_asgi(scope: Any, receive: Any, send: Any) -> None:
    broken()


@pytest.mark.parametrize(
    ("app", "status"),
    [
        (raising_flask(), 500),
        (raising_starlette(broken_endpoint), 500),
        (raising_starlette(broken_in_a_thread), 500),
        (lambda request: broken(), None),
        (broken_coroutine, None),
        (broken_asgi, None),
    ],
    ids=["flask", "starlette", "starlette thread", "callable", "coroutine", "bare asgi"],
)
def test_what_a_receiver_raises_is_kept_with_its_traceback(
    mock: ScaleMock, app: Any, status: int | None
) -> None:
    first = attempt(mock, app)
    assert (first.status, first.succeeded) == (status, False)
    assert first.error == "LookupError: no such row"
    assert first.traceback is not None
    assert first.traceback.startswith("Traceback (most recent call last):\n")
    assert 'raise LookupError("no such row")' in first.traceback
    assert first.as_dict()["traceback"] == first.traceback


def test_a_500_that_nothing_was_raised_for_has_no_traceback(mock: ScaleMock) -> None:
    app = flask.Flask("receiver")
    app.add_url_rule("/hooks/scale", view_func=lambda: ("down", 500), methods=["POST"])
    first = attempt(mock, app)
    assert (first.status, first.error, first.traceback, first.reply) == (500, None, None, b"down")


def test_an_error_that_was_logged_and_mastered_is_no_failure(mock: ScaleMock) -> None:
    app = flask.Flask("receiver")

    def hook() -> str:
        try:
            broken()
        except LookupError:
            app.logger.exception("never mind")
        return "fine"

    app.add_url_rule("/hooks/scale", view_func=hook, methods=["POST"])
    first = attempt(mock, app)
    assert (first.status, first.error, first.traceback) == (200, None, None)


# ASGI


def test_the_lifespan_starts_with_the_first_callback_and_ends_with_the_world() -> None:
    seen: list[str] = []

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[dict[str, str]]:
        seen.append("startup")
        yield {"db": "a database"}
        seen.append("shutdown")

    async def hook(request: Request) -> PlainTextResponse:
        seen.append(request.state.db)
        return PlainTextResponse("")

    app = Starlette(routes=[Route("/hooks/scale", hook, methods=["POST"])], lifespan=lifespan)
    threads = threading.active_count()
    with ScaleMock() as mock:
        mock.callbacks.mount(APP, app)
        assert seen == []
        attempt(mock, app)
        attempt(mock, app)
        assert seen[-1] == "a database"
        mock.reset()
        assert seen[-1] == "shutdown"
        attempt(mock, app)
    assert seen[:2] == ["startup", "a database"]
    assert seen[-3:] == ["startup", "a database", "shutdown"]
    assert seen.count("startup") == seen.count("shutdown")
    assert threading.active_count() == threads


def test_a_startup_that_fails_is_a_failed_attempt(mock: ScaleMock) -> None:
    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[None]:
        broken()
        yield

    first = attempt(mock, Starlette(lifespan=lifespan))
    assert first.status is None
    assert first.error is not None
    assert first.error.startswith("LifespanFailed: the lifespan's startup failed: Traceback")
    assert "LookupError: no such row" in first.error


def test_middleware_streams_and_background_tasks_run_to_their_end(mock: ScaleMock) -> None:
    done: list[str] = []

    async def pass_on(request: Request, call_next: Any) -> Any:
        done.append("middleware")
        return await call_next(request)

    async def parts() -> AsyncIterator[bytes]:
        for part in (b"one ", b"two"):
            await asyncio.sleep(0)
            yield part

    async def hook(request: Request) -> StreamingResponse:
        return StreamingResponse(parts(), background=BackgroundTask(done.append, "background"))

    first = attempt(
        mock,
        Starlette(
            routes=[Route("/hooks/scale", hook, methods=["POST"])],
            middleware=[Middleware(BaseHTTPMiddleware, dispatch=pass_on)],
        ),
    )
    assert (first.status, first.reply, done) == (200, b"one two", ["middleware", "background"])


def test_an_application_that_says_nothing_is_a_failed_attempt(mock: ScaleMock) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await receive()

    first = attempt(mock, app)
    assert first.error == "RuntimeError: the ASGI application returned without sending a response"


@pytest.mark.parametrize("takes", [1, 3], ids=["coroutine", "asgi"])
def test_one_that_hangs_is_a_timeout(takes: int) -> None:
    async def hangs(*_: Any) -> None:
        await asyncio.Event().wait()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            raise ValueError("no lifespan")
        await hangs()

    async def handler(request: Any) -> None:
        await hangs()

    with ScaleMock(callback_timeout_s=0.05) as mock:
        first = attempt(mock, handler if takes == 1 else application)
    assert (first.status, first.error) == (None, "timeout")


def test_it_runs_beside_a_loop_that_is_running() -> None:
    """A callback that goes out in the middle of a coroutine leaves that coroutine's loop alone."""
    loops: list[Any] = []

    async def hook(request: Any) -> None:
        loops.append(asyncio.get_running_loop())

    async def test() -> None:
        with ScaleMock() as mock:
            assert attempt(mock, hook).status == 200
        assert loops[0] is not asyncio.get_running_loop()
        assert loops[0].is_closed()

    asyncio.run(test())


def test_the_longest_prefix_wins_and_a_second_mount_takes_the_place_of_the_first(
    mock: ScaleMock,
) -> None:
    async def first(request: Any) -> int:
        return 201

    async def second(request: Any) -> int:
        return 202

    mock.callbacks.mount(APP + "hooks/", lambda request: 203)
    assert attempt(mock, first).status == 203
    assert attempt(mock, first, "other").status == 201
    assert attempt(mock, second, "other").status == 202


# Django, in a process of its own: its settings are one per process.

DJANGO = """
import sys
import django
from django.conf import settings
from django.http import HttpResponse
from django.urls import path

def hook(request):
    if request.headers.get("scale-callback-auth") != AUTH:
        return HttpResponse(status=401)
    if request.GET.get("broken"):
        raise LookupError("no such row")
    return HttpResponse(status=204)

urlpatterns = [path("hooks/scale", hook)]
settings.configure(DEBUG=False, SECRET_KEY="x", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__)
django.setup()

from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from scaleapi.tasks import TaskType
from scale_mock import ScaleMock

make = {"wsgi": get_wsgi_application, "asgi": get_asgi_application}[sys.argv[1]]
with ScaleMock() as mock:
    AUTH = mock.callback_auth("live")
    mock.callbacks.mount("https://app.test/", make())
    for query in ("", "?broken=1"):
        task = mock.client().create_task(
            TaskType.Categorization, attachment_type="text", attachment="car",
            categories=["a", "b"], callback_url="https://app.test/hooks/scale" + query)
        mock.tasks.complete(task)
        mock.clock.advance("0s")
        last = mock.callbacks.attempts[-1]
        print(last.status, last.error, "in hook" in (last.traceback or ""))
"""


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["wsgi", "asgi"])
def test_django(kind: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", DJANGO, kind], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "204 None False",
        "500 LookupError: no such row True",
    ]
