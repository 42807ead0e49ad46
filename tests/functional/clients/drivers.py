"""Owns one driver per Python client: the same few calls, each in the words of its library.

A driver makes something with a name (a task with that ``unique_id``, for v2 a batch), lists the
names, asks for what is not there, and uploads a file. What its library cannot do, it has not.
"""

from __future__ import annotations

import asyncio
import http.client
import io
import json
from abc import ABC, abstractmethod
from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

import aiohttp
import httpx
import pytest
import requests
import scaleapi.api
import urllib3
from requests.adapters import HTTPAdapter
from scaleapi.api_client.v2.exceptions import ApiException
from scaleapi.exceptions import ScaleException
from scaleapi.tasks import TaskType

if TYPE_CHECKING:
    from tests.functional.clients.places import Place

TASK = {"attachment_type": "text", "attachment": "car", "categories": ["big", "small"]}
TIMEOUT_S = 20.0
SHORT_S = 0.2
RETRIES = 2
FAREWELL_S = 2.0
BOUNDARY = "a-boundary"


@dataclass(frozen=True)
class Answer:
    """A status and what came with it."""

    status: int
    body: Any


class Driver(ABC):
    """What every test of the matrix uses.

    Args:
        place: Where the platform is.
        timeout_s: How long the client waits for a reply.
        retries: How often a 500 is tried again: by the library where it has retries, else by a
            loop of the kind that people write.
    """

    name: ClassVar[str]
    creates: ClassVar[str] = "create_task"
    lists: ClassVar[str] = "list_tasks"
    reset_errors: ClassVar[tuple[type[BaseException], ...]]
    timeout_errors: ClassVar[tuple[type[BaseException], ...]]

    def __init__(self, place: Place, *, timeout_s: float = TIMEOUT_S, retries: int = 0) -> None:
        self.place = place
        self.timeout_s = timeout_s
        self.retries = retries
        self.open()

    @classmethod
    def why_not_here(cls) -> str | None:
        """What this machine lacks for it; ``None`` if nothing."""
        return None

    def open(self) -> None:  # noqa: B027  # not every client is made
        """Makes the client."""

    def close(self) -> None:  # noqa: B027  # not every client holds connections
        """Lets go of connections."""

    @abstractmethod
    def create(self, name: str) -> Answer:
        """Makes something of that name."""

    @abstractmethod
    def names(self) -> list[str]:
        """The names of all there is."""

    @abstractmethod
    def missing(self) -> Answer:
        """What is said of something that is not there."""

    def upload(self, content: bytes) -> Answer:
        """Uploads a file; the matrix has no such cell for a client that cannot."""
        raise AssertionError(f"{self.name} has no uploads, so nothing may ask it for one")

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": "Basic " + b64encode(f"{self.place.key}:".encode()).decode()}


class RawDriver(Driver):
    """A driver whose library sends requests and knows nothing of Scale."""

    @abstractmethod
    def send(
        self, method: str, path: str, body: bytes | None = None, kind: str = "application/json"
    ) -> Answer:
        """One request through the library."""

    def create(self, name: str) -> Answer:
        body = json.dumps({**TASK, "unique_id": name}).encode()
        for _ in range(self.retries):
            answer = self.send("POST", "/v1/task/categorization", body)
            if answer.status != 500:
                return answer
        return self.send("POST", "/v1/task/categorization", body)

    def names(self) -> list[str]:
        answer = self.send("GET", "/v1/tasks")
        assert answer.status == 200
        return [task["unique_id"] for task in answer.body["docs"]]

    def missing(self) -> Answer:
        answer = self.send("GET", "/v1/task/nope")
        return Answer(answer.status, answer.body["error"])

    def upload(self, content: bytes) -> Answer:
        body, kind = multipart(content)
        return self.send("POST", "/v1/files/upload", body, kind)


def multipart(content: bytes) -> tuple[bytes, str]:
    """A form with a project's name and a file, for libraries that do not make one."""
    lines = [
        f"--{BOUNDARY}",
        'Content-Disposition: form-data; name="project_name"',
        "",
        "bikes",
        f"--{BOUNDARY}",
        'Content-Disposition: form-data; name="file"; filename="a.bin"',
        "Content-Type: application/octet-stream",
        "",
        "",
    ]
    body = "\r\n".join(lines).encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
    return body, f"multipart/form-data; boundary={BOUNDARY}"


FORM = {"project_name": "bikes"}


