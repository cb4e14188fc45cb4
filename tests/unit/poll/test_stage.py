"""The poll stage on a real state database, against a server that changes its mind."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from tests.loopback import Handler, Site, answer, redirect
from tests.wire_state import announce, claim_to_fetch, entry, fetch_all, make_due, source
from wirewatch.errors import Reason
from wirewatch.net.client import Http
from wirewatch.poll.stage import PollRules, poll
from wirewatch.state import captures, feeds
from wirewatch.state import tables as t
from wirewatch.state.database import Database

Routes = dict[str, bytes | Handler]
RESOLVER = socket.getaddrinfo


def rss(*numbers: int, **headers: Any) -> bytes:
    """A feed with these articles."""
    items = "".join(f"<item><title>Вест {n}</title><link>https://vesti.example/{n}</link></item>" for n in numbers)
    return answer(f"<rss version='2.0'><channel><title>Вести</title>{items}</channel></rss>", **headers)


async def run(db: Database, workers: int = 4) -> dict[str, int]:
    """Whatever there is, polled once more."""
    make_due(db)
    async with Http("wirewatch/1", "desk@example.org", 2.0, ["127.0.0.1/32"]) as http:
        return (await poll(db, http, PollRules(workers=workers, timeout=2.0, per_host_delay=0.0), asyncio.Event())).by


def row(db: Database) -> Any:
    """The only feed's row."""
    with db.read() as conn:
        return conn.execute(select(t.feeds)).one()


def later(db: Database, **values: object) -> None:
    """Time has passed: these columns of all feeds say so."""
    with db.write() as conn:
        conn.execute(update(t.feeds).values(values))


def test_a_move_for_good_is_believed_after_three_polls_over_two_days_and_the_history_stays(db: Database) -> None:
    async def act() -> list[str]:
        async with Site({"/old": redirect("/new", 301), "/new": rss(1)}) as site:
            feeds.sync(db, [source(site.url("/old"))])
            for _ in range(3):
                await run(db)
            later(db, moved_since=datetime.now(UTC) - timedelta(hours=49))
            await run(db)
            site.asked.clear()
            await run(db)
            feeds.sync(db, [source(site.url("/old"))])
            return site.paths()

    asked = asyncio.run(act())

    (shown,) = feeds.rows(db)
    assert asked == ["/new"]
    assert (shown.url.endswith("/old"), shown.lives_at.endswith("/new"), shown.entries) == (True, True, 1)


def test_a_temporary_redirect_is_never_believed(db: Database) -> None:
    async def act() -> None:
        async with Site({"/old": redirect("/new", 302), "/new": rss(1)}) as site:
            feeds.sync(db, [source(site.url("/old"))])
            for _ in range(4):
                await run(db)

    asyncio.run(act())

    assert (row(db).moved_to, row(db).lives_at) == ("", "")


def test_retry_after_closes_the_whole_host_for_feeds_and_pages(db: Database) -> None:
    async def act() -> list[str]:
        async with Site({f"/{n}": answer("", 429, retry_after="3600") for n in range(3)}) as site:
            announce(db, entry(site.url("/page")))
            feeds.sync(db, [source(*(site.url(f"/{n}") for n in range(3)))])
            await run(db)
            return site.paths() + ["again"] * (await run(db)).get("failing", 0)

    asked = asyncio.run(act())

    assert len(asked) == 1
    assert captures.claim_host(db) is None


def test_too_many_requests_to_one_host_stop_the_batch_for_its_whole_site(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async def act() -> tuple[list[str], dict[str, int]]:
        async with Site({"/rss": answer("", 429)}) as site:
            names = [f"{name}.blogovi.example:{site.port}" for name in ("ana", "marko", "vera")]
            feeds.sync(db, [source(*(f"http://{name}/rss" for name in names))])
            counts = await run(db, workers=1)
            return site.paths(), counts

    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, port, **_: RESOLVER("127.0.0.1", port, type=socket.SOCK_STREAM))

    asked, counts = asyncio.run(act())

    assert (asked, counts) == (["/rss"], {"failing": 1})


