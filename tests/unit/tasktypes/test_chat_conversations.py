"""Conversations agree with themselves: marks with words, ranks with marks, sums with scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scale_mock.domain.chat_forms import ChatSetting
from scale_mock.sim.instants import EPOCH
from scale_mock.tasktypes import TaskTypes
from scale_mock.tasktypes.chat import words
from scale_mock.tasktypes.chat.archetypes import ARCHETYPES, asked_for
from scale_mock.tasktypes.chat.marks import DIMENSIONS, LABELS
from scale_mock.tasktypes.chat.words import TOPIC_LENGTH, topic_of

if TYPE_CHECKING:
    from collections.abc import Iterator

TYPES = TaskTypes()
PROMPT = "Name the capital of France."
MODELS = ("model-a", "model-b", "model-c")
RLHF = "RLHF: Pref Ranking with Rewrites"
ALL_TYPES = {
    "boolean", "integer", "text", "category", "category_multiple", "file", "labeled_text",
    "ranked_choices", "ranked_groups", "rubric_criteria", "rubric_rating", "workspace_container",
}  # fmt: skip
USED = {
    "SFT": {"integer", "text", "boolean", "category"},
    RLHF: {"integer", "text", "boolean", "category", "ranked_choices", "ranked_groups"},
    "Rubrics": {"rubric_criteria", "rubric_rating", "ranked_choices"},
    "Process Supervision": {"boolean"},
    "RLVR: Reinforcement Learning with Verifiable Rewards": {"workspace_container"},
    "Content Understanding": {"labeled_text", "file"},
    "Prompt Generation": {"category_multiple"},
}


def talk(number: int, *archetypes: str, models: tuple[str, ...] = MODELS[:2], **more: Any) -> Any:
    """One thread."""
    variables = {"prompt": PROMPT, **more}
    setting = ChatSetting(archetypes, models, EPOCH)
    response = TYPES.respond(
        "chat", {"template_variables": variables}, seed=1, identity=f"{number:016x}", chat=setting
    )
    assert response is not None
    assert TYPES.check_response("chat", response) == []
    return response["threads"][0]


def turns(*archetypes: str, count: int = 60, **more: Any) -> Iterator[Any]:
    for number in range(count):
        yield from talk(number, *archetypes, **more)["turns"]


def of(thing: Any, key: str) -> Any:
    """The value of the annotation with a key; ``None`` if there is none."""
    return next((one["value"] for one in thing["annotations"] if one["key"] == key), None)


def replies(turn: Any) -> list[Any]:
    return [message for message in turn["messages"] if message["role"] == "assistant"]


def annotations(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from annotations(item)
    elif isinstance(value, dict):
        yield from value.get("annotations", ())
        for key, item in value.items():
            if key != "annotations":
                yield from annotations(item)


def test_the_prompt_is_the_user_s_first_message() -> None:
    for number in range(20):
        thread = talk(number, "SFT", system="Be kind.", context="France is in Europe.")
        system, first, *_ = thread["turns"][0]["messages"]
        assert (system["role"], system["content"]) == ("system", {"text": "Be kind."})
        assert (first["role"], first["content"]["text"]) == ("user", PROMPT)
        assert first["content"]["reference_texts"] == [
            {"category": "context", "content": "France is in Europe."}
        ]


@pytest.mark.parametrize(
    ("prompt", "topic"),
    [
        (PROMPT, "the capital of France"),
        ("Why?", "the question"),
        ("What is the capital of Spain?", "the capital of Spain"),
        ("Explain how a heat pump works.", "how a heat pump works"),
        ("Write a Python function that reverses a linked list.",
         "a Python function that reverses a linked list"),
        ("List three ways to reduce the memory use of a web server.",
         "three ways to reduce the memory use"),
        ("12 + 30 = ?", "the question"),
        ("x" * 5000, "x" * TOPIC_LENGTH),
    ],
)  # fmt: skip
def test_the_topic_of_a_prompt_is_what_it_is_about(prompt: str, topic: str) -> None:
    assert topic_of(prompt) == topic


def test_replies_talk_about_what_was_asked() -> None:
    for turn in turns("SFT"):
        assert all("the capital of France" in one["content"]["text"] for one in replies(turn))


def test_replies_deserve_their_marks() -> None:
    """Holds each fault against the mark that names it; all of them occur."""
    seen = set()
    for turn in turns(RLHF, count=60):
        for message in replies(turn):
            text = message["content"]["text"]
            for key, pool in (
                ("truthfulness", words._FALSE), ("conciseness", words._PADDING),
                ("safety", words._UNSAFE),
            ):  # fmt: skip
                mark, count = of(message, key), sum(one in text for one in pool)
                least = 3 if key == "conciseness" else 2
                assert (count > 0) == (mark <= least), (key, mark, text)
                seen.add((key, mark <= least))
            if of(message, "instruction_following") < 4:
                assert not any(one in text for one in words._CLOSINGS)
            assert ("\n\n" in text) == ((of(message, "format") or 4) >= 4)
    assert len(seen) == 6


def test_a_rewrite_leaves_out_what_was_wrong() -> None:
    faults = (*words._FALSE, *words._VAGUE, *words._PADDING, *words._UNSAFE)
    rewrites = [of(one, "rewrite") for turn in turns("SFT", count=60) for one in replies(turn)]
    assert not any(fault in rewrite for rewrite in rewrites for fault in faults)
    assert any(fault in str(replies(t)) for t in turns("SFT", count=60) for fault in faults)


def test_replies_are_varied_and_follow_the_kind_of_prompt() -> None:
    texts = [one["content"]["text"] for turn in turns("SFT", count=60) for one in replies(turn)]
    assert len(set(texts)) > 0.95 * len(texts)
    kinds = {words.kind_of(prompt) for prompt in (*words.PROMPTS, *words.FOLLOW_UPS)}
    assert kinds == {"clause", "text", "list", "fact", *words.FOLLOW_UPS}
    assert words.kind_of("Fix this Python bug") == "code"


@pytest.mark.parametrize("archetype", USED)
def test_an_archetype_uses_its_annotations(archetype: str) -> None:
    found = {one["type"] for n in range(60) for one in annotations(talk(n, archetype))}
    assert USED[archetype] <= found


def test_all_twelve_types_occur_and_ids_are_unique() -> None:
    found = set()
    for number, archetype in enumerate(ARCHETYPES):
        for other in range(30):
            listed = list(annotations(talk(100 * number + other, archetype)))
            ids = [one["id"] for one in listed]
            assert len(ids) == len(set(ids))
            found |= {one["type"] for one in listed}
    assert found == ALL_TYPES


def test_marks_agree_with_what_is_said_of_them() -> None:
    known = {one.key: one for one in DIMENSIONS}
    for turn in turns(RLHF):
        for reply in replies(turn):
            for one in reply["annotations"]:
                if one["key"] in known and one["value"] is not None:
                    because = known[one["key"]].because(one["value"])
                    assert one["justification"].lower() == f"{because}.".lower()
            marks = [value for key in known if (value := of(reply, key)) is not None]
            overall = of(reply, "overall")
            assert abs(overall - sum(marks) / len(marks)) <= 0.5
            (said,) = [o["justification"] for o in reply["annotations"] if o["key"] == "overall"]
            assert f" {LABELS[overall - 1].lower()} on the whole" in said
            assert of(reply, "is_safe") == (of(reply, "safety") >= 3)
            low = {one.issue for one in DIMENSIONS if (of(reply, one.key) or 5) <= 2}
            assert set(of(reply, "issues") or ()) == low


def test_rankings_follow_the_marks() -> None:
    for turn in turns(RLHF, models=MODELS):
        overall = {one["source_id"]: of(one, "overall") for one in replies(turn)}
        assert set(overall) == set(MODELS)
        ranking, tiers = of(turn, "ranking"), of(turn, "tiered_ranking")
        assert [overall[one] for one in ranking] == sorted(overall.values(), reverse=True)
        assert [one for tier in tiers for one in tier] == ranking
        assert all(len({overall[one] for one in tier}) == 1 for tier in tiers)
        assert of(turn, "selected_model_id") == ranking[0]
        assert of(turn, "justification").startswith(f"{ranking[0]} is ")
        assert of(turn, "likert_value") is None


def test_the_likert_value_leans_to_the_selected_reply() -> None:
    seen = set()
    for turn in turns("RLHF: Pref Ranking"):
        first, second = (one["source_id"] for one in replies(turn))
        value = of(turn, "likert_value")
        seen.add(value)
        assert of(turn, "selected_model_id") == (first if value < 4 else second)
        assert not any(of(one, "rewrite") for one in replies(turn))
    assert {3, 5} <= seen <= {1, 2, 3, 5, 6, 7}


def test_only_the_preferred_reply_is_rewritten_and_differs() -> None:
    for turn in turns(RLHF):
        for reply in replies(turn):
            rewrite = of(reply, "rewrite")
            is_preferred = reply["source_id"] == of(turn, "selected_model_id")
            assert (rewrite is not None) == is_preferred
            assert rewrite != reply["content"]["text"]


def test_rubric_scores_add_up() -> None:
    for turn in turns("Rubrics"):
        (rubric,) = turn["rubrics"]
        weights = {one["id"]: one["weight"] for one in rubric["criteria_definitions"]}
        assert rubric["max_total_score"] == sum(weights.values())
        scores = {}
        for reply in replies(turn):
            (held,) = reply["rubric_evaluations"]
            given = {
                one["criterion_definition_id"]: one["score"] for one in held["criteria_evaluations"]
            }
            assert given.keys() == weights.keys()
            total = sum(score * weights[name] for name, score in given.items())
            assert held["total_score"] == total
            assert held["percentage"] == pytest.approx(
                100 * total / sum(weights.values()), abs=0.01
            )
            for one in held["criteria_evaluations"]:
                value = one["annotations"][0]["value"]
                assert value["score"] == one["score"]
                color = {0: "red", 0.5: "yellow", 1: "green"}[one["score"]]
                assert value["color"] == color
            scores[of(reply, "overall")] = sum(given.values())
        if {5} <= scores.keys():
            assert scores[5] == len(weights)


def test_steps_are_right_until_the_first_wrong_one() -> None:
    for turn in turns("Process Supervision"):
        (reply,) = replies(turn)
        chunks = reply["content"]["chunks"]
        assert "\n".join(one["text"] for one in chunks) == reply["content"]["text"]
        right = [of(one, "step_is_correct") for one in chunks]
        assert right == sorted(right, reverse=True)
        assert all(right) == (of(reply, "overall") >= 4)


def test_labeled_passages_are_passages() -> None:
    for turn in turns("Content Understanding"):
        (reply,) = replies(turn)
        assert all(one["text"] in reply["content"]["text"] for one in of(reply, "spans"))


def test_the_files_that_annotations_name_can_be_fetched() -> None:
    params = {"template_variables": {"prompt": PROMPT}}
    archetype = "RLVR: Reinforcement Learning with Verifiable Rewards"
    setting = ChatSetting((archetype, "Content Understanding"), MODELS, EPOCH)
    about: dict[str, Any] = {"seed": 1, "identity": "f" * 16, "chat": setting}
    response = TYPES.respond("chat", params, **about)
    found = {one["type"]: one["value"] for one in annotations(response)}
    box = found["workspace_container"]
    (code,) = box["output_files"]
    for name, content in (
        (code["url"], code["file_content"]),
        (box["stdout_output"]["url"], box["stdout_output"]["content"]),
    ):
        fetched = TYPES.result_file("chat", name.rpartition("/")[2], params, **about)
        assert fetched == (content.encode(), "text/plain; charset=utf-8")
    printed: list[str] = []
    exec(code["file_content"], {"print": lambda value: printed.append(f"{value}\n")})
    assert "".join(printed) == box["stdout_output"]["content"]
    assert TYPES.result_file("chat", "none.txt", params, **about) is None
    assert TYPES.result_file("chat", "main.py", {}, **about) is None


def test_one_model_is_asked_twice_where_replies_are_compared() -> None:
    for turn in turns("RLHF: Pref Ranking", models=("solo",), count=5):
        assert [one["source_id"] for one in replies(turn)] == ["solo", "solo-2"]


def test_archetypes_add_up_and_unknown_ones_ask_for_marks_only() -> None:
    both = asked_for(("Rubrics", "SFT"))
    assert (both.rubrics, both.rewrites) == (True, True)
    assert asked_for(()) == ARCHETYPES["SFT"]
    assert asked_for(("Something new",)) == ARCHETYPES["Other"]


def test_a_thread_is_handed_in_when_the_task_completes() -> None:
    (submission,) = talk(1, "SFT")["submissions"]
    assert submission["submitted_at"] == "2024-01-01T00:00:00.000Z"
    assert len(submission["contributor_id"]) == 24
