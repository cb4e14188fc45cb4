"""Counts that only grow: what the runs did, and what became of the messages.

A message that was given up and put on its way again ends twice, and counts twice.

Runs are forgotten after a while and messages with their articles, but a counter that fell would be read as one that began anew.
So each row is counted once, when it has ended, and the sums are kept in `meta` with how far the counting has come.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Connection, Row, Table, func, select, update

from wirewatch.state import meta
from wirewatch.state import tables as t
from wirewatch.state.database import Database
from wirewatch.state.leases import chunks

KEY = "totals"  # in `meta`
BATCH = 5_000  # rows read at once
GAP = 1_000  # numbers that may be given away and not be seen yet: transactions end in another order than they number their rows

Sums = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Totals:
    """Everything that was ever counted."""

    outcomes: Sums  # by (stage, outcome)
    messages: Sums  # by (channel, "sent" or "dead")


@dataclass(slots=True)
class _Ledger:
    through: int = 0  # the highest number that was seen
    open: set[int] = field(default_factory=set)  # numbers up to it that had not ended, or were not there yet
    sums: Counter[tuple[str, str]] = field(default_factory=Counter)


def totals(db: Database) -> Totals:
    """Count what has ended since the last call. Costs the rows that are new or still open, found by their primary key."""
    with db.write() as conn:
        before = meta.locked(conn, KEY, "")  # two who count at once would count a row twice
        kept = json.loads(before or "{}")
        runs, messages = _ledger(kept.get("runs")), _ledger(kept.get("outbox"))
        _advance(conn, t.runs, (t.runs.c.ended_at, t.runs.c.summary), runs, _of_run)
        _advance(conn, t.outbox, (t.outbox.c.channel, t.outbox.c.state), messages, _of_message)
        after = json.dumps({"runs": _plain(runs), "outbox": _plain(messages)})
        if after != before:
            conn.execute(update(t.meta).where(t.meta.c.key == KEY).values(value=after))
    return Totals(runs.sums, messages.sums)


def reopen(conn: Connection, messages: Sequence[int]) -> None:
    """These ended once, and will once more: that counts, too."""
    kept = json.loads(meta.locked(conn, KEY, "") or "{}")
    if "outbox" in kept:
        ledger = _ledger(kept["outbox"])
        ledger.open |= set(messages)
        value = json.dumps(kept | {"outbox": _plain(ledger)})
        conn.execute(update(t.meta).where(t.meta.c.key == KEY).values(value=value))


def _ledger(kept: Mapping[str, Any] | None) -> _Ledger:
    if kept is None:
        return _Ledger()
    return _Ledger(kept["through"], set(kept["open"]), Counter({(first, then): n for first, then, n in kept["sums"]}))


def _plain(ledger: _Ledger) -> dict[str, Any]:
    sums = sorted([first, then, n] for (first, then), n in ledger.sums.items())
    return {"through": ledger.through, "open": sorted(ledger.open), "sums": sums}


def _advance(
    conn: Connection, table: Table, columns: Sequence[Column[Any]], ledger: _Ledger, counted: Callable[[Row[Any]], Sums | None]
) -> None:
    """Bring the ledger up to the table; `counted` gives what a row counts for, None while it hasn't ended."""
    no = table.c.no
    newest = conn.scalar(select(func.max(no))) or 0
    ledger.through = min(ledger.through, newest)  # SQLite gives the numbers of dropped rows away again
    waiting = sorted(number for number in ledger.open if number <= ledger.through)
    ledger.open = set()
    query = select(no, *columns).order_by(no).limit(BATCH)
    while rows := conn.execute(query.where(no > ledger.through)).all():
        last = rows[-1].no
        first = ledger.through + 1 if ledger.through else rows[0].no
        ledger.through = last
        _take(ledger, rows, range(max(first, last - GAP), last + 1), counted)
    for some in chunks(waiting):
        _take(ledger, conn.execute(select(no, *columns).where(no.in_(some))).all(), some, counted)


def _take(ledger: _Ledger, rows: Sequence[Row[Any]], expected: Sequence[int], counted: Callable[[Row[Any]], Sums | None]) -> None:
    for row in rows:
        sums = counted(row)
        if sums is None:
            ledger.open.add(row.no)
        else:
            ledger.sums.update(sums)
    missing = set(expected) - {row.no for row in rows}
    ledger.open |= {number for number in missing if number > ledger.through - GAP}


def _of_run(row: Row[Any]) -> Sums | None:
    if row.ended_at is None:
        return None
    summary = json.loads(row.summary or "{}")
    return {(stage, outcome): n for stage, by in summary.items() for outcome, n in by.items()}


def _of_message(row: Row[Any]) -> Sums | None:
    return None if row.state == "pending" else {(row.channel, row.state): 1}