class Requests(RawDriver):
    name = "requests"
    reset_errors = (requests.ConnectionError,)
    timeout_errors = (requests.ReadTimeout,)

    def open(self) -> None:
        self.session = requests.Session()
        self.session.auth = (self.place.key, "")
        retry = urllib3.Retry(self.retries, status_forcelist=[500], allowed_methods=None)
        adapter = HTTPAdapter(max_retries=retry if self.retries else 0)
        self.session.mount("https://", adapter)
        self.session.mount("http://", adapter)

    def _call(self, method: str, path: str, **more: Any) -> Answer:
        # Named with each request: REQUESTS_CA_BUNDLE outranks a session's own verify.
        verify = True if self.place.ca_file is None else str(self.place.ca_file)
        reply = self.session.request(
            method, self.place.url + path, timeout=self.timeout_s, verify=verify, **more
        )
        return Answer(reply.status_code, reply.json())

    def send(
        self, method: str, path: str, body: bytes | None = None, kind: str = "application/json"
    ) -> Answer:
        return self._call(method, path, data=body, headers={"Content-Type": kind})

    def create(self, name: str) -> Answer:
        return self._call("POST", "/v1/task/categorization", json={**TASK, "unique_id": name})

    def upload(self, content: bytes) -> Answer:
        files = {"file": ("a.bin", content)}
        return self._call("POST", "/v1/files/upload", data=FORM, files=files)

    def close(self) -> None:
        self.session.close()


class Urllib3(RawDriver):
    name = "urllib3"
    reset_errors = (urllib3.exceptions.ProtocolError,)
    timeout_errors = (urllib3.exceptions.ReadTimeoutError,)

    def open(self) -> None:
        retry = urllib3.Retry(self.retries, status_forcelist=[500], allowed_methods=None)
        self.pool = urllib3.PoolManager(
            headers=self.headers,
            timeout=self.timeout_s,
            retries=retry if self.retries else False,
            ca_certs=None if self.place.ca_file is None else str(self.place.ca_file),
        )

    def _call(self, method: str, path: str, **more: Any) -> Answer:
        reply = self.pool.request(method, self.place.url + path, **more)
        return Answer(reply.status, json.loads(reply.data))

    def send(
        self, method: str, path: str, body: bytes | None = None, kind: str = "application/json"
    ) -> Answer:
        headers = {**self.headers, "Content-Type": kind}
        return self._call(method, path, body=body, headers=headers)

    def create(self, name: str) -> Answer:
        body = json.dumps({**TASK, "unique_id": name})
        headers = {**self.headers, "Content-Type": "application/json"}
        return self._call("POST", "/v1/task/categorization", body=body, headers=headers)

    def upload(self, content: bytes) -> Answer:
        return self._call("POST", "/v1/files/upload", fields={**FORM, "file": ("a.bin", content)})

    def close(self) -> None:
        self.pool.clear()


class Httpx(RawDriver):
    name = "httpx"
    reset_errors = (httpx.ReadError, httpx.RemoteProtocolError)
    timeout_errors = (httpx.ReadTimeout,)

    def open(self) -> None:
        self.client = httpx.Client(
            base_url=self.place.url,
            auth=(self.place.key, ""),
            timeout=self.timeout_s,
            verify=self.place.context(),
        )

    def send(
        self, method: str, path: str, body: bytes | None = None, kind: str = "application/json"
    ) -> Answer:
        reply = self.client.request(method, path, content=body, headers={"Content-Type": kind})
        return Answer(reply.status_code, reply.json())

    def upload(self, content: bytes) -> Answer:
        reply = self.client.post("/v1/files/upload", data=FORM, files={"file": ("a.bin", content)})
        return Answer(reply.status_code, reply.json())

    def close(self) -> None:
        self.client.close()


class HttpxAsync(RawDriver):
    name = "httpx async"
    reset_errors = Httpx.reset_errors
    timeout_errors = Httpx.timeout_errors

    def send(
        self, method: str, path: str, body: bytes | None = None, kind: str = "application/json"
    ) -> Answer:
        return asyncio.run(self._call(method, path, content=body, headers={"Content-Type": kind}))

    def upload(self, content: bytes) -> Answer:
        files = {"file": ("a.bin", content)}
        return asyncio.run(self._call("POST", "/v1/files/upload", data=FORM, files=files))

    async def _call(self, method: str, path: str, **more: Any) -> Answer:
        async with httpx.AsyncClient(
            base_url=self.place.url,
            auth=(self.place.key, ""),
            timeout=self.timeout_s,
            verify=self.place.context(),
        ) as client:
            reply = await client.request(method, path, **more)
            return Answer(reply.status_code, reply.json())


class Aiohttp(RawDriver):
    name = "aiohttp"
    reset_errors = (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError)
    timeout_errors = (TimeoutError,)

    def send(
        self, method: str, path: str, body: bytes | None = None, kind: str = "application/json"
    ) -> Answer:
        return asyncio.run(self._call(method, path, data=body, headers={"Content-Type": kind}))

    def upload(self, content: bytes) -> Answer:
        async def call() -> Answer:
            form = aiohttp.FormData(FORM)
            form.add_field("file", content, filename="a.bin")
            return await self._call("POST", "/v1/files/upload", data=form)

        return asyncio.run(call())

    async def _call(self, method: str, path: str, **more: Any) -> Answer:
        try:
            async with (
                aiohttp.ClientSession(
                    headers=self.headers,
                    timeout=aiohttp.ClientTimeout(total=self.timeout_s),
                ) as session,
                session.request(
                    method, self.place.url + path, ssl=self.place.context(), **more
                ) as reply,
            ):
                return Answer(reply.status, await reply.json())
        finally:
            await all_closed()


