"""Extraction against its peers: `python -m benchmarks.extraction FOLDER [--passes N]`.

FOLDER holds gzip-compressed pages, and `ground-truth.json` ({id: {articleBody}}) or `truth.json` ({file: {title, authors,
published, body}}). Quality is that of the public article extraction benchmark: multisets of shingles of 4 words (of 4 characters
in Chinese, Japanese and Korean), precision and recall averaged over pages, F1 of the two averages. What is found counts, also
where it is turned away afterwards as the lines before a paywall. Speed is CPU time in one process, the systems taking turns page
by page. Peers are measured if they are installed (benchmarks/peers.py); they are no dependencies.
"""

import argparse
import gzip
import json
import re
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import fields
from benchmarks.peers import System, peers
from wirewatch.errors import Skip
from wirewatch.extract import body as extraction
from wirewatch.extract.charset import decode
from wirewatch.extract.limits import check_text
from wirewatch.extract.page import find
from wirewatch.extract.tree import parse
from wirewatch.extract.worker import extract as _warm  # noqa: F401 - importing it loads what would count against the first page
from wirewatch.model import Entry

SEEN = datetime(2026, 11, 1, tzinfo=UTC)  # after every page of the sets
_WORDS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\w+")
URL = "https://news.example.org/article"
OURS, DEFAULT, WITH_METADATA = "wirewatch", "trafilatura, body", "trafilatura, with metadata"


@dataclass(slots=True)
class Figures:
    """What one system did."""

    precision: list[float] = field(default_factory=list)
    recall: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)  # a pass

    @property
    def f1(self) -> float:
        """Of the averages."""
        p, r = statistics.mean(self.precision), statistics.mean(self.recall)
        return 2 * p * r / (p + r)


def ours(page: bytes) -> str:
    """The body, with all fields."""
    try:
        return find(page, url=URL, content_type="text/html", entry=Entry(url=URL), first_seen_at=SEEN)[0].body
    except Skip:
        return ""


def body(page: bytes) -> str:
    """The body alone."""
    try:
        text = check_text(decode(page, "text/html"))
        return extraction.find_body(text, parse(text))
    except Skip:
        return ""


def systems() -> tuple[dict[str, System], list[str]]:
    """All that are to be had, ours first; and the peers that are not installed."""
    others, missing = peers()
    return {OURS: ours, "wirewatch, body": body, **others}, missing


def load(folder: Path) -> list[tuple[bytes, str]]:
    """The folder's pages with their true bodies."""
    if (truth := folder / "truth.json").exists():
        return [(_page(folder / name), page["body"]) for name, page in json.loads(truth.read_text()).items() if page["body"]]
    truths = json.loads((folder / "ground-truth.json").read_text())
    return [(_page(folder / f"{name}.html.gz"), page["articleBody"]) for name, page in truths.items()]


def _page(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes())


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """All runs of four words; of a shorter text, the text."""
    words = _WORDS.findall(text)
    return Counter(tuple(words[n : n + 4]) for n in range(max(1, len(words) - 3)) if words)


def score(found: str, true: str) -> tuple[float, float]:
    """Precision and recall; where nothing is found, precision is 0."""
    mine, theirs = shingles(found), shingles(true)
    common = (mine & theirs).total()
    return common / max(1, mine.total()), common / max(1, theirs.total())


def measure(pages: Sequence[tuple[bytes, str]], passes: int, systems: dict[str, System]) -> dict[str, Figures]:
    """All systems over all pages, page by page in turn. A page on which one fails counts as empty."""
    figures = {name: Figures() for name in systems}
    for number in range(passes):
        for one in figures.values():
            one.seconds.append(0.0)
        for page, true in pages:
            for name, system in systems.items():
                began = time.process_time()
                try:
                    found = system(page)
                except Exception:  # noqa: BLE001 - a peer's
                    found = ""
                figures[name].seconds[-1] += time.process_time() - began
                if number == 0:
                    precision, recall = score(found, true)
                    figures[name].precision.append(precision)
                    figures[name].recall.append(recall)
    return figures


def show(folder: Path, pages: int, figures: dict[str, Figures]) -> None:
    """The table; pages/s as median (min … max) of the passes."""
    print(f"{folder.name}: {pages} pages")
    print(f"{'system':<28}{'P':>7}{'R':>7}{'F1':>7}   {'pages/s CPU':<24}")
    for name, one in figures.items():
        rates = sorted(pages / seconds for seconds in one.seconds)
        rate = f"{statistics.median(rates):.1f} ({rates[0]:.1f} … {rates[-1]:.1f})"
        p, r = statistics.mean(one.precision), statistics.mean(one.recall)
        print(f"{name:<28}{p:>7.3f}{r:>7.3f}{one.f1:>7.3f}   {rate:<24}")
    for what, mine, theirs, bar in (
        ("body ÷ trafilatura", "wirewatch, body", DEFAULT, "≥ 2.0"),
        ("all fields ÷ trafilatura with metadata", OURS, WITH_METADATA, "≥ 2.3"),
    ):
        print(f"{what}: {statistics.median(figures[theirs].seconds) / statistics.median(figures[mine].seconds):.2f} {bar}")


def main() -> None:
    """Print the table for each folder named, and the fields where the truth has them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--passes", type=int, default=3)
    options = parser.parse_args()
    measured, missing = systems()
    print(f"not installed, not measured: {', '.join(missing) or 'none'}")
    for folder in options.folders:
        pages = load(folder)
        show(folder, len(pages), measure(pages, options.passes, measured))
        if (folder / "truth.json").exists():
            fields.show(folder)


if __name__ == "__main__":
    main()
