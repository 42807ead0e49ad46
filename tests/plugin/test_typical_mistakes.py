"""What newcomers do wrong, and what they are told: each message has to be enough to mend it.

Every mistake is a project of one to three files, as somebody writes it who has read the README and
no source. Ids are told as ID; lines are not broken, which test_telling.py is about.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

SHOP = """
from scaleapi.tasks import TaskType
from werkzeug.wrappers import Response

HOOK = "https://shop.test/scale"

def submit(client, text, **more):
    body = {"categories": ["big", "small"], "callback_url": HOOK, **more}
    return client.create_task(
        TaskType.Categorization, attachment_type="text", attachment=text, **body)

class Shop:
    \"\"\"The receiver of callbacks, and what it has learnt.\"\"\"

    def __init__(self, key):
        self.key = key
        self.done = {}

    def __call__(self, request):
        if request.headers.get("scale-callback-auth") != self.key:
            return Response("who are you?", status=401)
        body = request.get_json()
        self.done[body["task_id"]] = body["response"]["category"]
"""
KITTENS = """
from scaleapi.tasks import TaskType

PARAMS = {"instruction": "Box them.", "geometries": {"box": {"objects_to_annotate": ["kitten"]}}}

def staged(client, hook):
    client.create_project("kittens", TaskType.ImageAnnotation, rapid=True, params=PARAMS)
    batch = client.create_batch("kittens", "monday", callback=hook, calibration_batch=True)
    task = client.create_task(
        TaskType.ImageAnnotation, project="kittens", batch="monday", callback_url=hook,
        attachment="https://example.test/kitten.jpg", attachment_type="image")
    return batch, task
"""
FIRST = "2024-01-01T00:00:00.000Z"
DUE = "2024-01-10T08:22:28.000Z"
GIVEN_UP = "2024-01-11T08:22:28.000Z"
STILL = (
    "The clock stands at {at} (manual). Nothing is scheduled: without another call, nothing will "
    "ever happen."
)


class Told(Protocol):
    """Runs a project; the lines of what pytest said."""

    def __call__(self, test: str, *, shop: str = SHOP, rules: str = "") -> list[str]: ...


@pytest.fixture
def told(
    pytester: pytest.Pytester,
    without_environment: None,
    quiet: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> Told:
    """One test fails; its lines, ids made alike."""
    monkeypatch.setenv("COLUMNS", "1000")

    def tell(test: str, *, shop: str = SHOP, rules: str = "") -> list[str]:
        pytester.makepyfile(shop=shop, test_shop=test)
        if rules:
            pytester.path.joinpath("rules.toml").write_text(rules)
        result = pytester.runpytest_inprocess(*quiet, "--tb=short")
        outcomes = result.parseoutcomes()
        assert outcomes.get("failed", 0) + outcomes.get("errors", outcomes.get("error", 0)) == 1
        text = re.sub(r"\b[0-9a-f]{24}\b", "ID", result.stdout.str())
        text = re.sub(r"_auth_[0-9a-f]{32}", "_auth_KEY", text)
        return text.replace(f"{pytester.path}/", "").splitlines()

    return tell


def error_of(lines: Iterable[str]) -> list[str]:
    """The lines of the exception, without pytest's margin."""
    return [line[1:].strip() for line in lines if line.startswith("E ")]


def section_of(lines: list[str]) -> list[str]:
    """What the section about the world says, the line with the seed left out."""
    start = next(n for n, line in enumerate(lines) if line.strip("- ") == "scale_mock") + 2
    end = next(n for n, line in enumerate(lines[start:], start) if line.startswith("===="))
    return lines[start:end]


def summary_of(lines: list[str]) -> str:
    """The line of the short summary."""
    return next(line for line in lines if line.startswith(("FAILED ", "ERROR ")))


