"""Newspapers that we wrote: one report in every language and script of the mission, in layouts as outlets have them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

Layout = Callable[["Report"], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report, and what stands around it."""

    language: str
    encoding: str
    title: str
    byline: str
    authors: list[str]
    published: datetime
    body: list[str]
    related: list[str]
    newsletter: str
    footer: str


def reports() -> list[Report]:
    """All of tests/data/newspapers.yaml."""
    path = Path(__file__).parents[2] / "data" / "newspapers.yaml"
    rows: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [Report(language=language, **row) for language, row in rows.items()]


def _paragraphs(report: Report) -> str:
    return "".join(f"<p>{paragraph}</p>" for paragraph in report.body)


def _links(report: Report) -> str:
    return "".join(f'<li><a href="/{n}.html">{title}</a></li>' for n, title in enumerate(report.related))


def _page(report: Report, inner: str, head: str = "") -> str:
    return (
        f'<!DOCTYPE html><html lang="{report.language[:2]}"><head><meta charset="{report.encoding}">'
        f"<title>{report.title} | Example Post</title>{head}</head><body>"
        f"<header><nav><ul>{_links(report) * 3}</ul></nav></header>{inner}"
        f"<footer><p>{report.footer}</p></footer></body></html>"
    )


def plain(report: Report) -> str:
    """Headline, byline and paragraphs in an article, with a list of others beneath."""
    return _page(
        report,
        f'<main><article><h1>{report.title}</h1><div class="byline">{report.byline}</div>{_paragraphs(report)}</article>'
        f'<aside><h3>{report.newsletter}</h3></aside><section class="related"><ul>{_links(report)}</ul></section></main>',
    )


def boxed(report: Report) -> str:
    """Divs only, a box of links and a picture between the paragraphs, as content management systems make them."""
    first, *rest = [f'<p class="text">{paragraph}</p>' for paragraph in report.body]
    box = f'<div class="read-also"><ul>{_links(report)}</ul></div><figure><img src="/a.jpg" alt=""></figure>'
    return _page(
        report,
        f'<div id="wrap"><div class="col-main"><div class="head"><h1><span>{report.title}</span></h1>'
        f'<p class="author">{report.byline}</p></div><div class="content">{first}{box}{"".join(rest)}</div>'
        f'<div class="newsletter"><p>{report.newsletter}</p><button>OK</button></div></div>'
        f'<div class="col-side"><ul>{_links(report) * 2}</ul></div></div>',
    )


def old(report: Report) -> str:
    """A table for a layout, line breaks for paragraphs, tags in capitals."""
    return _page(
        report,
        f"<TABLE WIDTH=100%><TR><TD WIDTH=150><UL>{_links(report)}</UL></TD><TD><H1>{report.title}</H1>"
        f'<DIV ID="author"><I>{report.byline}</I></DIV><DIV>{"<BR><BR>".join(report.body)}</DIV></TD></TR></TABLE>',
    )


def declared(report: Report) -> str:
    """Fields as JSON-LD, the byline shown without its date."""
    names = ", ".join(f'{{"@type":"Person","name":"{name}"}}' for name in report.authors)
    data = (
        f'{{"@context":"https://schema.org","@type":"NewsArticle","headline":"{report.title}",'
        f'"datePublished":"{report.published.isoformat()}","author":[{names}]}}'
    )
    return _page(
        report,
        f'<div class="page"><h1>{report.title}</h1><div class="lead"></div><div class="article-body">{_paragraphs(report)}</div>'
        f'<div class="share"><a href="#">Facebook</a><a href="#">Telegram</a></div><ul class="more">{_links(report)}</ul></div>',
        head=f'<script type="application/ld+json">{data}</script>',
    )


LAYOUTS: tuple[Layout, ...] = (plain, boxed, old, declared)
