"""What has to be done once a day."""

from datetime import timedelta

from airflow.sdk import CronTriggerTimetable, TriggerRule, chain, dag, task
from airflow.sdk.exceptions import AirflowFailException

from wirewatch.schedule import INDEX, START, TASK, deadline, run, tell_failure

DOCS = """
**sweep** takes up what dead processes left. **prune** drops the months that are past their keeping time. **health** tells the
alarms' channels which feeds have failed for a day or fallen silent. **compact** joins the archive's small files, **check**
reads the new ones back, and each day a thirtieth of the old.
"""


@dag(
    schedule=CronTriggerTimetable("20 3 * * *", timezone="UTC"),
    start_date=START,
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=2),
    default_args=TASK,
    deadline=deadline("wirewatch_maintain", 90),
    on_failure_callback=tell_failure,
    tags=["wirewatch"],
    doc_md=DOCS,
)
def wirewatch_maintain() -> None:
    """Sweep, prune, health, compact, check."""

    @task(trigger_rule=TriggerRule.ALL_DONE)
    def step(name: str) -> dict[str, int]:
        """One step of the maintenance; the next one is done whatever comes of it."""
        return dict(run("maintain", name))

    @task(trigger_rule=TriggerRule.ONE_FAILED, retries=0)
    def watcher() -> None:
        """The run fails where a step failed, though the others were done."""
        raise AirflowFailException("a step failed; see the tasks before this one")

    steps = [
        step.override(task_id="sweep")("sweep"),
        step.override(task_id="prune", pool=INDEX)("prune"),
        step.override(task_id="health")("health"),
        step.override(task_id="compact")("compact"),
        step.override(task_id="check")("check"),
    ]
    chain(*steps)
    steps >> watcher()


wirewatch_maintain()