def test_a_the_batch_was_never_finalized(told: Told) -> None:
    lines = told(
        """
from shop import staged

def test_labels_arrive(scale_client, scale_callbacks):
    batch, task = staged(scale_client, scale_callbacks.url)
    scale_callbacks.assert_received(batch=batch, status="completed")
""",
        shop=KITTENS,
    )
    assert error_of(lines) == [
        "AssertionError: Expected a callback for batch 'monday' (status=completed) within 30 days: "
        "none came by 2024-01-01T00:00Z; the batch is still in staging",
        "",
        "No callback is or was owed by anything in this world.",
        "",
        "live/batch/monday: staging (1 pending)",
        "decided by: the rapid workflow",
        "waits for:  being finalized: it is still in staging",
        "to move it: client.finalize_batch('monday') or mock.batches.finalize('monday')",
        "",
        "All 3 journal entries about it:",
        f"{FIRST} live/project/kittens project.created product_line=rapid, type=imageannotation",
        f"{FIRST} batch.created batch_kind=calibration, project=kittens",
        f"{FIRST} live/task/ID task.created batch=monday, project=kittens, type=imageannotation",
        "",
        STILL.format(at=FIRST),
        "",
        "To fix it: client.finalize_batch('monday') or mock.batches.finalize('monday')",
    ]
    assert summary_of(lines).endswith(
        "none came by 2024-01-01T00:00Z; the batch is still in staging"
    )
    assert section_of(lines)[:2] == [
        "1 task is pending. live/task/ID waits for batch 'monday', which is still in staging: "
        "nobody works on a rapid batch before it is finalized.",
        "To move it: client.finalize_batch('monday') or mock.batches.finalize('monday').",
    ]
    assert section_of(lines)[-1] == "In these calls, mock is the fixture scale_mock."


WRONG_KEYS = {
    "the other mode's": ('scale_mock.callback_auth("test")', "test"),
    "the API key": ("scale_mock.live_key", "live"),
}


@pytest.mark.parametrize("key", [key for key, _ in WRONG_KEYS.values()], ids=list(WRONG_KEYS))
def test_b_the_receiver_checks_the_wrong_key(told: Told, key: str) -> None:
    lines = told(
        f"""
from shop import HOOK, Shop, submit

def test_the_label_is_stored(scale_mock, scale_client):
    shop = Shop({key})
    scale_mock.callbacks.mount(HOOK, shop)
    task = submit(scale_client, "car")
    scale_mock.callbacks.assert_received(task=task, status="completed")
    assert shop.done
"""
    )
    assert error_of(lines)[:11] == [
        "AssertionError: Expected a callback for task ID (status=completed) within 30 days: none "
        "came by 2024-01-11T08:22:28Z; it was given up after 21 attempts, all of which got 401",
        "",
        "The one callback owed so far:",
        f"task ID, status completed (completed): given up at {GIVEN_UP} after 21 "
        "attempts, to https://shop.test/scale",
        "task:    as wanted",
        "status:  as wanted",
        "arrival: wanted a 2xx, came 21 attempts, all of which got 401",
        f"attempt 1 at {DUE}: 401",
        f"attempt 21 at {GIVEN_UP}: 401",
        "it replied: who are you?",
        "scale-callback-auth was live_auth_KEY: the receiver has to compare it with "
        "mock.callback_auth('live'), which is neither the API key (mock.live_key) nor "
        "mock.callback_auth('test')",
    ]
    assert error_of(lines)[-1] == (
        "To fix it: compare scale-callback-auth with mock.callback_auth('live') in the receiver at "
        "https://shop.test/scale, neither with an API key nor with the other mode's callback_auth"
    )


