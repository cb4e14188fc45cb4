"""Writing: bulks by count and bytes, each document under its revision as external version, and every answer taken apart."""

import json
import random
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from elasticsearch import ApiError, Elasticsearch, TransportError

from wirewatch.errors import Unavailable
from wirewatch.index.document import NOT_UNICODE, newest, refusal
from wirewatch.index.elastic.document import to_source
from wirewatch.index.elastic.errors import KEPT, PASSING, NotSetUp, ours
from wirewatch.index.elastic.generations import SETUP, Generation, Generations
from wirewatch.index.elastic.template import month_index
from wirewatch.model import Article, ArticleId
from wirewatch.safe import one_line

COUNT, BYTES = 500, 5_000_000  # of a bulk; the client's own helpers take 500 and 100 MB, the server refuses 100 MB
THREADS = 4  # bulks under way at once, as the client's parallel_bulk has
PATIENCE = 60.0  # seconds that a write is tried again before it is given up; the captures stay queued
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0  # between two tries; doubled each time, and jittered so that writers part


@dataclass(frozen=True, slots=True)
class _Doc:
    id: ArticleId
    lines: bytes  # action and source
    index: str


class ElasticWriter:
    """The Writer of an Elasticsearch index. Many processes may write at once: the higher revision wins."""

    def __init__(self, client: Elasticsearch, url: str, name: str, generations: Generations, stop: threading.Event) -> None:
        self._client, self._url, self._name, self._generations = client.options(max_retries=0), url, name, generations
        self._stop = stop
        self._known: list[Generation] = []

    def check(self) -> None:
        """Raises NotSetUp unless every generation that a write goes to is as our template says."""
        self._known = self._generations.writable()

    def write(self, articles: Sequence[Article]) -> Mapping[ArticleId, str]:
        """See port.Writer. What began to be filled meanwhile gets the articles too, before they count as written."""
        refused: dict[ArticleId, str] = {}
        good = []
        for article in newest(articles):
            if (why := refusal(article)) is None:
                good.append(article)
            else:
                refused[article.id] = why
        written: set[int] = set()
        while good:
            if self._generations.numbers() != {each.number for each in self._known}:
                self.check()
            if not (left := [each for each in self._known if each.number not in written]):
                break
            for generation in left:
                refused |= self.write_to(generation, good)
            written |= {each.number for each in left}
        return refused

    def write_to(self, generation: Generation, articles: Sequence[Article]) -> dict[ArticleId, str]:
        """Write into one generation; gives those that the server refused, and why.

        The last bulk of each month makes all that was written to it visible: a refresh by itself needs a right more.
        """
        patience = _Patience(self._stop)
        refused: dict[ArticleId, str] = {}
        by_month: dict[str, list[Article]] = {}
        for article in articles:
            by_month.setdefault(month_index(self._name, generation.number, article.first_seen_at), []).append(article)
        bulks = [(index, list(_bulks(some))) for index, some in by_month.items()]
        first = [(index, bulk, False) for index, of_month in bulks for bulk in of_month[:-1]]
        last = [(index, of_month[-1], True) for index, of_month in bulks]
        with ThreadPoolExecutor(THREADS) as pool:
            for some in (first, last):
                for answer in pool.map(lambda each: self._put(*each, patience=patience), some):
                    refused |= answer
        return refused

    def _put(self, index: str, articles: Sequence[Article], refresh: bool, *, patience: "_Patience") -> dict[ArticleId, str]:
        docs, refused = [], {}
        for article in articles:
            try:
                docs.append(_doc(article, index))
            except UnicodeEncodeError:
                refused[article.id] = NOT_UNICODE
        return refused | self._send(docs, patience, refresh=refresh)

    def delete(self, ids: Sequence[ArticleId]) -> None:
        """See port.Writer. Needs a login that may delete."""
        for generation in self._generations.all():
            for name in self._generations.indices(generation.number) if ids else ():
                lines = [json.dumps({"delete": {"_id": each}}).encode() for each in ids]
                self._send([_Doc(each, line, name) for each, line in zip(ids, lines, strict=True)], _Patience(self._stop))

    def _send(self, docs: Sequence[_Doc], patience: "_Patience", *, refresh: bool = True) -> dict[ArticleId, str]:
        """One bulk, until every document of it has its answer: written, superseded, or refused with a reason."""
        refused: dict[ArticleId, str] = {}
        waiting = {doc.id: doc for doc in docs}
        while waiting:
            try:
                answer = self._client.bulk(
                    operations=[doc.lines for doc in waiting.values()],  # type: ignore[misc]  # bytes pass as they are
                    index=docs[0].index,
                    refresh=refresh,
                    source=False,
                )
            except (TransportError, ApiError) as error:
                if (known := ours(error, self._url)) is None:
                    raise
                if not _passes(error):
                    raise known from error
                patience.wait(known)
                continue
            waiting = self._taken_apart(answer["items"], waiting, refused)
            if waiting:
                patience.wait(Unavailable(f"{self._url} is overloaded; {KEPT}"))
        return refused

    def _taken_apart(self, items: Any, waiting: Mapping[ArticleId, _Doc], refused: dict[ArticleId, str]) -> dict[ArticleId, _Doc]:
        """Those to be sent again. Raises Unavailable for what concerns all alike."""
        again = {}
        for item in items:
            ((_, result),) = item.items()
            status, error = int(result["status"]), result.get("error") or {}
            kind, why = str(error.get("type", "")), one_line(_reason(error), 300)
            if status < 300 or status == 409 or (status == 404 and not error):
                continue  # 409: a newer revision is there; 404: deleting nobody
            if kind == "cluster_block_exception":
                raise Unavailable(f"{self._url}: the index is read-only, as when the disk is almost full; make room; {KEPT}")
            if kind == "strict_dynamic_mapping_exception" or kind == "index_not_found_exception":
                raise NotSetUp(f"{self._url}: {result['_index']} isn't made by our template ({why}); {SETUP}")
            if status in (401, 403):
                raise Unavailable(f"{self._url}: the login may not write; `wirewatch index roles` says what it needs; {KEPT}")
            if status in PASSING or status >= 500:
                again[ArticleId(result["_id"])] = waiting[ArticleId(result["_id"])]
            else:
                refused[ArticleId(result["_id"])] = f"{kind}: {why}"
        return again