def test_validators_that_stand_still_while_there_is_news_are_no_longer_believed(db: Database) -> None:
    async def act() -> list[bool]:
        async with Site({"/rss": rss(1, etag='"1"')}) as site:
            feeds.sync(db, [source(site.url("/rss"))])
            await run(db)
            await run(db)
            site.routes["/rss"] = rss(1, 2, etag='"1"')
            later(db, full_at=datetime.now(UTC) - timedelta(hours=25))
            await run(db)
            await run(db)
            return ["if-none-match" in asked.headers for asked in site.asked]

    conditional = asyncio.run(act())

    assert conditional == [False, True, False, False]
    assert (row(db).lies, row(db).entries) == (True, 2)


def test_a_page_that_stands_where_a_feed_was_is_a_failure_each_time(db: Database) -> None:
    async def act() -> list[dict[str, int]]:
        async with Site({"/rss": rss(1)}) as site:
            feeds.sync(db, [source(site.url("/rss"))])
            await run(db)
            site.routes["/rss"] = answer("<html><body>Домен је на продају</body></html>", content_type="text/html")
            return [await run(db), await run(db)]

    assert asyncio.run(act()) == [{"failing": 1}, {"failing": 1}]


@pytest.fixture
def dead() -> Iterator[list[str]]:
    """Feeds of six hosts that don't answer."""
    closed = [socket.socket() for _ in range(6)]
    for each in closed:
        each.bind(("127.0.0.1", 0))  # and doesn't listen: nobody answers there
    yield [f"http://127.0.0.1:{each.getsockname()[1]}/rss" for each in closed]
    for each in closed:
        each.close()


def test_an_outage_of_our_own_network_is_no_feeds_fault(db: Database, dead: list[str]) -> None:
    feeds.sync(db, [source(*dead)])
    later(db, last_success_at=datetime.now(UTC) - timedelta(hours=1))

    counts = asyncio.run(run(db))

    assert counts == {"failing": 6}
    assert {(shown.failures, shown.detail) for shown in feeds.rows(db)} == {(0.0, "most hosts can't be reached: our own network")}


def test_hosts_that_never_answered_are_dead_and_not_our_own_network(db: Database, dead: list[str]) -> None:
    async def act() -> dict[str, int]:
        async with Site({"/rss": rss(1)}) as site:
            feeds.sync(db, [source(site.url("/rss"), *dead)])
            return await run(db)

    counts = asyncio.run(act())

    assert counts["failing"] == 6
    assert {shown.failures for shown in feeds.rows(db) if shown.url in dead} == {0.25}


def test_a_feeds_last_polls_are_remembered(db: Database) -> None:
    async def act() -> None:
        async with Site({"/rss": rss(1, 2)}) as site:
            feeds.sync(db, [source(site.url("/rss"))])
            await run(db)
            later(db, recent="\n".join(["2026-11-01T00:00:00Z new"] * 29 + list(feeds.rows(db)[0].recent)))
            await run(db)
            site.routes["/rss"] = answer("", 500)
            await run(db)

    asyncio.run(act())

    told = [line.partition(" ")[2] for line in feeds.rows(db)[0].recent]
    assert (len(told), told[-3:]) == (30, ["new 2 of 2", "unchanged", "failed http-5xx"])


def test_a_feed_from_a_cache_is_asked_when_the_cache_has_just_renewed_it(db: Database) -> None:
    async def act() -> None:
        async with Site({"/rss": rss(1, cache_control="public, max-age=900", age="300")}) as site:
            feeds.sync(db, [source(site.url("/rss"))])
            await run(db)

    asyncio.run(act())

    since_renewal = ((row(db).next_poll_at - row(db).last_poll_at).total_seconds() - 600) % 900
    assert 0 < since_renewal < 35


