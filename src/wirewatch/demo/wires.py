"""The outlets' feeds, RSS 2.0 or Atom 1.0, made with the XML library so that every title is escaped as it must be."""

from datetime import datetime
from email.utils import format_datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from wirewatch.demo.sample import Outlet, SampleArticle, published_at, updated_at

ATOM = "http://www.w3.org/2005/Atom"


def feed(outlet: Outlet, path: str, base: str, now: datetime, *, edited: bool) -> bytes:
    """The feed at `path` of the outlet at `base`, in the outlet's charset and with the times of `now`."""
    make = _atom if outlet.kind == "atom" else _rss
    tree = make(outlet, path, base, now, edited)
    return f'<?xml version="1.0" encoding="{outlet.charset}"?>\n'.encode() + _encoded(tree, outlet.charset)


def changed_at(outlet: Outlet, path: str, now: datetime, *, edited: bool) -> datetime:
    """When the newest version in the feed appeared."""
    return max(updated_at(article, now, edited=edited) for article in outlet.in_feed(path))


def link(article: SampleArticle, base: str, *, first_feed: bool) -> str:
    """The address under which a feed announces the article: the second feed adds what counts the clicks."""
    return base + article.path + (f"?{article.tracked}" if article.tracked and not first_feed else "")


def _encoded(tree: Element, charset: str) -> bytes:
    return tostring(tree, encoding="unicode").encode(charset, "xmlcharrefreplace")


def _rss(outlet: Outlet, path: str, base: str, now: datetime, edited: bool) -> Element:
    root = Element("rss", {"version": "2.0", "xmlns:dc": "http://purl.org/dc/elements/1.1/", "xmlns:atom": ATOM})
    channel = SubElement(root, "channel")
    _put(channel, title=outlet.name, link=f"{base}/", description=outlet.words["footer"], language=outlet.language)
    SubElement(channel, "atom:link", {"rel": "self", "type": "application/rss+xml", "href": base + path})
    for article in outlet.in_feed(path):
        text = article.text(edited=edited)
        item = SubElement(channel, "item")
        address = link(article, base, first_feed=path == outlet.feeds[0])
        when = format_datetime(published_at(article, now).astimezone(outlet.zone))
        _put(item, title=text.title, link=address, guid=base + article.path, pubDate=when, description=text.paragraphs[0])
        _put(item, **{"dc:creator": ", ".join(article.authors), "category": article.section})
    return root


def _atom(outlet: Outlet, path: str, base: str, now: datetime, edited: bool) -> Element:
    root = Element("feed", {"xmlns": ATOM, "xml:lang": outlet.language})
    newest = changed_at(outlet, path, now, edited=edited).astimezone(outlet.zone)
    _put(root, id=f"{base}/", title=outlet.name, updated=newest.isoformat())
    SubElement(root, "link", {"rel": "self", "href": base + path})
    for article in outlet.in_feed(path):
        text = article.text(edited=edited)
        entry = SubElement(root, "entry")
        SubElement(entry, "link", {"rel": "alternate", "href": link(article, base, first_feed=path == outlet.feeds[0])})
        first, last = published_at(article, now), updated_at(article, now, edited=edited)
        _put(entry, id=base + article.path, title=text.title, summary=text.paragraphs[0])
        _put(entry, published=first.astimezone(outlet.zone).isoformat(), updated=last.astimezone(outlet.zone).isoformat())
        for name in article.authors:
            _put(SubElement(entry, "author"), name=name)
    return root


def _put(parent: Element, **texts: str) -> None:
    for name, text in texts.items():
        SubElement(parent, name).text = text
