"""How often a day a watch would have told, also where there have been articles for some minutes only."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.contract.index.articles import article
from wirewatch.watch.lookback import LookBack

NOW, DAY = datetime(2026, 11, 28, 12, tzinfo=UTC), timedelta(days=1)


@pytest.mark.parametrize(
    ("since", "began", "a_day"),
    [
        (30 * DAY, 300 * DAY, 2.0),
        (30 * DAY, 10 * DAY, 6.0),
        (30 * DAY, timedelta(minutes=10), 60.0),  # of a day that has just begun nobody knows more
        (DAY / 2, 300 * DAY, 120.0),
    ],
)
def test_stories_a_day_are_of_the_days_that_there_were_articles(since: timedelta, began: timedelta, a_day: float) -> None:
    back = LookBack(NOW - since, NOW, told=[article("kim")] * 60, began=NOW - began)

    assert back.a_day == a_day
