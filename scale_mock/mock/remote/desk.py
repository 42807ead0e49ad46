"""The server's side: worlds as tests elsewhere want them, and calls of the Python API on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.domain.refusals import WORLD_EXISTS, Refusal
from scale_mock.errors import ConfigurationError, ScaleMockError
from scale_mock.mock.inside import Inside
from scale_mock.mock.remote.calls import require, unbound
from scale_mock.mock.remote.wire import encode
from scale_mock.registry.keys import checked_name

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from scale_mock.faults.fault import Fault
    from scale_mock.mock.host import Host
    from scale_mock.mock.scenarios.reading import Scenario
    from scale_mock.rules.rule import Rule
    from scale_mock.world import World

FAILED = 417
"""The status of an assertion that failed: an expectation was not met."""


class Desk(Inside):
    """The Python API of a world that exists already, and belongs to somebody else.

    Args:
        host: Where the world lives.
        world: The world.
    """

    def __init__(self, host: Host, world: World) -> None:
        self.name = world.name
        self._host = host
        self._world = world
        self._https = False
        self._closed = False
        self._undo = []
        calls = world.make_appointment, world.calls_known
        self._furnish()
        # The world may have appointments of its owner, which this book knows nothing of.
        world.make_appointment, world.calls_known = calls

    def findings(self, allow: Collection[str] = ()) -> str | None:
        """What the strict checks have against the world, as a test is told; ``None`` for nothing.

        Args:
            allow: Checks that find nothing, by name.
        """
        from scale_mock.mock.reports.checks import by_marker, findings, told

        self._world.pump.rest()
        found = findings(self._world, allow=allow, leaks=False)
        return told(found, by_marker, allow) if found else None

    def state(self, repeat: str, test: str, allow: Collection[str] = ()) -> str:
        """What a failed test is told about the world.

        Args:
            repeat: The option that gives another run the same seed.
            test: The test's name for the command line.
            allow: The checks whose findings the test allows.
        """
        from scale_mock.mock.reports.failing import state_of

        # Connections to Scale are made in the test's own process, and told there.
        return state_of(self._world, repeat=repeat, test=test, allow=allow, leaks=False)


def perform(
    host: Host, world: World, name: str, given: Mapping[str, object]
) -> tuple[int, dict[str, Any]]:
    """Makes a call of the Python API.

    Args:
        host: Where the world lives.
        world: The world.
        name: The call, for example ``callbacks.assert_received``.
        given: Its arguments.

    Returns:
        A status and an object: ``result``, or what went wrong.

    Raises:
        Refusal: There is no such call.
    """
    require(name)
    try:
        return 200, {"result": encode(_answer(Desk(host, world), name, given))}
    except AssertionError as error:
        return FAILED, _failure(FAILED, error)
    except Refusal as error:
        return error.status, {**_failure(error.status, error), "path": error.path}
    except (ScaleMockError, TypeError, ValueError) as error:
        return 400, _failure(400, error)


def _answer(mock: Desk, name: str, given: Mapping[str, object]) -> object:
    *path, last = name.split(".")
    target: Any = mock
    for part in path:
        target = getattr(target, part)
    if last == "list" and path[-1] in {"rules", "faults"}:
        return list(target)
    found = getattr(target, last)
    if not callable(found):
        unbound(name, given)
        return found
    positional, by_name = unbound(name, given)
    return found(*positional, **by_name)


def _failure(status: int, error: Exception) -> dict[str, Any]:
    told = {"status_code": status, "error": str(error), "is": type(error).__name__}
    # What stands below the platform's words: it says what there is, and what helps.
    notes = list(getattr(error, "__notes__", ()))
    return {**told, "notes": notes} if notes else told


def arguments_of(host: Host, given: Mapping[str, object]) -> dict[str, Any]:
    """The arguments of ``ScaleMock`` for a world that somebody elsewhere wants of this host.

    Hosts that the server itself sends callbacks to are open for it too.

    Args:
        host: The host.
        given: Arguments of ``ScaleMock``; ``name`` is one of them. Rules and faults are objects; a
            ``scenario`` is the name of a shipped one, or an object with ``file`` and ``text``.

    Raises:
        Refusal: There is a world of that name, or no room for another.
        ConfigurationError: An argument makes no sense.
    """
    arguments: dict[str, Any] = dict(given)
    name = checked_name(arguments.get("name"))
    if host.registry.by_name(name) is not None:
        raise WORLD_EXISTS(name=name)
    host.registry.require_room()
    if arguments.get("clock") == "follow":
        raise ConfigurationError(
            "clock='follow': it follows the time of a process, which no other process can see."
        )
    hosts = arguments.get("callback_hosts") or ()
    if isinstance(hosts, str | list | tuple):  # else it is refused where the world is made
        some = [hosts] if isinstance(hosts, str) else hosts
        arguments["callback_hosts"] = [*host.callback_hosts, *some]
    for kind in ("rules", "faults"):
        if kind in arguments:
            arguments[kind] = _steering(kind, arguments[kind])
    if arguments.get("scenario") is not None:
        arguments["scenario"] = _scenario(arguments["scenario"])
    return arguments


def _steering(kind: str, given: object) -> list[Rule | Fault | Mapping[str, object]]:
    """Rules or faults as plain data: files are read where they lie, by whoever asks."""
    from scale_mock.rules.parse import locate
    from scale_mock.rules.steering import refuse_file

    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise ConfigurationError(f"{kind}: expected an array of objects.")
    for one in given if kind == "rules" else ():
        refuse_file(one, locate(one))
    return given


def _scenario(given: object) -> Scenario:
    from scale_mock.mock.scenarios.loading import load_shipped, shipped
    from scale_mock.mock.scenarios.reading import read_scenario
    from scale_mock.rules.steering import refuse_file
    from scale_mock.selectors.documents import read_document
    from scale_mock.selectors.where import did_you_mean

    if isinstance(given, str):
        known = sorted(shipped())
        if given not in known:
            raise ConfigurationError(
                f"There is no scenario {given!r}{did_you_mean(given, known)} Scenarios: "
                f'{", ".join(known)}; or send one as {{"file": ..., "text": ...}}.'
            )
        return load_shipped(given)
    file = given.get("file") if isinstance(given, dict) else None
    text = given.get("text") if isinstance(given, dict) else None
    if not isinstance(file, str) or not isinstance(text, str):
        raise ConfigurationError(
            'scenario: expected the name of a shipped one, or {"file": name, "text": content}.'
        )
    document = read_document(text, file)
    for rule in document.data.get("rule", ()):
        if isinstance(rule, dict):
            refuse_file(rule, document.where())
    scenario, problems = read_scenario(document)
    if problems:
        raise problems[0]
    return scenario
