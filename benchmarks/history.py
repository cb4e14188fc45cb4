"""A year behind a state database: feeds, articles and captures as they lie after one, made inside PostgreSQL in bulk."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text

from wirewatch.state.identity import short_hash

QUEUED = 0.002  # share of the captures; as much again is between fetch and match
TITLE = "A title of some length, in words as they are used in news"
BUSY = 480  # queued captures of four hosts: what 100 are claimed of


@dataclass(frozen=True, slots=True)
class Size:
    """How much lies in a database."""

    feeds: int
    hosts: int
    captures: int

    @property
    def queued(self) -> int:
        """Captures that wait to be fetched: the newest."""
        return max(int(self.captures * QUEUED), 2 * BUSY)

    @property
    def waiting(self) -> int:
        """Captures that are laid out for many processes: the newest hundredth."""
        return max(self.captures // 100, 2 * self.queued)

    def rows(self, table: str) -> int:
        """Rows of a table."""
        return {"feeds": self.feeds, "hosts": self.hosts}.get(table, self.captures)

    def tenth(self) -> "Size":
        """A tenth of it."""
        return Size(self.feeds // 10, self.hosts // 10, self.captures // 10)


# An eighth of the captures end without an index entry; the rest is matched, but for the newest. A busy host has as many articles
# as the cube of a random number makes it: the first percent of the hosts has a fifth of all.
_TABLES = (
    """INSERT INTO feeds (url, host, source, country, language, active, interval, next_poll_at, etag, last_modified, body_hash,
        failures, outcome, detail, format, moved_to, entries, last_poll_at, last_success_at, last_new_at)
    SELECT 'https://www.outlet-' || g % :hosts || '.example/rss/section-' || g, 'www.outlet-' || g % :hosts || '.example:443',
        'Outlet ' || g % :hosts, 'rs', 'sr', g % 50 > 0, pace,
        now() + pace * interval '1 second' * random() - interval '20 minutes',
        md5(g::text), 'Wed, 11 Nov 2026 11:11:11 GMT', md5((g + 1)::text), 0, 'unchanged', '', 'rss20', '', 30,
        now() - interval '1 hour', now() - interval '1 hour', now() - interval '1 day'
    FROM (SELECT g, least(86400, 3600 * 24 ^ random()) AS pace FROM generate_series(1, :feeds) g) each""",
    """INSERT INTO hosts (host, next_at, pace, robots, robots_status, robots_fetched_at)
    SELECT 'www.outlet-' || g || '.example:443', now() - random() * interval '1 day', 1,
        convert_to(repeat('Disallow: /' || md5(g::text) || E'\n', 10), 'UTF8'), 200, now() - random() * interval '1 day'
    FROM generate_series(0, :hosts - 1) g""",
    """INSERT INTO articles (id, url, first_seen_at, feed, source, country, language, revision, indexed_revision, title,
        published_at, story)
    SELECT substr(md5(g::text), 1, 16), 'https://www.outlet-' || g % :hosts || '.example/news/' || g || '/' || md5(g::text) ||
        '-title', at, 1 + g % :feeds, 'Outlet ' || g % :hosts, 'rs', 'sr', 1, 1048577, :title, at,
        CASE WHEN g % 8 = 0 THEN g - 1 ELSE g END
    FROM (SELECT g, now() - (:captures - g) * interval '365 days' / :captures AS at FROM generate_series(1, :captures) g) each""",
    """INSERT INTO article_keys (key, article)
    SELECT 'outlet-' || g % :hosts || '.example/news/' || g || '/' || md5(g::text) || '-title', g
    FROM generate_series(1, :captures) g""",
    """INSERT INTO article_feeds (article, feed, mark)
    SELECT g, 1 + g % :feeds, :mark
    FROM generate_series(1, :captures) g""",
    """INSERT INTO story_texts (article, story, day, digest)
    SELECT g, first, 20000 + g * 365 / :captures, decode(md5(first::text), 'hex')
    FROM (SELECT g, CASE WHEN g % 8 = 0 THEN g - 1 ELSE g END AS first FROM generate_series(1, :captures) g) each""",
    """INSERT INTO captures (article, n, kind, status, quiet, url, host, attempts, deaths, due_at, queued_at, at, reason, detail,
        file, "offset", length, final_url, content_type, entry)
    SELECT g, 1, 'new', status, false, url, 'www.outlet-' || CASE WHEN left_ <= :busy THEN g % 4
        ELSE floor(:hosts * random() ^ 3)::int END || '.example:443', 0, 0, at, at, at,
        CASE status WHEN 'skipped' THEN 'not-html' WHEN 'failed' THEN 'http-404' END, '',
        CASE WHEN status <> 'queued' THEN to_char(at, 'YYYYMMDD') || '/' || substr(md5((g / 50)::text), 1, 20) || '.warc.gz' END,
        g % 50 * 70000, 70000, url, 'text/html; charset=utf-8',
        json_build_object('url', url, 'title', CAST(:title AS text), 'summary',
        md5('b' || g) || md5('c' || g) || md5('d' || g) || md5('e' || g) || md5('f' || g) || md5('g' || g),
        'published_at', at, 'updated', '', 'content', '')
    FROM (
        SELECT g, :captures - g AS left_, now() - (:captures - g) * interval '365 days' / :captures AS at,
            'https://www.outlet-' || g % :hosts || '.example/news/' || g || '/' || md5(g::text) || '-title' AS url,
            CASE WHEN :captures - g < :queued THEN 'queued' WHEN :captures - g < :queued * 3 / 2 THEN 'fetched'
                WHEN :captures - g < :queued * 2 THEN 'indexed' WHEN g % 16 = 0 THEN 'skipped' WHEN g % 16 = 1 THEN 'failed'
                ELSE 'matched' END AS status
        FROM generate_series(1, :captures) g
    ) each""",
    # A host that was worked on was asked a moment ago: those without work stand before it, as they do after some hours of work.
    "UPDATE hosts SET next_at = now() WHERE host IN (SELECT host FROM captures WHERE status = 'queued')",
)
TABLES = ("feeds", "hosts", "articles", "article_keys", "article_feeds", "story_texts", "captures")


def fill(engine: Engine, size: Size) -> None:
    """Put a year of history into an empty, migrated database."""
    numbers = {"feeds": size.feeds, "hosts": size.hosts, "captures": size.captures, "queued": size.queued, "busy": BUSY}
    values = numbers | {"title": TITLE, "mark": short_hash(f"{TITLE}\0")}  # as polls.py makes it: known entries are not edits

    def make(statement: str) -> None:
        with engine.begin() as conn:
            conn.execute(text("SET LOCAL session_replication_role = replica"))  # foreign keys are right as they are made here
            conn.execute(text("SET LOCAL synchronous_commit = off"))
            conn.execute(text(statement), {name: value for name, value in values.items() if f":{name}" in statement})

    with engine.begin() as conn:
        indexes = _without_indexes(conn)
    *tables, last = _TABLES
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(make, reversed(tables)))  # the largest first
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(make, indexes))
    make(last)
    tidy(engine)


def _without_indexes(conn: Connection) -> list[str]:
    """Drop the indexes that no constraint needs; gives what makes them again: at the end they cost a third."""
    query = """SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
        AND indexname NOT IN (SELECT conname FROM pg_constraint)"""
    found = conn.execute(text(query)).all()
    for row in found:
        conn.execute(text(f'DROP INDEX "{row.indexname}"'))
    return [row.indexdef for row in found]


def tidy(engine: Engine) -> None:
    """What autovacuum will have done after a while."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("VACUUM ANALYZE"))


def bytes_of(engine: Engine) -> dict[str, tuple[int, int]]:
    """Bytes of each table and of its indexes."""
    query = "SELECT pg_table_size(:name), pg_indexes_size(:name)"
    with engine.connect() as conn:
        sizes = {name: conn.execute(text(query), {"name": name}).one() for name in TABLES}
    return {name: (int(row[0]), int(row[1])) for name, row in sizes.items()}


def dead_in(engine: Engine) -> dict[str, tuple[int, int]]:
    """Live and dead rows of each table, as the server's statistics have them."""
    query = "SELECT n_live_tup, n_dead_tup FROM pg_stat_user_tables WHERE relname = :name"
    with engine.connect() as conn:
        found = {name: conn.execute(text(query), {"name": name}).one() for name in TABLES}
    return {name: (int(row[0]), int(row[1])) for name, row in found.items()}
