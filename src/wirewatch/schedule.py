"""What the DAGs share. A DAG says what runs when; what is done stands in `tasks`, imported when a task runs. Needs Airflow."""

import os
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Asset
from airflow.sdk.definitions.callback import AsyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference
from airflow.sdk.exceptions import AirflowFailException

from wirewatch.pace import pace

EVERY = timedelta(seconds=pace(os.environ.get("WIREWATCH_EVERY", "10m")))
START = datetime(2026, 1, 1, tzinfo=UTC)
INDEXED = Asset("wirewatch-indexed", uri="wirewatch://articles/indexed")
POLL, FETCH, INDEX = "wirewatch_poll", "wirewatch_fetch", "wirewatch_index"  # pools; docs/airflow.md says how large

TASK: dict[str, Any] = {
    "owner": "wirewatch",
    "retries": 3,  # a try that dies with its machine counts, too
    "retry_delay": timedelta(seconds=10),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=5),
    "execution_timeout": timedelta(minutes=10),  # a task stops by itself after eight
}


def run(name: str, *arguments: Any) -> Any:
    """Call the function of wirewatch.tasks. A mistake in the config is no better at the next try: it fails at once."""
    from wirewatch import tasks
    from wirewatch.errors import UserError

    try:
        return getattr(tasks, name)(*arguments)
    except UserError as mistake:
        raise AirflowFailException(str(mistake)) from None


def tell_failure(context: Any) -> None:
    """Tell the alarms' channels that a run has failed. Airflow may call this twice; it is told once."""
    from wirewatch import alarms

    why = context.get("reason") or "a task failed"
    alarms.failed(context["dag"].dag_id, str(context.get("run_id", "")), str(why))


def deadline(dag: str, minutes: int) -> DeadlineAlert:
    """Tell the alarms' channels if a run hasn't ended so long after it was queued."""
    late = AsyncCallback("wirewatch.alarms.late", kwargs={"dag": dag, "minutes": minutes})
    return DeadlineAlert(reference=DeadlineReference.DAGRUN_QUEUED_AT, interval=timedelta(minutes=minutes), callback=late)
