"""The measure of ranking: judged searches over the sample's articles, NDCG@10, and plain BM25 to be held against."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import blake2b
from importlib import resources
from pathlib import Path
from statistics import fmean

import yaml

from wirewatch.analysis.chain import stems
from wirewatch.analysis.query import parse
from wirewatch.demo.sample import SampleArticle, outlets, published_at
from wirewatch.enrich.asking import also_named
from wirewatch.enrich.entities import Gazetteer
from wirewatch.enrich.topics import Topics
from wirewatch.index.port import Index, Search
from wirewatch.model import Article, ArticleId, EntityRule, TopicRule
from wirewatch.settings.schema import EntitiesFile, TopicsFile

SEEN = 10  # of a search's answer
K1, B = 1.2, 0.75  # BM25's, as Lucene and tantivy have them

Grades = Mapping[str, int]  # slug of an article: 1 to 3
Ask = Callable[[str], Sequence[str]]  # a query's slugs, best first


@dataclass(frozen=True, slots=True)
class Figures:
    """Mean NDCG@10 over all judged searches, over those that ranking may be tuned by, and over those kept aside."""

    all: float
    tuned: float
    aside: float


@cache
def judged() -> Mapping[str, Grades]:
    """Each search with its grades."""
    file = Path(__file__).parent / "data" / "judged.yaml"
    return yaml.safe_load(file.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def is_aside(query: str) -> bool:
    """Whether the query is of the half that nobody tunes by; which half it is in can't be chosen."""
    return blake2b(query.encode(), digest_size=1).digest()[0] % 2 == 1


def ndcg(found: Sequence[str], grades: Grades) -> float:
    """NDCG@10 with gains of 2^grade − 1 (Burges et al., 2005)."""
    best = sorted(grades.values(), reverse=True)
    return _dcg([grades.get(slug, 0) for slug in found]) / _dcg(best)


def _dcg(grades: Sequence[int]) -> float:
    return sum((2.0**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades[:SEEN]))


def each(ask: Ask) -> dict[str, float]:
    """NDCG@10 of every judged search."""
    return {query: ndcg(ask(query), grades) for query, grades in judged().items()}


def figures(ask: Ask) -> Figures:
    """How well `ask` ranks."""
    by_query = each(ask)
    tuned, aside = ([value for query, value in by_query.items() if is_aside(query) is half] for half in (False, True))
    return Figures(fmean(by_query.values()), fmean(tuned), fmean(aside))


def sample(now: datetime) -> list[Article]:
    """The sample's articles as the index has them at `now`, without fetching; an id is made of a slug's place."""
    gazetteer, topics = _gazetteer(), _topics()
    made = []
    for number, one in enumerate(readable()):
        text = f"{one.first.title}\n{one.first.body}"
        mentions = gazetteer.find(text)
        made.append(
            Article(
                id=_id(number),
                revision=1,
                url=f"https://{one.outlet}.example{one.path}",
                title=one.first.title,
                body=one.first.body,
                source=one.outlet,
                first_seen_at=published_at(one, now),
                indexed_at=now,
                published_at=published_at(one, now),
                language=one.language,
                script=one.script,
                entities=tuple(dict.fromkeys(found.id for found in mentions)),
                topics=topics.of(mentions, one.first.title, one.first.body),
                story_id=_id([each.key for each in readable()].index(one.story)),
            )
        )
    return made


@cache
def readable() -> tuple[SampleArticle, ...]:
    """The articles that may be fetched."""
    return tuple(article for outlet in outlets() for article in outlet.articles if outlet.is_open(article))


def searching(index: Index) -> Ask:
    """Asks an index that holds the sample as `wirewatch search` does."""
    return lambda query: _met(index, query, SEEN)


def well_ordered(index: Index) -> Ask:
    """What an index meets in the order of the grades: no ranking of it can be better."""
    return lambda query: sorted(_met(index, query, len(readable())), key=lambda slug: -judged()[query].get(slug, 0))


def _met(index: Index, query: str, n: int) -> list[str]:
    hits = index.search(also_named(parse(query), _gazetteer())[0], Search(limit=n)).hits
    return [hit.article.url.rsplit("/", 1)[1].removesuffix(".html") for hit in hits]


def plain_bm25(*, every_word: bool) -> Ask:
    """BM25 alone over the index's tokens, title and body as one field; articles with any of the words, or with every one."""
    texts = {one.slug: Counter(stems(f"{one.first.title}\n{one.first.body}")) for one in readable()}
    length = {slug: words.total() for slug, words in texts.items()}
    mean = fmean(length.values())
    within = Counter(word for words in texts.values() for word in words)

    def score(words: Counter[str], size: int, asked: Sequence[str]) -> float:
        return sum(
            math.log(1 + (len(texts) - within[word] + 0.5) / (within[word] + 0.5))
            * (words[word] * (K1 + 1))
            / (words[word] + K1 * (1 - B + B * size / mean))
            for word in asked
        )

    def ask(query: str) -> list[str]:
        asked = stems(query)
        met = all if every_word else any
        scores = {slug: score(words, length[slug], asked) for slug, words in texts.items() if met(words[word] for word in asked)}
        return sorted(scores, key=lambda slug: -scores[slug])

    return ask


def _id(number: int) -> ArticleId:
    return ArticleId(f"s{number:015}")


@cache
def _gazetteer() -> Gazetteer:
    rows = EntitiesFile.model_validate(_shipped("entities.yaml")).entities
    return Gazetteer([EntityRule(**row.model_dump()) for row in rows])


@cache
def _topics() -> Topics:
    rows = TopicsFile.model_validate(_shipped("topics.yaml")).topics
    return Topics([TopicRule(**row.model_dump()) for row in rows])


def _shipped(name: str) -> object:
    return yaml.safe_load((resources.files("wirewatch") / "config" / name).read_text(encoding="utf-8"))
