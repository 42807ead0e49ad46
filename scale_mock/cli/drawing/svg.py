"""Writes SVG: a sheet of a fixed width that grows downwards, and the few marks drawn on it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from unicodedata import east_asian_width
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Iterable

    Place = tuple[float, float]

WIDTH = 1000
MARGIN = 20
INK = "#1f2937"
PALE = "#6b7280"
_BACK = "#eef0f3"
_FONT = "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif"
_COLOURS = (
    "#d1495b", "#00798c", "#b9770e", "#5b5f97", "#2e7d32", "#a23b72", "#c05621", "#2563a8",
    "#6b8e23", "#7b4b94", "#00695c", "#8d6e63",
)  # fmt: skip


class Colours:
    """A colour for every label, in the order in which they are first asked about."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, label: object) -> str:
        """The label's colour; after a dozen labels they repeat."""
        name = str(label)
        if name not in self._known:
            self._known[name] = _COLOURS[len(self._known) % len(_COLOURS)]
        return self._known[name]


def number(value: float) -> str:
    """A coordinate in hundredths, without needless zeros."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def text_width(text: str, size: float) -> float:
    """About how wide a text is."""
    return size * sum(1.0 if east_asian_width(one) in "WF" else 0.6 for one in text)


def shortened(text: str, most: int) -> str:
    """The text in one line, cut to so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def wrapped(text: str, size: float, width: float) -> list[str]:
    """The lines of a text that is at most so wide; words that are too long are broken."""
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if text_width(longer, size) <= width:
                line = longer
                continue
            if line:
                lines.append(line)
            most = max(int(width / size / 0.6), 1)
            whole = (len(word) - 1) // most * most
            lines.extend(word[at : at + most] for at in range(0, whole, most))
            line = word[whole:]
        lines.append(line)
    return lines


class Sheet:
    """One picture; coordinates are its own units, from the left and top border.

    Args:
        title: What it shows.
        lines: More about it, a line each.
    """

    def __init__(self, title: str, lines: Iterable[str]) -> None:
        self._title = title
        self._parts: list[str] = []
        self.bottom: float = 34
        self.text((MARGIN, self.bottom), title, 17, bold=True)
        for line in lines:
            self.paragraph(line, 12.5)
        self.bottom += 14

    def paragraph(
        self, text: str, size: float = 12.5, colour: str = PALE, inset: float = 0
    ) -> None:
        """Writes text below all that is there."""
        for line in wrapped(text, size, WIDTH - 2 * MARGIN - inset):
            self.bottom += size * 1.5
            self.text((MARGIN + inset, self.bottom), line, size, colour=colour)

    def text(
        self,
        place: Place,
        text: str,
        size: float = 12,
        *,
        colour: str = INK,
        bold: bool = False,
        anchor: str = "start",
        mono: bool = False,
    ) -> None:
        """Writes a line; ``place`` is on its base line, at its start, middle or end."""
        style = ' font-weight="600"' if bold else ""
        if anchor != "start":
            style += f' text-anchor="{anchor}"'
        if mono:
            style += ' font-family="DejaVu Sans Mono, Menlo, Consolas, monospace"'
        x, y = map(number, place)
        clean = "".join(one if one.isprintable() else " " for one in text)
        self._parts.append(
            f'<text x="{x}" y="{y}" font-size="{number(size)}" fill="{colour}"{style} '
            f'xml:space="preserve">{escape(clean)}</text>'
        )

    def rectangle(
        self,
        place: Place,
        size: Place,
        *,
        fill: str = "none",
        stroke: str = "none",
        width: float = 1.5,
        opacity: float = 1,
        round_: float = 0,
    ) -> None:
        """Draws a rectangle; the opacity is that of its filling."""
        corners = f' rx="{number(round_)}"' if round_ else ""
        x, y, across, down = map(number, (*place, *size))
        self._parts.append(
            f'<rect x="{x}" y="{y}" width="{across}" height="{down}"{corners}'
            f"{_style(fill, stroke, width, opacity)}/>"
        )

    def shape(
        self,
        places: Iterable[Place],
        *,
        closed: bool,
        fill: str = "none",
        stroke: str = "none",
        width: float = 2,
        opacity: float = 1,
        dashes: str = "",
    ) -> None:
        """Draws a polygon or, if it is not closed, a line; one place alone is nothing to draw."""
        points = " ".join(f"{number(x)},{number(y)}" for x, y in places)
        dashed = f" stroke-dasharray={quoteattr(dashes)}" if dashes else ""
        self._parts.append(
            f'<{"polygon" if closed else "polyline"} points="{points}" stroke-linejoin="round"'
            f"{dashed}{_style(fill, stroke, width, opacity)}/>"
        )

    def ellipse(
        self,
        place: Place,
        radii: Place,
        *,
        turn: float = 0,
        fill: str = "none",
        stroke: str = "none",
        width: float = 2,
        opacity: float = 1,
    ) -> None:
        """Draws an ellipse, turned clockwise by so many degrees."""
        x, y, across, down = map(number, (*place, *radii))
        turned = f' transform="rotate({number(turn)} {x} {y})"' if turn else ""
        self._parts.append(
            f'<ellipse cx="{x}" cy="{y}" rx="{across}" ry="{down}"{turned}'
            f"{_style(fill, stroke, width, opacity)}/>"
        )

    def cells(self, path: str, transform: str, fill: str) -> None:
        """Draws a path of many rectangles without blurred seams between them."""
        self._parts.append(
            f'<path d="{path}" transform="{transform}" fill="{fill}" shape-rendering="crispEdges"/>'
        )

    def arrow(self, start: Place, end: Place, colour: str, *, both: bool = False) -> None:
        """Draws a dashed arrow."""
        self.shape((start, end), closed=False, stroke=colour, width=1.6, dashes="6 3")
        self._head(start, end, colour)
        if both:
            self._head(end, start, colour)

    def _head(self, start: Place, end: Place, colour: str) -> None:
        angle = math.atan2(end[1] - start[1], end[0] - start[0])
        corners = [
            (end[0] - 10 * math.cos(angle + turn), end[1] - 10 * math.sin(angle + turn))
            for turn in (0.4, -0.4)
        ]
        self.shape((end, *corners), closed=True, fill=colour)

    def finished(self) -> str:
        """The SVG document."""
        height = number(math.ceil(self.bottom + MARGIN))
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
            f'viewBox="0 0 {WIDTH} {height}" font-family="{_FONT}">'
        )
        back = f'<rect width="{WIDTH}" height="{height}" fill="{_BACK}"/>'
        title = f"<title>{escape(self._title)}</title>"
        return "\n".join((head, title, back, *self._parts, "</svg>")) + "\n"


def _style(fill: str, stroke: str, width: float, opacity: float) -> str:
    style = f' fill="{fill}"'
    if fill != "none" and opacity != 1:
        style += f' fill-opacity="{number(opacity)}"'
    if stroke != "none":
        style += f' stroke="{stroke}" stroke-width="{number(width)}"'
    return style
