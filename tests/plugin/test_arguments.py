"""Who decides about a test's world: markers and how they merge, and the order of the sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.plugin.conftest import Run

ARGUMENTS = (
    "seed, clock, start_at, strict, intercept, hosts, strict_fields, *callback_hosts, rules, *name,"
    " *auto_*"
)


def test_markers_merge_and_the_nearest_wins(run: Run) -> None:
    result = run(
        """
import pytest

pytestmark = pytest.mark.scale_mock(seed=1, start_at="2030-01-01", clock="autojump")

def state(mock):
    return mock.seed, mock.clock.now().year, mock.clock.mode

def test_module(scale_mock):
    assert state(scale_mock) == (1, 2030, "autojump")

@pytest.mark.scale_mock(seed=2, clock="manual")
class TestClass:
    def test_class(self, scale_mock):
        assert state(scale_mock) == (2, 2030, "manual")

    @pytest.mark.scale_mock(seed=3)
    def test_function(self, scale_mock):
        assert state(scale_mock) == (3, 2030, "manual")

    @pytest.mark.scale_mock(seed=5)
    @pytest.mark.scale_mock(seed=4)
    def test_the_lower_of_two_decorators_is_nearer(self, scale_mock):
        assert state(scale_mock) == (4, 2030, "manual")

    @pytest.mark.scale_mock(seed=3, start_at="2031-01-01")
    @pytest.mark.parametrize(
        "seed", [3, pytest.param(6, marks=pytest.mark.scale_mock(seed=6))]
    )
    def test_a_parameter_set_is_nearest(self, scale_mock, seed):
        assert state(scale_mock) == (seed, 2031, "manual")
"""
    )
    result.assert_outcomes(passed=6)


def test_rules_of_the_nearest_marker_replace_farther_ones(run: Run) -> None:
    result = run(
        """
import pytest

pytestmark = pytest.mark.scale_mock(strict=False, rules=[
    {"name": "far", "match": {"batch": "b"}}, {"name": "farther"}
])

def test_far(scale_mock):
    assert [rule.name for rule in scale_mock.rules] == ["far", "farther"]

@pytest.mark.scale_mock(rules=[{"name": "near"}])
def test_near(scale_mock):
    assert [rule.name for rule in scale_mock.rules] == ["near"]
"""
    )
    result.assert_outcomes(passed=2)


def test_settings_and_lists_reach_the_world(run: Run) -> None:
    result = run(
        """
import pytest
from scaleapi.exceptions import ScaleInvalidRequest
from scaleapi.tasks import TaskType

@pytest.mark.scale_mock(name="acme", strict_fields=True, rate=60.0, tasks_max=7)
def test_settings(scale_mock, scale_client):
    assert scale_mock.live_key == "live_acme"
    assert scale_mock.clock.rate == 60.0
    with pytest.raises(ScaleInvalidRequest, match="colour"):
        scale_client.create_task(
            TaskType.Categorization, instruction="which?", attachment="a", attachment_type="text",
            categories=["x"], callback_url=scale_mock.callbacks.url, colour="red",
        )
"""
    )
    result.assert_outcomes(passed=1)


MARKER = "@pytest.mark.scale_mock(seed=6)"
CONFIG = """
@pytest.fixture(scope="session")
def scale_mock_config():
    return {"seed": 3}
"""


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ((), 0),
        (("ini",), 2),
        (("ini", "config"), 3),
        (("ini", "config", "environment"), 4),
        (("ini", "config", "environment", "flag"), 5),
        (("ini", "config", "environment", "flag", "marker"), 6),
        (("ini", "marker"), 6),
        (("config", "flag"), 5),
    ],
)
def test_marker_over_flag_over_environment_over_config_over_ini_over_default(
    run: Run,
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    sources: tuple[str, ...],
    expected: int,
) -> None:
    if "ini" in sources:
        pytester.makeini("[pytest]\nscale_mock_seed = 2\n")
    if "environment" in sources:
        monkeypatch.setenv("SCALE_MOCK_SEED", "4")
    result = run(
        f"""
import pytest
{CONFIG if "config" in sources else ""}
{MARKER if "marker" in sources else ""}
def test_seed(scale_mock):
    assert scale_mock.seed == {expected}