def test_b_without_an_assertion_of_ours_the_section_says_it(told: Told) -> None:
    lines = told(
        """
from shop import HOOK, Shop, submit

def test_the_label_is_stored(scale_mock, scale_client):
    shop = Shop(scale_mock.live_key)
    scale_mock.callbacks.mount(HOOK, shop)
    task = submit(scale_client, "car")
    scale_mock.clock.advance(days=14)
    assert shop.done[task.id] == "big"
"""
    )
    assert error_of(lines)[-1].startswith("KeyError: ")
    assert section_of(lines)[:6] == [
        "scale_mock found 1 problem (unacknowledged_callbacks):",
        "  - A callback was never acknowledged: task ID (completed) to https://shop.test/scale; "
        "the last of 21 attempts got 401",
        '    To allow it: @pytest.mark.scale_mock(allow="unacknowledged_callbacks")',
        "The receiver at https://shop.test/scale answered 401:",
        "  it replied: who are you?",
        "  scale-callback-auth was live_auth_KEY: the receiver has to compare it with "
        "mock.callback_auth('live'), which is neither the API key (mock.live_key) nor "
        "mock.callback_auth('test')",
    ]


ENDS = "the start of work at 2024-01-01T00:05:00.000Z (in 5 min), then its end at {due} (in {left})"
STUCK = (
    "scaleapi.exceptions.ScaleInvalidRequest: <Response [400]> {what} was read 100 times while the "
    "clock stood at 2024-01-01T00:00:00.000Z, unchanged: nothing will change by reading. {waits}. "
    "To move it: mock.clock.advance_to('{due}'), or an assertion that waits for it. Switches: "
    "mock.clock.advance() or POST /_mock/clock/advance moves the clock; clock='autojump' moves it "
    "with every poll; absorb_sleep=True moves it with the sleep of the code that polls (setting "
    "stuck_polls_max of the mock)."
)
NOT_MOVED = (
    "The clock has not moved, and tasks and batches were asked for {times} times: a manual clock "
    "moves when the test says so (scale_mock.clock.advance(...), or an assertion that waits). Code "
    "that polls wants clock='autojump' (@pytest.mark.scale_mock(clock='autojump'))."
)


def test_c_polling_a_task_without_moving_time(told: Told) -> None:
    lines = told(
        """
from shop import submit

def test_it_is_done_in_the_end(scale_client):
    task = submit(scale_client, "car")
    while task.status == "pending":
        task.refresh()
"""
    )
    waits = ENDS.format(due=DUE, left="9 days 8 h")
    assert error_of(lines) == [
        STUCK.format(what="live/task/ID", waits=f"It waits for {waits}", due=DUE)
    ]
    assert section_of(lines)[2:7] == [
        f"1 task is pending. live/task/ID waits for {waits}.",
        f"To move it: mock.clock.advance_to('{DUE}'), or an assertion that waits for it.",
        NOT_MOVED.format(times=100),
        "The clock would bring next:",
        "  2024-01-01T00:05:00.000Z (in 5 min): task.start live/task/ID",
    ]


def test_c_polling_a_batch_without_moving_time(told: Told) -> None:
    lines = told(
        """
from scaleapi.tasks import TaskType
from shop import submit

def test_it_is_done_in_the_end(scale_client):
    scale_client.create_project("cars", TaskType.Categorization)
    batch = scale_client.create_batch("cars", "monday")
    submit(scale_client, "car", project="cars", batch="monday")
    while batch.get_status()["status"] != "completed":
        pass
"""
    )
    due = "2024-01-07T01:58:00.000Z"
    waits = (
        "It waits for 1 pending task; it has something scheduled: live/task/ID waits for "
        + ENDS.format(due=due, left="6 days 2 h")
    )
    assert error_of(lines) == [STUCK.format(what="live/batch/monday", waits=waits, due=due)]


def test_c_polling_a_list_without_moving_time(told: Told) -> None:
    lines = told(
        """
from scaleapi.tasks import TaskType, TaskStatus
from shop import submit

def test_it_is_done_in_the_end(scale_client):
    scale_client.create_project("cars", TaskType.Categorization)
    submit(scale_client, "car", project="cars")
    done = []
    while not done:
        done = list(scale_client.get_tasks(project_name="cars", status=TaskStatus.Completed))
"""
    )
    due = "2024-01-01T08:16:42.000Z"
    waits = "live/task/ID waits for " + ENDS.format(due=due, left="8 h 17 min")
    what = "GET /v1/tasks?project=cars&include_attachment_url=True&status=completed"
    assert error_of(lines) == [STUCK.format(what=what, waits=waits, due=due)]


