"""Who may call: the schemes, the forms of keys, and the recorded 401."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest
from scaleapi.exceptions import ScaleUnauthorized
from scaleapi.tasks import TaskType

from scale_mock.mock.client import sdk_client
from tests.functional.helpers import IMAGE, image_task, ok, refused

if TYPE_CHECKING:
    from tests.functional.doors import Door

DEAD = "Your API key does not correspond to a registered user."


def basic(text: str) -> str:
    return "Basic " + b64encode(text.encode()).decode()


def listed(door: Door, header: str | bytes) -> Any:
    return door.get("/tasks", auth=lambda request: with_header(request, header))


def with_header(request: Any, header: str | bytes) -> Any:
    request.headers["Authorization"] = header
    return request


@pytest.mark.parametrize("scheme", ["Bearer {}", "bearer {}", "BEARER  {}"])
def test_bearer_is_the_same_as_basic(door: Door, scheme: str) -> None:
    task = image_task(door)
    found = ok(listed(door, scheme.format(door.key())))
    assert [one["task_id"] for one in found["docs"]] == [task.id]


@pytest.mark.parametrize("suffix", [":", ":ignored", ""])
def test_basic_takes_the_key_as_user_and_ignores_the_password(door: Door, suffix: str) -> None:
    assert ok(listed(door, basic(door.key() + suffix)))["total"] == 0


@pytest.mark.parametrize("form", ["test_{}", "{}|test", "live_{}|5d1f|test", "test_{}|5d1f"])
def test_key_of_test_mode(door: Door, form: str) -> None:
    client = sdk_client(form.format(door.mock.name), door.url)
    assert client.create_task(TaskType.ImageAnnotation, **IMAGE).is_test is True


@pytest.mark.parametrize("form", ["live_{}", "live_{}|5d1f"])
def test_key_of_live_mode(door: Door, form: str) -> None:
    client = sdk_client(form.format(door.mock.name), door.url)
    assert client.create_task(TaskType.ImageAnnotation, **IMAGE).is_test is False


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic !",
        "Basic " + "A" * 5,
        basic(":"),
        basic("dummy_api_key:"),
        basic("prod_x:"),
        b"Basic \xe9\xe9\xe9\xe9",
        "Basic " + b64encode(b"\xff\xfe:").decode(),
        "Bearer",
        "Bearer ",
        "Digest username=x",
        "live_raw",
    ],
)
def test_anything_else_is_refused_with_the_recorded_text(door: Door, header: Any) -> None:
    assert refused(listed(door, header)) == (401, DEAD)


def test_no_authorization_header_is_refused_like_a_dead_key(door: Door) -> None:
    assert refused(door.get("/tasks", auth=lambda request: request)) == (401, DEAD)


def test_sdk_raises_unauthorized_with_the_text(door: Door) -> None:
    with pytest.raises(ScaleUnauthorized, match=DEAD) as caught:
        sdk_client("dummy_api_key", door.url).batches(limit=1)
    assert caught.value.code == 401


def test_401_comes_before_validation_and_lookup(door: Door) -> None:
    for reply in (
        door.post("/task/categorization", key="dead", json={}),
        door.post("/task/categorization", key="dead", data=b"{"),
        door.get("/task/nope", key="dead"),
    ):
        assert refused(reply) == (401, DEAD)


def test_the_two_modes_never_see_each_other(door: Door) -> None:
    live, test = image_task(door, mode="live"), image_task(door, mode="test")
    for mode, mine, others in (("live", live, test), ("test", test, live)):
        client = door.client(mode)
        assert [task.id for task in client.tasks()] == [mine.id]
        assert door.get(f"/task/{others.id}", mode=mode).status_code == 404


def test_unique_ids_of_the_two_modes_are_apart(door: Door) -> None:
    for mode in ("live", "test"):
        assert image_task(door, mode=mode, unique_id="a").unique_id == "a"


def test_keys_are_not_readable_in_the_log_of_requests(door: Door) -> None:
    image_task(door)
    (request,) = door.mock.requests
    assert (request.key, request.mode) == ("live_***", "live")
    assert door.mock.name not in repr(request)


ILL_FORMED = "The key *** of 13 characters is neither live_NAME nor test_NAME"
WANTED = "Scale's API wants Basic with the key as user and no password"
UNREADABLE = "No key that can be read came, "


@pytest.mark.parametrize(
    ("header", "key", "why"),
    [
        (basic("dummy_api_key:"), "***", ILL_FORMED),
        (
            basic("live_:"),
            "live_***",
            "The key live_*** of 5 characters is neither live_NAME nor test_NAME",
        ),
        ("Bearer dummy_api_key", "***", f"{ILL_FORMED}, and came as Bearer"),
        (
            basic("live_mock-9999999:"),
            "live_***",
            "The key live_*** of 17 characters opens no world",
        ),
        (
            basic(":live_secret"),
            "***",
            f"{UNREADABLE}the user of Basic is empty: the key stands there, before the colon",
        ),
        (
            "Basic live_secret:",
            "***",
            f"{UNREADABLE}what follows Basic is not the base64 of KEY:",
        ),
        ("live_secret", "***", f"{UNREADABLE}the Authorization header has one word: {WANTED}"),
        (
            "Bearer",
            "***",
            f"{UNREADABLE}the Authorization header has a scheme without a key: {WANTED}",
        ),
        (
            "Token live_secret",
            "***",
            f"{UNREADABLE}the Authorization header has the scheme Token: {WANTED}",
        ),
        (
            "live_secret live_secret",
            "***",
            f"{UNREADABLE}the Authorization header has another scheme: {WANTED}",
        ),
        ("", "***", f"No key came, there is no Authorization header: {WANTED}"),
    ],
)
def test_a_key_of_no_world_is_logged_in_the_only_world_with_what_is_wrong_with_it(
    door: Door, header: str, key: str, why: str
) -> None:
    assert refused(listed(door, header)) == (401, DEAD)
    found = door.mock.requests
    assert [(one.operation, one.status, one.key, one.error) for one in found] == [
        ("list_tasks", 401, key, f"{DEAD} ({why})")
    ]
    assert "secret" not in repr(found)
    assert not len(door.mock.journal), "what was never let in has not happened"
