"""The table of options: names in every place, texts read into values."""

from __future__ import annotations

import dataclasses
import inspect

import pytest

from scale_mock import ConfigurationError, ScaleMock
from scale_mock.config import Settings
from scale_mock.config.options import (
    ARGUMENTS,
    OPTIONS,
    Option,
    from_environment,
)
from scale_mock.pytest_plugin.session import OF_A_TEST

BY_NAME = {option.name: option for option in OPTIONS}


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_one_name_in_every_place(option: Option) -> None:
    words = option.name.split("_")
    assert option.ini == "_".join(["scale", "mock", *words])
    assert option.flag == "--" + "-".join(["scale", "mock", *words])
    assert option.variable == "_".join(["SCALE", "MOCK", *words]).upper()


def test_only_a_yes_or_no_has_a_negative_flag() -> None:
    assert BY_NAME["strict_fields"].negative_flag == "--no-scale-mock-strict-fields"
    assert BY_NAME["seed"].negative_flag is None


def test_the_arguments_are_those_of_scale_mock_and_of_a_test() -> None:
    named = set(inspect.signature(ScaleMock).parameters) - {"host", "settings"}
    settings = {field.name for field in dataclasses.fields(Settings)}
    assert set(ARGUMENTS) == named | settings | set(OF_A_TEST)
    assert len(ARGUMENTS) == len(set(ARGUMENTS))


def test_the_defaults_are_those_of_scale_mock() -> None:
    settings = Settings()
    for option in OPTIONS:
        if hasattr(settings, option.name):
            assert getattr(settings, option.name) == option.default
    with ScaleMock(start_at=str(BY_NAME["start_at"].default)) as told, ScaleMock() as untold:
        assert told.clock.now() == untold.clock.now()


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("seed", " 7 ", 7),
        ("seed", "-1", -1),
        ("strict", "ON", True),
        ("strict", "0", False),
        ("clock", "autojump", "autojump"),
        ("callback_hosts", "a.test,b.test c.test", ("a.test", "b.test", "c.test")),
        ("start_at", "2030-01-01", "2030-01-01"),
    ],
)
def test_texts_are_read(name: str, text: str, value: object) -> None:
    assert BY_NAME[name].read(text, "here") == value


@pytest.mark.parametrize(("name", "text"), [("seed", "1.5"), ("strict", "2"), ("clock", "Manual")])
def test_texts_that_mean_nothing_are_refused(name: str, text: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^here='{text}': expected "):
        BY_NAME[name].read(text, "here")


def test_values_that_pytest_read_already_stay() -> None:
    assert BY_NAME["seed"].read(7, "here") == 7
    assert BY_NAME["strict"].read(False, "here") is False
    assert BY_NAME["callback_hosts"].read(["a.test"], "here") == ("a.test",)


def test_an_empty_variable_sets_nothing() -> None:
    assert from_environment({"SCALE_MOCK_SEED": " ", "SCALE_MOCK_CLOCK": ""}) == {}
