"""By hand: pages that someone else crawled come in, or the index is made anew from the archive."""

from datetime import timedelta
from typing import Any

from airflow.sdk import Param, dag, task
from airflow.sdk.exceptions import AirflowSkipException

from wirewatch.schedule import INDEX, INDEXED, START, TASK, run, tell_failure

DOCS = """
**Files** are imported first: pages whose address is known are left out, watches record the others and tell nobody.
**Reindex** makes the index anew from the archive, beside the live one, and puts it in its place in one step: all of it, or what
lies between *since* and *until*, or comes from the named *sources*; everything else is carried over.
"""
MOMENT = r"^(\d+(\.\d+)?[smhd]|\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?)?)$"
HOUR = "7d (ago), 2026-11-01 or 2026-11-01T10:00Z"


@dag(
    schedule=None,
    start_date=START,
    catchup=False,
    max_active_runs=1,
    default_args=TASK,
    on_failure_callback=tell_failure,
    params={
        "files": Param(
            [],
            type="array",
            maxItems=1000,
            items={"type": "string", "pattern": r"\.warc(\.gz)?$"},
            title="WARC files",
            description="Their paths as the workers see them, a line each.",
        ),
        "reindex": Param(False, type="boolean", title="Reindex", description="Make the index anew from the archive."),
        "since": Param(
            None, type=["null", "string"], pattern=MOMENT, title="Since", description=f"Reindex only from then: {HOUR}."
        ),
        "until": Param(
            None, type=["null", "string"], pattern=MOMENT, title="Until", description=f"Reindex only up to then: {HOUR}."
        ),
        "sources": Param(
            [],
            type="array",
            items={"type": "string", "minLength": 1},
            title="Sources",
            description="Reindex only these outlets, by the names of feeds.yaml, a line each.",
        ),
    },
    tags=["wirewatch"],
    doc_md=DOCS,
)
def wirewatch_backfill() -> None:
    """Import, then reindex."""

    @task
    def files(params: Any = None) -> list[str]:
        """The files to be imported."""
        return list(params["files"])

    @task(pool=INDEX, outlets=[INDEXED], map_index_template="{{ file }}", execution_timeout=timedelta(hours=2))
    def import_file(file: str) -> dict[str, int]:
        """Take a file's pages in, and index them."""
        return dict(run("import_file", file))

    @task(
        pool=INDEX,
        trigger_rule="none_failed",
        retries=200,
        retry_delay=timedelta(seconds=10),
        execution_timeout=timedelta(hours=12),
    )
    def reindex(params: Any = None) -> dict[str, int]:
        """Make the index anew. On a server each try works for eight minutes, and the next goes on where it stopped."""
        if not params["reindex"]:
            raise AirflowSkipException("not asked for")
        return dict(run("reindex", params["since"], params["until"], params["sources"]))

    import_file.expand(file=files()) >> reindex()


wirewatch_backfill()
