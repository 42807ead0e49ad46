"""What stands in a document's fields: amounts, dates, names, as label and flags suggest."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from scale_mock.sim.instants import EPOCH, to_iso
from scale_mock.tasktypes.text import believable

if TYPE_CHECKING:
    from scale_mock.tasktypes.documenttranscription.features import Wanted
    from scale_mock.tasktypes.entry import Order

_MONEY = ("total", "amount", "price", "tax", "balance", "subtotal", "fee", "cost")
_COUNTS = ("qty", "quantity", "count", "pieces")
_NUMBERS = ("number", "no", "nr", "id", "code", "ref", "zip", "account", "sku")
_SELLERS = ("vendor", "supplier", "seller", "merchant", "store", "shop", "issuer", "payee", "brand")
_ITEMS = (
    "Office chair", "Desk lamp", "Printer paper A4", "Ballpoint pens, 10 pcs", "USB-C cable 2 m",
    "Wireless mouse", "Notebook, ruled", "Toner cartridge", "Whiteboard markers",
    "Coffee beans 1 kg", "Monthly service fee",
    "Installation", "Travel expenses", "Delivery", "Cleaning supplies",
)  # fmt: skip
_TEXT_MOST = 32
"""Characters of a field: what fits a line."""
_TEXT_LEAST = 6
_ASKED = ("name", "city", "country", "email", "mail", "phone", "address", "street", "url", "job")
"""Fields of a row that are no items."""


def content(wanted: Wanted, order: Order, room: int, *, is_item: bool) -> dict[str, Any]:
    """The ``text`` of an annotation, and what its flags add: ``money``, ``date``, ``checked``.

    Of several that contradict each other one decides: checkbox, key, table head, money, date. Of
    ``money`` the documents show an example; the inside of ``date`` is our inference.

    Args:
        wanted: The annotation.
        order: Where the chance and the language come from.
        room: How many characters fit.
        is_item: Whether it stands in a row of a group.
    """
    most = min(max(room, _TEXT_LEAST), _TEXT_MOST)
    stream = order.stream
    words = _words(wanted.label)
    flags = wanted.flags
    if "checkbox" in flags:
        checked = stream.fraction() < 0.5
        return {"text": "X" if checked else "", "checked": checked}
    if "key" in flags or "thead" in flags:
        return {"text": _title(words, most - 1) + (":" if "key" in flags else "")}
    if "money" in flags:
        amount = _amount(order)
        return {"text": amount, "money": {"amount": amount, "parsed": float(amount)}}
    if "date" in flags:
        day = _day(order)
        return {"text": day[:10], "date": {"date": day[:10], "parsed": day}}
    if wanted.label.endswith(".key"):
        return {"text": f"{_title(words, most - 1)}:"}
    return {"text": _plain(wanted.label, words, order, most, is_item=is_item)}


def is_wide(wanted: Wanted) -> bool:
    """Whether an annotation needs a broader column than a number."""
    if wanted.kind == "block" or not {"money", "date", "checkbox"}.isdisjoint(wanted.flags):
        return False
    return not _any(_words(wanted.label), ("date", *_MONEY, *_COUNTS, *_NUMBERS))


def _plain(label: str, words: list[str], order: Order, most: int, *, is_item: bool) -> str:
    """Text that no flag says anything about."""
    if _any(words, _MONEY):
        return _amount(order)
    if "date" in words:
        return _day(order)[:10]
    if _any(words, _COUNTS):
        return str(order.stream.between(1, 24))
    if _any(words, _NUMBERS):
        return str(order.stream.between(10_000, 99_999_999))
    if is_item and not _any(words, _ASKED):
        return _shortened(order.stream.choice(_ITEMS), most)
    asked = "company" if _any(words, _SELLERS) else label
    text = believable(asked, order.stream, locale=order.locale)
    return _shortened(" ".join(text.split()), most)


def _shortened(text: str, most: int) -> str:
    """The text, or as many whole words of it as fit; a part of its first word if that is long."""
    if len(text) > most:
        text = text[: most + 1].rpartition(" ")[0] or text[:most]
    return text.rstrip(" .,-&")


def _amount(order: Order) -> str:
    return f"{order.stream.between(100, 250_000) / 100:.2f}"


def _day(order: Order) -> str:
    """An instant at midnight in the years before the default start of a world."""
    return to_iso(EPOCH - timedelta(days=order.stream.between(1, 1500)))


def _words(label: str) -> list[str]:
    """``invoiceNo.value`` is "invoice", "no"; the part after the dot is the field's role."""
    name = label.rpartition(".")[0] or label
    spaced = "".join(f" {one}" if one.isupper() else one for one in name)
    return "".join(one if one.isalnum() else " " for one in spaced).lower().split()


def _title(words: list[str], most: int) -> str:
    return _shortened(" ".join(words).capitalize(), most) or "-"


def _any(words: list[str], known: tuple[str, ...]) -> bool:
    return any(word in known for word in words)
