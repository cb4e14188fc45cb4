"""What the config files may hold: these models are at once the defaults, the check and the documentation."""

import re
from datetime import time, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from wirewatch.model import AtLeast, Rate
from wirewatch.pace import pace


def _web_address(url: str) -> str:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"[\s\x00-\x1f\x7f]", url)
        _ = parts.port
    except ValueError:
        good = False
    if not good:
        raise ValueError(f"{url!r} is no web address; write http://… or https://…")
    if parts.username or parts.password:
        raise ValueError("holds a password; wirewatch sends none to feeds")
    return url


def _network(text: str) -> str:
    try:
        return str(ip_network(text, strict=False))
    except ValueError as error:
        raise ValueError(f"{text!r} is no network; write 127.0.0.0/8 or 10.1.2.3/32") from error


def _index_url(text: str) -> str:
    if text == "embedded" or re.match(r"https?://[^/]+", text):
        return text
    raise ValueError(f"{text!r} is no index; write embedded, or http(s)://host:9200")


def _months(value: object) -> int:
    """Months from `24 months` or `2 years`; 0: kept for ever."""
    found = re.fullmatch(r"(\d{1,4})\s*(months?|years?)", str(value).strip())
    if value == 0 or (found and int(found[1]) > 0):
        return 0 if not found else int(found[1]) * (12 if found[2].startswith("year") else 1)
    raise ValueError(f"{value!r} is no time to keep; write 24 months or 2 years")


def _fingerprint(text: str) -> str:
    if not re.fullmatch(r"(?:[0-9A-Fa-f]{2}:?){32}", text):
        raise ValueError("is no SHA-256 fingerprint; write its 64 hex digits")
    return text.replace(":", "").lower()


def _state_url(text: str) -> str:
    if text == "sqlite" or text.startswith(("sqlite:///", "postgresql+psycopg://", "env:", "file:")):
        return text
    raise ValueError("write sqlite, or postgresql+psycopg://user@host/database; or env:NAME or file:PATH, where it stands")


def _host(text: str) -> str:
    if not re.fullmatch(r"[\w-]+(\.[\w-]+)+", text):
        raise ValueError(f"{text!r} is no host; write example.org")
    return text.lower().encode("idna").decode()


def _language(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", text):
        raise ValueError(f"{text!r} is no language; write a BCP 47 tag: sr, sr-Latn, en")
    return text


def _country(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2}", text):
        raise ValueError(f"{text!r} is no country; write its two letters (ISO 3166): rs, kr")
    return text.lower()


def _at_least(value: object) -> AtLeast:
    found = re.fullmatch(r"(\d{1,4}) sources? within (\S+)", str(value).strip())
    try:
        if found and int(found[1]) > 1:
            return AtLeast(int(found[1]), timedelta(seconds=pace(found[2])))
    except ValueError:
        pass
    raise ValueError(f"{value!r} is no number of tellings; write 3 sources within 6h, with 2 sources at least")


def _rate(value: object) -> Rate:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)x the usual(?: within (\d+)h)?", str(value).strip())
    if found and float(found[1]) > 1 and 1 <= int(found[2] or 3) <= 24:
        return Rate(float(found[1]), timedelta(hours=int(found[2] or 3)))
    raise ValueError(f"{value!r} is no rate; write 3x the usual, or 3x the usual within 6h (1h to 24h)")


def _first_mention(value: object) -> timedelta | None:
    if isinstance(value, bool):
        return timedelta.max if value else None
    try:
        return timedelta(seconds=pace(value))
    except ValueError as error:
        raise ValueError(f"{value!r} is no time; write true (the first time ever), or 30d (the first time in 30 days)") from error


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


