"""Rapid's taskers as persons: their names, how good they are, and what they say of instructions.

Everything derives from the seed and from what is asked about; nothing is kept. The names are a
table of ours and not Faker's, because e-mail addresses enter the journal, whose bytes must not
change with a library's version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.domain.documents import decode_object
from scale_mock.domain.model import Survey
from scale_mock.sim.streams import digest, stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scale_mock.domain.model import Project, Task
    from scale_mock.domain.taskers import Tasker

FIRST = (
    "Ada", "Amir", "Ana", "Bao", "Carla", "Chidi", "Dalia", "Diego", "Elif", "Emeka", "Farah",
    "Felix", "Grace", "Hana", "Ines", "Ivan", "Jomo", "Kavya", "Lena", "Liam", "Mei", "Milan",
    "Nadia", "Noor", "Omar", "Paula", "Quinn", "Rosa", "Samir", "Tala", "Uma", "Victor", "Wren",
    "Yusuf",
)  # fmt: skip
LAST = (
    "Abebe", "Alvarez", "Banerjee", "Castillo", "Chen", "Cruz", "Diaz", "Eze", "Fischer", "Garcia",
    "Haddad", "Ibrahim", "Jansen", "Kamau", "Kim", "Lopez", "Mbeki", "Mendoza", "Nguyen", "Okafor",
    "Patel", "Quispe", "Reyes", "Santos", "Silva", "Tran", "Usman", "Varga", "Wang", "Zhou",
)  # fmt: skip

SPREAD = 10
"""How far a tasker may be from the crowd's accuracy, in percent."""
WEAK_ONE_IN = 10
WEAK_BY = 30
"""One in ten is that much worse than the others, in percent."""
LUCK = 12
"""How far one answer may be from the tasker's skill, in percent."""
LEARNED = 8
"""How much better each further attempt at a training task is, in percent."""

CONFIDENCE = 52
PER_VERSION = 10
VERSIONS_COUNTED = 3
PER_WORDS = 15
WORDS_ENOUGH = 40
MOOD = 10
"""Confidence in percent: where it starts, what each new version of the project's params adds (three
at most), what a thorough instruction adds, and how far one task may be off."""

UNSURE, SURE = 62, 80
"""Below the one, feedback is a question; from the other on, it is praise."""
EXCERPT_MAX = 60
LABEL_KEYS = ("choice", "label", "display", "title", "value", "name", "field_id")
LABELED_IN = frozenset(
    {"objects_to_annotate", "categories", "labels", "choices", "fields", "taxonomies", "ontology"}
)

SILENT = (
    'There are no instructions. I had to guess what counts as "{label}".',
    'Without instructions I could not tell "{label}" from "{other}" in doubtful cases.',
)
QUESTIONS = (
    'The instructions say "{excerpt}", but not what to do when "{label}" is not clear. Skip it?',
    'When does something count as "{label}", and when as "{other}"? "{excerpt}" leaves that open.',
    'I was not sure about "{label}": "{excerpt}" gives no example of a difficult case.',
)
HINTS = (
    '"{excerpt}" is clear in most cases. One example each for "{label}" and "{other}" would help.',
    'Mostly clear. Please say how careful we should be with "{label}".',
)
PRAISE = (
    'Clear instructions: "{excerpt}" told me what to do with "{label}" every time.',
    'No questions. "{label}" was easy to tell with these instructions.',
)


class People:
    """The persons behind a world's crowds.

    Args:
        seed: The world's seed.
        accuracy: How good an answer is on average, in percent.
    """

    def __init__(self, *, seed: int, accuracy: int) -> None:
        self._seed = seed
        self._accuracy = accuracy

    def person(self, project: Project, number: int) -> Tasker:
        """The tasker who joins a project's crowd as number so-and-so, from 0."""
        from scale_mock.domain.taskers import Tasker

        names = ("tasker", project.mode, project.name, number)
        chance = stream(self._seed, *names)
        first, last = chance.choice(FIRST), chance.choice(LAST)
        mark = digest(self._seed, "address", *names).hex()[:6]
        skill = self._accuracy + chance.between(-SPREAD, SPREAD)
        if chance.below(WEAK_ONE_IN) == 0:
            skill -= WEAK_BY
        email = f"{first}.{last}.{mark}@example.test".lower()
        return Tasker(email=email, name=f"{first} {last}", skill=_percent(skill))

    def score(self, tasker: Tasker, quality_task_id: str, occasion: str, *, tries: int = 0) -> int:
        """How well a tasker does on a quality task, in percent.

        Args:
            tasker: Who.
            quality_task_id: Which task.
            occasion: What tells this attempt from the tasker's others at it.
            tries: How often they tried before.
        """
        names = ("score", tasker.email, quality_task_id[8:], occasion)
        luck = stream(self._seed, *names).between(-LUCK, LUCK)
        return _percent(tasker.skill + luck + LEARNED * tries)

    def survey(self, task: Task, by: str) -> Survey:
        """What a tasker reports of a calibration task; a rule's wishes come first.

        Confidence grows with the version of the project's params that the task was created with,
        and with the length of its instruction.
        """
        chance = stream(self._seed, "survey", task.mode, task.identity, task.times_redone)
        mood = chance.between(-MOOD, MOOD)
        version = min(task.project_param_version or 0, VERSIONS_COUNTED)
        words = min(len((task.instruction or "").split()), WORDS_ENOUGH)
        confidence = _percent(
            CONFIDENCE + PER_VERSION * max(version, 0) + PER_WORDS * words // WORDS_ENOUGH + mood
        )
        wish = task.decision
        if wish is not None and wish.confidence is not None:
            confidence = wish.confidence
        labels = list(dict.fromkeys(_labels(decode_object(task.params)))) or ["the right answer"]
        label = chance.choice(labels)
        others = [one for one in labels if one != label] or ["something else"]
        text = chance.choice(_texts(task, confidence))
        feedback = text.format(
            label=label, other=chance.choice(others), excerpt=_excerpt(task.instruction or "")
        )
        if wish is not None and wish.feedback is not None:
            feedback = wish.feedback
        return Survey(by, confidence, feedback)


def _texts(task: Task, confidence: int) -> tuple[str, ...]:
    """What may be said at that confidence."""
    if not (task.instruction or "").strip():
        return SILENT
    if confidence < UNSURE:
        return QUESTIONS
    return HINTS if confidence < SURE else PRAISE


def _excerpt(instruction: str) -> str:
    """The beginning of an instruction: its first sentence, or as much of it as is short."""
    text = " ".join(instruction.split())
    sentence = text.partition(". ")[0].rstrip(".")
    if len(sentence) <= EXCERPT_MAX:
        return sentence
    return sentence[:EXCERPT_MAX].rpartition(" ")[0] + " ..."


def _labels(params: object) -> Iterator[str]:
    """The labels that a task's params speak of, whatever its type."""
    if isinstance(params, dict):
        for key, value in params.items():
            if key in LABELED_IN:
                yield from _named(value)
            elif isinstance(value, dict):
                yield from _labels(value)


def _named(value: object) -> Iterator[str]:
    """The names in a list of labels, each a text or an object that holds one."""
    for item in value if isinstance(value, list) else ():
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            name = next((item[key] for key in LABEL_KEYS if isinstance(item.get(key), str)), None)
            if name is not None:
                yield name


def _percent(value: int) -> int:
    return min(max(value, 0), 100)
