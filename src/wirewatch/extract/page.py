"""Page → extract: a pure function of the page, its feed's entry and when it was first seen."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from lxml.html import HtmlElement

from wirewatch.analysis.script import FULL_TEXT, said
from wirewatch.errors import Reason, Skip
from wirewatch.extract import dates, fields
from wirewatch.extract.authors import authors, is_byline
from wirewatch.extract.body import LEAST, POOR, find_body, longer
from wirewatch.extract.carried import carried_body, lines_of
from wirewatch.extract.charset import clean, decode
from wirewatch.extract.dateline import datelines
from wirewatch.extract.declared import Declared, read_declared
from wirewatch.extract.lead import standfirst, with_standfirst
from wirewatch.extract.limits import MAX_BODY, check_bytes, check_text
from wirewatch.extract.rules import RULES
from wirewatch.extract.steps import Step, unseen
from wirewatch.extract.title import headings, title
from wirewatch.extract.tree import parse
from wirewatch.extract.walls import refuse_wall
from wirewatch.model import FROM_FEED, Entry, Extract

_HEAD_LINES = 4  # headline, authors, date, and when it was changed


def extract(
    body: bytes, *, url: str, content_type: str, entry: Entry, first_seen_at: datetime, recall: bool = False, step: Step = unseen
) -> Extract:
    """The article on a page. `url` is the page's address after redirects; `recall` for a source of forums, blogs or lists;
    `step` is told of each step.

    Raises Skip(EMPTY, NOT_HTML, NOT_ARTICLE, PAYWALL or EXTRACT_LIMIT). May take long or much memory on hostile pages: run it in
    a process that can be killed.
    """
    given: dict[str, Any] = {"entry": entry, "first_seen_at": first_seen_at, "recall": recall, "step": step}
    found, text = find(body, url=url, content_type=content_type, **given)
    if said(text) < LEAST:
        raise Skip(Reason.NOT_ARTICLE)
    return _past_wall(found, text, entry)


def find(
    body: bytes, *, url: str, content_type: str, entry: Entry, first_seen_at: datetime, recall: bool = False, step: Step = unseen
) -> tuple[Extract, str]:
    """What is on a page, article or not; and its text without the standfirst. Raises Skip(EMPTY, NOT_HTML or EXTRACT_LIMIT)."""
    check_bytes(body)
    text = decode(body, content_type)
    step("charset")
    text = check_text(text)
    step("limits")
    page = parse(text)
    tree = page.root
    step("parse", tree)
    declared = read_declared(tree)
    facts, line = _facts(tree, declared, url), standfirst(tree, declared)
    published_at, dated_by = dates.declared_date(declared, entry, first_seen_at)
    lines = datelines(tree, facts["title"]) if published_at is None else []
    step("fields")
    found, source_of_body = _headless(find_body(text, page, step, recall=recall), facts["title"])[:MAX_BODY], "page"
    if content_type == FROM_FEED:
        found, source_of_body = lines_of(entry.content[:MAX_BODY]), "feed"
    elif said(found) < POOR:
        found, source_of_body = _rescued(found, text, facts["title"], declared, entry)
    if said(found) < LEAST and page.is_cut_off:
        raise Skip(Reason.EXTRACT_LIMIT, "nested too deep")
    if published_at is None:
        published_at, dated_by = dates.shown_date(tree, lines, url, first_seen_at)
    step("dates")
    article = Extract(
        **facts,
        body=clean(with_standfirst(found, line)),
        published_at=published_at,
        published_at_source=dated_by,
        updated_at=dates.updated(declared, first_seen_at),
        body_source=source_of_body,
        rules=RULES,
    )
    return article, found


def _facts(tree: HtmlElement, declared: Declared, url: str) -> dict[str, Any]:
    """All fields but body and dates, each with the rule that gave it, from the uncut tree."""
    facts: dict[str, Any] = {
        "declared_language": fields.language(tree),
        "canonical": fields.canonical(tree, url),
        "paywall": fields.paywall(declared),
    }
    for name, (value, source) in {
        "title": title(tree, declared, headings(tree)),
        "authors": authors(tree, declared),
        "description": fields.description(declared),
        "image": fields.image(declared, url),
        "section": fields.section(declared),
    }.items():
        facts |= {name: value, f"{name}_source": source}
    return facts


def _headless(body: str, title: str) -> str:
    """The body without the headline and the byline, which stand first in it on many a short page."""
    for _ in range(_HEAD_LINES):
        first, _, rest = body.partition("\n")
        if not rest or not (first.strip() == title or is_byline(first.strip())):
            break
        body = rest
    return body


def _rescued(body: str, text: str, title: str, declared: Declared, entry: Entry) -> tuple[str, str]:
    """The longest of a poor body and of what page and feed carry as data, which is often cut short or without paragraphs.

    With it where it is from: page, data or feed.
    """
    told = declared.article.get("articleBody")
    data = longer(lines_of(told[:MAX_BODY] if isinstance(told, str) else ""), carried_body(parse(text).root, title)[:MAX_BODY])
    best = (data, "data") if said(data) > said(body) else (body, "page")
    fed = lines_of(entry.content[:MAX_BODY]) if said(best[0]) < POOR else ""
    return (fed, "feed") if said(fed) > said(best[0]) else best


def _past_wall(found: Extract, text: str, entry: Entry) -> Extract:
    """The article, with the feed's full text where the page stops at a paywall. Raises Skip as refuse_wall."""
    try:
        refuse_wall(found.title, text, paywall=found.paywall)
    except Skip as wall:
        fed = lines_of(entry.content[:MAX_BODY])
        if wall.reason is not Reason.PAYWALL or said(fed) < max(FULL_TEXT, said(text) + 1):
            raise
        return replace(found, body=clean(fed), body_source="feed")
    return found
