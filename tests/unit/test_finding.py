"""A site is asked for its feeds, within bounds."""

import asyncio

import pytest

from tests.loopback import Handler, Site, answer, redirect
from wirewatch.errors import Reason, Unavailable, UserError
from wirewatch.finding import REQUESTS, Finder, Look
from wirewatch.finding import Site as Found
from wirewatch.net.client import Http
from wirewatch.settings import FetchSettings

RULES = FetchSettings(per_host_delay=0.0, timeout=2.0, allow_networks=("127.0.0.0/8",))
Routes = dict[str, bytes | Handler]


def page(head: str = "", body: str = "") -> bytes:
    return answer(f"<html><head>{head}</head><body>{body}</body></html>", content_type="text/html")


def rss(*paths: str, title: str = "Вести") -> bytes:
    items = "".join(f"<item><title>Вест</title><link>{path}</link></item>" for path in paths or ("/1",))
    return answer(f'<rss version="2.0"><channel><title>{title}</title>{items}</channel></rss>', content_type="text/xml")


def link(href: str) -> str:
    return f'<link rel="alternate" type="application/rss+xml" href="{href}">'


def found(routes: Routes, address: str = "/", requests: int = REQUESTS) -> tuple[Found, list[str]]:
    """What is found at an address of the site, and what the site was asked."""

    async def act() -> tuple[Found, list[str]]:
        async with Site(routes) as site, Http("wirewatch/1", "", RULES.timeout, RULES.allow_networks) as http:
            finder = Finder(http, RULES, requests=requests)
            return await finder.find(site.url(address) if address.startswith("/") else address), site.paths()

    return asyncio.run(act())


def paths(site: Found) -> list[str]:
    return [look.url.partition("/")[2].partition("/")[2].partition("/")[2] for look in site.looks]


def test_what_is_a_feed_itself_is_all_that_is_asked() -> None:
    site, asked = found({"/x": rss(title="Лист")}, "/x")

    assert (paths(site), site.looks[0].how, site.name) == (["x"], "itself", "Лист")
    assert asked == ["/robots.txt", "/x"]


def test_a_page_that_lists_feeds_is_read_one_step_deep() -> None:
    site, asked = found({"/": page(body='<a href="/rss">RSS</a>'), "/rss": page(link("/a.xml")), "/a.xml": page(link("/b.xml"))})

    assert paths(site) == []
    assert "/a.xml" in asked

    site, _ = found({"/": page(body='<a href="/rss">RSS</a>'), "/rss": page(link("/a.xml")), "/a.xml": rss()})
    assert paths(site) == ["a.xml"]


def test_one_body_at_two_addresses_is_one_feed() -> None:
    site, _ = found({"/": page(link("/a") + link("/b") + link("/c")), "/a": rss(), "/b": rss(), "/c": rss("/2")})

    assert paths(site) == ["a", "c"]


def test_the_usual_places_are_only_tried_where_no_link_leads_and_what_robots_txt_forbids_never() -> None:
    robots = answer("User-agent: *\nDisallow: /feed\n", content_type="text/plain")

    linked, asked_linked = found({"/": page(link("/mine")), "/mine": rss(), "/rss": rss("/2")})
    unlinked, asked_unlinked = found({"/": page(), "/feed": rss(), "/rss.xml": rss(), "/robots.txt": robots})

    assert (paths(linked), "/rss" in asked_linked) == (["mine"], False)
    assert (paths(unlinked), "/feed" in asked_unlinked) == (["rss.xml"], False)


def test_an_index_of_sitemaps_counts_if_there_is_news_below() -> None:
    about = "<n:news><n:title>Вест</n:title></n:news>"
    news = f'<urlset xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>/1</loc>{about}</url></urlset>'

    async def act() -> Found:
        async with Site({"/": page(), "/news.xml": answer(news)}) as site:
            index = f"<sitemapindex><sitemap><loc>{site.url('/news.xml')}</loc></sitemap></sitemapindex>"
            site.routes |= {"/maps.xml": answer(index), "/robots.txt": answer(f"Sitemap: {site.url('/maps.xml')}\n")}
            async with Http("wirewatch/1", "", RULES.timeout, RULES.allow_networks) as http:
                return await Finder(http, RULES).find(site.url())

    (look,) = asyncio.run(act()).looks
    assert (look.format, look.entries, look.how) == ("sitemap-index", 1, "robots.txt")


@pytest.mark.parametrize("location", ["http://127.0.0.1:1/x", "http://169.254.169.254/", "file:///etc/passwd", "/loop"])
def test_a_link_that_leads_away_or_in_a_circle_is_no_feed(location: str) -> None:
    site, _ = found({"/": page(link("/loop") + link("/sound")), "/loop": redirect(location), "/sound": rss()})

    assert paths(site) == ["sound"]


def test_a_site_of_links_without_end_gets_so_many_requests_and_no_more() -> None:
    routes: Routes = {f"/{n}/rss": page("".join(link(f"/{n}{m}/rss") for m in range(50))) for n in range(50)}
    lines = "".join(f"Sitemap: http://127.0.0.1/{n}.xml\n" for n in range(1000))

    _, asked = found(routes | {"/": page("".join(link(f"/{n}/rss") for n in range(50))), "/robots.txt": answer(lines)})

    assert len(asked) <= REQUESTS + 1
    _, asked = found(routes | {"/": page(link("/1/rss"))}, requests=5)
    assert len([path for path in asked if path != "/robots.txt"]) == 5


def test_a_site_that_does_not_answer_is_a_line() -> None:
    with pytest.raises(Unavailable, match="status 503"):
        found({"/": answer("", 503)})
    with pytest.raises(Unavailable, match="not a public address"):
        found({}, "http://10.0.0.1/")
    with pytest.raises(UserError, match="no web address"):
        found({}, "http://")


def test_a_feed_that_became_a_page_says_which_feeds_that_names() -> None:
    async def act() -> Look:
        async with Site({"/rss": page(link("/new.xml"))}) as site, Http("wirewatch/1", "", 2.0, ["127.0.0.0/8"]) as http:
            return await Finder(http, RULES).look(site.url("/rss"))

    look = asyncio.run(act())
    assert look.reason is Reason.NOT_A_FEED
    assert look.named.endswith("/new.xml")
