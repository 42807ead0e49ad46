"""``scale-mock openapi``: the OpenAPI document of an API on stdout."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from scale_mock.api.openapi.document import Api


def run(*, api: Api) -> None:
    """Prints the document of one API."""
    from scale_mock.api.openapi import document

    click.echo(json.dumps(document(api), indent=2))
