"""Extraction in processes that can be killed: the page's place travels, not the page; a hang or a death costs that page only."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Self

from wirewatch.archive.read import read_page
from wirewatch.errors import Reason, Retry, Unavailable
from wirewatch.model import CaptureNo, Entry, Extract, Page, Place
from wirewatch.net.killable import KillablePool, WorkerDied, import_early

if TYPE_CHECKING:
    from wirewatch.extract.explain import Explained

_WORKER = "wirewatch.extract.worker"
_MEMORY_BYTES = 2**30  # of address space; a page of the largest size allowed takes some 300 MB
_MAX_TASKS = 500  # pages until a worker is replaced: parsers leak
_IN_FLIGHT = 4  # pages handed out a worker: enough that none waits, few enough that stopping loses little

import_early(_WORKER, __name__)

Read = Callable[[str, Place], Page]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractTask:
    """One archived page to extract."""

    capture: CaptureNo
    archive: str  # folder or URL
    place: Place
    url: str  # after redirects
    content_type: str
    entry: Entry
    first_seen_at: datetime
    recall: bool = False  # of a source of forums, blogs or lists


class ExtractPool:
    """Workers for pages; started by the first page, gone after `close`.

    `workers` 0: one a core. `timeout` in seconds a page. `read` gives a page by archive and place; a module-level function.
    """

    def __init__(self, workers: int = 0, timeout: float = 10.0, read: Read = read_page) -> None:
        self._pool = KillablePool(workers, [_WORKER], timeout, _MEMORY_BYTES, _MAX_TASKS)
        self._read = read

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def submit(self, task: ExtractTask) -> Future[Extract]:
        """The task's extract. The future raises Skip or Retry as the page deserves, WorkerBug (a traceback) if it is ours."""
        outcome: Future[Extract] = Future()
        inner = self._pool.submit(_extract, self._read, task)
        inner.add_done_callback(lambda ended: _tell(ended, outcome))
        return outcome

    def results(self, tasks: Iterable[ExtractTask]) -> Iterator[tuple[ExtractTask, Extract | Exception]]:
        """Each task with its extract, or with what it raised, as they get done. Takes tasks only as fast as it works.

        Raises Unavailable when the archive can't be read now: that is no page's fault.
        """
        waiting: dict[Future[Extract], ExtractTask] = {}
        left = iter(tasks)
        while True:
            while len(waiting) < _IN_FLIGHT * self._pool.workers and (task := next(left, None)) is not None:
                waiting[self.submit(task)] = task
            if not waiting:
                return
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                yield waiting.pop(future), _outcome(future)

    def close(self) -> None:
        """End the workers at once, busy or not; unfinished pages end as cancelled."""
        self._pool.close()


def explained(page: Page, entry: Entry, first_seen_at: datetime, timeout: float, *, recall: bool = False) -> "Explained":
    """One page step by step, in a worker of its own. Raises Retry where the page hangs or kills that."""
    with KillablePool(1, [_WORKER], timeout, _MEMORY_BYTES, _MAX_TASKS) as pool:
        try:
            return pool.submit(_explain, page, entry, first_seen_at, recall).result()
        except (TimeoutError, WorkerDied, MemoryError) as error:
            raise _fate(error) from error


def _explain(page: Page, entry: Entry, first_seen_at: datetime, recall: bool) -> "Explained":
    from wirewatch.extract.worker import explain  # here: the parent must not import the parsers

    return explain(page, entry, first_seen_at, recall=recall)


def _extract(read: Read, task: ExtractTask) -> Extract:
    from wirewatch.extract.worker import extract  # here: the parent must not import the parsers

    body = read(task.archive, task.place).body
    return extract(
        body, url=task.url, content_type=task.content_type, entry=task.entry, first_seen_at=task.first_seen_at, recall=task.recall
    )


def _tell(ended: Future[Extract], outcome: Future[Extract]) -> None:
    if ended.cancelled():
        outcome.cancel()
    if not outcome.set_running_or_notify_cancel():
        return
    if error := ended.exception():
        outcome.set_exception(_fate(error))
    else:
        outcome.set_result(ended.result())


def _fate(error: BaseException) -> BaseException:
    match error:
        case TimeoutError():
            return Retry(Reason.EXTRACT_TIMEOUT)
        case WorkerDied():
            return Retry(Reason.EXTRACT_CRASH, str(error))
        case MemoryError():
            return Retry(Reason.EXTRACT_MEMORY)
    return error


def _outcome(future: Future[Extract]) -> Extract | Exception:
    try:
        return future.result()
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 - the caller judges it
        return error