def news(*numbers: int) -> bytes:
    """A news sitemap of these articles."""
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    rows = (
        f"<url><loc>http://127.0.0.1/{n}</loc><n:news><n:title>Вест {n}</n:title><n:publication_date>{day}</n:publication_date>"
        for n in numbers
    )
    opening = "<urlset xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'>"
    return answer(f"{opening}{''.join(f'{row}</n:news></url>' for row in rows)}</urlset>")


def of_sitemaps(site: Site, *names: str) -> bytes:
    """An index of the site's sitemaps, which never changes itself."""
    rows = "".join(f"<sitemap><loc>{site.url(name)}</loc></sitemap>" for name in names)
    return answer(f"<sitemapindex>{rows}</sitemapindex>", etag='"always"')


def test_the_sitemaps_of_an_index_that_stays_the_same_are_read_again(db: Database) -> None:
    async def act() -> list[int]:
        async with Site({"/news-1": news(1)}) as site:
            site.routes["/index"] = of_sitemaps(site, "/news-1")
            feeds.sync(db, [source(site.url("/index"))])
            first = await run(db)
            site.routes["/news-1"] = news(1, 2)
            return [first.get("new", 0), (await run(db)).get("new", 0)]

    assert asyncio.run(act()) == [1, 1]


def test_a_bad_sitemap_of_an_index_does_not_stop_the_others(db: Database) -> None:
    async def act() -> dict[str, int]:
        async with Site({"/news-1": redirect("/news-1", 302), "/news-2": news(2)}) as site:
            site.routes["/index"] = of_sitemaps(site, "/news-1", "/news-2")
            feeds.sync(db, [source(site.url("/index"))])
            return await run(db)

    assert asyncio.run(act()).get("new") == 1


def test_an_index_none_of_whose_sitemaps_can_be_had_is_a_failing_feed_and_retry_after_counts(db: Database) -> None:
    async def act() -> None:
        async with Site({"/news-1": answer("", 503, retry_after="3600")}) as site:
            site.routes["/index"] = of_sitemaps(site, "/news-1")
            feeds.sync(db, [source(site.url("/index"))])
            await run(db)

    asyncio.run(act())

    assert (row(db).reason, row(db).not_before is not None) == (Reason.HTTP_5XX, True)


def test_a_feed_of_mobile_addresses_of_known_articles_brings_nothing_new(db: Database) -> None:
    plain = "<rss version='2.0'><channel><title>В</title><item><title>Вест</title><link>{}</link></item></channel></rss>"

    async def act() -> None:
        async with Site({"/m": answer(plain.format("https://m.vesti.example/vest-12345"))}) as site:
            announce(db, entry("https://vesti.example/vest-12345"))
            feeds.sync(db, [source(site.url("/m"))])
            await run(db)

    asyncio.run(act())

    with db.read() as conn:
        last = conn.scalar(select(t.feeds.c.outcome).where(t.feeds.c.active))
    assert last == "nothing-new"


def test_of_a_feed_that_changed_what_is_new_and_what_was_edited_is_taken_and_nothing_else(db: Database) -> None:
    def shows(*titles: str, at: str) -> bytes:
        items = (f"<item><title>{title}</title><link>https://vesti.example/{title[-1]}</link></item>" for title in titles)
        return answer(f"<rss version='2.0'><channel><title>В</title><pubDate>{at}</pubDate>{''.join(items)}</channel></rss>")

    async def act() -> list[dict[str, int]]:
        async with Site({"/rss": shows("Вест 2", "Вест 1", at="10:00")}) as site:
            feeds.sync(db, [source(site.url("/rss"))])
            counts = [await run(db)]
            fetch_all(db)
            for titles in (
                ("Вест 3", "Вест 2", "Исправка 1"),
                ("Вест 3", "Вест 2", "Исправка 1"),
                ("Вест 3", "Вест 2", "Вест 1"),
            ):
                site.routes["/rss"] = shows(*titles, at=f"11:0{len(counts)}")
                counts.append(await run(db))
                fetch_all(db)
            return counts

    assert asyncio.run(act()) == [
        {"polled": 1, "new": 2},
        {"polled": 1, "new": 1, "edited": 1},
        {"polled": 1},
        {"polled": 1, "edited": 1},
    ]
    assert row(db).shown == 3


