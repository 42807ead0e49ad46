"""Why some cells of the matrix of clients cannot exist: a proof for each."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests.adapters
import scaleapi.api
from scaleapi.api_client.v2 import V2Api

from scale_mock import ScaleMock
from tests.functional.clients.nodes import MODULES, why_no_npm_client

ASKS = """
import socket
import urllib.request

def asked(host, port, *_, **__):
    print("asked for", host, port)
    raise OSError("nobody is asked from here")

socket.getaddrinfo = asked
try:
    urllib.request.urlopen("https://api.scale.com/v1/tasks")
except OSError:
    pass
"""


def test_interception_ends_with_the_process() -> None:
    """A child of an intercepted process asks the resolver for the real host, as Node would."""
    with ScaleMock() as mock, mock.intercept():
        env = {name: value for name, value in os.environ.items() if "PROXY" not in name.upper()}
        done = subprocess.run(
            [sys.executable, "-c", ASKS], capture_output=True, text=True, check=True, env=env
        )
        assert done.stdout == "asked for api.scale.com 443\n"
        assert mock.requests == []


def test_the_npm_client_has_no_uploads_and_no_timeout() -> None:
    missing = why_no_npm_client()
    if missing is not None:
        pytest.skip(missing)
    source = (Path(os.environ[MODULES]) / "scaleapi" / "lib" / "scaleapi.js").read_text()
    assert "timeout" not in source
    assert "upload" not in source
    assert "formData" not in source


def test_the_sdks_v1_half_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """No call and no constructor takes a timeout, and none reaches the connection."""
    for function in (scaleapi.ScaleClient.__init__, scaleapi.api.Api._http_request):
        assert "timeout" not in inspect.signature(function).parameters
    seen: list[object] = []
    send = requests.adapters.HTTPAdapter.send

    def watched(adapter: Any, request: Any, **more: Any) -> Any:
        seen.append(more["timeout"])
        return send(adapter, request, **more)

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", watched)
    with ScaleMock() as mock:
        assert list(mock.client().tasks()) == []
    assert seen == [None]


def test_the_sdks_v2_half_has_no_uploads() -> None:
    public = [name for name in dir(V2Api) if not name.startswith("_")]
    assert "get_tasks" in public
    assert [name for name in public if "file" in name or "upload" in name] == []
