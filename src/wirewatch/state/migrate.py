"""Bringing a database to this version's schema, with Alembic."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from wirewatch.errors import UserError

HEAD = "0010"  # the newest revision in migrations/versions; revisions are numbers, so that a newer one is known as such


def migrate(engine: Engine, revision: str = HEAD, *, upgrade: bool = True) -> str:
    """Make or upgrade the schema in one transaction; gives the revision that was there, "" for none.

    Raises UserError if a newer version of wirewatch made it, or if it is older and `upgrade` is False: where many workers
    share a database, it changes under them when somebody says so, not when the first of them happens to be updated.
    """
    with engine.connect() as conn:
        found = _revision(conn)
    if found >= revision:
        return found
    if found and not upgrade:
        raise UserError(
            f"the state database has schema {found}, this wirewatch needs {HEAD}; "
            "stop the older workers, then run `wirewatch db upgrade`"
        )
    with engine.connect().execution_options(writes=True) as conn, conn.begin():
        if conn.dialect.name == "postgresql":
            conn.execute(text("SELECT pg_advisory_xact_lock(7711001)"))  # two processes at the first start: one migrates
        if _revision(conn) < revision:
            _upgrade(conn, revision)
    return found


def _revision(conn: Connection) -> str:
    if not inspect(conn).has_table("alembic_version"):
        return ""
    found = str(conn.scalar(text("SELECT version_num FROM alembic_version")) or "")
    if found > HEAD:
        raise UserError(f"the state database is of a newer wirewatch (schema {found}, this one knows {HEAD}); update wirewatch")
    return found


def _upgrade(conn: Connection, revision: str) -> None:
    from alembic import command  # here: most starts need no migration, and the import costs 0.1 s
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = conn
    command.upgrade(config, revision)
