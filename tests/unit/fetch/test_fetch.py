"""The fetch stage on a real state database and archive, against a server that misbehaves."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.loopback import Handler, Site, answer, cut, redirect
from tests.wire_state import announce, entry, make_due, oversleep
from wirewatch.archive.read import list_files, read_page, read_records
from wirewatch.archive.write import ArchiveWriter, Pending
from wirewatch.errors import Unavailable
from wirewatch.fetch.stage import FetchRules, fetch
from wirewatch.model import Counts, Place
from wirewatch.net.client import Http
from wirewatch.state import captures
from wirewatch.state import tables as t
from wirewatch.state.database import Database

HTML = answer("<p>Мост преко Тисе</p>", content_type="text/html; charset=utf-8")
Routes = dict[str, bytes | Handler]


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(tmp_path / "archive")


async def run(
    db: Database, folder: str, stop: asyncio.Event | None = None, told: list[Counts] | None = None, **rules: Any
) -> dict[str, int]:
    """One call of the stage, without a pace if none is given."""
    never = rules.pop("never", ())
    given = FetchRules(**({"per_host_delay": 0.0, "timeout": 2.0, "workers": 4} | rules))
    async with Http("wirewatch/1", "desk@example.org", given.timeout, ["127.0.0.1/32"], never=never) as http:
        tell = told.append if told is not None else lambda _: None
        return (await fetch(db, http, ArchiveWriter(folder, db.owner), given, stop or asyncio.Event(), tell)).by


def fetched(db: Database, folder: str, routes: Routes, *paths: str, **rules: Any) -> tuple[dict[str, int], list[str]]:
    """The counts of one run over a site's pages, and what the site was asked."""

    async def act() -> tuple[dict[str, int], list[str]]:
        async with Site(routes) as site:
            announce(db, *(entry(site.url(path)) for path in paths or routes))
            return await run(db, folder, **rules), site.paths()

    return asyncio.run(act())


def rows(db: Database, *names: str) -> Sequence[tuple[Any, ...]]:
    """Every capture's columns of these names, in their order."""
    with db.read() as conn:
        return [tuple(row) for row in conn.execute(select(*(t.captures.c[name] for name in names)).order_by(t.captures.c.no))]


def test_a_page_is_archived_and_acknowledged_after_robots_txt_was_asked(db: Database, folder: str) -> None:
    counts, asked = fetched(db, folder, {"/a": HTML, "/b": HTML})

    (task, _) = captures.claim_fetched(db, 10)
    assert counts == {"fetched": 2}
    assert asked == ["/robots.txt", "/a", "/b"]
    assert read_page(folder, task.place).body.decode() == "<p>Мост преко Тисе</p>"
    assert (task.content_type, task.final_url) == ("text/html; charset=utf-8", task.url)


def test_a_second_run_asks_nothing_again(db: Database, folder: str) -> None:
    async def act() -> tuple[dict[str, int], list[str]]:
        async with Site({"/a": HTML, "/b": HTML}) as site:
            announce(db, entry(site.url("/a")))
            await run(db, folder)
            announce(db, entry(site.url("/a")), entry(site.url("/b")))
            return await run(db, folder), site.paths()

    counts, asked = asyncio.run(act())

    assert counts == {"fetched": 1}
    assert asked == ["/robots.txt", "/a", "/b"]


def test_files_are_closed_at_their_size_and_told_as_they_are(db: Database, folder: str) -> None:
    paths = [f"/{i}" for i in range(230)]
    told: list[Counts] = []

    counts, _ = fetched(db, folder, dict.fromkeys(paths, HTML), told=told)

    sizes = [len(list(read_records(folder, name))) for name in list_files(folder)]
    assert counts == {"fetched": 230}
    assert (max(sizes), sum(sizes)) == (100, 230)
    assert sum(one.by["fetched"] for one in told) == 230
    assert set(rows(db, "status")) == {("fetched",)}


