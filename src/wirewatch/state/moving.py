"""Where pages lie, when archive files are joined, thinned out or dropped."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import bindparam, delete, select, update

from wirewatch.model import ArticleId
from wirewatch.state import tables as t
from wirewatch.state.database import Database, clock
from wirewatch.state.leases import chunks
from wirewatch.state.upsert import insert as upsert

At = tuple[str, int]  # a file, and the offset of a page's response record in it


def move(db: Database, moves: Mapping[At, At | None], new: Collection[str], gone: Collection[str]) -> None:
    """In one transaction: captures at the old places lie at the new ones (None: nowhere), and the files are known and unknown."""
    c, f = t.captures.c, t.archive_files
    rows = [
        {"old_file": old[0], "old_offset": old[1], "new_file": to and to[0], "new_offset": to and to[1]}
        for old, to in moves.items()
    ]
    values = {"file": bindparam("new_file", type_=c.file.type), "offset": bindparam("new_offset", type_=c.offset.type)}
    with db.write() as conn:
        now = clock(conn)
        if rows:
            there = (c.file == bindparam("old_file")) & (c.offset == bindparam("old_offset"))
            conn.execute(update(t.captures).where(there).values(values), rows)
        if new:
            conn.execute(upsert(f), [{"name": name, "added_at": now} for name in sorted(new)])
        for some in chunks(sorted(gone)):
            conn.execute(delete(f).where(f.c.name.in_(some)))


def places(db: Database, file: str) -> set[int]:
    """The offsets in that file at which captures lie."""
    c = t.captures.c
    with db.read() as conn:
        return {int(offset) for offset in conn.scalars(select(c.offset).where(c.file == file))}


def used_files(db: Database) -> set[str]:
    """The files in which captures lie."""
    c = t.captures.c
    with db.read() as conn:
        return {str(name) for name in conn.scalars(select(c.file).where(c.file.is_not(None)).distinct())}


def busy_files(db: Database) -> set[str]:
    """The files with pages that are still to be indexed: a worker may hold their place."""
    c = t.captures.c
    with db.read() as conn:
        return {str(name) for name in conn.scalars(select(c.file).where(t.has_status("fetched")).distinct())}


def files_of(db: Database, ids: Sequence[ArticleId]) -> set[str]:
    """The files that hold pages of these articles."""
    a, c = t.articles.c, t.captures.c
    names: set[str] = set()
    with db.read() as conn:
        for some in chunks(list(ids)):
            query = select(c.file).join(t.articles, a.no == c.article).where(a.id.in_(some), c.file.is_not(None))
            names |= {str(name) for name in conn.scalars(query.distinct())}
    return names


def place_of(db: Database, article: ArticleId, n: int) -> At | None:
    """Where an article's n-th capture lies."""
    a, c = t.articles.c, t.captures.c
    query = select(c.file, c.offset).join(t.articles, a.no == c.article).where(a.id == article, c.n == n, c.file.is_not(None))
    with db.read() as conn:
        row = conn.execute(query).one_or_none()
    return (row.file, row.offset) if row else None
