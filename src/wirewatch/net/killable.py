"""Foreign input is read in processes that can be killed: a parser that hangs, eats memory or dies costs one task.

The processes are forked from a server that has imported the parsers once and has no threads. Nothing runs before the first
task, and nothing after `close`.
"""

import gc
import logging
import os
import resource
import signal
import threading
import traceback
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from multiprocessing import get_context
from typing import Any, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from wirewatch.errors import WirewatchError

T = TypeVar("T")
_preloaded: list[str] = ["wirewatch.net.deaf"]
_context = get_context("forkserver")


class WorkerDied(Exception):
    """The process ended in the middle of the task: killed from outside, or by a fault in C."""


class WorkerBug(Exception):
    """What the task raised and nobody meant to. Its text is the traceback: the original may not survive the way back."""


def import_early(*modules: str) -> None:
    """Have the fork server import these, so that no worker has to. Counts only if called before any pool's first task."""
    _preloaded.extend(module for module in modules if module not in _preloaded)
    _context.set_forkserver_preload(_preloaded)


class KillablePool:
    """Runs module-level functions in worker processes, `timeout` seconds and `memory_bytes` of address space each.

    `workers` 0: one a core. A worker is replaced after `max_tasks` tasks, since parsers leak.
    """

    def __init__(self, workers: int, preload: Sequence[str], timeout: float, memory_bytes: int, max_tasks: int) -> None:
        self.workers = workers or len(os.sched_getaffinity(0))
        self._modules, self._timeout, self._memory_bytes, self._max_tasks = tuple(preload), timeout, memory_bytes, max_tasks
        self._pool: ProcessPool | None = None
        self._open: set[Future[Any]] = set()
        self._lock = threading.Lock()
        import_early(*self._modules)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def submit(self, fn: Callable[..., T], *args: Any) -> Future[T]:
        """`fn(*args)` in a worker; function, arguments and result travel as pickles.

        The future raises TimeoutError (the worker was killed), WorkerDied, MemoryError, a WirewatchError as the task raised
        it, or WorkerBug. Cancelling it kills the task.
        """
        future: Future[T] = Future()
        with self._lock:
            inner = self._running_pool().schedule(_run, (fn, args), timeout=self._timeout)
            self._open.add(future)
        inner.add_done_callback(lambda ended: self._pass_on(ended, future))
        future.add_done_callback(lambda ended: inner.cancel() if ended.cancelled() else None)  # type: ignore[no-untyped-call]
        return future

    def close(self) -> None:
        """End all workers at once; what they were doing is cancelled. The next task would start new ones."""
        with self._lock:
            pool, self._pool = self._pool, None
            left, self._open = self._open, set()
        for future in list(left):
            future.cancel()
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()

    def _running_pool(self) -> ProcessPool:
        if self._pool is not None and not self._pool.active:  # a worker died between two tasks: pebble then gives up for good
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()
            self._pool = None
        if self._pool is None:
            self._pool = ProcessPool(
                max_workers=self.workers,
                max_tasks=self._max_tasks,
                initializer=_prepare,
                initargs=(self._memory_bytes, self._timeout, self._modules),
                context=_context,
            )
        return self._pool

    def _pass_on(self, ended: Future[Any], future: Future[Any]) -> None:
        error = None if ended.cancelled() else ended.exception()
        if isinstance(error, BrokenProcessPool):  # what still waited for a worker would wait for ever
            for other in list(self._open):
                self._end(other, lambda other: other.set_exception(WorkerDied(str(error))))
        if isinstance(error, ProcessExpired):
            self._end(future, lambda future: future.set_exception(WorkerDied(str(error))))
        elif error is not None:
            self._end(future, lambda future: future.set_exception(error))
        elif not ended.cancelled():
            self._end(future, lambda future: future.set_result(ended.result()))

    def _end(self, future: Future[Any], tell: Callable[[Future[Any]], None]) -> None:
        """Tell a future's end, once. Takes no lock: who holds it may be waiting for the very thread that calls this."""
        try:
            self._open.remove(future)
        except KeyError:
            return
        if future.set_running_or_notify_cancel():
            tell(future)


_last_call = 0.0


def _prepare(memory_bytes: int, timeout: float, modules: Iterable[str]) -> None:
    """In a new worker. SIGTERM ends it even within C code, where Python's own handler would wait."""
    global _last_call
    _last_call = 2 * timeout
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    logging.disable(logging.CRITICAL)  # parsers complain of every page; what matters comes back as a result
    for module in modules:
        import_module(module)
    gc.freeze()  # what was imported is no garbage, and stays shared with the fork server
    gc.enable()
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _run(fn: Callable[..., T], args: tuple[Any, ...]) -> T:
    signal.setitimer(signal.ITIMER_REAL, _last_call)  # its parent may be gone: then nobody else ends a hang
    try:
        return fn(*args)
    except WirewatchError:
        raise
    except MemoryError:
        raise MemoryError("out of the memory allowed") from None
    except Exception:  # noqa: BLE001 - whatever it is, it must come back as something that can be unpickled
        raise WorkerBug(traceback.format_exc()) from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
