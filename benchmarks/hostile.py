"""Pages that break parsers, each through a worker as the pipeline does: `python -m benchmarks.hostile`.

Prints what became of each: seconds to the outcome, the paragraphs kept of the article in it, or the reason why there are none.
Lost silently is an article that is there in part, and nobody is told.
"""

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measure import row
from wirewatch.errors import Retry, Skip
from wirewatch.extract.pool import ExtractPool, ExtractTask
from wirewatch.model import CaptureNo, Entry, Extract, Page, Place

LIMIT = 10.0  # seconds a page, as the pipeline gives
SEEN = datetime(2026, 11, 24, 9, tzinfo=UTC)
URL = "https://news.example.org/bridge"
TEXT = [
    "Мост преко северног рукавца отвара се на пролеће, рекао је градоначелник јутрос на кеју пред новинарима и сплаварима.",
    "Radovi na prilaznim putevima trajali su godinu dana duže nego što je planirano, jer glina ispod njih nije držala.",
    "До этого дня паром ходит каждые полчаса, и владельцы говорят, что никогда ещё не продавали столько билетов за неделю.",
    "Комісія міської ради розгляне витрати, що подвоїлися, відколи заклали перший камінь, а звіт обіцяє до кінця січня.",
    "Residents of the island had gone to court against the toll and lost; their appeal will be heard before the spring.",
]
PARAGRAPHS = "".join(f"<p>{each}</p>" for each in TEXT)
LD = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"%s"}</script>'
OTHER = "One more line of news that nobody reads to its end, and yet it is there to be read by a machine."


def article(*, head: str = "", inside: str = "", tail: str = "") -> str:
    """A sound page with something added."""
    return (
        f"<!DOCTYPE html><html><head><title>The bridge</title>{head}</head><body><article><h1>The bridge</h1>"
        f"{PARAGRAPHS}{inside}</article>{tail}</body></html>"
    )


def bare(markup: str) -> str:
    """A page of this body."""
    return f"<html><head><title>The bridge</title></head><body>{markup}</body></html>"


def tag(attributes: str) -> str:
    """One element with these."""
    return f"<div {attributes}>x</div>"


PAGES: dict[str, Callable[[], str]] = {
    "sound": article,
    "300 divs in each other": lambda: bare("<div>" * 300 + PARAGRAPHS),
    "2,000": lambda: bare("<div>" * 2_000 + PARAGRAPHS),
    "200,000": lambda: bare("<div>" * 200_000 + PARAGRAPHS),
    "20,000 tables in each other": lambda: bare("<table><tr><td>" * 20_000 + PARAGRAPHS),
    "200,000 divs after the text": lambda: article(tail="<div>" * 200_000),
    "an attribute of 3 MB": lambda: article(inside=f"<img src='data:image/png;base64,{'A' * 3_000_000}'>"),
    "of 12 MB": lambda: article(inside=f"<img src='data:image/png;base64,{'A' * 12_000_000}'>"),
    "of 6 MB, with markup in it": lambda: article(inside=tag(f"data-state='{'<b>x</b>' * 750_000}'")),
    "a class of 1 MB": lambda: article(inside=tag(f"class='{'x ' * 500_000}'")),
    "100,000 attributes in a tag": lambda: article(inside=tag(" ".join(f"a{n}=1" for n in range(100_000)))),
    "100,000 that hold < and >": lambda: article(inside=tag(" ".join(f"a{n}='<>'" for n in range(100_000)))),
    "100,000 that hide from the check": lambda: article(
        inside=tag(" ".join(f"a{n}" + "='>'" * (n % 50 == 0) for n in range(100_000)))
    ),
    "9,000 in each of 50 tags": lambda: article(inside=tag(" ".join(f"a{n}" for n in range(9_000))) * 50),
    "JSON-LD of 3 MB": lambda: article(head=LD % ("x" * 3_000_000)),
    "JSON-LD of 5 MB": lambda: article(head=LD % ("x" * 5_000_000)),
    "a script and a comment of 6 MB": lambda: article(tail=f"<script>{'x' * 6_000_000}</script><!--{'x' * 6_000_000}-->"),
    "a drawing of 350,000 paths": lambda: article(inside="<svg>" + "<path d='M0 0'/>" * 350_000 + "</svg>"),
    "200,000 paragraphs, 20 MB": lambda: bare(f"<p>{OTHER}</p>" * 200_000),
    "200,000 paragraphs, 2 MB": lambda: bare("<p>x y z</p>" * 200_000),
    "50,000 paragraphs, 3 MB": lambda: bare(PARAGRAPHS + f"<p>{OTHER[:50]}</p>" * 50_000),
    "100,000 links": lambda: article(inside="<a href=x>abc</a> " * 100_000),
    "40,000 links in a paragraph": lambda: article(inside="<p>" + "<a href=x>abc</a> t " * 40_000 + "</p>"),
    "100,000 divs": lambda: article(inside="<div>abc</div>" * 100_000),
    "100,000 breaks": lambda: article(inside="<p>" + "abc<br>" * 100_000 + "</p>"),
    "a word of 3 MB": lambda: article(inside=f"<p>{'x' * 3_000_000}</p>"),
    "500,000 entities": lambda: article(inside="<p>" + "&amp;" * 500_000 + "</p>"),
    "6,000 headings": lambda: article(tail="<h1>x</h1>" * 6_000),
    "null bytes": lambda: article().replace(" ", " \0"),
    "a lone surrogate": lambda: article().replace("<p>", "<p>&#xD800;"),
}


def read(archive: str, place: Place) -> Page:
    """The page of a file, as the archive would give it."""
    return Page(
        url=URL, final_url=URL, status=200, headers=(), body=(Path(archive) / place.file).read_bytes(), fetched_at=SEEN, took=0.0
    )


def task(folder: str, file: str) -> ExtractTask:
    """The extraction of a file."""
    return ExtractTask(
        capture=CaptureNo(1), archive=folder, place=Place(file=file, offset=0, length=0), url=URL, content_type="text/html",
        entry=Entry(url=URL), first_seen_at=SEEN,
    )  # fmt: skip


def outcome(pool: ExtractPool, work: ExtractTask) -> tuple[str, bool]:
    """What became of a page, and whether anything of it was lost without a word."""
    try:
        found: Extract = pool.submit(work).result()
    except (Skip, Retry) as told:
        return str(told), False
    kept = sum(paragraph in found.body for paragraph in TEXT)
    return f"article, {kept} of {len(TEXT)} paragraphs", kept < len(TEXT)


def main() -> None:
    """Print a line a page, and the two figures."""
    slowest, lost = 0.0, list[str]()
    with tempfile.TemporaryDirectory() as folder, ExtractPool(workers=1, timeout=LIMIT, read=read) as pool:
        (Path(folder) / "warm").write_text(article())
        pool.submit(task(folder, "warm")).result()
        for name, make in PAGES.items():
            size = (Path(folder) / "page").write_text(make(), encoding="utf-8")
            began = time.monotonic()
            said, silently = outcome(pool, task(folder, "page"))
            seconds = time.monotonic() - began
            slowest = max(slowest, seconds)
            lost += [name] if silently else []
            pool.submit(task(folder, "warm")).result()  # a killed worker's successor starts before the next page
            row(f"{name} ({size / 1e6:.2f} MB)", f"{seconds:.2f} s", said)
    row(f"pages: {len(PAGES)}; the longest, s", f"{slowest:.2f}", f"limit + .5: {LIMIT + 0.5}")
    row("lost silently", f"{len(lost)} {' '.join(lost)}", "0")


if __name__ == "__main__":
    main()
