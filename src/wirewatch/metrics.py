"""What Prometheus is told, all of it computed from the state database: docs/metrics.md lists what METRICS has.

Nothing is counted inside the processes that do the work: those are many and short-lived, and the state knows what they did.
"""

import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from prometheus_client import CollectorRegistry, generate_latest, start_http_server, write_to_textfile
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from wirewatch import __version__
from wirewatch.errors import Unavailable, UserError
from wirewatch.settings import Settings
from wirewatch.state.database import Database
from wirewatch.state.measures import Lag, Measures, measures
from wirewatch.state.totals import Totals, totals

log = structlog.get_logger()
FRESH = 10.0  # seconds that a measurement is given again: however many ask, the database is asked six times a minute
PERCENTILES = (50, 95)
OUTCOMES = {  # of each stage; they start at 0, for Prometheus sees no rise in a counter that begins at 1
    "poll": ("polled", "unchanged", "new", "edited", "failing"),
    "fetch": ("fetched", "skipped", "retried", "failed"),
    "index": ("indexed", "skipped", "retried", "failed"),
    "match": ("judged", "matched", "updates", "suppressed", "told before", "not yet met"),
    "tell": ("sent", "to be sent again", "dead"),
}
Family = GaugeMetricFamily | CounterMetricFamily
Samples = Iterable[tuple[Sequence[str], float]]  # label values, value


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric, as docs/metrics.md describes it. A name that ends in `_total` is a counter, any other a gauge."""

    name: str
    unit: str
    meaning: str
    labels: tuple[str, ...] = ()

    def family(self, samples: Samples) -> Family:
        """The metric with its values."""
        made = CounterMetricFamily if self.name.endswith("_total") else GaugeMetricFamily
        family = made(self.name, self.meaning, labels=self.labels)
        for labels, value in samples:
            family.add_metric(list(labels), value)
        return family


UP = Metric("wirewatch_up", "0 or 1", "Whether the state database could be read; at 0 nothing else is told.")
METRICS = (
    UP,
    Metric(
        "wirewatch_build_info", "1", "The version, the schema and the kind of the database.", ("version", "schema", "database")
    ),
    Metric("wirewatch_measured_timestamp_seconds", "s since 1970", "When this was measured, by the database's clock."),
    Metric("wirewatch_measuring_seconds", "s", "How long measuring took."),
    Metric("wirewatch_last_run_end_timestamp_seconds", "s since 1970", "When a run, or a task of a schedule, ended last."),
    Metric("wirewatch_feeds", "feeds", "Feeds by state: ok, failing, unpolled, inactive (no longer in feeds.yaml).", ("state",)),
    Metric("wirewatch_feeds_failing", "feeds", "Failing feeds, by why the last poll failed.", ("reason",)),
    Metric("wirewatch_feeds_silent", "feeds", "Active feeds that have answered and brought nothing new for 7 days."),
    Metric("wirewatch_queue_waiting", "items", "What is still to go through a stage, due or not.", ("stage",)),
    Metric("wirewatch_queue_due", "items", "What is due in a stage.", ("stage",)),
    Metric("wirewatch_queue_late_seconds", "s", "How long the item that is due longest has been due; 0: none is.", ("stage",)),
    Metric("wirewatch_index_lag_seconds", "s", "From first seen to indexed, of the newest new articles.", ("percentile",)),
    Metric("wirewatch_index_lag_articles", "articles", "How many articles that lag was taken from."),
    Metric("wirewatch_publication_lag_seconds", "s", "From published to indexed, of the newest new articles.", ("percentile",)),
    Metric("wirewatch_publication_lag_articles", "articles", "How many articles that lag was taken from."),
    Metric(
        "wirewatch_recent_setbacks",
        "captures",
        "Captures that were skipped, failed or retried within the last hour, each by what happened to it last.",
        ("stage", "outcome", "reason"),
    ),
    Metric("wirewatch_messages_pending", "messages", "Messages that wait to be sent, or sent again.", ("channel",)),
    Metric("wirewatch_messages_total", "messages", "Messages sent, or dead after eight attempts.", ("channel", "outcome")),
    Metric("wirewatch_outcomes_total", "items", "What the stages of all runs that have ended did.", ("stage", "outcome")),
)


class Exporter(Collector):
    """Measures the state when it is asked, at most once in FRESH seconds."""

    def __init__(self, db: Database, settings: Settings, fresh: float = FRESH) -> None:
        self._db, self._settings, self._fresh = db, settings, fresh
        self._turn = threading.Lock()
        self._measured: tuple[float, list[Family]] | None = None
        self.registry = CollectorRegistry()
        self.registry.register(self)

    def collect(self) -> Iterator[Family]:
        """Every metric; `wirewatch_up` at 0 alone where the state can't be read."""
        try:
            yield from self.measure()
        except Unavailable as down:
            log.error("the state can't be measured", why=str(down))
            yield UP.family([((), 0)])

    def measure(self) -> list[Family]:
        """Every metric as of at most FRESH seconds ago. Raises Unavailable."""
        with self._turn:
            if self._measured is None or time.monotonic() - self._measured[0] > self._fresh:
                self._measured = (time.monotonic(), self._families())
            return self._measured[1]

    def _families(self) -> list[Family]:
        began = time.monotonic()
        found, counted = measures(self._db, self._settings.main.watch.max_age), totals(self._db)
        about = (__version__, found.schema, self._db.engine.dialect.name)
        values = _of_state(found) | _of_channels(found, counted, self._settings.channels)
        values |= {"wirewatch_up": [((), 1)], "wirewatch_build_info": [(about, 1)]}
        values |= {"wirewatch_measuring_seconds": [((), time.monotonic() - began)]}
        return [metric.family(values[metric.name]) for metric in METRICS]


