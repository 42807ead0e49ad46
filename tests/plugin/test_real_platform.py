"""What leaves a process that was pointed at the real platform: reads with the test key, no more.

The platform is played by a server on this machine that has no control API.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock import ConfigurationError, LeakError
from scale_mock.domain.refusals import REAL_KEY
from scale_mock.mock.remote.address import parse_address
from scale_mock.mock.remote.keys import (
    Secret,
    basic,
    carries_live_key,
    read_test_key,
    redacted,
)
from scale_mock.mock.remote.probing import require_privacy
from tests.functional.remote.servers import Altered, Changed, served, serving
from tests.plugin.test_elsewhere import flat, story

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scale_mock.mock.host import Host
    from tests.plugin.conftest import Run

OWN = "test_mine0123456789mine"
LIVE = f"live_{'ab' * 16}"
START = f"""
    import http.client
    import urllib.request
    from base64 import b64encode

    import httpx
    import requests

    API, LIVE = "https://api.scale.com", {LIVE!r}

    def basic(key):
        return {{"Authorization": "Basic " + b64encode(f"{{key}}:".encode()).decode()}}

    def get(path="/v1/tasks", key="test_a", **more):
        headers = {{**basic(key), **more.pop("headers", {{}})}}
        return requests.get(API + path, headers=headers, **more)
"""


class Platform(Altered):
    """Plays the real platform, and remembers every request whole."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, hidden=("/_mock",), **more)
        self.environs: list[dict[str, Any]] = []

    def __call__(self, environ: Any, start_response: Any) -> Any:
        if not environ["PATH_INFO"].startswith("/_mock"):
            self.environs.append(dict(environ))
        return super().__call__(environ, start_response)


@pytest.fixture
def host() -> Iterator[Host]:
    made = serving()
    yield made
    made.stop()


@pytest.fixture
def there(host: Host, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Platform]]:
    """The platform's address, and what it has seen."""
    monkeypatch.setenv("MY_KEY", OWN)
    app = Platform(host.app)
    server = served(app)
    yield server.url, app
    server.stop()


def at(url: str, *args: str) -> tuple[str, ...]:
    return (f"--scale-mock-url={url}", "--scale-mock-key-from=MY_KEY", *args)


STOPPED = {
    "a live key": [
        "get(key=LIVE)",
        "get(key=' ' + LIVE)",
        "get(key=f'test_{LIVE}')",
        "get(key=f'{LIVE}|test')",
        "get(headers={'Authorization': f'Bearer {LIVE}'})",
        "get(headers={'Authorization': basic(LIVE)['Authorization'].replace('Basic', 'basic')})",
        "requests.get(f'{URL}/v1/tasks', auth=(LIVE, ''))",
        "httpx.get(f'{API}/v1/tasks', headers=basic(LIVE))",
        "urllib.request.urlopen(urllib.request.Request(f'{URL}/v1/tasks', headers=basic(LIVE)))",
        "ScaleClient(LIVE, api_instance_url=f'{URL}/v1').api.get_request('tasks', params={})",
        "ScaleClient(LIVE).v2.get_projects()",
    ],
    "no key of test mode": [
        "requests.get(f'{API}/v1/tasks')",
        "get(headers={'Authorization': f'Token {LIVE}'})",
    ],
    "what looks like a live key in its address": [
        "get(params={'api_key': LIVE})",
        "get(f'/v1/task/{LIVE}')",
        "get(params={'key': b64encode(LIVE.encode()).decode()})",
    ],
    "what looks like a live key in the header": [
        "get(headers={'X-Api-Key': LIVE})",
        "get(headers={'Cookie': f'key={LIVE}'})",
        "get(headers={'Proxy-Authorization': basic(LIVE)['Authorization']})",
        "requests.get(f'{API}/v1/tasks', auth=('test_a', LIVE))",
    ],
    "what looks like a live key in its body": ["get(data=LIVE)", "get(json={'key': [LIVE]})"],
    "would write to the real platform": [
        *(
            f"requests.request({method!r}, f'{{API}}/v1/tasks', headers=basic('test_a'))"
            for method in ("POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PURGE")
        ),
        "requests.post(f'{URL}/v1/projects', headers=basic('test_a'), json={})",
        "httpx.post(f'{API}/v2/batch', headers={'Authorization': 'Bearer test_a'}, json={})",
        "requests.post(f'{API}/v1/projects', headers=basic('test_a'), proxies={'https': 'http://127.0.0.1:9'})",
    ],
}


@pytest.mark.parametrize("why", STOPPED)
def test_nothing_else_leaves_the_process(run: Run, there: tuple[str, Platform], why: str) -> None:
    url, app = there
    module = f"""
        URL = {url!r}
        CALLS = {STOPPED[why]!r}

        @pytest.mark.parametrize("call", CALLS)
        def test_stopped(scale_mock, call):
            try:
                eval(call)
            except Exception as error:
                seen = str(error)
            assert {why!r} in str(scale_mock.refused)
            assert LIVE not in str(scale_mock.refused) + repr(scale_mock.requests)
    """
    result = run(story(START) + story(module), *at(url))
    count = len(STOPPED[why])
    result.assert_outcomes(passed=count, errors=count)  # each one is told once more at its end
    assert app.environs == []
    told = flat(result)
    assert why in told
    assert OWN not in told
    assert basic(OWN) not in told


