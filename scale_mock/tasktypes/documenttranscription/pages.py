"""The pages of a document: how many there are, and how large."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.sim.streams import stream
from scale_mock.tasktypes.canvas import told_size

if TYPE_CHECKING:
    from scale_mock.tasktypes.entry import Order

_SIZES = ((1275, 1650), (1240, 1754), (1700, 2200), (1654, 2339))
"""Letter and A4 at 150 and 200 dots per inch."""
_MANY = (".pdf", ".tif", ".tiff")


def document_pages(order: Order) -> list[dict[str, Any]]:
    """One entry per page of a PDF or TIFF and one per image, in the order of the attachments.

    ``width`` and ``height`` in pixels (documented), and which page of which attachment it is (our
    addition). Nothing is downloaded: a PDF or TIFF gets one to three pages, all of one size.
    """
    params = order.params
    chance = stream(order.seed, "document pages", order.identity)
    urls = list(params.get("attachments") or ())
    if params.get("attachment"):
        urls.insert(0, params["attachment"])
    drawn = told_size(order)
    pages: list[dict[str, Any]] = []
    for url in urls:
        several = url.lower().partition("?")[0].endswith(_MANY)
        width, height = chance.choice(_SIZES)
        if drawn is not None:
            width, height = drawn
        pages.extend(
            {"attachment": url, "page": number, "width": width, "height": height}
            for number in range(chance.between(1, 3) if several else 1)
        )
    return pages
