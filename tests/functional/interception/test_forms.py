"""``mock_scale`` around functions, classes and blocks, with pytest, unittest and async plugins."""

from __future__ import annotations

import inspect
import unittest
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest
import requests
import scaleapi

from scale_mock import ConfigurationError, LeakError, ScaleMock, mock_scale
from tests.functional.interception.conftest import URL

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

STATUS = "https://dashboard.scale.com"


def total() -> int:
    found: int = scaleapi.ScaleClient("live_x").tasks().total
    return found


@mock_scale
def test_a_bare_decorator() -> None:
    assert total() == 0


@mock_scale(seed=7, hosts=["labels.example.test"])
def test_a_decorator_with_arguments_hands_the_world_over(mock: ScaleMock) -> None:
    assert mock.seed == 7
    auth = (mock.live_key, "")
    assert requests.get("https://labels.example.test/v1/tasks", auth=auth, timeout=5).ok


@mock_scale(seed=3)
@pytest.mark.parametrize("number", [1, 2])
def test_fixtures_and_parameters_go_their_way(
    number: int, mock: ScaleMock, tmp_path: object
) -> None:
    assert (mock.seed, number in {1, 2}, bool(tmp_path)) == (3, True, True)
    assert "mock" not in inspect.signature(test_fixtures_and_parameters_go_their_way).parameters


@pytest.mark.asyncio
@mock_scale
async def test_an_async_function_with_pytest_asyncio(mock: ScaleMock) -> None:
    async with httpx.AsyncClient(auth=(mock.live_key, "")) as client:
        assert (await client.get(URL + "/v1/tasks")).status_code == 200


@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
def test_an_async_block_on_any_backend(anyio_backend: str) -> None:
    async def run() -> int:
        async with (
            mock_scale() as mock,
            mock.intercept(),
            httpx.AsyncClient(auth=(mock.live_key, "")) as client,
        ):
            return (await client.get(URL + "/v1/tasks")).status_code

    assert anyio.run(run, backend=anyio_backend) == 200


@mock_scale(name="class")
class TestDecoratedClass:
    helper = "not a test"

    def test_first(self, mock: ScaleMock) -> None:
        mock.client().create_project("kittens", task_type=scaleapi.TaskType.Categorization)
        assert len(mock.client().projects()) == 1

    def test_second(self, mock: ScaleMock) -> None:
        assert mock.client().projects() == []

    def testing_without_the_world(self) -> None:
        assert total() == 0


def run_case(case: type[unittest.TestCase]) -> unittest.TestResult:
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
    return result


def test_a_unittest_class_has_a_world_from_set_up_on() -> None:
    seen: list[Any] = []

    @mock_scale(seed=5)
    class Case(unittest.TestCase):
        mock: ScaleMock

        def setUp(self) -> None:
            self.client = scaleapi.ScaleClient("live_x")
            seen.append(self.client.tasks().total)

        def tearDown(self) -> None:
            seen.append(len(self.client.projects()))

        def test_one(self) -> None:
            assert self.mock.seed == 5
            self.client.create_project("kittens", task_type=scaleapi.TaskType.Categorization)

        def test_two(self) -> None:
            assert self.client.projects() == []

    result = run_case(Case)
    assert (result.errors, result.failures, result.testsRun) == ([], [], 2)
    assert seen == [0, 1, 0, 0]


def test_an_async_unittest_class_works() -> None:
    @mock_scale
    class Case(unittest.IsolatedAsyncioTestCase):
        mock: ScaleMock

        async def test_one(self) -> None:
            async with httpx.AsyncClient(auth=(self.mock.live_key, "")) as client:
                reply = await client.get(URL + "/v1/tasks")
            assert reply.status_code == 200

    result = run_case(Case)
    assert (result.errors, result.failures, result.testsRun) == ([], [], 1)


