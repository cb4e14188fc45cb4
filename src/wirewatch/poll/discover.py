"""Where a site's feeds may be: pure rules over a page's text, its address and its robots.txt's sitemap lines.

A page is hostile: only its first megabyte is read, by expressions that take linear time, and only addresses of the same
registered domain count. A sold link in a page leads to thousands of advertisements (commoncrawl/news-crawl#58).
"""

import html
import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from wirewatch.poll.text import is_link, plain, resolved, site_of

READ = 1024 * 1024  # characters of a page that are looked at
LINKS = 12  # addresses taken from one page
SITEMAPS = 4  # of robots.txt
TYPES = frozenset(
    "application/rss+xml application/atom+xml application/rdf+xml application/feed+json application/json application/xml "
    "application/x-rss+xml application/x.atom+xml application/x-atom+xml application/rss application/atom application/rdf "
    "text/xml text/rss text/atom text/rdf text/rss+xml text/atom+xml".split()
)
FEEDS = (  # usual places, below the root and the page's folder (field notes §1: miniflux, feed_seeker)
    "feed/", "rss", "rss.xml", "feed", "rss/", "feed.xml", "atom.xml", "index.xml", "index.rss", "feed.atom", "feed.json",
)  # fmt: skip
NEWS = ("sitemap-news.xml", "news-sitemap.xml", "sitemap_news.xml", "sitemap/news.xml", "googlenews.xml")  # below the root
_TAG = re.compile(r"<(link|base|a|meta|html)\s([^<>]{1,3000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w:-]{1,40})\s*=\s*(?:"([^"]{0,2500})"|'([^']{0,2500})'|([^\s"'>]{1,2500}))""")
_FEEDLIKE = re.compile(r"(?:^|[/._-])(?:rss|feeds?|atom|xml)\d?(?:[/._-]|$)", re.IGNORECASE)
_COMMENTS = re.compile(r"/comments?/|comments?[-_/]?(?:feed|rss)|коммент|komentar|коментар", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


def feed_links(text: str, url: str) -> tuple[list[str], list[str]]:
    """Addresses that a page offers as feeds: by link tags first, then by anchors that look like it; and some that lead elsewhere.

    A comment feed is none: its entries aren't articles.
    """
    base, tagged, anchored = url, list[str](), list[str]()
    for name, attribute in _tags(text):
        href, kind = attribute.get("href", ""), attribute.get("type", "").split(";")[0].strip().lower()
        if name == "base" and base == url:
            base = resolved(url, href) or url
        if name == "link" and "alternate" in attribute.get("rel", "").lower() and kind in TYPES:
            if "/wp-json/" not in href and not _COMMENTS.search(href + attribute.get("title", "")):
                tagged.append(href)
        elif name == "a" and len(anchored) < 10 * LINKS and _FEEDLIKE.search(_path(href)) and not _COMMENTS.search(href):
            anchored.append(href)
    links = [link for href in dict.fromkeys((*tagged, *anchored)) if is_link(link := resolved(base, href).partition("#")[0])]
    near = [link for link in dict.fromkeys(links) if site_of(link) == site_of(url) and link != url]
    return near[:LINKS], [link for link in links if site_of(link) != site_of(url)][:3]


def _path(href: str) -> str:
    try:
        return urlsplit(href).path
    except ValueError:
        return ""


def _tags(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    for found in _TAG.finditer(text[:READ]):
        attributes = {name.lower(): html.unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(found[2])}
        yield found[1].lower(), attributes


def about(text: str) -> tuple[str, str]:
    """A site's name and language as its page declares them, "" for what it doesn't."""
    name = language = ""
    for tag, attribute in _tags(text[:200_000]):
        if tag == "meta" and attribute.get("property", "").lower() == "og:site_name":
            name = name or plain(attribute.get("content", ""), 100)
        elif tag == "html":
            language = language_tag(attribute.get("lang", ""))
    return name, language


def language_tag(text: str) -> str:
    """A language as feeds.yaml takes it, "" if it is none: `sr_RS` is `sr-RS`."""
    tag = text.strip().replace("_", "-")
    return tag if _LANGUAGE.fullmatch(tag) else ""


def sitemaps_of(lines: Iterable[str], url: str) -> list[str]:
    """robots.txt's sitemaps of the same site: those called news first."""
    near = [line for line in dict.fromkeys(lines) if is_link(line) and site_of(line) == site_of(url)]
    return sorted(near, key=lambda line: "news" not in line.lower())[:SITEMAPS]


def usual_places(url: str, names: Iterable[str] = FEEDS) -> list[str]:
    """Where feeds use to be: below the site's root and below the page's folder."""
    names = tuple(names)
    root, folder = resolved(url, "/"), resolved(url, ".")
    return list(dict.fromkeys(base + name for base in (root, folder) for name in names))
