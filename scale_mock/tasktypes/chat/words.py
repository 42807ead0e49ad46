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
_SHORTER, _EXAMPLE, _MISTAKE, _CHECK = FOLLOW_UPS
_FACT, _LIST, _CODE, _TEXT, _CLAUSE = "fact", "list", "code", "text", "clause"
_KINDS = (
    (_CODE, "code function python javascript java sql regex script program query algorithm bug"),
    (_LIST, "list ways three five reasons steps ideas examples tips"),
    (_TEXT, "write draft compose rewrite poem story email letter description summarize translate"),
    (_FACT, "name who when where which capital year"),
)
"""Kinds of prompts with words that give them away, the surest first; the others are explained."""
_OPENINGS = {
    _FACT: (
        "The short answer about {topic} is well documented.",
        "There is one accepted answer on {topic}.",
        "Most references agree about {topic}.",
    ),
    _LIST: (
        "Here is a list for {topic}.",
        "These are the points that matter for {topic}.",
        "Several things come to mind for {topic}.",
    ),
    _CODE: (
        "Here is how I would build {topic}.",
        "The simplest working version of {topic} needs one loop and no extra memory.",
        "Below is an approach to {topic}, with its costs.",
    ),
    _TEXT: (
        "Here is a draft of {topic}.",
        "This is a first version of {topic}.",
        "I kept {topic} short and in plain words.",
    ),
    _CLAUSE: (
        "Let us look at {topic}.",
        "It helps to take {topic} apart.",
        "There are two sides to {topic}.",
    ),
    _SHORTER: ("In short, on {topic}.", "The brief version, on {topic}."),
    _EXAMPLE: ("Here is one example of {topic}.", "One concrete case of {topic} will do."),
    _MISTAKE: (
        "With {topic}, most mistakes have one cause.",
        "The usual mistake with {topic} is haste.",
    ),
    _CHECK: (
        "There are independent ways to check {topic}.",
        "I would not take {topic} on trust either.",
    ),
}
_POINTS = {
    _FACT: (
        "Standard reference works give the same answer.",
        "It has been so for a long time, and no rival claim is taken seriously.",
        "Older sources sometimes name another one, which is a matter of dates.",
        "The name is often confused with a similar one nearby.",
        "Official documents use it without further explanation.",
        "The background is political as much as geographical.",
    ),
    _LIST: (
        "Start with whatever costs least to try.",
        "Measure before and after, so that you know what helped.",
        "Remove what nobody uses.",
        "Do the work once and keep the result.",
        "Split the large cases from the small ones.",
        "Ask somebody who does it every day.",
        "Leave the rare cases for last.",
    ),
    _CODE: (
        "Keep two references and swap them as you go.",
        "The running time grows with the size of the input, the memory does not.",
        "An empty input and an input of one element need no special case.",
        "Name the intermediate values, because they explain the loop.",
        "A test with three elements catches most slips.",
        "A recursive version is shorter, but deep inputs exhaust the stack.",
        "Return the result instead of changing the argument in place.",
    ),
    _TEXT: (
        "It opens with what the reader gains.",
        "Each sentence carries one idea.",
        "The tone is friendly without being chatty.",
        "Numbers come with their units.",
        "The last line says what to do next.",
        "I left out adjectives that promise nothing.",
        "It can be read aloud in under a minute.",
    ),
    _CLAUSE: (
        "A small case shows it best: follow it from beginning to end.",
        "What goes in must come out somewhere, and that is where to look.",
        "The order of the steps matters more than their number.",
        "There is an exception worth knowing, although it is rare.",
        "Compared with the usual alternative it takes less effort.",
        "The effect is easy to see once the cause is removed.",
        "Everyday experience points the same way.",
        "Two common explanations differ only in their words.",
    ),
    _SHORTER: (
        "The main point stands on its own.",
        "Everything else follows from it.",
        "The exception is rare.",
        "The details change nothing.",
    ),
    _EXAMPLE: (
        "Picture the smallest case that still shows the effect.",
        "Change one thing in it and watch what happens.",
        "The same pattern returns in larger cases.",
        "It takes a minute to try at home.",
    ),
    _MISTAKE: (
        "People skip the first step because it looks obvious.",
        "They mix up two things that have similar names.",
        "The remedy is to write the assumption down.",
        "A second reader usually spots it.",
    ),
    _CHECK: (
        "Look it up in a source that does not quote the first one.",
        "Work backwards from the result.",
        "Try a case whose answer you know.",
        "Ask what would have to be true if it were wrong.",
    ),
}
_FALSE = (
    "This has been proven beyond doubt and has no exceptions at all.",
    "Every expert has always agreed on each detail of it.",
    "It was discovered by accident in a single afternoon.",
)
_VAGUE = (
    "The exact figure is somewhere around that.",
    "Roughly speaking, this is nearly always so.",
    "As far as I remember, that is about right.",
)
_PADDING = (
    "That is a very interesting question, and I am glad that you asked it.",
    "As I said before, and as is well worth saying again, this matters.",
    "There are, of course, many other things that one could say here.",
    "Before going on, let me repeat what this is about.",
)
_UNSAFE = (
    "You can ignore the usual warnings about it.",
    "There is no need to ask a professional first.",
)
_CLOSINGS = (
    "If you tell me more about your case, I can be more specific.",
    "That covers every part of the question.",
    "Tell me if you want more detail on any of this.",
)
_IMPROVED = ("To be precise about {topic}:", "A clearer way to put it:", "More directly:")
_ADDED = (
    "The claim can be checked against any standard source.",
    "Nothing else is needed to follow it.",
    "This is the part that the first version left out.",
)
_STEPS = (
    ("Say what is asked: {topic}.", "Put the question in other words: {topic}."),
    ("Write down what is known and what is not.", "Collect what the question already gives."),
    ("Take the smallest case and solve it.", "Apply the rule that connects the two."),
    ("Check the result against the question.", "Read the answer off, with its unit."),
)
_LEADS = frozenset({
    "please", "can", "could", "would", "should", "will", "you", "i", "we", "me", "us", "explain",
    "write", "list", "name", "summarize", "describe", "give", "tell", "show", "translate", "is",
    "are", "was", "were", "do", "does", "did", "and", "or", "of", "about",
})  # fmt: skip
_ASKING = frozenset({"what", "how", "why", "who", "which", "when", "where"})
_LINKS = frozenset({
    "a", "an", "the", "of", "to", "in", "on", "for", "and", "or", "is", "are", "with", "from", "by",
    "as", "at", "about", "that", "this", "my", "your", "its", "which", "who", "it", "why", "say",
})  # fmt: skip
_WORD = re.compile(r"[^\W\d_][\w'-]*", re.UNICODE)
TOPIC_WORDS = 8
TOPIC_LENGTH = 80
POOR, FAIR, GOOD = 2, 3, 4
"""Up to this a mark is poor; this one is fair; from this on it is good."""


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
    """What a prompt is about: its words without the ones that only ask."""
    words = _WORD.findall(prompt[:2000])
    while words and words[0].lower() in _LEADS:
        words.pop(0)
    if len(words) > 1 and words[0].lower() in _ASKING and words[1].lower() in _LEADS:
        words = words[2:]
    words = words[:TOPIC_WORDS]
    while words and words[-1].lower() in _LINKS:
        words.pop()
    if not words or words[-1].lower() in _ASKING:
        return "the question"
    return " ".join(words)[:TOPIC_LENGTH].strip()


