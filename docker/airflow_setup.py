"""The one-off service `airflow-init`: Airflow's tables, wirewatch's pools, and the password of Airflow's `admin`. Safe to repeat.

A task whose pool is missing waits for ever, and only the scheduler's log says why.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

POOLS = Path(__file__).resolve().parent / "pools.json"
STEPS = (("airflow", "db", "migrate"), ("airflow", "pools", "import", str(POOLS)))


def main(environment: Mapping[str, str]) -> int:
    """Set Airflow up; the exit code, that of the first step that fails."""
    try:
        path = Path(environment["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"])
        write_password(path, environment["AIRFLOW_ADMIN_PASSWORD"])
    except KeyError as error:
        print(f"airflow-init: {error.args[0]} is not set", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"airflow-init: {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    for step in STEPS:
        if code := subprocess.run(step, check=False).returncode:
            print(f"airflow-init: `{' '.join(step)}` ended with {code}", file=sys.stderr)
            return code
    return 0


def write_password(path: Path, password: str) -> None:
    """The file from which Airflow's simple auth manager reads who may sign in; only its owner may read it."""
    handle, half = tempfile.mkstemp(dir=path.parent, prefix=".passwords-")  # mode 600 from the first byte on
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({"admin": password}, file)
    os.replace(half, path)


if __name__ == "__main__":
    sys.exit(main(os.environ))
