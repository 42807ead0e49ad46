"""Pointing clients that somebody else made: in this process, and in others by scale-mock env."""

from __future__ import annotations

import itertools
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import scaleapi
from scaleapi.api_client.v2 import Configuration, V2Api
from scaleapi.tasks import TaskType

from scale_mock import ConfigurationError, ScaleMock
from scale_mock.mock.pointing import PRELOAD
from tests.functional.cli.processes import environment, run

if TYPE_CHECKING:
    from pathlib import Path

TASK = {"attachment_type": "text", "attachment": "car", "categories": ["big", "small"]}
REAL = "https://api.scale.com"


def addresses(client: scaleapi.ScaleClient) -> tuple[str, str]:
    return client.api.base_api_url, client.v2.api_client.configuration.host


@pytest.mark.parametrize("https", [False, True])
def test_a_client_that_exists_is_pointed_here_until_the_mock_is_closed(https: bool) -> None:
    client = scaleapi.ScaleClient("live_somebody")
    before = addresses(client), client.api._auth, vars(client.api).copy()
    with ScaleMock(https=https) as mock, ScaleMock() as other:
        assert mock.patch_client(client) is client
        assert addresses(client) == (mock.v1_url, mock.url)
        task = client.create_task(TaskType.Categorization, **TASK)
        with pytest.raises(scaleapi.api_client.v2.ApiException):
            client.v2.get_project(project_id="nope")
        assert [one.id for one in mock.client().tasks()] == [task.id]
        assert mock.requests[1].path == "/v2/project"
        assert other.requests == []
    assert addresses(client) == (REAL + "/v1", REAL)
    assert (addresses(client), client.api._auth, vars(client.api)) == before


@pytest.mark.parametrize(
    ("key", "wanted"),
    [("live_a", "live_{}"), ("test_a", "test_{}"), ("a|test", "test_{}"), ("nonsense", "nonsense")],
)
def test_it_gets_this_worlds_key_of_its_own_mode(key: str, wanted: str) -> None:
    client = scaleapi.ScaleClient(key)
    with ScaleMock() as mock:
        mock.patch_client(client)
        now = (
            client.api.api_key,
            client.api._auth[0],
            client.v2.api_client.configuration.access_token,
        )
        assert set(now) == {wanted.format(mock.name)}
    assert client.api.api_key == client.v2.api_client.configuration.access_token == key


def test_a_key_that_is_none_gets_its_401() -> None:
    client = scaleapi.ScaleClient("nonsense")
    with ScaleMock() as mock, pytest.raises(scaleapi.exceptions.ScaleUnauthorized):
        mock.patch_client(client).tasks()


def test_two_mocks_take_turns_in_reverse() -> None:
    client = scaleapi.ScaleClient("live_somebody")
    with ScaleMock() as outer:
        outer.patch_client(client)
        with ScaleMock(https=True) as inner:
            inner.patch_client(client)
            assert addresses(client) == (inner.v1_url, inner.url)
            assert list(client.tasks()) == []
        assert addresses(client) == (outer.v1_url, outer.url)
        assert list(client.tasks()) == []
    assert addresses(client) == (REAL + "/v1", REAL)


@pytest.mark.parametrize("first_https", [False, True])
@pytest.mark.parametrize("second_https", [False, True])
def test_two_mocks_may_end_in_the_order_in_which_they_began(
    first_https: bool, second_https: bool
) -> None:
    client = scaleapi.ScaleClient("live_somebody")
    pools = client.v2.api_client.rest_client.pool_manager
    before = vars(client.api).copy(), vars(client).copy(), pools.connection_pool_kw.copy()
    first, second = ScaleMock(https=first_https), ScaleMock(https=second_https)
    first.patch_client(client)
    second.patch_client(client)
    first.close()
    assert addresses(client) == (second.v1_url, second.url)
    assert client.api.api_key == second.live_key
    assert list(client.tasks()) == []
    second.close()
    assert addresses(client) == (REAL + "/v1", REAL)
    assert client.v2.api_client.configuration.access_token == "live_somebody"
    assert {**pools.connection_pool_kw, "ca_certs": None} == {**before[2], "ca_certs": None}
    assert (vars(client.api), vars(client)) == before[:2]


