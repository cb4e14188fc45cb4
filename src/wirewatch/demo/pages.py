"""The outlets' pages: an article among all that stands around it on a real one, and the front page."""

import html
import json
from datetime import datetime
from functools import cache
from importlib import resources
from string import Template
from typing import Any

from wirewatch.demo.sample import Outlet, SampleArticle, published_at, updated_at

RELATED = 4  # headlines beside an article: its neighbours in the feed, on the same subject or not


def article_page(outlet: Outlet, article: SampleArticle, base: str, now: datetime, *, edited: bool) -> str:
    """The HTML of an article's page; `base` is the outlet's address without a closing slash."""
    text = article.text(edited=edited)
    first, last = published_at(article, now), updated_at(article, now, edited=edited)
    fields = _frame(outlet, base, edited=edited) | {
        "title": text.title,
        "canonical": base + article.path,
        "section": article.section,
        "description": text.paragraphs[0],
        "author": ", ".join(article.authors),
        "published": first.astimezone(outlet.zone).isoformat(),
        "updated": last.astimezone(outlet.zone).isoformat(),
        "dateline": outlet.dateline.format(t=first.astimezone(outlet.zone)),
    }
    markup = {
        "paragraphs": _paragraphs(text.paragraphs, outlet.words),
        "related": _related(outlet, article, edited=edited),
        "comments": _comments(outlet.words["comments"]),
        "json_ld": _json_ld(fields, article),
        "nav": _nav(outlet.words["nav"]),
    }
    return _template(f"{outlet.template}.html").substitute(_escaped(fields) | markup)


def front_page(outlet: Outlet, base: str, *, edited: bool) -> str:
    """The HTML of the outlet's home page: its name, its headlines, its feeds."""
    links = "\n".join(_headline(article, edited=edited) for article in outlet.articles)
    feeds = "\n".join(f'<link rel="alternate" type="application/{outlet.kind}+xml" href="{path}">' for path in outlet.feeds)
    markup = {"links": links, "feeds": feeds, "nav": _nav(outlet.words["nav"])}
    return _template("front.html").substitute(_escaped(_frame(outlet, base, edited=edited)) | markup)


def _frame(outlet: Outlet, base: str, *, edited: bool) -> dict[str, str]:
    words = outlet.words
    said = {name: words[name] for name in ("cookies", "accept", "read_also", "related_head", "comments_head", "by", "footer")}
    latest = outlet.articles[-1]
    return said | {
        "name": outlet.name,
        "language": outlet.language,
        "charset": outlet.charset,
        "home": base + "/",
        "elsewhere": latest.text(edited=edited).title,
        "elsewhere_path": latest.path,
    }


def _escaped(fields: dict[str, str]) -> dict[str, str]:
    return {name: html.escape(value) for name, value in fields.items()}


def _paragraphs(paragraphs: tuple[str, ...], words: dict[str, Any]) -> str:
    """The body, with an advertisement's box in its middle, as outlets have it."""
    lines = [f"<p>{html.escape(paragraph, quote=False)}</p>" for paragraph in paragraphs]
    lines.insert((len(lines) + 1) // 2, f'<div class="ad-slot" aria-hidden="true"><span>{html.escape(words["ad"])}</span></div>')
    return "\n".join(lines)


def _related(outlet: Outlet, article: SampleArticle, *, edited: bool) -> str:
    at = outlet.articles.index(article)
    others = outlet.articles[at + 1 :] + outlet.articles[:at]
    return "\n".join(_headline(other, edited=edited) for other in others[:RELATED])


def _headline(article: SampleArticle, *, edited: bool) -> str:
    return f'<li><a href="{article.path}">{html.escape(article.text(edited=edited).title)}</a></li>'


def _nav(names: list[str]) -> str:
    return "\n".join(f'<li><a href="/#{n}">{html.escape(name)}</a></li>' for n, name in enumerate(names))


def _comments(comments: list[dict[str, str]]) -> str:
    row = '<div class="comment"><span class="comment-author">{who}</span><div class="comment-text">{said}</div></div>'
    return "\n".join(row.format_map(_escaped(comment)) for comment in comments)


def _json_ld(fields: dict[str, str], article: SampleArticle) -> str:
    """The article's schema.org record; `<` is written as an escape, so that no text can close the script element."""
    record = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": fields["title"],
        "datePublished": fields["published"],
        "dateModified": fields["updated"],
        "author": [{"@type": "Person", "name": name} for name in article.authors],
        "publisher": {"@type": "NewsMediaOrganization", "name": fields["name"]},
        "mainEntityOfPage": fields["canonical"],
        "inLanguage": fields["language"],
    }
    return json.dumps(record, ensure_ascii=False, indent=1).replace("<", "\\u003c")


@cache
def _template(name: str) -> Template:
    return Template((resources.files("wirewatch.demo") / "templates" / name).read_text(encoding="utf-8"))
