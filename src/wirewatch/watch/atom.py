"""An Atom feed (RFC 4287) of a watch's stories, for any reader."""

import re
from collections.abc import Sequence
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as ET

from wirewatch.index.document import rfc3339
from wirewatch.safe import one_line
from wirewatch.state.told import Story
from wirewatch.watch.messages import HTML, marked, web_address

ATOM = "http://www.w3.org/2005/Atom"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def feed(watch: str, stories: Sequence[Story], now: datetime) -> bytes:
    """The document. Ids stay the same for the same watch and match, so that a reader shows nothing twice."""
    root = ET.Element("feed", xmlns=ATOM)
    _add(root, "id", _id(f"watch/{watch}"))
    _add(root, "title", f"wirewatch: {watch}")
    _add(root, "updated", rfc3339(max((story.updated_at for story in stories), default=now)) or "")
    _add(root, "generator", "wirewatch")
    for story in stories:
        _entry(root, watch, story)
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _entry(root: ET.Element, watch: str, story: Story) -> None:
    entry = ET.SubElement(root, "entry")
    _add(entry, "id", _id(f"match/{story.match_id}"))
    _add(entry, "title", one_line(story.title, 300) or "(no headline)")
    if address := web_address(story.url):
        ET.SubElement(entry, "link", rel="alternate", href=address)
    _add(entry, "updated", rfc3339(story.updated_at) or "")
    if story.published_at:
        _add(entry, "published", rfc3339(story.published_at) or "")
    _add(ET.SubElement(entry, "author"), "name", one_line(story.source, 100) or "unknown")
    ET.SubElement(entry, "category", term=watch)
    tellings = f" · {story.tellings} tellings" if story.tellings > 1 else ""
    summary = f"<p>{marked(story.sentence, HTML)}</p><p>{HTML.foreign(one_line(story.source, 100))}{tellings}</p>"
    _add(entry, "summary", summary).set("type", "html")


def _add(parent: ET.Element, name: str, text: str) -> ET.Element:
    child = ET.SubElement(parent, name)
    child.text = _NOT_XML.sub("", text)
    return child


def _id(name: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'wirewatch:{name}')}"
