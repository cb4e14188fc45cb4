"""Opening the state database, its transactions, and what a dead process left in it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, select, text, update
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from wirewatch.errors import Unavailable, UserError
from wirewatch.safe import one_line
from wirewatch.state.leases import LEASE, NOBODY, drop_lapsed
from wirewatch.state.migrate import migrate
from wirewatch.state.owners import Owner, new_owner, owner_is_alive
from wirewatch.state.tables import LEASED, captures

__all__ = ["LEASE", "Database", "Owner", "free_dead_claims", "open_database", "opened", "owner_is_alive", "sweep"]

BUSY_TIMEOUT = 20_000  # milliseconds one waits for another process's write on SQLite (six threads met no error: style.md)
DEADLOCK = "40P01"  # postgresql.org/docs/current/errcodes-appendix.html
_CLOCK = text("SELECT clock_timestamp()")
_SQLITE_TROUBLE = {  # what SQLite says: what the user is told; everything else is a bug and passes as it is
    "disk is full": "no room left on the disk; nothing is lost: free some and run again",
    "disk I/O error": "the disk can't be read or written",
    "readonly": "the folder or the file is read-only",
    "unable to open": "the folder or the file can't be opened or written",
    "is locked": "another process has held it for 20 seconds; try again",
    "not a database": "the file is no wirewatch state; move it away or name another --home",
    "malformed": "the file is damaged; put back a copy, or delete it: it is made again from the archive",
}


T = TypeVar("T")


class Database:
    """The state database. `read` and `write` give connections; each is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.owner = new_owner()
        self._turn: AbstractContextManager[Any] = threading.Lock() if engine.dialect.name == "sqlite" else nullcontext()
        with self.read() as conn:
            self.opened_at = clock(conn)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads: one consistent view on SQLite."""
        with _plainly(self.engine), self.engine.connect() as conn:
            yield conn

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is committed whole at the end, or not at all. Raises Unavailable."""
        with _plainly(self.engine), self._turn, self.engine.connect().execution_options(writes=True) as conn, conn.begin():
            yield conn

    def written(self, work: Callable[[Connection], T]) -> T:
        """What `work` gives in such a transaction; done once more if PostgreSQL ended it, for two were waiting for each other."""
        try:
            with self.write() as conn:
                return work(conn)
        except Unavailable as error:
            if getattr(getattr(error.__cause__, "orig", None), "sqlstate", None) != DEADLOCK:
                raise
        with self.write() as conn:
            return work(conn)

    def close(self) -> None:
        """Free what this owner still claims, without counting a death, and close the connections."""
        try:
            _free(self, [self.owner], deaths=0)
        except Unavailable:
            pass  # the claims lapse by themselves
        finally:
            self.engine.dispose()


def open_database(url: str, home: Path) -> Database:
    """The database of `url` ("sqlite": `home`/state.db); an empty one gets this version's schema, on SQLite an older one, too.

    Raises UserError if the URL is wrong or the schema is of another version, Unavailable if it can't be reached or written.
    """
    engine = _engine(url, home)
    try:
        with _plainly(engine):
            migrate(engine, upgrade=engine.dialect.name == "sqlite")
        return Database(engine)
    except BaseException:
        engine.dispose()
        raise


def upgrade_database(url: str, home: Path) -> str:
    """Bring an older schema up to this version's; gives the revision that was there. Raises as `open_database`."""
    engine = _engine(url, home)
    try:
        with _plainly(engine):
            return migrate(engine)
    finally:
        engine.dispose()


def _engine(url: str, home: Path) -> Engine:
    where = _url(url, home)
    try:
        engine = create_engine(where, pool_size=5, max_overflow=60, pool_pre_ping=where.drivername != "sqlite")
    except ModuleNotFoundError as error:
        raise UserError("[state] url: PostgreSQL needs its driver; pip install 'wirewatch[postgres]'") from error
    except (ArgumentError, NoSuchModuleError) as error:
        raise UserError(
            f"[state] url: {one_line(str(error), 200)}; write sqlite, or postgresql+psycopg://user@host/database"
        ) from error
    if engine.dialect.name == "sqlite":
        _make_folder(where)
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
    else:
        event.listen(engine, "connect", _bound_idleness)
    return engine


