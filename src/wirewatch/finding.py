"""Asking a site for its feeds, and feeds how they are: every request polite, guarded and counted.

Asks nothing but the site itself (its registered domain), at its pace, as its robots.txt lets us.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from wirewatch.errors import Reason, Retry, Skip, Unavailable, UserError
from wirewatch.fetch.robots import RobotsBook
from wirewatch.model import Page
from wirewatch.net.answers import status_reason
from wirewatch.net.client import Http
from wirewatch.poll.discover import NEWS, about, feed_links, language_tag, sitemaps_of, usual_places
from wirewatch.poll.encoding import MAX_BYTES, text_of
from wirewatch.poll.items import NOTHING_ODD, Oddities, ParsedFeed
from wirewatch.poll.moving import PERMANENT
from wirewatch.poll.parser import Parser
from wirewatch.poll.result import body_hash
from wirewatch.poll.text import resolved, site_of
from wirewatch.safe import one_line
from wirewatch.settings.schema import FetchSettings

REQUESTS = 40  # to one site while its feeds are looked for, robots.txt aside
REDIRECTS = 5
CHILDREN = 2  # sitemaps of an index that are looked into
PAGE = 1024 * 1024  # bytes of a page that are looked at
_UNANSWERED = (Reason.DNS, Reason.CONNECTION, Reason.TLS, Reason.BLOCKED_ADDRESS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look at a feed showed."""

    url: str
    how: str = ""  # where it was found: itself, link, robots.txt, usual place
    reason: Reason | None = None  # why it is none, or can't be had
    detail: str = ""
    format: str = ""
    title: str = ""
    language: str = ""
    entries: int = 0
    newest: datetime | None = None
    per_day: float | None = None  # entries, as their dates tell
    first: str = ""  # the address of an entry's page
    named: str = ""  # a feed that the page names, which came instead of one
    moved_to: str = ""  # its new address, where it was told to be one for good
    odd: Oddities = NOTHING_ODD
    digest: str = ""  # of the body: two addresses may bring the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site with the feeds that were found there."""

    home: str
    name: str
    language: str
    looks: tuple[Look, ...]
    elsewhere: tuple[str, ...] = ()  # feeds that its page names on other sites: not looked at


