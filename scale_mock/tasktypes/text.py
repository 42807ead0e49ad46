"""Believable text for answers in words: Faker, loaded when first needed, reseeded per answer."""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.sim.streams import Stream
    from scale_mock.tasktypes.entry import Order

_LOCK = threading.Lock()
"""Worlds live on several threads, and reseeding and asking must not be torn apart."""

_BY_WORD = {
    "mail": "email",
    "phone": "phone_number",
    "company": "company",
    "organisation": "company",
    "organization": "company",
    "city": "city",
    "town": "city",
    "country": "country",
    "zip": "postcode",
    "postcode": "postcode",
    "street": "street_address",
    "address": "street_address",
    "url": "url",
    "website": "url",
    "job": "job",
    "tag": "word",
    "keyword": "word",
    "name": "name",
}


@cache
def _faker(locale: str) -> Any:
    from faker import Faker

    return Faker(locale)


def believable(title: str, stream: Stream, *, locale: str, limit: int | None = None) -> str:
    """Text that answers a question.

    Args:
        title: The question; "E-mail" or "City" get what they ask for, the rest a sentence.
        stream: Where the chance comes from.
        locale: Faker's name for the language and country.
        limit: The most characters allowed.
    """
    asked = title.lower()
    provider = next((give for word, give in _BY_WORD.items() if word in asked), None)
    seed = stream.bits(48)
    with _LOCK:
        faker = _faker(locale)
        faker.seed_instance(seed)
        text = str(getattr(faker, provider)() if provider else faker.sentence(nb_words=8))
    return text if limit is None else text[:limit]


def believable_fields(fields: Mapping[str, Any], order: Order) -> dict[str, str]:
    """Text for each field of a legacy task: what its description asks for, else its name.

    Args:
        fields: Name to description.
        order: Where the chance and the language come from.
    """
    return {
        name: believable(f"{name} {asked}", order.stream, locale=order.locale)
        for name, asked in fields.items()
    }
