"""What a poll brought, in one transaction: validators, next poll and entries stand together or not at all."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Update, bindparam, case, func, insert, or_, select, update

from wirewatch.errors import Reason
from wirewatch.model import Entry
from wirewatch.state import keys
from wirewatch.state import tables as t
from wirewatch.state.closing import close
from wirewatch.state.database import Database, clock
from wirewatch.state.identity import host_of, short_hash
from wirewatch.state.keys import KeyedEntry
from wirewatch.state.leases import NOBODY, chunks
from wirewatch.state.queueing import make_articles, queue, queued
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
_c, _f, _refs = t.captures.c, t.feeds.c, t.article_feeds.c
_ENDS = ("next_poll_at", "not_before", "outcome", "host", "reason", "detail", "last_poll_at", "last_success_at", "gone_at")
_mine = (_f.no == bindparam("feed_no")) & (_f.token == bindparam("mine"))
_here = _refs.feed == bindparam("of")


def _ending(*names: str, **values: Any) -> Update:
    new = {name: bindparam(f"new_{name}", type_=_f[name].type) for name in names}
    return update(t.feeds).where(_mine).values(NOBODY | new | values)


_about = (_f.no, _f.source, _f.country, _f.language, _f.last_success_at, _f.last_new_at, _f.gone_at, _f.marks)
_FEED = select(*_about).where(_mine).with_for_update()
_UNCHANGED = _ending(*LEARNED, *_ENDS)
_POLLED = _ending(*LEARNED, *_ENDS, "last_new_at", "marks", entries=_f.entries + bindparam("references"))
_SHOWN = insert(t.article_feeds)
_MARKS = select(_refs.article, _refs.mark).where(_here, _refs.article.in_(bindparam("some", expanding=True)))
_MARKED = update(t.article_feeds).where(_here, _refs.article == bindparam("it")).values(mark=bindparam("new"))
_so_far = func.sum(case((_c.kind == "edit", 1), else_=0))
_at = bindparam("now", type_=_c.leased_until.type)
_waits = t.has_status("queued") & or_(_c.leased_until.is_(None), _c.leased_until < _at)
_asked = t.has_status("queued") & (_c.leased_until >= _at)  # just now: what comes may be what stood there before the edit
_EDITABLE = (
    select(_c.article, func.max(_c.n).label("n"), _so_far.label("so_far"), func.sum(case((_asked, 1), else_=0)).label("asked"))
    .where(_c.article.in_(bindparam("some", expanding=True)))
    .group_by(_c.article)
    .having(
        func.sum(case((_waits, 1), else_=0)) == 0,
        _so_far < MOST_EDITS,
        func.sum(case((_c.reason == Reason.FORGOTTEN, 1), else_=0)) == 0,
    )
    .order_by(_c.article)
)
_REST = upsert(t.hosts, "(host) DO UPDATE SET next_at = excluded.next_at WHERE hosts.next_at < excluded.next_at")


@dataclass(frozen=True, slots=True)
class _Poll:
    conn: Connection
    now: datetime
    feed: Row[Any]


def finish_poll(db: Database, task: "FeedTask", polled: Polled, entries: Sequence[KeyedEntry]) -> PollCounts | None:
    """Write a poll's result; what is known of the feed's items stays known. Otherwise as `finish_read`."""
    return finish_read(db, task, lambda _: polled, entries, None)


def finish_read(
    db: Database,
    task: "FeedTask",
    judge: Callable[[Sequence[Entry]], Polled],
    entries: Sequence[KeyedEntry],
    kept: bytes | None,
) -> PollCounts | None:
    """Write what a poll read, by `judge`, which is told the entries of no known article; None, and nothing written, if the claim
    was lost. `kept`: the marks of items that weren't read again.

    A new key becomes an article with its first capture queued; a known one whose title or mark changed in this feed gets
    a further capture (`edit`).
    """
    return db.written(lambda conn: _finish(conn, task, judge, entries, kept))


def _finish(
    conn: Connection,
    task: "FeedTask",
    judge: Callable[[Sequence[Entry]], Polled],
    entries: Sequence[KeyedEntry],
    kept: bytes | None,
) -> PollCounts | None:
    feed = conn.execute(_FEED, {"feed_no": task.no, "mine": task.token}).one_or_none()
    if feed is None:
        return None
    poll = _Poll(conn, clock(conn), feed)
    undressed, owners = keys.owned(conn, entries)
    by_key = {keyed.key: keyed for keyed in reversed(undressed)}
    known = {key: owner.article for key, owner in owners.items()}
    polled = judge([by_key[key].entry for key in reversed(by_key) if key not in known])
    made = _make_articles(poll, [keyed for key, keyed in sorted(by_key.items()) if key not in known])
    new = {key: no for key, no in made.items() if no is not None}
    if len(new) < len(made):  # another poll announced the same at the same moment
        known |= keys.known(conn, [key for key, no in made.items() if no is None])
    fresh = [(new[key], by_key[key].entry) for key in reversed(by_key) if key in new]
    _queue(poll, [(article, 1, "new", entry) for article, entry in fresh])
    shown = {known[key]: by_key[key].entry for key in by_key if key in known}
    first, edited = _shown(poll, shown)
    _refer(poll, fresh + first)
    own = set(new) | keys.own(entries, owners)
    marks = feed.marks if kept is None else kept + _marks(entries, undressed, own, known | new)
    _note(poll, task, polled, new=len(fresh), references=len(fresh + first), marks=marks)
    _rest(conn, task.host, polled)
    return PollCounts(new=len(fresh), edited=edited, seen=len(shown) - edited)


def _rest(conn: Connection, host: str, polled: Polled) -> None:
    """When the feed's host may be asked again. One that sent us away is asked by nobody, for a feed or a page, before that."""
    if polled.host_closed_until is not None:
        close(conn, host, polled.host_closed_until, polled.reason, clock(conn))
    elif polled.host_next_at is not None:
        conn.execute(_REST, {"host": host, "next_at": polled.host_next_at})


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


