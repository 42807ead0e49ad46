"""Which world answers: keys decide, nesting is counted, and threads do not mix."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
import requests
import scaleapi
from scaleapi.exceptions import ScaleUnauthorized
from scaleapi.tasks import TaskType

from scale_mock import ConfigurationError, LeakError, ScaleMock
from scale_mock.intercept import take_leaks
from scale_mock.intercept.gate import GATE
from scale_mock.mock.interception import is_intercepted
from tests.functional.interception.conftest import URL

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

TASK = {
    "instruction": "which?",
    "attachment": "a",
    "attachment_type": "text",
    "categories": ["x", "y"],
}


def answers(key: str) -> int:
    return requests.get(URL + "/v1/tasks", auth=(key, ""), timeout=5).status_code


def test_with_several_worlds_the_log_of_each_tells_of_a_key_that_opens_none() -> None:
    with ScaleMock(name="one") as one, ScaleMock(name="two") as two:
        with one.intercept(), two.intercept():
            for key in ("live_somebody", "sk-123", ""):
                reply = requests.get(URL + "/v1/tasks", auth=(key, ""), timeout=5)
                assert reply.json() == {
                    "status_code": 401,
                    "error": "Your API key does not correspond to a registered user.",
                }
        told = [request.error for request in one.requests]
        assert [request.error for request in two.requests] == told
        assert [request.key for request in one.requests] == ["live_***", "***", "***"]
    scale_s = "Your API key does not correspond to a registered user. "
    assert told == [
        f"{scale_s}(The key live_*** of 13 characters opens no world; "
        "there are 2 worlds: 'one', 'two')",
        f"{scale_s}(The key *** of 6 characters is neither live_NAME nor test_NAME; "
        "there are 2 worlds: 'one', 'two')",
        f"{scale_s}(No key that can be read came, the user of Basic is empty: the key stands "
        "there, before the colon; there are 2 worlds: 'one', 'two')",
    ]


@pytest.mark.usefixtures("leaky")
def test_nested_use_is_counted() -> None:
    with ScaleMock() as mock:
        interception = mock.intercept()
        with interception:
            with interception, mock.intercept():
                assert answers("live_x") == 200
            assert answers("live_x") == 200
        with pytest.raises(LeakError):
            answers("live_x")
        take_leaks()
        with interception:
            assert answers("live_x") == 200


@pytest.mark.usefixtures("leaky")
def test_an_exception_undoes_everything_in_reverse() -> None:
    with ScaleMock() as outer, outer.intercept():
        with (
            pytest.raises(ZeroDivisionError),
            ScaleMock() as inner,
            inner.intercept(hosts=["inner.example.test"]),
        ):
            raise ZeroDivisionError(answers(inner.live_key))
        assert not is_intercepted(inner._world)
        assert answers(outer.live_key) == 200
        # A key that was made up for a world which is gone opens no other.
        assert answers(inner.live_key) == 401
        assert GATE.table.hosts() == ["api.scale.com"]
    assert GATE.table.hosts() == []


@pytest.mark.usefixtures("leaky")
def test_a_failing_beginning_leaves_nothing_behind() -> None:
    with ScaleMock(name="shop") as one, ScaleMock(name="shop") as two, one.intercept():
        with pytest.raises(ConfigurationError) as caught, two.intercept():
            pass
        assert str(caught.value) == (
            "Another world named 'shop' is intercepted already, and their keys are the same. Give "
            "one of them another name=."
        )
        assert answers("live_shop") == 200
    assert GATE.table.hosts() == []


@pytest.mark.parametrize(
    ("host", "text"),
    [
        (
            "",
            "hosts='': expected a base URL such as 'https://labels.example.test', or a host name.",
        ),
        (
            7,
            "hosts=7: expected a base URL such as 'https://labels.example.test', or a host name.",
        ),
        (
            "ftp://a.test",
            "hosts='ftp://a.test': expected a base URL such as 'https://labels.example.test', or a "
            "host name. Write 'https://a.test'.",
        ),
        (
            "http:/a.test/v1",
            "hosts='http:/a.test/v1': expected a base URL such as 'https://labels.example.test', "
            "or a host name. Write 'http://a.test'.",
        ),
        (
            "https:a.test",
            "hosts='https:a.test': expected a base URL such as 'https://labels.example.test', or a "
            "host name. Write 'https://a.test'.",
        ),
        (
            "::1",
            "hosts='::1': expected a base URL such as 'https://labels.example.test', or a host "
            "name. Write '[::1]'.",
        ),
        (
            "a.test, b.test",
            "hosts='a.test, b.test': 'a.test, b.test' is no name of a host. Several hosts are a "
            "list of texts.",
        ),
        ("https://[::1", "hosts='https://[::1': this is no URL (Invalid IPv6 URL)."),
        (
            "https://a.test/scale/v1",
            "hosts='https://a.test/scale/v1': a whole host is intercepted, so leave out what "
            "follows it (/scale/v1); only /v1 and /v2 may stand there. Write 'https://a.test'.",
        ),
        (
            "https://a.test:port",
            "hosts='https://a.test:port': 'port' is no port, a number from 1 to 65535. "
            "Write 'https://a.test'.",
        ),
        (
            "a.test:99999",
            "hosts='a.test:99999': '99999' is no port, a number from 1 to 65535. "
            "Write 'https://a.test'.",
        ),
        (
            "*.a.test",
            "hosts='*.a.test': '*.a.test' is no name of a host. Write 'https://a.test'.",
        ),
        (
            "https://a.test/v1?x=1#y",
            "hosts='https://a.test/v1?x=1#y': a whole host is intercepted, so leave out what "
            "follows it (/v1?x=1#y); only /v1 and /v2 may stand there. Write 'https://a.test'.",
        ),
    ],
)
def test_what_is_no_host_is_refused(host: Any, text: str) -> None:
    with ScaleMock() as mock, pytest.raises(ConfigurationError) as caught:
        mock.intercept(hosts=[host])
    assert str(caught.value) == text


@pytest.mark.parametrize("hosts", [7, None])
def test_what_is_no_list_of_hosts_is_refused(hosts: Any) -> None:
    with ScaleMock() as mock, pytest.raises(ConfigurationError) as caught:
        mock.intercept(hosts=hosts)
    assert str(caught.value) == (
        f"hosts={hosts!r}: expected base URLs such as 'https://labels.example.test', or host names."
    )


def test_with_several_worlds_the_key_decides() -> None:
    with ScaleMock() as one, ScaleMock(name="shop") as two, one.intercept(), two.intercept():
        scaleapi.ScaleClient("live_shop").create_task(TaskType.Categorization, **TASK)
        assert one.client().tasks().total == 0
        assert two.client().tasks().total == 1
        with pytest.raises(ScaleUnauthorized):
            scaleapi.ScaleClient("live_x").tasks()


def test_two_worlds_in_two_threads_do_not_mix() -> None:
    turns = threading.Barrier(2)
    totals: dict[int, list[int]] = {}
    failed: list[BaseException] = []

    def work(number: int) -> None:
        try:
            with ScaleMock(seed=number) as mock, mock.intercept():
                client = mock.client()
                turns.wait(timeout=20)
                for _ in range(number):
                    client.create_task(TaskType.Categorization, **TASK)
                turns.wait(timeout=20)
                totals[number] = [client.tasks().total, len(list(mock.requests))]
                turns.wait(timeout=20)
        except BaseException as error:
            failed.append(error)
            turns.abort()

    threads = [threading.Thread(target=work, args=(number,)) for number in (3, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert totals == {3: [3, 4], 7: [7, 8]}


def test_a_callback_handler_may_call_the_platform_itself(mock: ScaleMock) -> None:
    seen: list[str] = []

    def handle(request: Request) -> None:
        task_id = request.get_json()["task"]["task_id"]
        seen.append(scaleapi.ScaleClient("live_x").get_task(task_id).status)

    mock.callbacks.mount("https://app.test/", handle)
    client = scaleapi.ScaleClient("live_x")
    made = client.create_task(TaskType.Categorization, callback_url="https://app.test/done", **TASK)
    mock.callbacks.assert_received(task=made)
    assert seen == ["completed"]


def test_the_built_in_receiver_needs_no_socket(mock: ScaleMock) -> None:
    client = scaleapi.ScaleClient("live_x")
    made = client.create_task(TaskType.Categorization, callback_url=mock.callbacks.url, **TASK)
    assert mock.callbacks.assert_received(task=made).json["task"]["status"] == "completed"


def test_a_world_that_is_deleted_through_the_door_is_gone() -> None:
    with ScaleMock(name="shop") as mock, mock.intercept():
        reply = requests.delete(URL + "/_mock/worlds/shop", timeout=5)
        assert reply.json() == {"deleted": "shop"}
        assert answers("live_shop") == 401


def test_a_closed_mock_cannot_be_intercepted() -> None:
    mock = ScaleMock(name="shop")
    mock.close()
    with pytest.raises(ConfigurationError) as caught:
        mock.intercept()
    assert str(caught.value) == "This ScaleMock (shop) is closed; its world is gone."
