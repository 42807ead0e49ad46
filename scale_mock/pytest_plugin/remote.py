"""``--scale-mock-url``: the tests use worlds of a server that runs already, or the real platform.

Each test has a world of its own there, made for it and taken back; names differ between tests,
workers and runs, so that any number of them share one server. ``remote=False`` in a marker keeps a
test in this process; worlds that several tests share (``scale_mock_module``) have no part in such a
run.
"""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scale_mock.config.options import OF_A_RUN, OPTIONS, told
from scale_mock.errors import ConfigurationError, ScaleMockError
from scale_mock.pytest_plugin.checking import RELAX
from scale_mock.pytest_plugin.reading import yes_or_no
from scale_mock.pytest_plugin.running import SEED_FLAG, Run
from scale_mock.pytest_plugin.seeds import repeat_of
from scale_mock.pytest_plugin.session import NO_WORLD_S
from scale_mock.pytest_plugin.summary import ELSEWHERE, note_unread

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import pytest

    from scale_mock.config.options import Given
    from scale_mock.mock.interception import Interception
    from scale_mock.mock.remote.line import Line
    from scale_mock.mock.remote.traffic import Traffic
    from scale_mock.pytest_plugin.checking import Terms


class Elsewhere:
    """A server whose worlds the tests of a run use.

    Args:
        config: pytest's configuration.
        given: What flags, environment and ini file say.

    Raises:
        ConfigurationError: What they say of the server makes no sense.
    """

    def __init__(self, config: pytest.Config, given: Mapping[str, Given]) -> None:
        from scale_mock.mock.interception import guard_scale
        from scale_mock.mock.remote.address import parse_address
        from scale_mock.mock.remote.probing import is_scale

        self._config = config
        self._given = given
        self.address = parse_address(given["url"].value, where=given["url"].source)
        self._count = 0
        self._rows: list[list[Any]] = []
        config.stash[ELSEWHERE] = self
        if is_scale(self.address.host):
            # From the start, not from the first world on: a test without one may come first.
            guard_scale()

    @property
    def url(self) -> str:
        """The server's address."""
        return self.address.url

    @property
    def open_url(self) -> str:
        """The address for code that sends what it likes.

        Raises:
            ConfigurationError: It is the real platform's: nobody would look at what leaves.
        """
        if not self.is_mock:
            raise ConfigurationError(
                f"scale_server is not there at the real platform ({self.url}): what is sent "
                "straight to an address is not looked at before it leaves. Use scale_mock and "
                "scale_test_client. To keep the test in process: "
                "@pytest.mark.scale_mock(remote=False)."
            )
        return self.url

    def _said(self, name: str) -> Any:
        return self._given[name].value if name in self._given else None

    @cached_property
    def line(self) -> Line:
        """The line to it."""
        from scale_mock.mock.remote.line import Line

        ca_file = self._said("ca_file")
        if ca_file is not None and not self._given["ca_file"].source.startswith(("--", "SCALE")):
            ca_file = self._config.rootpath / Path(ca_file)
        line = Line(self.address, ca_file)
        self._config.add_cleanup(line.close)
        return line

    @cached_property
    def traffic(self) -> Traffic:
        """What was seen of its replies."""
        from scale_mock.mock.remote.traffic import Traffic

        return Traffic()

    @cached_property
    def _prefix(self) -> str:
        """What begins the names of this run's worlds, in this worker."""
        from scale_mock.mock.remote.keys import run_token

        worker = getattr(self._config, "workerinput", {}).get("workerid", "main")
        return f"pytest-{run_token()}-{worker}"

    @cached_property
    def is_mock(self) -> bool:
        """Whether it is a mock; else it is taken for the real platform."""
        from scale_mock.mock.remote.probing import is_mock, is_scale

        return not is_scale(self.address.host) and is_mock(self.line)

    @cached_property
    def key(self) -> str:
        """The key of test mode, for a server that is no mock."""
        from scale_mock.mock.remote.keys import read_test_key
        from scale_mock.mock.remote.probing import NO_MOCK

        if "key_from" not in self._given:
            flag = next(option.flag for option in OPTIONS if option.name == "key_from")
            raise ConfigurationError(NO_MOCK.format(url=self.url, switch=f"{flag} VARIABLE"))
        variable, source = self._given["key_from"]
        return read_test_key(variable, os.environ, where=source)

    def open_world(self, given: Mapping[str, Given]) -> Any:
        """A world there.

        Raises:
            ConfigurationError: An argument makes no sense there, or it may not be reached.
        """
        try:
            if not self.is_mock:
                return self._platform()
            return self._remote_mock(given)
        except ScaleMockError as error:
            raise ConfigurationError(
                f"{error}\nThe tests' server: {self.url} ({self._given['url'].source}). "
                f"The world's arguments: {told(_of_world(given)) or 'none'}."
            ) from error

    def _platform(self) -> Any:
        from scale_mock.mock.remote.platform import RealPlatform

        writes = yes_or_no(self._given, "allow_writes")
        return RealPlatform(self.line, self.key, allow_writes=writes, traffic=self.traffic)

    def _remote_mock(self, given: Mapping[str, Given]) -> Any:
        from scale_mock.mock.remote.mock import RemoteMock

        self._count += 1
        arguments: dict[str, Any] = {
            name: one.value for name, one in _of_world(given).items() if name != "name"
        }
        # Names are this run's own: another run may use the same server at the same time.
        name = f"{self._prefix}-{self._count}"
        ca_file = self._said("ca_file")
        return RemoteMock(
            self.url, name=name, ca_file=ca_file, traffic=self.traffic, line=self.line, **arguments
        )

    def open_run(self, item: pytest.Item, given: Mapping[str, Given], terms: Terms) -> Run:
        """Opens a test's world there.

        Raises:
            ConfigurationError: An argument makes no sense there, or it may not be reached.
        """
        hosts: Any = given["hosts"].value if "hosts" in given else ()
        intercept = yes_or_no(given, "intercept")
        mock = self.open_world(given)
        try:
            if not intercept and not self.is_mock:
                raise ConfigurationError(
                    f"intercept=False ({given['intercept'].source}): what goes to the real platform"
                    f" ({self.url}) is looked at before it leaves this process. Keep this test in "
                    "process: @pytest.mark.scale_mock(remote=False)."
                )
            interception = mock.intercept(hosts=hosts) if intercept else None
            if interception is not None:
                interception.begin()
            return RemoteRun(self, item, mock, terms=terms, interception=interception)
        except ConfigurationError:
            mock.close()
            raise

    def state(self, run: Run, allow: Collection[str]) -> str:
        """What a failed test is told about its world. It never raises."""
        if not self.is_mock:
            requests = [f"  {one.method} {one.path} {one.status}" for one in run.mock.requests]
            return "\n".join([f"The real platform, test mode, at {self.url}:", *requests[-10:]])
        mock: Any = run.mock
        try:
            text: str = mock.state(*repeat_of(run.item, self._flags()), sorted(allow))
        except ScaleMockError as error:
            return f"More cannot be told: {error}"
        return text

    def _flags(self) -> str:
        """What repeats a run here, up to the seed."""
        from shlex import quote

        told = {name: str(self._said(name)) for name in ("url", "ca_file") if self._said(name)}
        flags = {option.name: option.flag for option in OPTIONS}
        return " ".join([*(f"{flags[name]}={quote(told[name])}" for name in told), SEED_FLAG])

    def rows(self) -> list[list[Any]]:
        """What was seen, as plain data."""
        if "traffic" not in self.__dict__:
            return self._rows
        found = [[text, times] for text, times in self.traffic.found.items()]
        return [*self._rows, [None, self.traffic.replies], *found]

    def merge(self, rows: list[list[Any]]) -> None:
        """Takes over what a worker of pytest-xdist saw."""
        self._rows += rows

    def show(self, terminal: Any) -> None:
        """Writes the section of the summary, if anything was seen."""
        replies, found = 0, dict[str, int]()
        for text, times in self.rows():
            if text is None:
                replies += times
            else:
                found[text] = found.get(text, 0) + times
        if not replies:
            return
        terminal.section(f"scale_mock: replies of {self.url}")
        for text in sorted(found):
            often = f" ({found[text]} replies)" if found[text] > 1 else ""
            terminal.line(f"{text}{often}")
        count = f"{len(found)} difference{'' if len(found) == 1 else 's'}" if found else "none"
        word = "reply" if replies == 1 else "replies"
        terminal.line(
            f"Differences in shape from what is documented: {count}, in {replies} {word}."
        )


