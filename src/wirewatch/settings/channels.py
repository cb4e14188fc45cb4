"""What `[channels]` of wirewatch.toml may hold."""

import re
from datetime import time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field

from wirewatch.pace import pace
from wirewatch.settings.kinds import Part


def _addresses(value: object) -> tuple[str, ...]:
    several = (value,) if isinstance(value, str) else value
    if isinstance(several, (list, tuple)) and several and all(isinstance(each, str) and each for each in several):
        return tuple(several)
    raise ValueError("is no address; write one in quotes, or several in brackets")


def _channel(value: object) -> object:
    """An address, or several, alone stand for a channel that has no more to say."""
    return value if isinstance(value, (dict, ChannelSettings)) else {"url": _addresses(value)}


def _digest(value: object) -> timedelta | time:
    found = re.fullmatch(r"daily (\S+)", str(value).strip())
    try:
        if found:
            return _clock(found[1])
        if 60 <= pace(value) <= 86400:
            return timedelta(seconds=pace(value))
    except ValueError:
        pass
    raise ValueError(f"{value!r} is no time for a digest; write 30m (1m to 1d), or daily 08:00")


def _clock(text: str) -> time:
    if not re.fullmatch(r"\d\d:\d\d", text):
        raise ValueError(text)
    return time.fromisoformat(text)


def _quiet(value: object) -> tuple[time, time]:
    start, dash, end = str(value).partition("-")
    try:
        if dash and start.strip() != end.strip():
            return _clock(start.strip()), _clock(end.strip())
    except ValueError:
        pass
    raise ValueError(f"{value!r} are no hours; write 22:00-07:00")


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no time zone; write UTC or Europe/Belgrade") from error
    return name


def _cap(value: object) -> tuple[int, timedelta]:
    found = re.fullmatch(r"([1-9]\d{0,4})/(\d{0,4}[smhd])", str(value).strip())
    if found:
        seconds = pace(found[2] if found[2][0].isdigit() else f"1{found[2]}")
        if 1 <= seconds <= 86400:
            return int(found[1]), timedelta(seconds=seconds)
    raise ValueError(f"{value!r} is no rate; write 10/h (ten an hour), 1/s or 20/10m, over a day at most")


class ChannelSettings(Part):
    url: Annotated[tuple[str, ...], BeforeValidator(_addresses)] = Field(
        repr=False, description="Apprise address(es), webhook(s)://…, or file://PATH; may be env:NAME or file:PATH"
    )
    digest: Annotated[timedelta | time, BeforeValidator(_digest)] | None = Field(
        None, description="gathered into one message: every 30m, or daily 08:00"
    )
    quiet: Annotated[tuple[time, time], BeforeValidator(_quiet)] | None = Field(
        None, description="hours in which nothing is told: 22:00-07:00"
    )
    timezone: Annotated[str, AfterValidator(_zone)] = Field("UTC", description="whose clock these hours are read by")
    rate: Annotated[tuple[int, timedelta], BeforeValidator(_cap)] | None = Field(
        None, description="messages an address gets at most: 10/h; what is more is gathered into one"
    )
    secret: str = Field("", repr=False, description="signs what webhook:// addresses get; may be env:NAME or file:PATH")


Channel = Annotated[ChannelSettings, BeforeValidator(_channel)]
