"""Snapshots: what is refused, what they cannot hold, and that a refusal changes nothing."""

from __future__ import annotations

import copy
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scale_mock import ScaleMock, __version__
from scale_mock.config import Settings
from scale_mock.errors import ConfigurationError, PumpBusy
from scale_mock.world import World, snapshots
from scale_mock.world.sealing import CHECKSUM, HEAD, sealed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHOICE = {"attachment": "a", "attachment_type": "text", "categories": ["x", "y"]}
RULES = [
    {"name": "slow", "match": {"tags": "slow"}, "after": "1h..3h", "reviews": ["rejected"]},
    {"name": "wrong", "match": {"chance": "1/3"}, "outcome": "error", "after": "5m"},
]
FAULTS = [{"name": "f", "match": {"callback": True, "chance": "1/2"}, "status": 500}]


def create(mock: ScaleMock, **body: object) -> Any:
    world = mock._world
    with world.lock:
        side = world.core.sides["live"]
        return world.tasks.create(side, "categorization", {**CHOICE, **body})


def begun(mock: ScaleMock) -> ScaleMock:
    """A small world with something of everything that the API makes."""
    world = mock._world
    side = world.core.sides["live"]
    world.projects.create(side, {"name": "p", "type": "categorization", "rapid": True})
    world.projects.create(side, {"name": "s", "type": "categorization", "studio": True})
    world.team.invite({"emails": ["a@example.test"], "team_role": "labeler"})
    world.studio.assign(side, {"emails": ["a@example.test"], "projects": ["s"]})
    for name, project in (("b", "p"), ("t", "s")):
        body = {"name": name, "project": project, "calibration_batch": project == "p"}
        world.batches.create(side, body)
        for number in range(3):
            create(mock, batch=name, metadata={"n": number, "$at": 1.5}, tags=["slow"])
        world.finalize("live", name)
    create(mock, callback_url=mock.callbacks.url, unique_id="u")
    mock.callbacks.receiver.down(lasting="2h")
    mock.clock.advance(minutes=30)
    return mock


@pytest.fixture
def mock() -> Iterator[ScaleMock]:
    with ScaleMock(seed=4, rules=RULES, faults=FAULTS) as made:
        yield begun(made)


def refusal(mock: ScaleMock, snapshot: Any) -> str:
    """The text of a refusal, after which the world is as it was."""
    before, log = mock.snapshot(), list(mock.requests)
    parts = dict(vars(mock._world))
    with pytest.raises(ConfigurationError) as refused:
        mock.restore(snapshot)
    assert vars(mock._world) == parts
    assert mock.snapshot() == before
    assert mock.requests == log
    return str(refused.value)


def test_another_format_is_refused_with_the_version_that_wrote_it(mock: ScaleMock) -> None:
    later = {**mock.snapshot(), "scale_mock_snapshot": 2, "written_by": "3.1.4"}
    assert refusal(mock, later) == (
        "This snapshot has format 2 and was written by scale_mock 3.1.4; this is scale_mock "
        f"{__version__}, which reads format 1. Take it again with this version."
    )
    unsigned = {"scale_mock_snapshot": True}
    assert refusal(mock, unsigned) == (
        "This snapshot has format True and was written by an unknown version of scale_mock; this "
        f"is scale_mock {__version__}, which reads format 1. Take it again with this version."
    )


@pytest.mark.parametrize("nothing", [{}, {"snapshot": 1}])
def test_anything_else_is_no_snapshot(mock: ScaleMock, nothing: Any) -> None:
    assert refusal(mock, nothing) == (
        'This is no snapshot: a snapshot is an object with a "scale_mock_snapshot" in it, as '
        "mock.snapshot() or GET /_mock/snapshot gives it."
    )


def test_what_is_no_object_is_no_snapshot(mock: ScaleMock) -> None:
    with pytest.raises(ConfigurationError, match=r"^This is no snapshot: "):
        snapshots.put_back(mock._world, [1])


def test_a_changed_snapshot_is_refused(mock: ScaleMock) -> None:
    changed = mock.snapshot()
    changed["scheduler"]["ran"] += 1
    text = refusal(mock, changed)
    assert text == (
        f"This snapshot, written by scale_mock {__version__}, was changed since: its checksum does "
        "not fit. Restore exactly what mock.snapshot() or GET /_mock/snapshot gave; change the "
        "world after restoring it."
    )
    del changed[CHECKSUM]
    assert refusal(mock, changed) == text


