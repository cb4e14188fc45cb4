"""How long news wait to be seen, by each rule for a feed's pace, at the same number of polls.

    python -m benchmarks.schedule [--feeds 50] [--polls 24] [--seeds 11 12 13]

Each rule has one number that makes it ask more or less often; it is searched for until all feeds together are polled as often as
wanted (within 1 %). A peer's other numbers are tried as in its source and around it, and its best 95th percentile *on the judged
seeds* counts; ours were found on the seeds of TUNING alone. In the judged table no feed asks for a slower pace, so that no rule
gains by not obeying; in the other one a fifth do, and each rule obeys what its source obeys. Rules see a feed for a week first.
"""

import argparse
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from math import exp, log
from statistics import median

from benchmarks.measure import row, spread
from benchmarks.publishing import DAYS, HOUR, History, histories
from benchmarks.rules import DAY, Fixed, Make, Miniflux, Old, Ours, RssFetcher, Rule, Seen, StormCrawler
from wirewatch.poll.schedule import TIMELY

TUNING, JUDGING = (1, 2, 3, 4), (21, 22, 23)
FROM = 7 * DAY  # what is published before is not judged
CLOSE = 0.01  # share by which the number of polls may differ
TRIES = 12


@dataclass(slots=True)
class Result:
    """What a rule did to all feeds."""

    polls: int = 0
    lost: int = 0  # entries that had left the feed before it was asked
    delays: dict[str, list[float]] = field(default_factory=dict)  # seconds from publication to being seen, by kind of feed

    def all(self) -> list[float]:
        """Every delay, sorted."""
        return sorted(delay for kind in self.delays.values() for delay in kind)

    def at(self, share: float) -> float:
        """The delay within which this share of the entries was seen, in minutes."""
        delays = self.all()
        return delays[int(len(delays) * share)] / 60


def setting(make: Callable[..., Rule], **numbers: float) -> Make:
    """A rule with these numbers, but for its scale."""
    return lambda scale: make(scale, **numbers)


PEERS: dict[str, tuple[Sequence[Make], float]] = {  # each rule's settings, and where its scale may lie
    "fixed grid (reader, FreshRSS)": ([setting(Fixed)], 1.0),
    "Miniflux, round robin": ([lambda scale: Fixed(scale, "age ttl")], 1.0),
    "Miniflux, by weekly entries": ([Miniflux], 2.0),
    "StormCrawler, news-crawl": (
        [setting(StormCrawler, decrease=d, shortest=m * 60) for d in (0.1, 0.2, 0.5) for m in (15, 20, 25, 30)],
        0.05,
    ),
    "rss-fetcher": ([setting(RssFetcher, low=a, high=b) for a, b in ((0.33, 0.67), (0.8, 0.9), (0.9, 0.95))], 0.05),
    "wirewatch until 2026-11": ([setting(Old, faster=f, busy=b) for f, b in ((0.5, 2 / 3), (0.5, 0.1), (0.8, 0.0))], 0.1),
}


def run(feeds: Sequence[History], make: Callable[[], Rule]) -> Result:
    """Poll each feed by a rule of its own, from its first hour to the end of the histories."""
    result = Result()
    for n, feed in enumerate(feeds):
        _life(feed, make(), random.Random(n), result)
    return result


def _life(feed: History, rule: Rule, dice: random.Random, result: Result) -> None:
    now, last, seen_to = dice.random() * HOUR, None, 0
    judged, mine = feed.after(FROM), result.delays.setdefault(feed.kind, [])
    while now < DAYS * DAY:
        first, end = feed.shown(now)
        new = first if last is None else max(first, seen_to)
        if now >= FROM:
            result.polls += 1
            result.lost += max(new - max(seen_to, judged), 0)
            mine += [now - at for at in feed.times[max(new, judged) : end]]
        claims, age = _claims(feed, first, end), now % feed.cached if feed.cached and feed.aged else None
        told = (claims[new - first :], claims, feed.cached, feed.ttl, age)
        wait = rule.wait(Seen(now, last, end - new, end - first, *told, dice.random()))
        seen_to, last, now = end, now, now + wait * (1 + rule.spread * (2 * dice.random() - 1))


