"""What grouping keeps: digests of texts for as long as their articles, sketches of them for as long as near copies may come.

Which text is a copy of which is decided in `group/`, within the one transaction that `serialized` gives.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BindParameter, Connection, bindparam, delete, func, insert, or_, select, text, update

from wirewatch.model import ArticleNo
from wirewatch.state import tables as t
from wirewatch.state.columns import EPOCH
from wirewatch.state.database import Database
from wirewatch.state.leases import chunks
from wirewatch.state.upsert import insert as upsert

FULL = 32  # articles of a day with one hash: no more are found by it (a cap over the whole window loses reprinted templates)
CANDIDATES = 32  # articles with the most hashes in common; they are compared
FEWEST_HASHES = 2  # in common with a candidate
REGULARS = 3  # stories of a source that a paragraph comes in, from which it is the source's own
_LOCK = 7711002  # PostgreSQL: one assigns at a time; SQLite has one writer anyway
_PARTS = 64  # in which a table is swept, so that no transaction is long


Brief = tuple[str, int]  # source, and hash of the title, of a text so short that it may be a paywall's notice


@dataclass(frozen=True, slots=True)
class Kept:
    """A text as it is kept."""

    article: ArticleNo
    story: ArticleNo
    words: bytes
    numbers: bytes


@dataclass(frozen=True, slots=True)
class Near:
    """What a text's hashes met."""

    articles: list[ArticleNo]  # those with the most in common first
    hashes: list[int]  # by which the text itself may be found


@dataclass(frozen=True, slots=True)
class Known:
    """What the state knows of an article that is to be grouped."""

    day: int  # since 1970, on which it was first seen
    story: ArticleNo | None
    source: str
    digest: bytes | None


@contextmanager
def serialized(db: Database) -> Iterator[Connection]:
    """A transaction in which nobody else assigns stories."""
    with db.write() as conn:
        if conn.dialect.name == "postgresql":
            conn.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        yield conn


# Statements are made once: SQLAlchemy takes longer to make one than SQLite to carry it out, and each article needs a dozen.
_a, _x, _s, _h, _p = t.articles.c, t.story_texts.c, t.story_sketches.c, t.story_hashes.c, t.story_paragraphs.c
_told = t.articles.alias("told")
_of: BindParameter[int] = bindparam("of")
_day: BindParameter[int] = bindparam("on")
_some: BindParameter[Sequence[int]] = bindparam("some", expanding=True)
_KNOWN = (
    select(_a.no, _a.first_seen_at, _a.story, _a.source, _x.digest)
    .outerjoin(t.story_texts, _x.article == _a.no)
    .where(_a.no.in_(_some))
)
_EQUAL = select(_x.story).where(_x.digest == bindparam("made")).order_by(func.abs(_x.day - _day), _x.article).limit(1)
_EQUAL_BRIEF = _EQUAL.join(t.articles, _a.no == _x.article).where(
    or_(_a.source != bindparam("source"), _x.title == bindparam("called"))
)
_REGULARS = select(_p.key, _p.first, _p.second, _p.third).where(_p.key.in_(_some))
_NEAR = select(_h.hash, _h.day, _h.article).where(_h.hash.in_(_some), _h.day.between(bindparam("begin"), bindparam("end")))
_SKETCH = select(_s.article, _s.story, _s.words, _s.numbers).where(_s.rules == bindparam("by"))
_SKETCHES = _SKETCH.where(_s.article.in_(_some))
_SKETCHES_BRIEF = (
    _SKETCHES.join(t.articles, _a.no == _s.article)
    .join(t.story_texts, _x.article == _s.article)
    .where(or_(_a.source != bindparam("source"), _x.title == bindparam("called"), _x.title.is_(None)))
)
_WORDS = select(_s.words).where(_s.article == _of)
_MEMBERS = _SKETCH.where(_s.story == _of).order_by(_s.article).limit(bindparam("most"))
_LAST = select(func.coalesce(func.max(_told.c.telling), 0)).where(_told.c.story == bindparam("its"))
_GIVE = update(t.articles).where(_a.no == _of).values(story=bindparam("its"), telling=_LAST.scalar_subquery() + 1)
_NEW_TEXT, _NEW_SKETCH, _NEW_HASH, _NEW_PARAGRAPH = map(
    insert, (t.story_texts, t.story_sketches, t.story_hashes, t.story_paragraphs)
)
_OTHER_TEXT = update(t.story_texts).where(_x.article == _of).values(digest=bindparam("made"), title=bindparam("called"))
_SECOND = update(t.story_paragraphs).where(_p.key.in_(_some)).values(second=bindparam("its"), day=_day)
_THIRD = update(t.story_paragraphs).where(_p.key.in_(_some)).values(third=bindparam("its"), day=_day)
_AGAIN = update(t.story_paragraphs).where(_p.key.in_(_some), _p.day < _day).values(day=_day)


def articles(conn: Connection, nos: Sequence[ArticleNo]) -> dict[ArticleNo, Known]:
    """What is known of these articles."""
    return {
        no: Known(day_of(seen_at), story, source, digest)
        for some in chunks(nos)
        for no, seen_at, story, source, digest in conn.execute(_KNOWN, {"some": some})
    }


def same_text(conn: Connection, digest: bytes, day: int, brief: Brief | None) -> ArticleNo | None:
    """The story of an equal text, the nearest in time.

    `brief`: not one of this source under another title.
    """
    if brief is None:
        return conn.scalar(_EQUAL, {"made": digest, "on": day})
    return conn.scalar(_EQUAL_BRIEF, {"made": digest, "on": day, "source": brief[0], "called": brief[1]})


