"""When a channel is told: by its own clock, also on the days when clocks change."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.model import ChannelPlan
from wirewatch.watch.timing import quiet_until, tell_at

NIGHT = (time(22), time(7))


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("plan", "now", "told"),
    [
        (ChannelPlan(), "11-24 12:07", "11-24 12:07"),
        (ChannelPlan(digest=timedelta(minutes=30)), "11-24 12:07", "11-24 12:30"),
        (ChannelPlan(digest=timedelta(minutes=30)), "11-24 12:30", "11-24 13:00"),
        (ChannelPlan(daily=time(8), zone="Europe/Belgrade"), "11-24 06:59", "11-24 07:00"),
        (ChannelPlan(daily=time(8), zone="Europe/Belgrade"), "11-24 07:00", "11-25 07:00"),
        (ChannelPlan(daily=time(8), zone="Europe/Belgrade"), "10-24 12:00", "10-25 07:00"),  # summer time ended that night
        (ChannelPlan(quiet=NIGHT, zone="Europe/Belgrade"), "11-24 21:30", "11-25 06:00"),
        (ChannelPlan(quiet=NIGHT, zone="Europe/Belgrade"), "11-25 05:59", "11-25 06:00"),
        (ChannelPlan(quiet=NIGHT, zone="Europe/Belgrade"), "11-25 06:00", "11-25 06:00"),
        (ChannelPlan(quiet=(time(12), time(13))), "11-24 12:30", "11-24 13:00"),
        (
            ChannelPlan(quiet=NIGHT, daily=time(6)),
            "11-24 12:00",
            "11-25 07:00",
        ),  # a digest within quiet hours waits for their end
        (ChannelPlan(daily=time(2, 30), zone="Europe/Belgrade"), "03-28 12:00", "03-29 01:30"),  # left out by summer time
        (ChannelPlan(quiet=(time(1), time(2, 30)), zone="Europe/Belgrade"), "10-25 01:10", "10-25 01:30"),  # 02:10, again
        (ChannelPlan(quiet=(time(1), time(2, 30)), zone="Europe/Belgrade"), "03-29 00:30", "03-29 01:30"),  # 02:30 is left out
        (ChannelPlan(digest=timedelta(days=1), zone="Europe/Belgrade"), "10-25 12:00", "10-25 23:00"),
    ],
)
def test_a_channel_is_told_by_its_own_clock(plan: ChannelPlan, now: str, told: str) -> None:
    assert tell_at(plan, at(now)) == at(told)


plans = st.builds(
    ChannelPlan,
    digest=st.none() | st.integers(1, 1440).map(lambda minutes: timedelta(minutes=minutes)),
    daily=st.none() | st.times().map(lambda clock: clock.replace(second=0, microsecond=0)),
    quiet=st.none() | st.tuples(st.just(time(22)), st.just(time(7))) | st.tuples(st.just(time(1)), st.just(time(4))),
    zone=st.sampled_from(["UTC", "Europe/Belgrade", "America/St_Johns", "Asia/Kathmandu"]),
)


@given(plans, st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)))
def test_whatever_comes_is_told_within_two_days_and_never_in_quiet_hours(plan: ChannelPlan, now: datetime) -> None:
    told = tell_at(plan, now)

    assert now <= told <= now + timedelta(hours=36)
    assert quiet_until(plan, told) == told
