"""Addresses that turn out to be one article's: when they are announced, and when their pages were read."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from tests.wire_state import announce, claim_to_fetch, entry, fetch_all, index_all
from wirewatch.errors import Reason
from wirewatch.model import ArticleNo
from wirewatch.state import captures, forgetting, merging
from wirewatch.state import tables as t
from wirewatch.state.database import Database
from wirewatch.state.feeds import PollCounts

BRIDGE = "https://vesti.example/svet/most-preko-tise-48213"
MOBILE = "https://m.vesti.example/svet/most-preko-tise-48213"
AMP = "https://vesti.example/amp/svet/most-preko-tise-48213"
OTHER = "https://vesti.example/citanje/48213"  # nothing in it says so but the number
FERRY = "https://vesti.example/svet/trajekt-ponovo-vozi-48214"


def rows(db: Database) -> Sequence[tuple[Any, ...]]:
    """Each capture's status and reason."""
    with db.read() as conn:
        return [tuple(row) for row in conn.execute(select(t.captures.c.status, t.captures.c.reason).order_by(t.captures.c.no))]


def number_of(db: Database, url: str) -> ArticleNo:
    with db.read() as conn:
        return ArticleNo(conn.execute(select(t.articles.c.no).where(t.articles.c.url == url)).scalar_one())


def read(db: Database, url: str, canonical: str, digest: bytes = b"its own text") -> dict[ArticleNo, str]:
    """The page of `url` was read, and calls itself `canonical`."""
    no = number_of(db, url)
    page = merging.Read(article=no, url=url, final_url=url, canonical=canonical, digest=digest)
    return {article: str(other) for article, other in merging.settle(db, [page]).items()}


def test_an_article_in_another_dress_is_no_new_one(db: Database) -> None:
    announce(db, entry(BRIDGE))

    assert announce(db, entry(MOBILE), entry(AMP)) == PollCounts(new=0, edited=0, seen=1)


def test_dresses_that_come_first_or_together_are_one_article(db: Database) -> None:
    assert announce(db, entry(AMP), entry(MOBILE), entry(FERRY)) == PollCounts(new=2, edited=0, seen=0)
    assert announce(db, entry(BRIDGE)) == PollCounts(new=0, edited=0, seen=1)


def test_a_page_that_calls_itself_an_indexed_article_is_that_article(db: Database) -> None:
    announce(db, entry(BRIDGE))
    fetch_all(db)
    index_all(db)
    announce(db, entry(OTHER))
    fetch_all(db)

    assert list(read(db, OTHER, BRIDGE)) == [number_of(db, OTHER)]


def test_what_is_indexed_stays_itself(db: Database) -> None:
    announce(db, entry(BRIDGE), entry(OTHER))
    fetch_all(db)
    index_all(db)

    assert read(db, OTHER, BRIDGE) == {}


def test_a_believed_canonical_address_is_known_from_then_on(db: Database) -> None:
    announce(db, entry(OTHER))
    fetch_all(db)

    assert read(db, OTHER, BRIDGE) == {}
    assert announce(db, entry(BRIDGE)) == PollCounts(new=0, edited=0, seen=1)


def test_what_only_waits_gives_way_to_what_was_read(db: Database) -> None:
    announce(db, entry(OTHER))
    fetch_all(db)
    announce(db, entry(BRIDGE))

    assert read(db, OTHER, BRIDGE) == {}
    assert rows(db) == [("fetched", None), ("skipped", "same-as")]
    assert announce(db, entry(BRIDGE)) == PollCounts(new=0, edited=0, seen=1)


def test_pages_that_all_call_themselves_their_section_stay_apart(db: Database) -> None:
    announce(db, entry(BRIDGE), entry(FERRY), entry("https://vesti.example/svet"))
    fetch_all(db)
    index_all(db)

    for url in (BRIDGE, FERRY):
        assert read(db, url, "https://vesti.example/svet") == {}
    assert announce(db, entry(FERRY), entry(BRIDGE)) == PollCounts(new=0, edited=0, seen=2)


def test_an_address_that_agrees_in_nothing_is_believed_with_the_same_text(db: Database) -> None:
    short, full = "https://vesti.example/s/x7", "https://vesti.example/svet/trajekt"
    announce(db, entry(short), entry(full))
    fetch_all(db)
    pages = [
        merging.Read(article=number_of(db, url), url=url, final_url=url, canonical=full, digest=text)
        for url, text in ((full, b"ferry"), (short, b"ferry"))
    ]

    assert list(merging.settle(db, pages)) == [number_of(db, short)]


def test_a_forgotten_article_does_not_come_back_under_a_further_address(db: Database) -> None:
    announce(db, entry(BRIDGE))
    fetch_all(db)
    index_all(db)
    ids = [found[0] for found in forgetting.found(db, url=BRIDGE)]
    forgetting.forget(db, ids)
    announce(db, entry(OTHER))
    fetch_all(db)

    assert list(read(db, OTHER, BRIDGE)) == [number_of(db, OTHER)]


def test_a_capture_under_way_writes_nothing_once_it_gave_way(db: Database) -> None:
    announce(db, entry(OTHER))
    fetch_all(db)
    announce(db, entry(BRIDGE))
    (task,) = claim_to_fetch(db)
    read(db, OTHER, BRIDGE)

    captures.failed(db, task.no, task.token, Reason.HTTP_404)

    assert rows(db)[1] == ("skipped", "same-as")


def test_two_pages_that_each_call_themselves_the_other_are_not_both_lost(db: Database) -> None:
    announce(db, entry(BRIDGE), entry(OTHER))
    fetch_all(db)
    pages = [
        merging.Read(article=number_of(db, url), url=url, final_url=url, canonical=other, digest=b"text")
        for url, other in ((BRIDGE, OTHER), (OTHER, BRIDGE))
    ]

    assert list(merging.settle(db, pages)) == [number_of(db, BRIDGE)]


def test_two_workers_do_not_take_two_pages_each_for_the_other(db: Database) -> None:
    announce(db, entry(BRIDGE), entry(OTHER))
    fetch_all(db)
    tasks = captures.claim_fetched(db, 1) + captures.claim_fetched(db, 1)
    others = {BRIDGE: OTHER, OTHER: BRIDGE}

    found = [
        merging.settle(
            db,
            [
                merging.Read(
                    article=task.article_no,
                    url=task.url,
                    final_url=task.url,
                    canonical=others[task.url],
                    digest=b"text",
                    capture=task.no,
                    token=task.token,
                )
            ],
        )
        for task in tasks
    ]

    assert [list(each) for each in found] == [[tasks[0].article_no], []]


def test_nothing_is_the_same_as_an_article_that_failed(db: Database) -> None:
    announce(db, entry(BRIDGE))
    (task,) = claim_to_fetch(db)
    captures.failed(db, task.no, task.token, Reason.HTTP_403)
    announce(db, entry(OTHER))
    fetch_all(db)

    assert read(db, OTHER, BRIDGE) == {}
    assert rows(db) == [("failed", "http-403"), ("fetched", None)]


def test_another_dress_of_an_article_that_failed_is_tried(db: Database) -> None:
    announce(db, entry(AMP))
    (task,) = claim_to_fetch(db)
    captures.failed(db, task.no, task.token, Reason.HTTP_403)

    assert announce(db, entry(MOBILE)) == PollCounts(new=1, edited=0, seen=0)
