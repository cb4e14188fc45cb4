"""A query of the search language meets the same articles in both homes: every operator with every script of the sample."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.contract.index.articles import NOON, article
from tests.elastic import elastic_index
from wirewatch.analysis.chain import tokens
from wirewatch.analysis.query import parse
from wirewatch.demo.sample import outlets
from wirewatch.enrich.language import script_of
from wirewatch.index.open import open_index
from wirewatch.index.port import Index, Search
from wirewatch.model import Article
from wirewatch.settings.schema import IndexSettings

SCRIPTS = ("Cyrl", "Latn", "Kore", "Hani", "Jpan")
OPERATORS = {
    "word": "{a}",
    "words": "{a} {b}",
    "and": "{a} AND {b}",
    "or": "{a} OR {c}",
    "not": "{a} NOT {b}",
    "group": "({a} OR {b}) {c}",
    "not a group": "NOT ({a} OR {c})",
    "phrase": '"{p}"',
    "exact": '="{p}"',
    "exact word": '="{a}"',
    "prefix": "{start}*",
    "title": "title:{a}",
    "body": 'body:"{p}"',
    "title prefix": "title:{start}*",
    "language": "{a} language:{language}",
    "source": 'NOT source:"{source}"',
    "everything": "*",
    "short prefix": "{start2}*",
    "phrase prefix": "{hyphened}*",
    "not a prefix": "{b} NOT {start}*",
    "field group": "title:({a} OR {b} OR {c})",
    "exact in the title": 'title:="{a}"',
    "author": "author:{author}",
    "author phrase": 'author:"{author} {author}"',
    "author prefix": "author:{author3}*",
    "several sources": '{a} source:("{source}" OR nowhere)',
    "script": "script:{script} {a}",
    "country": "NOT country:rs",
    "entity": "entity:vladimir-putin OR {c}",
    "topic": "topic:russia-north-korea {a}",
    "a day": "published:{day}",
    "days": "{a} published:{day}..2026-11-20",
    "since a month": "published:>=2026-11 {b}",
    "before a time": "published:<{day}T09:30+09:00",
    "first seen": "first_seen:{day} {a}",
    "not first seen": "{a} NOT first_seen:>{day}",
}


@dataclass(frozen=True)
class Homes:
    embedded: Index
    elastic: Index
    articles: list[Article]


@pytest.fixture(scope="module")
def homes(elasticsearch: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Homes]:
    articles = sample_articles()
    folder: Path = tmp_path_factory.mktemp("home")
    with (
        elastic_index(elasticsearch) as server,
        closing(open_index(IndexSettings(), folder)) as embedded,
        closing(open_index(server, folder)) as elastic,
    ):
        for index in (embedded, elastic):
            with index.writing() as writer:
                assert writer.write(articles) == {}
        yield Homes(embedded, elastic, articles)


def sample_articles() -> list[Article]:
    """The sample as the index has it, without fetching."""
    made = []
    for outlet in outlets():
        for number, text in enumerate(each.first for each in outlet.articles):
            name = f"{outlet.slug}{number}"
            script = script_of(text.body)
            tags: dict[str, Any] = {"source": outlet.name, "language": outlet.language, "script": script}
            tags |= {"authors": (text.title[:12], outlet.name), "country": "rs" if outlet.language == "sr" else None}
            tags |= {"entities": ("vladimir-putin",), "topics": ("russia-north-korea",)} if number % 2 else {}
            shown = NOON - timedelta(hours=number)
            tags |= {"published_at": shown, "first_seen_at": shown + timedelta(minutes=30)}
            made.append(article(name, text.title, text.body, **tags))
    return made


def questions(articles: list[Article], script: str) -> Iterator[str]:
    """Each operator filled with words of three articles of that script."""
    some = [each for each in articles if each.script == script][:3]
    for of, (_, pattern) in product(some, OPERATORS.items()):
        words = [of.body[token.start : token.end] for token in tokens(of.body)]
        words = [word for word in words if word.isalnum() and len(word) > 1][:40]
        phrase_of = tokens(of.body)[4:6]
        yield pattern.format(
            a=words[3],
            b=words[11],
            c=words[len(words) // 2],
            p=of.body[phrase_of[0].start : phrase_of[1].end].replace('"', ""),
            start=words[7][:3],
            start2=words[9][:2],
            hyphened=f"{words[3]}-{words[4][:2]}",
            author=of.source.split()[0],
            author3=of.source[:3],
            script=of.script,
            day=f"{of.shown_at:%Y-%m-%d}",
            language=of.language,
            source=of.source,
        )


@pytest.mark.parametrize("script", SCRIPTS)
def test_both_homes_give_the_same_articles_and_the_same_first(homes: Homes, script: str) -> None:
    asked = list(questions(homes.articles, script))
    assert asked, f"the sample has no article in {script}"
    differing = {}
    for question in asked:
        node = parse(question)
        here, there = (index.search(node, Search(limit=100)) for index in (homes.embedded, homes.elastic))
        mine, theirs = [hit.article.id for hit in here.hits], [hit.article.id for hit in there.hits]
        if sorted(mine) != sorted(theirs) or mine[:1] != theirs[:1] or here.total != there.total:
            differing[question] = (mine[:3], theirs[:3], here.total, there.total)

    assert differing == {}


def test_no_script_of_the_sample_is_left_out(homes: Homes) -> None:
    assert {each.script for each in homes.articles} == set(SCRIPTS)
