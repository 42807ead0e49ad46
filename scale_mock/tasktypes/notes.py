"""What an attribute of type ``text`` is answered: the kind of text that its name asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scale_mock.sim.streams import Stream

_NOTES = (
    "partly hidden",
    "clearly visible",
    "at the edge",
    "in the foreground",
    "in the background",
    "blurred",
    "as expected",
    "hard to tell",
)
_BRANDS = ("Toyota", "Ford", "BMW", "Volkswagen", "Honda", "Volvo", "Tesla", "Hyundai")
_MODELS = ("Corolla", "Focus", "Golf", "Civic", "XC60", "Model 3", "Transit", "i30")
_COLOURS = ("white", "black", "silver", "grey", "red", "blue", "green", "yellow", "brown")
_NAMES = ("Maria Lopez", "John Smith", "Aisha Khan", "Wei Chen", "Anna Novak", "Peter Brown")
_STREETS = ("Main Street", "Oak Avenue", "Station Road", "Park Lane", "Church Street", "Mill Road")
_CITIES = ("Berlin", "Chicago", "Lyon", "Madrid", "Oslo", "Seattle", "Toronto", "Vienna")
_COUNTRIES = ("Canada", "France", "Germany", "Japan", "Norway", "Spain", "United States")
_COMPANIES = ("Acme Corp", "Northwind Ltd", "Globex Inc", "Blue Harbor LLC", "Stark & Sons")
_READ = ("STOP", "ONE WAY", "EXIT 12", "TAXI", "OPEN", "NO PARKING", "SALE", "BUS")
_MATERIALS = ("metal", "wood", "plastic", "glass", "concrete", "fabric", "paper")
_KINDS = ("standard", "compact", "large", "old", "new", "custom")
_SPECIES = ("Labrador", "tabby", "Friesian", "sparrow", "oak", "birch", "rose")
_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_LISTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("brand make manufacturer maker", _BRANDS),
    ("model", _MODELS),
    ("color colour", _COLOURS),
    ("company organization organisation employer operator vendor", _COMPANIES),
    ("city town location place destination", _CITIES),
    ("country nationality", _COUNTRIES),
    ("street address road", _STREETS),
    ("text transcription transcript sign ocr inscription caption word words content", _READ),
    ("material surface texture", _MATERIALS),
    ("species breed", _SPECIES),
    ("type kind category variant style", _KINDS),
    ("name person driver owner player", _NAMES),
)
_BY_WORD = {word: texts for words, texts in _LISTS for word in words.split()}
_FREE = {"comment", "comments", "note", "notes", "reason", "remark", "remarks", "why"}
"""Names of attributes that ask for a remark, whatever else they say."""
_VAGUE = {"no", "line", "make", "day", "count", "road", "word", "words", "type", "kind", "place"}
"""Words that say little in the middle of a sentence."""
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def _plate(stream: Stream) -> str:
    letters = "".join(stream.choice(_LETTERS) for _ in range(3))
    return f"{letters} {stream.between(1000, 9999)}"


def _number(stream: Stream) -> str:
    return str(stream.between(1, 999))


def _code(stream: Stream) -> str:
    return f"{stream.choice(_LETTERS)}{stream.choice(_LETTERS)}-{stream.between(1000, 99999)}"


def _date(stream: Stream) -> str:
    return f"20{stream.between(10, 25)}-{stream.between(1, 12):02d}-{stream.between(1, 28):02d}"


_MADE: dict[str, Callable[[Stream], str]] = {
    **dict.fromkeys(("plate", "plates", "registration", "license", "licence"), _plate),
    **dict.fromkeys(("number", "no", "age", "count", "route", "line", "speed"), _number),
    **dict.fromkeys(("code", "id", "serial", "sku", "identifier"), _code),
    **dict.fromkeys(("date", "day"), _date),
}


def note(name: str, definition: Mapping[str, Any], stream: Stream) -> str:
    """A text that answers an attribute.

    Args:
        name: The attribute's id; its last word that is known decides, else the first that is in
            the description.
        definition: The attribute.
        stream: Where the chance comes from.
    """
    words = [word.lower() for word in reversed(_WORD.findall(name))]
    if not {"plate", "plates"}.isdisjoint(words):
        return _plate(stream)
    if not _FREE.isdisjoint(words):
        return stream.choice(_NOTES)
    told = f"{definition.get('title', '')} {definition.get('description', '')}".lower()
    words += [word for word in _WORD.findall(told) if word not in _VAGUE]
    for word in words:
        if word in _MADE:
            return _MADE[word](stream)
        if word in _BY_WORD:
            return stream.choice(_BY_WORD[word])
    return stream.choice(_NOTES)
