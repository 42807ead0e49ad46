"""The words of conversations: prompts, replies whose length and care follow their marks, rewrites.

Replies talk about what the prompt names, in sentences of our own; no model writes them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scale_mock.sim.streams import Stream

PROMPTS = (
    "Explain how a heat pump works to a ten-year-old.",
    "Write a short product description for a foldable bicycle helmet.",
    "List three ways to reduce the memory use of a web server.",
    "Summarize the causes of the First World War in one paragraph.",
    "Name the capital of France and say why it became the capital.",
)
"""What is asked where the template variables do not say."""
FOLLOW_UPS = (
    "Can you make that shorter?",
    "Give me one concrete example, please.",
    "What is the most common mistake people make here?",
    "How would you check that this is right?",
)
_OPENINGS = (
    "Here is an answer about {topic}.",
    "Let us look at {topic}.",
    "Thanks for asking about {topic}.",
    "In short, {topic} comes down to a few points.",
)
_POINTS = (
    "First, it helps to say what is being asked: {topic}.",
    "The main point is the one that the question names, and the rest follows from it.",
    "A good way to see it is to take one small case and follow it from beginning to end.",
    "What matters most in practice is the order in which the steps are taken.",
    "There is an exception worth knowing, although it is rare.",
    "Two sources agree on this, and a third puts it in slightly different words.",
    "Compared with the usual alternative it takes less effort and is easier to check.",
    "It is worth writing the result down before going on.",
)
_CLOSINGS = (
    "If you tell me more about your case, I can be more specific.",
    "That covers every part of the question.",
    "Taken together, this answers what was asked.",
)
_VAGUE = (
    "That depends.",
    "There are many opinions on this.",
    "It is hard to say in general.",
)
_IMPROVED = (
    "To be precise about {topic}:",
    "A clearer way to put it:",
    "Here is the corrected answer on {topic}:",
)
_ADDED = (
    "The claim can be checked against the question itself.",
    "Nothing else is needed to follow it.",
    "This is the part that the first version left out.",
)
_STOP = frozenset({
    "a", "an", "the", "of", "to", "in", "on", "for", "and", "or", "is", "are", "was", "were",
    "be", "how", "what", "why", "who", "which", "when", "where", "do", "does", "please", "can",
    "could", "you", "me", "my", "your", "it", "its", "that", "this", "these", "those", "with",
    "from", "by", "as", "at", "about", "explain", "write", "list", "name", "summarize",
    "describe", "give", "tell",
})  # fmt: skip
_WORD = re.compile(r"[^\W\d_][\w'-]*", re.UNICODE)
TOPIC_WORDS = 5


def prompt_of(variables: Mapping[str, Any], stream: Stream) -> str:
    """What the customer asks: the variable ``prompt``, else another text that says it."""
    for name in ("prompt", "question", "instruction", "query", "text", "input"):
        value = variables.get(name)
        if isinstance(value, str) and value.strip():
            return value
    for name, value in variables.items():
        if isinstance(value, str) and value.strip() and name not in {"system", "context"}:
            return value
    return stream.choice(PROMPTS)


def topic_of(prompt: str) -> str:
    """The words of a prompt that say what it is about."""
    words = _WORD.findall(prompt[:2000])
    while words and words[0].lower() in _STOP:
        words.pop(0)
    words = words[:TOPIC_WORDS]
    while words and words[-1].lower() in _STOP:
        words.pop()
    return " ".join(words) or "the question"


def reply(topic: str, mark: int, stream: Stream) -> str:
    """A model's reply, as long and careful as its mark of 1 to 5."""
    if mark <= 1:
        return f"{stream.choice(_VAGUE)} {_filled(stream.choice(_OPENINGS), topic)}"
    points = list(_POINTS)
    stream.shuffle(points)
    sentences = [_filled(stream.choice(_OPENINGS), topic)]
    sentences += [_filled(point, topic) for point in points[: mark - 1]]
    if mark >= 4:
        sentences.append(stream.choice(_CLOSINGS))
    return " ".join(sentences)


def steps(topic: str, count: int, stream: Stream) -> list[str]:
    """A reply in steps, for whoever judges each of them."""
    points = list(_POINTS)
    stream.shuffle(points)
    return [
        f"Step {number}: {_filled(point, topic)}" for number, point in enumerate(points[:count], 1)
    ]


def rewritten(text: str, topic: str, stream: Stream) -> str:
    """A better version of a reply: never the reply itself."""
    sentences = sentences_of(text)
    kept = " ".join(sentences[1:]) or sentences[0]
    return f"{_filled(stream.choice(_IMPROVED), topic)} {kept} {stream.choice(_ADDED)}"


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, each a part of it as it stands; the text itself if it has none."""
    found = [part.strip() for part in re.findall(r"[^.!?:]+[.!?:]+", text)]
    return [part for part in found if part] or [text]


def _filled(sentence: str, topic: str) -> str:
    return sentence.replace("{topic}", topic)
