"""Meet the watches with what was indexed, and tell the channels."""

from datetime import timedelta

from airflow.sdk import AssetOrTimeSchedule, DeltaTriggerTimetable, dag, task

from wirewatch.schedule import INDEXED, START, TASK, deadline, run, tell_failure

DOCS = """
Woken when `wirewatch_ingest` has indexed something new, and every ten minutes whatever happens: a wake-up can strand, and a
message that a channel did not take is due again by the clock. What is to be matched and told stands in the state database.
"""


@dag(
    schedule=AssetOrTimeSchedule(assets=[INDEXED], timetable=DeltaTriggerTimetable(timedelta(minutes=10))),
    start_date=START,
    catchup=False,
    dagrun_timeout=timedelta(minutes=60),
    default_args=TASK,
    deadline=deadline("wirewatch_match", 20),
    on_failure_callback=tell_failure,
    tags=["wirewatch"],
    doc_md=DOCS,
)
def wirewatch_match() -> None:
    """Match and tell."""

    @task(max_active_tis_per_dag=1)
    def match() -> dict[str, int]:
        """Judge the new articles by every watch, and send what the outbox holds."""
        return dict(run("match"))

    match()


wirewatch_match()
