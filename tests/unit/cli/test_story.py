"""The picture of a story's spread, and what a telling shares with an earlier one."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from wirewatch.cli.story import BARS, bars, likeness
from wirewatch.retelling import Nearest

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_days_tellings_fall_into_bars_of_whole_steps() -> None:
    step, begin, numbers = bars([NOON + timedelta(minutes=7), NOON + timedelta(minutes=20), NOON + 3 * HOUR])

    assert (step, begin) == (timedelta(minutes=5), NOON + timedelta(minutes=5))
    assert (numbers[0], numbers[3], numbers[-1], len(numbers)) == (1, 1, 1, 36)


@given(st.lists(st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC)), min_size=1, max_size=9))
def test_every_telling_has_its_bar_and_there_are_never_too_many(when: list[datetime]) -> None:
    _, begin, numbers = bars(when)

    assert sum(numbers) == len(when)
    assert len(numbers) <= BARS + 1
    assert begin <= min(when)


def test_a_share_is_never_rounded_up_to_all() -> None:
    assert likeness(Nearest(no=1, of_it=0.999, of_that=0.5)) == "99 % in 1, 50 % of that"
    assert likeness(Nearest(no=2, of_it=1.0, of_that=1.0)) == "100 % in 2"
