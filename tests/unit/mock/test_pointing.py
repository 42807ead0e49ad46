"""The variables that point programs at a server: set, and taken back as they were."""

from __future__ import annotations

import os

import pytest

from scale_mock.mock.pointing import CA_VARIABLES, PRELOAD, setting, unsetting, variables

URL = "http://127.0.0.1:1"
OPTION = f'--require "{(PRELOAD / "point.cjs").as_posix()}"'


def applied(environment: dict[str, str], changes: object) -> dict[str, str]:
    """An environment after a shell has run the lines."""
    after = dict(environment)
    for name, value in changes:  # type: ignore[attr-defined]
        if value is None:
            after.pop(name, None)
        else:
            after[name] = value
    return after


def test_http_needs_the_address_and_two_preloads() -> None:
    assert variables(URL, None, {}) == {
        "SCALE_MOCK_URL": URL,
        "PYTHONPATH": str(PRELOAD),
        "NODE_OPTIONS": OPTION,
    }


def test_https_also_names_the_authority() -> None:
    found = variables("https://127.0.0.1:1", "/ca.pem", {})
    assert {found[name] for name in CA_VARIABLES} == {"/ca.pem"}


def test_paths_and_options_that_are_there_stay() -> None:
    found = variables(URL, None, {"PYTHONPATH": "a" + os.pathsep + "b", "NODE_OPTIONS": "--x --y"})
    assert found["PYTHONPATH"] == os.pathsep.join([str(PRELOAD), "a", "b"])
    assert found["NODE_OPTIONS"] == f"{OPTION} --x --y"


BEFORE = [
    {},
    {"PATH": "/bin", "PYTHONPATH": "/lib", "NODE_OPTIONS": "--max-old-space-size=100"},
    {"REQUESTS_CA_BUNDLE": "/company.pem", "SSL_CERT_FILE": "/other.pem"},
]


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("ca_file", [None, "/ca.pem"])
@pytest.mark.parametrize("times", [1, 2])
def test_unset_brings_back_what_was(
    before: dict[str, str], ca_file: str | None, times: int
) -> None:
    after = before
    for number in range(times):
        after = applied(after, setting(f"{URL}{number}", ca_file, after))
    assert after["SCALE_MOCK_URL"] == f"{URL}{times - 1}"
    assert applied(after, unsetting(after)) == before


def test_a_second_server_takes_the_place_of_the_first() -> None:
    after = applied({}, setting("https://127.0.0.1:1", "/one.pem", {}))
    after = applied(after, setting("https://127.0.0.1:2", "/two.pem", after))
    assert after["REQUESTS_CA_BUNDLE"] == "/two.pem"
    assert after["PYTHONPATH"] == str(PRELOAD)
    assert after["NODE_OPTIONS"] == OPTION


@pytest.mark.parametrize("before", BEFORE)
def test_unset_where_nothing_was_set_changes_nothing(before: dict[str, str]) -> None:
    assert applied(before, unsetting(before)) == before


def test_what_was_set_anew_in_between_stays() -> None:
    after = applied({}, setting("https://127.0.0.1:1", "/ca.pem", {}))
    after["SSL_CERT_FILE"] = "/mine.pem"
    assert applied(after, unsetting(after)) == {"SSL_CERT_FILE": "/mine.pem"}


def test_from_https_to_http_the_authority_goes() -> None:
    before = {"SSL_CERT_FILE": "/other.pem"}
    after = applied(before, setting("https://127.0.0.1:1", "/ca.pem", before))
    after = applied(after, setting(URL, None, after))
    assert after == {**before, **variables(URL, None, {})}
