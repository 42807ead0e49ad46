"""JSON documents at rest: compact bytes, parsed when somebody looks.

A million nested dicts cost eight gigabytes and eight seconds of garbage collection; the same
documents as bytes cost a sixth of that, and a page of tasks is joined instead of encoded.
"""

from __future__ import annotations

import json
import json.encoder
from typing import TYPE_CHECKING

from scale_mock.domain.refusals import invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _encoder(*, sort_keys: bool, allow_nan: bool) -> Callable[[object], str]:
    """An encoder to compact JSON.

    Python's own makes its fast half anew at every call, which is most of a small document's cost;
    here it is made once. Where Python has no fast half, its encoder is used as it is.
    """
    usual = json.JSONEncoder(
        separators=(",", ":"),
        ensure_ascii=False,
        check_circular=False,
        sort_keys=sort_keys,
        allow_nan=allow_nan,
    )
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return usual.encode
    quote = json.encoder.encode_basestring
    write = make(None, usual.default, quote, None, ":", ",", sort_keys, False, allow_nan)
    return lambda value: "".join(write(value, 0))


_compact = _encoder(sort_keys=False, allow_nan=False)
_sorted = _encoder(sort_keys=True, allow_nan=True)
_decode = json.JSONDecoder().decode

EMPTY_OBJECT = b"{}"


def encode(value: object) -> bytes:
    """The value as compact JSON in UTF-8; a lone surrogate is written as an escape.

    Raises:
        Refusal: A number in it is infinite or not a number, which JSON cannot say.
    """
    try:
        text = _compact(value)
    except ValueError as error:
        raise invalid("a number is out of range") from error
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


def encode_object(value: Mapping[str, object]) -> bytes:
    """Like :func:`encode`, sharing one object for the empty case."""
    return encode(value) if value else EMPTY_OBJECT


def canonical(value: object) -> str:
    """The value as compact JSON with sorted keys: equal values give equal text."""
    return _sorted(value)


def decode(document: bytes) -> object:
    """What :func:`encode` wrote, as new objects."""
    # json.loads would guess the encoding first, which takes half as long as the decoding.
    return _decode(document.decode())


def decode_object(document: bytes) -> dict[str, object]:
    """What :func:`encode_object` wrote, as a new dict."""
    value: dict[str, object] = _decode(document.decode())
    return value