@pytest.mark.parametrize(("known", "first", "second"), [("", "", "m."), ("m.", "m.", "")])
def test_an_article_that_a_feed_shows_in_two_dresses_is_not_edited_though_one_item_changes(
    db: Database, known: str, first: str, second: str
) -> None:
    def item(host: str, title: str, text: int = 0) -> str:
        return f"<item><title>{title}</title><link>https://{host}vesti.example/vest-12345</link><description>{text}</description></item>"

    def shows(poll: int) -> bytes:
        items = item(first, "Вест", poll // 2) + item(second, "Вест (друга)")
        return answer(f"<rss version='2.0'><channel><title>В{poll}</title>{items}</channel></rss>")

    async def act() -> list[dict[str, int]]:
        async with Site({"/rss": shows(0)}) as site:
            if known:
                announce(db, entry(f"https://{known}vesti.example/vest-12345"))
                fetch_all(db)
            feeds.sync(db, [source(site.url("/rss"))])
            await run(db)
            fetch_all(db)
            counts = []
            for n in range(1, 6):
                site.routes["/rss"] = shows(n)
                counts.append(await run(db))
                fetch_all(db)
            return counts

    assert asyncio.run(act()) == [{"polled": 1}] * 5


def test_one_odd_link_costs_a_feed_that_item_only(db: Database) -> None:
    links = ("https://vesti.example/1", "https://vesti.example//[vest-12345/amp", "https://vesti.example/2")
    items = "".join(f"<item><title>Вест</title><link>{link}</link></item>" for link in links)

    async def act() -> dict[str, int]:
        async with Site({"/rss": answer(f"<rss version='2.0'><channel><title>В</title>{items}</channel></rss>")}) as site:
            feeds.sync(db, [source(site.url("/rss"))])
            return await run(db)

    assert asyncio.run(act()) == {"polled": 1, "new": 2}


def test_an_article_whose_mobile_page_was_not_had_is_taken_from_a_feed_that_went_on_showing_it(db: Database) -> None:
    item = "<item><title>Вест</title><link>https://vesti.example/vest-12345</link></item>"

    async def act() -> list[dict[str, int]]:
        async with Site({"/rss": answer(f"<rss version='2.0'><channel><title>1</title>{item}</channel></rss>")}) as site:
            announce(db, entry("https://m.vesti.example/vest-12345"))
            feeds.sync(db, [source(site.url("/rss"))])
            counts = [await run(db)]
            (task,) = claim_to_fetch(db)
            captures.skipped(db, task.no, task.token, Reason.NOINDEX)
            site.routes["/rss"] = answer(f"<rss version='2.0'><channel><title>2</title>{item}</channel></rss>")
            return [*counts, await run(db)]

    assert asyncio.run(act()) == [{"polled": 1}, {"polled": 1, "new": 1}]


class OnceSpoiled(Database):
    """A state in which the first thing that is to be written meets a bug."""

    spoiled = False

    def written(self, work: Callable[[Connection], Any]) -> Any:
        if not self.spoiled:
            self.spoiled = True
            raise ValueError("a bug")
        return super().written(work)


def test_a_feed_whose_news_meet_a_bug_is_a_failing_one_and_the_others_are_taken(db: Database) -> None:
    async def act() -> dict[str, int]:
        async with Site({"/a": rss(1), "/b": rss(2)}) as site:
            feeds.sync(db, [source(site.url("/a"), site.url("/b"))])
            return await run(OnceSpoiled(db.engine))

    assert asyncio.run(act()) == {"polled": 1, "new": 1, "failing": 1}
    assert sorted((shown.reason or "", shown.detail, shown.entries) for shown in feeds.rows(db)) == [
        ("", "", 1),
        (Reason.BUG, "ValueError: a bug", 0),
    ]
