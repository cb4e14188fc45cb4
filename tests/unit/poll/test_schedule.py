"""When a feed is polled next, told as events of its life."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from wirewatch.errors import Reason
from wirewatch.poll.rhythm import Rhythm, learn
from wirewatch.poll.schedule import FASTEST, Copy, Pace, after_failure, after_outage, after_success, is_our_network, is_witness

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)  # a Tuesday
MIDDLE = 0.5  # dice that give no jitter after a success
HOUR, DAY = 3600.0, 86_400.0


def weeks(per_hour: dict[int, int], until: datetime = NOW, days: int = 28) -> Rhythm:
    """What is known of a feed that has published so much at these hours of each day, polled hourly."""
    rhythm = Rhythm()
    for n in range(days * 24, 0, -1):
        since = until - timedelta(hours=n)
        rhythm = learn(rhythm, since.timestamp(), since.timestamp() + HOUR, per_hour.get(since.hour, 0), ())
    return rhythm


def success(rhythm: Rhythm | None = None, now: datetime = NOW, **given: Any) -> Pace:
    """The pace after a success; nothing special but what is given."""
    usual: dict[str, Any] = {"shown": 20, "every": None, "gap": None, "wish": 0.0, "copy": Copy()}
    usual |= {"last_new_at": None, "dice": MIDDLE}
    return after_success(now, rhythm=rhythm or weeks({}), **(usual | given))


def failure(reason: Reason, **given: Any) -> Pace:
    """The pace after a failure; nothing special but what is given."""
    usual: dict[str, Any] = {"interval": HOUR, "every": None, "failures": 0.0, "wish": None, "gone_at": None, "dice": 0.0}
    return after_failure(NOW, reason=reason, **(usual | given))


def test_a_daily_is_asked_often_in_its_rush_hours_and_hardly_at_night() -> None:
    daily = weeks(dict.fromkeys(range(6, 20), 3))

    rush = success(daily, datetime(2026, 11, 24, 12, tzinfo=UTC))
    night = success(daily, datetime(2026, 11, 24, 20, 30, tzinfo=UTC))

    assert rush.interval < HOUR / 2
    assert night.interval >= 3 * HOUR


def test_a_feed_that_says_nothing_for_weeks_is_asked_once_or_twice_a_day_and_never_less() -> None:
    pace = success(weeks({}))

    assert 6 * HOUR <= pace.interval <= DAY


def test_a_small_outlet_that_is_alive_is_asked_every_three_hours_while_it_is_awake() -> None:
    small = weeks({9: 1})

    alive = success(small, last_new_at=NOW - timedelta(days=13))
    asleep = success(weeks(dict.fromkeys(range(9, 12), 1)), datetime(2026, 11, 24, 18, tzinfo=UTC), last_new_at=NOW)
    dead = success(weeks({}), last_new_at=NOW - timedelta(days=15))

    assert alive.interval // 60 == 180
    assert asleep.interval > 3.5 * HOUR
    assert dead.interval > 6 * HOUR


def test_a_copy_of_known_age_is_asked_for_when_it_has_just_been_renewed() -> None:
    copy = Copy(kept=900.0, age=300.0)  # renewed in 600, 1500, 2400 seconds …

    quiet = success(weeks(dict.fromkeys(range(24), 1)), copy=copy)
    busy = success(weeks(dict.fromkeys(range(24), 10)), copy=copy)

    assert [(pace.next_at - NOW).total_seconds() // 60 for pace in (quiet, busy)] == [25, 25]
    assert quiet.interval == busy.interval


def test_a_busy_feed_whose_copy_may_be_of_any_age_is_asked_that_much_sooner_but_never_within_its_life() -> None:
    busy = weeks(dict.fromkeys(range(24), 10))

    assert success(busy).interval - success(busy, copy=Copy(kept=600.0)).interval == pytest.approx(600, abs=60)
    assert success(busy, copy=Copy(kept=1500.0)).next_at == NOW + timedelta(seconds=1500)


@pytest.mark.parametrize(
    "copy", [Copy(900.0, 900.0), Copy(60.0, 10**9), Copy(DAY, DAY - 10), Copy(0.0, 50.0), Copy(99 * DAY, 5.0)]
)
def test_what_a_cache_says_of_ages_makes_no_feed_polled_twice_as_often(copy: Copy) -> None:
    daily = weeks(dict.fromkeys(range(24), 1))
    usual = (success(daily).next_at - NOW).total_seconds()

    assert (success(daily, copy=copy).next_at - NOW).total_seconds() >= usual / 2


def test_what_a_cache_says_of_ages_asks_no_feed_before_it_wishes_nor_within_five_minutes() -> None:
    agency = weeks(dict.fromkeys(range(24), 60), days=3)

    hurried = success(agency, shown=8, copy=Copy(300.0, 148.0))
    wishing = success(agency, shown=8, wish=HOUR, copy=Copy(2500.0, 10.0))

    assert hurried.next_at - NOW >= timedelta(seconds=FASTEST)
    assert wishing.next_at - NOW >= timedelta(hours=1)


def test_a_burst_is_followed_at_once() -> None:
    quiet = weeks({12: 1})
    burst = learn(quiet, NOW.timestamp() - HOUR, NOW.timestamp(), 12, ())

    assert success(burst).interval < success(quiet).interval / 3


def test_a_feed_full_of_news_is_asked_before_it_drops_some() -> None:
    agency = weeks(dict.fromkeys(range(24), 60), days=3)

    assert success(agency, shown=8).interval == FASTEST


def test_after_a_possible_gap_it_takes_half_the_time() -> None:
    assert success(gap=2 * HOUR).interval == HOUR
    assert success(gap=200.0).interval == FASTEST


def test_a_fixed_pace_is_kept_whatever_the_server_wishes() -> None:
    pace = success(every=60.0, wish=DAY, dice=0.9)

    assert pace.next_at == NOW + timedelta(seconds=60)


def test_a_servers_wish_only_lengthens_and_at_most_to_a_day_or_six_hours_for_a_feed_that_changed_today() -> None:
    busy = weeks(dict.fromkeys(range(24), 10))

    assert success(busy, wish=60.0).next_at == success(busy).next_at
    assert success(busy, wish=99 * DAY).next_at == NOW + timedelta(days=1)
    assert success(busy, wish=99 * DAY, last_new_at=NOW).next_at == NOW + timedelta(hours=6)
    assert success(busy, copy=Copy(99 * DAY), last_new_at=NOW).next_at == NOW + timedelta(hours=6)


@pytest.mark.parametrize("reason", list(Reason))
def test_no_failure_silences_a_feed_for_more_than_a_day(reason: Reason) -> None:
    pace = failure(reason, interval=DAY, failures=500.0)

    assert NOW < pace.next_at <= NOW + timedelta(days=1)


def test_failures_slow_a_feed_down_in_proportion_and_keep_what_it_learned() -> None:
    waits, failures = [], 0.0
    for _ in range(4):
        pace = failure(Reason.HTTP_403, failures=failures)
        failures = pace.failures
        waits.append((pace.next_at - NOW) / timedelta(hours=1))

    assert waits == [1, 2, 3, 4]
    assert pace.interval == HOUR


def test_what_may_be_our_own_network_counts_a_quarter() -> None:
    assert failure(Reason.DNS).failures == 0.25


def test_what_is_our_own_network_counts_nothing_and_is_tried_again_soon() -> None:
    pace = after_outage(NOW, interval=HOUR, failures=0.5, dice=0.5)

    assert (pace.failures, pace.interval) == (0.5, HOUR)
    assert pace.next_at <= NOW + timedelta(minutes=10)


@pytest.mark.parametrize(("failed", "answered", "ours"), [(5, 0, True), (40, 10, True), (4, 0, False), (10, 30, False)])
def test_most_hosts_failing_at_once_is_our_own_network(failed: int, answered: int, ours: bool) -> None:
    assert is_our_network(failed, answered) is ours


@pytest.mark.parametrize(
    ("answered", "failures", "heard"),
    [(timedelta(hours=26), 0.0, True), (timedelta(days=3), 0.0, False), (timedelta(hours=1), 0.25, False), (None, 0.0, False)],
)
def test_only_feeds_that_answered_lately_tell_of_our_own_network(
    answered: timedelta | None, failures: float, heard: bool
) -> None:
    assert is_witness(NOW, NOW - answered if answered is not None else None, failures) is heard


def test_retry_after_is_a_bound_that_not_even_now_breaks() -> None:
    pace = failure(Reason.HTTP_429, every=1.0, wish=7200.0)

    assert pace.not_before == NOW + timedelta(hours=2)
    assert pace.next_at == NOW + timedelta(hours=2)


def test_too_many_requests_rests_a_quarter_of_an_hour_where_the_server_says_nothing() -> None:
    assert failure(Reason.HTTP_429, every=1.0).not_before == NOW + timedelta(minutes=15)


def test_a_feed_that_is_gone_is_asked_daily_for_three_days_and_then_once_a_week() -> None:
    first = failure(Reason.HTTP_410, every=1.0)
    for_good = failure(Reason.HTTP_410, every=1.0, gone_at=NOW - timedelta(days=3))

    assert first.next_at == NOW + timedelta(days=1)
    assert for_good.next_at == NOW + timedelta(days=7)