async def all_closed() -> None:
    """Waits for aiohttp's sockets, which take leave of the server after the session is closed.

    aiohttp's manual advises a quarter of a second of sleep before the loop ends; here the loop says
    when only its own pair of sockets is left.
    """
    watched: Any = asyncio.get_running_loop()
    async with asyncio.timeout(FAREWELL_S):
        while len(watched._selector.get_map()) > 1:
            await asyncio.sleep(0.001)


class HttpClient(RawDriver):
    name = "http.client"
    reset_errors = (ConnectionResetError,)
    timeout_errors = (TimeoutError,)

    def open(self) -> None:
        parts = urlsplit(self.place.url)
        host, port = parts.hostname or "", parts.port
        if parts.scheme == "http":
            self.connection = http.client.HTTPConnection(host, port, timeout=self.timeout_s)
        else:
            self.connection = http.client.HTTPSConnection(
                host, port, timeout=self.timeout_s, context=self.place.context()
            )

    def send(
        self, method: str, path: str, body: bytes | None = None, kind: str = "application/json"
    ) -> Answer:
        self.connection.request(method, path, body, {**self.headers, "Content-Type": kind})
        reply = self.connection.getresponse()
        return Answer(reply.status, json.loads(reply.read()))

    def close(self) -> None:
        self.connection.close()


class ScaleapiV1(Driver):
    """The SDK's first half. It raises what is not a 200, and retries over https only."""

    name = "scaleapi v1"
    reset_errors = (requests.ConnectionError,)

    def open(self) -> None:
        if self.place.is_real_name:
            self.client = scaleapi.ScaleClient(self.place.key)
        else:
            self.client = self.place.mock.client()

    def create(self, name: str) -> Answer:
        has_retries = self.place.url.startswith("https:")
        for _ in range(0 if has_retries else self.retries):
            with pytest.raises(ScaleException, match="Internal Server Error"):
                self._create(name)
        return self._create(name)

    def _create(self, name: str) -> Answer:
        with pytest.MonkeyPatch.context() as patch:
            # The SDK's own constant: what it waits between two tries, times 2, 4, 8.
            patch.setattr(scaleapi.api, "HTTP_RETRY_BACKOFF_FACTOR", 0)
            try:
                task = self.client.create_task(TaskType.Categorization, unique_id=name, **TASK)
            except ScaleException as error:
                # What goes wrong below it arrives as the cause.
                raise error if error.__cause__ is None else error.__cause__ from error
        return Answer(200, task.as_dict())

    def names(self) -> list[str]:
        return [task.unique_id for task in self.client.tasks()]

    def missing(self) -> Answer:
        with pytest.raises(ScaleException) as caught:
            self.client.get_task("nope")
        return Answer(caught.value.code, caught.value.message)

    def upload(self, content: bytes) -> Answer:
        file = self.client.upload_file(io.BytesIO(content), project_name="bikes")
        return Answer(200, file.as_dict())


class ScaleapiV2(Driver):
    """The SDK's second half, on urllib3 alone. It has no files; batches stand in for tasks."""

    name = "scaleapi v2"
    creates = "v2_create_batch"
    lists = "v2_get_batches"
    reset_errors = (urllib3.exceptions.ProtocolError,)
    timeout_errors = (urllib3.exceptions.ReadTimeoutError, urllib3.exceptions.MaxRetryError)

    def open(self) -> None:
        if self.place.is_real_name:
            client = scaleapi.ScaleClient(self.place.key)
        else:
            client = self.place.mock.client()
        self.v2 = client.v2
        self.pools = self.v2.api_client.rest_client.pool_manager
        # What Configuration(retries=...) sets.
        retry = urllib3.Retry(self.retries, status_forcelist=[500], allowed_methods=None)
        self.pools.connection_pool_kw["retries"] = retry if self.retries else False

    def create(self, name: str) -> Answer:
        batch = self.v2.create_batch(
            {"name": name, "project_name": "bikes"}, _request_timeout=self.timeout_s
        )
        return Answer(200, {"status": "pending", "unique_id": batch.name})

    def names(self) -> list[str]:
        found = self.v2.get_batches(project_name="bikes", _request_timeout=self.timeout_s)
        return [batch.name for batch in found.batches]

    def missing(self) -> Answer:
        with pytest.raises(ApiException) as caught:
            self.v2.get_batch(batch_id="nope")
        return Answer(caught.value.status, json.loads(caught.value.body)["error"])

    def close(self) -> None:
        self.pools.clear()


PYTHON: tuple[type[Driver], ...] = (
    Requests,
    Urllib3,
    Httpx,
    HttpxAsync,
    Aiohttp,
    HttpClient,
    ScaleapiV1,
    ScaleapiV2,
)
