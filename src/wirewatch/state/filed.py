"""Pages whose archive file is closed: captures that wait no longer to be fetched."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, update

from wirewatch.errors import Reason
from wirewatch.model import ArticleId, Place
from wirewatch.state import tables as t
from wirewatch.state.database import Database, clock
from wirewatch.state.fetching import FetchTask
from wirewatch.state.keys import add_keys
from wirewatch.state.leases import NOBODY, still_ours
from wirewatch.state.upsert import insert as upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A page whose archive file is closed."""

    task: FetchTask
    place: Place
    final_url: str
    content_type: str
    keys: tuple[str, ...] = ()  # further keys that are believed: a redirect's end
    etag: str = ""
    last_modified: str = ""


def fetched(db: Database, results: Sequence[Fetched]) -> None:
    """The pages' archive file is closed: note where each lies, only where the claim still stands.

    A page whose further key is another article's is that article under one more address: `skipped: same-as`.
    """
    c = t.captures.c
    with db.write() as conn:
        now = clock(conn)
        note_files(conn, {result.place.file for result in results}, now)
        ours = still_ours(conn, t.captures, {result.task.no: result.task.token for result in results})
        held = [result for result in results if result.task.no in ours]
        if held:
            mine = update(t.captures).where(c.no == bindparam("of"), t.has_status("queued")).values(_page_values(now))
            conn.execute(mine, [{"of": result.task.no} | _of_page(result) for result in held])
        for result in held:
            same_as(conn, result.task.no, add_keys(conn, result.task.article_no, result.keys))


def _of_page(result: Fetched) -> dict[str, Any]:
    validators = {"etag": result.etag, "last_modified": result.last_modified}
    return _place_values(result.place, result.final_url, result.content_type) | validators


def same_as(conn: Connection, capture: int, other: ArticleId | None) -> None:
    """The capture's page turned out to be another article's, if there is one."""
    if other:
        values = {"status": "skipped", "reason": Reason.SAME_AS, "detail": other}
        conn.execute(update(t.captures).where(t.captures.c.no == capture).values(values))


def page_values(place: Place, final_url: str, content_type: str, now: datetime) -> dict[str, Any]:
    """The values of a capture whose page lies in the archive."""
    return _page_values(now) | _place_values(place, final_url, content_type)


def _page_values(now: datetime) -> dict[str, Any]:
    facts = {"status": "fetched", "attempts": 0, "due_at": now, "at": now}
    return NOBODY | facts | {"reason": None, "detail": "", "not_before": None}


def _place_values(place: Place, final_url: str, content_type: str) -> dict[str, Any]:
    where = {"file": place.file, "offset": place.offset, "length": place.length}
    return where | {"final_url": final_url, "content_type": content_type}


def note_files(conn: Connection, names: Collection[str], now: datetime) -> None:
    """Note that these archive files are known."""
    rows = [{"name": name, "added_at": now} for name in sorted(names)]
    if rows:
        conn.execute(upsert(t.archive_files), rows)
