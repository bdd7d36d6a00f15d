"""What of the difference between two versions of a standard is another reading of the document."""

from __future__ import annotations

from typing import Any

import yaml

from sqaudit.books.readings_between import read_alike
from sqaudit.standards import Standard
from tests.books.conftest import STANDARD


def standard(**changes: Any) -> Standard:
    return Standard.model_validate({**yaml.safe_load(STANDARD), **changes})


def indicators(limit: str, other: str, target: float = 0.75) -> list[dict[str, Any]]:
    def within(limit: str) -> dict[str, Any]:
        return {"within": {"from": "reported_at", "to": "arrived_at", "limit": limit}}

    first, second = yaml.safe_load(STANDARD)["indicators"]
    second |= {"measure": within(limit), "target": target}
    second["readings"] = {"A06": [{"is": "other", "set": {"measure": within(other)}}]}
    return [first, second]


def test_a_reading_that_the_earlier_standard_lists_is_one() -> None:
    before, now = standard(), standard(indicators=indicators("60min", "90min"))
    alike, numbers = read_alike([before], [now])
    assert numbers == ("A06",)
    assert alike[0].indicator("soon").measure == now.indicator("soon").measure


def test_a_reading_that_only_the_later_standard_lists_is_one_too() -> None:
    before = standard(indicators=indicators("90min", "30min"))
    now = standard(indicators=indicators("60min", "90min"))
    alike, numbers = read_alike([before], [now])
    assert numbers == ("A06",)
    assert alike[0].indicator("soon").measure == now.indicator("soon").measure


def test_what_no_reading_says_is_left_to_the_standard() -> None:
    before, now = standard(), standard(indicators=indicators("45min", "60min", target=0.9))
    alike, numbers = read_alike([before], [now])
    assert numbers == ()
    assert alike[0].indicator("soon") == before.indicator("soon")
    both = standard(indicators=indicators("60min", "90min", target=0.9))
    alike, numbers = read_alike([before], [both])
    assert numbers == ("A06",)
    assert alike[0].indicator("soon").target == 0.75  # the target is no matter of the reading


def test_readings_of_the_scoring_are_told_in_both_directions() -> None:
    other = {"A01": [{"is": "no cap", "scoring": {"cap": "none"}}]}
    capped = standard(readings=other)
    uncapped = standard(scoring={"rule": "ratio_to_target", "cap": "none"})
    for before, now in ((capped, uncapped), (uncapped, standard(readings={"A01": other["A01"]}))):
        alike, numbers = read_alike([before], [now])
        assert numbers == ("A01",)
        assert alike[0].scoring == now.scoring


def test_a_standard_that_went_stays_as_it_was() -> None:
    before = standard()
    assert read_alike([before], []) == ((before,), ())