@pytest.mark.parametrize(
    ("route", "status", "reason"),
    [
        (answer("gone", 404), "failed", "http-404"),
        (answer("no", 403), "failed", "http-403"),
        (answer("oops", 500), "queued", "http-5xx"),
        (answer(b"\x89PNG", content_type="image/png"), "skipped", "not-html"),
        (answer(b"x" * 3000), "failed", "too-large"),
        (redirect("/a"), "failed", "redirects"),
        (redirect("http://127.0.0.254:9/"), "failed", "blocked-address"),
        (redirect("file:///etc/passwd"), "failed", "bad-url"),
        (cut(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nshort"), "queued", "truncated"),
        (cut(b""), "queued", "connection"),
        (answer(""), "queued", "empty"),
    ],
)
def test_what_brings_no_page_has_its_reason(db: Database, folder: str, route: bytes | Handler, status: str, reason: str) -> None:
    counts, _ = fetched(db, folder, {"/a": route}, obey_robots=False, max_bytes=2000)

    assert rows(db, "status", "reason") == [(status, reason)]
    assert counts == {"retried" if status == "queued" else status: 1}


def test_one_bad_page_stops_no_other(db: Database, folder: str) -> None:
    counts, _ = fetched(db, folder, {"/a": answer("", 404), "/b": HTML, "/c": answer("", 500), "/d": HTML})

    assert counts == {"fetched": 2, "failed": 1, "retried": 1}


def test_what_robots_txt_forbids_is_not_asked_for(db: Database, folder: str) -> None:
    rules = answer("User-agent: wirewatch\nDisallow: /private/")

    counts, asked = fetched(db, folder, {"/robots.txt": rules, "/private/a": HTML, "/b": HTML}, "/private/a", "/b")

    assert asked == ["/robots.txt", "/b"]
    assert rows(db, "status", "reason") == [("skipped", "robots"), ("fetched", None)]
    assert counts == {"fetched": 1, "skipped": 1}


def test_without_a_robots_txt_that_can_be_had_nothing_is_asked_for(db: Database, folder: str) -> None:
    counts, asked = fetched(db, folder, {"/robots.txt": answer("", 503), "/a": HTML, "/b": HTML}, "/a", "/b")

    assert asked == ["/robots.txt"]
    assert rows(db, "status", "reason") == [("queued", "robots-unreachable")] * 2
    assert counts == {"retried": 2}


def test_a_huge_robots_txt_is_cut_and_obeyed(db: Database, folder: str) -> None:
    huge = answer("User-agent: *\nDisallow: /\n" + "# more\n" * 500_000)

    _, asked = fetched(db, folder, {"/robots.txt": huge, "/a": HTML}, "/a")

    assert asked == ["/robots.txt"]


def test_a_redirect_is_no_way_around_another_hosts_robots_txt(db: Database, folder: str) -> None:
    async def act() -> tuple[list[str], list[str]]:
        shut: Routes = {"/robots.txt": answer("User-agent: *\nDisallow: /"), "/there": HTML}
        async with Site(shut) as other, Site({"/a": redirect(other.url("/there"))}) as site:
            announce(db, entry(site.url("/a")))
            await run(db, folder)
            return site.paths(), other.paths()

    here, there = asyncio.run(act())

    assert (here, there) == (["/robots.txt", "/a"], ["/robots.txt"])
    assert rows(db, "status", "reason") == [("skipped", "robots")]


def test_two_addresses_that_moved_to_one_page_are_one_article(db: Database, folder: str) -> None:
    bridge = "/svet/most-preko-tise-obnovljen"
    fetched(db, folder, {"/a": redirect(bridge, 301), "/b": redirect(bridge), bridge: HTML}, "/a", "/b")

    assert rows(db, "status", "reason") == [("fetched", None), ("skipped", "same-as")]


def test_a_page_that_leads_on_at_once_is_followed_once(db: Database, folder: str) -> None:
    on = "<meta http-equiv=refresh content='0; url={}'>"
    routes: Routes = {"/a": answer(on.format("/b"), content_type="text/html"), "/b": answer(on.format("/c") + "Мост"), "/c": HTML}

    counts, asked = fetched(db, folder, routes, "/a")

    (task,) = captures.claim_fetched(db, 10)
    assert (counts, asked) == ({"fetched": 1}, ["/robots.txt", "/a", "/b"])
    assert task.final_url.endswith("/b")


LONG = "<p>Мост преко Тисе поново је отворен за саобраћај.</p>" * 20
ARTICLE, AMP = "/svet/most-preko-tise-obnovljen", "/svet/most-preko-tise-obnovljen/amp"


def calling_itself(address: str, text: str, head: str = "") -> bytes:
    """A page with a canonical link."""
    return answer(f"<link rel='canonical' href='{address}'>{head}<body>{text}", content_type="text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("path", "text", "head"),
    [
        (AMP, LONG, ""),
        (AMP, LONG, "<meta name=robots content=noindex>"),
        ("/najnovije/most-preko-tise-obnovljen", "<p>Цео чланак прочитајте овде.</p>", ""),
    ],
)
def test_of_a_lesser_version_and_the_page_it_calls_its_own_the_fuller_is_kept(
    db: Database, folder: str, path: str, text: str, head: str
) -> None:
    counts, asked = fetched(db, folder, {path: calling_itself(ARTICLE, text, head), ARTICLE: answer(LONG)}, path)

    (task,) = captures.claim_fetched(db, 10)
    assert (counts, asked) == ({"fetched": 1}, ["/robots.txt", path, ARTICLE])
    assert task.final_url.endswith(ARTICLE)
    assert read_page(folder, task.place).body.decode() == LONG


@pytest.mark.parametrize(
    ("path", "canonical", "text"),
    [
        ("/najnovije/most-preko-tise-obnovljen", ARTICLE, LONG),  # it will do
        (AMP, "/", LONG),
        (AMP, "http://127.0.0.2/svet/most-preko-tise-obnovljen", LONG),
        (AMP, "/svet/voz-za-suboticu-kasni", LONG),
        ("/svet/most-preko-tise-obnovljen", AMP, "<p>Кратко.</p>"),
    ],
)
def test_a_canonical_link_is_not_followed_from_a_whole_page_or_to_where_no_article_of_that_name_is(
    db: Database, folder: str, path: str, canonical: str, text: str
) -> None:
    _, asked = fetched(db, folder, {path: calling_itself(canonical, text)}, path)

    assert asked == ["/robots.txt", path]
    assert rows(db, "status") == [("fetched",)]


@pytest.mark.parametrize(
    "instead",
    [
        answer("", 404),
        answer("", 503),
        answer("<p>Претплатите се.</p>"),
        redirect("/"),
        redirect(AMP),
        answer(b"\x89", content_type="image/png"),
    ],
)
def test_what_stands_in_the_way_of_the_canonical_page_leaves_the_lesser_one(db: Database, folder: str, instead: bytes) -> None:
    counts, _ = fetched(db, folder, {AMP: calling_itself(ARTICLE, LONG), ARTICLE: instead, "/": HTML}, AMP)

    assert counts == {"fetched": 1}
    assert [url.endswith(AMP) for (url,) in rows(db, "final_url")] == [True]


def test_a_canonical_link_is_no_way_around_robots_txt(db: Database, folder: str) -> None:
    async def act() -> list[str]:
        forbids = answer(f"User-agent: *\nDisallow: {ARTICLE}$")
        async with Site({"/robots.txt": forbids, AMP: calling_itself(ARTICLE, LONG)}) as site:
            announce(db, entry(site.url(AMP)))
            await run(db, folder)
            return site.paths()

    assert asyncio.run(act()) == ["/robots.txt", AMP]


def test_too_many_requests_for_the_canonical_page_give_the_host_its_rest(db: Database, folder: str) -> None:
    routes: Routes = {AMP: calling_itself(ARTICLE, LONG), ARTICLE: answer("", 429, retry_after="600"), "/b": HTML}

    counts, asked = fetched(db, folder, routes, AMP, "/b")

    assert (counts, asked) == ({"fetched": 1}, ["/robots.txt", AMP, ARTICLE])
    assert rows(db, "status") == [("fetched",), ("queued",)]


def test_a_page_that_asks_not_to_be_indexed_is_left_out_unless_told_otherwise(db: Database, folder: str) -> None:
    routes: Routes = {"/a": answer("Мост", x_robots_tag="noindex"), "/b": answer("<meta name=robots content=noindex>Мост")}
    routes |= {"/c": answer("<meta name='robots' content='no&#105;ndex'>Мост")}

    counts, _ = fetched(db, folder, routes)
    assert counts == {"skipped": 3}
    assert rows(db, "reason") == [("noindex",)] * 3


def test_a_page_that_asks_not_to_be_indexed_is_taken_if_told_so(db: Database, folder: str) -> None:
    assert fetched(db, folder, {"/a": answer("Мост", x_robots_tag="noindex")}, obey_noindex=False)[0] == {"fetched": 1}


def test_a_host_that_is_never_to_be_asked_is_not(db: Database, folder: str) -> None:
    async def act() -> tuple[dict[str, int], list[str]]:
        async with Site({"/a": HTML}) as site:
            announce(db, entry(site.url("/a")))
            return await run(db, folder, never=("127.0.0.1",)), site.paths()

    assert asyncio.run(act()) == ({"skipped": 1}, [])
    assert rows(db, "status", "reason") == [("skipped", "never")]


def test_a_server_that_sends_us_away_is_left_alone_as_long_as_it_says(db: Database, folder: str) -> None:
    async def act() -> list[str]:
        async with Site({"/a": answer("", 429, retry_after="3000"), "/b": HTML}) as site:
            announce(db, entry(site.url("/a")), entry(site.url("/b")))
            await run(db, folder)
            make_due(db)
            await run(db, folder, now_too=True)
            return site.paths()

    asked = asyncio.run(act())

    with db.read() as conn:
        closed, pace = conn.execute(select(t.hosts.c.closed_until, t.hosts.c.pace)).one()
    assert asked == ["/robots.txt", "/a"]
    assert timedelta(minutes=49) < closed - datetime.now(UTC) < timedelta(minutes=51)
    assert pace == 2.0


def test_a_host_that_does_not_answer_is_down_and_its_other_pages_wait(db: Database, folder: str) -> None:
    _, asked = fetched(db, folder, {"/a": cut(b""), "/b": HTML}, "/a", "/b", obey_robots=False)

    assert asked == ["/a"]
    assert rows(db, "status", "attempts", "token") == [("queued", 1, None), ("queued", 0, None)]


def test_the_pace_of_a_host_holds_also_across_runs(db: Database, folder: str) -> None:
    async def act() -> list[float]:
        async with Site({"/a": HTML, "/b": HTML, "/c": HTML}) as site:
            announce(db, entry(site.url("/a")), entry(site.url("/b")))
            await run(db, folder, per_host_delay=0.2)
            announce(db, entry(site.url("/c")))
            await run(db, folder, per_host_delay=0.2)
            return [one.at for one in site.asked]

    at = asyncio.run(act())

    assert all(later - earlier >= 0.15 for earlier, later in pairwise(at)), "a request may be on its way for a while"


def test_a_wanted_crawl_delay_is_kept(db: Database, folder: str) -> None:
    async def act() -> list[float]:
        async with Site({"/robots.txt": answer("User-agent: *\nCrawl-delay: 0.4"), "/a": HTML, "/b": HTML}) as site:
            announce(db, entry(site.url("/a")), entry(site.url("/b")))
            await run(db, folder)
            return [one.at for one in site.asked]

    at = asyncio.run(act())

    assert all(later - earlier >= 0.3 for earlier, later in pairwise(at)), "a request may be on its way for a while"


def test_told_to_stop_it_keeps_what_came_and_gives_back_the_rest(db: Database, folder: str) -> None:
    async def act() -> tuple[dict[str, int], float]:
        stop = asyncio.Event()
        began: list[float] = []

        async def hold(_writer: asyncio.StreamWriter) -> None:
            began.append(time.monotonic())
            stop.set()
            await asyncio.sleep(30)

        async with Site({"/a": HTML, "/b": hold, "/c": HTML}) as site:
            announce(db, *(entry(site.url(path)) for path in ("/a", "/b", "/c")))
            counts = await run(db, folder, stop, timeout=20.0)
            return counts, time.monotonic() - began[0]

    counts, took = asyncio.run(act())

    assert counts == {"fetched": 1}
    assert took < 10  # of the 30 s that the page would have taken
    assert rows(db, "status", "attempts", "token") == [("fetched", 0, None), ("queued", 0, None), ("queued", 0, None)]
    with db.read() as conn:
        assert conn.scalars(select(t.hosts.c.token)).all() == [None]


def test_told_to_stop_while_a_file_is_closed_its_pages_are_acknowledged(db: Database, folder: str) -> None:
    stop, told = asyncio.Event(), list[Counts]()

    class Slow(ArchiveWriter):
        def full(self) -> bool:
            return True

        def closing(self) -> Callable[[], list[tuple[Pending, Place]]]:
            made, loop = super().closing(), asyncio.get_running_loop()

            def slowly() -> list[tuple[Pending, Place]]:
                loop.call_soon_threadsafe(stop.set)
                time.sleep(0.3)
                return made()

            return slowly

    async def act() -> dict[str, int]:
        async with Site({"/a": HTML, "/b": HTML}) as site:
            announce(db, *(entry(site.url(path)) for path in ("/a", "/b")))
            async with Http("wirewatch/1", "desk@example.org", 2.0, ["127.0.0.1/32"]) as http:
                rules = FetchRules(per_host_delay=0.0)
                return (await fetch(db, http, Slow(folder, db.owner), rules, stop, told.append)).by

    assert asyncio.run(act()) == {"fetched": 1}
    assert rows(db, "status", "token") == [("fetched", None), ("queued", None)]
    assert [counts.by for counts in told] == [{"fetched": 1}]


def test_a_full_disk_ends_the_stage_and_acknowledges_nothing(db: Database, tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("a file where the folder should be")

    async def act() -> None:
        async with Site({"/a": HTML}) as site:
            announce(db, entry(site.url("/a")))
            await run(db, str(tmp_path / "archive"))

    with pytest.raises(Unavailable, match="the archive can't be written"):
        asyncio.run(act())

    assert rows(db, "status", "attempts") == [("queued", 0)]


def test_a_claim_that_was_lost_writes_nothing(db: Database, folder: str) -> None:
    async def act() -> list[str]:
        async def slow(writer: asyncio.StreamWriter) -> None:
            await asyncio.to_thread(lose)
            writer.write(HTML)

        def lose() -> None:
            oversleep(db)
            other = captures.claim_host(db)
            assert other
            captures.claim_captures(db, other, 10)

        async with Site({"/a": slow, "/b": HTML}) as site:
            announce(db, entry(site.url("/a")), entry(site.url("/b")))
            await run(db, folder, obey_robots=False, per_host_delay=0.01)
            return site.paths()

    asked = asyncio.run(act())

    assert asked == ["/a"]
    assert [status for (status,) in rows(db, "status")] == ["queued", "queued"]
    assert all(token for (token,) in rows(db, "token"))


def test_a_page_that_leads_on_to_the_front_page_is_no_article(db: Database, folder: str) -> None:
    on = answer("<meta http-equiv=refresh content='0; url=/'>", content_type="text/html")

    fetched(db, folder, {"/most-preko-tise-12345": on, "/": HTML}, "/most-preko-tise-12345")

    assert rows(db, "status", "reason") == [("skipped", "not-article")]


def test_a_page_gives_its_host_no_shorter_rest_than_a_feed_was_told(db: Database, folder: str) -> None:
    announce(db, entry())
    host = captures.claim_host(db)
    assert host is not None
    long, short = datetime.now(UTC) + timedelta(hours=9), datetime.now(UTC) + timedelta(hours=1)
    with db.write() as conn:
        conn.execute(update(t.hosts).values(closed_until=long))

    captures.release_host(db, host, down_until=short)

    with db.read() as conn:
        assert conn.scalar(select(t.hosts.c.closed_until)) == long
