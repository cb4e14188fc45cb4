"""Airflow reads this file in each of its processes. The one that starts tasks imports what they need, once for all of them.

A task is a fork of it: without this each imports wirewatch anew, which takes as much CPU as all that Airflow does for a task
(docs/figures.md). The folder of this file belongs on PYTHONPATH, or the file into AIRFLOW_HOME/config.
"""

import sys

if {"scheduler", "celery"} & set(sys.argv[1:2]):
    import wirewatch.tasks  # noqa: F401
