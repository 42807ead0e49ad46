"""The unmodified SDK over https: what it takes to be trusted, and its retries and recovery."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import requests
import scaleapi
import scaleapi.api
from scaleapi.exceptions import ScaleException
from scaleapi.tasks import TaskType

from scale_mock import MissingDependency, ScaleMock
from scale_mock.config.routes import CA_ROUTE
from scale_mock.mock.certificates import Authority
from scale_mock.mock.pointing import CA_VARIABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

TASK = {"attachment_type": "text", "attachment": "car", "categories": ["big", "small"]}
LOST_REPLY = {"match": {"operation": "create_task", "nth": 1}, "status": 500, "apply": "after"}


@pytest.fixture
def mock(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScaleMock]:
    """An https platform, clients that trust nobody in particular, and retries without a wait."""
    for name in CA_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(scaleapi.api, "HTTP_RETRY_BACKOFF_FACTOR", 0)
    with ScaleMock(https=True) as mock:
        yield mock


@pytest.fixture
def trusted(mock: ScaleMock, monkeypatch: pytest.MonkeyPatch) -> ScaleMock:
    """The same, once the environment names the authority."""
    for name in CA_VARIABLES:
        monkeypatch.setenv(name, str(mock.ca_file))
    return mock


def create(client: scaleapi.ScaleClient, unique_id: str = "u1") -> Any:
    return client.create_task(TaskType.Categorization, unique_id=unique_id, **TASK)


def log(mock: ScaleMock) -> list[tuple[str, str, int]]:
    return [(one.method, one.path, one.status) for one in mock.requests]


RECOVERY = [
    ("POST", "/v1/task/categorization", 500),
    ("POST", "/v1/task/categorization", 409),
    ("GET", "/v1/tasks", 200),
]


def test_the_environment_is_all_that_the_sdk_needs(trusted: ScaleMock) -> None:
    client = scaleapi.ScaleClient(trusted.live_key, api_instance_url=trusted.v1_url)
    assert create(client).status == "pending"


def test_without_it_the_sdk_trusts_nobody(mock: ScaleMock) -> None:
    client = scaleapi.ScaleClient(mock.live_key, api_instance_url=mock.v1_url)
    with pytest.raises(ScaleException, match="CERTIFICATE_VERIFY_FAILED"):
        create(client)
    assert mock.requests == []


def test_a_create_whose_reply_was_lost_is_recovered_with_the_environment(
    trusted: ScaleMock,
) -> None:
    trusted.faults.add(**LOST_REPLY)
    client = scaleapi.ScaleClient(trusted.live_key, api_instance_url=trusted.v1_url)
    task = create(client)
    assert (task.unique_id, task.status) == ("u1", "pending")
    assert log(trusted) == RECOVERY


def test_the_sdks_own_verify_is_forgotten_by_its_recovery(mock: ScaleMock) -> None:
    """Why the environment is the recipe: the request after the 409 goes without ``verify``."""
    mock.faults.add(**LOST_REPLY)
    client = scaleapi.ScaleClient(
        mock.live_key, api_instance_url=mock.v1_url, verify=str(mock.ca_file)
    )
    with pytest.raises(ScaleException, match="CERTIFICATE_VERIFY_FAILED"):
        create(client)
    assert log(mock) == RECOVERY[:2]


def test_a_client_of_the_mock_needs_no_environment_and_heeds_none(
    mock: ScaleMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even one that names another authority, as company machines have it."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", requests.certs.where())
    mock.faults.add(**LOST_REPLY)
    assert create(mock.client()).unique_id == "u1"
    assert log(mock) == RECOVERY


def test_four_500s_are_four_requests_and_the_sdks_own_exception(trusted: ScaleMock) -> None:
    trusted.faults.add(match={"operation": "create_task"}, status=500)
    client = scaleapi.ScaleClient(trusted.live_key, api_instance_url=trusted.v1_url)
    with pytest.raises(ScaleException, match="Internal Server Error") as caught:
        create(client)
    assert caught.value.code == 500
    assert [status for _, _, status in log(trusted)] == [500] * 4


PROGRAM = """
import scaleapi
from scaleapi.tasks import TaskType
client = scaleapi.ScaleClient("live_somebody")
task = client.create_task(TaskType.Categorization, unique_id="u1", attachment_type="text",
                          attachment="car", categories=["big", "small"])
print(task.id, client.v2.api_client.configuration.host)
"""


def test_a_program_that_knows_nothing_of_the_mock_is_pointed_and_trusts_it(
    mock: ScaleMock,
) -> None:
    mock.faults.add(**LOST_REPLY)
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import scaleapi.api as a; a.HTTP_RETRY_BACKOFF_FACTOR = 0" + PROGRAM,
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **mock.env()},
    )
    assert done.returncode == 0, done.stderr
    (task,) = mock.client().tasks()
    assert done.stdout.split() == [task.id, mock.url]
    assert log(mock)[:3] == RECOVERY


def test_a_process_has_one_authority_and_hands_it_out(mock: ScaleMock) -> None:
    assert mock.ca_file == Authority.of_process().ca_file
    with ScaleMock(https=True) as other:
        assert other.ca_file == mock.ca_file
    reply = requests.get(mock.url + CA_ROUTE, verify=str(mock.ca_file), timeout=20)
    assert reply.content == mock.ca_file.read_bytes()
    assert reply.headers["X-Scale-Mock-Ca-File"] == str(mock.ca_file)
    assert mock.requests == []


def test_plain_http_has_no_authority() -> None:
    with ScaleMock() as mock:
        assert mock.ca_file is None
        assert mock.url.startswith("http://")
        assert not set(CA_VARIABLES) & set(mock.env())


def test_callbacks_over_loopback_come_back_to_the_https_server(trusted: ScaleMock) -> None:
    task = trusted.client().create_task(
        TaskType.Categorization, callback_url=trusted.callbacks.loopback_url, **TASK
    )
    trusted.callbacks.assert_received(task=task)


def test_without_trustme_https_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trustme", None)
    with pytest.raises(MissingDependency) as caught:
        Authority()
    assert str(caught.value) == (
        "https needs trustme, which makes the certificates. It comes with the extra: "
        "pip install 'scale-mock[https]'."
    )
