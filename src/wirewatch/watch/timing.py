"""When a channel may be told: digests, quiet hours, in its own time zone. Pure: the clock is passed in."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from wirewatch.model import ChannelPlan

MIDNIGHT, DAY = time(0), timedelta(days=1)


def tell_at(plan: ChannelPlan, now: datetime) -> datetime:
    """When what comes now is told: at once, with the next digest, and never within the quiet hours."""
    return quiet_until(plan, _next_digest(plan, now))


def quiet_until(plan: ChannelPlan, at: datetime) -> datetime:
    """The end of the quiet hours that `at` lies in; `at` itself if it lies in none."""
    if plan.quiet is None:
        return at
    start, end = plan.quiet
    local = at.astimezone(ZoneInfo(plan.zone))
    clock = local.time()
    within = start <= clock < end if start < end else clock >= start or clock < end
    if not within:
        return at
    day = local if clock < end else local + timedelta(days=1)
    return max(at, *(_moment(day, end, plan, fold) for fold in (0, 1)))


def gathers(plan: ChannelPlan) -> bool:
    """Whether the channel tells in digests."""
    return plan.digest is not None or plan.daily is not None


def _next_digest(plan: ChannelPlan, now: datetime) -> datetime:
    local = now.astimezone(ZoneInfo(plan.zone))
    daily = MIDNIGHT if plan.digest == DAY else plan.daily  # a day is not always 24 hours
    if daily is not None:
        today = _moment(local, daily, plan)
        return today if today > now else _moment(local + timedelta(days=1), daily, plan)
    if plan.digest is not None:  # on the hour and the like, so that all that comes meanwhile is due together
        midnight = _moment(local, MIDNIGHT, plan)
        return midnight + ((now - midnight) // plan.digest + 1) * plan.digest
    return now


def _moment(day: datetime, clock: time, plan: ChannelPlan, fold: int = 0) -> datetime:
    """That time of that day; one that summer time leaves out is an hour later, of one that comes twice the first (`fold` 1: the
    second).
    """
    return datetime.combine(day.date(), clock, ZoneInfo(plan.zone)).replace(fold=fold).astimezone(UTC)
