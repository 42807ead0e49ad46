"""Faults that a reply can express: statuses, spoiled bodies, stale reads, late by the clock."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import scaleapi
from scaleapi.exceptions import ScaleDuplicateResource, ScaleInternalError
from scaleapi.tasks import TaskType

from scale_mock import Fault
from tests.functional.faults.conftest import BODY

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.functional.faults.conftest import Shop


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (400, "Bad Request"),
        (401, "Your API key does not correspond to a registered user."),
        (402, "Not enabled. Please contact sales@scale.com before creating this type of task."),
        (429, "Too many requests"),
        (500, "Internal Server Error"),
        (503, "Service Unavailable"),
        (504, "Gateway Timeout"),
        (530, "Error 530"),
    ],
)
def test_a_status_comes_with_the_platform_s_own_error_body(
    shop: Shop, status: int, text: str
) -> None:
    shop.mock.faults.add(match={"operation": "create_task"}, status=status)
    reply = shop.create()
    assert (reply.status_code, reply.json()) == (status, {"status_code": status, "error": text})
    assert reply.headers["content-type"] == "application/json; charset=utf-8"
    assert shop.call("GET", "/tasks").json()["total"] == 0


def test_the_text_can_be_chosen(shop: Shop) -> None:
    shop.mock.faults.add(status=500, error="The hamster is tired.")
    assert shop.create().json()["error"] == "The hamster is tired."


def test_a_create_that_was_committed_and_then_failed_is_met_again(shop: Shop) -> None:
    shop.mock.faults.add(
        match={"operation": "create_task", "nth": 1}, status=500, apply="after", name="false 500"
    )
    client = shop.client()
    with pytest.raises(ScaleInternalError):
        client.create_task(TaskType.Categorization, unique_id="u-1", **BODY)
    [found] = shop.call("GET", "/tasks?unique_id=u-1").json()["docs"]
    with pytest.raises(ScaleDuplicateResource) as second:
        client.create_task(TaskType.Categorization, unique_id="u-1", **BODY)
    assert found["task_id"] in str(second.value)
    assert [(seen.status, seen.fault) for seen in shop.mock.requests] == [
        (500, "false 500"),
        (200, None),
        (409, None),
    ]
    assert shop.fired() == [
        {
            "subject": "live/fault/false 500",
            "kind": "fault.fired",
            "fault": "false 500",
            "what": "500",
            "apply": "after",
            "operation": "create_task",
            "count": 1,
        }
    ]


def test_a_create_that_failed_before_left_nothing_behind(shop: Shop) -> None:
    shop.mock.faults.add(match={"operation": "create_task", "nth": 1}, status=500)
    assert shop.create(unique_id="u-1").status_code == 500
    assert shop.create(unique_id="u-1").status_code == 200


def test_what_the_platform_itself_refuses_is_lost_after_the_effect_too(shop: Shop) -> None:
    shop.mock.faults.add(match={"operation": "create_task"}, status=502, apply="after")
    assert shop.create(attachment="").status_code == 502


def test_four_errors_in_a_row_reach_the_client_one_by_one_without_retries_on_http(
    shop: Shop,
) -> None:
    # The SDK mounts its retries on https only, so over http every 500 is an exception.
    shop.mock.faults.add(match={"operation": "list_*", "first": 4}, status=500)
    client = shop.client()
    for _ in range(4):
        with pytest.raises(ScaleInternalError, match="Internal Server Error"):
            client.projects()
    assert client.projects() == []
    assert [seen.status for seen in shop.mock.requests] == [500, 500, 500, 500, 200]


def test_throttling_says_when_to_come_again(shop: Shop) -> None:
    shop.mock.faults.add(match={"method": "GET", "first": 2}, retry_after=7)
    replies = [shop.call("GET", "/tasks") for _ in range(3)]
    assert [reply.status_code for reply in replies] == [429, 429, 200]
    assert [reply.headers.get("retry-after") for reply in replies] == ["7", "7", None]


def test_an_expired_key_is_refused_as_an_unknown_one(shop: Shop) -> None:
    shop.mock.faults.add(match={"mode": "test"}, kind="expired_key")
    assert shop.create(mode="live").status_code == 200
    reply = shop.create(mode="test")
    assert reply.status_code == 401
    assert reply.json()["error"] == "Your API key does not correspond to a registered user."


def test_a_broken_page_token_hits_only_requests_for_a_further_page(shop: Shop) -> None:
    for number in range(3):
        shop.create(unique_id=f"u-{number}")
    shop.mock.faults.add(kind="broken_page_token", match={"first": 1})
    page = shop.call("GET", "/tasks?limit=2").json()
    again = shop.call("GET", f"/tasks?limit=2&next_token={page['next_token']}")
    assert (again.status_code, again.json()["error"]) == (
        400,
        'Parameter is invalid, reason: "next_token" is not one that was given out',
    )
    last = shop.call("GET", f"/tasks?limit=2&next_token={page['next_token']}").json()
    assert [task["unique_id"] for task in last["docs"]] == ["u-0"]


def test_malformed_json_breaks_off_in_the_middle(shop: Shop) -> None:
    task_id = shop.create().json()["task_id"]
    whole = shop.call("GET", f"/task/{task_id}").content
    shop.mock.faults.add(kind="malformed_json")
    reply = shop.call("GET", f"/task/{task_id}")
    assert (reply.status_code, reply.content) == (200, whole[: len(whole) // 2])
    with pytest.raises(json.JSONDecodeError):
        json.loads(reply.text)


def test_a_wrong_content_type_leaves_the_body_alone(shop: Shop) -> None:
    shop.mock.faults.add(kind="wrong_content_type")
    reply = shop.call("GET", "/tasks")
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert reply.json()["docs"] == []


def test_with_a_status_it_is_the_page_of_a_proxy(shop: Shop) -> None:
    shop.mock.faults.add(status=503, kind="wrong_content_type", error="No <server> is free.")
    reply = shop.call("GET", "/tasks")
    assert reply.status_code == 503
    assert "<h1>503 Service Unavailable</h1>" in reply.text
    assert "No &lt;server&gt; is free." in reply.text
    shop.mock.faults.clear()
    shop.mock.faults.add(match={"operation": "list_projects"}, status=503, kind="malformed_json")
    with pytest.raises(scaleapi.exceptions.ScaleException) as caught:
        shop.client().projects()
    assert caught.value.code == 503


def test_a_stale_read_answers_what_it_answered_before(shop: Shop) -> None:
    task_id = shop.create().json()["task_id"]
    shop.mock.faults.add(match={"operation": "get_task", "nth": 2}, kind="stale")
    read = lambda: shop.call("GET", f"/task/{task_id}").json()  # noqa: E731 - said thrice
    before = read()
    shop.mock.tasks.complete(task_id)
    assert read() == before
    assert read()["status"] == "completed"


def test_a_read_that_never_answered_before_is_stale_as_of_the_creation(shop: Shop) -> None:
    created = shop.create().json()
    shop.mock.tasks.complete(created["task_id"])
    shop.mock.faults.add(match={"first": 1}, kind="stale")
    stale = shop.call("GET", f"/task/{created['task_id']}").json()
    assert stale == created
    fresh = shop.call("GET", f"/task/{created['task_id']}").json()
    assert fresh["status"] == "completed"


def test_a_batch_is_stale_as_of_its_creation(shop: Shop) -> None:
    client = shop.client("test")
    client.create_project("p", TaskType.Categorization)
    created = shop.call(
        "POST", "/batches", mode="test", json={"project": "p", "name": "b", "callback": ""}
    ).json()
    shop.create(mode="test", project="p", batch="b")
    shop.mock.clock.advance("1h")
    shop.mock.faults.add(match={"operation": "get_batch*", "batch": "b", "first": 2}, kind="stale")
    assert shop.call("GET", "/batches/b", mode="test").json() == created
    status = shop.call("GET", "/batches/b/status", mode="test").json()
    assert status == {"status": "in_progress"}
    assert shop.call("GET", "/batches/b", mode="test").json()["status"] == "completed"


def test_a_list_that_never_answered_before_cannot_be_stale(shop: Shop) -> None:
    shop.create()
    shop.mock.faults.add(match={"operation": "list_tasks"}, kind="stale")
    assert shop.call("GET", "/tasks").json()["total"] == 1
    shop.create()
    assert shop.call("GET", "/tasks").json()["total"] == 1


@pytest.mark.parametrize("clock", ["manual", "autojump"])
def test_a_delay_of_the_world_s_clock_moves_it(open_shop: Callable[..., Shop], clock: str) -> None:
    shop = open_shop(clock=clock, rules=[{"after": "90m"}])
    shop.mock.faults.add(
        match={"operation": "get_task", "nth": 1}, delay={"by": "2h", "clock": "world"}
    )
    began = shop.mock.clock.now()
    task_id = shop.create().json()["task_id"]
    assert shop.call("GET", f"/task/{task_id}").json()["status"] == "completed"
    assert shop.mock.clock.now() >= began + timedelta(hours=2)


def test_a_delay_after_the_effect_shows_what_was_before(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(rules=[{"after": "90m"}])
    shop.mock.faults.add(
        match={"method": "GET"}, delay={"by": "2h", "clock": "world"}, apply="after"
    )
    task_id = shop.create().json()["task_id"]
    assert shop.call("GET", f"/task/{task_id}").json()["status"] == "pending"
    assert shop.mock.tasks.get(task_id)["status"] == "completed"


def test_a_failure_may_be_late_by_the_world_s_clock(shop: Shop) -> None:
    shop.mock.faults.add(status=504, delay={"by": "1m", "clock": "world"})
    began = shop.mock.clock.now()
    assert shop.create().status_code == 504
    assert shop.mock.clock.now() == began + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("match", "struck"),
    [
        ({"project": "p"}, [True, False, True, False]),
        ({"type": "categorization", "unique_id": "a*"}, [True, False, True, False]),
        ({"tags": "x"}, [False, True, False, True]),
        ({"metadata.row": 2}, [False, True, False, True]),
        ({"params.categories": "small"}, [True, True, True, True]),
        ({"operation": "get_task", "project": None}, [False, False, False, True]),
        ({"path": "/v1/task/cat*"}, [True, True, False, False]),
        ({"every": 2}, [False, True, False, True]),
        ({"operation": "*_task", "nth": [1, 4]}, [True, False, False, True]),
    ],
)
def test_a_fault_is_chosen_by_the_task_that_a_request_creates_or_names(
    shop: Shop, match: dict[str, Any], struck: list[bool]
) -> None:
    shop.client().create_project("p", TaskType.Categorization)
    ids = [
        shop.create(project="p", unique_id="a-1").json()["task_id"],
        shop.create(unique_id="b-1", tags=["x"], metadata={"row": 2}).json()["task_id"],
    ]
    shop.mock.faults.add(match=match, status=503)
    found = [
        shop.create(project="p", unique_id="a-2"),
        shop.create(unique_id="b-2", tags=["x"], metadata={"row": 2}),
        *(shop.call("GET", f"/task/{task_id}") for task_id in ids),
    ]
    assert [reply.status_code == 503 for reply in found] == struck


def test_an_account_and_a_key_can_be_meant(shop: Shop) -> None:
    shop.mock.faults.add(match={"account": shop.mock.name, "key": "live_*", "first": 1}, status=500)
    assert [shop.create(mode=mode).status_code for mode in ("test", "live", "live")] == [
        200,
        500,
        200,
    ]


def test_a_window_of_the_world_s_time(shop: Shop) -> None:
    shop.mock.faults.add(match={"window": {"from": "1h", "until": "2h"}}, status=503)
    found = []
    for _ in range(4):
        found.append(shop.call("GET", "/tasks").status_code)
        shop.mock.clock.advance("30m")
    found.append(shop.call("GET", "/tasks").status_code)
    assert found == [200, 200, 503, 503, 200]


def test_chance_depends_on_the_request_and_not_on_the_order(
    open_shop: Callable[..., Shop],
) -> None:
    def struck(order: list[int]) -> tuple[dict[int, int], str]:
        shop = open_shop(seed=3, faults=[{"match": {"chance": "1/2"}, "status": 503}])
        found = {number: shop.create(unique_id=f"u-{number}").status_code for number in order}
        return found, ""

    first, _ = struck(list(range(20)))
    second, _ = struck(list(reversed(range(20))))
    assert first == second
    assert set(first.values()) == {200, 503}


def test_the_first_fault_that_is_meant_strikes_and_every_one_counts(shop: Shop) -> None:
    shop.mock.faults.add(match={"nth": 2}, status=503)
    shop.mock.faults.add(match={"first": 3}, status=500)
    found = [shop.call("GET", "/tasks").status_code for _ in range(4)]
    assert found == [500, 503, 500, 200]


def test_the_control_api_is_never_faulted_and_manages_faults(shop: Shop) -> None:
    at = "/_mock/faults"
    added = shop.request("POST", at, json={"name": "all", "status": 500}).json()
    assert added == {"id": "fault-1"}
    many = [{"kind": "reset", "match": {"operation": "list_files"}}, {"kind": "stale"}]
    assert shop.request("POST", at, json=many).json() == {"ids": ["fault-2", "fault-3"]}
    assert shop.call("GET", "/tasks").status_code == 500
    listed = shop.request("GET", at).json()
    assert [(one["id"], one["matched"], one["fired"]) for one in listed] == [
        ("fault-1", 1, 1),
        ("fault-2", 0, 0),
        ("fault-3", 1, 0),
    ]
    assert len(shop.request("DELETE", f"{at}/all").json()) == 2
    assert shop.request("DELETE", at).json() == []
    assert shop.call("GET", "/tasks").status_code == 200
    requests = shop.request("GET", "/_mock/requests").json()
    assert requests[-1]["fault"] is None


def test_wrong_faults_are_refused_over_http_in_the_same_words(shop: Shop) -> None:
    reply = shop.request("POST", "/_mock/faults", json=[{"status": 500}, {"kind": "rest"}])
    assert reply.status_code == 400
    assert reply.json()["error"].startswith(
        'fault (number 2): kind: unknown kind "rest"; did you mean "reset"? Kinds for requests: '
    )
    assert shop.request("GET", "/_mock/faults").json() == []
    reply = shop.request("POST", "/_mock/faults", json=[3])
    assert reply.json()["error"] == (
        "Invalid body: expected a JSON object or an array of objects, got number."
    )


def test_an_unknown_operation_is_refused_with_the_nearest(shop: Shop) -> None:
    with pytest.raises(ValueError, match="operation") as caught:
        shop.mock.faults.add(name="typo", match={"operation": "create_tsk"}, status=500)
    assert str(caught.value).startswith(
        'fault "typo": match.operation: there is no operation "create_tsk"; did you mean '
        '"create_task"? Nearest: create_task, v2_create_task, create_batch. All'
    )
    assert str(caught.value).endswith(
        ' All of them are listed in the README under "Coverage"; those of the control API are '
        "never faulted."
    )
    assert len(str(caught.value)) < 300
    with pytest.raises(ValueError, match="there is no operation"):
        shop.mock.faults.add(match={"operation": ["get_task", "advance_clock"]}, status=500)
    assert len(shop.mock.faults) == 0


def test_a_fault_that_never_fired_fails_the_check(shop: Shop) -> None:
    shop.mock.faults.add(name="late", match={"operation": "get_task", "nth": 3}, status=500)
    shop.mock.faults.add(Fault(match={"project": "p"}, kind="reset"))
    task_id = shop.create().json()["task_id"]
    shop.call("GET", f"/task/{task_id}")
    assert [fault.name for fault in shop.mock.faults.unused()] == ["late", "fault-2"]
    with pytest.raises(AssertionError) as caught:
        shop.mock.check()
    assert str(caught.value).splitlines() == [
        "scale_mock found 2 problems (unused_faults):",
        '  - fault "late" (500) never fired: it matched 1 request, but was not meant: '
        "nth wanted 3, found 1",
        '  - fault "fault-2" (reset) never fired: no request matched; the nearest was create_task '
        "(POST /v1/task/categorization): project wanted 'p', found nothing",
        '    To allow them: mock.check(allow="unused_faults")',
    ]
    shop.mock.faults.remove("late")
    shop.mock.faults.clear()
    shop.mock.check()


def test_a_reset_brings_back_the_first_faults(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(faults=[{"match": {"nth": 1}, "status": 500}])
    shop.mock.faults.add(status=503)
    assert [shop.call("GET", "/tasks").status_code for _ in range(2)] == [500, 503]
    shop.mock.reset()
    assert [shop.call("GET", "/tasks").status_code for _ in range(2)] == [500, 200]


def test_the_same_faults_give_the_same_journal(open_shop: Callable[..., Shop]) -> None:
    def digest(name: str) -> str:
        shop = open_shop(
            seed=5,
            name=name,
            faults=[
                {"match": {"chance": "1/3"}, "status": 503},
                {"match": {"nth": 4}, "status": 500},
            ],
        )
        for number in range(12):
            shop.create(unique_id=f"u-{number}", callback_url=f"http://127.0.0.1:{number + 1}/")
        assert shop.fired()
        return shop.mock.journal.digest()

    assert digest("one") == digest("two")


def test_threads_do_not_matter_to_faults_by_chance(open_shop: Callable[..., Shop]) -> None:
    def digest(threads: int) -> str:
        shop = open_shop(
            seed=11,
            faults=[
                {"match": {"chance": "1/4"}, "status": 500, "apply": "after"},
                {"match": {"chance": "1/3"}, "status": 503},
            ],
        )
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda number: shop.create(unique_id=f"u-{number}"), range(40)))
        assert len({entry["fault"] for entry in shop.fired()}) == 2
        return shop.mock.journal.digest()

    assert digest(1) == digest(8)
