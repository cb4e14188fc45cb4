"""A page that can't be had, and a feed that carries its text."""

import asyncio
from pathlib import Path

import pytest

from tests.loopback import Site, answer
from tests.unit.fetch.test_fetch import db, folder, rows, run  # noqa: F401 - fixtures
from tests.wire_state import announce, entry
from wirewatch.archive.read import read_page, read_records
from wirewatch.model import FROM_FEED
from wirewatch.state import captures
from wirewatch.state.database import Database

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


def test_who_forbids_the_page_is_obeyed(db: Database, folder: str) -> None:  # noqa: F811
    assert fetched(db, folder, answer("<p>x</p>"), TEXT, robots="User-agent: *\nDisallow: /") == {"skipped": 1}
