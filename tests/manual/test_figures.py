"""The figures that the README gives are those of the code: each sentence is built from them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from scaleapi.exceptions import ScaleInternalError
from scaleapi.tasks import TaskType

from scale_mock import ScaleMock
from scale_mock.callbacks import schedule
from scale_mock.cli import receiver, story
from scale_mock.cli.main import DEMO_SECONDS, PORT
from scale_mock.config.settings import Settings
from scale_mock.domain import calibration
from scale_mock.domain.floor import Labeler, Pipeline
from scale_mock.labeling.planner import TURNAROUNDS
from scale_mock.mock import callbacks
from scale_mock.mock.sleep import patience, watching
from tests.manual import marks

if TYPE_CHECKING:
    from collections.abc import Callable

README = " ".join(marks.README.read_text().split())
WORDS = {3: "three", 4: "four", 9: "nine", 10: "ten", 20: "Twenty", 30: "thirty", 60: "sixty"}
DEFAULTS = Settings()
TASK = {"attachment_type": "text", "attachment": "car", "categories": ["big", "small"]}


def spans(line: str, kind: str, unit: str, last: str = "") -> str:
    """How long work takes by itself, as a range of two units."""
    low, high = (
        span // timedelta(**{one: 1})
        for span, one in zip(TURNAROUNDS[line, kind], (unit, last or unit), strict=True)
    )
    return f"{low} {unit} to {high} {last}" if last else f"{low} to {high} {unit}"


def demo() -> str:
    count = sum(group.count for group in story.GROUPS)
    return f"{WORDS[count]} tasks, {WORDS[story.DAYS]} days, real callbacks"


def demo_again() -> str:
    kinds = len({group.type for group in story.GROUPS})
    return f"{sum(group.count for group in story.GROUPS)} tasks of {WORDS[kinds]} types"


def first_test() -> str:
    with ScaleMock() as mock:
        task = mock.client().create_task(
            TaskType.Categorization, callback_url=mock.callbacks.url, **TASK
        )
        began = mock.clock.now()
        callback = mock.callbacks.assert_received(task)
        return f"({WORDS[round((callback.at - began) / timedelta(days=1))]} virtual days, perhaps)"


def retries() -> str:
    with ScaleMock() as mock, mock.intercept(absorb_sleep=True):
        mock.faults.add(status=500)
        began = mock.clock.now()
        with pytest.raises(ScaleInternalError):
            mock.client().create_task(TaskType.Categorization, **TASK)
        waited = (mock.clock.now() - began) // timedelta(seconds=1)
        return f"does wait between its retries ({waited} seconds for {WORDS[len(mock.requests)]})"


def begins() -> str:
    with ScaleMock() as mock:
        return f"which starts at {mock.clock.now().isoformat().replace('+00:00', 'Z')} unless told"


def verdicts() -> str:
    told = ", ".join(f"{name} {score}" for name, score in calibration.VERDICTS.items())
    return f"of which the newest audit counts: {told}."


CLAIMS: tuple[Callable[[], str], ...] = (
    demo,
    demo_again,
    lambda: f"days pass in about {WORDS[round(DEMO_SECONDS)]} seconds (`--seconds`",
    first_test,
    begins,
    retries,
    verdicts,
    lambda: (
        f"Enterprise {spans('enterprise', 'plain', 'hours', 'days')}, Rapid calibration "
        f"{spans('rapid', 'calibration', 'hours')}, Rapid production "
        f"{spans('rapid', 'production', 'days')};"
    ),
    lambda: {1 / 3: "a receiver that fails a third of the time."}[receiver.FAILURES],
    lambda: f"The {DEFAULTS.stuck_polls_max}th read",
    lambda: f"would exceed {DEFAULTS.vain_sleep_s:g} seconds (`vain_sleep_s`; a minute at once)",
    lambda: f"{WORDS[int(DEFAULTS.vain_sleep_s * watching.WITH_OTHERS)].title()} seconds has who",
    lambda: f"sleep of {WORDS[patience.SLEPT.days]} days and more without a request",
    lambda: (
        f"{schedule.ATTEMPTS} attempts within "
        f"{schedule.WINDOW // timedelta(hours=1)} hours, any 2xx is success"
    ),
    lambda: (
        f"Retry `k` of {schedule.RETRIES} comes {schedule.WINDOW // timedelta(hours=1)} h x "
        f"(k/{schedule.RETRIES})^3 after the first attempt"
    ),
    lambda: f"moves the clock by {callbacks.WITHIN.days} days at most (`within`)",
    lambda: f"calibration score is {round(calibration.PASS_SCORE)} or more",
    lambda: f"{WORDS[DEFAULTS.crowd_size]} people (`crowd_size`)",
    lambda: f"One task in {WORDS[DEFAULTS.evaluation_every]} (`evaluation_every`)",
    lambda: f"below {round(DEFAULTS.crowd_threshold * 100)} % on average (`crowd_threshold`)",
    lambda: f"`reviews` (layers, {Pipeline().reviews})",
    lambda: f"instead of being fixed, {Pipeline().rejects})",
    lambda: f"(per task, {Pipeline().rejections_max}; then reviewers fix)",
    lambda: f"`spread` ({Labeler('a@example.test').spread}: 80 % to 120 % of the pace)",
    lambda: f"`accuracy` ({Labeler('a@example.test').accuracy}: share of right attempts",
    lambda: f"scale-mock serve --port {PORT}",
    lambda: f"one attempt may take {round(DEFAULTS.callback_timeout_s)} s (`callback_timeout_s`)",
)


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_figure_is_the_code_s(claim: Callable[[], str]) -> None:
    assert claim() in README


def test_every_task_type_of_the_sdk_is_known() -> None:
    assert "Every task type of the SDK is known (`mock.tasktypes.names`)" in README
    with ScaleMock() as mock:
        assert {one.value for one in TaskType} <= set(mock.tasktypes.names)
