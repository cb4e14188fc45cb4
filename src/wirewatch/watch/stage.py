"""Match: meet the watches with what was indexed, and put what is news into the outbox."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

import structlog

from wirewatch.errors import WirewatchError
from wirewatch.index.port import Index
from wirewatch.model import Article, ArticleId, Counts, Watch
from wirewatch.state import captures, matches
from wirewatch.state.database import Database
from wirewatch.state.indexing import MatchTask
from wirewatch.watch.channels import Channels
from wirewatch.watch.judge import QUIET, Judged, Shows, digest, entities_of, judge, old_news, query_hash, reasons

__all__ = ["Watching", "match", "query_hash"]

log = structlog.get_logger()
BATCH = 500  # articles: 1,000 watches run on them in 0.1 s of CPU (docs/figures.md)
RENEW = 200  # matches after which the batch's claim is renewed: each costs some ms, and a claim lasts a minute
CHANGED = ("edit", "revisit", "retry")  # kinds of captures that may bring another text of what was told


@dataclass(frozen=True, slots=True)
class Watching:
    """What articles are judged by."""

    watches: Sequence[Watch]
    saved_at: Mapping[str, datetime]  # when each watch was first seen
    channels: Channels
    max_age: timedelta
    shows: Shows


def match(db: Database, index: Index, watching: Watching, stopped: Callable[[], bool] = lambda: False) -> Counts:
    """Judge every indexed capture by every watch. Matches, outbox and captures are written in one transaction a batch, so a
    kill repeats a batch or doesn't, and a match is recorded once. Ends early, between batches, once `stopped()`.
    """
    counts = Counts()
    while not stopped() and (tasks := captures.claim_indexed(db, BATCH)):
        articles = index.get(list({task.article_id: None for task in tasks}))
        try:
            counts.merge(_batch(db, watching, tasks, articles))
        except WirewatchError:
            raise
        except Exception as bug:
            log.error("bug", articles=len(articles), exc_info=bug)
            counts.merge(_one_by_one(db, watching, tasks, articles, bug))
    return counts


def _batch(db: Database, watching: Watching, tasks: Sequence[MatchTask], articles: Sequence[Article]) -> Counts:
    by_article, counts = _by_article(tasks), Counts()
    told = matches.told_already(db, [task.story_no for task in tasks])
    muted = matches.muted(db)
    met, again = [], 0
    for n, found in enumerate(judge(watching.watches, articles), start=1):
        if n % RENEW == 0:
            captures.renew(db, {task.token for task in tasks})
        task = by_article[found.article.id]
        once = found.watch.rate is None and not (found.watch.updates and task.kind in CHANGED)
        if once and (found.watch.name, task.story_no) in told:
            again += 1
        else:
            met.append(_met(found, task, watching, muted=found.watch.name in muted))
    recorded = matches.record(db, tasks, met, watching.max_age, [_seen(by_article[each.id], each) for each in articles])
    counts.add("judged", len(tasks))
    counts.add("matched", recorded.live + recorded.lifted)
    counts.add("updates", recorded.updated)
    counts.add("suppressed", recorded.suppressed)
    counts.add("told before", recorded.again + again)
    counts.add("not yet met", recorded.waiting)
    return counts


def _one_by_one(
    db: Database, watching: Watching, tasks: Sequence[MatchTask], articles: Sequence[Article], bug: Exception
) -> Counts:
    """Judge a batch in which something went wrong article by article: what can't be judged is tried again later. Where none can
    be judged, and several are tried for the first time, it is no article's fault, and `bug` is raised.
    """
    counts, failed = Counts(), list[tuple[MatchTask, Exception]]()
    by_id = {article.id: [article] for article in articles}
    for n, (article_id, same) in enumerate(groupby(sorted(tasks, key=_article_id), _article_id), start=1):
        if n % RENEW == 0:
            captures.renew(db, {task.token for task in tasks})
        mine = list(same)
        try:
            counts.merge(_batch(db, watching, mine, by_id.get(article_id, [])))
        except WirewatchError:
            raise
        except Exception as error:
            log.error("bug", article=article_id, url=mine[0].url, exc_info=error)
            failed += [(task, error) for task in mine]
    fresh = {task.article_id for task in tasks} - {task.article_id for task in tasks if task.attempts}
    if len(failed) == len(tasks) and len(fresh) > 1:
        raise bug
    for task, why in failed:
        captures.judge_again(db, task.no, task.token, f"{type(why).__name__}: {why}")
    counts.add("retried", len(failed))
    return counts


def _article_id(task: MatchTask) -> ArticleId:
    return task.article_id


def _by_article(tasks: Sequence[MatchTask]) -> dict[ArticleId, MatchTask]:
    """One capture an article: the newest, but one that isn't quiet goes before, and what is new stays new though edited since."""
    chosen: dict[ArticleId, MatchTask] = {}
    for task in sorted(tasks, key=lambda task: (task.kind not in QUIET, task.kind == "new", task.n)):
        chosen[task.article_id] = task
    return chosen


def _met(found: Judged, task: MatchTask, watching: Watching, *, muted: bool) -> matches.Met:
    watch = found.watch
    why_not = old_news(task, watching.saved_at[watch.name], watching.max_age, muted=muted)
    sentence, why = reasons(found, watching.shows)
    return matches.Met(
        watch=watch.name,
        article_no=task.article_no,
        story_no=task.story_no,
        state="suppressed" if why_not else "live",
        reason=why_not,
        sentence=sentence,
        why=why,
        addresses=watching.channels.addresses(watch.channels),
        tell_at=watching.channels.tell_at(watch.channels, datetime.now(UTC)),
        needs=needs(watch, found.article, watching.saved_at[watch.name]),
        digest=digest(found.article),
        version=task.n if watch.updates and task.kind in CHANGED else 0,
    )


def needs(watch: Watch, article: Article, saved_at: datetime) -> matches.Needs:
    """What the watch asks of time, for this article."""
    wanted = entities_of(watch) if watch.first_mention else set()
    return matches.Needs(
        at_least=watch.at_least,
        rate=watch.rate,
        query_hash=query_hash(watch) if watch.rate else "",
        saved_at=saved_at,
        first_mention=watch.first_mention,
        entities=tuple(each for each in article.entities if not wanted or each in wanted) if watch.first_mention else (),
    )


def _seen(task: MatchTask, article: Article) -> matches.Seen:
    quiet = task.kind in QUIET
    return matches.Seen(
        article_no=task.article_no,
        first_seen_at=task.first_seen_at,
        shown_at=article.shown_at,
        entities=() if quiet and article.published_at is None else article.entities,  # nobody knows when that was
        news=task.kind == "new",
    )
