"""Stories: the articles that carry the same text. A story's number is its first article's, and never changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

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


def tellings(db: Database, story_id: ArticleId) -> list[Telling]:
    """A story's articles, first telling first; none if there is no such story."""
    a, first, f = t.articles, t.articles.alias(), t.feeds
    language = f.c.language.label("feeds")
    query = select(a, language).join(first, first.c.no == a.c.story).outerjoin(f, f.c.no == a.c.feed)
    names = ("id", "telling", "url", "title", "source", "first_seen_at", "published_at")
    with db.read() as conn:
        rows = conn.execute(query.where(first.c.id == story_id).order_by(a.c.telling))
        return [Telling(language=row.feeds or row.language, **{name: getattr(row, name) for name in names}) for row in rows]


def links(db: Database, story_id: ArticleId) -> list[tuple[ArticleId, ArticleId]]:
    """The stories that share a text with this one, each with the article that carries both."""
    k, a, other, by = t.story_links.c, t.articles, t.articles.alias(), t.articles.alias()
    found = []
    with db.read() as conn:
        for mine, theirs in ((k.story, k.other), (k.other, k.story)):
            query = select(other.c.id.label("other"), by.c.id.label("by")).select_from(t.story_links)
            query = query.join(a, a.c.no == mine).join(other, other.c.no == theirs).join(by, by.c.no == k.article)
            found += [(ArticleId(row.other), ArticleId(row.by)) for row in conn.execute(query.where(a.c.id == story_id))]
    return sorted(set(found))