def test_a_snapshot_that_is_not_json_is_refused(mock: ScaleMock) -> None:
    odd = {**mock.snapshot(), "core": {1, 2}}
    assert refusal(mock, odd) == (
        "This is no snapshot: it is not JSON (Object of type set is not JSON serializable)."
    )


def test_javascript_may_carry_a_snapshot(mock: ScaleMock) -> None:
    """It writes whole numbers without a fraction; that is no change."""
    create(mock, metadata={"x": 2.0, "y": [3.0, {"z": 4.0}]})
    snapshot = mock.snapshot()
    carried = json.loads(json.dumps(snapshot), parse_float=as_javascript)
    assert carried["checksum"] == snapshot["checksum"]
    mock.restore(carried)


def through_javascript(value: Any) -> Any:
    """A snapshot as JavaScript writes it after reading it: every number is a float there."""
    if isinstance(value, dict):
        first = sorted((key for key in value if key.isdecimal()), key=int)
        keys = [*first, *(key for key in value if not key.isdecimal())]
        return {key: through_javascript(value[key]) for key in keys}
    if isinstance(value, list):
        return [through_javascript(item) for item in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return as_javascript(str(value))
    return value


def test_javascript_may_order_keys_and_round_numbers_in_documents(mock: ScaleMock) -> None:
    """Such documents are written as text, so that they come back byte for byte."""
    metadata = {"z": 1, "10": {"b": 2, "9": 3, "a": 4}, "9": 12345678901234567891, "x": [-0.0]}
    task = create(mock, metadata=metadata)
    snapshot = mock.snapshot()
    carried = through_javascript(snapshot)
    mock.restore(carried)
    back = mock.tasks.get(task.task_id)["metadata"]
    assert json.dumps(back) == json.dumps(metadata)
    assert mock.snapshot() == snapshot


def test_the_order_of_keys_is_no_change(mock: ScaleMock) -> None:
    """A tool that sorts keys, and one that turns them round, give a snapshot of the same world."""
    snapshot = mock.snapshot()
    for backwards in (False, True):
        mock.restore(ordered(snapshot, backwards=backwards))
        again = mock.snapshot()
        assert again == snapshot
        assert list(again["callbacks"]) == list(snapshot["callbacks"])
    mock.clock.advance(days=3)
    digest = mock.journal.digest()
    mock.restore(snapshot)
    mock.clock.advance(days=3)
    assert mock.journal.digest() == digest


def ordered(value: Any, *, backwards: bool) -> Any:
    """A value with the keys of all objects in another order."""
    if isinstance(value, dict):
        keys = sorted(value, reverse=backwards)
        return {key: ordered(value[key], backwards=backwards) for key in keys}
    if isinstance(value, list):
        return [ordered(item, backwards=backwards) for item in value]
    return value


def test_a_rounded_number_is_refused_with_what_to_do() -> None:
    with ScaleMock(seed=2**60 + 1) as mock:
        carried = through_javascript(mock.snapshot())
        assert carried["settings"]["seed"] == 2**60
        assert refusal(mock, carried) == (
            f"This snapshot, written by scale_mock {__version__}, was changed since: its checksum "
            "does not fit. Restore exactly what mock.snapshot() or GET /_mock/snapshot gave; "
            "change the world after restoring it. There is a number beyond 2**53 in it "
            f"({2**60}), which JavaScript and others round: keep the text as it came; do not parse "
            "and rewrite it."
        )


def as_javascript(text: str) -> float:
    number = float(text)
    return int(number) if number.is_integer() else number


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"{", "is no snapshot: Expecting property name"),
        (b"\xff\xfe", "is no snapshot: 'utf-8' codec can't decode"),
        (b"", "is no snapshot: Expecting value"),
    ],
)
def test_a_file_that_is_not_json_is_refused(
    mock: ScaleMock, tmp_path: Path, text: bytes, message: str
) -> None:
    file = tmp_path / "world.json"
    file.write_bytes(text)
    assert refusal(mock, file).startswith(f"{file}: {message}")
    assert refusal(mock, tmp_path / "none") == (
        f"{tmp_path / 'none'}: cannot be read: No such file or directory."
    )
    assert refusal(mock, 7) == (
        "restore(): expected what mock.snapshot() gave, or a file's path, not 7."
    )