def test_what_leaves_carries_the_test_key_and_nothing_of_the_code_under_test(
    run: Run, there: tuple[str, Platform]
) -> None:
    url, app = there
    module = """
        def test_read(scale_mock, scale_test_client):
            odd = {"X-HTTP-Method-Override": "DELETE", "Cookie": "a=b", "X-Mine": "c"}
            assert get(headers=odd).status_code == 200
            assert list(scale_test_client.tasks()) == []
            assert scale_mock.test_key == scale_test_client.api.api_key != "test_mine"
            paths = [request.path.partition("?")[0] for request in scale_mock.requests]
            assert paths == ["/v1/tasks"] * 2
    """
    run(story(START) + story(module), *at(url)).assert_outcomes(passed=1)
    for environ in app.environs:
        assert environ["REQUEST_METHOD"] == "GET"
        assert environ["HTTP_AUTHORIZATION"] == basic(OWN)
        names = {name for name in environ if name.startswith("HTTP_")}
        assert names <= {
            "HTTP_HOST",
            "HTTP_ACCEPT",
            "HTTP_ACCEPT_ENCODING",
            "HTTP_AUTHORIZATION",
            "HTTP_USER_AGENT",
        }


def test_a_redirection_is_looked_at_like_any_other_request(
    run: Run, host: Host, there: tuple[str, Platform]
) -> None:
    """The reply of another server would otherwise lead a client anywhere."""
    from scale_mock.intercept import leak_count

    def elsewhere(method: str, path: str, reply: Changed) -> Changed:
        return reply

    class Redirecting(Platform):
        def __call__(self, environ: Any, start_response: Any) -> Any:
            if environ["PATH_INFO"] == "/v1/tasks":
                to = "https://dashboard.scale.com/v1/tasks"
                start_response("307 Moved", [("Location", to), ("Content-Length", "0")])
                return [b""]
            return super().__call__(environ, start_response)

    server = served(Redirecting(host.app, elsewhere))
    module = """
        def test_led_away(scale_mock):
            with pytest.raises(Exception) as stopped:
                get()
            assert "A connection to dashboard.scale.com was stopped" in str(stopped.value)
    """
    before = leak_count()
    try:
        result = run(story(START) + story(module), *at(server.url))
    finally:
        server.stop()
    result.assert_outcomes(passed=1, errors=1)
    assert leak_count() > before


def test_the_server_itself_is_not_handed_out(run: Run, there: tuple[str, Platform]) -> None:
    url, app = there
    module = """
        def test_straight(scale_server):
            requests.post(scale_server.v1_url + "/projects", headers=basic(LIVE), json={})
    """
    result = run(story(START) + story(module), *at(url))
    result.assert_outcomes(failed=1)
    assert (
        f"scale_server is not there at the real platform ({url}): what is sent straight to an "
        "address is not looked at before it leaves. Use scale_mock and scale_test_client. To keep "
        "the test in process: @pytest.mark.scale_mock(remote=False)."
    ) in flat(result)
    assert app.environs == []


def test_a_test_without_any_fixture_does_not_reach_scale(run: Run) -> None:
    module = """
        def test_first():
            get(key=LIVE)
    """
    result = run(story(START) + story(module), "--scale-mock-url=https://api.scale.com")
    result.assert_outcomes(failed=1)
    assert "A connection to api.scale.com was stopped" in flat(result)


def test_the_key_is_in_no_traceback_log_or_dump(
    run: Run, there: tuple[str, Platform], pytester: pytest.Pytester
) -> None:
    url, app = there
    module = """
        import logging

        def test_it(scale_mock, scale_test_client):
            logging.basicConfig(level=logging.DEBUG)
            http.client.HTTPConnection.debuglevel = 1
            try:
                scale_test_client.api.get_request("tasks", params={})
                scale_test_client.api.get_request("task/none", params={})
            finally:
                http.client.HTTPConnection.debuglevel = 0

        def test_gone(scale_mock, scale_test_client):
            scale_mock.line.close()
            scale_mock.line.address = scale_mock.line.address._replace(port=9)
            get()
    """
    args = ("--showlocals", "--full-trace", "-rA", "--scale-mock-dump=dumps")
    result = run(story(START) + story(module), *at(url, *args))
    result.assert_outcomes(failed=2)
    assert len(app.environs) > 1, "it was sent"
    texts = [result.stdout.str(), result.stderr.str()]
    files = [file for file in pytester.path.joinpath("dumps").rglob("*") if file.is_file()]
    assert {file.name for file in files} == {"requests.jsonl", "report.txt"}
    assert f"It has no snapshot: {url} is the real platform" in flat(result)
    texts += [file.read_text() for file in files]
    for secret in (OWN, b64encode(f"{OWN}:".encode()).decode()):
        assert [text for text in texts if secret in text] == []


