"""The table of keys: which article an address belongs to."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Connection, bindparam, delete, select

from wirewatch.errors import Reason
from wirewatch.model import ArticleId, Entry
from wirewatch.state import tables as t
from wirewatch.state.leases import chunks
from wirewatch.state.upsert import insert as upsert

_k = t.article_keys.c
_KNOWN = select(_k.key, _k.article).where(_k.key.in_(bindparam("some", expanding=True)))
_GIVE = upsert(t.article_keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedEntry:
    """An entry with its identity; `article_id` is used only if the key is new."""

    entry: Entry
    key: str
    article_id: ArticleId
    further: tuple[str, ...] = ()  # keys of the same article in another dress (AMP, mobile, print)


def known(conn: Connection, keys: Sequence[str]) -> dict[str, int]:
    """The articles that have these keys, by key; unknown keys are left out."""
    found: dict[str, int] = {}
    for some in chunks(keys):
        found |= dict(conn.execute(_KNOWN, {"some": some}).tuples().all())
    return found


def undressed(conn: Connection, entries: Sequence[KeyedEntry]) -> Sequence[KeyedEntry]:
    """The entries, each under the key by which its article is known, here or in the state: an AMP page under the page's own."""
    if not any(keyed.further for keyed in entries):
        return entries
    there = known(conn, sorted({key for keyed in entries for key in (keyed.key, *keyed.further)}))
    standing = _standing(conn, set(there.values()))
    first: dict[str, str] = {}  # by any key of an entry: the key that it goes by
    for keyed in entries:
        own = (keyed.key, *keyed.further)
        usable = [key for key in own if key in there and (key == keyed.key or there[key] in standing)]
        usable += [first[key] for key in own if key in first]
        first |= dict.fromkeys(own, usable[0] if usable else keyed.key)
    return [replace(keyed, key=first[keyed.key]) for keyed in entries]


def _standing(conn: Connection, articles: Collection[int]) -> set[int]:
    a = t.articles.c
    query = (select(a.no).where(a.no.in_(some), stands()) for some in chunks(sorted(articles)))
    return {no for each in query for no in conn.scalars(each)}


def give(conn: Connection, articles: Iterable[tuple[int, Sequence[str]]]) -> None:
    """Give articles (number, keys) these keys, where nobody has them."""
    rows = sorted((key, article) for article, keys in articles for key in set(keys))
    if rows:
        conn.execute(_GIVE, [{"key": key, "article": article} for key, article in rows])


def free(conn: Connection, entries: Sequence[KeyedEntry]) -> None:
    """Take back the entries' keys from articles that were announced under others and of which no page came: a mobile page that
    asks not to be indexed must not cost the article, announced at its own address later.
    """
    a, k = t.articles.c, t.article_keys.c
    own, foreign = {keyed.key: keyed.article_id for keyed in entries}, list[str]()
    for some in chunks(sorted(own)):
        foreign += [row.key for row in conn.execute(_LOST, {"some": some}) if row.id != own[row.key]]
    for some in chunks(foreign):
        there = set(conn.scalars(select(a.id).where(a.id.in_([own[key] for key in some]))))
        conn.execute(delete(t.article_keys).where(k.key.in_([key for key in some if own[key] not in there])))


def stands() -> ColumnElement[bool]:
    """Whether an article (of the query's) is in the index, on its way there, or forgotten.

    Nothing is the same as one that failed, was skipped or turned out to be another: both would be lost.
    """
    c = t.captures.c
    going = c.status.in_(["queued", "fetched", "indexed", "matched"]) | (c.reason == Reason.FORGOTTEN)
    return select(c.no).where(c.article == t.articles.c.no, going).exists()


_has_page = select(t.captures.c.no).where(t.captures.c.article == t.articles.c.no, t.captures.c.file.is_not(None)).exists()
_LOST = (  # made once: every poll asks for it
    select(_k.key, t.articles.c.id)
    .join_from(t.article_keys, t.articles, _k.article == t.articles.c.no)
    .where(_k.key.in_(bindparam("some", expanding=True)), ~stands(), ~_has_page)
)


def add_keys(conn: Connection, article: int, keys: Sequence[str]) -> ArticleId | None:
    """Give an article further keys; gives the id of another standing article that has one of them already."""
    if not keys:
        return None
    give(conn, [(article, keys)])
    k, a = t.article_keys.c, t.articles.c
    others = select(a.id).join_from(t.article_keys, t.articles, a.no == k.article)
    return conn.scalar(others.where(k.key.in_(list(keys)), k.article != article, stands()).order_by(a.no).limit(1))
