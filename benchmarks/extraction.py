"""Extraction against trafilatura's default: `python -m benchmarks.extraction FOLDER [--passes N]`.

FOLDER holds gzip-compressed pages, and `ground-truth.json` ({id: {articleBody}}) or `truth.json` ({file: {title, authors,
published, body}}). Quality is that of the public article extraction benchmark: multisets of shingles of 4 words (of 4 characters
in Chinese, Japanese and Korean), precision and recall averaged over pages, F1 of the two averages. Speed is CPU time in one
process, the systems taking turns page by page.
"""

import argparse
import gzip
import json
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from trafilatura import bare_extraction

from wirewatch.errors import Skip
from wirewatch.extract.page import find
from wirewatch.extract.worker import extract as _warm  # noqa: F401 - importing it loads what would count against the first page
from wirewatch.model import Entry

SEEN = datetime(2026, 11, 1, tzinfo=UTC)  # after every page of the sets
_WORDS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\w+")
URL = "https://news.example.org/article"
System = Callable[[bytes], str]


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


def default(page: bytes) -> str:
    """trafilatura as it comes, with all fields."""
    document = bare_extraction(page, url=URL, with_metadata=True, include_comments=False)
    return getattr(document, "text", "") or ""


SYSTEMS: dict[str, System] = {"wirewatch": ours, "trafilatura, with metadata": default}


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


def measure(pages: Sequence[tuple[bytes, str]], passes: int) -> dict[str, Figures]:
    """All systems over all pages, page by page in turn."""
    figures = {name: Figures() for name in SYSTEMS}
    for number in range(passes):
        for one in figures.values():
            one.seconds.append(0.0)
        for page, true in pages:
            for name, system in SYSTEMS.items():
                began = time.process_time()
                found = system(page)
                figures[name].seconds[-1] += time.process_time() - began
                if number == 0:
                    precision, recall = score(found, true)
                    figures[name].precision.append(precision)
                    figures[name].recall.append(recall)
    return figures


def show(folder: Path, pages: int, figures: dict[str, Figures]) -> None:
    """The table; pages/s as median (min … max) of the passes."""
    print(f"{folder.name}: {pages} pages")
    print(f"{'system':<28}{'P':>7}{'R':>7}{'F1':>7}   {'pages/s CPU':<24}{'times':>6}")
    base = statistics.median(list(figures.values())[-1].seconds)
    for name, one in figures.items():
        rates = sorted(pages / seconds for seconds in one.seconds)
        rate = f"{statistics.median(rates):.1f} ({rates[0]:.1f} … {rates[-1]:.1f})"
        p, r = statistics.mean(one.precision), statistics.mean(one.recall)
        print(f"{name:<28}{p:>7.3f}{r:>7.3f}{one.f1:>7.3f}   {rate:<24}{base / statistics.median(one.seconds):>6.2f}")


def main() -> None:
    """Print the table for each folder named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--passes", type=int, default=3)
    options = parser.parse_args()
    for folder in options.folders:
        pages = load(folder)
        show(folder, len(pages), measure(pages, options.passes))


if __name__ == "__main__":
    main()