@contextmanager
def opened(url: str, home: Path) -> Iterator[Database]:
    """The database for a while."""
    db = open_database(url, home)
    try:
        yield db
    finally:
        db.close()


def clock(conn: Connection) -> datetime:
    """The database's clock; ask it once a transaction."""
    if conn.dialect.name == "sqlite":
        return datetime.now(UTC)  # it has no other clock than its processes
    now: datetime = conn.scalar(_CLOCK)
    return now.astimezone(UTC)


def free_dead_claims(db: Database) -> int:
    """Free what dead processes of this machine held, and count a death on captures they were indexing. Gives the rows freed."""
    with db.read() as conn:
        owners = {
            owner
            for table in LEASED
            for owner in conn.scalars(select(table.c.owner).where(table.c.owner.is_not(None)).distinct())
        }
    return _free(db, [owner for owner in owners if not owner_is_alive(owner)], deaths=1)


def sweep(db: Database) -> int:
    """Free what dead processes held here, and what lapsed an hour ago wherever it was; gives the rows freed.

    A lapsed claim is anybody's anyway; but a capture that was being indexed keeps its owner, by whom a death is counted.
    """
    freed = free_dead_claims(db)
    with db.write() as conn:
        before = clock(conn) - timedelta(hours=1)
        return freed + sum(drop_lapsed(conn, table, before) for table in LEASED if table is not captures)


def _free(db: Database, owners: list[str], deaths: int) -> int:
    if not owners or not _holding(db, owners):
        return 0
    freed = 0
    with db.write() as conn:
        held = captures.c.owner.in_(owners) & (captures.c.status == "fetched")
        if deaths:
            conn.execute(update(captures).where(held).values(deaths=captures.c.deaths + deaths))
        for table in LEASED:
            freed += conn.execute(update(table).where(table.c.owner.in_(owners)).values(NOBODY)).rowcount
    return freed


def _holding(db: Database, owners: list[str]) -> bool:
    with db.read() as conn:
        return any(conn.scalar(select(table.c.token).where(table.c.owner.in_(owners)).limit(1)) for table in LEASED)


def _url(url: str, home: Path) -> URL:
    try:
        return make_url(f"sqlite:///{home / 'state.db'}" if url == "sqlite" else url)
    except (ArgumentError, ValueError):  # whose text may hold a piece of a password
        raise UserError("[state] url: is no database; write sqlite, or postgresql+psycopg://user@host/database") from None


def shown(url: URL) -> str:
    """A database's address without what may be secret: its password, and its query, which may hold one, too."""
    return url.set(query={}).render_as_string()


def _make_folder(where: URL) -> None:
    try:
        Path(where.database or "").parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(f"state database: {where.database}: {error.strerror or error}") from error


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late and is never IMMEDIATE: ours is in _on_begin
    for pragma in (f"busy_timeout = {BUSY_TIMEOUT}", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _bound_idleness(connection: Any, _record: Any) -> None:
    """A worker that freezes within a transaction loses it when its leases lapse: its locks must not hold up the others."""
    connection.execute(f"SET idle_in_transaction_session_timeout = '{LEASE.total_seconds():.0f}s'")
    connection.commit()


def _on_begin(conn: Connection) -> None:
    conn.exec_driver_sql("BEGIN IMMEDIATE" if conn.get_execution_options().get("writes") else "BEGIN")


@contextmanager
def _plainly(engine: Engine) -> Iterator[None]:
    """Turn what a database says when it can't go on into Unavailable's one line."""
    try:
        yield
    except DBAPIError as error:
        said = one_line(str(error.orig), 200)
        if engine.dialect.name == "sqlite":
            told = next((told for sign, told in _SQLITE_TROUBLE.items() if sign in said), "")
            if told:
                raise Unavailable(f"state database {engine.url.database}: {told} ({said})") from error
        elif error.connection_invalidated or type(error).__name__ == "OperationalError":
            raise Unavailable(f"state database {shown(engine.url)}: {said}") from error
        raise
