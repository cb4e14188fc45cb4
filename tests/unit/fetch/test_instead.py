"""A page that can't be had, and a feed that carries its text."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from tests.loopback import Site, answer
from tests.unit.fetch.test_fetch import folder, rows, run  # noqa: F401 - fixtures
from tests.wire_state import announce, entry
from wirewatch.archive.read import read_page, read_records
from wirewatch.model import FROM_FEED
from wirewatch.state import captures
from wirewatch.state import tables as t
from wirewatch.state.database import Database
from wirewatch.state.ending import FETCH_WAITS

TEXT = "<p>" + "Ким и Путин састали су се на космодрому и разговарали о сарадњи, јавља дописник. " * 8 + "</p>"


def fetched(db: Database, folder: str, answers: bytes, content: str, robots: str = "") -> dict[str, int]:  # noqa: F811
    async def act() -> dict[str, int]:
        async with Site({"/a": answers, "/robots.txt": answer(robots, content_type="text/plain")}) as site:
            announce(db, entry(site.url("/a"), content=content))
            return await run(db, folder)

    return asyncio.run(act())


@pytest.mark.parametrize(
    "refusal",
    [answer("", 403), answer("", 404), answer("", 402), answer("", 403, cf_mitigated="challenge")],
    ids=["forbidden", "gone", "to be paid", "challenged"],
)
def test_the_feeds_text_stands_for_a_page_that_is_refused(db: Database, folder: str, refusal: bytes) -> None:  # noqa: F811
    counts = fetched(db, folder, refusal, TEXT)

    (task,) = captures.claim_fetched(db, 10)
    page = read_page(folder, task.place)
    (found,) = read_records(folder, task.place.file)
    assert counts == {"fetched": 1}
    assert task.content_type == page.header("content-type") == found[3] == FROM_FEED
    assert (page.status, page.final_url) == (0, task.url)
    assert TEXT in page.body.decode()


def test_the_archive_says_that_no_server_sent_it(db: Database, folder: str) -> None:  # noqa: F811
    from warcio.archiveiterator import ArchiveIterator

    fetched(db, folder, answer("", 403), TEXT)

    (file,) = Path(folder).rglob("*.warc.gz")
    with file.open("rb") as stream:
        assert [record.rec_type for record in ArchiveIterator(stream)] == ["warcinfo", "resource", "metadata"]


def test_a_teaser_is_no_article(db: Database, folder: str) -> None:  # noqa: F811
    assert fetched(db, folder, answer("", 403), "<p>Ким и Путин састали су се.</p>") == {"failed": 1}
    assert rows(db, "status", "reason") == [("failed", "http-403")]


def test_a_server_that_fails_to_the_last_attempt_is_given_up_for_the_feeds_text(db: Database, folder: str) -> None:  # noqa: F811
    first = fetched(db, folder, answer("", 500), TEXT)
    with db.write() as conn:
        conn.execute(
            update(t.captures).values(attempts=len(FETCH_WAITS), due_at=datetime(2026, 1, 1, tzinfo=UTC), not_before=None)
        )
        conn.execute(update(t.hosts).values(closed_until=None))

    async def act() -> dict[str, int]:
        return await run(db, folder)  # the server is gone by now

    assert (first, asyncio.run(act())) == ({"retried": 1}, {"fetched": 1})


def test_who_forbids_the_page_is_obeyed(db: Database, folder: str) -> None:  # noqa: F811
    assert fetched(db, folder, answer("<p>x</p>"), TEXT, robots="User-agent: *\nDisallow: /") == {"skipped": 1}
