"""Could stories of one event be linked across languages? `python -m benchmarks.events`.

The sample's articles are labelled with what happened; each story counts once. Two stories would be linked if the entities that
both name, rare ones counting more, are a large enough share of all that either names, are enough, and came within some hours.
The best such rule at a precision of .9 is chosen on all pairs, and told for these (tuned); and for each event on the pairs
without it, and told for the pairs with it (held out). Nothing in wirewatch links events: held out, it isn't good enough.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from benchmarks.measure import row
from wirewatch.demo.sample import outlets
from wirewatch.enrich.entities import Gazetteer
from wirewatch.settings import load

WANTED = 0.9  # precision
SHARES, FEWEST, HOURS = [n / 50 for n in range(10, 40)], (2, 3, 4, 5, 6), (6, 12, 24, 48, 96)

Rule = tuple[float, int, float]


@dataclass(frozen=True)
class Pair:
    """Two stories: what a rule goes by, and the truth."""

    events: tuple[str, str]
    share: float
    common: int
    hours: float

    def met(self, rule: Rule) -> bool:
        """Whether the rule links them."""
        return self.share >= rule[0] and self.common >= rule[1] and self.hours <= rule[2]


RULES: Sequence[Rule] = list(product(SHARES, FEWEST, HOURS))


def pairs() -> list[Pair]:
    """All pairs of the sample's stories."""
    gazetteer = Gazetteer(load(None, None, {}).entities)
    articles = [article for outlet in outlets() for article in outlet.articles if not article.copy_of]
    texts = [f"{article.first.title}\n{article.first.body}" for article in articles]
    named = [frozenset(found.id for found in gazetteer.find(text)) for text in texts]
    having = Counter(entity for some in named for entity in some)
    weight = {entity: math.log((len(articles) + 1) / (n + 0.5)) for entity, n in having.items()}
    found = []
    for (one, mine), (other, theirs) in combinations(zip(articles, named, strict=True), 2):
        both, either = sum(map(weight.__getitem__, mine & theirs)), sum(map(weight.__getitem__, mine | theirs))
        hours = abs(one.hours_ago - other.hours_ago)
        found.append(Pair((one.event, other.event), both / either if either else 0.0, len(mine & theirs), hours))
    return found


def chosen(some: Sequence[Pair]) -> Rule:
    """The rule that finds the most at the precision wanted; one that links nothing, if none has it."""
    best, most = (math.inf, 0, 0.0), 0
    for rule in RULES:
        right, linked, _ = judged(some, rule)
        if right > most and right >= WANTED * linked:
            best, most = rule, right
    return best


def judged(some: Iterable[Pair], rule: Rule) -> tuple[int, int, int]:
    """Pairs linked rightly, linked, and to be linked."""
    told = [(pair.met(rule), pair.events[0] == pair.events[1]) for pair in some]
    return sum(met and true for met, true in told), sum(met for met, _ in told), sum(true for _, true in told)


def main() -> None:
    """Print precision and recall, tuned and held out."""
    every = pairs()
    events = sorted({pair.events[0] for pair in every if pair.events[0] == pair.events[1]})
    print(
        f"{len(every)} pairs of stories, {judged(every, chosen(every))[2]} of one event; {len(events)} events told twice or more"
    )
    held = []
    for event in events:
        rule = chosen([pair for pair in every if event not in pair.events])
        held.append(judged((pair for pair in every if event in pair.events), rule))
    for name, some in (("tuned", [judged(every, chosen(every))]), ("held out", held)):
        right, linked, true = (sum(column) for column in zip(*some, strict=True))
        row(f"{name}: precision; recall", f"{right / max(1, linked):.2f}; {right / true:.2f}", "≥ .90; ≥ .50")


if __name__ == "__main__":
    main()
