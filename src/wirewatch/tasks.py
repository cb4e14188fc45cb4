"""What Airflow's tasks call: one function a task. Settings come from the environment, the work from the state.

A task takes what is due, bounded in time; what it leaves, or loses by a kill, the next one takes up. What it returns is a
small summary for people: nothing is read from it.
"""

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

from wirewatch.errors import Unavailable, UserError
from wirewatch.house import House, open_house
from wirewatch.index.port import Search
from wirewatch.pace import moment
from wirewatch.pipeline import recorded, run_fetch_and_index, run_index, run_match, run_poll
from wirewatch.settings import Settings, load
from wirewatch.state import captures

LIMIT = 480.0  # seconds a task works at most: Airflow gives it ten minutes
BATCHES = 500  # a run: Airflow maps over 1,024 at most
Summary = dict[str, int]


def poll() -> list[str]:
    """Ask the feeds that are due; gives the names of the batches of hosts that have pages to fetch."""
    from wirewatch.maintaining import tell_health

    with _house("poll") as house:
        run_poll(house)
        tell_health(house)
        number = min(-(-captures.due_hosts(house.db) // house.settings.main.fetch.batch), BATCHES)
    return [f"{n} of {number}" for n in range(1, number + 1)]


def fetch() -> Summary:
    """Fetch the due pages of a batch of hosts, and extract and index them where the index lets several write."""
    with _house("fetch", "index") as house:
        run_fetch_and_index(house, house.settings.main.fetch.batch)
        return _summary(house)


def index() -> Summary:
    """Index what is fetched and not indexed yet; empty if nothing waits for the watches, so that nobody need be woken."""
    with _house("index") as house:
        run_index(house)
        waiting = captures.unmatched(house.db)
        return _summary(house) | {"waiting for the watches": waiting} if waiting else {}


def match() -> Summary:
    """Meet the watches with what was indexed, and tell the channels."""
    with _house("match", "tell") as house:
        run_match(house)
        return _summary(house)


def maintain(step: str) -> Summary:
    """One step of the daily maintenance."""
    from wirewatch import maintaining

    with _house() as house:
        return maintaining.STEPS[step](house)


def reindex(since: str | None, until: str | None, sources: Sequence[str]) -> Summary:
    """Make the index anew from the archive, or what lies between two times or came from these sources.

    On a server a task that ran out of time raises Unavailable, and the next try goes on; the embedded index is made in one go.
    """
    from wirewatch.reindexing import reindex as rebuild

    ask = Search(since=moment(since, "since"), until=moment(until, "until"), sources=tuple(sources))
    settings = load()
    if unknown := set(sources) - {source.name for source in settings.sources}:
        raise UserError(f"sources: {sorted(unknown)[0]!r} is not in feeds.yaml")
    limit = None if settings.main.index.url == "embedded" else LIMIT
    with _house(settings=settings, limit=limit) as house:
        return rebuild(settings, house.db, house.index, None if ask == Search() else ask, house.stop, lambda _done, _all: None).by


def import_file(file: str) -> Summary:
    """Take in the pages of a WARC file and index them. Raises Unavailable if it can't be read to its end."""
    from wirewatch.importing import import_file as take_in

    with _house("index", limit=None) as house:
        counts, broken = take_in(house.settings, house.db, Path(file), None, None, lambda _done, _all: None)
        run_index(house)
        if broken:
            raise Unavailable(f"{file}: can't be read further: {broken}; {counts.by}")
        return counts.by | _summary(house)


@contextmanager
def _house(*stages: str, settings: Settings | None = None, limit: float | None = LIMIT) -> Iterator[House]:
    """The house, recorded as a run if stages are named, and told to stop when the time is up."""
    with open_house(settings or load(), matching=False) as house, _stopped_by_sigterm(house):
        timer = threading.Timer(limit or threading.TIMEOUT_MAX, house.stop.set)
        timer.daemon = True
        timer.start()
        try:
            with recorded(house, stages) if stages else nullcontext():
                yield house
        finally:
            timer.cancel()


@contextmanager
def _stopped_by_sigterm(house: House) -> Iterator[None]:
    """Airflow ends a task by SIGTERM, and five seconds later for good: time to give back what is held.

    Raises Unavailable at the end, so that a task which was ended doesn't count as done.
    """
    ended = threading.Event()

    def end(*_: object) -> None:
        ended.set()
        house.stop.set()

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
    if ended.is_set():
        raise Unavailable("ended from outside; what was left is taken up by the next")


def _summary(house: House) -> Summary:
    return {outcome: n for counts in house.summary.values() for outcome, n in counts.by.items() if n}
