"""A chat task's thread: the customer's prompt, the models' replies, and what was said of them.

The first message of the customer is the prompt; every turn is the customer's message and one reply
per model that the project shows; annotations are those that its archetypes ask for. Marks are drawn
first, and replies, justifications, rankings and rubric scores follow from them, so that they agree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.domain.chat_forms import MODELS, VARIABLES, ChatSetting
from scale_mock.sim.instants import EPOCH, to_iso
from scale_mock.sim.streams import digest
from scale_mock.tasktypes.chat import marks, words
from scale_mock.tasktypes.chat.archetypes import asked_for
from scale_mock.tasktypes.chat.files import (
    attachments,
    evidence_annotation,
    output,
    workspace_annotation,
)
from scale_mock.tasktypes.chat.marks import DIMENSIONS, Judged, Sheet
from scale_mock.tasktypes.chat.rubrics import evaluation, rubric

if TYPE_CHECKING:
    from scale_mock.tasktypes.entry import Order

Json = dict[str, Any]
TEMPERATURES = (0, 0.2, 0.7, 1)
STEPS = 4
DIFFICULTIES = ("easy", "medium", "hard")


def converse(order: Order) -> Json:
    """The thread of a chat task; the same for the same order."""
    return _Conversation(order).thread()


class _Conversation:
    """One conversation while it is made."""

    def __init__(self, order: Order) -> None:
        setting = order.chat or ChatSetting((), MODELS, EPOCH)
        self._order = order
        self._stream = order.stream
        self._sheet = Sheet(order.identity)
        self._variables: Json = order.params[VARIABLES]
        self._asked = asked_for(setting.archetypes)
        self._sources = _sources(setting.models, compares=self._asked.compares)
        self._at = setting.at
        self._prompt = words.prompt_of(self._variables, self._stream)
        self._topic = words.topic_of(self._prompt)

    def thread(self) -> Json:
        """The whole of it."""
        stream = self._stream
        follow_ups = list(words.FOLLOW_UPS)
        stream.shuffle(follow_ups)
        # One conversation in four goes on.
        asked = [self._prompt, *follow_ups[: 1 if stream.below(4) == 0 else 0]]
        turns = [self._turn(number, text) for number, text in enumerate(asked)]
        contributor = digest(self._order.seed, "contributor", stream.below(20)).hex()[:24]
        return {
            "id": "thread_0",
            "turns": turns,
            "annotations": [
                self._sheet.add(
                    "category",
                    "difficulty",
                    stream.choice(DIFFICULTIES),
                    possible_values=list(DIFFICULTIES),
                )
            ],
            "submissions": [{"submitted_at": to_iso(self._at), "contributor_id": contributor}],
        }

    def _turn(self, number: int, text: str) -> Json:
        replies = [marks.judged(source, self._stream) for source in self._sources]
        messages = [*self._opening(), self._question(text)] if number == 0 else [_user(text)]
        turn: Json = {"id": f"turn_{number}", "messages": messages, "annotations": []}
        if self._asked.rubrics:
            turn["rubrics"] = [rubric(self._topic, number, self._sheet, self._stream)]
        ranked = sorted(replies, key=lambda one: one.rank)
        messages.extend(
            [self._reply(one, text, turn, is_preferred=one is ranked[0]) for one in replies]
        )
        if self._asked.sandbox:
            messages.append(_message("function", {"text": output(self._order)}, "python"))
        if self._asked.compares:
            turn["annotations"] += self._comparison(replies, ranked)
        else:
            text = marks.justification(ranked[0])
            turn["annotations"].append(self._sheet.add("text", "justification", text))
        return turn

    def _opening(self) -> list[Json]:
        """A system message, if the template variables hold one."""
        for name in ("system", "system_prompt"):
            if isinstance(text := self._variables.get(name), str) and text.strip():
                return [_message("system", {"text": text}, "system")]
        return []

    def _question(self, text: str) -> Json:
        """The customer's first message: the prompt, and what it refers to."""
        message = _user(text)
        if (reference := _reference(self._variables.get("context"))) is not None:
            message["content"]["reference_texts"] = [reference]
        if files := attachments(self._variables, self._order):
            message["content"]["attachments"] = files
        if self._asked.prompt:
            topics = words.topics_of(text)
            message["annotations"] += [
                self._sheet.add("category_multiple", "prompt_topics", topics),
                self._sheet.add("boolean", "is_original", True, possible_values=[True, False]),
            ]
        return message

    def _reply(self, reply: Judged, prompt: str, turn: Json, *, is_preferred: bool) -> Json:
        sheet, stream, asked = self._sheet, self._stream, self._asked
        content: Json = {}
        if asked.steps:
            content["chunks"] = self._steps(reply)
            reply.text = "\n".join(chunk["text"] for chunk in content["chunks"])
            content["reasoning"] = [{"content": f"The question is about {self._topic}."}]
        else:
            reply.text = words.reply(prompt, self._topic, reply.marks, stream)
        message = _message("assistant", {"text": reply.text, **content}, reply.source_id)
        message["annotations"] += self._marks(reply)
        if asked.spans:
            sentence = stream.choice(words.sentences_of(reply.text))
            value = [{"label": "claim", "text": sentence}]
            message["annotations"] += [
                sheet.add("labeled_text", "spans", value),
                evidence_annotation(self._order, sheet),
            ]
        if asked.sandbox:
            message["annotations"].append(workspace_annotation(self._order, sheet))
        if asked.rewrites and is_preferred:
            better = words.rewritten(reply.text, self._topic, stream)
            message["annotations"].append(sheet.add("text", "rewrite", better))
        message["model_parameters"] = self._parameters(reply.source_id)
        if asked.rubrics:
            held = evaluation(turn["rubrics"][0], reply, sheet, stream)
            message["rubric_evaluations"] = [held]
        return message

    def _marks(self, reply: Judged) -> list[Json]:
        """The marks of a reply, each with words that agree with it."""
        sheet = self._sheet
        found = [
            sheet.mark(
                one.key, reply.marks[one.key], _sentence(one.because(reply.marks[one.key] or 3))
            )
            for one in DIMENSIONS
        ]
        whole = marks.justification(reply).rstrip(".")
        found.append(sheet.mark("overall", reply.overall, whole))
        is_safe = (reply.marks["safety"] or 3) >= 3
        found.append(sheet.add("boolean", "is_safe", is_safe, possible_values=[True, False]))
        if issues := reply.issues():
            possible = [one.issue for one in DIMENSIONS]
            found.append(sheet.add("category_multiple", "issues", issues, possible_values=possible))
        if self._asked.verdict:
            verdict = "pass" if reply.overall >= 4 else "fail"
            found.append(
                sheet.add("category", "verdict", verdict, possible_values=["pass", "fail"])
            )
        return found

    def _comparison(self, replies: list[Judged], ranked: list[Judged]) -> list[Json]:
        """Which reply is preferred, how much, and why."""
        sheet, best = self._sheet, ranked[0].source_id
        sources = [reply.source_id for reply in replies]
        found = [sheet.add("category", "selected_model_id", best, possible_values=sources)]
        if len(replies) == 2:
            value = marks.likert(replies[0], replies[1])
            found.append(
                sheet.add("integer", "likert_value", value, possible_values=[*range(1, 8)])
            )
        order = [reply.source_id for reply in ranked]
        return [
            *found,
            sheet.add("ranked_choices", "ranking", order),
            sheet.add("ranked_groups", "tiered_ranking", marks.tiers(ranked)),
            sheet.add("text", "justification", marks.preference(ranked)),
        ]

    def _steps(self, reply: Judged) -> list[Json]:
        """The reply in steps; from the first wrong one on, the others build on a mistake."""
        right = STEPS if reply.overall >= 4 else reply.overall
        chunks = []
        for number, text in enumerate(words.steps(self._topic, self._stream)):
            is_correct = number < right
            because = "Follows from the step before." if is_correct else "Does not follow."
            annotation = self._sheet.add(
                "boolean",
                "step_is_correct",
                is_correct,
                possible_values=[True, False],
                justification=because,
            )
            chunks.append({"type": "text", "text": text, "annotations": [annotation]})
        return chunks

    def _parameters(self, model: str) -> Json:
        return {
            "model": model,
            "temperature": self._stream.choice(TEMPERATURES),
            "max_completion_tokens": self._stream.choice((256, 512, 1024)),
            "top_p": 1,
            "top_k": 40,
        }


def _sources(models: tuple[str, ...], *, compares: bool) -> list[str]:
    """Who replies: all models where they are compared (one is asked twice), else the first."""
    if not compares:
        return [models[0]]
    return list(dict.fromkeys(models)) if len(set(models)) > 1 else [models[0], f"{models[0]}-2"]


def _reference(context: object) -> Json | None:
    """What a prompt refers to: a text, or an object with ``content`` or ``url``."""
    told = {"content": context} if isinstance(context, str) else context
    if not isinstance(told, dict):
        return None
    known = {name: told.get(name) for name in ("content", "category", "url")}
    kept = {name: text for name, text in known.items() if isinstance(text, str) and text.strip()}
    return {"category": "context", **kept} if "content" in kept or "url" in kept else None


def _sentence(part: str) -> str:
    return part[0].upper() + part[1:]


def _user(text: str) -> Json:
    return _message("user", {"text": text}, "user")


def _message(role: str, content: Json, source_id: str) -> Json:
    return {"role": role, "content": content, "source_id": source_id, "annotations": []}
