"""What a poll brought, in one transaction: validators, next poll and entries stand together or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Update, bindparam, case, delete, func, insert, select, update

from wirewatch.errors import Reason
from wirewatch.model import ArticleId, Entry
from wirewatch.state import keys
from wirewatch.state import tables as t
from wirewatch.state.database import Database, clock
from wirewatch.state.forgetting import bare_host, forgotten_hosts
from wirewatch.state.identity import host_of, short_hash
from wirewatch.state.keys import KeyedEntry
from wirewatch.state.leases import NOBODY, chunks
from wirewatch.state.rows import entry_json
from wirewatch.state.upsert import insert as upsert

if TYPE_CHECKING:
    from wirewatch.state.feeds import FeedTask

MOST_EDITS = 24  # captures an article may get for a changed title or mark: some hold the current time (field notes §1)
BETWEEN_EDITS = timedelta(minutes=10)  # times the edits so far: the first is fetched at once, 24 of them take two days


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What the polls have taught about a feed; columns of its row (state/tables.py says what each is)."""

    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    interval: float  # seconds
    failures: float = 0.0  # points since the last success
    format: str = ""
    moved_to: str = ""
    moved_since: datetime | None = None
    moved_times: int = 0
    lives_at: str = ""
    rhythm: bytes | None = None
    shown: int = 0
    wish: float = 0.0  # seconds
    full_at: datetime | None = None
    lies: bool = False
    gaps: int = 0
    recent: str = ""


LEARNED = tuple(field.name for field in fields(Learned))


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """How a poll ended, and when the next is due."""

    learned: Learned
    next_poll_at: datetime
    not_before: datetime | None
    outcome: str  # new, nothing-new, unchanged, failed, gone
    reason: Reason | None = None
    detail: str = ""
    host_next_at: datetime | None = None  # when the feed's host may be asked again, for a page or another feed
    host_closed_until: datetime | None = None  # it sent us away: not even --now goes before that


@dataclass(frozen=True, slots=True, kw_only=True)
class PollCounts:
    """What a poll's entries turned out to be."""

    new: int
    edited: int
    seen: int


# Statements are made once: SQLAlchemy takes longer to make one than SQLite to carry it out, and each poll needs a dozen.
_a, _c, _f, _refs = t.articles.c, t.captures.c, t.feeds.c, t.article_feeds.c
_ENDS = ("next_poll_at", "not_before", "outcome", "host", "reason", "detail", "last_poll_at", "last_success_at", "gone_at")
_mine = (_f.no == bindparam("feed_no")) & (_f.token == bindparam("mine"))
_here = _refs.feed == bindparam("of")


def _ending(*names: str, **values: Any) -> Update:
    new = {name: bindparam(f"new_{name}", type_=_f[name].type) for name in names}
    return update(t.feeds).where(_mine).values(NOBODY | new | values)


_FEED = select(t.feeds).where(_mine).with_for_update()
_UNCHANGED = _ending(*LEARNED, *_ENDS)
_POLLED = _ending(*LEARNED, *_ENDS, "last_new_at", entries=_f.entries + bindparam("references"))
_ARTICLES = upsert(t.articles).returning(_a.id, _a.no)
_KEYS = upsert(t.article_keys).returning(t.article_keys.c.key)
_CAPTURES, _HOSTS, _SHOWN = upsert(t.captures), upsert(t.hosts), insert(t.article_feeds)
_AGAIN = (
    update(t.article_feeds)
    .where(_here, _refs.article.in_(bindparam("some", expanding=True)))
    .values(last_shown_at=bindparam("at"))
    .returning(_refs.article, _refs.mark)
)
_MARKED = update(t.article_feeds).where(_here, _refs.article == bindparam("it")).values(mark=bindparam("new"))
_so_far = func.sum(case((_c.kind == "edit", 1), else_=0))
_EDITABLE = (
    select(_c.article, func.max(_c.n).label("n"), _so_far.label("so_far"))
    .where(_c.article.in_(bindparam("some", expanding=True)))
    .group_by(_c.article)
    .having(
        func.sum(case((t.has_status("queued"), 1), else_=0)) == 0,
        _so_far < MOST_EDITS,
        func.sum(case((_c.reason == Reason.FORGOTTEN, 1), else_=0)) == 0,
    )
    .order_by(_c.article)
)
_REST = upsert(t.hosts, "(host) DO UPDATE SET next_at = excluded.next_at WHERE hosts.next_at < excluded.next_at")
_CLOSE = upsert(
    t.hosts,
    "(host) DO UPDATE SET closed_until = excluded.closed_until"
    " WHERE hosts.closed_until IS NULL OR hosts.closed_until < excluded.closed_until",
)


