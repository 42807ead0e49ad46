"""``scale-mock env``: lines for a shell that point clients at a running server, or take it back."""

from __future__ import annotations

import http.client
import os
import ssl
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from scale_mock.config.routes import CA_ROUTE
from scale_mock.mock.pointing import CA_VARIABLES, setting, unsetting
from scale_mock.mock.remote.address import parse_address
from scale_mock.mock.remote.schemes import is_plain, speaks_plain, speaks_tls, wants_tls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scale_mock.mock.pointing import Change

SHELLS = ("sh", "powershell")
PATIENCE_S = 10

ABOUT = """\
The Python SDK (scaleapi, v1 and v2) and Node (scaleapi from npm, http, https, fetch) are sent
there by a few lines that run before your program and listen to SCALE_MOCK_URL. Keys stay yours:
any test_NAME or live_NAME opens a world of its own.
Nothing else has a variable for its address.
Use {url}/v1 as the base URL of curl and of every other language:
curl -u live_me: "$SCALE_MOCK_URL/v1/tasks"
"""
ABOUT_HTTPS = """\
These name the server's certificate authority: {variables}.
While they are set, most programs trust no other https server, Scale's own included.
"""


def run(*, url: str | None, shell: str, ca_file: str | None, unset: bool) -> None:
    """Prints the lines.

    Args:
        url: The server's address; needed unless the variables are taken back.
        shell: ``sh`` (bash, zsh, dash) or ``powershell``.
        ca_file: The authority of an https server; asked of the server by default.
        unset: Take the variables back.

    Raises:
        ClickException: The address is none, or the server does not hand out its authority.
    """
    if unset:
        click.echo("\n".join(map(_writer(shell), unsetting(os.environ))))
        return
    if url is None:
        raise click.UsageError(
            "Which server? Give the address that serve printed, for example: "
            "scale-mock env http://127.0.0.1:8723"
        )
    address = _address(url)
    if ca_file is None and address.startswith("https:"):
        ca_file = _authority_of(address)
    elif address.startswith("http:"):
        _refuse_tls(address)
    click.echo("\n".join(_setting(address, ca_file, shell)))


def _setting(url: str, ca_file: str | None, shell: str) -> Iterator[str]:
    about = ABOUT if ca_file is None else ABOUT + ABOUT_HTTPS
    for line in about.format(url=url, variables=", ".join(CA_VARIABLES)).splitlines():
        yield f"# {line}"
    yield from map(_writer(shell), setting(url, ca_file, os.environ))
    command = f"scale-mock env --unset{'' if shell == 'sh' else ' --shell powershell'}"
    use = f'eval "$({command})"' if shell == "sh" else f"{command} | Out-String | Invoke-Expression"
    yield f"# To take this back: {use}"


def _address(url: str) -> str:
    """The server's address alone, whatever of its path came with it."""
    try:
        parts = urlsplit(url)
        known = parts.scheme in {"http", "https"} and bool(parts.hostname)
        port = parts.port
    except ValueError:
        known = False
    if not known:
        raise click.ClickException(
            f"{url!r} is not the address of a server. Give what serve printed, for example "
            "http://127.0.0.1:8723."
        )
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + ("" if port is None else f":{port}")


def _authority_of(url: str) -> str:
    """The file with the authority of a server: its own, if it lies on this machine, or a copy."""
    parts = urlsplit(url)
    # What to trust is what is being asked for.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = http.client.HTTPSConnection(
        parts.hostname or "", parts.port, timeout=PATIENCE_S, context=context
    )
    try:
        connection.request("GET", CA_ROUTE)
        reply = connection.getresponse()
        pem = reply.read()
    except (OSError, http.client.HTTPException) as error:
        if is_plain(error):
            raise click.ClickException(speaks_plain(parse_address(url, where="URL"))) from None
        raise click.ClickException(
            f"{url} does not hand out its certificate authority: {error}. Is it a running "
            "scale-mock serve --https? Otherwise say where the authority lies: --ca-file FILE."
        ) from error
    finally:
        connection.close()
    if reply.status != 200 or not pem.startswith(b"-----BEGIN CERTIFICATE-----"):
        raise click.ClickException(
            f"{url}{CA_ROUTE} answered {reply.status} and no certificate. Is it a scale-mock serve "
            "--https? Otherwise say where the authority lies: --ca-file FILE."
        )
    own = Path(reply.headers.get("X-Scale-Mock-Ca-File", ""))
    if own.is_file() and own.read_bytes() == pem:
        return str(own)
    with tempfile.NamedTemporaryFile(prefix="scale-mock-ca-", suffix=".pem", delete=False) as file:
        file.write(pem)
    return file.name


def _refuse_tls(url: str) -> None:
    """Refuses the http address of a server on this machine that speaks TLS.

    One that does not answer yet is none of our business.
    """
    from scale_mock.callbacks.targets import is_loopback
    from scale_mock.mock.remote.probing import HEALTH

    address = parse_address(url, where="URL")
    if not is_loopback(address.host):
        return
    connection = http.client.HTTPConnection(address.host, address.port, timeout=PATIENCE_S)
    try:
        connection.request("GET", HEALTH)
        reply = connection.getresponse()
        is_tls = wants_tls(reply.status, reply.read())
    except (OSError, http.client.HTTPException):
        return
    finally:
        connection.close()
    if is_tls:
        raise click.ClickException(speaks_tls(address))


def _writer(shell: str) -> Callable[[Change], str]:
    return _powershell if shell == "powershell" else _sh


def _sh(change: Change) -> str:
    import shlex

    name, value = change
    return f"unset {name}" if value is None else f"export {name}={shlex.quote(value)}"


def _powershell(change: Change) -> str:
    name, value = change
    if value is None:
        return f"Remove-Item Env:{name} -ErrorAction SilentlyContinue"
    quoted = value.replace("'", "''")
    return f"$env:{name} = '{quoted}'"
