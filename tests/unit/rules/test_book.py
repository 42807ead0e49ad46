"""The rule book: order, counts, names, and the answers to "why not"."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from scale_mock.domain.decisions import Decision
from scale_mock.domain.ports import Moment
from scale_mock.errors import ConfigurationError, LimitReached
from scale_mock.rules.book import RuleBook
from scale_mock.rules.rule import Rule
from scale_mock.sim.instants import EPOCH
from scale_mock.sim.streams import stream


def names(book: RuleBook) -> list[str | None]:
    return [rule.name for rule in book]


def counts(book: RuleBook) -> list[tuple[object, object]]:
    return [(rule["matched"], rule["fired"]) for rule in book.as_dicts()]


def test_first_match_decides(subject: Any) -> None:
    book = RuleBook([{"match": {"batch": "b-2"}}, {"outcome": "hold"}, {"outcome": "cancel"}])
    assert book.decide(subject(batch="b-1"), stream(0)) == Decision("rule-2", "hold")
    assert book.decide(subject(batch="b-2"), stream(0)) == Decision("rule-1", "complete")


def test_no_match_decides_nothing(subject: Any) -> None:
    assert RuleBook().decide(subject(), stream(0)) is None
    assert RuleBook([{"match": {"batch": "b"}}]).decide(subject(), stream(0)) is None


def test_every_rule_counts_its_own_matches(subject: Any) -> None:
    book = RuleBook([{"match": {"batch": "b-1"}}, {"match": {"batch": "b-*"}}, {}])
    for batch in ("b-1", "b-2", "c", "b-1"):
        book.decide(subject(batch=batch), stream(0))
    assert counts(book) == [(2, 2), (3, 1), (4, 1)]


def test_only_the_deciding_rule_draws(subject: Any) -> None:
    """A rule that matches in vain must not move the times of tasks that others decide."""
    alone = RuleBook([{"name": "a", "after": "2h..8h"}])
    first = RuleBook([{"match": {"batch": "x"}, "after": "1h..9h"}, *alone, {"after": "1h..9h"}])
    assert alone.decide(subject(), stream(5)) == first.decide(subject(), stream(5))


def test_rules_come_in_all_forms() -> None:
    book = RuleBook()
    assert book.add(Rule(name="a")) == "rule-1"
    assert book.add({"name": "b", "after": "2h"}) == "rule-2"
    assert book.add(name="c", outcome="hold") == "rule-3"
    assert book.add(outcome="cancel") == "rule-4"
    assert book.extend([Rule(), {"name": "f"}]) == ["rule-5", "rule-6"]
    assert names(book) == ["a", "b", "c", "rule-4", "rule-5", "f"]
    assert len(book) == 6
    assert book.get("rule-2") == book.get("b") == Rule(name="b", after=timedelta(hours=2))


def test_one_rule_object_can_be_in_two_books_and_twice_in_one() -> None:
    rule = Rule(outcome="hold")
    book = RuleBook([rule, rule])
    assert names(book) == ["rule-1", "rule-2"]
    assert rule.name is None
    assert names(RuleBook([rule])) == ["rule-1"]


def test_ids_are_not_used_again() -> None:
    book = RuleBook([{}, {}])
    book.remove("rule-2")
    assert book.add({}) == "rule-3"
    book.clear()
    assert list(book) == []
    assert book.add({}) == "rule-4"


def test_a_name_that_looks_like_an_id_stays_unambiguous() -> None:
    book = RuleBook([{}, {"name": "rule-1", "outcome": "hold"}, {"name": "rule-4"}, {}])
    assert [(rule["id"], rule["name"]) for rule in book.as_dicts()] == [
        ("rule-2", "rule-2"),
        ("rule-3", "rule-1"),
        ("rule-4", "rule-4"),
        ("rule-5", "rule-5"),
    ]
    assert book.remove("rule-1").outcome == "hold"
    assert names(book) == ["rule-2", "rule-4", "rule-5"]


def test_a_book_can_be_filled_from_anothers_rules() -> None:
    book = RuleBook([{}, {"name": "x"}, {"after": "1h"}])
    book.remove("rule-1")
    assert list(RuleBook(book)) == list(book)


@pytest.mark.parametrize("word", ["a", "rule-2"])
def test_remove_takes_an_id_or_a_name(word: str) -> None:
    book = RuleBook([{}, {"name": "a", "outcome": "hold"}, {}])
    assert book.remove(word) == Rule(name="a", outcome="hold")
    assert names(book) == ["rule-1", "rule-3"]
    assert book.add(name="a") == "rule-4"


def test_remove_of_an_unknown_rule_names_those_there_are() -> None:
    book = RuleBook([{"name": "night shift"}, {}])
    with pytest.raises(ConfigurationError) as refused:
        book.remove("nightshift")
    assert str(refused.value) == (
        'there is no rule "nightshift"; did you mean "night shift"? Rules: "night shift", "rule-2".'
    )
    with pytest.raises(ConfigurationError, match=r'^there is no rule "x"\. Rules: none\.$'):
        RuleBook().get("x")


def test_names_are_unique() -> None:
    book = RuleBook([{"name": "a"}])
    with pytest.raises(ConfigurationError) as refused:
        book.add(Rule(name="a"))
    assert str(refused.value) == (
        'rule "a": name: the name "a" is taken by rule-1; names and ids are unique, '
        "so that explanations are"
    )
    with pytest.raises(ConfigurationError, match=r'^rule "rule-1" \(2nd\): name: .* by rule-1;'):
        book.extend([{}, {"name": "rule-1"}])
    with pytest.raises(ConfigurationError, match=r'^rule "b" \(3rd\): name: .* by rule-2;'):
        book.extend([{"name": "b"}, {}, {"name": "b"}])


def test_extend_adds_all_or_nothing() -> None:
    book = RuleBook([{"name": "a"}])
    for bad in ({"outcome": "x"}, {"name": "a"}):
        with pytest.raises(ConfigurationError):
            book.extend([{"name": "b"}, bad])
        assert names(book) == ["a"]
    assert book.extend([{"name": "b"}]) == ["rule-2"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda book: book.add(),
            "rule: give a Rule, a dict, or keyword arguments such as "
            'match={"batch": "b-1"}, outcome="error"',
        ),
        (
            lambda book: book.add({}, name="x", after=1),
            "rule: give a rule or keyword arguments, not both; there is a rule and name, after",
        ),
        (
            lambda book: book.add(matches={}),
            'rule: matches: unknown key; did you mean "match"? '
            "Keys: name, match, outcome, after, error, response, partial, redo, reviews, "
            "calibration, replan.",
        ),
        (
            lambda book: book.extend({"name": "x"}),
            "rules: a list of rules is expected, not {'name': 'x'}; for one rule use add",
        ),
        (
            lambda book: RuleBook("rules.toml"),  # type: ignore[arg-type]
            "rules: a list of rules is expected, not 'rules.toml'; for one rule use add",
        ),
    ],
)
def test_wrong_calls_are_refused(call: Any, message: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        call(RuleBook())
    assert str(refused.value) == message


def test_a_book_has_a_limit() -> None:
    book = RuleBook([{}, {}], rules_max=3)
    with pytest.raises(LimitReached, match="limit is 3") as refused:
        book.extend([{}, {}])
    assert refused.value.setting == "rules_max"
    assert len(book) == 2
    book.add({})
    with pytest.raises(LimitReached):
        book.add({})


def test_as_dicts_describe_the_rules_and_their_counts(subject: Any) -> None:
    book = RuleBook([{"name": "a", "match": {"tags": ["x"]}, "outcome": "error", "after": "1d 6h"}])
    book.decide(subject(tags=["x"]), stream(0))
    assert book.as_dicts() == [
        {
            "id": "rule-1",
            "name": "a",
            "match": {"tags": ["x"]},
            "outcome": "error",
            "after": "1d 6h",
            "error": "One or more attachments could not be downloaded.",
            "response": None,
            "replan": False,
            "matched": 1,
            "fired": 1,
        }
    ]


def test_unused_and_shadowed_rules(subject: Any) -> None:
    book = RuleBook(
        [
            {"name": "used", "match": {"batch": "b-*"}},
            {"name": "shadowed", "match": {"batch": "b-1"}},
            {"name": "missed", "match": {"batch": "b-9", "type": "comment"}},
        ]
    )
    task = {"type": "categorization", "mode": "live"}
    book.decide(subject(**task, batch="b-1", project="p"), stream(0))
    book.decide(subject(**task, batch="b-9", unique_id="u-7"), stream(0))
    book.decide(subject(**task, batch="b-1", unique_id="u-8"), stream(0))
    book.add(name="late")
    assert [rule.name for rule in book.unused()] == ["shadowed", "missed", "late"]
    assert [rule.name for rule in book.shadowed()] == ["shadowed"]
    assert book.why_unused() == [
        'rule "shadowed" decided nothing: it matched 2 tasks, but an earlier rule decided first '
        '("used"); the first match wins, so move it up or narrow the other one',
        'rule "missed" decided nothing: no task matched; the nearest was categorization task '
        "'u-7' (live mode, batch 'b-9'): type wanted 'comment', found 'categorization'",
        'rule "late" decided nothing: no task came up for decision while it was there',
    ]


def test_a_single_shadowed_match_is_said_in_the_singular(subject: Any) -> None:
    book = RuleBook([{}, {"name": "b"}])
    book.decide(subject(), stream(0))
    assert "it matched 1 task, but" in book.why_unused()[0]


def test_the_nearest_miss_is_the_first_with_the_fewest_mismatches(subject: Any) -> None:
    book = RuleBook([{"match": {"batch": "b", "type": "t", "project": "p"}}])
    for number, fields in enumerate([{}, {"batch": "b"}, {}, {"batch": "b", "type": "t"}, {}]):
        book.decide(subject(unique_id=f"u-{number}", **fields), stream(0))
    assert "'u-3'" in book.why_unused()[0]
    assert book.why_unused()[0].endswith(": project wanted 'p', found nothing")


def test_the_search_for_the_nearest_miss_is_bounded(subject: Any) -> None:
    """After the bound a miss costs no more than finding out that it is one."""

    class Counting:
        asked = 0

        def match_value(self, name: str) -> object:
            Counting.asked += 1
            return None

    book = RuleBook([{"match": {"batch": "b", "type": "t"}}])
    for _ in range(1_000):
        book.decide(Counting(), stream(0))
    before = Counting.asked
    book.decide(Counting(), stream(0))
    assert Counting.asked - before == 1


def test_why_not_has_a_line_for_each_rule_and_counts_nothing(subject: Any) -> None:
    book = RuleBook(
        [
            {"match": {"batch": "b-2", "tags": "x"}},
            {"name": "holds", "match": {"batch": "b-1"}, "outcome": "hold"},
            {},
        ]
    )
    assert book.why_not(subject(batch="b-1")) == [
        "rule \"rule-1\" (1st) does not match: batch wanted 'b-2', found 'b-1'; "
        "tags wanted 'x', found nothing",
        'rule "holds" (2nd) matches and decides: hold',
        'rule "rule-3" (3rd) matches too, but "holds" comes first',
    ]
    assert counts(book) == [(0, 0)] * 3
    assert RuleBook().why_not(subject()) == []


def test_adding_many_rules_one_by_one_stays_quick() -> None:
    """Names are looked up, not searched; a search would take many seconds here."""
    book = RuleBook()
    for number in range(2_000):
        book.add(name=f"n-{number}")
    assert book.get("n-1999") is list(book)[-1]


def moment(now: datetime = EPOCH, steering: Any = None) -> Moment:
    return Moment(now, EPOCH, lambda rule: stream(1, rule), steering)


def test_a_rule_that_waits_for_its_occasion_says_how_near_it_came(subject: Any) -> None:
    book = RuleBook(
        [
            {"match": {"batch": "b", "nth": 3}},
            {"match": {"window": {"from": "2h"}}},
            {"match": {"chance": "1/1000000"}},
        ]
    )
    for _ in range(2):
        assert book.decide(subject(batch="b"), stream(0), moment()) is None
    assert book.why_unused() == [
        'rule "rule-1" decided nothing: its fields held for 2 tasks, but none was the occasion; '
        "the last: nth wanted 3, found 2",
        'rule "rule-2" decided nothing: its fields held for 2 tasks, but none was the occasion; '
        "the last: window wanted a time from 2h, found 2024-01-01T00:00:00.000Z",
        'rule "rule-3" decided nothing: its fields held for 2 tasks, but none was the occasion; '
        "the last: a chance of 1/1000000 was against it",
    ]
    assert counts(book) == [(0, 0)] * 3
    assert book.decide(subject(batch="b"), stream(0), moment()) == Decision("rule-1", "complete")


def test_a_tasks_own_wish_comes_first_and_every_rule_still_counts(subject: Any) -> None:
    book = RuleBook([{"name": "all"}])
    decided = book.decide(subject(), stream(0), moment(steering={"outcome": "hold"}))
    assert decided == Decision("metadata.scale_mock", "hold")
    assert counts(book) == [(1, 0)]
    assert '("metadata.scale_mock")' in book.why_unused()[0]


def test_a_book_is_written_down_and_read_back(subject: Any) -> None:
    delivery = {"deliver": 2, "every": "day", "at": "18:00"}
    first = RuleBook([{"match": {"nth": 2}, "outcome": "hold"}, {"after": delivery}])
    for _ in range(4):
        first.decide(subject(), stream(0), moment())
    second = RuleBook()
    second.load(json.loads(json.dumps(first.dump())))
    assert second.as_dicts(reasons=True) == first.as_dicts(reasons=True)
    assert second.dump() == first.dump()
    assert second.add({}) == "rule-3"
    later = [book.decide(subject(), stream(0), moment()) for book in (first, second)]
    assert later[0] == later[1]
    assert later[0] is not None
    assert later[0].after == timedelta(hours=18 + 24)


def test_a_function_cannot_be_read_back_unless_it_is_still_there() -> None:
    def answer(task: object) -> dict[str, object]:
        return {}

    book = RuleBook([{"name": "f", "response": answer}])
    written = json.loads(json.dumps(book.dump()))
    book.load(written)
    assert book.get("f").response is answer
    with pytest.raises(ConfigurationError) as refused:
        RuleBook().load(written)
    assert str(refused.value) == (
        'rule "f": response: is a function, which cannot be written down: add the rule again '
        "before what was written is read back"
    )


def test_rules_of_a_source_are_replaced_and_unchanged_ones_go_on(subject: Any) -> None:
    book = RuleBook([{"name": "by hand", "match": {"batch": "x"}}])
    rules = [{"match": {"batch": "a"}}, {"name": "b"}]
    assert book.replace_source("files", rules) == ["rule-2", "rule-3"]
    assert names(book) == ["rule-2", "b", "by hand"]
    book.decide(subject(batch="a"), stream(0))
    changed = [{"match": {"batch": "a"}}, {"name": "b", "outcome": "hold"}, {"name": "c"}]
    assert book.replace_source("files", changed) == ["rule-2", "rule-5", "rule-6"]
    assert [(rule["name"], rule["fired"]) for rule in book.as_dicts()] == [
        ("rule-2", 1),
        ("b", 0),
        ("c", 0),
        ("by hand", 0),
    ]
    before = book.dump()
    for bad in ([{"name": "by hand"}], [{"outcome": "x"}]):
        with pytest.raises(ConfigurationError):
            book.replace_source("files", bad)
        assert book.dump() == before
    assert book.replace_source("files", []) == []
    assert names(book) == ["by hand"]
    assert book.get("rule-1") == book.get("by hand")


def test_rules_behind_one_for_every_task_are_refused() -> None:
    book = RuleBook([{"match": {"first": 1}}, {"name": "all"}, {"name": "never"}])
    book.refuse_shadowed(["rule-1", "rule-2"])
    with pytest.raises(ConfigurationError) as refused:
        book.refuse_shadowed(["rule-3"])
    assert str(refused.value) == (
        'rule "never" (3rd): could never decide anything, because rule "all" (2nd) comes first and '
        "means every task; the first match wins, so put the general rule last"
    )
