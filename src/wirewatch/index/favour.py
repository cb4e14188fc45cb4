"""What makes one article better than another beside its words, for every home alike: neither adds an article nor leaves one out.

Chosen on one half of the judged searches (tests/data/judged.yaml), with the other half kept aside. How new an article is isn't
judged there: FRESH_SHARE and HALF_LIFE are what readers of news are thought to want, as gently as can be.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice, pairwise

from wirewatch.analysis.chain import exacts, stems
from wirewatch.analysis.query import And, Node, Or, Word, words

TITLE = 3.0  # how much more a word counts in the title
PAIR = 0.25  # of a phrase's score is added where words that were asked beside each other stand so
AS_TYPED = 0.05  # is added where a word stands as it was typed: decides between articles that are equal else
TAGGED = 5.0  # what an entity or topic is worth that is asked as an alternative to words; BM25 says nothing about tags
ABOUT = ("entity", "topic")  # the tags that are; a language or source makes no article better
FRESH_SHARE = 0.2  # of an article's score goes with its freshness …
HALF_LIFE = timedelta(days=7)  # … which halves in that time
TEXTS = ("title", "body")
MOST = 10  # words of a query that are looked at: a query of hundreds is a list, not a phrase


@dataclass(frozen=True, slots=True)
class Run:
    """Tokens side by side, in the field that the query names, or in title or body."""

    tokens: tuple[str, ...]
    field: str | None

    @property
    def fields(self) -> tuple[str, ...]:
        """Where they may stand."""
        return (self.field,) if self.field else TEXTS


def freshness(age: timedelta) -> float:
    """By what an article's score is multiplied: 1 when it is new, 0.9 after a week, never less than 0.8."""
    return float(1 - FRESH_SHARE + FRESH_SHARE * 2 ** (-max(timedelta(), age) / HALF_LIFE))


def ranks(node: Node) -> bool:
    """Whether there are words in it by which one article is better than another."""
    return next(words(node), None) is not None


def pairs(node: Node) -> list[Run]:
    """Neighbouring words of the query that are all required, as stems."""
    return [
        Run((*stems(a.text), *stems(b.text)), a.field)
        for a, b in islice(_neighbours(node), MOST)
        if a.field == b.field and _in_text(a) and stems(a.text) and stems(b.text)
    ]


def as_typed(node: Node) -> list[Run]:
    """The words of the query in the form in which they were typed."""
    typed = (Run(tuple(exacts(word.text)), word.field) for word in words(node) if isinstance(word, Word) and _in_text(word))
    return list(islice((run for run in typed if len(run.tokens) == 1), MOST))


def _in_text(word: Word) -> bool:
    return word.field is None or word.field in TEXTS


def _neighbours(node: Node) -> Iterator[tuple[Word, Word]]:
    if isinstance(node, And):
        for a, b in pairwise(node.parts):
            if isinstance(a, Word) and isinstance(b, Word):
                yield a, b
    if isinstance(node, And | Or):
        for part in node.parts:
            yield from _neighbours(part)
