"""What parsing a feed costs, and how spoiled feeds end: `python -m benchmarks.parsing`. CPU time in one process."""

import statistics
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO

import feedparser

from tests.unit.poll.test_mutated_feeds import ALL, NOW, outcome, spoiled
from wirewatch.poll.parse import parse

URL = "http://www.vesti.example/rss"
ITEMS, PAGES, PASSES = 40, 50_000, 7


def feed() -> bytes:
    """A daily's feed of 40 items with summaries."""
    text = "Ким Џонг Ун и Владимир Путин састали су се на космодрому. " * 4
    items = "".join(
        f"<item><title>Вест {n}</title><link>{URL}/{n}.html</link><guid>{URL}/?p={n}</guid>"
        f"<pubDate>Mon, 23 Nov 2026 10:{n % 60:02}:00 +0100</pubDate><description>&lt;p&gt;{text}&lt;/p&gt;</description></item>"
        for n in range(ITEMS)
    )
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{items}</channel></rss>'.encode()


def sitemap() -> bytes:
    """A news sitemap of 50,000 pages, all but ten of them old."""
    rows = "".join(
        f"<url><loc>{URL}/{n}.html</loc><n:news><n:publication_date>{'2026-11-24' if n < 10 else '2026-09-01'}"
        f"</n:publication_date><n:title>Вест {n}</n:title></n:news></url>"
        for n in range(PAGES)
    )
    return f'<urlset xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">{rows}</urlset>'.encode()


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    began = time.process_time()
    work()
    return time.process_time() - began


def ratio() -> None:
    """Our parsing beside feedparser's alone, taking turns."""
    body = feed()
    ours, bare = list[float](), list[float]()
    for _ in range(PASSES):
        ours.append(cpu(lambda: [parse(body, URL, "", NOW) for _ in range(20)]) / 20)
        bare.append(cpu(lambda: [feedparser.parse(BytesIO(body)) for _ in range(20)]) / 20)
    ratios = [a / b for a, b in zip(ours, bare, strict=True)]
    print(f"CPU ms to parse {ITEMS} items: {statistics.median(ours) * 1000:.1f}; feedparser {statistics.median(bare) * 1000:.1f}")
    print(f"ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} … {max(ratios):.2f})")


def news() -> None:
    """A large sitemap: time, then memory."""
    body, now = sitemap(), datetime(2026, 11, 24, 12, tzinfo=UTC)
    found = parse(body, URL, "", now)
    seconds = min(cpu(lambda: parse(body, URL, "", now)) for _ in range(3))
    tracemalloc.start()
    parse(body, URL, "", now)
    peak = tracemalloc.get_traced_memory()[1]
    print(
        f"sitemap of {PAGES} ({len(body) / 1e6:.1f} MB): {len(found.entries)} new, CPU s {seconds:.2f}, peak {peak / 1e6:.0f} MB"
    )


def spoilt() -> None:
    """Every spoiled feed of the tests."""
    seconds, read = list[float](), 0
    for n in range(ALL):
        _, body = spoiled(n)
        began = time.process_time()
        read += outcome(body) is not None
        seconds.append(time.process_time() - began)
    print(f"{ALL} spoiled feeds: {read} read, {ALL - read} refused, none raised anything else")
    print(f"CPU ms of one: median {statistics.median(seconds) * 1000:.1f}, most {max(seconds) * 1000:.0f}")


if __name__ == "__main__":
    ratio()
    news()
    spoilt()