def test_three_mocks_may_end_in_any_order() -> None:
    client = scaleapi.ScaleClient("live_somebody")
    for order in itertools.permutations(range(3)):
        mocks = [ScaleMock() for _ in range(3)]
        for mock in mocks:
            mock.patch_client(client)
        left = list(mocks)
        for number in order:
            mocks[number].close()
            left.remove(mocks[number])
            host = left[-1].url if left else REAL
            assert addresses(client) == (f"{host}/v1", host)


def test_what_is_no_client_is_refused() -> None:
    with ScaleMock() as mock, pytest.raises(ConfigurationError) as caught:
        mock.patch_client("live_me")
    assert str(caught.value) == (
        "patch_client('live_me'): expected a scaleapi.ScaleClient of scaleapi 2.15 or later, with "
        "its two halves .api and .v2 ('str' object has no attribute 'api')."
    )


# scale-mock env


def lines(*arguments: str, **variables: str) -> list[str]:
    """What the command prints besides comments, in an environment without our variables."""
    done = run("env", *arguments, **{**CLEAN, **variables})
    assert (done.returncode, done.stderr) == (0, "")
    return [line for line in done.stdout.splitlines() if not line.startswith("#")]


CLEAN = dict.fromkeys(
    ("PYTHONPATH", "NODE_OPTIONS", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE",
     "NODE_EXTRA_CA_CERTS", "SCALE_MOCK_URL", "SCALE_MOCK_CA_FILE"), "",
)  # fmt: skip
NODE_OPTION = f'--require "{(PRELOAD / "point.cjs").as_posix()}"'
URL = "http://127.0.0.1:8723"


@pytest.mark.parametrize("url", [URL, URL + "/", URL + "/v1", URL + "/v1/tasks?limit=1"])
def test_env_prints_lines_for_a_shell(url: str) -> None:
    assert lines(url) == [
        f"export SCALE_MOCK_URL={URL}",
        f"export PYTHONPATH={shlex.quote(str(PRELOAD))}",
        f"export NODE_OPTIONS={shlex.quote(NODE_OPTION)}",
    ]


def test_env_speaks_powershell() -> None:
    assert lines(URL, "--shell", "powershell") == [
        f"$env:SCALE_MOCK_URL = '{URL}'",
        f"$env:PYTHONPATH = '{PRELOAD}'",
        f"$env:NODE_OPTIONS = '{NODE_OPTION}'",
    ]
    unset = lines("--unset", "--shell", "powershell", SCALE_MOCK_URL=URL, PYTHONPATH="it's mine")
    assert unset == [
        "Remove-Item Env:SCALE_MOCK_URL -ErrorAction SilentlyContinue",
        "$env:PYTHONPATH = 'it''s mine'",
        "Remove-Item Env:NODE_OPTIONS -ErrorAction SilentlyContinue",
    ]


def test_env_says_what_has_no_variable() -> None:
    said = " ".join(run("env", URL).stdout.replace("\n# ", " ").split())
    assert f"Nothing else has a variable for its address. Use {URL}/v1 as the base URL" in said
    assert 'To take this back: eval "$(scale-mock env --unset)"' in said


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        (
            ("127.0.0.1:8723",),
            "Error: '127.0.0.1:8723' is not the address of a server. Give what serve printed, for "
            "example http://127.0.0.1:8723.",
        ),
        (
            ("http://127.0.0.1:port",),
            "Error: 'http://127.0.0.1:port' is not the address of a server. Give what serve "
            "printed, for example http://127.0.0.1:8723.",
        ),
        (
            (),
            "Error: Which server? Give the address that serve printed, for example: scale-mock env "
            "http://127.0.0.1:8723",
        ),
    ],
)
def test_env_refuses_what_is_no_address(arguments: tuple[str, ...], refusal: str) -> None:
    done = run("env", *arguments)
    assert done.returncode != 0
    assert done.stdout == ""
    assert done.stderr.rstrip().splitlines()[-1] == refusal


def test_env_says_when_nobody_hands_out_an_authority() -> None:
    with ScaleMock() as mock:
        url = mock.url.replace("http:", "https:")
    done = run("env", url)  # nobody listens any more
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: {url} does not hand out its certificate authority: ")
    assert done.stderr.endswith(
        "Is it a running scale-mock serve --https? Otherwise say where the authority lies: "
        "--ca-file FILE.\n"
    )