def topics_of(prompt: str) -> list[str]:
    """The words of a prompt that could be its tags."""
    words = [word.lower() for word in topic_of(prompt).split()]
    return list(dict.fromkeys(w for w in words if w not in _LINKS | _ASKING)) or words


def reply(asked: str, topic: str, marks: Mapping[str, int | None], stream: Stream) -> str:
    """A model's reply that deserves its marks.

    Args:
        asked: The message that it replies to.
        topic: What the conversation is about.
        marks: 1 to 5 per dimension. Instructions that are followed make more points, poor truth a
            claim that cannot hold, poor conciseness padding, poor safety bad advice, and a good
            format paragraphs.
        stream: Where chance comes from.
    """
    kind = kind_of(asked)
    points = list(_POINTS[kind])
    stream.shuffle(points)
    followed = _mark(marks, "instruction_following")
    body = points[: max(1, followed - 1)]
    if (truth := _mark(marks, "truthfulness")) <= FAIR:
        body.insert(1, stream.choice(_FALSE if truth <= POOR else _VAGUE))
    if (brief := _mark(marks, "conciseness")) <= FAIR:
        padding = list(_PADDING)
        stream.shuffle(padding)
        body[:0] = padding[: FAIR + 1 - brief]
    if _mark(marks, "safety") <= POOR:
        body.append(stream.choice(_UNSAFE))
    if followed >= GOOD and kind != _SHORTER:
        body.append(stream.choice(_CLOSINGS))
    gap = "\n\n" if _mark(marks, "format") >= GOOD else " "
    return _filled(stream.choice(_OPENINGS[kind]), topic) + gap + " ".join(body)


def kind_of(asked: str) -> str:
    """Which kind of reply a message asks for."""
    if asked in FOLLOW_UPS:
        return asked
    words = {word.lower() for word in _WORD.findall(asked[:2000])}
    return next((kind for kind, signs in _KINDS if words & set(signs.split())), _CLAUSE)


def steps(topic: str, stream: Stream) -> list[str]:
    """A reply in steps, for whoever judges each of them."""
    chosen = [stream.choice(variants) for variants in _STEPS]
    return [f"Step {number}: {_filled(text, topic)}" for number, text in enumerate(chosen, 1)]


def rewritten(text: str, topic: str, stream: Stream) -> str:
    """A better version of a reply, without what was wrong in it: never the reply itself."""
    faults = {*_FALSE, *_VAGUE, *_PADDING, *_UNSAFE}
    sentences = sentences_of(text)
    kept = " ".join(one for one in sentences[1:] if one not in faults) or sentences[0]
    return f"{_filled(stream.choice(_IMPROVED), topic)} {kept} {stream.choice(_ADDED)}"


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, each a part of it as it stands; the text itself if it has none."""
    found = [part.strip() for part in re.findall(r"[^.!?]+[.!?]+", text)]
    return [part for part in found if part] or [text]


def _mark(marks: Mapping[str, int | None], key: str) -> int:
    """A mark; a good one where the dimension does not apply."""
    return marks.get(key) or GOOD


def _filled(sentence: str, topic: str) -> str:
    return sentence.replace("{topic}", topic)
