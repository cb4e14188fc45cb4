"""The sample's outlets and articles, as the files in outlets/ have them: what was written, and what is true of it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import cache
from importlib import resources
from typing import Any

import yaml

EDIT_AFTER = timedelta(minutes=5)  # by how much an article's second version is younger than its first


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One version of an article."""

    title: str
    paragraphs: tuple[str, ...]

    @property
    def body(self) -> str:
        """The paragraphs, parted by one line break."""
        return "\n".join(self.paragraphs)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleArticle:
    """An article and its labels, with which searches, topics and stories can be judged."""

    outlet: str  # slug
    slug: str
    section: str
    authors: tuple[str, ...]
    hours_ago: float
    first: Text
    second: Text | None  # after an edit, if it gets one
    language: str  # ISO 639
    script: str  # ISO 15924
    russia_north_korea: bool  # both sides are there, and it is about their relation
    event: str  # articles about the same thing that happened share it
    entities: tuple[str, ...]  # those of the shipped entities.yaml that it names in full, whoever else bears such a name
    copy_of: str = ""  # "outlet/slug" whose agency text this is, with or without small edits
    tracked: str = ""  # query under which the second feed announces the same article again

    @property
    def key(self) -> str:
        """How labels and judgements name the article: outlet/slug."""
        return f"{self.outlet}/{self.slug}"

    @property
    def story(self) -> str:
        """The key of the article whose text this is: its own, unless it is a copy."""
        return self.copy_of or self.key

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics of the shipped topics.yaml that it is on."""
        return ("russia-north-korea",) if self.russia_north_korea else ()

    @property
    def path(self) -> str:
        """Where the article's page is on its outlet; no two articles of the sample share it."""
        return f"/{self.section}/{self.slug}.html"

    def text(self, *, edited: bool) -> Text:
        """The version that is shown before or after the edit."""
        return self.second if edited and self.second else self.first


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """One of the invented outlets: how it publishes, and the words around its articles."""

    slug: str
    name: str
    language: str  # BCP 47
    country: str
    zone: timezone
    template: str  # name of a file in templates/
    charset: str
    kind: str  # of its feeds: rss or atom
    disallow: str  # path that its robots.txt closes, or ""
    dateline: str  # how it writes a date: a format string with the time as `t`
    second_feed: str  # section that has a feed of its own, or ""
    words: dict[str, Any]  # navigation, cookie box, comments …, in its language
    articles: tuple[SampleArticle, ...] = field(default=())

    @property
    def feeds(self) -> tuple[str, ...]:
        """Paths of its feeds; the second holds one section only."""
        return ("/feed.xml", f"/feed/{self.second_feed}.xml") if self.second_feed else ("/feed.xml",)

    def in_feed(self, path: str) -> tuple[SampleArticle, ...]:
        """The articles that the feed at `path` announces, newest first."""
        of_section = path != self.feeds[0]
        return tuple(a for a in self.articles if not of_section or a.section == self.second_feed)

    def is_open(self, article: SampleArticle) -> bool:
        """Whether robots.txt lets the article be fetched."""
        return not self.disallow or not article.path.startswith(self.disallow)


@cache
def outlets() -> tuple[Outlet, ...]:
    """Every outlet with its articles, newest first."""
    folder = resources.files("wirewatch.demo") / "outlets"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name)
    return tuple(_outlet(yaml.safe_load(file.read_text(encoding="utf-8"))) for file in files)


def _outlet(row: dict[str, Any]) -> Outlet:
    articles = sorted((_article(row, each) for each in row["articles"]), key=lambda article: article.hours_ago)
    return Outlet(
        slug=row["slug"],
        name=row["name"],
        language=row["language"],
        country=row["country"],
        zone=timezone(timedelta(hours=row["utc_offset"])),
        template=row["template"],
        charset=row.get("charset", "utf-8"),
        kind=row.get("kind", "rss"),
        disallow=row.get("disallow", ""),
        dateline=row["dateline"],
        second_feed=row.get("second_feed", ""),
        words=row["words"],
        articles=tuple(articles),
    )


def _article(outlet: dict[str, Any], row: dict[str, Any]) -> SampleArticle:
    return SampleArticle(
        outlet=outlet["slug"],
        slug=row["slug"],
        section=row["section"],
        authors=tuple(row["authors"]),
        hours_ago=row["hours_ago"],
        first=_text(row),
        second=_text(row["edited"]) if "edited" in row else None,
        language=outlet["language"].partition("-")[0],
        script=outlet["script"],
        russia_north_korea=row["russia-north-korea"],
        event=row["event"],
        entities=tuple(row["entities"]),
        copy_of=row.get("copy_of", ""),
        tracked=row.get("tracked", ""),
    )


def _text(row: dict[str, Any]) -> Text:
    return Text(title=row["title"], paragraphs=tuple(row["text"].strip().split("\n\n")))


def published_at(article: SampleArticle, now: datetime) -> datetime:
    """When the article appeared, seen from `now`, to the second."""
    return (now - timedelta(hours=article.hours_ago)).replace(microsecond=0)


def updated_at(article: SampleArticle, now: datetime, *, edited: bool) -> datetime:
    """When its shown version appeared: an edit comes five minutes after the first one."""
    first = published_at(article, now)
    return first + EDIT_AFTER if edited and article.second else first