def test_env_asks_an_https_server_for_its_authority() -> None:
    with ScaleMock(https=True) as mock:
        found = lines(mock.url, REQUESTS_CA_BUNDLE="/company.pem")
        assert f"export SSL_CERT_FILE={mock.ca_file}" in found
        assert f"export REQUESTS_CA_BUNDLE={mock.ca_file}" in found
        assert "export SCALE_MOCK_SAVED_REQUESTS_CA_BUNDLE=/company.pem" in found
        given = lines(mock.url, "--ca-file", str(mock.ca_file))
        assert f"export CURL_CA_BUNDLE={mock.ca_file}" in given


SCRIPT = """
set -e
eval "$({command} env {url})"
curl --silent --fail --user live_me: "$SCALE_MOCK_URL/v1/tasks" >/dev/null
{python} -c '{program}'
eval "$({command} env --unset)"
echo "${{SCALE_MOCK_URL-unset}} ${{PYTHONPATH-unset}} ${{SSL_CERT_FILE-unset}}"
"""
PROGRAM = """
import scaleapi
client = scaleapi.ScaleClient("live_me")
print(len(client.tasks()), client.api.base_api_url, client.v2.api_client.configuration.host)
"""


@pytest.mark.slow
@pytest.mark.parametrize("https", [False, True])
def test_a_shell_that_evaluates_it_points_curl_and_the_sdk(https: bool) -> None:
    command = f"{shlex.quote(sys.executable)} -m scale_mock"
    with ScaleMock(https=https) as mock:
        script = SCRIPT.format(
            command=command, url=mock.url, python=shlex.quote(sys.executable), program=PROGRAM
        )
        env = {name: value for name, value in environment().items() if name not in CLEAN}
        done = subprocess.run(
            ["bash", "-c", script], capture_output=True, text=True, check=False, env=env
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines() == [f"0 {mock.v1_url} {mock.url}", "unset unset unset"]


# What runs before a Python program


def python(mock: ScaleMock, program: str, **more: str) -> str:
    """What a Python program prints that is pointed by the environment alone."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env={**environment(), **mock.env(), **more},
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_every_way_to_scales_hosts_is_pointed_and_no_other() -> None:
    program = """
import scaleapi
from scaleapi.api_client.v2 import Configuration, V2Api
for url in ("https://api.scale.com/v1", "https://api.scaleapi.com/v1", "http://own.test/v1"):
    print(scaleapi.ScaleClient("live_x", api_instance_url=url).api.base_api_url)
for host in (None, "https://api.scale.com", "http://own.test"):
    print(Configuration(host).host, Configuration(host=host).host)
print(V2Api().api_client.configuration.host)
"""
    with ScaleMock() as mock:
        v1, url = mock.v1_url, mock.url
        assert python(mock, program).splitlines() == [
            *(v1, v1, "http://own.test/v1"),
            *(f"{url} {url}", f"{url} {url}", "http://own.test http://own.test"),
            url,
        ]
    assert Configuration().host == V2Api().api_client.configuration.host == REAL


def test_another_sitecustomize_still_gets_its_turn(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import builtins\nbuiltins.mine = 'ran'\n")
    program = "import sitecustomize, scaleapi; print(mine, sitecustomize.__file__)"
    with ScaleMock() as mock:
        path = f"{mock.env()['PYTHONPATH']}:{tmp_path}"
        said = python(mock, program, PYTHONPATH=path)
    assert said.split() == ["ran", str(tmp_path / "sitecustomize.py")]


def test_without_the_variable_nothing_is_pointed() -> None:
    program = 'import scaleapi; print(scaleapi.ScaleClient("live_x").api.base_api_url)'
    with ScaleMock() as mock:
        assert python(mock, program, SCALE_MOCK_URL="") == REAL + "/v1\n"


def test_a_program_without_the_sdk_is_left_alone() -> None:
    program: Any = """
import sys
print("scaleapi" in sys.modules, "importlib.util" in sys.modules)
try:
    sys.path.clear()
    import scaleapi
except ImportError as error:
    print(type(error).__name__)
"""
    with ScaleMock() as mock:
        assert python(mock, program).split()[-1] == "ModuleNotFoundError"