def regulars(conn: Connection, keys: Sequence[int]) -> dict[int, list[ArticleNo]]:
    """The stories that these paragraphs of a source came in, at most REGULARS each."""
    return {
        key: [ArticleNo(story) for story in stories if story is not None]
        for some in chunks(keys)
        for key, *stories in conn.execute(_REGULARS, {"some": some})
    }


def note_paragraphs(conn: Connection, seen: Mapping[int, Sequence[ArticleNo]], story: ArticleNo, day: int) -> None:
    """These paragraphs (with the stories they came in before) came in this story, too."""
    new = [{"key": key, "first": story, "day": day} for key, stories in seen.items() if not stories]
    if new:
        conn.execute(_NEW_PARAGRAPH, new)
    for number, statement in ((1, _SECOND), (2, _THIRD), (REGULARS, _AGAIN)):
        keys = [key for key, stories in seen.items() if len(stories) == number and (story not in stories or number == REGULARS)]
        for some in chunks(keys):
            conn.execute(statement, {"some": some, "on": day} | ({} if statement is _AGAIN else {"its": story}))


def near(conn: Connection, hashes: Sequence[int], day: int, window: int) -> Near:
    """The articles first seen within `window` days before or after that share the most hashes; and the hashes with room.

    A hash counts the less the more articles have it: what a template's texts all have doesn't hide a reprint of one of them.
    """
    rows = conn.execute(_NEAR, {"some": hashes, "begin": day - window, "end": day + window}).all()
    votes, having = Counter(article for _, _, article in rows), Counter(hash_ for hash_, _, _ in rows)
    weights: dict[int, float] = dict.fromkeys(votes, 0.0)
    for hash_, _, article in rows:
        weights[article] += 1 / having[hash_]
    best = sorted((-weights[article], article) for article, n in votes.items() if n >= FEWEST_HASHES)[:CANDIDATES]
    held = Counter(hash_ for hash_, on, _ in rows if on == day)
    return Near([ArticleNo(article) for _, article in best], [each for each in hashes if held[each] < FULL])


def sketches(conn: Connection, nos: Sequence[ArticleNo], rules: int, brief: Brief | None = None) -> list[Kept]:
    """The texts of these articles that were made by the same rules; `brief` as in `same_text`."""
    asked = {"some": nos, "by": rules}
    if brief is None:
        return [Kept(*row) for row in conn.execute(_SKETCHES, asked)]
    return [Kept(*row) for row in conn.execute(_SKETCHES_BRIEF, asked | {"source": brief[0], "called": brief[1]})]


def words(conn: Connection, article: ArticleNo) -> bytes | None:
    """The article's words as they are kept, whatever rules made them."""
    found: bytes | None = conn.scalar(_WORDS, {"of": article})
    return found


def members(conn: Connection, story: ArticleNo, rules: int, limit: int) -> list[Kept]:
    """The story's first texts that are still kept."""
    return [Kept(*row) for row in conn.execute(_MEMBERS, {"of": story, "by": rules, "most": limit})]


def give_story(conn: Connection, article: ArticleNo, story: ArticleNo) -> None:
    """The article tells this story from now on, for good."""
    conn.execute(_GIVE, {"of": article, "its": story})


def link(conn: Connection, article: ArticleNo, story: ArticleNo, others: Sequence[ArticleNo]) -> None:
    """The article is a copy of texts of these other stories, too."""
    if others:
        rows = [{"story": story, "other": other, "article": article} for other in others]
        conn.execute(upsert(t.story_links), rows)


def put_text(conn: Connection, article: ArticleNo, story: ArticleNo, known: Known, digest: bytes, title: int | None) -> None:
    """The article's text has this digest from now on."""
    if known.digest is None:
        values = {"article": article, "story": story, "day": known.day, "digest": digest, "title": title}
        conn.execute(_NEW_TEXT, values)
    else:
        conn.execute(_OTHER_TEXT, {"of": article, "made": digest, "called": title})


def put_sketch(conn: Connection, kept: Kept, day: int, rules: int, hashes: Sequence[int]) -> None:
    """The article is found by these hashes from now on, and compared by this sketch."""
    values = {"article": kept.article, "story": kept.story, "day": day, "rules": rules}
    conn.execute(_NEW_SKETCH, values | {"words": kept.words, "numbers": kept.numbers})
    if hashes:
        conn.execute(_NEW_HASH, [{"hash": each, "day": day, "article": kept.article} for each in hashes])


def drop_sketch(conn: Connection, article: ArticleNo, day: int, hashes: Sequence[int]) -> None:
    """The article has another text: it isn't found by the old one any more."""
    conn.execute(delete(t.story_sketches).where(_s.article == article))
    conn.execute(delete(t.story_hashes).where(_h.hash.in_(hashes), _h.day == day, _h.article == article))


def drop_old(db: Database, window: timedelta, kept_from: datetime) -> int:
    """Drop what no near copy is looked for in any more, and the digests of articles that are kept no longer; gives the texts."""
    with db.write() as conn:
        before = day_of(datetime.now(EPOCH.tzinfo)) - window.days
        dropped = conn.execute(delete(t.story_sketches).where(_s.day < before)).rowcount
        conn.execute(delete(t.story_texts).where(_x.day < day_of(kept_from)))
    for table, column, bits in ((t.story_hashes, t.story_hashes.c.hash, 32), (t.story_paragraphs, t.story_paragraphs.c.key, 64)):
        step = 2**bits // _PARTS
        for start in range(-(2 ** (bits - 1)), 2 ** (bits - 1), step):
            with db.write() as conn:
                part = column.between(start, start + step - 1)
                conn.execute(delete(table).where(part, table.c.day < before))
    return dropped


def day_of(at: datetime) -> int:
    """Days since 1970."""
    return (at - EPOCH).days
