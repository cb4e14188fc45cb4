"""Poll the feeds, fetch the new pages and index the articles, again and again."""

from datetime import timedelta

from airflow.sdk import DeltaTriggerTimetable, TriggerRule, dag, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from wirewatch.schedule import EVERY, FETCH, INDEX, INDEXED, POLL, START, TASK, deadline, run, tell_failure

DOCS = """
**poll** asks the feeds that are due, and gives the batches of hosts that have pages to fetch. **fetch** takes up to a hundred
hosts a batch, each at its own pace, archives their pages, and extracts and indexes them where the index lets several write.
**index** takes what is left, and wakes `wirewatch_match` if there is anything new.

All work is found in the state database: a task that fails, is killed or is run twice loses nothing and does nothing twice.
What a run leaves, the next one takes up.
"""


@dag(
    schedule=DeltaTriggerTimetable(EVERY),
    start_date=START,
    catchup=False,
    max_active_runs=2,
    dagrun_timeout=timedelta(minutes=60),
    default_args=TASK,
    deadline=deadline("wirewatch_ingest", 30),
    on_failure_callback=tell_failure,
    tags=["wirewatch"],
    doc_md=DOCS,
)
def wirewatch_ingest() -> None:
    """Poll, fetch, index."""

    @task(pool=POLL, max_active_tis_per_dag=1)
    def poll() -> list[str]:
        """Ask the feeds that are due; gives the batches of hosts to fetch from."""
        return list(run("poll"))

    @task(pool=FETCH, map_index_template="{{ batch }}")
    def fetch(batch: str) -> dict[str, int]:  # noqa: ARG001 - a name for people: which hosts, the task claims itself
        """Fetch, archive, extract and index the pages of up to a hundred hosts."""
        return dict(run("fetch"))

    @task(pool=INDEX, trigger_rule=TriggerRule.ALL_DONE, outlets=[INDEXED])
    def index() -> dict[str, int]:
        """Index what is left, and wake the watches."""
        if summary := run("index"):
            return dict(summary)
        raise AirflowSkipException("nothing new for the watches")

    @task(trigger_rule=TriggerRule.ONE_FAILED, retries=0)
    def watcher() -> None:
        """The run fails where a stage failed, though the stages after it went on."""
        raise AirflowFailException("a stage failed; see the tasks before this one")

    polled = poll()
    fetched = fetch.expand(batch=polled)
    indexed = index()
    fetched >> indexed
    [polled, fetched, indexed] >> watcher()


wirewatch_ingest()
