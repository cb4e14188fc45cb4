"""What a watch would have told since then: the same query and conditions, asked of the index instead of what comes in."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice

from wirewatch.analysis.query import And, Field, Node, Not, Range
from wirewatch.analysis.written import written
from wirewatch.index.narrow import narrowed
from wirewatch.index.port import Index, Search
from wirewatch.model import Article, ArticleId, Watch
from wirewatch.state.columns import EPOCH
from wirewatch.state.conditions import LEARNING, WEEK, WEEKS, Telling, hour_of, level, named_before, no_spike, span, too_few
from wirewatch.watch.judge import asked, entities_of

MOST = 50_000  # articles that are looked at, the newest: a watch that meets more is too broad anyway
ToldBy = Callable[[Collection[ArticleId]], Mapping[ArticleId, Sequence[Telling]]]  # by which sources stories were told, and when
TOO_MANY = 20  # stories a day: more is read by nobody (Kibana study, section 6)


@dataclass(slots=True)
class LookBack:
    """The stories that a watch met, each by the article that would have told it, first seen first."""

    since: datetime
    until: datetime
    told: list[Article] = field(default_factory=list)
    old: list[Article] = field(default_factory=list)  # published long before they were first seen: recorded, not told
    lacking: Counter[str] = field(default_factory=Counter)  # articles that met the query and not: at_least, first_mention, rate
    tellings: Mapping[ArticleId, Sequence[Telling]] = field(default_factory=dict)  # by story, whether they met it or not
    cut: bool = False  # there were more articles than are looked at
    began: datetime = EPOCH  # when the first article of all was seen

    @property
    def a_day(self) -> float:
        """Stories a day, of the days that there were articles at all; what came on the first day counts as a day's."""
        day = timedelta(days=1)
        watched = max(self.until - max(self.since, self.began), min(day, self.until - self.since))
        return len(self.told) / max(watched / day, 1 / 24)

    def days(self) -> list[int]:
        """Stories by day, the first day first."""
        number = max(1, round((self.until - self.since) / timedelta(days=1)))
        by_day = Counter(min(number - 1, (each.first_seen_at - self.since) // timedelta(days=1)) for each in self.told)
        return [by_day[n] for n in range(number)]


def look_back(index: Index, told_by: ToldBy, watch: Watch, since: datetime, max_age: timedelta, began: datetime) -> LookBack:
    """What `watch` would have told from `since` to now, had it been there. `began`: when the first article of all was seen."""
    known: set[ArticleId] = set()
    found = list(islice(index.scan(_since(asked(watch), _begin(watch, since)), narrowed(watch)), MOST))
    tellings = told_by({_story(article) for article in found})
    back = LookBack(since, datetime.now(UTC), tellings=tellings, cut=len(found) == MOST, began=began)
    past = _Past(index, watch, began, tellings)
    for article in sorted(found, key=lambda article: article.first_seen_at):
        past.add(article)
        story = _story(article)
        if article.first_seen_at < since or story in known:
            continue
        if lacking := past.lacking(article):
            back.lacking[lacking] += 1
            continue
        known.add(story)
        past.told(article)
        old = article.published_at is not None and article.first_seen_at - article.published_at > max_age
        (back.old if old else back.told).append(article)
    return back


def _begin(watch: Watch, since: datetime) -> datetime:
    """From when on articles must be known, to say what was met at `since`."""
    before = WEEK * WEEKS + watch.rate.within if watch.rate else timedelta(0)
    return since - before if since - EPOCH > before else since


def _story(article: Article) -> ArticleId:
    return article.story_id or article.id


def _since(node: Node, since: datetime) -> Node:
    return And((node, Range("first_seen", since.replace(microsecond=0), None)))


class _Past:
    """The conditions over time, as they stood when each article came."""

    def __init__(self, index: Index, watch: Watch, began: datetime, tellings: Mapping[ArticleId, Sequence[Telling]]) -> None:
        self._index, self._watch, self._began, self._entities = index, watch, began, entities_of(watch)
        self._tellings = tellings
        self._hours: Counter[int] = Counter()
        self._named: dict[str, datetime] = {}
        self._spike_until = EPOCH

    def add(self, article: Article) -> None:
        """It has come."""
        self._hours[hour_of(article.first_seen_at)] += 1

    def told(self, article: Article) -> None:
        """It was told: a spike is told once."""
        if self._watch.rate:
            self._spike_until = article.first_seen_at + self._watch.rate.within

    def lacking(self, article: Article) -> str:
        """Which key of the watch isn't met; "": all are."""
        watch, at = self._watch, article.first_seen_at
        if watch.at_least and too_few(self._told_by_then(article), watch.at_least):
            return "at_least"
        if watch.first_mention and not self._is_first(article, watch.first_mention):
            return "first_mention"
        if watch.rate and (at < self._spike_until or no_spike(level(self._hours, at, watch.rate, self._began), watch.rate)):
            return "rate"
        return ""

    def _told_by_then(self, article: Article) -> Iterator[Telling]:
        """All tellings of its story, as the real judging counts them; the index knows their times in whole seconds."""
        told = self._tellings.get(_story(article), ())
        return (each for each in told if each[0].replace(microsecond=0) <= article.first_seen_at)

    def _is_first(self, article: Article, within: timedelta) -> bool:
        named = [each for each in article.entities if not self._entities or each in self._entities]
        first = [each for each in named if not self._before(each, article, within)]
        for each in named:
            self._named[each] = max(article.shown_at, self._named.get(each, article.shown_at))
        return bool(first)

    def _before(self, entity: str, article: Article, within: timedelta) -> str:
        """Why it is no first mention. The index is asked only where what was seen on the way doesn't say it."""
        known = self._named.get(entity)
        why = named_before(entity, known, article.shown_at, within, self._began)
        return why or named_before(entity, last_named(self._index, entity, article), article.shown_at, within, self._began)


def last_named(index: Index, entity: str, before: Article) -> datetime | None:
    """When an entity was named last by an article that was first seen before this one (by a whole second)."""
    earlier = And((Field("entity", entity), Range("first_seen", None, before.first_seen_at.replace(microsecond=0))))
    hits = index.search(earlier, Search(sort="date", limit=1)).hits
    return hits[0].article.shown_at if hits else None


def alone(index: Index, watch: Watch, since: datetime) -> Iterator[tuple[str, int]]:
    """How many articles meet each part of what the watch requires, taken alone: where it finds nothing, a 0 says why."""
    for part in _required(asked(watch)):
        yield written(part), index.search(_since(part, since), Search(limit=0)).total
    for name, values in (("topic", watch.topics), ("entity", watch.entities)):
        for value in values:
            yield f"{name}:{value}", index.search(_since(Field(name, value), since), Search(limit=0)).total
    either: Sequence[tuple[str, tuple[str, ...]]] = (("languages", watch.languages), ("sources", watch.sources))
    for name, values in either:
        if values:
            ask = Search(limit=0, **{name: values})  # type: ignore[arg-type]
            yield f"{name}: {', '.join(values)}", index.search(Range("first_seen", since.replace(microsecond=0), None), ask).total


def _required(node: Node) -> Iterator[Node]:
    if isinstance(node, And):
        for part in node.parts:
            yield from _required(part)
    elif not isinstance(node, Not):
        yield node


def advice(back: LookBack, parts: Sequence[tuple[str, int]]) -> list[str]:
    """What to do about a watch that is too broad, or finds nothing; a line each."""
    if back.a_day > TOO_MANY:
        return [
            f"{back.a_day:.0f} stories a day are more than anyone reads: add a word, `not:`, `languages:` or"
            " `at_least: 3 sources within 6h`, or have its channel send a digest"
        ]
    if back.told or back.old:
        return []
    if back.lacking:
        return [f"`{key}` was never met: ask less of it{_young(key, back)}" for key in back.lacking]
    missing = [text for text, n in parts if not n]
    if missing:
        return [f"nothing at all has {text}: is it spelt as the articles have it?" for text in missing]
    return ["each part is met, all of them together never: ask for fewer, or look further back with --since"]


def _young(key: str, back: LookBack) -> str:
    """What else may be the cause: who has watched for some days only knows neither what is usual nor what is new."""
    if key == "at_least" or back.until - back.began >= LEARNING:
        return ""
    return f", or wait: what is usual, or new, is known {span(LEARNING)} after the first article, of {back.began:%d %b %Y}"