def test_c_a_loop_that_gives_up_before_is_told_in_the_section(told: Told) -> None:
    lines = told(
        """
from shop import submit

def test_it_is_done_in_the_end(scale_client):
    task = submit(scale_client, "car")
    for _ in range(10):
        task.refresh()
    assert task.status == "completed"
"""
    )
    assert section_of(lines)[2] == NOT_MOVED.format(times=10)


def test_d_a_unique_id_is_used_twice(told: Told) -> None:
    lines = told(
        """
from shop import submit

def test_rows_are_sent(scale_client):
    for row in ("car", "bus"):
        submit(scale_client, row, unique_id="row-1")
"""
    )
    assert error_of(lines) == [
        "scaleapi.exceptions.ScaleDuplicateResource: <Response [409]> "
        'The unique_id ("row-1") is already used for a different task (ID).'
    ]
    assert section_of(lines)[:3] == [
        "1 request was refused:",
        f"  {FIRST} create_task: 409 "
        'The unique_id ("row-1") is already used for a different task (ID).',
        "    To fix it: give every task a unique_id of its own; this one is free again after "
        "client.clear_task_unique_id('ID') or client.cancel_task('ID', clear_unique_id=True). "
        "Where a duplicate is no mistake, catch scaleapi.exceptions.ScaleDuplicateResource",
    ]


def test_e_the_receiver_fails_at_every_attempt(told: Told) -> None:
    lines = told(
        """
from shop import HOOK, submit

def test_the_label_is_stored(scale_mock, scale_client):
    scale_mock.callbacks.mount(HOOK, lambda request: 500)
    task = submit(scale_client, "car")
    scale_mock.callbacks.assert_received(task=task, status="completed")
"""
    )
    found = error_of(lines)
    assert found[0].endswith("; it was given up after 21 attempts, all of which got 500")
    assert re.sub(r"cb_\w+", "CALLBACK", found[-1]) == (
        "To fix it: let https://shop.test/scale answer 2xx: 500 is an attempt, not a reception. If "
        "it is meant to fail, look at mock.callbacks.attempts instead; once it works, "
        "mock.callbacks.resend('CALLBACK') sends it again"
    )


def test_e_the_receiver_raises(told: Told) -> None:
    lines = told(
        """
from shop import HOOK, submit

def save(request):
    raise LookupError("no such row")

def test_the_label_is_stored(scale_mock, scale_client):
    scale_mock.callbacks.mount(HOOK, save)
    task = submit(scale_client, "car")
    scale_mock.callbacks.assert_received(task=task, status="completed")
"""
    )
    found = error_of(lines)
    assert 'raise LookupError("no such row")' in found
    assert found[-1] == (
        "To fix it: mend the receiver mounted at https://shop.test/scale, which raised "
        "LookupError: no such row"
    )


def test_e_the_task_ended_in_an_error(told: Told) -> None:
    lines = told(
        """
import pytest
from shop import submit

@pytest.mark.scale_mock(rules=[{"name": "broken", "outcome": "error", "error": "Bad picture."}])
def test_the_label_is_stored(scale_callbacks, scale_client):
    task = submit(scale_client, "car", callback_url=scale_callbacks.url)
    scale_callbacks.assert_received(task=task, status="completed")
"""
    )
    found = error_of(lines)
    assert found[0] == (
        "AssertionError: Expected a callback for task ID (status=completed) within 30 days: none "
        "came by 2024-01-10T08:22:28Z; the one that it sent has status=error"
    )
    assert found[4:6] == ["task:    as wanted", "status:  wanted completed, came error"]
    assert found[-1] == (
        "To fix it: expect status='error', if that is meant; else change what decided that it ends "
        "in an error: 'broken' (Bad picture.)"
    )