@dataclass(frozen=True, slots=True)
class _Poll:
    conn: Connection
    now: datetime
    feed: Row[Any]


def finish_poll(db: Database, task: "FeedTask", polled: Polled, entries: Sequence[KeyedEntry]) -> PollCounts | None:
    """Write a poll's result; None, and nothing written, if the claim was lost.

    A new key becomes an article with its first capture queued; a known one whose title or mark changed in this feed gets
    a further capture (`edit`).
    """
    with db.write() as conn:
        feed = conn.execute(_FEED, {"feed_no": task.no, "mine": task.token}).one_or_none()
        if feed is None:
            return None
        poll = _Poll(conn, clock(conn), feed)
        keys.free(conn, entries)
        by_key = {keyed.key: keyed for keyed in reversed(keys.undressed(conn, entries))}
        known = keys.known(conn, list(by_key))
        made = _make_articles(poll, [keyed for key, keyed in sorted(by_key.items()) if key not in known])
        new = {key: no for key, no in made.items() if no is not None}
        if len(new) < len(made):  # another poll announced the same at the same moment
            known |= keys.known(conn, [key for key, no in made.items() if no is None])
        keys.give(conn, [(no, by_key[key].further) for key, no in new.items()])
        fresh = [(new[key], by_key[key].entry) for key in reversed(by_key) if key in new]
        _queue(poll, [(article, 1, "new", entry) for article, entry in fresh])
        shown = {known[key]: by_key[key].entry for key in by_key if key in known}
        first, edited = _shown(poll, shown)
        _refer(poll, fresh + first)
        _note(poll, task, polled, new=len(fresh), references=len(fresh + first))
        if polled.host_next_at is not None:
            conn.execute(_REST, {"host": task.host, "next_at": polled.host_next_at})
        if polled.host_closed_until is not None:
            until = polled.host_closed_until  # the host sent us away: nobody asks it, for a feed or a page, before that
            conn.execute(_CLOSE, {"host": task.host, "next_at": until, "closed_until": until})
    return PollCounts(new=len(fresh), edited=edited, seen=len(shown) - edited)


def finish_unchanged(db: Database, results: "Sequence[tuple[FeedTask, Polled]]") -> None:
    """Write polls that brought nothing, all in one transaction: such a poll touches its feed's row only. Lost claims are left."""
    with db.write() as conn:
        now = clock(conn)
        done = {"reason": None, "detail": "", "last_poll_at": now, "last_success_at": now, "gone_at": None}
        conn.execute(_UNCHANGED, [_bound(task, polled, done) for task, polled in results])
        rests = {task.host: polled.host_next_at for task, polled in results if polled.host_next_at is not None}
        if rests:
            conn.execute(_REST, [{"host": host, "next_at": until} for host, until in sorted(rests.items())])


def _bound(task: "FeedTask", polled: Polled, values: dict[str, Any]) -> dict[str, Any]:
    about = {"feed_no": task.no, "mine": task.token}
    return about | {f"new_{name}": value for name, value in (_columns(task.url, polled) | values).items()}


def _columns(url: str, polled: Polled) -> dict[str, Any]:
    about = {"next_poll_at": polled.next_poll_at, "not_before": polled.not_before, "outcome": polled.outcome}
    about["host"] = host_of(polled.learned.lives_at or url)
    return {name: getattr(polled.learned, name) for name in LEARNED} | about


def unknown(db: Database, entries: Sequence[KeyedEntry]) -> list[Entry]:
    """Those of no article that is known, each once: what a feed's pace goes by."""
    with db.read() as conn:
        by_key = {keyed.key: keyed.entry for keyed in keys.undressed(conn, entries)}
        there = keys.known(conn, list(by_key))
    return [entry for key, entry in by_key.items() if key not in there]


def known_keys(db: Database, some: Sequence[str]) -> set[str]:
    """Which of these keys belong to an article already."""
    with db.read() as conn:
        return set(keys.known(conn, some))


def _make_articles(poll: _Poll, entries: Sequence[KeyedEntry]) -> dict[str, int | None]:
    """Articles for new keys, by key; None where somebody else has just made it. Sorted by key: two polls can't deadlock."""
    feed = {name: poll.feed._mapping[name] for name in ("source", "country", "language")} | {"feed": poll.feed.no}
    rows = [feed | {"id": keyed.article_id, "url": keyed.entry.url, "first_seen_at": poll.now} for keyed in entries]
    return make_articles(poll.conn, rows, {keyed.key: keyed.article_id for keyed in entries})


