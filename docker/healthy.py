"""The health check of the service `wirewatch`: the config is right, the database opens, the last run began not long ago.

`wirewatch doctor` would not do: it also says no when a newspaper's server is down, and that is no fault of this container.
"""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

A_WHILE = timedelta(hours=2)  # runs begin ten minutes after the last one's end; with hundreds of outlets one takes an hour


def main(now: datetime) -> int:
    """The exit code: 0 is healthy."""
    status = subprocess.run(["wirewatch", "status", "--json"], capture_output=True, text=True, check=False)
    if status.returncode:
        print(status.stderr.strip(), file=sys.stderr)
        return 1
    last = json.loads(status.stdout)["last_run"]
    if last is None or datetime.fromisoformat(last["started_at"]) < now - A_WHILE:
        print(f"no run in the last {A_WHILE}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(datetime.now(UTC)))
