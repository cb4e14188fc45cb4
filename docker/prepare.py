"""Makes what `make up` needs and git must not hold: docker/.env with new passwords, docker/config with the shipped config files.

What is there already stays as it is. Needs nothing but Python.
"""

import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
SHIPPED = HERE.parent / "src" / "wirewatch" / "config"
VARIABLES = {  # name → random bytes, as hex: no letter of it means anything to a shell, to YAML or to compose
    "ELASTIC_PASSWORD": 24,  # the superuser's
    "KIBANA_PASSWORD": 24,  # Kibana's own, towards Elasticsearch
    "SETUP_PASSWORD": 24,  # of wirewatch_setup, which makes templates and dashboards
    "WRITER_PASSWORD": 24,  # of wirewatch, which writes and searches articles
    "DESK_PASSWORD": 24,  # of desk, whom people sign in to Kibana as
    "KIBANA_SESSION_KEY": 32,  # Kibana's encryption keys have 32 characters or more
    "KIBANA_OBJECTS_KEY": 32,
    "KIBANA_REPORTING_KEY": 32,
}


def main(folder: Path) -> int:
    """Prepare `folder`; the exit code."""
    env, config = folder / ".env", folder / "config"
    made = write_env(env)
    if lacking := missing(env):
        print(f"{env}: {', '.join(lacking)} missing; add a line NAME=value of 32 or more letters and digits", file=sys.stderr)
        return 2
    if made:
        print(f"wrote {env}: new passwords; keep the file, the data in the volumes opens with no others")
    if copy_config(config):
        print(f"wrote {config}: your feeds, your watches, and in wirewatch.toml your [fetch] contact")
    return 0


def write_env(path: Path) -> bool:
    """A new file of random passwords that only its owner may read; False if there is one already."""
    if path.exists():
        return False
    handle, half = tempfile.mkstemp(dir=path.parent, prefix=".env-")  # mode 600 from the first byte on
    try:
        with os.fdopen(handle, "w") as file:
            file.writelines(f"{name}={secrets.token_hex(size)}\n" for name, size in VARIABLES.items())
        os.link(half, path)  # whole or not at all, and never over another's
    except FileExistsError:
        return False
    finally:
        os.unlink(half)
    return True


def missing(path: Path) -> list[str]:
    """The variables that the file sets to nothing, or not at all."""
    pairs = (line.partition("=") for line in path.read_text(encoding="utf-8").splitlines())
    held = {name.strip() for name, _, value in pairs if value.strip()}
    return [name for name in VARIABLES if name not in held]


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