def known_keys(db: Database, some: Sequence[str]) -> set[str]:
    """Which of these keys belong to an article already."""
    with db.read() as conn:
        return set(keys.known(conn, some))


def _make_articles(poll: _Poll, entries: Sequence[KeyedEntry]) -> dict[str, int | None]:
    """Articles for new keys, by key; None where somebody else has just made it."""
    feed = {name: poll.feed._mapping[name] for name in ("source", "country", "language")} | {"feed": poll.feed.no}
    rows = [feed | {"id": keyed.article_id, "url": keyed.entry.url, "first_seen_at": poll.now} for keyed in entries]
    ids = {keyed.key: keyed.article_id for keyed in entries}
    return make_articles(poll.conn, rows, ids, {keyed.key: keyed.further for keyed in entries})


def _queue(poll: _Poll, wanted: Sequence[tuple[int, int, str, Entry]], due: Mapping[int, datetime] = {}) -> None:
    """Queue captures (article, n, kind, entry); `due`: articles whose capture isn't due at once."""
    rows = [queued(article, n, kind, entry.url, entry_json(entry), poll.now) for article, n, kind, entry in wanted]
    queue(poll.conn, [row | {"due_at": due.get(row["article"], poll.now)} for row in rows], poll.now)


def _mark(entry: Entry) -> str:
    return short_hash(f"{entry.title}\0{entry.updated}")


def _marks(
    entries: Sequence[KeyedEntry], undressed: Sequence[KeyedEntry], own: Collection[str], articles: Mapping[str, int]
) -> bytes:
    """The marks of those that needn't be read again: they stand for an article made of their own key, and no other entry does."""
    times = Counter(articles.get(each.key) for each in undressed)
    alone = (keyed for keyed, each in zip(entries, undressed, strict=True) if keyed.key == each.key and keyed.key in own)
    return b"".join(keyed.mark for keyed in alone if times[articles[keyed.key]] == 1)


def _refer(poll: _Poll, shown: Sequence[tuple[int, Entry]]) -> None:
    """Note that this feed shows these articles for the first time."""
    rows = [{"article": article, "feed": poll.feed.no, "mark": _mark(entry)} for article, entry in shown]
    if rows:
        poll.conn.execute(_SHOWN, rows)


def _shown(poll: _Poll, shown: dict[int, Entry]) -> tuple[list[tuple[int, Entry]], int]:
    """Known articles that the feed shows (again): gives those that it never showed before, and the number of edits queued."""
    marks: dict[int, str] = {}
    for some in chunks(list(shown)):
        marks |= dict(poll.conn.execute(_MARKS, {"of": poll.feed.no, "some": some}).tuples().all())
    now = {article: _mark(shown[article]) for article in marks}
    changed = {article: shown[article] for article in marks if marks[article] != now[article]}
    if changed:
        poll.conn.execute(_MARKED, [{"of": poll.feed.no, "it": article, "new": now[article]} for article in changed])
    return [(article, entry) for article, entry in shown.items() if article not in marks], _edits(poll, changed)


def _edits(poll: _Poll, changed: dict[int, Entry]) -> int:
    edits, due = [], dict[int, datetime]()
    for some in chunks(sorted(changed)):  # one order for all: two feeds may bring the same edits at once
        for row in poll.conn.execute(_EDITABLE, {"some": some, "now": poll.now}):
            edits.append((row.article, row.n + 1, "edit", changed[row.article]))
            due[row.article] = poll.now + BETWEEN_EDITS * max(row.so_far, row.asked)
    _queue(poll, edits, due)
    return len(edits)


def _note(poll: _Poll, task: "FeedTask", polled: Polled, *, new: int, references: int, marks: bytes | None) -> None:
    feed, now = poll.feed, poll.now
    values = {"reason": polled.reason, "detail": polled.detail[:500], "last_poll_at": now, "marks": marks}
    values |= {name: feed._mapping[name] for name in ("last_success_at", "last_new_at", "gone_at")}
    if polled.outcome not in ("failed", "gone"):
        values |= {"last_success_at": now, "gone_at": None}
    if polled.outcome == "gone" and feed.gone_at is None:
        values |= {"gone_at": now}
    if new:
        values |= {"last_new_at": now}
    poll.conn.execute(_POLLED, _bound(task, polled, values) | {"references": references})