@pytest.mark.parametrize(
    ("held", "why"),
    [
        ("live_mine", "holds a live key"),
        (f"test_{LIVE}", "holds a live key"),
        ("LIVE_mine", "holds a live key"),
        ("test_mine|live_mine", "holds a live key"),
        ("mine|test", "holds no test key"),
        ("test_mine|test", "holds no test key"),
        ("mine", "holds no test key"),
        ("", "is not set"),
        (" \t\n", "is not set"),
        ("test_mine\nX-Other: 1", "holds more than a key"),
        ("test_mine test_other", "holds more than a key"),
        ("test_", "holds more than a key"),
        ("test_mine\x00", "holds more than a key"),
        ("'test_mine'", "holds no test key"),
    ],
)
def test_a_variable_that_holds_no_test_key_is_refused_without_showing_it(
    held: str, why: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read_test_key("MY_KEY", {"MY_KEY": held}, where="--key-from")
    told = str(refused.value)
    assert why in told
    assert held not in told or not held.strip()


def test_white_space_around_a_key_is_nothing() -> None:
    key = read_test_key("MY_KEY", {"MY_KEY": f" {OWN}\n"}, where="--key-from")
    assert key == OWN
    assert repr(key) == "'test_***'"
    assert repr({"Authorization": basic(key)}) == "{'Authorization': '***'}"
    assert isinstance(basic(key), Secret)


@pytest.mark.parametrize("given", ["test_secret", "live_secret", " test_secret", "'test_secret'"])
def test_a_key_in_place_of_a_variable_is_not_shown(given: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read_test_key(given, {}, where=f"--key-from={given}")
    assert str(refused.value) == (
        "--key-from: expected the name of an environment variable that holds the key, not a key: "
        "command lines and ini files are read by others."
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (LIVE, True),
        (LIVE.upper(), True),
        (f"a={LIVE.replace('_', '%5F')}", True),
        (f"Basic {b64encode(f'x:{LIVE}'.encode()).decode()}", True),
        (b64encode(LIVE.encode()).decode().rstrip("="), True),
        ("live_stream", False),
        (f"test_{'ab' * 16}", False),
        ("Basic !!!!", False),
    ],
)
def test_live_keys_are_known_wherever_they_stand(text: str, found: bool) -> None:
    assert carries_live_key(text) is found


def test_keys_are_hidden_in_paths() -> None:
    assert redacted(f"/v1/task/{LIVE}?a=test_{'0' * 32}") == "/v1/task/live_***?a=test_***"


@pytest.mark.parametrize(
    ("url", "is_private"),
    [
        ("https://platform.test", True),
        ("http://127.0.0.1:1", True),
        ("http://localhost:1", True),
        ("http://[::1]:1", True),
        ("http://platform.test", False),
        ("http://10.0.0.1:8080", False),
        ("http://127.0.0.1.platform.test", False),
    ],
)
def test_a_key_is_sent_over_https_or_within_this_machine(url: str, is_private: bool) -> None:
    address = parse_address(url, where="url")
    if is_private:
        require_privacy(address)
        return
    with pytest.raises(ConfigurationError) as refused:
        require_privacy(address)
    assert str(refused.value) == (
        f"{address.url}: a key is sent over https only; anybody on the way could read it here. "
        f"Use https://{address.host}."
    )


def test_scale_over_plain_http_is_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", OWN)
    result = run(story("def test_it(scale_mock): pass"), *at("http://api.scale.com"))
    result.assert_outcomes(errors=1)
    assert "http://api.scale.com: a key is sent over https only" in flat(result)


def test_a_real_key_does_not_leave_for_a_mock_either(run: Run, host: Host) -> None:
    seen: list[str] = []

    class Seeing(Altered):
        def __call__(self, environ: Any, start_response: Any) -> Any:
            seen.append(environ.get("HTTP_AUTHORIZATION", ""))
            return super().__call__(environ, start_response)

    server = served(Seeing(host.app))
    module = """
        def test_it(scale_mock):
            for key in (LIVE, LIVE.replace("live", "test")):
                reply = get(key=key)
                assert (reply.status_code, reply.json()["error"]) == (STATUS, ERROR)
    """
    error: Callable[..., Any] = REAL_KEY
    known = f"STATUS, ERROR = {error().status}, {str(error())!r}\n"
    try:
        result = run(story(START) + known + story(module), f"--scale-mock-url={server.url}")
    finally:
        server.stop()
    result.assert_outcomes(passed=1)
    assert seen
    assert not [header for header in seen if carries_live_key(header)]


def test_nothing_else_of_the_process_reaches_the_platform_of_another_name() -> None:
    """What is not intercepted, a request straight to its address for example, is stopped too."""
    import requests

    from scale_mock.intercept import take_leaks
    from scale_mock.mock.remote.line import Line
    from scale_mock.mock.remote.platform import RealPlatform

    address = parse_address("https://platform.invalid", where="url")
    RealPlatform(Line(address), OWN)
    with pytest.raises(LeakError, match=r"A connection to platform\.invalid was stopped"):
        requests.post("https://platform.invalid/v1/projects", json={}, timeout=5)
    assert [leak.host for leak in take_leaks()] == ["platform.invalid"]