class RemoteRun(Run):
    """One test and its world elsewhere.

    Args:
        elsewhere: The server that has the world.
        item: The test.
        mock: The world.
        terms: What was said about the test's end.
        interception: What sends calls to Scale there; ``None`` where it is off.
    """

    def __init__(
        self,
        elsewhere: Elsewhere,
        item: pytest.Item,
        mock: Any,
        *,
        terms: Terms,
        interception: Interception[Any] | None,
    ) -> None:
        super().__init__(item, mock, terms=terms, interception=interception)
        self._elsewhere = elsewhere

    def problems(self) -> str | None:
        """What the strict checks have against the world; ``None`` for nothing."""
        mock: Any = self.mock
        if not self._elsewhere.is_mock:
            return _said_by(mock)
        from scale_mock.mock.reports.telling import laid_out

        found = mock.findings(sorted(self.terms.allow))
        return None if found is None else laid_out([*found.splitlines(), RELAX], margin=0)

    def state(self, allow: Collection[str], *, leaks: bool) -> str:
        """What a failed test is told about its world. It never raises."""
        return self._elsewhere.state(self, allow)

    def note_unread(self) -> None:
        """Remembers which fields nobody read, for the end of the run."""
        if self._elsewhere.is_mock and self.mock.unread_fields:
            note_unread(self.item, self.mock)


def _said_by(mock: Any) -> str | None:
    try:
        mock.check()
    except AssertionError as error:
        return str(error)
    return None


def _of_world(given: Mapping[str, Given]) -> dict[str, Given]:
    """What of it is about a world."""
    return {name: one for name, one in given.items() if name not in {*NO_WORLD_S, *OF_A_RUN}}
