"""What tables are made of: column types that mean the same on SQLite and PostgreSQL, claims, partial indexes."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, MetaData, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
metadata = MetaData()  # of all tables

Number = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only where the type is INTEGER


class Utc(TypeDecorator[datetime]):
    """A point in time: microseconds since 1970 on SQLite (whose own type drops the offset), timestamptz on PostgreSQL.

    Gives aware datetimes in UTC; a naive one is a bug and refused.
    """

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type under it."""
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """To the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone: {value!r}")
        return (value - EPOCH) // MICROSECOND if dialect.name == "sqlite" else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """From the database."""
        if value is None:
            return None
        at: datetime = EPOCH + value * MICROSECOND if dialect.name == "sqlite" else value.astimezone(UTC)
        return at


class Foreign(TypeDecorator[str]):
    """Text that others wrote: what a database can't hold (NUL, lone surrogates) is left out or becomes `?`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """To the database."""
        return None if value is None else value.replace("\0", "").encode("utf-8", "replace").decode()


def lease() -> tuple[Column[Any], ...]:
    """Who works on the row, and until when: `token` names the claim, a result is written only while it stands."""
    return Column("token", String(32)), Column("owner", Text), Column("leased_until", Utc)


def partial_index(name: str, *columns: Column[Any], where: ColumnElement[bool]) -> None:
    """An index of the rows that `where` holds for: on both databases as small as what is under way."""
    Index(name, *columns, sqlite_where=where, postgresql_where=where)
