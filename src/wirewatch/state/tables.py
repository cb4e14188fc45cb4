"""The tables; those of watches are in watch_tables.py.

What is changed here needs a migration in `migrations/versions` (a test compares the two).
"""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    literal_column,
)
from sqlalchemy.sql.elements import ColumnElement

from wirewatch.state.columns import Foreign, Number, Utc, lease, metadata, partial_index
from wirewatch.state.watch_tables import DEAD, PENDING, matches, mentions, mutes, outbox, watch_hours, watches

__all__ = [
    "DEAD", "LEASED", "PENDING", "archive_files", "article_feeds", "article_keys", "articles", "captures", "feeds", "has_status",
    "hosts", "matches", "mentions", "meta", "metadata", "mutes", "outbox", "runs", "story_hashes", "story_links",
    "story_paragraphs", "story_sketches", "story_texts", "watch_hours", "watches",
]  # fmt: skip


feeds = Table(
    "feeds",
    metadata,
    Column("no", Number, primary_key=True),
    Column("url", Text, nullable=False, unique=True),
    Column("host", Text, nullable=False),
    Column("source", Foreign, nullable=False),
    Column("country", Text),
    Column("language", Text),
    Column("every", Float),  # seconds; null: the adaptive pace
    Column("active", Boolean, nullable=False),  # False: no longer in the config; its history is kept
    Column("interval", Float, nullable=False),  # seconds
    Column("next_poll_at", Utc, nullable=False),
    Column("not_before", Utc),  # Retry-After: not even --now goes before it
    Column("etag", Foreign, nullable=False, default=""),
    Column("last_modified", Foreign, nullable=False, default=""),
    Column("body_hash", Text, nullable=False, default=""),
    Column("failures", Float, nullable=False, default=0.0),
    Column("outcome", Text, nullable=False, default=""),
    Column("reason", Text),
    Column("detail", Foreign, nullable=False, default=""),
    Column("format", Foreign, nullable=False, default=""),
    Column("moved_to", Foreign, nullable=False, default=""),  # where it redirects to for good
    Column("moved_since", Utc),
    Column("moved_times", Integer, nullable=False, default=0, server_default="0"),
    Column("lives_at", Foreign, nullable=False, default="", server_default=""),  # where it is asked since it moved
    Column("rhythm", LargeBinary),  # poll/rhythm.py: when it publishes
    Column("shown", Integer, nullable=False, default=0, server_default="0"),  # entries it showed last
    Column("marks", LargeBinary),  # poll/unread.py: of those that needn't be read again
    Column("wish", Float, nullable=False, default=0.0, server_default="0"),  # seconds it asks not to be polled for
    Column("full_at", Utc),  # when its body came last, whatever the validators said
    Column(
        "lies", Boolean, nullable=False, default=False, server_default=false()
    ),  # its validators stood still while it had news
    Column("gaps", Integer, nullable=False, default=0, server_default="0"),  # polls before which entries may have been dropped
    Column("recent", Foreign, nullable=False, default="", server_default=""),  # its last polls, a line each
    Column("entries", Integer, nullable=False, default=0),  # articles it has shown
    Column("last_poll_at", Utc),
    Column("last_success_at", Utc),
    Column("last_new_at", Utc),
    Column("gone_at", Utc),  # since when it answers 410
    Column("told", Text, nullable=False, default="", server_default=""),  # the ill health that people were told of
    *lease(),
)
Index("feeds_next", feeds.c.active, feeds.c.next_poll_at, feeds.c.no)

articles = Table(
    "articles",
    metadata,
    Column("no", Number, primary_key=True),
    Column("id", String(16), nullable=False, unique=True),
    Column("url", Foreign, nullable=False),  # as first announced
    Column("first_seen_at", Utc, nullable=False),
    Column("feed", ForeignKey("feeds.no")),  # that announced it first; null: an import
    Column("source", Foreign, nullable=False),  # these three as they were then; the feed's own of today go before
    Column("country", Text),
    Column("language", Text),
    Column("revision", Integer, nullable=False, default=0),  # counts claims for indexing
    Column("indexed_revision", Number, nullable=False, default=0),  # of the newest acknowledged document
    Column("title", Foreign, nullable=False, default=""),
    Column("published_at", Utc),
    Column("story", Number),  # its story's first article; given once
    Column("text_hash", Text, nullable=False, default="", server_default=""),  # of the indexed title and body
    Column("edited_at", Utc),  # when a later look found another text
    Column("revisit_at", Utc),  # when it is looked at once more; null: it was, or won't be
    Column("telling", Integer),  # 1: its story's first article, 2: the next that joined …; given once
)
Index("articles_story", articles.c.story, articles.c.telling)

article_keys = Table(
    "article_keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column("article", ForeignKey("articles.no"), nullable=False),
)
Index("article_keys_article", article_keys.c.article)

article_feeds = Table(
    "article_feeds",
    metadata,
    Column("article", ForeignKey("articles.no"), primary_key=True),
    Column("feed", ForeignKey("feeds.no"), primary_key=True),
    Column("mark", String(32), nullable=False),  # hash of (title, updated) as this feed showed them last
)