def make_articles(conn: Connection, rows: Sequence[dict[str, Any]], ids: dict[str, ArticleId]) -> dict[str, int | None]:
    """Insert articles with their keys (`ids`: key → id); gives their numbers by key, None where somebody else was first."""
    if not rows:
        return {}
    made = dict(conn.execute(_ARTICLES, list(rows)).tuples().all())
    keyed = [{"key": key, "article": made[article_id]} for key, article_id in ids.items() if article_id in made]
    if not keyed:
        return dict.fromkeys(ids)
    own = set(conn.scalars(_KEYS, keyed))
    taken = [row["article"] for row in keyed if row["key"] not in own]  # became another article's key a moment ago
    if taken:
        conn.execute(delete(t.articles).where(_a.no.in_(taken)))
    return {key: made.get(article_id) if key in own else None for key, article_id in ids.items()}


def _queue(poll: _Poll, wanted: Sequence[tuple[int, int, str, Entry]], due: Mapping[int, datetime] = {}) -> None:
    """Queue captures (article, n, kind, entry); `due`: articles whose capture isn't due at once."""
    rows = [queued(article, n, kind, entry.url, entry_json(entry), poll.now) for article, n, kind, entry in wanted]
    queue(poll.conn, [row | {"due_at": due.get(row["article"], poll.now)} for row in rows], poll.now)


def queued(article: int, n: int, kind: str, url: str, entry: str, now: datetime) -> dict[str, Any]:
    """The row of a capture to be fetched at once; `entry` is its JSON."""
    times = {"due_at": now, "queued_at": now, "at": now}
    return times | {
        "article": article,
        "n": n,
        "kind": kind,
        "status": "queued",
        "url": url,
        "host": host_of(url),
        "entry": entry,
    }


def queue(conn: Connection, rows: Sequence[dict[str, Any]], now: datetime) -> None:
    """Add captures, and their hosts. Those of a forgotten host are over at once."""
    if not rows:
        return
    gone = forgotten_hosts(conn)
    over = {"status": "skipped", "reason": Reason.FORGOTTEN}
    open_ = {"status": "queued", "reason": None}
    rows = [row | (over if bare_host(row["host"]) in gone else open_) for row in rows]
    conn.execute(_CAPTURES, list(rows))
    hosts = sorted({row["host"] for row in rows})
    conn.execute(_HOSTS, [{"host": host, "next_at": now} for host in hosts])


def _mark(entry: Entry) -> str:
    return short_hash(f"{entry.title}\0{entry.updated}")


def _refer(poll: _Poll, shown: Sequence[tuple[int, Entry]]) -> None:
    """Note that this feed shows these articles for the first time."""
    rows = [
        {"article": article, "feed": poll.feed.no, "mark": _mark(entry), "last_shown_at": poll.now} for article, entry in shown
    ]
    if rows:
        poll.conn.execute(_SHOWN, rows)


def _shown(poll: _Poll, shown: dict[int, Entry]) -> tuple[list[tuple[int, Entry]], int]:
    """Known articles that the feed shows (again): gives those that it never showed before, and the number of edits queued."""
    marks: dict[int, str] = {}
    for some in chunks(list(shown)):
        again = poll.conn.execute(_AGAIN, {"of": poll.feed.no, "some": some, "at": poll.now})
        marks |= dict(again.tuples().all())
    now = {article: _mark(shown[article]) for article in marks}
    changed = {article: shown[article] for article in marks if marks[article] != now[article]}
    if changed:
        poll.conn.execute(_MARKED, [{"of": poll.feed.no, "it": article, "new": now[article]} for article in changed])
    return [(article, entry) for article, entry in shown.items() if article not in marks], _edits(poll, changed)


def _edits(poll: _Poll, changed: dict[int, Entry]) -> int:
    edits, due = [], dict[int, datetime]()
    for some in chunks(sorted(changed)):  # one order for all: two feeds may bring the same edits at once
        for row in poll.conn.execute(_EDITABLE, {"some": some}):
            edits.append((row.article, row.n + 1, "edit", changed[row.article]))
            due[row.article] = poll.now + BETWEEN_EDITS * row.so_far
    _queue(poll, edits, due)
    return len(edits)


def _note(poll: _Poll, task: "FeedTask", polled: Polled, *, new: int, references: int) -> None:
    feed, now = poll.feed, poll.now
    values = {"reason": polled.reason, "detail": polled.detail[:500], "last_poll_at": now}
    values |= {name: feed._mapping[name] for name in ("last_success_at", "last_new_at", "gone_at")}
    if polled.outcome not in ("failed", "gone"):
        values |= {"last_success_at": now, "gone_at": None}
    if polled.outcome == "gone" and feed.gone_at is None:
        values |= {"gone_at": now}
    if new:
        values |= {"last_new_at": now}
    poll.conn.execute(_POLLED, _bound(task, polled, values) | {"references": references})
