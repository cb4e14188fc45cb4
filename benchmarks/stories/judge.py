"""What a grouping made of a labelled set, against what is true."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from benchmarks.stories.labelled import Labelled

NO_COPY = "original"


@dataclass(slots=True)
class Judged:
    """The figures of one grouping."""

    precision: float  # over pairs of articles in one story
    pairs_found: float  # of the pairs that carry one text, texts of two texts left out
    found: dict[str, float] = field(default_factory=dict)  # kind of copy → share in the story of an original
    wrong: dict[str, float] = field(default_factory=dict)  # trap → share in a story with a text that isn't theirs
    linked_wrongly: int = 0  # merged texts whose two originals are in one story
    pairs: set[tuple[int, int]] = field(default_factory=set)  # of places in the set, that are in one story


def judge(articles: Sequence[Labelled], story_of: Sequence[Hashable]) -> Judged:
    """`story_of` each article, in their order."""
    stories = defaultdict[Hashable, list[int]](list)
    for place, story in enumerate(story_of):
        stories[story].append(place)
    pairs = {pair for places in stories.values() for pair in combinations(places, 2)}
    right = [(a, b) for a, b in pairs if articles[a].of & articles[b].of]
    made = Judged(len(right) / max(1, len(pairs)), _recall(articles, right), pairs=pairs)
    _count_kinds(articles, story_of, stories, made)
    return made


def _recall(articles: Sequence[Labelled], right: Sequence[tuple[int, int]]) -> float:
    sizes = Counter(next(iter(article.of)) for article in articles if len(article.of) == 1)
    found = sum(len(articles[a].of) == len(articles[b].of) == 1 for a, b in right)
    return found / max(1, sum(size * (size - 1) // 2 for size in sizes.values()))


def _count_kinds(
    articles: Sequence[Labelled], story_of: Sequence[Hashable], stories: dict[Hashable, list[int]], made: Judged
) -> None:
    original = {next(iter(a.of)): story_of[n] for n, a in enumerate(articles) if a.kind == NO_COPY}
    found, all_, wrong, traps = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for place, article in enumerate(articles):
        if article.kind == NO_COPY:
            continue
        if article.of & original.keys():
            all_[article.kind] += 1
            found[article.kind] += any(original[no] == story_of[place] for no in article.of)
        else:
            traps[article.kind] += 1
            wrong[article.kind] += any(not article.of & articles[other].of for other in stories[story_of[place]])
        if len(article.of) == 2:
            made.linked_wrongly += len({original[no] for no in article.of}) == 1
    made.found = {kind: found[kind] / n for kind, n in all_.items()}
    made.wrong = {kind: wrong[kind] / n for kind, n in traps.items()}