captures = Table(
    "captures",
    metadata,
    Column("no", Number, primary_key=True),
    Column("article", ForeignKey("articles.no"), nullable=False),
    Column("n", Integer, nullable=False),
    Column("kind", Text, nullable=False),  # new, edit (its feed says so), revisit (a day later), retry (by hand)
    Column("status", Text, nullable=False),  # queued, fetched, indexed, matched; skipped, failed
    Column("quiet", Boolean, nullable=False, default=False),  # came by a rebuild: is matched without being told
    Column("url", Foreign, nullable=False),  # as announced: what is requested
    Column("host", Text, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),  # in this status
    Column("deaths", Integer, nullable=False, default=0),  # of workers that held it while it was `fetched`
    Column("due_at", Utc, nullable=False),
    Column("not_before", Utc),  # Retry-After: not even --now goes before it
    Column("queued_at", Utc, nullable=False),
    Column("at", Utc, nullable=False),  # of the last change
    Column("reason", Text),
    Column("detail", Foreign, nullable=False, default=""),
    Column("file", Text),
    Column("offset", Number),
    Column("length", Number),
    Column("final_url", Foreign, nullable=False, default=""),
    Column("content_type", Foreign, nullable=False, default=""),
    Column("etag", Foreign, nullable=False, default="", server_default=""),  # these two as the page's server gave them
    Column("last_modified", Foreign, nullable=False, default="", server_default=""),
    Column("entry", Foreign, nullable=False),  # JSON
    *lease(),
    UniqueConstraint("article", "n"),
)


def has_status(status: str) -> ColumnElement[bool]:
    """captures.status = '…', written out: a bound value would keep both databases from using the partial indexes."""
    assert status.isalpha()  # noqa: S101
    return captures.c.status == literal_column(f"'{status}'")


partial_index("articles_revisit", articles.c.revisit_at, where=articles.c.revisit_at.is_not(None))
partial_index("captures_queued", captures.c.host, captures.c.due_at, captures.c.no, where=has_status("queued"))
partial_index("captures_fetched", captures.c.due_at, captures.c.no, where=has_status("fetched"))
partial_index("captures_indexed", captures.c.due_at, captures.c.no, where=has_status("indexed"))
partial_index("captures_owner", captures.c.owner, where=captures.c.owner.is_not(None))
partial_index("captures_reason", captures.c.at, where=captures.c.reason.is_not(None))

hosts = Table(
    "hosts",
    metadata,
    Column("host", Text, primary_key=True),  # name:port
    Column("next_at", Utc, nullable=False),  # when it may be asked next
    Column("closed_until", Utc),  # down, or it said Retry-After: not even --now goes before it
    Column("pace", Float, nullable=False, default=1.0),  # factor on the delay
    Column("robots", LargeBinary),
    Column("robots_status", Integer),
    Column("robots_fetched_at", Utc),
    *lease(),
)
Index("hosts_next", hosts.c.next_at)

archive_files = Table(
    "archive_files",
    metadata,
    Column("name", Text, primary_key=True),
    Column("added_at", Utc, nullable=False),
)

story_texts = Table(
    "story_texts",
    metadata,
    Column("article", ForeignKey("articles.no"), primary_key=True),
    Column("story", Number, nullable=False),
    Column("day", Integer, nullable=False),  # days since 1970 on which the article was first seen
    Column("digest", LargeBinary, nullable=False),  # of the folded text
    Column("title", Integer),  # hash of the folded title of a brief text
)
Index("story_texts_digest", story_texts.c.digest)

story_sketches = Table(  # kept for as long as near copies of the article may come
    "story_sketches",
    metadata,
    Column("article", ForeignKey("articles.no"), primary_key=True),
    Column("story", Number, nullable=False),
    Column("day", Integer, nullable=False),
    Column("rules", Integer, nullable=False),  # by which it was made: only those of the same are compared
    Column("words", LargeBinary, nullable=False),
    Column("numbers", LargeBinary, nullable=False),
)
Index("story_sketches_story", story_sketches.c.story)
Index("story_sketches_day", story_sketches.c.day)

story_hashes = Table(  # by which near copies are found
    "story_hashes",
    metadata,
    Column("hash", Integer, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("article", Number, primary_key=True),
    sqlite_with_rowid=False,
)

story_paragraphs = Table(  # of a source: those that come in three stories are its own, not the articles'
    "story_paragraphs",
    metadata,
    Column("key", Number, primary_key=True, autoincrement=False),
    Column("first", Number, nullable=False),  # stories
    Column("second", Number),
    Column("third", Number),
    Column("day", Integer, nullable=False),  # on which it was last seen
)

story_links = Table(  # two stories that an article is a copy of
    "story_links",
    metadata,
    Column("story", Number, primary_key=True),  # the article's own
    Column("other", Number, primary_key=True),
    Column("article", ForeignKey("articles.no"), nullable=False),  # the first that linked them
)
Index("story_links_other", story_links.c.other)

runs = Table(
    "runs",
    metadata,
    Column("no", Number, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("started_at", Utc, nullable=False),
    Column("ended_at", Utc),  # null: it goes on, or was cut off
    Column("summary", Text),  # JSON
)

meta = Table("meta", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))

LEASED = (feeds, captures, hosts, outbox)
