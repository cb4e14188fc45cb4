"""The gazetteer and the topics: `python -m benchmarks.matching [--aliases N] [--passes N]`.

Articles are 1,600 characters of the sample's own text, in turn from all its languages. Beside the shipped entities stand
invented ones, of one to three invented words in both scripts, until there are N aliases; one in ten begins as a shipped alias
does, so that the automaton has something to tell apart. Folding is not counted: index, topics and stories share it. CPU time
of one process.
"""

import argparse
import itertools
import random
import statistics
import time
from collections.abc import Iterator, Sequence

from benchmarks.measure import calibration, row, spread, turns
from wirewatch.analysis.chain import Reading
from wirewatch.demo.sample import SampleArticle, Text, outlets
from wirewatch.enrich.entities import Gazetteer, names
from wirewatch.enrich.topics import Topics
from wirewatch.model import EntityRule
from wirewatch.settings import load
from wirewatch.settings.load import shipped
from wirewatch.settings.located import read_yaml

LENGTH = 1600  # characters of an article
SYLLABLES = "ba do gri ke lo mar ne po ran si tov ul vo zhe хо ча дри пет сор лен ми гра".split()


def sample() -> list[tuple[SampleArticle, Text]]:
    """Every version of every article of the sample, with its labels."""
    articles = [article for outlet in outlets() for article in outlet.articles]
    return [(article, text) for article in articles for text in (article.first, article.second) if text]


def articles() -> list[str]:
    """The sample's texts one behind the other, cut to equal lengths."""
    text = "\n".join(f"{text.title}\n{text.body}" for _, text in sample())
    return [text[n : n + LENGTH] for n in range(0, len(text) - LENGTH, LENGTH)]


def grown(rules: Sequence[EntityRule], aliases: int) -> list[EntityRule]:
    """The rules with invented ones until there are so many aliases."""
    dice = random.Random(7)
    known = [name.text for rule in rules for name in names(rule)]
    made = [*rules]
    for number in range(aliases - len(known)):
        words = ["".join(dice.choices(SYLLABLES, k=dice.randint(2, 4))).capitalize() for _ in range(dice.randint(1, 3))]
        if number % 10 == 0:
            words.insert(0, dice.choice(known))
        made.append(EntityRule(id=f"invented-{number}", name="", kind="person", aliases={"en": (" ".join(words),)}))
    return made


def rates(rules: Sequence[EntityRule], passes: int) -> tuple[list[float], list[float]]:
    """Articles/s of matching alone, and seconds of building."""
    texts = [(text, Reading(text)) for text in articles()]
    built: list[float] = []

    def build() -> float:
        began = time.process_time()
        Gazetteer(rules)
        built.append(time.process_time() - began)
        return built[-1]

    gazetteer = Gazetteer(rules)

    def match() -> float:
        began = time.process_time()
        for text, found in itertools.chain.from_iterable(itertools.repeat(texts, 10)):
            gazetteer.find(text, found)
        return len(texts) * 10 / (time.process_time() - began)

    matched, _ = turns(passes, match, build)
    return matched, built


def judged() -> Iterator[tuple[bool, bool]]:
    """Of each text of the sample, what its label says and what the topic says."""
    settings = load(environment={})
    gazetteer, topics = Gazetteer(settings.entities), Topics(settings.topics)
    for article, text in sample():
        found = gazetteer.find(f"{text.title}\n{text.body}")
        yield article.russia_north_korea, "russia-north-korea" in topics.of(found, text.title, text.body)


def precision_and_recall(pairs: Sequence[tuple[bool, bool]]) -> tuple[float, float]:
    """Of pairs of label and finding."""
    both = sum(label and found for label, found in pairs)
    return both / max(1, sum(found for _, found in pairs)), both / max(1, sum(label for label, _ in pairs))


def loading() -> float:
    """Milliseconds that reading entities.yaml takes, lines and all."""
    began = time.process_time()
    read_yaml(shipped() / "entities.yaml")
    return (time.process_time() - began) * 1000


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--aliases", type=int, default=10_000)
    parser.add_argument("--passes", type=int, default=5)
    options = parser.parse_args()
    row("ms of the calibration loop", f"{calibration():.0f}")
    rules = load(environment={}).entities
    count = sum(1 for rule in rules for _ in names(rule))
    row(f"ms of reading entities.yaml, {len(rules)} entities, {count} names", spread(turns(options.passes, loading)[0], "{:.0f}"))
    for size in (count, options.aliases):
        matched, built = rates(grown(rules, size), options.passes)
        row(f"articles/s, {LENGTH} characters, {size} aliases, folded already", spread(matched, "{:,.0f}"), ">= 2,000")
        row(f"ms of building the matcher, {size} aliases", f"{statistics.median(built) * 1000:.0f}")
    pairs = list(judged())
    precision, recall = precision_and_recall(pairs)
    about = sum(label for label, _ in pairs)
    row(f"russia-north-korea, {about} texts on it, {len(pairs) - about} not: precision", f"{precision:.3f}", ">= .95")
    row("the same: recall", f"{recall:.3f}", ">= .95")


if __name__ == "__main__":
    main()
