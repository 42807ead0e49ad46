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
_TEXT_MOST = 32
"""Characters of a field: what fits a line."""


def content(wanted: Wanted, order: Order) -> dict[str, Any]:
    """The ``text`` of an annotation, and what its flags add: ``money``, ``date``, ``checked``.

    Of several that contradict each other one decides: checkbox, key, table head, money, date. Of
    ``money`` the documents show an example; the inside of ``date`` is our inference.
    """
    stream = order.stream
    words = _words(wanted.label)
    flags = wanted.flags
    if "checkbox" in flags:
        checked = stream.fraction() < 0.5
        return {"text": "X" if checked else "", "checked": checked}
    if "key" in flags or "thead" in flags:
        return {"text": _title(words) + (":" if "key" in flags else "")}
    if "money" in flags:
        amount = _amount(order)
        return {"text": amount, "money": {"amount": amount, "parsed": float(amount)}}
    if "date" in flags:
        day = _day(order)
        return {"text": day[:10], "date": {"date": day[:10], "parsed": day}}
    return {"text": _plain(wanted.label, words, order)}


def _plain(label: str, words: list[str], order: Order) -> str:
    """Text that no flag says anything about."""
    if _any(words, _MONEY):
        return _amount(order)
    if "date" in words:
        return _day(order)[:10]
    if _any(words, _COUNTS):
        return str(order.stream.between(1, 24))
    if _any(words, _NUMBERS):
        return str(order.stream.between(10_000, 99_999_999))
    text = believable(label, order.stream, locale=order.locale, limit=_TEXT_MOST)
    return " ".join(text.split()).rstrip(".,")


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


def _title(words: list[str]) -> str:
    return " ".join(words).capitalize()[:_TEXT_MOST] or "-"


def _any(words: list[str], known: tuple[str, ...]) -> bool:
    return any(word in known for word in words)
