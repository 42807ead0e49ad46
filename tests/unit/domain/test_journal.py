"""The journal: what it keeps, and a digest that depends on what happened and on nothing else."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from scale_mock.domain.journal import Journal
from scale_mock.sim.clock import VirtualClock
from scale_mock.sim.instants import EPOCH

Line = tuple[str, str, int]
LINES = st.lists(
    st.lists(
        st.tuples(
            st.sampled_from(["live/task/a", "live/task/b", "team/é", "\ud800"]),
            st.sampled_from(["created", "completed"]),
            st.integers(0, 2),
        ),
        max_size=6,
    ),
    max_size=5,
)


def journal_of(instants: list[list[Line]], *, entries_max: int = 1000) -> Journal:
    """A journal of what happened second by second."""
    clock = VirtualClock()
    journal = Journal(clock, entries_max=entries_max)
    for number, lines in enumerate(instants):
        clock.move_to(EPOCH + timedelta(seconds=number))
        for subject, kind, value in lines:
            journal.write(subject, kind, value=value)
    return journal


def by_subject(instants: list[list[Line]]) -> list[dict[str, list[Line]]]:
    """What the digest may depend on: per instant, each subject's entries in their order."""
    found: list[dict[str, list[Line]]] = []
    for lines in instants:
        entries: dict[str, list[Line]] = {}
        for line in lines:
            entries.setdefault(line[0], []).append(line)
        found.append(entries)
    while found and not found[-1]:
        found.pop()
    return found


@given(LINES, st.randoms())
def test_digest_is_equal_for_any_interleaving_of_subjects(
    instants: list[list[Line]], chance: object
) -> None:
    mixed = []
    for lines in instants:
        queues = [list(queue) for queue in by_subject([lines])[0].values()] if lines else []
        order: list[Line] = []
        while any(queues):
            queue = chance.choice([q for q in queues if q])  # type: ignore[attr-defined]
            order.append(queue.pop(0))
        mixed.append(order)
    assert journal_of(mixed).digest() == journal_of(instants).digest()


@given(LINES, LINES)
def test_digest_differs_as_soon_as_anything_happened_differently(
    first: list[list[Line]], second: list[list[Line]]
) -> None:
    same = by_subject(first) == by_subject(second)
    assert (journal_of(first).digest() == journal_of(second).digest()) is same


def test_digest_differs_with_each_thing_that_an_entry_says() -> None:
    plain = [("s", "k", 1), ("s", "l", 1)]
    variants = [
        [plain],
        [[("s", "k", 2), ("s", "l", 1)]],
        [[("s", "x", 1), ("s", "l", 1)]],
        [[("t", "k", 1), ("s", "l", 1)]],
        [plain[::-1]],
        [[], plain],
        [plain[:1], plain[1:]],
        [[*plain, ("s", "k", 1)]],
        [],
    ]
    digests = {journal_of(variant).digest() for variant in variants}
    assert len(digests) == len(variants)


def test_digest_does_not_depend_on_when_a_strand_was_written_beside_the_rest() -> None:
    """A callback is out while its task may change: which is written first is chance."""

    def digest(*kinds: str) -> str:
        journal = Journal(VirtualClock())
        for kind in kinds:
            journal.write("live/task/a", kind, "cb_1" if kind.startswith("cb") else "")
        return journal.digest()

    assert digest("t1", "cb1", "t2", "cb2") == digest("cb1", "cb2", "t1", "t2")
    assert digest("t1", "cb1", "cb2") != digest("t1", "cb2", "cb1")
    assert digest("t1", "t2", "cb1") != digest("t2", "t1", "cb1")


def test_digest_depends_on_where_the_world_began() -> None:
    late = Journal(VirtualClock(EPOCH + timedelta(days=1)))
    assert late.digest() != Journal(VirtualClock()).digest()


def test_digest_does_not_depend_on_time_that_passes_without_anything_happening() -> None:
    clock = VirtualClock()
    journal = Journal(clock)
    before = journal.digest()
    clock.move_to(EPOCH + timedelta(days=9))
    assert journal.digest() == before


@given(LINES, st.integers(1, 4), st.booleans())
def test_dropped_entries_stay_in_the_digest(
    instants: list[list[Line]], kept: int, asks_early: bool
) -> None:
    """Also when the digest is asked for in the middle of an instant."""
    big, small = journal_of(instants), journal_of(instants, entries_max=kept)
    if asks_early:
        assert big.digest() == small.digest()
    for journal in (big, small):
        journal.write("s", "more", value=1)
        journal.write("live/task/a", "more", value=2)
    assert small.digest() == big.digest()
    assert len(small) == len(big)
    assert len(list(small.entries())) == min(kept, len(big))


def test_asking_twice_changes_nothing() -> None:
    journal = journal_of([[("a", "k", 1)], [("b", "k", 1)]])
    assert journal.digest() == journal.digest()
    assert len(journal.digest()) == 64


def test_entries_can_be_read_from_a_number_on() -> None:
    journal = journal_of([[("a", "k", n), ("b", "k", n)] for n in range(3)])
    assert [entry.seq for entry in journal.entries()] == [0, 1, 2, 3, 4, 5]
    assert [entry.seq for entry in journal.entries(after=3)] == [4, 5]
    assert list(journal.entries(after=5)) == []
    assert [entry.seq for entry in journal.entries(after=1, subject="b")] == [3, 5]


def test_entries_can_be_read_from_a_number_that_was_dropped() -> None:
    journal = journal_of([[("a", "k", n) for n in range(10)]], entries_max=4)
    assert [entry.seq for entry in journal.entries(after=2)] == [6, 7, 8, 9]
    assert [entry.seq for entry in journal.entries(after=7)] == [8, 9]
    assert list(Journal(VirtualClock()).entries(after=3)) == []


def test_an_entry_shows_what_it_says() -> None:
    clock = VirtualClock()
    journal = Journal(clock)
    journal.write("live/task/1", "task.created", type="annotation", project=None)
    (entry,) = journal.entries()
    assert entry.as_dict() == {
        "seq": 0,
        "at": "2024-01-01T00:00:00.000Z",
        "subject": "live/task/1",
        "kind": "task.created",
        "type": "annotation",
        "project": None,
    }


@given(st.integers(0, 8), st.integers(1, 8), st.integers(-1, 10))
def test_entries_after_one_are_those_with_a_greater_number(
    written: int, entries_max: int, after: int
) -> None:
    journal = Journal(VirtualClock(), entries_max=entries_max)
    for number in range(written):
        journal.write(f"live/task/{number % 2}", "created", number=number)
    kept = [entry for entry in journal.entries() if entry.seq > after]
    assert list(journal.entries(after=after)) == kept
    even = [entry for entry in kept if entry.subject == "live/task/0"]
    assert list(journal.entries(after=after, subject="live/task/0")) == even
