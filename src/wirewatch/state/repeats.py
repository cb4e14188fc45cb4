"""Texts that a host shows for many articles: a consent page, a login, a captcha, whatever it calls itself."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from wirewatch.model import ArticleNo
from wirewatch.state import tables as t
from wirewatch.state.database import Database
from wirewatch.state.identity import host_of
from wirewatch.state.leases import chunks
from wirewatch.state.rows import entry_of

OTHERS = 3  # articles announced under other titles; a reprint on the same host keeps its title


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a host showed for an article."""

    article: ArticleNo
    url: str  # as announced
    title: str  # as announced
    digest: bytes | None  # of the text (group.stage)


def repeated(db: Database, pages: Sequence[Shown]) -> set[ArticleNo]:
    """Those of the articles whose text their host showed for at least OTHERS others, in the past or among `pages`."""
    told = [page for page in pages if page.digest and page.title.strip()]
    titles: dict[tuple[str, bytes], set[str]] = defaultdict(set)
    for page in told:
        titles[_mark(page)].add(_folded(page.title))
    for host, digest, title in _past(db, [page.digest for page in told if page.digest], {page.article for page in told}):
        titles[host, digest].add(_folded(title))
    return {page.article for page in told if len(titles[_mark(page)] - {_folded(page.title)}) >= OTHERS}


def _past(db: Database, digests: Sequence[bytes], but: set[ArticleNo]) -> list[tuple[str, bytes, str]]:
    """Host, text and title of what was shown with these texts."""
    s, c, found = t.story_texts.c, t.captures.c, list[tuple[str, bytes, str]]()
    with db.read() as conn:
        for some in chunks(sorted(set(digests))):
            query = select(s.article, s.digest, c.host, c.entry).join(t.captures, (c.article == s.article) & (c.n == 1))
            rows = conn.execute(query.where(s.digest.in_(some)))
            found += [(row.host, bytes(row.digest), entry_of(row.entry).title) for row in rows if row.article not in but]
    return found


def _mark(page: Shown) -> tuple[str, bytes]:
    return host_of(page.url), page.digest or b""


def _folded(title: str) -> str:
    return " ".join(title.casefold().split())
