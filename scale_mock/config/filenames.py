"""Several names of files in one text, by one rule wherever it is written."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scale_mock.config.options import Given

RULE = (
    "Several files are named one a line, or with commas or blanks between them; a blank or comma "
    "may be part of a name if there is such a file."
)


def names_in(texts: Iterable[object], folder: str | os.PathLike[str] = "") -> list[object]:
    """The names in some texts; what is no text stays.

    Args:
        texts: What was said, for example the lines of an ini file.
        folder: Where the files may be besides the current folder.
    """
    found: list[object] = []
    for text in texts:
        if not isinstance(text, str):
            found.append(text)
            continue
        for line in text.splitlines():
            found += _names(line.strip(), folder)
    return found


def _names(text: str, folder: str | os.PathLike[str]) -> list[str]:
    if not text or _is_there(text, folder):
        return [text] if text else []
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > 1:
        return [name for part in parts for name in _names(part, folder)]
    pieces = text.split()
    # Where none is there, the text is one misspelt name rather than several.
    return pieces if any(_is_there(piece, folder) for piece in pieces) else [text]


def _is_there(name: str, folder: str | os.PathLike[str]) -> bool:
    return os.path.isfile(name) or os.path.isfile(os.path.join(folder, name))


def rule_of_names(rules: Given | None) -> str:
    """How rule files are named, if one of a text's is not there; else nothing.

    Args:
        rules: The names, if any, and who gave them; a marker gives a list.
    """
    if rules is None or rules.source in {"marker", "scale_mock_config"}:
        return ""
    listed = rules.value if isinstance(rules.value, tuple | list) else ()
    if all(not isinstance(name, str) or os.path.isfile(name) for name in listed):
        return ""
    return f"\n{RULE}"
