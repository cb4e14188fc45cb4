"""From archived pages to indexed articles: extract, enrich, group and write one batch after another.

What is durable after each step: nothing until the index has the batch; then the captures say `indexed`. A kill in between
costs the work of one batch, which the next run does again with the same result.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from wirewatch.enrich.entities import Gazetteer
from wirewatch.enrich.stage import enrich
from wirewatch.enrich.topics import Topics
from wirewatch.errors import Reason, Retry, Skip
from wirewatch.extract.pool import ExtractPool, ExtractTask
from wirewatch.group.sketch import fold
from wirewatch.group.stage import Text, assign
from wirewatch.index.port import Writer
from wirewatch.model import Article, ArticleNo, Counts, Extract, Source
from wirewatch.pruning import FIRST
from wirewatch.state import captures, merging, repeats, stories
from wirewatch.state.captures import Indexed, IndexTask
from wirewatch.state.database import Database
from wirewatch.state.stories import Told

log = structlog.get_logger()
Found = tuple[IndexTask, Extract]
Texts = dict[ArticleNo, Text]
BATCH = 200  # pages between two commits of the index: a commit costs about 0.1 s on 100,000 articles (docs/figures.md)
RENEW = 20.0  # seconds between renewals of the batch's leases, which last 60


@dataclass(frozen=True, slots=True)
class Indexing:
    """The ports of the index stage."""

    db: Database
    pool: ExtractPool
    archive: str
    gazetteer: Gazetteer
    topics: Topics
    stop: threading.Event
    keep_from: datetime = FIRST  # what was first seen before is past its keeping time
    recall: frozenset[str] = frozenset()  # sources of forums, blogs and lists
    window: timedelta = timedelta(days=14)  # for which near copies are looked for


def recalled(sources: Iterable[Source]) -> frozenset[str]:
    """The names of those that feeds.yaml says `extract: recall` of."""
    return frozenset(source.name for source in sources if source.recall)


def index(ports: Indexing, writer: Writer, *, done: Callable[[Counts], None] = lambda _: None) -> Counts:
    """Index everything that is fetched; `done` is told each batch's counts. Ends early, between pages, when told to stop."""
    counts = Counts()
    while not ports.stop.is_set() and (tasks := captures.claim_fetched(ports.db, BATCH)):
        batch = _batch(ports, writer, tasks)
        counts.merge(batch)
        done(batch)
    return counts


def _batch(ports: Indexing, writer: Writer, tasks: Sequence[IndexTask]) -> Counts:
    counts = Counts()
    for task in tasks:
        if task.first_seen_at < ports.keep_from:  # a late write must not make a dropped month again
            _ended(ports.db, task, Skip(Reason.PAST_KEEPING), counts)
    extracts = _extract(ports, [task for task in tasks if task.first_seen_at >= ports.keep_from], counts)
    texts = _texts(extracts)
    fresh = _changed(ports.db, _one_of_each(ports.db, extracts, texts, counts), counts)
    told = assign(ports.db, [texts[task.article_no] for task, _ in fresh], ports.window)
    articles = _articles(ports, fresh, told)
    refused = writer.write([article for _, article in articles])
    done = []
    for task, article in articles:
        if article.id in refused:
            _ended(ports.db, task, Skip(Reason.REJECTED, refused[article.id]), counts)
        else:
            done.append(
                Indexed(
                    task=task,
                    article=article,
                    text_hash=text_hash(article.title, article.body),
                    edited_at=article.indexed_at if task.text_hash else task.edited_at,
                )
            )
            log.info("article indexed", article=article.id, story=article.story_id, language=article.language)
    captures.indexed(ports.db, done)
    counts.add("indexed", len(done))
    return counts


def rebuilt(ports: Indexing, tasks: Sequence[IndexTask]) -> tuple[list[Article], int]:
    """The articles as today's rules make them of their archived pages, and how many pages gave none; the state stays as it is."""
    by_no = {task.no: task for task in tasks}
    outcomes = {work.capture: outcome for work, outcome in ports.pool.results(_work(task, ports) for task in tasks)}
    extracts = [(by_no[no], found) for no in by_no if isinstance(found := outcomes.get(no), Extract)]
    told = stories.known(ports.db, [task.article_no for task, _ in extracts])
    articles = [article for _, article in _articles(ports, extracts, told)]
    return articles, len(tasks) - len(articles)


def _extract(ports: Indexing, tasks: Sequence[IndexTask], counts: Counts) -> list[tuple[IndexTask, Extract]]:
    """The batch's extracts, the first seen first, so that it is its story's first telling."""
    by_no = {task.no: task for task in tasks}
    found: dict[int, Extract] = {}
    renewed = time.monotonic()
    for work, outcome in ports.pool.results(_work(task, ports) for task in tasks):
        task = by_no[work.capture]
        if isinstance(outcome, Extract):
            found[task.no] = outcome
        elif not ports.stop.is_set():  # when stopping, killed workers say nothing about their pages
            _ended(ports.db, task, outcome, counts)
        if time.monotonic() - renewed > RENEW:
            captures.renew(ports.db, [task.token for task in tasks])
            renewed = time.monotonic()
    in_order = sorted(tasks, key=lambda task: (task.first_seen_at, task.article_id))
    return [(task, found[task.no]) for task in in_order if task.no in found]