def test_e_the_callback_went_to_another_address(told: Told) -> None:
    lines = told(
        """
from shop import Shop, submit

def test_the_label_is_stored(scale_mock, scale_client):
    shop = Shop(scale_mock.callback_auth("live"))
    scale_mock.callbacks.mount("https://shop.test/scales/", shop)
    task = submit(scale_client, "car")
    scale_mock.callbacks.assert_received(task=task, status="completed")
    assert shop.done
"""
    )
    assert section_of(lines)[:2] == [
        "scale_mock found 1 problem (misspelt_mounts):",
        "  - A callback to https://shop.test/scale was captured, though a handler is mounted on "
        "that host: https://shop.test/scales/. Is one of the two addresses misspelt?",
    ]


MARKED = """
import pytest
from shop import submit

@pytest.mark.scale_mock(rules={rules})
def test_errors_are_shown(scale_client):
    submit(scale_client, "car")
"""


@pytest.mark.parametrize(
    ("rules", "refusal"),
    [
        (
            [{"match": {"projekt": "cars"}, "outcome": "error"}],
            'rule (1st): match.projekt: unknown field; did you mean "project"? Fields: project, '
            "product_line, type, mode, batch, batch_kind, tags, unique_id, project_version, "
            "metadata.<path>, params.<path>, nth, first, every, chance, window.",
        ),
        (
            [{"name": "broken", "outcome": "errror"}],
            'rule "broken" (1st): outcome: unknown outcome "errror"; did you mean "error"? '
            "Outcomes: complete, error, hold, cancel.",
        ),
        (
            [{"name": "slow", "after": "2 ours"}],
            'rule "slow" (1st): after: ',
        ),
    ],
    ids=["field", "outcome", "duration"],
)
def test_f_a_typo_in_a_rule(told: Told, rules: object, refusal: str) -> None:
    lines = told(MARKED.format(rules=rules))
    start = next(n for n, line in enumerate(lines) if line.startswith("rule "))
    assert lines[start].startswith(refusal)
    assert re.fullmatch(r"The world's arguments: rules=.* \(marker\)\.", lines[start + 1])
    assert summary_of(lines).startswith(
        f"ERROR test_shop.py::test_errors_are_shown - Failed: {refusal}"
    )


def test_f_a_typo_in_a_rule_file_names_the_line(told: Told) -> None:
    lines = told(
        MARKED.format(rules="'rules.toml'"),
        rules='[[rule]]\nname = "slow"\nmatch = { project = "cars" }\nafer = "2h"\n',
    )
    assert (
        'rules.toml:4: rule "slow" (1st): afer: unknown key; did you mean "after"? Keys: name, '
        "match, outcome, after, error, response, partial, redo, reviews, calibration, replan."
    ) in lines
    assert "The world's arguments: rules='rules.toml' (marker)." in lines


NEVER = (
    'rule "broken" decided nothing: no task matched; the nearest was categorization task (live '
    "mode, project 'cars'): project wanted 'carz', found 'cars'"
)
MISSPELT = """
import pytest
from scaleapi.tasks import TaskType
from shop import submit

@pytest.mark.scale_mock(
    rules=[{"name": "broken", "match": {"project": "carz"}, "outcome": "error"}])
def test_errors_are_shown(scale_client, scale_callbacks):
    scale_client.create_project("cars", TaskType.Categorization)
    task = submit(scale_client, "car", project="cars", callback_url=scale_callbacks.url)
"""


def test_f_a_rule_that_matches_nothing_names_the_nearest(told: Told) -> None:
    lines = told(MISSPELT)
    assert f"  - {NEVER}" in lines
    assert "@pytest.mark.scale_mock(strict=False)" in "\n".join(lines)


