"""``scale-mock verify``: does a server answer in the shapes in which this package does?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from scale_mock.errors import ScaleMockError

if TYPE_CHECKING:
    from scale_mock.mock.verify.result import Verification

DIFFERENT = 1
CANNOT = 2


def run(
    *, url: str, ca_file: str | None, key_from: str | None, allow_writes: bool, as_json: bool
) -> int:
    """Verifies a server.

    Args:
        url: Its address.
        ca_file: The authority of an https server.
        key_from: The environment variable with a test key, for a server that is no mock.
        allow_writes: Whether such a server may be written to.
        as_json: Print data instead of lines.

    Returns:
        The exit code: 0 for no differences, 1 for some, 2 if it cannot be verified.
    """
    from scale_mock.mock.verify.running import verify

    try:
        found = verify(url, ca_file=ca_file, key_from=key_from, allow_writes=allow_writes)
    except ScaleMockError as error:
        click.echo(f"Cannot verify: {error}", err=True)
        return CANNOT
    if as_json:
        click.echo(json.dumps(found.as_dict(), indent=2))
    else:
        _show(found)
    return DIFFERENT if found.found else 0


def _show(found: Verification) -> None:
    """One line for each difference on stdout; what was left out, and the sum, on stderr."""
    for one in found.found:
        click.echo(str(one))
    reasons: dict[str, int] = {}
    for why in found.left_out.values():
        reasons[why] = reasons.get(why, 0) + 1
    for why, count in reasons.items():
        click.echo(f"Left out {count}: {why}.", err=True)
    click.echo(found.summary, err=True)
