"""The tables of watches: what they met, what is to be told, and what their conditions over time ask for."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, literal_column

from wirewatch.state.columns import Foreign, Number, Utc, lease, metadata, partial_index

watches = Table(
    "watches",
    metadata,
    Column("name", Text, primary_key=True),
    Column("query_hash", Text, primary_key=True),
    Column("saved_at", Utc, nullable=False),
)

matches = Table(
    "matches",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("watch", Text, nullable=False),
    Column("story", ForeignKey("articles.no"), nullable=False),
    Column("article", ForeignKey("articles.no"), nullable=False),  # the telling that met the watch
    Column("state", Text, nullable=False),  # live, suppressed
    Column("reason", Text, nullable=False, default=""),  # why suppressed
    Column("sentence", Foreign, nullable=False, default=""),
    Column("matched_at", Utc, nullable=False),
    Column("why", Foreign, nullable=False, default="{}", server_default="{}"),  # JSON: model.Why
    Column("digest", Text, nullable=False, default="", server_default=""),  # of the article's text as it was told last
    UniqueConstraint("watch", "story"),
)
Index("matches_watch", matches.c.watch, matches.c.matched_at)
Index("matches_story", matches.c.story)

outbox = Table(
    "outbox",
    metadata,
    Column("no", Number, primary_key=True),
    Column("match", ForeignKey("matches.id"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),  # a key of the address, never the address: it may hold a password
    Column("state", Text, nullable=False),  # pending, sent, dead
    Column("attempts", Integer, nullable=False, default=0),
    Column("due_at", Utc, nullable=False),
    Column("sent_at", Utc),
    Column("error", Foreign, nullable=False, default=""),
    Column("message", Foreign, nullable=False),  # JSON
    Column("version", Integer, nullable=False, default=0, server_default="0"),  # as Message.version
    *lease(),
    UniqueConstraint("match", "channel", "address", "version"),
)
PENDING, DEAD = (outbox.c.state == literal_column(f"'{state}'") for state in ("pending", "dead"))
partial_index("outbox_pending", outbox.c.due_at, outbox.c.no, where=PENDING)
partial_index("outbox_dead", outbox.c.channel, outbox.c.no, where=DEAD)
Index("outbox_told", outbox.c.channel, outbox.c.address, outbox.c.sent_at)

watch_hours = Table(  # what watches with a `rate` found, for as many weeks as are compared
    "watch_hours",
    metadata,
    Column("watch", Text, primary_key=True),
    Column("query_hash", Text, primary_key=True),
    Column("hour", Integer, primary_key=True),  # since 1970, in which the articles were first seen
    Column("articles", Integer, nullable=False),
)

mentions = Table(  # what `first_mention` asks
    "mentions",
    metadata,
    Column("entity", Text, primary_key=True),
    Column("mentioned_at", Utc, nullable=False),  # by the newest article that names it, as far as known
    Column("noted_at", Utc, nullable=False),  # when the entity came into this table
)

mutes = Table(
    "mutes",
    metadata,
    Column("watch", Text, primary_key=True),
    Column("until", Utc, nullable=False),
)
