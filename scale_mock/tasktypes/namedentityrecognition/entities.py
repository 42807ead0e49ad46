"""What words of a text are likely to name, and what a label asks for, judged by their looks."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

PERSON, COMPANY, PLACE, MOMENT, AMOUNT, CONTACT = (
    "person", "company", "place", "moment", "amount", "contact",
)  # fmt: skip

_WORDS_READ = 400
"""A labeler's patience: that many words from the start of a text are read."""
_WORD = re.compile(r"\w+(?:['\u2019-]\w+)*")
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|March|April|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
_PATTERNS = (
    (CONTACT, r"[\w.+-]+@\w[\w-]*(?:\.\w+)+|https?://[\w./-]*\w"),
    (
        MOMENT,
        rf"\d{{1,2}}(?:st|nd|rd|th)? {_MONTH}(?: \d{{4}})?|{_MONTH} \d{{1,2}}(?:, \d{{4}})?(?!\d)"
        rf"|{_MONTH} \d{{4}}|\d{{4}}-\d\d-\d\d|\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{2,4}}"
        r"|\d{1,2}:\d\d(?: ?[ap]m)?|\d{1,2} ?[ap]m|(?:1[5-9]|20)\d\d"
        r"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:yesterday|today|tomorrow)",
    ),
    (
        AMOUNT,
        r"[$\u20ac\u00a3]\d[\d,.]*\d|[$\u20ac\u00a3]\d|\d[\d,.]*\d ?%|\d ?%"
        r"|\d+(?:[.,]\d+)*(?: (?:million|billion|percent|dollars|euros|km|kg|miles|hours|days))?",
    ),
)
_FOUND = re.compile(
    "|".join(rf"(?P<{kind}>(?<![\w])(?:{pattern})(?!\w))" for kind, pattern in _PATTERNS)
)
_ASKED = {
    PERSON: "person people per individual human employee customer patient doctor author politician"
    " character actor player athlete artist scientist ceo founder speaker surname firstname",
    COMPANY: "company organization organisation org corporation corp business brand agency employer"
    " institution publisher vendor supplier bank team manufacturer club",
    PLACE: "place location loc city town country state region address gpe village continent"
    " birthplace geography destination venue",
    MOMENT: "date time day year month birthday deadline datetime period moment dob",
    AMOUNT: "number amount money price cost quantity percent percentage age cardinal ordinal value"
    " currency sum count measure distance weight salary revenue",
    CONTACT: "email mail url website link contact",
}
_BY_WORD = {word: kind for kind, words in _ASKED.items() for word in words.split()}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_COMPANIES = _words(
    "inc corp ltd llc plc gmbh ag sa co company corporation group bank university institute"
    " foundation association holdings industries technologies labs systems partners motors"
    " airlines press times acme globex initech google apple microsoft amazon tesla intel ibm nasa"
    " unesco nato scale openai sony samsung toyota siemens nvidia facebook meta netflix"
)
_PLACES = _words(
    "london paris berlin rome madrid vienna tokyo beijing sydney toronto chicago boston seattle"
    " oslo lyon dublin moscow delhi mumbai cairo munich hamburg zurich geneva amsterdam brussels"
    " lisbon prague warsaw athens stockholm texas california florida york francisco angeles"
    " washington germany france england spain italy japan china india canada brazil mexico america"
    " europe asia africa australia usa uk us switzerland austria norway sweden ireland scotland"
    " street avenue road river lake mount city county island valley"
)
_TITLES = _words("mr mrs ms dr prof professor sir president queen king ceo captain")
_INTO_PLACES = _words("in at from to near through across towards")
_COMMON = _words(
    "the a an and or but if in on at to of for from by with as is are was were be been has have had"
    " it its he she his her they them their we our you your i my this that these those there here"
    " not no yes do does did will would can could may might must then than when while who what"
    " which where how why after before during about into over under so also however today"
)
_NO_NAMES = _COMMON | _TITLES

Span = tuple[int, int]


