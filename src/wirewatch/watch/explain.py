"""Why a watch did or didn't fire for an article: clause by clause, by the same index in memory that judges."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from wirewatch.analysis.query import And, Node, Not, Or
from wirewatch.analysis.written import written
from wirewatch.index.memory import Batch
from wirewatch.model import Article, Watch
from wirewatch.state.conditions import Telling, level, named_before, no_spike, too_few
from wirewatch.watch.judge import asked, words_met

_ANY = Watch(name="")


@dataclass(frozen=True, slots=True)
class Clause:
    """One part of what a watch asks, and whether the article meets it."""

    text: str
    met: bool
    by: tuple[str, ...] = ()  # the words as they stand in the article, or why not
    depth: int = 0


def clauses(watch: Watch, article: Article) -> list[Clause]:
    """The query's parts, then what is asked beside it."""
    batch = Batch([article])
    found = list(_parts(asked(watch), article, batch, 0))
    for name, values, have in (("topic", watch.topics, article.topics), ("entity", watch.entities, article.entities)):
        found += [Clause(f"{name}:{value}", value in have) for value in values]
    if watch.languages:
        found.append(Clause(f"languages: {', '.join(watch.languages)}", article.language in watch.languages, (article.language,)))
    if watch.sources:
        found.append(Clause(f"sources: {', '.join(watch.sources)}", article.source in watch.sources, (article.source,)))
    return found


def meets(watch: Watch, article: Article) -> bool:
    """Whether the article meets all but the conditions over time."""
    return bool(Batch([article]).meets(asked(watch), watch))


def _parts(node: Node, article: Article, batch: Batch, depth: int) -> Iterator[Clause]:
    met = bool(batch.meets(node, _ANY))
    match node:
        case And(parts) | Or(parts):
            yield Clause("all of" if isinstance(node, And) else "one of", met, (), depth)
            for part in parts:
                yield from _parts(part, article, batch, depth + 1)
        case Not(part):
            yield Clause(written(node), met, () if met else words_met(article, part), depth)
        case _:
            yield Clause(written(node), met, words_met(article, node), depth)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known for the conditions over time."""

    tellings: list[Telling]  # of the article's story
    hours: dict[int, int]  # that the watch's rate was counted in
    saved_at: datetime
    named: dict[str, datetime | None]  # of the article's entities that count: when each was named before
    noted_from: datetime | None


def conditions(watch: Watch, article: Article, known: Known) -> list[Clause]:
    """The conditions over time, as far as they can be told afterwards."""
    found = []
    if watch.at_least:
        found.append(_condition("at_least", too_few(known.tellings, watch.at_least)))
    if watch.first_mention:
        at = article.shown_at
        whys = [named_before(each, before, at, watch.first_mention, known.noted_from) for each, before in known.named.items()]
        found.append(
            _condition("first_mention", "" if "" in whys else "; ".join(dict.fromkeys(whys)) or "it names none of the entities")
        )
    if watch.rate:
        usual = level(known.hours, article.first_seen_at, watch.rate, known.saved_at)
        found.append(_condition("rate", no_spike(usual, watch.rate)))
    return found


def _condition(name: str, why: str) -> Clause:
    return Clause(name, not why, (why,) if why else ())
