"""Stories: the articles that carry the same text. A story's number is its first article's, and never changes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, ScalarSelect, bindparam, func, select

from wirewatch.model import ArticleId, ArticleNo
from wirewatch.state import tables as t
from wirewatch.state.database import Database
from wirewatch.state.leases import chunks

_first = t.articles.alias()
_KNOWN = (  # made once: it is asked for each batch, and takes longer to make than to carry out
    select(t.articles.c.no, t.articles.c.id, t.articles.c.story, t.articles.c.telling, _first.c.id)
    .select_from(t.articles.outerjoin(_first, _first.c.no == t.articles.c.story))
    .where(t.articles.c.no.in_(bindparam("some", expanding=True)))
)
_language = func.coalesce(t.feeds.c.language, t.articles.c.language)
kept = t.articles.c.indexed_revision > 0  # neither forgotten nor still under way


def outlet(article: FromClause = t.articles) -> ColumnElement[str]:
    """The source of an article that is joined with its feed, as it is called today."""
    return func.coalesce(t.feeds.c.source, article.c.source)


def telling_count(story: ColumnElement[Any]) -> ScalarSelect[int]:
    """How many indexed articles tell the story of that number."""
    each = t.articles.alias()
    return select(func.count()).where(each.c.story == story, each.c.indexed_revision > 0).scalar_subquery()


@dataclass(frozen=True, slots=True)
class Told:
    """Which story an article tells."""

    story_no: ArticleNo
    story_id: ArticleId
    telling: int  # 1: the story's first article, 2: the next that joined …

    @property
    def is_copy(self) -> bool:
        """Whether it isn't its story's first telling."""
        return self.telling > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """An article of a story."""

    id: ArticleId
    telling: int
    url: str  # as first announced
    title: str
    source: str
    language: str | None  # of its feed; the text's own is in the index
    first_seen_at: datetime
    published_at: datetime | None

    @property
    def shown_at(self) -> datetime:
        """When it was published, as far as is known."""
        return self.published_at or self.first_seen_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How far a story went. Times are of publication; where that isn't known, of first sight."""

    tellings: int
    sources: tuple[str, ...]  # by time: the first is who told it first
    languages: tuple[str, ...]  # of their feeds, without script or country; by time
    begun_at: datetime
    latest_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Another story that shares a text with one."""

    story_id: ArticleId
    title: str  # of its first telling, as the source
    source: str
    article_id: ArticleId  # that is a copy of texts of both


def known(db: Database, articles: Sequence[ArticleNo]) -> dict[ArticleNo, Told]:
    """The stories of these articles, as they stand; an article that was never grouped is a story of its own."""
    with db.read() as conn:
        return known_in(conn, articles)


def known_in(conn: Connection, articles: Sequence[ArticleNo]) -> dict[ArticleNo, Told]:
    """As `known`, within a transaction."""
    return {
        no: Told(story or no, story_id or id_, telling or 1)
        for some in chunks(articles)
        for no, id_, story, telling, story_id in conn.execute(_KNOWN, {"some": some})
    }


def story_of(db: Database, article: ArticleId) -> Told | None:
    """The story of an article, None if there is no such article, or it has no story yet."""
    with db.read() as conn:
        no = conn.scalar(select(t.articles.c.no).where(t.articles.c.id == article, t.articles.c.story.is_not(None)))
        return None if no is None else known_in(conn, [no])[no]


def tellings(db: Database, story_id: ArticleId) -> list[Telling]:
    """A story's articles that are indexed, first telling first; none if there is no such story."""
    a, first = t.articles, t.articles.alias()
    query = select(a, outlet().label("outlet"), _language.label("spoken"))
    query = query.join(first, first.c.no == a.c.story).outerjoin(t.feeds, t.feeds.c.no == a.c.feed)
    names = ("id", "telling", "url", "title", "first_seen_at", "published_at")
    with db.read() as conn:
        rows = conn.execute(query.where(first.c.id == story_id, kept).order_by(a.c.telling))
        return [Telling(source=row.outlet, language=row.spoken, **{name: getattr(row, name) for name in names}) for row in rows]


def counts(db: Database, stories: Collection[ArticleId]) -> dict[ArticleId, int]:
    """How many tellings these stories have by now."""
    a = t.articles.c
    found: dict[ArticleId, int] = {}
    with db.read() as conn:
        for some in chunks(sorted(set(stories))):
            rows = conn.execute(select(a.id, telling_count(a.no).label("n")).where(a.id.in_(some)))
            found |= {row.id: row.n for row in rows}
    return found


def spreads(db: Database, stories: Sequence[ArticleId]) -> dict[ArticleId, Spread]:
    """How far each of these stories went, by its indexed articles; those that have none are left out."""
    a, first = t.articles, t.articles.alias()
    shown, place = func.coalesce(a.c.published_at, a.c.first_seen_at), func.min(a.c.telling).label("place")
    query = select(first.c.id, outlet(), _language, func.count(), func.min(shown), func.max(shown), place)
    query = query.select_from(first).join(a, a.c.story == first.c.no).outerjoin(t.feeds, t.feeds.c.no == a.c.feed)
    query = query.group_by(first.c.id, outlet(), _language).order_by(func.min(shown), place)
    found: dict[ArticleId, list[Any]] = {}
    with db.read() as conn:
        for some in chunks(list(dict.fromkeys(stories))):
            for story, *row in conn.execute(query.where(first.c.id.in_(some), kept)):
                found.setdefault(story, []).append(row)
    return {story: _spread(rows) for story, rows in found.items()}


def _spread(rows: Sequence[Any]) -> Spread:
    """Of the rows of one story, by time: source, language, number, earliest, latest, first telling."""
    sources, languages, numbers, earliest, latest, _ = zip(*rows, strict=True)
    return Spread(
        tellings=sum(numbers),
        sources=tuple(dict.fromkeys(sources)),
        languages=tuple(dict.fromkeys(each.partition("-")[0].lower() for each in languages if each)),
        begun_at=min(earliest),
        latest_at=max(latest),
    )


def links(db: Database, story_id: ArticleId) -> list[Link]:
    """The stories that share a text with this one."""
    k, mine, other, by = t.story_links.c, t.articles, t.articles.alias(), t.articles.alias()
    found = []
    with db.read() as conn:
        for here, there in ((k.story, k.other), (k.other, k.story)):
            query = select(other.c.id, other.c.title, outlet(other), by.c.id).select_from(t.story_links)
            query = query.join(mine, mine.c.no == here).join(other, other.c.no == there).join(by, by.c.no == k.article)
            query = query.outerjoin(t.feeds, t.feeds.c.no == other.c.feed)
            found += [
                Link(story_id=story, title=title, source=source, article_id=article)
                for story, title, source, article in conn.execute(query.where(mine.c.id == story_id))
            ]
    return sorted(found, key=lambda link: (link.story_id, link.article_id))