def _claims(feed: History, first: int, end: int) -> Sequence[float]:
    """The dates that the entries shown claim."""
    if feed.date_error is None:
        return ()
    return [at + feed.date_error for at in feed.times[first:end]]


def balanced(feeds: Sequence[History], make: Make, per_day: float, guess: float) -> Result | None:
    """What the rule does at so many polls a feed and day; None if it can't be brought to that number.

    A secant on logarithms, from a guess: polls go down as a power of the scale, nearly.
    """
    wanted = log(per_day * len(feeds) * (DAYS - FROM / DAY))
    at, slope, before = log(guess), -1.0, (0.0, 0.0)
    for n in range(TRIES):
        result = run(feeds, partial(make, exp(at)))
        polls = log(max(result.polls, 1))
        if abs(polls - wanted) < CLOSE:
            return result
        if n and at != before[0] and polls != before[1]:
            slope = min((polls - before[1]) / (at - before[0]), -0.1)
        before, at = (at, polls), at + max(-1.5, min((wanted - polls) / slope, 1.5))
    return None


def judge(feeds: Sequence[History], per_day: float) -> dict[str, Result]:
    """Each rule's result, a peer's at its best setting."""
    told = {}
    for name, (settings, guess) in PEERS.items():
        found = [result for make in settings if (result := balanced(feeds, make, per_day, guess))]
        if found:
            told[name] = min(found, key=lambda result: result.at(0.95))
    ours = balanced(feeds, Ours, per_day, TIMELY)
    assert ours is not None
    return told | {"ours": ours}


def table(seeds: Sequence[int], feeds: int, per_day: float, *, wishes: bool) -> list[dict[str, Result]]:
    """Print each rule's figures over the seeds: median (least … most)."""
    drawn = [[feed if wishes else replace(feed, ttl=0.0) for feed in histories(seed, feeds)] for seed in seeds]
    told = [judge(each, per_day) for each in drawn]
    for name in told[0]:
        mine = [results[name] for results in told if name in results]
        halves, tails = ([result.at(share) for result in mine] for share in (0.5, 0.95))
        lost = sum(result.lost for result in mine) / sum(result.lost + len(result.all()) for result in mine)
        polls = sum(result.polls for result in mine) / len(mine) / feeds / (DAYS - FROM / DAY)
        row(name, f"{spread(halves, '{:.1f}')}, {spread(tails, '{:.1f}')}", f"{lost:.2%} lost, {polls:.1f} polls")
    return told


def verdict(told: Sequence[dict[str, Result]]) -> None:
    """Ours against the peer that is best at the 95th percentile, seed by seed; and both by kind of feed."""
    tails, halves = [], []
    for results in told:
        ours, best = results["ours"], min((r for name, r in results.items() if name != "ours"), key=lambda r: r.at(0.95))
        tails.append(ours.at(0.95) / best.at(0.95))
        halves.append(ours.at(0.5) / best.at(0.5))
    row("ours ÷ the best peer: 95th percentile", spread(tails), "≤ 0.8")
    row("ours ÷ the same peer: median", spread(halves), "< 1")
    for kind in sorted(told[0]["ours"].delays):
        figures = []
        for name in ("ours", "StormCrawler, news-crawl", "fixed grid (reader, FreshRSS)"):
            delays = sorted(delay for results in told for delay in results[name].delays[kind])
            figures.append(f"{median(delays) / 60:.0f}, {delays[int(len(delays) * 0.95)] / 60:.0f}" if delays else "-")
        row(f"  {kind}: median, 95th percentile: ours; StormCrawler; fixed", "; ".join(figures))


def main() -> None:
    """Print the tables."""
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("--feeds", type=int, default=50)
    options.add_argument("--polls", type=float, default=24.0, help="a feed and day")
    options.add_argument("--seeds", type=int, nargs="+", default=list(JUDGING))
    options.add_argument("--wishes", action="store_true", help="also with feeds that ask for a slower pace")
    given = options.parse_args()
    row("minutes from publication to being seen, no feed asks for a slower pace", "median, 95th percentile")
    verdict(table(given.seeds, given.feeds, given.polls, wishes=False))
    if given.wishes:
        row("the same, a fifth of the feeds ask for 15 to 60 minutes", "median, 95th percentile")
        table(given.seeds[:1], given.feeds, given.polls, wishes=True)


if __name__ == "__main__":
    main()