def test_over_http_a_refusal_is_a_400(mock: ScaleMock) -> None:
    from werkzeug.test import Client

    client = Client(mock.app)
    key = {"Authorization": f"Bearer {mock.live_key}"}
    changed = {**mock.snapshot(), "sides": {}}
    before = mock.snapshot()
    for body, text in (
        (json.dumps(changed), "was changed since"),
        (
            json.dumps(sealed({**changed, "left_out": 5})),
            "cannot be read: $.left_out: expected a list, found 5.",
        ),
        ("[]", ""),
        ("{", ""),
    ):
        reply = client.post(
            "/_mock/restore", data=body, headers=key, content_type="application/json"
        )
        assert reply.status_code == 400
        assert text in reply.get_json()["error"]
    # The journal says what was refused, and nothing else happened.
    after = mock.snapshot()
    assert after["sides"] == before["sides"]
    assert after["scheduler"] == before["scheduler"]


GONE = object()


@pytest.mark.parametrize(
    ("place", "by", "problem"),
    [
        ("scheduler", GONE, "$: the key 'scheduler' is missing"),
        ("scheduler events", {}, "$.scheduler.events: expected a list, found an object"),
        ("scheduler events 0 2", "x", "$.scheduler.events[0][2]: expected an integer, found 'x'"),
        ("scheduler events 0", [1], "$.scheduler.events[0]: expected a list of 7, found a list"),
        ("journal seq", "x", "$.journal.seq: expected an integer, found 'x'"),
        ("journal entries 1 1", 5, "$.journal.entries[1][1]: expected text, found 5"),
        ("start_at", "soon", "$.start_at: this is not what a snapshot has here (ValueError: "
         "Invalid isoformat string: 'soon')"),
        ("start_at", 5, "$.start_at: expected text, found 5"),
        ("settings", [], "$.settings: expected an object, found a list"),
        ("settings", {"sed": 1}, "$.settings: *sed*"),
        ("sides live", GONE, "$.sides: the key 'live' is missing"),
        ("sides live tasks 0 status", 5,
         "$.sides.live.tasks[0].status: expected text, found 5"),
        ("sides live tasks 0 status", "done",
         "$.sides.live.tasks[0].status: expected one of pending, completed, canceled, error, "
         "deleted, found 'done'"),
        ("sides live tasks 0 params", "{}",
         "$.sides.live.tasks[0].params: expected bytes, found '{}'"),
        ("sides live tasks 0 seq", GONE, "$.sides.live.tasks[0]: the key 'seq' is missing"),
        ("sides live tasks 0 colour", 5, "$.sides.live.tasks[0]: there is no key 'colour' here"),
        ("sides live tasks 1", 5, "$.sides.live.tasks[1]: expected an object, found 5"),
        ("sides live tasks 0 batch", {"$batch": "live/none"},
         "$.sides.live.tasks[0].batch: A snapshot refers to batch 'live/none', which is not in "
         "it."),
        ("sides live projects 0 name", ["p"],
         "$.sides.live.projects[0].name: expected text, found a list"),
        ("sides live projects 0 $", "Projekt",
         "$.sides.live.projects[0]: A snapshot names a record 'Projekt' that is not known."),
        ("sides live projects 0 archetypes", {"$tuple": [3]},
         "$.sides.live.projects[0].archetypes[0]: expected text, found 3"),
        ("sides live rest crowds p", 5, "$.sides.live.rest.crowds.p: expected a Crowd, found 5"),
        ("core team", {"$map": []}, "$.core.team: A snapshot has a tag '$map' that is not known."),
        ("core later", 5, "$.core: there is no key 'later' here"),
        ("faults", {"number": 1}, "$.faults: the key 'entries' is missing"),
        ("callbacks", 5, "$.callbacks: expected an object, found 5"),
        ("scheduler", None, "$.scheduler: expected an object, found null"),
        ("scheduler seq", None, "$.scheduler.seq: expected an integer, found null"),
        ("journal entries", None, "$.journal.entries: expected a list, found null"),
        ("sides test tasks", None, "$.sides.test.tasks: expected a list, found null"),
        ("left_out", ["f", {}], "$.left_out[1]: expected text, found an object"),
        ("receivers https://a.test", [],
         "$.receivers['https://a.test']: this is not what a snapshot has here (TypeError: list "
         "indices must be integers or slices, not str)"),
    ],
)  # fmt: skip
def test_what_was_forged_is_refused_with_its_place(
    mock: ScaleMock, place: str, by: object, problem: str
) -> None:
    forged = copy.deepcopy(mock.snapshot())
    around: Any = forged
    *path, last = (int(key) if key.isdigit() else key for key in place.split())
    for key in path:
        around = around[key]
    if by is GONE:
        del around[last]
    else:
        around[last] = by
    text = refusal(mock, sealed(forged))
    start = f"This snapshot, written by scale_mock {__version__}, cannot be read: "
    end = f". Take it again with this version, scale_mock {__version__}."
    if problem.endswith("*"):
        first, word, _ = problem.split("*")
        assert text.startswith(start + first)
        assert word in text
    else:
        assert text == start + problem.removesuffix(".") + (
            end if problem[-1] != "." else f".{end}"
        )


