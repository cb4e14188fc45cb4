"""The table of keys: which article an address belongs to."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, delete, select

from wirewatch.errors import Reason
from wirewatch.model import ArticleId, Entry
from wirewatch.state import tables as t
from wirewatch.state.leases import chunks
from wirewatch.state.upsert import insert as upsert

_k = t.article_keys.c
_of_some = _k.key.in_(bindparam("some", expanding=True))
_KNOWN = select(_k.key, _k.article).where(_of_some)
_OWNERS = select(_k.key, _k.article, t.articles.c.id).join_from(t.article_keys, t.articles).where(_of_some)
_GIVE = upsert(t.article_keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedEntry:
    """An entry with its identity; `article_id` is used only if the key is new."""

    entry: Entry
    key: str
    article_id: ArticleId
    further: tuple[str, ...] = ()  # keys of the same article in another dress (AMP, mobile, print)
    mark: bytes = b""  # of its item, where that needn't be read again


def known(conn: Connection, keys: Sequence[str]) -> dict[str, int]:
    """The articles that have these keys, by key; unknown keys are left out."""
    found: dict[str, int] = {}
    for some in chunks(keys):
        found |= dict(conn.execute(_KNOWN, {"some": some}).tuples().all())
    return found


def owned(conn: Connection, entries: Sequence[KeyedEntry]) -> tuple[Sequence[KeyedEntry], dict[str, Row[Any]]]:
    """The entries, each under the key by which its article is known, here or in the state (an AMP page under the page's own), and
    the articles (article, id) that have their keys.

    Taken back are keys from articles that were announced under others and of which no page came: a mobile page that asks not to
    be indexed must not cost the article, announced at its own address later.
    """
    owners: dict[str, Row[Any]] = {}
    for some in chunks(sorted({key for keyed in entries for key in (keyed.key, *keyed.further)})):
        owners |= {row.key: row for row in conn.execute(_OWNERS, {"some": some})}
    for key in _freed(conn, {keyed.key: keyed.article_id for keyed in entries}, owners):
        del owners[key]
    return _undressed(conn, entries, owners), owners


def own(entries: Sequence[KeyedEntry], owners: Mapping[str, Row[Any]]) -> set[str]:
    """The entries' keys whose article is the one made of them."""
    return {keyed.key for keyed in entries if keyed.key in owners and owners[keyed.key].id == keyed.article_id}


def _undressed(conn: Connection, entries: Sequence[KeyedEntry], owners: Mapping[str, Row[Any]]) -> Sequence[KeyedEntry]:
    if not any(keyed.further for keyed in entries):
        return entries
    there = {key: owner.article for key, owner in owners.items()}
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


def _freed(conn: Connection, ids: Mapping[str, ArticleId], owners: Mapping[str, Row[Any]]) -> list[str]:
    """The keys taken back; `ids`: of the articles that would be made of the keys."""
    a, k = t.articles.c, t.article_keys.c
    foreign = sorted(key for key, article_id in ids.items() if key in owners and owners[key].id != article_id)
    freed: list[str] = []
    for some in chunks(foreign):
        lost = list(conn.scalars(_LOST, {"some": some}))
        there = set(conn.scalars(select(a.id).where(a.id.in_([ids[key] for key in lost]))))
        freed += [key for key in lost if ids[key] not in there]
    for some in chunks(freed):
        conn.execute(delete(t.article_keys).where(k.key.in_(some)))
    return freed


def stands() -> ColumnElement[bool]:
    """Whether an article (of the query's) is in the index, on its way there, or forgotten.

    Nothing is the same as one that failed, was skipped or turned out to be another: both would be lost.
    """
    c = t.captures.c
    going = c.status.in_(["queued", "fetched", "indexed", "matched"]) | (c.reason == Reason.FORGOTTEN)
    return select(c.no).where(c.article == t.articles.c.no, going).exists()


_has_page = select(t.captures.c.no).where(t.captures.c.article == t.articles.c.no, t.captures.c.file.is_not(None)).exists()
_LOST = select(_k.key).join_from(t.article_keys, t.articles).where(_of_some, ~stands(), ~_has_page).order_by(_k.key)


def add_keys(conn: Connection, article: int, keys: Sequence[str]) -> ArticleId | None:
    """Give an article further keys; gives the id of another standing article that has one of them already."""
    if not keys:
        return None
    give(conn, [(article, keys)])
    k, a = t.article_keys.c, t.articles.c
    others = select(a.id).join_from(t.article_keys, t.articles, a.no == k.article)
    return conn.scalar(others.where(k.key.in_(list(keys)), k.article != article, stands()).order_by(a.no).limit(1))
