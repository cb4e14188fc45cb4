"""What the config files may hold: these models are at once the defaults, the check and the documentation.

The kinds of their values are in kinds.py, `[channels]` in channels.py, watches.yaml in watches.py.
"""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from wirewatch.settings.channels import Channel
from wirewatch.settings.kinds import Age, Country, Host, Id, Language, Months, Name, Network, Pace, Part, Url


def _index_url(text: str) -> str:
    if text == "embedded" or re.match(r"https?://[^/]+", text):
        return text
    raise ValueError(f"{text!r} is no index; write embedded, or http(s)://host:9200")


def _fingerprint(text: str) -> str:
    if not re.fullmatch(r"(?:[0-9A-Fa-f]{2}:?){32}", text):
        raise ValueError("is no SHA-256 fingerprint; write its 64 hex digits")
    return text.replace(":", "").lower()


def _state_url(text: str) -> str:
    if text == "sqlite" or text.startswith(("sqlite:///", "postgresql+psycopg://", "env:", "file:")):
        return text
    raise ValueError("write sqlite, or postgresql+psycopg://user@host/database; or env:NAME or file:PATH, where it stands")


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
    max_age: Age = Field(timedelta(hours=48), description="news older than this when first seen is recorded, not told")


class AlarmSettings(Part):
    channels: tuple[Name, ...] = Field((), description="who is told that a schedule failed or is late, or that feeds fell silent")


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
    channels: dict[Name, Channel] = Field(
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


class EntityRow(Part):
    id: Id
    name: Name
    kind: Literal["person", "organisation", "place", "weapon"]
    wikidata: str = Field("", pattern=r"^(Q\d+)?$")
    weak: bool = Field(False, description="an ambiguous name: hides a longer entity's match, gives none itself")
    aliases: dict[str, tuple[Name, ...]] = Field({}, description="base forms, by language")
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

    @model_validator(mode="after")
    def _has_a_rule(self) -> Self:
        if not (self.all or self.near or self.any):
            raise ValueError("has no rule, and would be every article's topic; write all, near or any")
        if () in (*self.all, *self.near):
            raise ValueError("has an empty group, which is never met")
        return self


class TopicsFile(Part):
    """topics.yaml."""

    topics: tuple[TopicRow, ...] = ()
