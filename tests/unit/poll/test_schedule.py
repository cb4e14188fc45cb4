"""When a feed is polled next, told as events of its life."""

from datetime import UTC, datetime, timedelta

import pytest

from wirewatch.errors import Reason
from wirewatch.poll.schedule import after_failure, after_success

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
MIDDLE = 0.5  # dice that give no jitter after a success
HOUR, DAY = 3600.0, 86_400.0


@pytest.mark.parametrize(
    ("event", "interval", "new", "links", "expected"),
    [
        ("nothing is new", HOUR, 0, 20, 1.5 * HOUR),
        ("some are new", HOUR, 5, 20, HOUR),
        ("most are new, some may have been missed", HOUR, 18, 20, 0.5 * HOUR),
        ("it can't get faster than five minutes", 400.0, 20, 20, 300.0),
        ("it can't get slower than a day", DAY, 0, 20, DAY),
    ],
)
def test_the_pace_follows_what_the_feed_brings(event: str, interval: float, new: int, links: int, expected: float) -> None:
    pace = after_success(NOW, interval=interval, every=None, first=False, new=new, links=links, wish=0, dice=MIDDLE)

    assert pace.interval == expected
    assert pace.next_at == NOW + timedelta(seconds=expected)
    assert pace.failures == 0


def test_the_first_poll_says_nothing_about_the_pace() -> None:
    pace = after_success(NOW, interval=HOUR, every=None, first=True, new=20, links=20, wish=0, dice=MIDDLE)

    assert pace.interval == HOUR


def test_a_fixed_pace_is_kept_whatever_the_server_wishes() -> None:
    pace = after_success(NOW, interval=HOUR, every=60.0, first=False, new=0, links=9, wish=DAY, dice=0.9)

    assert pace.next_at == NOW + timedelta(seconds=60)


def test_a_servers_wish_only_lengthens_and_at_most_to_a_day() -> None:
    short = after_success(NOW, interval=HOUR, every=None, first=False, new=1, links=9, wish=60, dice=MIDDLE)
    long = after_success(NOW, interval=HOUR, every=None, first=False, new=1, links=9, wish=99 * DAY, dice=MIDDLE)

    assert short.next_at == NOW + timedelta(hours=1)
    assert long.next_at == NOW + timedelta(days=1)


@pytest.mark.parametrize("reason", list(Reason))
def test_no_failure_silences_a_feed_for_more_than_a_day(reason: Reason) -> None:
    pace = after_failure(NOW, interval=DAY, every=None, failures=500, reason=reason, wish=None, dice=0.0)

    longest = timedelta(days=7) if reason is Reason.HTTP_410 else timedelta(days=1)
    assert NOW < pace.next_at <= NOW + longest


def test_failures_slow_a_feed_down_in_proportion_and_keep_what_it_learned() -> None:
    waits, failures = [], 0.0
    for _ in range(4):
        pace = after_failure(NOW, interval=HOUR, every=None, failures=failures, reason=Reason.HTTP_403, wish=None, dice=0.0)
        failures = pace.failures
        waits.append((pace.next_at - NOW) / timedelta(hours=1))

    assert waits == [1, 2, 3, 4]
    assert pace.interval == HOUR


def test_what_may_be_our_own_network_counts_a_quarter() -> None:
    pace = after_failure(NOW, interval=HOUR, every=None, failures=0, reason=Reason.DNS, wish=None, dice=0.0)

    assert pace.failures == 0.25


def test_retry_after_is_a_bound_that_not_even_now_breaks() -> None:
    pace = after_failure(NOW, interval=HOUR, every=1.0, failures=0, reason=Reason.HTTP_429, wish=7200.0, dice=0.0)

    assert pace.not_before == NOW + timedelta(hours=2)
    assert pace.next_at == NOW + timedelta(hours=2)


def test_too_many_requests_rests_a_quarter_of_an_hour_where_the_server_says_nothing() -> None:
    pace = after_failure(NOW, interval=HOUR, every=1.0, failures=0, reason=Reason.HTTP_429, wish=None, dice=0.0)

    assert pace.not_before == NOW + timedelta(minutes=15)


def test_a_feed_that_is_gone_is_asked_once_a_week() -> None:
    pace = after_failure(NOW, interval=HOUR, every=1.0, failures=0, reason=Reason.HTTP_410, wish=None, dice=0.0)

    assert pace.next_at == NOW + timedelta(days=7)
