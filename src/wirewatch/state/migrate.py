"""Bringing a database to this version's schema, with Alembic."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from wirewatch.errors import UserError

HEAD = "0001"  # the newest revision in migrations/versions; revisions are numbers, so that a newer one is known as such


def migrate(engine: Engine, revision: str = HEAD) -> None:
    """Make or upgrade the schema in one transaction. Raises UserError if a newer version of wirewatch made it."""
    with engine.connect() as conn:
        if _is_current(conn, revision):
            return
    with engine.connect().execution_options(writes=True) as conn, conn.begin():
        if conn.dialect.name == "postgresql":
            conn.execute(text("SELECT pg_advisory_xact_lock(7711001)"))  # two processes at the first start: one migrates
        if not _is_current(conn, revision):
            _upgrade(conn, revision)


def _is_current(conn: Connection, wanted: str) -> bool:
    if not inspect(conn).has_table("alembic_version"):
        return False
    found = conn.scalar(text("SELECT version_num FROM alembic_version")) or ""
    if found > HEAD:
        raise UserError(f"the state database is of a newer wirewatch (schema {found}, this one knows {HEAD}); update wirewatch")
    return found >= wanted


def _upgrade(conn: Connection, revision: str) -> None:
    from alembic import command  # here: most starts need no migration, and the import costs 0.1 s
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = conn
    command.upgrade(config, revision)