def _texts(extracts: Sequence[Found]) -> Texts:
    return {
        task.article_no: Text(task.article_no, extract.title or task.entry.title, fold(extract.body))
        for task, extract in extracts
    }


def _one_of_each(db: Database, extracts: Sequence[Found], texts: Texts, counts: Counts) -> list[Found]:
    """Without the pages that turn out to be a wall, or another article under a further address."""
    walls = repeats.repeated(db, [_shown(task, texts) for task, _ in extracts if task.kind == "new"])
    sound = [(task, extract) for task, extract in extracts if task.article_no not in walls]
    for task, _ in extracts:  # before the others are settled: none of them is the same as a wall
        if task.article_no in walls:
            _ended(db, task, Skip(Reason.CONSENT_WALL, "the host shows this text for many articles"), counts)
    others = merging.settle(db, [_read(task, extract, texts) for task, extract in sound])
    for task, _ in sound:
        if task.article_no in others:
            _ended(db, task, Skip(Reason.SAME_AS, others[task.article_no]), counts)
    return [(task, extract) for task, extract in sound if task.article_no not in others]


def _shown(task: IndexTask, texts: Texts) -> repeats.Shown:
    digest = texts[task.article_no].folded.digest
    return repeats.Shown(article=task.article_no, url=task.entry.url, title=task.entry.title, digest=digest)


def _changed(db: Database, extracts: Sequence[Found], counts: Counts) -> list[Found]:
    """Without the later looks that found what the index has already."""
    same = {task.no for task, extract in extracts if task.text_hash == text_hash(_title(task, extract), extract.body)}
    for task, _ in extracts:
        if task.no in same:
            captures.skipped(db, task.no, task.token, Reason.UNCHANGED)
            counts.add("unchanged")
    return [(task, extract) for task, extract in extracts if task.no not in same]


def text_hash(title: str, body: str) -> str:
    """What tells one version of an article from another."""
    return hashlib.blake2b(f"{title}\0{body}".encode("utf-8", "replace"), digest_size=16).hexdigest()


def _title(task: IndexTask, extract: Extract) -> str:
    return extract.title or task.entry.title


def _read(task: IndexTask, extract: Extract, texts: Texts) -> merging.Read:
    return merging.Read(
        article=task.article_no,
        url=task.entry.url,
        final_url=task.final_url,
        canonical=extract.canonical,
        digest=texts[task.article_no].folded.digest,
        capture=task.no,
        token=task.token,
    )


def _work(task: IndexTask, ports: Indexing) -> ExtractTask:
    return ExtractTask(
        capture=task.no,
        archive=ports.archive,
        place=task.place,
        url=task.final_url,
        content_type=task.content_type,
        entry=task.entry,
        first_seen_at=task.first_seen_at,
        recall=task.source in ports.recall,
    )


def _ended(db: Database, task: IndexTask, outcome: Exception, counts: Counts) -> None:
    """Note how the stage ended for an item that gave no article: the exception's class decides."""
    if isinstance(outcome, Skip):
        captures.skipped(db, task.no, task.token, outcome.reason, outcome.detail)
        counts.add("skipped")
        log.info("article skipped", article=task.article_id, reason=str(outcome.reason))
        return
    if not isinstance(outcome, Retry):
        log.error("bug", article=task.article_id, url=task.url, exc_info=outcome)
        outcome = Retry(Reason.BUG, f"{type(outcome).__name__}: {outcome}")
    log.info("article failed", article=task.article_id, reason=str(outcome.reason))
    fate = captures.retry(db, task.no, task.token, outcome.reason, outcome.detail, outcome.after)
    counts.add("failed" if fate == "failed" else "retried")


def _articles(ports: Indexing, extracts: Sequence[Found], told: Mapping[ArticleNo, Told]) -> list[tuple[IndexTask, Article]]:
    return [(task, _article(ports, task, extract, told[task.article_no])) for task, extract in extracts]


def _article(ports: Indexing, task: IndexTask, extract: Extract, told: Told) -> Article:
    now = datetime.now(UTC)
    edited_at = now if task.text_hash else task.edited_at
    seen = enrich(extract, prior=task.language, country=task.country, gazetteer=ports.gazetteer, topics=ports.topics)
    return Article(
        id=task.article_id,
        revision=task.revision,
        url=task.url,
        title=_title(task, extract),
        body=extract.body,
        source=task.source,
        first_seen_at=task.first_seen_at,
        indexed_at=now,
        published_at=extract.published_at,
        published_at_source=extract.published_at_source,
        updated_at=max(filter(None, (extract.updated_at, edited_at)), default=None),
        body_source=extract.body_source,
        description=extract.description or task.entry.summary,
        authors=extract.authors,
        image=extract.image,
        section=extract.section,
        paywall=extract.paywall,
        country=task.country,
        language=seen.language,
        script=seen.script,
        entities=seen.entities,
        entity_names=seen.entity_names,
        people=seen.people,
        organisations=seen.organisations,
        places=seen.places,
        topics=seen.topics,
        topic_reasons=seen.topic_reasons,
        story_id=told.story_id,
        is_copy=told.is_copy,
        tellings=told.telling,
        feed=task.feed,
        rules=extract.rules,
    )
