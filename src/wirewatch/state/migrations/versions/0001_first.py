"""The first schema.

Revision ID: 0001
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from wirewatch.state.columns import Foreign, Number, Utc

revision = "0001"
down_revision = None


def _where(condition: sa.TextClause) -> dict[str, Any]:
    return {"sqlite_where": condition, "postgresql_where": condition}


def upgrade() -> None:
    """From nothing."""
    _archive_files()
    _feeds()
    _hosts()
    _meta()
    _runs()
    _watches()
    _articles()
    _article_feeds()
    _article_keys()
    _captures()
    _matches()
    _story_texts()
    _outbox()


def _archive_files() -> None:
    op.create_table(
        "archive_files",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("added_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _feeds() -> None:
    op.create_table(
        "feeds",
        sa.Column("no", Number, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("source", Foreign(), nullable=False),
        sa.Column("country", sa.Text()),
        sa.Column("language", sa.Text()),
        sa.Column("every", sa.Float()),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("interval", sa.Float(), nullable=False),
        sa.Column("next_poll_at", Utc(), nullable=False),
        sa.Column("not_before", Utc()),
        sa.Column("etag", Foreign(), nullable=False),
        sa.Column("last_modified", Foreign(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("failures", sa.Float(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("detail", Foreign(), nullable=False),
        sa.Column("format", Foreign(), nullable=False),
        sa.Column("moved_to", Foreign(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("last_poll_at", Utc()),
        sa.Column("last_success_at", Utc()),
        sa.Column("last_new_at", Utc()),
        sa.Column("gone_at", Utc()),
        sa.Column("token", sa.String(length=32)),
        sa.Column("owner", sa.Text()),
        sa.Column("leased_until", Utc()),
        sa.PrimaryKeyConstraint("no"),
        sa.UniqueConstraint("url"),
    )


def _hosts() -> None:
    op.create_table(
        "hosts",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("next_at", Utc(), nullable=False),
        sa.Column("closed_until", Utc()),
        sa.Column("pace", sa.Float(), nullable=False),
        sa.Column("robots", sa.LargeBinary()),
        sa.Column("robots_status", sa.Integer()),
        sa.Column("robots_fetched_at", Utc()),
        sa.Column("token", sa.String(length=32)),
        sa.Column("owner", sa.Text()),
        sa.Column("leased_until", Utc()),
        sa.PrimaryKeyConstraint("host"),
    )
    op.create_index("hosts_next", "hosts", ["next_at"])


def _meta() -> None:
    op.create_table(
        "meta",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("no", Number, nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("started_at", Utc(), nullable=False),
        sa.Column("ended_at", Utc()),
        sa.Column("summary", sa.Text()),
        sa.PrimaryKeyConstraint("no"),
    )


def _watches() -> None:
    op.create_table(
        "watches",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query_hash", sa.Text(), nullable=False),
        sa.Column("saved_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("name", "query_hash"),
    )


def _articles() -> None:
    op.create_table(
        "articles",
        sa.Column("no", Number, nullable=False),
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("url", Foreign(), nullable=False),
        sa.Column("first_seen_at", Utc(), nullable=False),
        sa.Column("feed", Number),
        sa.Column("source", Foreign(), nullable=False),
        sa.Column("country", sa.Text()),
        sa.Column("language", sa.Text()),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("indexed_revision", Number, nullable=False),
        sa.Column("title", Foreign(), nullable=False),
        sa.Column("published_at", Utc()),
        sa.Column("story", Number),
        sa.ForeignKeyConstraint(["feed"], ["feeds.no"]),
        sa.PrimaryKeyConstraint("no"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("articles_story", "articles", ["story"])


def _article_feeds() -> None:
    op.create_table(
        "article_feeds",
        sa.Column("article", Number, nullable=False),
        sa.Column("feed", Number, nullable=False),
        sa.Column("mark", sa.String(length=32), nullable=False),
        sa.Column("last_shown_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["article"], ["articles.no"]),
        sa.ForeignKeyConstraint(["feed"], ["feeds.no"]),
        sa.PrimaryKeyConstraint("article", "feed"),
    )


def _article_keys() -> None:
    op.create_table(
        "article_keys",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("article", Number, nullable=False),
        sa.ForeignKeyConstraint(["article"], ["articles.no"]),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("article_keys_article", "article_keys", ["article"])


def _captures() -> None:
    op.create_table(
        "captures",
        sa.Column("no", Number, nullable=False),
        sa.Column("article", Number, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("quiet", sa.Boolean(), nullable=False),
        sa.Column("url", Foreign(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("deaths", sa.Integer(), nullable=False),
        sa.Column("due_at", Utc(), nullable=False),
        sa.Column("not_before", Utc()),
        sa.Column("queued_at", Utc(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("detail", Foreign(), nullable=False),
        sa.Column("file", sa.Text()),
        sa.Column("offset", Number),
        sa.Column("length", Number),
        sa.Column("final_url", Foreign(), nullable=False),
        sa.Column("content_type", Foreign(), nullable=False),
        sa.Column("entry", Foreign(), nullable=False),
        sa.Column("token", sa.String(length=32)),
        sa.Column("owner", sa.Text()),
        sa.Column("leased_until", Utc()),
        sa.ForeignKeyConstraint(["article"], ["articles.no"]),
        sa.PrimaryKeyConstraint("no"),
        sa.UniqueConstraint("article", "n"),
    )
    op.create_index("captures_fetched", "captures", ["due_at", "no"], **_where(sa.text("status = 'fetched'")))
    op.create_index("captures_indexed", "captures", ["due_at", "no"], **_where(sa.text("status = 'indexed'")))
    op.create_index("captures_owner", "captures", ["owner"], **_where(sa.text("owner IS NOT NULL")))
    op.create_index("captures_queued", "captures", ["host", "due_at", "no"], **_where(sa.text("status = 'queued'")))
    op.create_index("captures_reason", "captures", ["at"], **_where(sa.text("reason IS NOT NULL")))


def _matches() -> None:
    op.create_table(
        "matches",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("watch", sa.Text(), nullable=False),
        sa.Column("story", Number, nullable=False),
        sa.Column("article", Number, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("sentence", Foreign(), nullable=False),
        sa.Column("matched_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["article"], ["articles.no"]),
        sa.ForeignKeyConstraint(["story"], ["articles.no"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("watch", "story"),
    )


def _story_texts() -> None:
    op.create_table(
        "story_texts",
        sa.Column("article", Number, nullable=False),
        sa.Column("story", Number, nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["article"], ["articles.no"]),
        sa.PrimaryKeyConstraint("article"),
    )
    op.create_index("story_texts_digest", "story_texts", ["digest"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("no", Number, nullable=False),
        sa.Column("match", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", Utc(), nullable=False),
        sa.Column("sent_at", Utc()),
        sa.Column("error", Foreign(), nullable=False),
        sa.Column("message", Foreign(), nullable=False),
        sa.Column("token", sa.String(length=32)),
        sa.Column("owner", sa.Text()),
        sa.Column("leased_until", Utc()),
        sa.ForeignKeyConstraint(["match"], ["matches.id"]),
        sa.PrimaryKeyConstraint("no"),
        sa.UniqueConstraint("match", "channel", "address"),
    )
    op.create_index("outbox_pending", "outbox", ["due_at", "no"], **_where(sa.text("state = 'pending'")))
