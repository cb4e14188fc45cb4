"""Makes what `make up` needs and git must not hold: docker/.env with new passwords, docker/config with the shipped config files.

What is there already stays as it is. Needs nothing but Python.
"""

import base64
import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
SHIPPED = HERE.parent / "src" / "wirewatch" / "config"
VARIABLES = {  # name → random bytes, as hex: no letter of it means anything to a shell, to a URL, to YAML or to compose
    "ELASTIC_PASSWORD": 24,  # the superuser's
    "KIBANA_PASSWORD": 24,  # Kibana's own, towards Elasticsearch
    "SETUP_PASSWORD": 24,  # of wirewatch_setup, which makes templates and dashboards
    "WRITER_PASSWORD": 24,  # of wirewatch, which writes and searches articles
    "DESK_PASSWORD": 24,  # of desk, whom people sign in to Kibana as
    "KIBANA_SESSION_KEY": 32,  # Kibana's encryption keys have 32 characters or more
    "KIBANA_OBJECTS_KEY": 32,
    "KIBANA_REPORTING_KEY": 32,
    "POSTGRES_PASSWORD": 24,  # the superuser's
    "AIRFLOW_DB_PASSWORD": 24,  # of the role airflow, which owns the database airflow
    "WIREWATCH_DB_PASSWORD": 24,  # of the role wirewatch, which owns the database wirewatch
    "ARCHIVE_ACCESS_KEY": 24,  # the object store's
    "ARCHIVE_SECRET_KEY": 32,
    "AIRFLOW_ADMIN_PASSWORD": 24,  # of admin, whom people sign in to Airflow as
    "AIRFLOW_API_KEY": 32,  # three that Airflow's services must share
    "AIRFLOW_JWT_SECRET": 64,
    "AIRFLOW_FERNET_KEY": 32,
}
FERNET = {"AIRFLOW_FERNET_KEY"}  # base64 instead of hex: Fernet takes nothing else
CHOICES = {"COMPOSE_PROFILES": "airflow"}  # no secrets; to be changed to another value that README.md names


def main(folder: Path) -> int:
    """Prepare `folder`; the exit code."""
    env, config = folder / ".env", folder / "config"
    if write_env(env):
        print(f"wrote {env}: new passwords; keep the file, the data in the volumes opens with no others")
    if empty := [name for name, value in pairs(env).items() if not value and name in VARIABLES | CHOICES]:
        print(f"{env}: {', '.join(empty)} empty; put the old value back, or delete the line to get a new one", file=sys.stderr)
        return 2
    if added := complete(env):
        print(f"wrote to {env}: {', '.join(added)}, which it lacked")
    if copy_config(config):
        print(f"wrote {config}: your feeds, your watches, and in wirewatch.toml your [fetch] contact")
    return 0


def write_env(path: Path) -> bool:
    """A new file of random passwords that only its owner may read; False if there is one already."""
    if path.exists():
        return False
    half = _half(path, "".join(map(_line, [*CHOICES, *VARIABLES])))
    try:
        os.link(half, path)  # whole or not at all, and never over another's
    except FileExistsError:
        return False
    finally:
        os.unlink(half)
    return True


def complete(path: Path) -> list[str]:
    """Add what a file of an older version lacks; the names. What stands in it stays as it is."""
    held = pairs(path)
    lacking = [name for name in [*CHOICES, *VARIABLES] if name not in held]
    if lacking:
        old = path.read_text(encoding="utf-8")
        os.replace(_half(path, old + "\n" * (not old.endswith("\n")) + "".join(map(_line, lacking))), path)
    return lacking


def pairs(path: Path) -> dict[str, str]:
    """What the file sets."""
    lines = (line.partition("=") for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return {name.strip(): value.strip() for name, is_set, value in lines if is_set}


def _line(name: str) -> str:
    return f"{name}={CHOICES.get(name) or new(name)}\n"


def new(name: str) -> str:
    """A random value for the variable."""
    data = secrets.token_bytes(VARIABLES[name])
    return base64.urlsafe_b64encode(data).decode() if name in FERNET else data.hex()


def _half(path: Path, text: str) -> str:
    """The text in a file beside `path`, which only its owner may read from the first byte on."""
    handle, half = tempfile.mkstemp(dir=path.parent, prefix=".env-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    return half


def copy_config(folder: Path) -> bool:
    """The shipped config files, to be edited; False if the folder is there already."""
    if folder.exists():
        return False
    folder.mkdir()
    folder.chmod(0o755)  # whatever the umask: the container's user is another one
    for file in sorted(SHIPPED.iterdir()):
        if file.suffix in (".toml", ".yaml"):
            shutil.copyfile(file, folder / file.name)
            (folder / file.name).chmod(0o644)
    return True


if __name__ == "__main__":
    try:
        sys.exit(main(HERE))
    except OSError as error:
        sys.exit(f"{error.filename}: {error.strerror}")
