"""``scale-mock serve --https``: what it tells, whom it answers, and what it leaves behind."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.functional.cli.processes import Serve

pytestmark = pytest.mark.slow


def test_it_tells_its_authority_answers_https_and_cleans_up(serve: Callable[..., Serve]) -> None:
    server = serve("--https")
    assert re.fullmatch(r"Listening on https://127\.0\.0\.1:\d+\n", server.ready_line)
    assert server.process.stderr is not None
    told = server.process.stderr.readline()
    ca_file = Path(told.removeprefix("Certificate authority: ").strip())
    assert ca_file.read_text().startswith("-----BEGIN CERTIFICATE-----")
    reply = requests.get(
        f"{server.url}/v1/tasks", auth=("live_me", ""), verify=str(ca_file), timeout=20
    )
    assert reply.json()["docs"] == []
    plain = requests.get(f"http://127.0.0.1:{server.port}/v1/tasks", timeout=20)
    assert (plain.status_code, plain.json()["error"]) == (
        400,
        "This looks like plain HTTP, but the server speaks TLS: use https://.",
    )
    advice = f'  eval "$(scale-mock env {server.url})" makes the clients of a shell trust it.\n'
    assert server.process.stderr.readline() == advice
    assert server.end() == (0, "", "")
    assert not ca_file.parent.exists()
