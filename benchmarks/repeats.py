"""What a host repeats in the bodies of its articles: `python -m benchmarks.repeats FOLDER` (publishers/, with truth.json).

Precision, recall and F1 with and without the lines that several pages of a publisher share, on pages of different articles: the
most that learning a host's repeated blocks could give. On real pages (two and more of a publisher), and on the sample's outlets
(five and more), each of whose articles ends here with a call to subscribe and an agency's line.
"""

import argparse
import gzip
import html
import json
import statistics
from collections import Counter, defaultdict
from pathlib import Path

from benchmarks.extraction import SEEN, ours, score
from benchmarks.measure import row
from wirewatch.demo.pages import article_page
from wirewatch.demo.sample import outlets

Body = tuple[str, str]  # ours, true


LAST = {  # what stands behind an article's last paragraph
    "sr": ("Пратите нас и на нашој Вибер и Телеграм заједници.", "Извор: агенције и наша редакција"),
    "ru": ("Подписывайтесь на наш канал в Телеграме, чтобы не пропустить новости.", "Источник: агентства и наша редакция"),
    "uk": ("Підписуйтеся на наш канал у Телеграмі, щоб не пропустити новини.", "Джерело: агенції та наша редакція"),
    "ko": ("카카오톡 채널을 추가하고 속보를 받아 보세요.", "저작권자 무단 전재 및 재배포 금지"),
    "zh": ("关注我们的公众号,第一时间获取新闻。", "本文版权归本报所有,未经授权不得转载"),
    "ja": ("公式アプリで最新ニュースをお届けします。", "記事・写真の無断転載を禁じます"),
    "en": ("Sign up for our newsletter and never miss a story.", "Agencies contributed to this report."),
}


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    show("publishers", real(folder), 2)
    show("the sample's outlets", sample(), 5)


def real(folder: Path) -> dict[str, list[Body]]:
    """Our bodies and the true ones, by publisher."""
    hosts: defaultdict[str, list[Body]] = defaultdict(list)
    for name, page in json.loads((folder / "truth.json").read_text()).items():
        if page["body"]:
            hosts[name.rsplit("_", 3)[0]].append((ours(gzip.decompress((folder / name).read_bytes())), page["body"]))
    return hosts


def sample() -> dict[str, list[Body]]:
    """The same by outlet of the sample."""
    hosts: defaultdict[str, list[Body]] = defaultdict(list)
    for outlet in outlets():
        for article in outlet.articles:
            text = article.text(edited=False)
            end = html.escape(text.paragraphs[-1]) + "</p>"
            more = "".join(f"<p>{line}</p>" for line in LAST[outlet.language.partition("-")[0]])
            page = article_page(outlet, article, "https://outlet.example", SEEN, edited=False)
            hosts[outlet.slug].append((ours(page.replace(end, end + more).encode()), "\n".join(text.paragraphs)))
    return hosts


def show(what: str, hosts: dict[str, list[Body]], least: int) -> None:
    """The rows of a set; of publishers with so many pages at least, lines that stand on so many."""
    several = {name: bodies for name, bodies in hosts.items() if len(bodies) >= least}
    repeated = {name: _repeated(bodies, least) for name, bodies in several.items()}
    lines = [line for found in repeated.values() for line in found]
    row(
        f"{what} with {least} pages and more: {len(several)}, pages {sum(map(len, several.values()))}; lines repeated",
        str(len(lines)),
    )
    for line in lines:
        row("  repeated", line[:80])
    for how, gone in (("as they are", {}), ("without what is repeated", repeated)):
        scores = [score(_without(body, gone.get(name, set())), true) for name, some in several.items() for body, true in some]
        precision, recall = (statistics.mean(each[n] for each in scores) for n in (0, 1))
        f1 = 2 * precision * recall / (precision + recall)
        row(f"P, R, F1, bodies {how}", f"{precision:.4f} {recall:.4f} {f1:.4f}")


def _repeated(bodies: list[Body], least: int) -> set[str]:
    """Lines that so many bodies have, but for those of one article that stands twice among the pages."""
    counts = Counter(line for body, _ in bodies for line in set(body.split("\n")))
    same = {line for _, true in bodies for line in counts if line in true}
    return {line for line, n in counts.items() if n >= least and line not in same}


def _without(body: str, lines: set[str]) -> str:
    return "\n".join(line for line in body.split("\n") if line not in lines)


if __name__ == "__main__":
    main()
