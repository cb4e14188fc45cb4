"""One task's hang, death or hunger costs that task only."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from datetime import timedelta

import pytest

from wirewatch.errors import Reason, Retry
from wirewatch.net.killable import KillablePool, WorkerBug, WorkerDied


def double(number: int) -> int:
    return 2 * number


def hang(_: int) -> int:
    time.sleep(60)
    return 0


def die(_: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def eat(_: int) -> int:
    return len(bytearray(3_000_000_000))


def refuse(_: int) -> int:
    raise Retry(Reason.ARCHIVE_LOST, "gone", after=timedelta(hours=1))


class Odd(Exception):
    """Can't be unpickled: its constructor wants more than its text."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(f"{one} {two}")


def stumble(_: int) -> int:
    raise Odd("what", "happened")


def pid(_: int) -> int:
    return os.getpid()


@pytest.fixture
def pool() -> Iterator[KillablePool]:
    with KillablePool(1, ["json"], timeout=1.0, memory_bytes=2**30, max_tasks=50) as pool:
        yield pool


def test_a_task_comes_back_with_its_result(pool: KillablePool) -> None:
    assert pool.submit(double, 21).result(30) == 42


def test_a_hang_is_killed_and_the_next_task_is_fine(pool: KillablePool) -> None:
    hung = pool.submit(hang, 0)

    with pytest.raises(TimeoutError):
        hung.result(30)

    assert pool.submit(double, 1).result(30) == 2


def test_a_death_costs_one_task(pool: KillablePool) -> None:
    dead, fine = pool.submit(die, 0), pool.submit(double, 2)

    with pytest.raises(WorkerDied):
        dead.result(30)

    assert fine.result(30) == 4


def test_a_worker_that_wants_too_much_memory_says_so_and_lives(pool: KillablePool) -> None:
    before = pool.submit(pid, 0).result(30)

    with pytest.raises(MemoryError):
        pool.submit(eat, 0).result(30)

    assert pool.submit(pid, 0).result(30) == before


def test_a_worker_killed_while_idle_is_replaced(pool: KillablePool) -> None:
    os.kill(pool.submit(pid, 0).result(30), signal.SIGKILL)
    time.sleep(0.5)  # pebble looks every 0.1 s

    assert pool.submit(double, 3).result(30) == 6


def test_our_own_errors_come_back_whole(pool: KillablePool) -> None:
    with pytest.raises(Retry) as caught:
        pool.submit(refuse, 0).result(30)

    assert (caught.value.reason, caught.value.detail, caught.value.after) == (Reason.ARCHIVE_LOST, "gone", timedelta(hours=1))


def test_a_bug_comes_back_as_its_traceback_even_if_it_can_not_travel(pool: KillablePool) -> None:
    with pytest.raises(WorkerBug, match=r"in stumble(.|\n)*what happened"):
        pool.submit(stumble, 0).result(30)

    assert pool.submit(double, 4).result(30) == 8


def test_closing_ends_a_hung_worker_and_cancels_what_waits() -> None:
    pool = KillablePool(1, [], timeout=60.0, memory_bytes=2**30, max_tasks=50)
    worker = pool.submit(pid, 0).result(30)
    hung, waiting = pool.submit(hang, 0), pool.submit(double, 5)
    time.sleep(0.3)

    pool.close()

    with pytest.raises(CancelledError):
        hung.result(0)
    with pytest.raises(CancelledError):
        waiting.result(0)
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


def test_a_closed_pool_starts_anew_with_the_next_task(pool: KillablePool) -> None:
    pool.submit(double, 6).result(30)
    pool.close()

    assert pool.submit(double, 7).result(30) == 14


def test_workers_do_not_hear_ctrl_c(pool: KillablePool) -> None:
    worker = pool.submit(pid, 0).result(30)
    os.kill(worker, signal.SIGINT)

    assert pool.submit(pid, 0).result(30) == worker