""",
        *(["--scale-mock-seed=5"] if "flag" in sources else []),
    )
    result.assert_outcomes(passed=1)


def test_every_option_has_a_flag_an_environment_variable_and_an_ini_option(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makeini(
        "[pytest]\nscale_mock_clock = autojump\nscale_mock_strict = false\n"
        "scale_mock_callback_hosts =\n  one.test\n  two.test\n"
    )
    monkeypatch.setenv("SCALE_MOCK_START_AT", "2030-05-06T07:08:09Z")
    monkeypatch.setenv("SCALE_MOCK_STRICT_FIELDS", "yes")
    result = run(
        """
def test_all(scale_mock):
    settings = scale_mock._world.settings
    assert scale_mock.clock.now().isoformat() == "2030-05-06T07:08:09+00:00"
    assert settings.seed == 8
    assert settings.clock == "autojump"
    assert settings.callback_hosts == ("one.test", "two.test")
    assert settings.strict_fields is True
    scale_mock.rules.add(name="never used, which only a strict test minds")
""",
        "--scale-mock-seed=8",
    )
    result.assert_outcomes(passed=1)


def test_flags_say_yes_and_no(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nscale_mock_strict_fields = true\n")
    result = run(
        """
def test_flags(scale_mock):
    settings = scale_mock._world.settings
    assert settings.callback_hosts == ("a.test", "b.test")
    assert settings.strict_fields is False
    scale_mock.rules.add(name="unused")
""",
        "--scale-mock-callback-hosts=a.test, b.test",
        "--no-scale-mock-strict-fields",
        "--no-scale-mock-strict",
    )
    result.assert_outcomes(passed=1)


def test_native_toml_of_pytest_9(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyprojecttoml(
        """
[tool.pytest.ini_options]
scale_mock_seed = "7"
scale_mock_strict = false
scale_mock_callback_hosts = ["a.test"]
"""
        if pytest.version_tuple < (9, 0)
        else """
[tool.pytest]
scale_mock_seed = 7
scale_mock_strict = false
scale_mock_callback_hosts = ["a.test"]
"""
    )
    result = run(
        """
def test_toml(scale_mock):
    assert scale_mock.seed == 7
    assert scale_mock._world.settings.callback_hosts == ("a.test",)
    scale_mock.rules.add(name="unused")
"""
    )
    result.assert_outcomes(passed=1)


def test_an_unknown_argument_is_refused_with_the_nearest_and_the_list(run: Run) -> None:
    result = run(
        """
import pytest

@pytest.mark.scale_mock(sede=3)
def test_typo(scale_mock):
    pass
"""
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at setup of test_typo*",
            "@pytest.mark.scale_mock(sede=3): there is no argument 'sede'. Did you mean 'seed'? "
            f"Arguments: {ARGUMENTS}",
            "*short test summary*",
        ],
        consecutive=True,
    )


def test_positional_arguments_are_refused(run: Run) -> None:
    result = run(
        """
import pytest

@pytest.mark.scale_mock(7)
def test_seven(scale_mock):
    pass
"""
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        "@pytest.mark.scale_mock(7): the marker takes arguments by name only, for example "
        "@pytest.mark.scale_mock(seed=7)."
    )


@pytest.mark.parametrize(
    ("returned", "text"),
    [
        ({"sede": 3}, "scale_mock_config: there is no argument 'sede'. Did you mean 'seed'? *"),
        (
            [1],
            "The fixture scale_mock_config returned [[]1[]]: expected a dict of ScaleMock's "
            'arguments, for example {"seed": 7}.',
        ),
        ({"strict": "no"}, "strict='no' (scale_mock_config): expected True or False."),
    ],
)
def test_a_wrong_scale_mock_config_is_refused(run: Run, returned: object, text: str) -> None:
    result = run(
        f"""
import pytest

@pytest.fixture(scope="session")
def scale_mock_config():
    return {returned!r}

def test_world(scale_mock):
    pass
"""
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(text)


def test_a_value_that_makes_no_sense_is_refused_with_its_source(run: Run) -> None:
    result = run(
        """
import pytest

