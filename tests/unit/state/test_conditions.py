"""What a watch may ask of time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.model import AtLeast, Rate
from wirewatch.state.conditions import Level, hour_of, level, most_sources, named_before, no_spike, span, too_few

NOON = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TELLINGS = st.lists(st.tuples(st.integers(0, 48).map(lambda h: NOON - h * HOUR), st.sampled_from("абвгд")), max_size=12)


@given(TELLINGS, st.integers(1, 24), st.randoms())
def test_the_most_sources_within_a_time_are_found_in_any_order(tellings, hours, chance) -> None:  # type: ignore[no-untyped-def]
    within = hours * HOUR
    each_window = [{source for at, source in tellings if NOON - n * HOUR <= at <= NOON - n * HOUR + within} for n in range(49)]

    shuffled = chance.sample(tellings, len(tellings))

    assert most_sources(shuffled, within) == max(map(len, each_window))


def test_too_few_tellings_are_said_in_numbers() -> None:
    asked = AtLeast(3, 6 * HOUR)

    assert too_few([(NOON, "а"), (NOON, "а"), (NOON, "б")], asked) == "told by 2 of 3 sources within 6h"
    assert too_few([(NOON, "а"), (NOON + 6 * HOUR, "в"), (NOON, "б")], asked) == ""


def test_the_usual_is_the_mean_of_the_same_hours_of_the_weeks_that_were_counted() -> None:
    rate, now = Rate(3, 2 * HOUR), hour_of(NOON)
    by_hour = {now: 5, now - 1: 4, now - 2: 99, now - 168: 2, now - 169: 2, now - 2 * 168: 6, now - 3 * 168: 50}

    assert level(by_hour, NOON, rate, NOON - 15 * DAY) == Level(9, 5.0, 2)
    assert level(by_hour, NOON, rate, NOON - 300 * DAY) == Level(9, 15.0, 4)
    assert level(by_hour, NOON, rate, NOON - DAY) == Level(9, 0.0, 0)


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (Level(9, 3.0, 4), ""),
        (Level(8, 3.0, 4), "8 articles in 2h where 3.0 are usual"),
        (Level(4, 0.0, 4), "4 articles in 2h where 0.0 are usual"),
        (Level(5, 0.25, 2), ""),
        (Level(99, 1.0, 1), "what is usual isn't known yet: 2 weeks must have been counted"),
    ],
)
def test_a_spike_is_so_many_times_the_usual_and_no_handful(found: Level, why: str) -> None:
    assert no_spike(found, Rate(3, 2 * HOUR)) == why


@pytest.mark.parametrize(
    ("before", "asked", "noted_from", "first"),
    [
        (NOON - 31 * DAY, 30 * DAY, NOON - 300 * DAY, True),
        (NOON - 29 * DAY, 30 * DAY, NOON - 300 * DAY, False),
        (NOON + DAY, 30 * DAY, NOON - 300 * DAY, False),
        (NOON - 300 * DAY, timedelta.max, NOON - 300 * DAY, False),
        (None, timedelta.max, NOON - 14 * DAY, True),
        (None, timedelta.max, NOON - 13 * DAY, False),
        (None, 7 * DAY, NOON - 8 * DAY, True),
        (None, 7 * DAY, None, False),
    ],
)
def test_a_first_mention_is_one_after_so_long_a_silence(
    before: datetime | None, asked: timedelta, noted_from: datetime | None, first: bool
) -> None:
    assert (named_before("kim-ju-ae", before, NOON, asked, noted_from) == "") == first


def test_a_time_is_said_as_it_is_written_in_a_config() -> None:
    assert [span(each) for each in (6 * HOUR, 30 * DAY, 90 * timedelta(minutes=1), timedelta(seconds=5))] == [
        "6h",
        "30d",
        "90m",
        "5s",
    ]