def text(exporter: Exporter) -> str:
    """The metrics as Prometheus reads them. Raises Unavailable."""
    exporter.measure()
    return generate_latest(exporter.registry).decode()


def write(exporter: Exporter, file: str) -> None:
    """Replace the file as a whole: node_exporter may read it at any moment. Raises Unavailable, and leaves the old one."""
    exporter.measure()
    try:
        write_to_textfile(file, exporter.registry)
    except OSError as error:
        raise Unavailable(f"{file}: {error.strerror or error}") from error


@contextmanager
def served(exporter: Exporter, host: str, port: int) -> Iterator[int]:
    """Answer scrapes meanwhile; gives the port, which the system chose if it was 0. Raises UserError if it can't be had."""
    try:
        server, thread = start_http_server(port, host, exporter.registry)
    except OSError as error:
        raise UserError(f"--serve: {host}:{port}: {error.strerror or error}") from error
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _of_state(found: Measures) -> dict[str, Samples]:
    ended, queues = found.last_run_ended_at, found.queues.items()
    return {
        "wirewatch_measured_timestamp_seconds": [((), found.at.timestamp())],
        "wirewatch_last_run_end_timestamp_seconds": [((), ended.timestamp())] if ended else [],
        "wirewatch_feeds": _by(found.feeds.by_state),
        "wirewatch_feeds_failing": _by(found.feeds.failing),
        "wirewatch_feeds_silent": [((), found.feeds.silent)],
        "wirewatch_queue_waiting": [((stage,), queue.waiting) for stage, queue in queues],
        "wirewatch_queue_due": [((stage,), queue.due) for stage, queue in queues],
        "wirewatch_queue_late_seconds": [((stage,), queue.late) for stage, queue in queues],
        "wirewatch_index_lag_seconds": _percentiles(found.index_lag),
        "wirewatch_index_lag_articles": [((), len(found.index_lag.seconds))],
        "wirewatch_publication_lag_seconds": _percentiles(found.publication_lag),
        "wirewatch_publication_lag_articles": [((), len(found.publication_lag.seconds))],
        "wirewatch_recent_setbacks": sorted(found.setbacks.items()),
    }


def _of_channels(found: Measures, counted: Totals, channels: Iterable[str]) -> dict[str, Samples]:
    names = list(channels)
    messages = {(name, outcome): 0 for name in names for outcome in ("sent", "dead")} | dict(counted.messages)
    outcomes = {(stage, outcome): 0 for stage, each in OUTCOMES.items() for outcome in each} | dict(counted.outcomes)
    return {
        "wirewatch_messages_pending": _by(dict.fromkeys(names, 0) | found.pending),
        "wirewatch_messages_total": sorted(messages.items()),
        "wirewatch_outcomes_total": sorted(outcomes.items()),
    }


def _by(counts: Mapping[str, int]) -> Samples:
    return [((key,), number) for key, number in sorted(counts.items())]


def _percentiles(lag: Lag) -> Samples:
    return [((str(percent),), value) for percent in PERCENTILES if (value := lag.percentile(percent)) is not None]