Pace = Annotated[float, BeforeValidator(pace)]
Age = Annotated[timedelta, BeforeValidator(lambda v: v if isinstance(v, timedelta) else timedelta(seconds=pace(v)))]
PrintableAscii = Annotated[str, Field(pattern=r"^[\x20-\x7e]{0,200}$")]
Months = Annotated[int, BeforeValidator(_months)]
Url = Annotated[str, AfterValidator(_web_address)]
Network = Annotated[str, AfterValidator(_network)]
Host = Annotated[str, AfterValidator(_host)]
Language = Annotated[str, AfterValidator(_language)]
Country = Annotated[str, AfterValidator(_country)]
Name = Annotated[
    str,
    BeforeValidator(
        lambda v: str(v) if isinstance(v, int) and not isinstance(v, bool) else v
    ),  # YAML reads a paper named 444 as a number
    Field(min_length=1, max_length=200),
]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,80}$")]


class Part(BaseModel):
    """A part of the config: an unknown key is a mistake, not a wish."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class StateSettings(Part):
    url: Annotated[str, AfterValidator(_state_url)] = Field(
        "sqlite", repr=False, description="sqlite, or postgresql+psycopg://…; may be env:NAME or file:PATH"
    )


class ArchiveSettings(Part):
    url: str = Field("archive", min_length=1, description="a folder below the home, an absolute folder, or s3://bucket/prefix")
    keep: Months = Field(0, description="how long pages are kept: 24 months; left out: for ever")


class Login(Part):
    """How a server knows us. A secret may be env:NAME or file:PATH."""

    api_key: str = Field("", repr=False, description="the encoded key; goes before user and password")
    user: str = ""
    password: str = Field("", repr=False)
    ca_file: Path | None = Field(None, description="the PEM file of the authority that signed the server's certificate")
    fingerprint: Annotated[str, AfterValidator(_fingerprint)] | None = Field(None, description="of the certificate, SHA-256")


class IndexSettings(Login):
    url: Annotated[str, AfterValidator(_index_url)] = Field("embedded", description="embedded, or http(s)://host:9200")
    name: str = Field("wirewatch-articles", pattern=r"^[a-z0-9][a-z0-9-]{0,80}$", description="the alias on the server")
    keep: Months = Field(0, description="how long articles are searched: 24 months; left out: for ever")


class KibanaSettings(Login):
    url: Url | None = Field(None, description="http(s)://host:5601")
    space: str = Field("default", pattern=r"^[a-z0-9_-]{1,100}$")


class FetchSettings(Part):
    allow_networks: tuple[Network, ...] = Field((), description="networks exempt from the address guard, as CIDR")
    user_agent: str = Field(
        "wirewatch", pattern=r"^[\x21-\x7e][\x20-\x7e]{0,200}$", description="the first word of the User-Agent"
    )
    contact: str = Field(
        "", pattern=r"^[\x20-\x7e]{0,200}$", description="mail address or page for site owners, sent with each request"
    )
    per_host_delay: float = Field(5.0, ge=0, le=3600, description="seconds between two requests to one host")
    timeout: float = Field(30.0, gt=0, le=600, description="seconds of silence; three times that in all")
    max_bytes: int = Field(10 * 1024 * 1024, ge=1024, le=100 * 1024 * 1024, description="unpacked bytes of a page")
    obey_robots: bool = Field(True, description="obey robots.txt")
    obey_noindex: bool = Field(True, description="leave out pages that ask not to be indexed")
    use_proxies: bool = Field(False, description="ask through the proxies that HTTP_PROXY, HTTPS_PROXY and NO_PROXY name")
    never: tuple[Host, ...] = Field((), description="hosts that are never asked, nor those below them")
    workers: int = Field(32, ge=1, le=512, description="hosts and feeds asked at the same time")
    batch: int = Field(100, ge=1, le=10_000, description="hosts that one of Airflow's fetch tasks takes")


class ExtractSettings(Part):
    workers: int = Field(0, ge=0, le=256, description="worker processes; 0: one a core")
    timeout: float = Field(10.0, gt=0, le=600, description="seconds a page may take before its worker is killed")


class StorySettings(Part):
    window: Age = Field(
        timedelta(days=14),
        ge=timedelta(days=1),
        le=timedelta(days=90),
        description="for how long near copies of a text join its story: 14d; equal texts do as long as the article is kept",
    )


class WatchSettings(Part):
    max_age: Annotated[timedelta, BeforeValidator(lambda v: v if isinstance(v, timedelta) else timedelta(seconds=pace(v)))] = (
        Field(timedelta(hours=48), description="news older than this when first seen is recorded, not told")
    )


class AlarmSettings(Part):
    channels: tuple[Name, ...] = Field((), description="who is told that a schedule failed or is late, or that feeds fell silent")


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


class MainFile(Part):
    """wirewatch.toml."""

    state: StateSettings = StateSettings()
    archive: ArchiveSettings = ArchiveSettings()
    index: IndexSettings = IndexSettings()
    kibana: KibanaSettings = KibanaSettings()
    fetch: FetchSettings = FetchSettings()
    extract: ExtractSettings = ExtractSettings()
    stories: StorySettings = StorySettings()
    watch: WatchSettings = WatchSettings()
    alarms: AlarmSettings = AlarmSettings()
    channels: dict[Name, Annotated[ChannelSettings, BeforeValidator(_channel)]] = Field(
        {}, description="name → address(es), or a table of them with digest, quiet, timezone, rate, secret"
    )


class FeedRow(Part):
    url: Url
    every: Pace | None = Field(None, description="a fixed pace instead of the adaptive one: 30s, 5m, 1h, 1d")


class SourceRow(Part):
    name: Name
    home: Url | None = None
    country: Country | None = None
    language: Language | None = None
    extract: Literal["recall"] | None = Field(None, description="recall: rather too much text than too little")
    feeds: tuple[Annotated[FeedRow, BeforeValidator(lambda v: {"url": v} if isinstance(v, str) else v)], ...] = ()


class FeedsFile(Part):
    """feeds.yaml."""

    sources: tuple[SourceRow, ...] = ()


class WatchRow(Part):
    name: Id
    query: str = "*"
    topic: Id | None = None
    entities: tuple[Id, ...] = ()
    languages: tuple[Language, ...] = ()
    sources: tuple[Name, ...] = ()
    channels: tuple[Name, ...] = ()
    but_not: str = Field("", alias="not", description="a query that must not be met")
    at_least: Annotated[AtLeast, BeforeValidator(_at_least)] | None = Field(None, description="3 sources within 6h")
    rate: Annotated[Rate, BeforeValidator(_rate)] | None = Field(None, description="3x the usual, or 3x the usual within 6h")
    first_mention: Annotated[timedelta | None, BeforeValidator(_first_mention)] = Field(
        None, description="an entity is named for the first time: ever (true), or in 30d"
    )
    updates: bool = Field(False, description="tell a story again when the text that was told has changed")

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        if self.at_least and self.first_mention:
            raise ValueError(
                "at_least and first_mention are never met together: one source names somebody first; make two watches"
            )
        return self


class WatchesFile(Part):
    """watches.yaml."""

    watches: tuple[WatchRow, ...] = ()


class EntityRow(Part):
    id: Id
    name: Name
    kind: Literal["person", "organisation", "place", "weapon"]
    wikidata: str = Field("", pattern=r"^(Q\d+)?$")
    weak: bool = Field(False, description="an ambiguous name: hides a longer entity's match, gives none itself")
    aliases: dict[str, tuple[Name, ...]] = {}
    exact: tuple[Name, ...] = Field((), description="forms compared letter by letter, for names whose stem is a common word")
    short: tuple[Name, ...] = Field((), description="names that many bear; they count beside a longer name of the entity only")
    words: tuple[Name, ...] = Field((), description="ordinary words that look like the name at the beginning of a sentence")


class EntitiesFile(Part):
    """entities.yaml."""

    entities: tuple[EntityRow, ...] = ()


class TopicRow(Part):
    id: Id
    name: Name
    all: tuple[tuple[str, ...], ...] = Field((), description="groups; of each, one entity:ID or word must be there")
    near: tuple[tuple[str, ...], ...] = Field((), description="as all, but within one paragraph")
    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()


class TopicsFile(Part):
    """topics.yaml."""

    topics: tuple[TopicRow, ...] = ()