class _Patience:
    """How long a write is tried again: shared by all bulks of it."""

    def __init__(self, stop: threading.Event) -> None:
        self._until, self._tries, self._stop = time.monotonic() + PATIENCE, 0, stop

    def wait(self, why: Exception) -> None:
        """Pause before another try; raises `why` once patience is over, or when the run is to stop."""
        self._tries += 1
        pause = min(FIRST_PAUSE * 2 ** (self._tries - 1), LONGEST_PAUSE) * random.uniform(0.5, 1)  # noqa: S311 - no secret
        if time.monotonic() + pause > self._until or self._stop.wait(pause):
            raise why


def _passes(error: Exception) -> bool:
    """Whether another try may help: the connection broke, or the server is busy."""
    from elastic_transport import TlsError

    if isinstance(error, ApiError):
        return error.status_code in PASSING and "cluster_block" not in str(error)
    return isinstance(error, TransportError) and not isinstance(error, TlsError)


def _reason(error: Mapping[str, Any]) -> str:
    cause = error.get("caused_by") or {}
    return ": ".join(str(each) for each in (error.get("reason", ""), cause.get("reason", "")) if each)


def _doc(article: Article, index: str) -> _Doc:
    action = {"index": {"_id": article.id, "version": article.revision, "version_type": "external_gte"}}
    source = json.dumps(to_source(article), ensure_ascii=False, separators=(",", ":"))
    return _Doc(article.id, json.dumps(action).encode() + b"\n" + source.encode(), index)


def _bulks(articles: Sequence[Article]) -> Iterator[list[Article]]:
    some: list[Article] = []
    size = 0
    for article in articles:
        length = 3 * len(article.body)  # UTF-8 takes at most three bytes a letter of any language we read
        if some and (len(some) >= COUNT or size + length > BYTES):
            yield some
            some, size = [], 0
        some.append(article)
        size += length
    if some:
        yield some