def test_f_a_rule_that_matches_nothing_is_named_where_it_is_missed(told: Told) -> None:
    lines = told(f'{MISSPELT}    scale_callbacks.assert_received(task=task, status="error")\n')
    found = error_of(lines)
    assert found[0].endswith("; the one that it sent has status=completed")
    assert found[-2:] == [
        "To fix it: a rule with outcome='error' for it, or mock.tasks.fail('ID') while it is "
        "pending",
        f"Besides: {NEVER}",
    ]


def test_g_the_callback_url_was_forgotten(told: Told) -> None:
    lines = told(
        """
from shop import submit

def test_the_label_is_stored(scale_client, scale_callbacks):
    task = submit(scale_client, "car", callback_url=None)
    scale_callbacks.assert_received(task=task, status="completed")
"""
    )
    found = error_of(lines)
    assert found[0] == (
        "AssertionError: Expected a callback for task ID (status=completed) within 30 days: none "
        "came by 2024-01-10T08:22:28Z; the task is completed, but has no callback_url: nobody is "
        "told"
    )
    assert found[-1] == (
        "To fix it: pass callback_url=mock.callbacks.url (the built-in receiver), or your own "
        "receiver's URL, to create_task"
    )


def test_h_time_was_not_moved_before_the_look(told: Told) -> None:
    lines = told(
        """
from shop import submit

def test_it_is_done(scale_client):
    task = submit(scale_client, "car")
    assert task.status == "completed"
"""
    )
    waits = ENDS.format(due=DUE, left="9 days 8 h")
    assert section_of(lines)[:3] == [
        f"1 task is pending. live/task/ID waits for {waits}.",
        f"To move it: mock.clock.advance_to('{DUE}'), or an assertion that waits for it.",
        "The clock has not moved: it moves when the test says so (scale_mock.clock.advance(...), "
        "or an assertion that waits).",
    ]


def test_h_the_task_was_not_read_again(told: Told) -> None:
    lines = told(
        """
from shop import submit

def test_it_is_done(scale_client, scale_clock):
    task = submit(scale_client, "car")
    scale_clock.advance(days=14)
    assert task.status == "completed"
"""
    )
    assert section_of(lines)[0] == (
        f"1 task has ended and not been read since; the last, live/task/ID, is completed since "
        f"{DUE}. What was read before does not follow: read it again (task.refresh() or "
        "client.get_task(ID))."
    )


def test_i_the_other_modes_key(told: Told) -> None:
    lines = told(
        """
from shop import submit

def test_it_is_there(scale_client, scale_test_client):
    task = submit(scale_test_client, "car")
    scale_client.get_task(task.id)
"""
    )
    assert error_of(lines) == [
        "scaleapi.exceptions.ScaleResourceNotFound: <Response [404]> "
        'The task "ID" lives in test mode; a live key cannot see it.'
    ]


def test_i_a_key_that_is_none(told: Told) -> None:
    lines = told(
        """
from scaleapi import ScaleClient
from scaleapi.exceptions import ScaleException
from shop import submit

def test_it_is_there(scale_mock):
    try:
        submit(ScaleClient("dummy"), "car")
    except ScaleException:
        pass
    assert scale_mock.callbacks.owed
"""
    )
    assert section_of(lines) == [
        "1 request was refused:",
        f"  {FIRST} create_task: 401 Your API key does not correspond to a registered user. (The "
        "key *** of 5 characters is neither live_NAME nor test_NAME)",
        "    To fix it: use a key of this world: mock.live_key or mock.test_key, as the fixtures "
        "scale_client and scale_test_client do; while it is the only world, any live_NAME or "
        "test_NAME",
        "The journal is empty: nothing has happened in this world.",
        "In these calls, mock is the fixture scale_mock.",
    ]