def nodes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all nodes below a value."""
    if not isinstance(value, dict | list):
        return
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*path, key)
        yield from nodes(item, (*path, key))


def mutilated(snapshot: Any, path: tuple[Any, ...], by: Any) -> Any:
    """A copy with one node replaced, or taken out."""
    changed = copy.deepcopy(snapshot)
    place = changed
    for key in path[:-1]:
        place = place[key]
    if by is DELETE:
        del place[path[-1]]
    else:
        place[path[-1]] = by
    return changed


DELETE = object()
WRONG = [DELETE, None, 7, -1.5, True, "x", [], {}, [[]], {"$": "Task"}, {"$at": 5}, {"$set": [[]]},
         {"$task": "live/nobody"}, {"$nothing": 1}, {"$pairs": 3}, {"$json": "\ud800"},
         {"$base64": "%"}]  # fmt: skip


@pytest.fixture(scope="module")
def state() -> dict[str, Any]:
    """The snapshot of a small world."""
    with ScaleMock(seed=4, rules=RULES, faults=FAULTS) as mock:
        return begun(mock).snapshot()


@pytest.mark.slow
@settings(max_examples=200)
@given(data=st.data(), by=st.sampled_from(WRONG))
def test_whatever_is_broken_in_a_snapshot_is_refused_and_changes_nothing(
    state: dict[str, Any], data: Any, by: Any
) -> None:
    path = data.draw(st.sampled_from([path for path in nodes(state) if path[0] not in HEAD]))
    changed = mutilated(state, path, by)
    assume(json.dumps(changed) != json.dumps(state))
    world = World(name="w", settings=Settings())
    untouched = snapshots.take(world)
    with pytest.raises(ConfigurationError, match="was changed since"):
        snapshots.put_back(world, changed)
    assert snapshots.take(world) == untouched
    # With a checksum that fits, the reader has to find it, or be able to live with it.
    try:
        snapshots.put_back(world, sealed(changed))
    except ConfigurationError:
        assert snapshots.take(world) == untouched


@pytest.mark.parametrize("name", ["scale_mock_snapshot", "written_by", CHECKSUM])
@pytest.mark.parametrize("by", WRONG)
def test_whatever_is_broken_in_its_head_is_refused(
    mock: ScaleMock, state: dict[str, Any], name: str, by: Any
) -> None:
    assert refusal(mock, mutilated(state, (name,), by)).startswith("This ")


def test_a_callback_handler_cannot_take_or_restore_a_snapshot() -> None:
    with ScaleMock() as mock:
        snapshot, raised = mock.snapshot(), []

        def handle(request: Any) -> None:
            for ask in (mock.snapshot, lambda: mock.restore(snapshot)):
                with pytest.raises(PumpBusy) as error:
                    ask()
                raised.append(error.value)

        mock.callbacks.mount("https://app.test/", handle)
        mock.tasks.complete(create(mock, callback_url="https://app.test/").task_id)
        mock.clock.advance(0)
        assert len(raised) == 2


def test_functions_are_named_and_needed_again() -> None:
    """Of task types, of rules, and of scheduled calls."""

    def answer(task: Any) -> Any:
        return {"annotations": {"category": [task["metadata"]["mine"]]}}

    def equipped(mock: ScaleMock) -> None:
        mock.rules.add(name="plain", match={"tags": "no"})
        mock.rules.add(name="mine", match={"metadata": {"mine": "y"}}, after="2h", response=answer)
        mock.tasktypes.respond("imageannotation", {"annotations": []}, validate=False)
        mock.every("1h", lambda: made.append(mock.name))

    made: list[str] = []
    with ScaleMock(name="one") as mock, ScaleMock(name="two") as other:
        equipped(mock)
        task = create(mock, metadata={"mine": "y"})
        mock.clock.advance(minutes=90)
        snapshot = mock.snapshot()
        assert snapshot["left_out"] == [
            "the response for imageannotation",
            "the response function of rule-2",
            "the scheduled call appointment_1",
        ]
        assert refusal(other, snapshot) == (
            "This snapshot needs functions, which cannot be written down: the response for "
            "imageannotation, the response function of rule-2, the scheduled call appointment_1. "
            "Register each in this world as in the one before (mock.tasktypes, a rule's response, "
            "mock.at or mock.every), in the same order, then restore."
        )
        equipped(other)
        other.restore(snapshot)
        mock.restore(snapshot)
        for one in (mock, other):
            one.clock.advance(hours=2)
            shown = one.tasks.get(task.task_id)
            assert shown["response"] == {"annotations": {"category": ["y"]}}
        assert mock.journal.digest() == other.journal.digest()
        assert mock.snapshot()["left_out"] == snapshot["left_out"]
    assert made == ["one", "one", "one", "two", "two"]


def test_a_rule_that_is_gone_leaves_its_function_to_the_tasks_it_decided() -> None:
    with ScaleMock() as mock:
        mock.rules.add(after="1h", response=lambda task: {"annotations": {"category": ["x"]}})
        task = create(mock)
        mock.rules.clear()
        snapshot = mock.snapshot()
        assert snapshot["left_out"] == ["the response function of rule-1"]
        mock.restore(snapshot)
        mock.clock.advance(hours=1)
        assert mock.tasks.get(task.task_id)["response"] == {"annotations": {"category": ["x"]}}


def test_what_belongs_to_the_door_stays_as_it_is() -> None:
    with ScaleMock(callback_hosts=["app"], seed=3) as mock:
        mock.callbacks.mount("https://app.test/", lambda request: 200)
        mock._world.broken.append(ValueError("seen by nobody"))
        with ScaleMock(seed=9, callback_hosts=["evil.example.com"], tasks_max=7) as other:
            mock.restore(other.snapshot())
        assert mock.seed == 9
        assert mock._world.settings.tasks_max == 7
        assert mock._world.settings.callback_hosts == ("app",)
        mock.tasks.complete(create(mock, callback_url="https://app.test/").task_id)
        mock.callbacks.assert_received(status="completed")
        assert [str(error) for error in mock._world.broken] == ["seen by nobody"]


def test_a_reset_after_a_restore_goes_back_to_the_world_s_own_beginning() -> None:
    with ScaleMock(start_at="2030-05-01") as later, ScaleMock() as mock:
        mock.restore(later.snapshot())
        assert mock.clock.now().year == 2030
        mock.reset()
        assert mock.clock.now().isoformat() == "2024-01-01T00:00:00+00:00"


def test_a_restored_clock_has_its_mode_and_who_watches_it_is_told() -> None:
    with ScaleMock() as mock:
        mock.clock.advance(hours=5)
        later = mock.snapshot()
        mock.reset()
        with mock.clock.patch_datetime():
            from datetime import UTC, datetime

            assert datetime.now(UTC) == mock._world.start_at
            mock.restore(later)
            assert datetime.now(UTC) == mock._world.start_at + timedelta(hours=5)
            with pytest.raises(ConfigurationError):
                mock.restore(sealed({**later, "core": 5, "start_at": "2030-01-01T00:00:00Z"}))
            assert datetime.now(UTC) == mock._world.start_at + timedelta(hours=5)


def test_a_world_that_followed_its_test_is_refused_where_nothing_can_be_followed() -> None:
    with ScaleMock(clock="follow") as mock:
        snapshot = mock.snapshot()
    world = World(name="server", settings=Settings())
    with pytest.raises(ConfigurationError, match="a server of its own has no test to follow"):
        snapshots.put_back(world, snapshot)
    assert world.clock_mode == "manual"


def test_a_file_is_replaced_in_one_piece_and_read_back(mock: ScaleMock, tmp_path: Path) -> None:
    file = tmp_path / "world.json"
    first = mock.snapshot(file)
    create(mock, metadata={"odd": "\ud800"})
    second = mock.snapshot(file)
    assert first != second
    assert [one.name for one in tmp_path.iterdir()] == ["world.json"]
    mock.restore(first)
    mock.restore(file)
    assert mock.snapshot() == second


def test_two_snapshots_differ_in_the_lines_of_what_changed(mock: ScaleMock, tmp_path: Path) -> None:
    """Text to be compared: a tag that is set touches a task, the journal, and no other line."""
    mock.snapshot(tmp_path / "one")
    task = create(mock, unique_id="new")
    mock.snapshot(tmp_path / "two")
    with mock._world.lock:
        mock._world.tasks.set_tags(mock._world.core.sides["live"], task.task_id, ["a"])
    mock.snapshot(tmp_path / "three")
    two, three = ((tmp_path / name).read_text().splitlines() for name in ("two", "three"))
    assert len(set(two)) < len(two)
    new = [line.strip() for line in three if line not in set(two)]
    assert '"tags": [' in new
    assert len(new) < 20, new
