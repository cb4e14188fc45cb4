"""Match: meet the watches with what was indexed, and put what is news into the outbox."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from wirewatch.index.port import Index
from wirewatch.model import Counts, Watch
from wirewatch.state import captures, matches
from wirewatch.state.database import Database
from wirewatch.watch.channels import Channels
from wirewatch.watch.judge import judge, old_news, query_hash

__all__ = ["match", "query_hash"]

BATCH = 500  # articles: 1,000 watches run on them in 0.15 s (docs/figures.md)


def match(
    db: Database,
    index: Index,
    watches: Sequence[Watch],
    saved_at: Mapping[str, datetime],
    channels: Channels,
    max_age: timedelta,
    stopped: Callable[[], bool] = lambda: False,
) -> Counts:
    """Judge every indexed capture by every watch. Matches, outbox and captures are written in one transaction a batch, so a
    kill repeats a batch or doesn't, and a match is recorded once. Ends early, between batches, once `stopped()`.
    """
    counts = Counts()
    while not stopped() and (tasks := captures.claim_indexed(db, BATCH)):
        by_id = {task.article_id: task for task in tasks}
        articles = index.get(list(by_id))
        met = []
        for found in judge(watches, articles):
            task = by_id[found.article.id]
            why = old_news(task, saved_at[found.watch.name], max_age)
            met.append(
                matches.Met(
                    watch=found.watch.name,
                    article_no=task.article_no,
                    story_no=task.story_no,
                    state="suppressed" if why else "live",
                    reason=why,
                    sentence=found.sentence,
                    addresses=channels.addresses(found.watch.channels),
                )
            )
        recorded = matches.record(db, tasks, met, max_age)
        counts.add("judged", len(tasks))
        counts.add("matched", recorded.live + recorded.lifted)
        counts.add("suppressed", recorded.suppressed)
        counts.add("told before", recorded.again)
    return counts