@pytest.mark.scale_mock(seed=7)
def test_world(scale_mock):
    pass
""",
        "--scale-mock-start-at=soon",
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            "start_at: 'soon' is not an instant; accepted: *",
            "The world's arguments: start_at='soon' (--scale-mock-start-at), seed=7 (marker).",
        ]
    )


def test_an_unknown_argument_of_open_world_is_refused(run: Run) -> None:
    result = run(
        """
import pytest
from scale_mock import ConfigurationError

def test_world(scale_server):
    with pytest.raises(ConfigurationError) as caught:
        scale_server.open_world(clok="manual")
    assert str(caught.value).startswith(
        "scale_server.open_world(): there is no argument 'clok'. Did you mean 'clock'?"
    )
"""
    )
    result.assert_outcomes(passed=1)


def test_rule_files_are_named_like_every_other_option(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.toml").write_text(
            f'[[rule]]\nname = "{name}"\nmatch.batch = "{name}"\n'
        )
    monkeypatch.setenv("SCALE_MOCK_RULES", f"{tmp_path}/one.toml {tmp_path}/two.toml")
    result = run(
        """
import pytest

@pytest.mark.scale_mock(strict=False)
def test_names(scale_mock):
    assert [rule.name for rule in scale_mock.rules] == ["one", "two"]
"""
    )
    result.assert_outcomes(passed=1)


NAMES_RULES = """
import pytest

@pytest.mark.scale_mock(strict=False)
def test_names(scale_mock):
    assert [rule.name for rule in scale_mock.rules] == [%s]
"""


@pytest.mark.parametrize("door", ["variable", "flag", "ini"])
@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("my rules.toml", ["my rules"]),
        ("my rules.toml, one.toml", ["my rules", "one"]),
        ("my,own.toml", ["my,own"]),
        ("one.toml,two.toml", ["one", "two"]),
        ("one.toml two.toml", ["one", "two"]),
    ],
)
def test_a_blank_or_comma_may_be_part_of_a_files_name(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, door: str, said: str,
    names: list[str],
) -> None:  # fmt: skip
    for name in ("one", "two", "my rules", "my,own"):
        (pytester.path / f"{name}.toml").write_text(
            f'[[rule]]\nname = "{name}"\nmatch.batch = "{name}"\n'
        )
    if door == "variable":
        monkeypatch.setenv("SCALE_MOCK_RULES", said)
    if door == "ini":
        pytester.makeini(f"[pytest]\nscale_mock_rules = {said}\n")
    flags = [f"--scale-mock-rules={said}"] if door == "flag" else []
    result = run(NAMES_RULES % ", ".join(map(repr, names)), *flags)
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize("said", ["your rules.toml", "one.toml nine.toml"])
def test_how_several_files_are_named_is_told_where_one_is_missing(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    (pytester.path / "one.toml").write_text("")
    monkeypatch.setenv("SCALE_MOCK_RULES", said)
    result = run(NAMES_RULES % "")
    result.assert_outcomes(errors=1)
    missing = "nine.toml" if "nine" in said else said
    result.stdout.fnmatch_lines(
        [
            f"*{missing}: cannot be read: No such file or directory*",
            "*Several files are named one a line, or with commas or blanks between them; *",
        ]
    )


def test_a_misspelt_argument_is_refused_without_a_world_too(run: Run) -> None:
    result = run(
        """
import pytest

@pytest.mark.scale_mock(sede=7)
def test_misspelt():
    pass

@pytest.mark.scale_mock(seed=7)
def test_fine():
    pass
"""
    )
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at setup of test_misspelt*",
            "@pytest.mark.scale_mock(sede=7): there is no argument 'sede'. Did you mean 'seed'? *",
        ]
    )


@pytest.mark.parametrize("name", ["remote", "https", "absorb_sleep", "strict", "intercept"])
def test_a_word_is_no_yes_or_no_in_a_marker(run: Run, name: str) -> None:
    """The text "no" would count as a yes."""
    result = run(
        f"""
import pytest

@pytest.mark.scale_mock({name}="no")
def test_one(scale_mock):
    pass
"""
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(f"{name}='no'*: expected True or False.")