class Unit(NamedTuple):
    """Some words of a text that belong together.

    Attributes:
        span: Where it begins and ends.
        fits: How well each kind of label fits: 3 surely, 2 well, 1 perhaps; none else.
        telling: How likely it is labeled at all: 3 a name or number, 2 a long word, 1 another word,
            0 one of the words that every text has.
    """

    span: Span
    fits: dict[str, int]
    telling: int


@lru_cache(maxsize=1024)
def kind_of(*told: str) -> str | None:
    """What a label asks for, by the first known word in what is told of it, last words first."""
    for text in told:
        for word in reversed(re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", text)):
            kind = _BY_WORD.get(word.lower()) or _BY_WORD.get(word.lower().removesuffix("s"))
            if kind is not None:
                return kind
    return PERSON if told and "name" in told[0].lower() else None


def units_of(text: str) -> list[Unit]:
    """What can be labeled in a text, in its order: patterns, names of several words, words."""
    words = [one.span() for one in islice(_WORD.finditer(text), _WORDS_READ)]
    units: list[Unit] = []
    end = words[-1][1] if words else 0
    place = 0
    for found in _FOUND.finditer(text, 0, end):
        while place < len(words) and words[place][1] <= found.start():
            place += 1
        inside = place
        while inside < len(words) and words[inside][0] < found.end():
            inside += 1
        # Patterns that cut a word, as the number in "A-4" does, say nothing.
        if inside == place or words[place][0] < found.start() or words[inside - 1][1] > found.end():
            continue
        units.append(Unit(found.span(), {str(found.lastgroup): 3}, 3))
        words[place:inside] = []
    taken = [unit.span for unit in units]
    units += _named(text, words, taken)
    return sorted(units)


def _named(text: str, words: list[Span], taken: list[Span]) -> list[Unit]:
    """The words that no pattern knows; capitalized ones in a row are one name."""
    borders = {start for start, _ in taken}
    units = []
    place = 0
    while place < len(words):
        end = words[place][1]
        last = place
        if _is_name(text, words[place]):
            while (
                last + 1 < len(words)
                and last - place < 2
                and text[end : words[last + 1][0]] == " "
                and end + 1 not in borders
                and _is_name(text, words[last + 1])
            ):
                last += 1
                end = words[last][1]
        units.append(_unit(text, words[place : last + 1]))
        place = last + 1
    return units


def _is_name(text: str, word: Span) -> bool:
    first = text[word[0]]
    return first.isupper() and text[word[0] : word[1]].lower() not in _NO_NAMES


def _unit(text: str, words: list[Span]) -> Unit:
    start, end = words[0][0], words[-1][1]
    parts = [text[one:two].lower() for one, two in words]
    if not _is_name(text, words[0]):
        if parts[0] in _COMMON or parts[0] in _TITLES:
            return Unit((start, end), {}, 0)
        return Unit((start, end), {}, 2 if end - start > 6 else 1)
    before = text[max(start - 12, 0) : start]
    opens = not before.strip() or before.rstrip()[-1:] in ".!?:\n"
    return Unit((start, end), _fits(text[start:end], parts, before, opens=opens), 3)


def _fits(name: str, parts: list[str], before: str, *, opens: bool) -> dict[str, int]:
    """How well kinds of label fit a name."""
    previous = (re.findall(r"\w+", before) or [""])[-1].lower()
    if not _COMPANIES.isdisjoint(parts):
        return {COMPANY: 3}
    if parts[-1] in _PLACES:
        return {PLACE: 3}
    if parts[0] in _TITLES or previous in _TITLES:
        return {PERSON: 3}
    if previous in _INTO_PLACES and len(parts) == 1:
        return {PLACE: 2, COMPANY: 1}
    if len(parts) > 1:
        return {PERSON: 3 if len(parts) == 2 else 2, COMPANY: 1}
    if name.isupper() and len(name) > 1:
        return {COMPANY: 2}
    # Any sentence begins with a capital.
    return {} if opens else {COMPANY: 2 if previous in ("at", "by", "for") else 1, PERSON: 1}
