"""What a command says of variables that look like ours: before anything else, on stderr."""

from __future__ import annotations

import os

import click


def tell() -> None:
    """Tells of variables that nearly have the name of an option; others may be a user's own."""
    if not any(name[:5].upper() == "SCALE" for name in os.environ):
        return
    from scale_mock.config.variables import misspelt, strangers

    for one in strangers(os.environ):
        if one.meant:
            click.echo(f"{misspelt(one)} The pytest plugin reads them; no command does.", err=True)
