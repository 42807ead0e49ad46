"""An https address of a server of plain http, or the other way round: each says which to use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from scale_mock import RemoteMock
from scale_mock.cli.main import commands
from scale_mock.mock.remote.line import Unreachable
from scale_mock.mock.remote.schemes import wants_tls
from tests.functional.remote.servers import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scale_mock.mock.host import Host

AUTHORITY = (
    "Name the file with its authority too: --ca-file FILE, in tests --scale-mock-ca-file FILE or "
    "ca_file=."
)


@pytest.fixture
def host() -> Iterator[Host]:
    made = serving()
    yield made
    made.stop()


def call(*arguments: str) -> Result:
    return CliRunner().invoke(commands, arguments)


def swapped(url: str) -> str:
    """The same address with the other scheme."""
    scheme, _, rest = url.partition(":")
    return f"{'http' if scheme == 'https' else 'https'}:{rest}"


def test_a_mock_elsewhere_that_speaks_plain_http(host: Host) -> None:
    with pytest.raises(Unreachable) as refused:
        RemoteMock(swapped(host.url))
    assert str(refused.value) == f"{swapped(host.url)} speaks plain http: use {host.url}."


def test_a_mock_elsewhere_that_speaks_tls(host: Host) -> None:
    with pytest.raises(Unreachable) as refused:
        RemoteMock(swapped(host.https_url))
    assert str(refused.value) == (
        f"{swapped(host.https_url)} speaks TLS: use {host.https_url}. {AUTHORITY}"
    )


def test_verify_says_which_one_to_use(host: Host) -> None:
    plain, secret = call("verify", swapped(host.url)), call("verify", swapped(host.https_url))
    assert (plain.exit_code, plain.stderr) == (
        2,
        f"Cannot verify: {swapped(host.url)} speaks plain http: use {host.url}.\n",
    )
    assert (secret.exit_code, secret.stderr) == (
        2,
        f"Cannot verify: {swapped(host.https_url)} speaks TLS: use {host.https_url}. {AUTHORITY}\n",
    )


def test_env_says_which_one_to_use_and_prints_nothing_for_a_shell(host: Host) -> None:
    plain, secret = call("env", swapped(host.url)), call("env", swapped(host.https_url))
    assert (plain.exit_code, plain.stdout, plain.stderr) == (
        1,
        "",
        f"Error: {swapped(host.url)} speaks plain http: use {host.url}.\n",
    )
    assert (secret.exit_code, secret.stdout, secret.stderr) == (
        1,
        "",
        f"Error: {swapped(host.https_url)} speaks TLS: use {host.https_url}.\n",
    )


def test_env_takes_an_http_address_where_nobody_listens_yet(host: Host) -> None:
    url = host.url
    host.stop()
    done = call("env", url)
    assert (done.exit_code, done.stderr) == (0, "")
    assert f"export SCALE_MOCK_URL={url}" in done.stdout.splitlines()


@pytest.mark.parametrize(
    ("status", "body", "is_so"),
    [
        (400, b'{"error": "This looks like plain HTTP, but the server speaks TLS: use ..."}', True),
        (400, b"<title>400 The plain HTTP request was sent to HTTPS port</title>", True),
        (400, b"Client sent an HTTP request to an HTTPS server.\n", True),
        (400, b'{"error": "Please include an attachment"}', False),
        (200, b"this server speaks TLS", False),
    ],
)
def test_servers_of_others_are_understood_too(status: int, body: bytes, is_so: bool) -> None:
    assert wants_tls(status, body) is is_so