def test_i_a_key_of_another_world(told: Told) -> None:
    lines = told(
        """
import pytest
from scaleapi import ScaleClient
from scaleapi.exceptions import ScaleUnauthorized
from scale_mock import ScaleMock
from shop import submit

@pytest.mark.scale_mock(name="mine")
def test_it_is_there(scale_mock):
    with ScaleMock(name="theirs") as other, other.intercept():
        with pytest.raises(ScaleUnauthorized):
            submit(ScaleClient("live_nobody"), "car")
    assert scale_mock.callbacks.owed
"""
    )
    assert section_of(lines)[:2] == [
        "1 request was refused:",
        f"  {FIRST} create_task: 401 Your API key does not correspond to a registered user. (The "
        "key live_*** of 11 characters opens no world; there are 2 worlds: 'mine', 'theirs')",
    ]


def test_j_a_project_of_another_name(told: Told) -> None:
    lines = told(
        """
from scaleapi.tasks import TaskType
from shop import submit

def test_it_is_there(scale_client):
    scale_client.create_project("cars", TaskType.Categorization)
    submit(scale_client, "car", project="carz")
"""
    )
    assert section_of(lines)[:3] == [
        "1 request was refused:",
        f"  {FIRST} create_task: 404 Project with that name not found.",
        "    To fix it: create it first, or use another: the only project in live mode is 'cars'",
    ]


def test_k_the_code_under_test_hid_an_exception(told: Told) -> None:
    lines = told(
        """
from scaleapi.exceptions import ScaleException
from shop import submit

def send(client, rows):
    for row in rows:
        try:
            submit(client, row, categories="big")
        except ScaleException:
            pass

def test_rows_are_sent(scale_mock, scale_client):
    send(scale_client, ["car", "bus"])
    scale_mock.clock.advance(days=14)
    assert len(scale_mock.callbacks.received) == 2
"""
    )
    found = section_of(lines)
    assert found[0] == "2 requests were refused:"
    assert found[1].startswith(f"  {FIRST} create_task (2 times): 400 ")
    assert "categories" in found[1]


def test_nothing_of_interest_is_short(told: Told) -> None:
    lines = told(
        """
def test_it_is_there(scale_mock):
    assert scale_mock.seed == 1
"""
    )
    assert section_of(lines) == ["The journal is empty: nothing has happened in this world."]


def test_k_nobody_is_there_to_take_the_callback(told: Told) -> None:
    lines = told(
        """
from shop import submit

def test_it_is_stored(scale_client, scale_callbacks):
    stored = {}
    task = submit(scale_client, "car")
    scale_callbacks.assert_received(task=task)
    assert task.id in stored
"""
    )
    assert (
        "A callback to https://shop.test/scale was captured: nothing is mounted there. To have "
        "your code called: mock.callbacks.mount('https://shop.test/scale', handler), or "
        "callback_hosts=[...] for a server of yours."
    ) in section_of(lines)


def test_k_a_handler_that_takes_nothing(told: Told) -> None:
    lines = told(
        """
def handle():
    pass

def test_it_is_called(scale_callbacks):
    scale_callbacks.mount("https://shop.test/", handle)
"""
    )
    [said] = error_of(lines)
    assert said.startswith(
        "scale_mock.errors.ConfigurationError: mount('https://shop.test/'): <function handle at"
    )
    assert said.endswith(
        "cannot be called with a request. A handler takes one argument, werkzeug's Request; a WSGI "
        "application takes two, an ASGI one three."
    )


def test_k_the_marker_is_told_what_is_about_a_run(told: Told) -> None:
    lines = told(
        """
import pytest

@pytest.mark.scale_mock(url="http://127.0.0.1:8723")
def test_elsewhere(scale_mock):
    pass
"""
    )
    text = " ".join(lines)
    assert (
        "there is no argument 'url'. It is about a whole run: use --scale-mock-url, the variable "
        "SCALE_MOCK_URL or the ini option scale_mock_url."
    ) in text
