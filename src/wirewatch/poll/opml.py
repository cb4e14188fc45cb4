"""OPML (opml.org/spec2.opml): subscriptions from other readers, and ours for them; our settings ride along as attributes.

A file from elsewhere is foreign input: bounded, read leniently (a missing end tag, HTML's entities), nothing in it is expanded.
"""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html.entities import html5
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from wirewatch.errors import Retry, UserError
from wirewatch.model import Feed, Source
from wirewatch.pace import pace, pace_text
from wirewatch.poll.discover import language_tag
from wirewatch.poll.encoding import text_of
from wirewatch.poll.text import is_link, plain, resolved, site_of

BYTES = 10 * 1024 * 1024
DEPTH = 20  # folders within folders
FEEDS = 20_000
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_LONE = re.compile(r"&(?!#?\w{1,32};)")
_XML = ("amp", "lt", "gt", "quot", "apos")


def read_opml(body: bytes, left_out: list[str] | None = None) -> list[Source]:
    """The outlets in an OPML file, each feed once, the feeds of one site under one source. Raises UserError.

    Folders are other readers' categories and count only where they are ours. `left_out` gets what isn't a feed's address.
    """
    if len(body) > BYTES:
        raise UserError(f"larger than {BYTES // 1024 // 1024} MiB")
    if b"<!ENTITY" in body.replace(b"\x00", b""):
        raise UserError("defines entities: that is refused; export it again from your reader")
    sources: dict[str, Source] = {}
    seen: set[str] = set()
    strange = [] if left_out is None else left_out
    for name, key, source, feed in _outlines(_tree(_text(body)), None, 0, strange):
        if feed.url in seen or len(seen) >= FEEDS:
            continue
        seen.add(feed.url)
        known = sources.get(key) or replace(source, name=_free(name, {each.name for each in sources.values()}, feed.url))
        sources[key] = replace(known, feeds=(*known.feeds, feed))
    if not sources:
        raise UserError("holds no feeds: an OPML file has outlines with xmlUrl")
    return list(sources.values())


def _text(body: bytes) -> str:
    try:
        return text_of(body, "")
    except Retry as error:
        raise UserError(f"can't be unpacked: {error.detail}") from error


def _tree(text: str) -> Any:
    from lxml import etree

    text = _LONE.sub("&amp;", _NAMED.sub(_character, text))
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        root = None
    if root is None or not isinstance(root.tag, str) or root.tag.lower() != "opml":
        raise UserError("is no OPML file")
    return root


def _character(found: re.Match[str]) -> str:
    if found[1] in _XML:
        return found[0]
    return html.escape(html5.get(f"{found[1]};", " "))


def _outlines(node: Any, ours: Source | None, depth: int, strange: list[str]) -> Iterator[tuple[str, str, Source, Feed]]:
    """Each feed with its source's name, what tells its source from others, and what is known of that source."""
    for child in node:
        if not isinstance(child.tag, str) or depth > DEPTH:
            continue
        given = {name.lower(): value for name, value in child.attrib.items()}
        url = given.get("xmlurl", "").strip()
        if is_link(url):
            yield _feed(given, url, ours)
            continue
        if url:
            strange.append(url)
        if child.tag.lower() in ("body", "outline"):
            yield from _outlines(child, _folder(given) or ours, depth + 1, strange)


def _feed(given: dict[str, str], url: str, ours: Source | None) -> tuple[str, str, Source, Feed]:
    feed = Feed(url=url, every=_pace(given.get("wirewatchevery", "")))
    if ours is not None:
        return ours.name, f"name {ours.name}", ours, feed
    home = given.get("htmlurl", "").strip()
    home = home if is_link(home) else ""
    name = plain(given.get("title") or given.get("text") or "", 200)
    language = language_tag(given.get("language", "")) or None
    source = Source(name=name, home=home or resolved(url, "/"), language=language)
    return name or site_of(home or url), f"site {site_of(home or url)}", source, feed


def _pace(text: str) -> float | None:
    try:
        return pace(text) if text else None
    except ValueError:
        return None


def _folder(given: dict[str, str]) -> Source | None:
    """A folder that we wrote is a source."""
    name = plain(given.get("wirewatchsource", ""), 200)
    home, country = given.get("htmlurl", ""), given.get("wirewatchcountry", "")
    if not name:
        return None
    return Source(
        name=name,
        home=home if is_link(home) else "",
        country=country if re.fullmatch("[A-Za-z]{2}", country) else None,
        language=language_tag(given.get("wirewatchlanguage", "")) or None,
    )


def _free(name: str, taken: set[str], url: str) -> str:
    if name not in taken:
        return name
    return next(each for n in range(1, FEEDS + 2) if (each := f"{name} ({site_of(url)}{f' {n}' if n > 1 else ''})") not in taken)


def opml_of(sources: Sequence[Source]) -> str:
    """Our sources as an OPML 2.0 file: a folder for each, with what only we know in attributes of ours."""
    root = Element("opml", {"version": "2.0"})
    SubElement(SubElement(root, "head"), "title").text = "wirewatch"
    body = SubElement(root, "body")
    for source in sources:
        facts = {
            "text": source.name,
            "htmlUrl": source.home,
            "wirewatchSource": source.name,
            "wirewatchCountry": source.country,
            "wirewatchLanguage": source.language,
        }
        folder = SubElement(body, "outline", {name: value for name, value in facts.items() if value})
        for feed in source.feeds:
            known = {"type": "rss", "text": source.name, "xmlUrl": feed.url, "htmlUrl": source.home}
            known |= {"wirewatchEvery": pace_text(feed.every)} if feed.every is not None else {}
            SubElement(folder, "outline", {name: value for name, value in known.items() if value})
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"
