"""Every problem of a table is found, and the search has an end."""

from __future__ import annotations

from typing import Any

from scale_mock.errors import ConfigurationError
from scale_mock.selectors.every import every_problem
from scale_mock.selectors.where import Where

REVIEWS = 20
INSTEAD = {"result": ("rejected", "fixed", "accepted")}


class Reader:
    """Refuses a review of a wrong result, and a fix without its reason."""

    def __init__(self) -> None:
        self.reads = 0

    def read(self, data: Any) -> None:
        self.reads += 1
        for number, review in enumerate(data["reviews"]):
            where = Where("rule").at("reviews", f"[{number}]")
            if review.get("result", "accepted") not in {"fixed", "accepted"}:
                raise where.at("result").refuse("no result")
            if review.get("result") == "fixed" and "why" not in review:
                raise where.refuse("a fix needs a reason")


def test_many_wrong_values_cost_no_more_than_their_number_squared() -> None:
    reader = Reader()
    data = {"reviews": [{"result": "nope"} for _ in range(REVIEWS)]}
    try:
        reader.read(data)
    except ConfigurationError as error:
        found = every_problem(data, error, reader.read, INSTEAD)
    assert [str(one) for one in found] == [
        f"rule: reviews[{number}].result: no result" for number in range(REVIEWS)
    ]
    assert reader.reads < 10 * REVIEWS**2