class Finder:
    """Looks for feeds. Use `close` at the end."""

    def __init__(
        self,
        http: Http,
        rules: FetchSettings,
        say: Callable[[str], None] = lambda _: None,
        *,
        requests: int = REQUESTS,
        obey_robots: bool = True,
    ) -> None:
        """`say` is told of each request; `requests`: how many are sent at most.

        `obey_robots` False: for feeds that the user has chosen, as polls ask for them.
        """
        self._http, self._rules, self._say = http, rules, say
        self.book = RobotsBook(http, 3 * rules.timeout)
        self._parser = Parser()
        self._turns: dict[str, asyncio.Lock] = {}
        self._next: dict[str, float] = {}
        self._left, self._obey = requests, obey_robots and rules.obey_robots

    def close(self) -> None:
        """End what the parsing needed."""
        self._parser.close()

    async def find(self, address: str) -> Site:
        """The feeds of a site, or the one at `address`. Raises Unavailable if it can't be asked, UserError for no address."""
        page = await self._start(address)
        now = datetime.now(UTC)
        itself = await self._read(page, now)
        home = resolved(page.final_url, "/")
        if itself.reason is None:
            look = replace(itself, how="itself")
            return Site(home=home, name=look.title, language=look.language, looks=(look,))
        text = _text(page)
        name, language = about(text)
        links, elsewhere = feed_links(text, page.final_url)
        found = await self._looked(links, "link")
        if not found:
            found = await self._looked(usual_places(page.final_url), "usual place", stop_at=2)
        found += await self._sitemaps(home, found)
        return Site(home=home, name=name, language=language, looks=tuple(found), elsewhere=tuple(elsewhere))

    async def look(self, url: str) -> Look:
        """How a feed is now."""
        try:
            page = await self._ask(url, anywhere=True)
            look = replace(await self._read(page, datetime.now(UTC)), url=url)
            named = feed_links(_text(page), page.final_url)[0] if look.reason is Reason.NOT_A_FEED else []
            return replace(look, named=next(iter(named), ""))
        except (Retry, Skip) as error:
            return Look(url=url, reason=error.reason, detail=one_line(error.detail, 200))

    async def _start(self, address: str) -> Page:
        """The page that the user named; without a scheme https first, then http."""
        failed: Skip | Retry | None = None
        for guess in [address] if "://" in address else [f"https://{address}", f"http://{address}"]:
            try:
                return await self._ask(guess, anywhere=True, cut=True)
            except (Skip, Retry) as error:
                failed = error
                if error.reason not in _UNANSWERED:
                    break
        assert failed is not None  # noqa: S101 - there is a guess
        if failed.reason is Reason.BAD_URL:
            raise UserError(f"{address!r} is no web address; write https://www.example.org")
        raise Unavailable(f"{address}: {failed}")

    async def _sitemaps(self, home: str, found: Sequence[Look]) -> list[Look]:
        """News sitemaps: those that robots.txt names, else at the usual places."""
        seen = {look.url for look in found}
        try:
            named = sitemaps_of((await self.book.of(home)).rules.sitemaps, home)
        except Retry:
            named = []
        looks = await self._looked([url for url in named if url not in seen], "robots.txt")
        if not any(look.format.startswith("sitemap") for look in looks):
            looks += await self._looked(usual_places(home, NEWS), "usual place", stop_at=1)
        digests = {look.digest for look in found}
        return [look for look in looks if look.digest not in digests]

    async def _looked(self, urls: Sequence[str], how: str, stop_at: int = 100) -> list[Look]:
        """The feeds among these addresses, each body once. A page of feeds is read for its links, one step deep."""
        found: dict[str, Look] = {}
        waiting, tried, pages = list(urls), set[str](), 0
        while waiting and len(found) < stop_at and self._left > 0:
            url = waiting.pop(0)
            if url in tried:
                continue
            tried.add(url)
            try:
                page = await self._ask(url, redirects=REDIRECTS if how == "link" else 0)
                look = await self._read(page, datetime.now(UTC))
            except (Retry, Skip):
                continue
            if look.reason is None:
                found.setdefault(look.digest, replace(look, how=how))
            elif how == "link" and pages < 2:
                pages += 1
                waiting += feed_links(_text(page), page.final_url)[0]
        return list(found.values())

    async def _read(self, page: Page, now: datetime) -> Look:
        """What a page is as a feed. Only if all its hops are permanent its last address is the one to note."""
        moved = page.final_url if page.hops and all(hop.status in PERMANENT for hop in page.hops) else ""
        known = Look(url=moved or page.url, moved_to=moved, digest=body_hash(page.body))
        try:
            parsed = await self._parser.parse(page, now)
            if parsed.children:
                parsed = await self._below(parsed, now)
        except Retry as error:
            return replace(known, reason=error.reason, detail=one_line(error.detail, 200))
        dates = sorted((entry.published_at for entry in parsed.entries if entry.published_at), reverse=True)[:100]
        span = (dates[0] - dates[-1]).total_seconds() / 86_400 if dates else 0.0
        return replace(
            known,
            format=parsed.format,
            title=one_line(parsed.title, 100),
            language=language_tag(parsed.language),
            entries=len(parsed.entries),
            newest=dates[0] if dates else None,
            per_day=(len(dates) - 1) / span if span > 0 else None,
            first=parsed.entries[0].url if parsed.entries else "",
            odd=parsed.odd,
        )

    async def _below(self, index: ParsedFeed, now: datetime) -> ParsedFeed:
        """An index with what its first sitemaps hold. Raises Retry(NOT_A_FEED) if none of them has news."""
        below: list[ParsedFeed] = []
        for url in index.children[:CHILDREN]:
            try:
                below.append(await self._parser.parse(await self._ask(url), now))
            except (Retry, Skip):
                continue
        news = [each for each in below if each.format == "sitemap"]
        if not news:
            raise Retry(Reason.NOT_A_FEED, "an index of sitemaps without news")
        entries = tuple(entry for each in news for entry in each.entries)
        return replace(index, entries=entries, title=news[0].title, language=news[0].language)

    async def _ask(self, url: str, *, redirects: int = REDIRECTS, anywhere: bool = False, cut: bool = False) -> Page:
        """A page with status 200. Raises Retry or Skip; `anywhere`: a redirect may lead to another site.

        `cut`: what is longer than a feed may be is cut, not refused.
        """
        if self._left <= 0:
            raise Retry(Reason.TOO_LARGE, "too many requests")
        self._left -= 1
        home = site_of(url)

        async def hop(onward: str) -> None:
            if not anywhere and site_of(onward) != home:
                raise Skip(Reason.REDIRECTS, "leads to another site")
            await self._allowed(onward)

        await self._allowed(url)
        async with self._turns.setdefault(urlsplit(url).netloc, asyncio.Lock()):
            await self._wait(url)
            self._say(one_line(f"asking {url}", 150))
            page = await self._http.get(
                url, max_bytes=MAX_BYTES, total=3 * self._rules.timeout, redirects=redirects, on_hop=hop, cut=cut
            )
        if page.status not in (200, 203):
            raise Retry(status_reason(page.status), f"status {page.status}")
        return page

    async def _allowed(self, url: str) -> None:
        if self._obey:
            (await self.book.of(url)).check(url)

    async def _wait(self, url: str) -> None:
        """Wait until the host may be asked again."""
        host, loop = urlsplit(url).netloc, asyncio.get_running_loop()
        delay = self._rules.per_host_delay
        if self._obey:
            delay = max(delay, (await self.book.of(url)).delay)
        await asyncio.sleep(self._next.get(host, 0.0) - loop.time())
        self._next[host] = loop.time() + delay


def _text(page: Page) -> str:
    """A page's beginning as text; "" if it is none."""
    try:
        return text_of(page.body[:PAGE], page.header("content-type"))
    except Retry:
        return ""
