"""The way past the gate: for the thread that holds it, and no longer than it holds it."""

from __future__ import annotations

import threading

import pytest

from scale_mock import LeakError
from scale_mock.intercept.gate import Gate
from scale_mock.intercept.hosts import Place
from scale_mock.intercept.passages import may_pass, passage

HOST = "real.example.test"


def test_a_thread_with_a_passage_passes_the_guard() -> None:
    gate = Gate()
    gate.leaks.guard(hosts=[HOST])
    with passage(), passage():
        gate.check(HOST)
        assert gate.connect("https", HOST, 443) is None
    assert not may_pass()
    with pytest.raises(LeakError):
        gate.check(HOST)


def test_an_answered_host_is_not_answered_in_a_passage() -> None:
    gate = Gate()
    gate.open([Place(HOST)], lambda environ, start: [])
    with passage():
        assert gate.connect("https", HOST, 443) is None
    assert gate.connect("https", HOST, 443) is not None


def test_other_threads_do_not_pass() -> None:
    seen: list[bool] = []
    with passage():
        thread = threading.Thread(target=lambda: seen.append(may_pass()))
        thread.start()
        thread.join()
        assert may_pass()
    assert seen == [False]
