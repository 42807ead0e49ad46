"""Owns the committed record of what each SDK reached, and driving the SDKs to write it anew."""

from __future__ import annotations

import json
from typing import Any

from tests.functional.clients.nodes import why_no_node
from tests.manual.coverage import CLIENTS
from tests.manual.driven import node_sdk, python_sdk


def committed() -> dict[str, Any]:
    """The record."""
    whole: dict[str, Any] = json.loads(CLIENTS.read_text())
    return whole


def drive() -> dict[str, Any]:
    """What the clients that are here reach; of the others, what the record says."""
    whole = committed() if CLIENTS.exists() else {}
    whole["python"] = {"client": python_sdk.client(), "calls": python_sdk.drive()}
    if node_sdk.why_not_here() is None:
        whole["node"] = {"client": node_sdk.client(), "calls": node_sdk.drive()}
    if why_no_node() is None:
        whole["newer node"] = node_sdk.drive_newer()
    return whole


def text_of(whole: dict[str, Any]) -> str:
    """The record as it is written."""
    return json.dumps(whole, indent=1, sort_keys=True) + "\n"