@pytest.mark.usefixtures("leaky")
def test_a_unittest_fails_for_what_it_hides_but_not_twice() -> None:
    @mock_scale
    class Case(unittest.TestCase):
        def test_hides(self) -> None:
            with suppress(Exception):
                requests.get(STATUS, timeout=5)

        def test_hides_and_fails(self) -> None:
            self.test_hides()
            self.fail("for another reason")

        def test_is_fine(self) -> None:
            assert total() == 0

    result = run_case(Case)
    assert result.errors == []
    assert result.testsRun == 3
    texts = sorted(text.strip().splitlines()[-1] for _, text in result.failures)
    assert len(texts) == 2
    assert texts[0] == "AssertionError: for another reason"
    assert texts[1].startswith(
        "scale_mock.errors.LeakError: A connection to dashboard.scale.com was stopped at "
    )


@pytest.mark.usefixtures("leaky")
def test_a_block_raises_for_what_it_hides() -> None:
    def use() -> None:
        with mock_scale(), suppress(Exception):
            requests.get(STATUS, timeout=5)

    with pytest.raises(LeakError):
        use()


def test_one_recipe_may_be_nested() -> None:
    recipe = mock_scale(seed=1)
    with recipe as outer:
        with recipe as inner:
            assert outer is not inner
            assert inner.client().tasks().total == 0
        assert outer.client().tasks().total == 0


def test_a_generator_has_its_world_until_it_ends() -> None:
    @mock_scale
    def totals(mock: ScaleMock) -> Iterator[int]:
        yield total()
        yield mock.client().tasks().total

    assert list(totals()) == [0, 0]

    @mock_scale
    async def pages(mock: ScaleMock) -> AsyncIterator[int]:
        async with httpx.AsyncClient(auth=(mock.live_key, "")) as client:
            for _ in range(2):
                yield (await client.get(URL + "/v1/tasks")).status_code

    async def run() -> list[int]:
        return [status async for status in pages()]

    assert anyio.run(run) == [200, 200]


@pytest.fixture
@mock_scale(seed=11)
def world(mock: ScaleMock) -> Iterator[ScaleMock]:
    yield mock
    assert mock.client().tasks().total == 0


def test_a_fixture_may_be_decorated(world: ScaleMock) -> None:
    assert world.seed == 11
    assert total() == 0


def test_every_test_of_a_class_has_a_world_inherited_and_static_ones_too() -> None:
    class Base:
        def test_inherited(self, mock: ScaleMock) -> tuple[int, int]:
            return mock.seed, total()

    @mock_scale(seed=1)
    class First(Base):
        @staticmethod
        def test_static(mock: ScaleMock) -> tuple[int, int]:
            return mock.seed, total()

        @classmethod
        def test_class(cls, mock: ScaleMock) -> tuple[int, int]:
            return mock.seed, total()

    @mock_scale(seed=2)
    class Second(First):
        pass

    for cls, seed in ((First, 1), (Second, 2)):
        case: Any = cls()
        assert case.test_inherited() == case.test_static() == case.test_class() == (seed, 0)
    with pytest.raises(TypeError):
        Base().test_inherited()  # type: ignore[call-arg]  # the parent stays as it is


@pytest.mark.parametrize("target", [5, "seed=7"])
def test_what_cannot_be_decorated_is_refused(target: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        mock_scale(target)
    assert str(caught.value) == (
        f"mock_scale({target!r}): expected the function or class that it decorates; settings are "
        "given by name, as in mock_scale(seed=7)."
    )


def test_an_interception_that_is_left_once_too_often_says_so() -> None:
    with ScaleMock(name="once") as mock:
        interception = mock.intercept()
        with interception:
            pass
        with pytest.raises(ConfigurationError) as refused:
            interception.__exit__(None, None, None)
    assert str(refused.value) == (
        "This interception of ScaleMock (once) is not entered, so it cannot be left: it was left "
        "once more often than it was entered."
    )


def test_an_interception_of_a_closed_mock_cannot_begin() -> None:
    with ScaleMock(name="gone") as mock:
        interception = mock.intercept()
    with pytest.raises(ConfigurationError) as refused, interception:
        pass
    assert str(refused.value) == (
        "This ScaleMock (gone) is closed; its world is gone, and nothing can be intercepted for "
        "it. Enter the interception inside the mock's own `with`."
    )
