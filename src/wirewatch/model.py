"""The words of wirewatch (docs/architecture.md), as frozen dataclasses. Imports nothing of ours.

Times are timezone-aware, in UTC. A date that isn't known is None, never "now".
"""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import NewType

ArticleId = NewType("ArticleId", str)  # public, given once when the article's first key is seen: [a-z2-7]{16}
ArticleNo = NewType("ArticleNo", int)  # the state database's key of an article; a story is known by its first article's
CaptureNo = NewType("CaptureNo", int)  # the state database's key of a capture


FROM_FEED = "text/html; charset=utf-8; source=feed"  # the content type of an entry's own text that stands for its page


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One feed of a source, as feeds.yaml has it."""

    url: str
    every: float | None = None  # seconds; None: the adaptive pace


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An outlet."""

    name: str
    home: str = ""
    country: str | None = None  # ISO 3166, lower case
    language: str | None = None  # BCP 47, a prior for the language identification
    recall: bool = False  # its pages are forums, blogs or lists: rather too much text than too little
    feeds: tuple[Feed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item as a feed announced it."""

    url: str  # absolute, as announced; what is requested
    title: str = ""  # plain text
    summary: str = ""  # plain text
    published_at: datetime | None = None
    updated: str = ""  # the feed's own mark of a change, raw: only compared, never read
    content: str = ""  # full text in the feed, HTML, where it has one


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One redirect on the way to a page."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What came back for a request, before anyone interprets it."""

    url: str  # as requested
    final_url: str  # after redirects
    status: int  # 0: nothing came, the entry's own text stands for it
    headers: tuple[tuple[str, str], ...]  # names in lower case, in the server's order
    body: bytes  # unpacked, not yet text; at most the caller's limit
    fetched_at: datetime
    took: float  # seconds, first request to last byte
    hops: tuple[Hop, ...] = ()
    request_headers: tuple[tuple[str, str], ...] = ()
    ip: str = ""

    def header(self, name: str) -> str:
        """The first header of that (lower-case) name, or ""."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def asked_whether_changed(self) -> bool:
        """Whether the request named the version that we have: only then a 304 is an answer."""
        return any(name in ("if-none-match", "if-modified-since") for name, _ in self.request_headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a page lies in the archive."""

    file: str  # name below the archive's folder
    offset: int  # of the response record's first byte
    length: int  # bytes of the (gzip-compressed) record


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What the archive keeps beside a page, so that state and index can be rebuilt from it alone."""

    article_id: ArticleId
    keys: tuple[str, ...]
    first_seen_at: datetime
    n: int  # the capture's number within its article, from 1
    entry: Entry
    feed: str  # URL; "" for an import
    source: str
    language: str | None = None  # the source's prior
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """What extraction found on a page. A field's `…_source` names the rule that gave it; "" if there was nothing to find."""

    title: str
    body: str  # plain text, paragraphs parted by one line break
    authors: tuple[str, ...] = ()  # persons
    published_at: datetime | None = None
    updated_at: datetime | None = None
    description: str = ""
    image: str = ""  # the lead picture's address
    section: str = ""  # as the outlet names it
    paywall: bool = False  # the page says of itself that it isn't free
    declared_language: str | None = None
    canonical: str = ""  # as the page says, absolute; not yet believed
    title_source: str = ""  # og:title, twitter:title, json-ld, h1 or tab
    body_source: str = "page"  # data: a script of the page carried it; feed: the entry's own full text
    authors_source: str = ""  # json-ld, meta or byline
    published_at_source: str = ""  # json-ld, microdata, meta, feed, time, byline or htmldate
    description_source: str = ""  # the meta tag, or json-ld
    image_source: str = ""  # the meta tag, or json-ld
    section_source: str = ""  # the meta tag, or json-ld
    rules: int = 1  # version of the extraction's rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What a reader would call it: one document of the index. Field names are those of `search --json` and of the index."""

    id: ArticleId
    revision: int  # an older write never wins
    url: str
    title: str
    body: str
    source: str
    first_seen_at: datetime
    indexed_at: datetime
    published_at: datetime | None = None  # None: not known; the index then sorts by first_seen_at
    published_at_source: str = ""
    updated_at: datetime | None = None
    body_source: str = "page"  # data: a script of the page carried it; feed: the feed's own full text
    description: str = ""
    authors: tuple[str, ...] = ()
    image: str = ""
    section: str = ""  # as the outlet names it
    paywall: bool = False  # the page says of itself that it isn't free
    country: str | None = None
    language: str = "und"
    script: str = "Zyyy"  # ISO 15924
    entities: tuple[str, ...] = ()
    entity_names: tuple[str, ...] = ()  # display names, in the order of `entities`
    people: tuple[str, ...] = ()  # entity_names by kind, for those who count them
    organisations: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    topic_reasons: tuple[str, ...] = ()  # of each topic, in the order of `topics`: the sentences that show it, " … " between
    story_id: ArticleId = ArticleId("")
    is_copy: bool = False  # not its story's first telling
    tellings: int = 1  # of its story when it joined, itself included; the last to join has them all
    feed: str = ""
    rules: int = 0  # version of the extraction's rules that made it; 0: not known

    @property
    def shown_at(self) -> datetime:
        """When the news was published as far as is known: what `--since`, freshness and sorting go by."""
        return self.published_at or self.first_seen_at


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A story counts once that many sources have told it within that time of each other."""

    sources: int
    within: timedelta


@dataclass(frozen=True, slots=True)
class Rate:
    """Articles must come so many times as often as in the same hours of the weeks before."""

    times: float
    within: timedelta  # whole hours: the last so many are compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A standing query with its channels, as watches.yaml has it. All that it asks must hold."""

    name: str
    query: str = "*"
    topics: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    but_not: str = ""  # a query that must not be met
    at_least: AtLeast | None = None
    rate: Rate | None = None
    first_mention: timedelta | None = None  # an entity must be named for the first time in so long; timedelta.max: ever
    updates: bool = False  # tell a story again when the text that was told has changed


@dataclass(frozen=True, slots=True)
class Why:
    """What met a watch: the words as they stand in the article, and the ids of the entities and topics that were asked for."""

    words: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a channel is told about a match."""

    match_id: str
    watch: str
    title: str
    url: str
    source: str
    story_id: str
    article_id: str
    published_at: datetime | None
    matched_at: datetime
    sentence: str  # the sentence that met the watch, its words between <em> and </em>
    tellings: int = 1
    version: int = 0  # 0: told for the first time; else an update: the number of the article's changed version


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPlan:
    """When a channel tells, and how much."""

    digest: timedelta | None = None  # what came in gathered so often; None: each match by itself, at once
    daily: time | None = None  # or once a day at this time
    quiet: tuple[time, time] | None = None  # from and to: nothing is told meanwhile
    zone: str = "UTC"  # whose clock these are read by, and times are told in
    rate: tuple[int, timedelta] | None = None  # messages an address in that time at most; what is more is gathered
    secret: str = field(default="", repr=False)  # signs what webhook:// addresses get


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a channel is told about wirewatch itself: a run that failed, feeds that fell silent."""

    title: str
    text: str
    at: datetime


@dataclass(slots=True)
class Counts:
    """What a stage did, by outcome; adds up over batches."""

    by: dict[str, int] = field(default_factory=dict)

    def add(self, outcome: str, n: int = 1) -> None:
        """Count `n` more of `outcome`."""
        self.by[outcome] = self.by.get(outcome, 0) + n

    def merge(self, other: "Counts") -> None:
        """Add another's counts to these."""
        for outcome, n in other.by.items():
            self.add(outcome, n)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityRule:
    """One entity of the gazetteer, as entities.yaml has it."""

    id: str  # kim-jong-un: the same in every language
    name: str  # shown to people
    kind: str  # person, organisation, place or weapon
    wikidata: str = ""  # Q…
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict)  # by BCP 47 tag; base forms, matched with any ending
    exact: tuple[str, ...] = ()  # spellings that only match as they stand: their stem is a word of its own
    short: tuple[str, ...] = ()  # names that many bear: they count beside a longer name only
    words: tuple[str, ...] = ()  # ordinary words, in lower case, that a sentence's first capital makes look like the name
    weak: bool = False  # never yields the entity; keeps its words from being taken for another


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRule:
    """One topic, as topics.yaml has it. A term is `entity:ID`, or words that must stand side by side, in any inflection."""

    id: str
    name: str
    all: tuple[tuple[str, ...], ...] = ()  # groups: of each, one term must be there
    near: tuple[tuple[str, ...], ...] = ()  # groups: of each, one term must be there, within one paragraph
    any: tuple[str, ...] = ()  # if given: one of them must be there
    none: tuple[str, ...] = ()  # none of them may be there
