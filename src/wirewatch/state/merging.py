"""Articles that turn out to be one, once their pages were read: by what a page, or the way to it, says that it is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, select, update

from wirewatch.errors import Reason, Skip
from wirewatch.model import ArticleId, ArticleNo
from wirewatch.state import keys
from wirewatch.state import tables as t
from wirewatch.state.database import Database, clock
from wirewatch.state.ending import ended
from wirewatch.state.identity import key_of
from wirewatch.state.sameness import Claim, claim, leads_to_article


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """An article's page that was read: what it says of itself."""

    article: ArticleNo
    url: str  # as announced
    final_url: str  # after redirects
    canonical: str  # the address that the page calls its own, "" if it doesn't
    digest: bytes | None  # of the text (group.stage)
    capture: int = 0  # that was read, and the claim on it
    token: str = ""


def settle(db: Database, pages: Sequence[Read]) -> dict[ArticleNo, ArticleId]:
    """Give each article the keys that are believed; gives those that are another article under a further address, with its id.
    Their captures are over in the same transaction: two workers must not take two pages each for the other.

    An article that is in the index already stays itself. One that only waits to be fetched gives way to the one that was read.
    """
    believed = [(page, told) for page in pages if (told := _told(page))]
    if not believed:
        return {}
    texts = {page.article: page.digest for page in pages}
    found: dict[ArticleNo, ArticleId] = {}
    with db.write() as conn:
        for page, told in believed:
            if (other := _settle(conn, page, told, texts, found)) is not None:
                found[page.article] = other
                over = ended("skipped", Reason.SAME_AS, other, clock(conn))
                mine = (t.captures.c.no == page.capture) & (t.captures.c.token == page.token)
                conn.execute(update(t.captures).where(mine).values(over))
    return found


def _told(page: Read) -> dict[str, Claim]:
    """The keys that redirects and the page claim, with how far they are believed."""
    arrived = _same(page.url, page.final_url) or leads_to_article(page.url, page.final_url)
    pairs = ((page.url, page.final_url), (page.final_url if arrived else page.url, page.canonical))
    trusts = {address: claim(own, address) for own, address in pairs if address}
    return {key_of(address): trust for address, trust in trusts.items() if trust is not Claim.NONE}


def _same(one: str, other: str) -> bool:
    try:
        return key_of(one) == key_of(other)
    except Skip:
        return False


def _settle(
    conn: Connection,
    page: Read,
    told: dict[str, Claim],
    texts: dict[ArticleNo, bytes | None],
    gone: Collection[ArticleNo],
) -> ArticleId | None:
    """The article that the page turns out to be, if it is another; `gone`: those that were another themselves."""
    owners = keys.known(conn, list(told))
    for key, trust in told.items():
        other = _article(conn, owners[key]) if key in owners and owners[key] != page.article else None
        if other is not None and trust is Claim.WEAK and not _same_text(conn, page, other.no, texts):
            continue
        if other is None:
            if trust is Claim.STRONG:
                keys.give(conn, [(page.article, [key])])
        elif not other.begun:
            _give_way(conn, other.no, page.article)
        elif other.stands and other.no not in gone and not _article(conn, page.article).indexed_revision:
            return ArticleId(other.id)
    return None


def _article(conn: Connection, no: int) -> Row[tuple[int, str, int, bool, bool]]:
    """Number, id, revision in the index, whether anything was done for it yet, and whether it stands."""
    a, c = t.articles.c, t.captures.c
    begun = select(c.no).where(c.article == a.no, c.status != "queued").exists()
    facts = (a.no, a.id, a.indexed_revision, begun.label("begun"), keys.stands().label("stands"))
    return conn.execute(select(*facts).where(a.no == no)).one()


def _same_text(conn: Connection, page: Read, other: int, texts: dict[ArticleNo, bytes | None]) -> bool:
    s = t.story_texts.c
    its = texts.get(ArticleNo(other)) or conn.scalar(select(s.digest).where(s.article == other))
    return page.digest is not None and its == page.digest


def _give_way(conn: Connection, other: int, article: int) -> None:
    """The other only waits to be fetched: its keys become this article's, and its captures are over."""
    c, k = t.captures.c, t.article_keys.c
    name = conn.scalar(select(t.articles.c.id).where(t.articles.c.no == article))
    over = ended("skipped", Reason.SAME_AS, str(name), clock(conn))
    conn.execute(update(t.captures).where(c.article == other, t.has_status("queued")).values(over))
    conn.execute(update(t.article_keys).where(k.article == other).values(article=article))
