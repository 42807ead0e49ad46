"""What a receiver has to do that did not acknowledge a callback, judged by what it answered."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scale_mock.callbacks.desk import AUTH_HEADER
from scale_mock.mock.reports.tracebacks import exception_of
from scale_mock.world.platform import RECEIVER_URL

if TYPE_CHECKING:
    from scale_mock.callbacks.records import Callback
    from scale_mock.world import World

NOT_UNDERSTOOD = {400, 415, 422}
"""What frameworks answer to a body that is not what they, or the code in them, expected."""
CSRF = b"CSRF"
"""What a page of Django's says that refuses a POST for its missing token."""


def receiver_fix(world: World, callback: Callback) -> str:
    """The call or change that most likely helps."""
    last = callback.attempts[-1]
    url = callback.url
    if last.fault is not None:
        return f"remove fault {last.fault!r}, which keeps it away, or narrow its match"
    if url.startswith(RECEIVER_URL):
        return (
            "let the built-in receiver answer 2xx: mock.callbacks.receiver.answer() or .down(), or "
            "a scenario, told it not to"
        )
    if last.traceback is not None:
        return f"mend the receiver mounted at {url}, which raised {exception_of(last.traceback)}"
    if last.error == "tls error":
        return (
            f"let what listens at {url} speak TLS (its certificate is not looked at), or write "
            "http:// in the callback's URL"
        )
    if last.status is None:
        return (
            f"start a receiver at {url} before, mount one (mock.callbacks.mount(URL, app)), or use "
            "callback_url=mock.callbacks.url"
        )
    return answer_fix(world, callback) or (
        f"let {url} answer 2xx: {last.status} is an attempt, not a reception. If it is meant to "
        "fail, look at mock.callbacks.attempts instead; once it works, "
        f"mock.callbacks.resend({callback.id!r}) sends it again"
    )


def refuses_key(callback: Callback) -> bool:
    """True if the last answer speaks of the header that says who sent the callback."""
    last = callback.attempts[-1]
    return last.status in {401, 403} and CSRF not in last.reply


def answer_fix(world: World, callback: Callback) -> str | None:
    """What a status speaks of that a framework gives by itself; ``None`` for any other."""
    last = callback.attempts[-1]
    url, status = callback.url, last.status
    if url.startswith(RECEIVER_URL):
        return None  # it answers as it is told to
    path = urlsplit(url).path or "/"
    if status == 403 and CSRF in last.reply:
        return f"let the view of {path} take a POST without a CSRF token (Django: @csrf_exempt)"
    if refuses_key(callback):
        return (
            f"compare {AUTH_HEADER} with mock.callback_auth({callback.mode!r}) in the receiver at "
            f"{url}, neither with an API key nor with the other mode's callback_auth"
        )
    if status == 404:
        prefix = world.desk.targets.prefix_of(url)
        whole = (
            f". What is mounted at {prefix} sees the whole path"
            if prefix is not None and urlsplit(prefix).path not in {"", "/"}
            else ""
        )
        return f"give the receiver a route for POST {path}, which it answered with 404{whole}"
    if status == 405:
        return f"let the route of {path} take POST: the receiver answered 405 (method not allowed)"
    if status in NOT_UNDERSTOOD:
        return (
            f"let {url} take the body: it answered {status}. A callback is JSON "
            f"(request.get_json()), not a form; its keys are {', '.join(callback.json)}"
        )
    if status is not None and 300 <= status < 400:
        return (
            f"name the receiver's own address in callback_url, often just with or without the slash"
            f" at its end: {status} is a redirect, which is not followed"
        )
    return None
