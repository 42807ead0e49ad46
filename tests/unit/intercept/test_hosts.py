"""Which hosts are answered, which are guarded, and what is patched when."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from scale_mock import LeakError
from scale_mock.intercept.hosts import HostTable, Origin, Place, plain_host
from scale_mock.intercept.late import LatePatches
from scale_mock.intercept.leaks import LEAKS_MAX, Leaks
from scale_mock.intercept.patching import MARK, Patches
from scale_mock.intercept.written import parse_place

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType


def app(_environ: Any, _start: Any) -> list[bytes]:
    return []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("api.test", Place("api.test")),
        ("API.test.", Place("api.test")),
        ("api.test:81", Place("api.test", None, 81)),
        ("https://api.test", Place("api.test", "https", 443)),
        ("http://api.test/v1/", Place("api.test", "http", 80)),
        ("https://api.test:8443/v2", Place("api.test", "https", 8443)),
        ("http://[::1]:8080", Place("::1", "http", 8080)),
        ("https://Zürich.test/v1", Place("xn--zrich-kva.test", "https", 443)),
    ],
)
def test_base_urls_and_host_names_are_read(text: str, place: Place) -> None:
    assert parse_place(text) == place


def test_host_names_are_compared_plainly() -> None:
    assert plain_host(b"API.Test.") == plain_host("api.test") == "api.test"
    # Some clients ask for the name as it was written, others as the resolver knows it.
    assert plain_host("zürich.test") == plain_host("xn--zrich-kva.test") == "xn--zrich-kva.test"
    # The resolver takes wide letters for plain ones.
    assert plain_host("\uff53cale.com") == "scale.com"


def test_the_newest_entry_that_means_an_origin_answers_and_any_may_go_first() -> None:
    table = HostTable()

    def other(_environ: Any, _start: Any) -> list[bytes]:
        return []

    origin = Origin("https", "api.test", 443)
    assert not table.is_used
    first = table.open([Place("api.test")], app)
    second = table.open([Place("api.test", "https", 443), Place("b.test")], other)
    assert table.find(origin) is other
    assert table.find(Origin("http", "api.test", 80)) is app
    assert table.find(Origin("https", "c.test", 443)) is None
    table.close(first)
    assert table.find(origin) is other
    assert table.hosts() == ["api.test", "b.test"]
    table.close(second)
    assert (table.find(origin), table.is_used) == (None, False)


def test_domains_are_guarded_with_everything_below_them() -> None:
    leaks = Leaks()
    leaks.guard(domains=["scale.test"], hosts=["one.test"])
    covered = ["scale.test", "a.scale.test", "A.B.SCALE.TEST.", b"x.scale.test", "one.test"]
    assert all(leaks.covers(host) for host in covered)
    assert not any(leaks.covers(host) for host in ["myscale.test", "scale.test.org", "a.one.test"])
    leaks.check(None)
    leaks.check("")


def test_attempts_are_kept_until_somebody_takes_them_and_not_without_end() -> None:
    leaks = Leaks()
    leaks.guard(domains=["scale.test"])
    for _ in range(LEAKS_MAX + 5):
        with pytest.raises(LeakError):
            leaks.check("scale.test")
    taken = leaks.take()
    assert (len(taken), leaks.count, leaks.take()) == (LEAKS_MAX, LEAKS_MAX + 5, [])
    assert taken[0].where.startswith(f"{__file__}:")
    assert taken[0].where.endswith(
        " in test_attempts_are_kept_until_somebody_takes_them_and_not_without_end"
    )


def test_a_patch_is_made_once_and_renewed_when_somebody_removed_it() -> None:
    class Owner:
        def name(self) -> str:
            """The name."""
            return "original"

    original = Owner.name

    def make(inner: Any) -> Any:
        def name(self: Owner) -> str:
            return f"patched {inner(self)}"

        return name

    patches = Patches()
    patches.add(Owner, "name", make)
    patches.add(Owner, "name", make)
    patches.add(Owner, "missing", make)
    patches.renew()
    assert Owner().name() == "patched original"
    assert (Owner.name.__doc__, hasattr(Owner.name, MARK)) == ("The name.", True)
    Owner.name = original  # type: ignore[method-assign]
    patches.renew()
    assert Owner().name() == "patched original"
    # The package imported anew: its patch takes the place of the former one.
    Patches().add(Owner, "name", make)
    assert Owner().name() == "patched original"


def test_a_module_is_patched_when_it_is_imported_and_when_it_is_imported_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "late_module_of_ours.py").write_text("VALUE = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    patched: list[ModuleType] = []
    late = LatePatches()
    late.when_imported("late_module_of_ours", patched.append)
    late.when_imported("a_module_that_nobody_has", patched.append)
    late.renew()
    late.renew()
    assert sys.meta_path.count(late) == 1  # type: ignore[arg-type]
    assert patched == []
    first = __import__("late_module_of_ours")
    assert (patched, first.VALUE) == ([first], 1)
    assert type(first.__spec__.loader).__name__ == "SourceFileLoader"
    monkeypatch.delitem(sys.modules, "late_module_of_ours")
    second = __import__("late_module_of_ours")
    assert patched == [first, second]
    assert first is not second
    with pytest.raises(ImportError):
        __import__("a_module_that_nobody_has")
    # Imported while the hook was away.
    sys.meta_path.remove(late)  # type: ignore[arg-type]
    del sys.modules["late_module_of_ours"]
    third = __import__("late_module_of_ours")
    assert patched == [first, second]
    late.renew()
    assert patched == [first, second, third]
    del sys.modules["late_module_of_ours"]
