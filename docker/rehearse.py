"""Does the Dockerfile's steps without an engine: `python3 docker/rehearse.py wirewatch` (or `airflow`), in a temporary folder.

Its own lines are read and done in their order: files copied, the environment made, the locked packages and the wheel
installed, with /opt, /src and /wheels below that folder. Then the image's programs are run, in an environment that holds
nothing else. What is not done: the base image, its user, its read-only root. Takes a minute, most of it pip's.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
FOLDERS = re.compile(r"(?<![\w.])/(opt|src|wheels)\b")
TRIES = {
    "wirewatch": (["--help"], ["db", "upgrade"], ["init", "desk"], ["--config", "desk", "status"], ["demo"]),
    "airflow": (
        ["version"],
        ["db", "migrate"],
        ["pools", "import", "/opt/wirewatch/pools.json"],
        ["dags", "list-import-errors", "--local"],
    ),
}
Stages = dict[str, list[tuple[str, str]]]


def main(target: str) -> int:
    """Rehearse one target of the Dockerfile; the exit code."""
    stages = read(TOP / "docker" / "Dockerfile")
    if target not in TRIES:
        print(f"rehearse: no such target; there are {', '.join(TRIES)}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="rehearse-") as name:
        root = Path(name)
        env = {"PATH": f"{root}/opt/venv/bin:{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(root), "LANG": "C.UTF-8"}
        # How this machine reaches its package index is no part of the image.
        env |= {name: value for name, value in os.environ.items() if name.startswith("PIP_") or name.lower().endswith("_proxy")}
        try:
            for stage in needed(stages, target):
                build(root, stages[stage], env)
            attempt(root, target, stages[target], env)
        except subprocess.CalledProcessError as error:
            print(f"rehearse: ended with {error.returncode}: {error.cmd}", file=sys.stderr)
            return 1
    print(f"rehearse: {target} is good")
    return 0


def read(file: Path) -> Stages:
    """The stages by name: their instructions with their arguments, FROM first."""
    stages: Stages = {}
    for line in re.sub(r"\\\n", " ", file.read_text(encoding="utf-8")).splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        word, _, rest = line.partition(" ")
        if word == "FROM":
            stages[rest.split()[-1]] = []
        stages[list(stages)[-1]].append((word, rest.strip()))
    return stages


def needed(stages: Stages, target: str) -> list[str]:
    """The target and all that it is made from, in the file's order."""
    wanted, open_ = set[str](), [target]
    while open_:
        name = open_.pop()
        wanted.add(name)
        for word, rest in stages[name]:
            named = rest.split()[0] if word == "FROM" else rest.split()[0].removeprefix("--from=") if word == "COPY" else ""
            if named in stages and named not in wanted:
                open_.append(named)
    return [name for name in stages if name in wanted]


def build(root: Path, stage: list[tuple[str, str]], env: dict[str, str]) -> None:
    """Do what a stage says, as far as files and Python packages go."""
    here = root
    for word, rest in stage:
        if word == "WORKDIR":
            here = root / rest.lstrip("/")
            here.mkdir(parents=True, exist_ok=True)
        elif word == "COPY" and not rest.startswith("--from="):  # between stages nothing moves: all share one root
            *sources, to = rest.split()
            for source in sources:
                copy(TOP / source, here / to if to.startswith(".") else root / to.lstrip("/"), many=to.endswith("/"))
        elif word == "RUN" and rest.split()[0] in ("pip", "python"):
            run(["sh", "-ec", inside(root, rest)], here, env)


def copy(source: Path, to: Path, many: bool) -> None:
    """One source of a COPY."""
    if source.is_dir():
        shutil.copytree(source, to, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        place = to / source.name if many else to
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, place)


def attempt(root: Path, target: str, stage: list[tuple[str, str]], env: dict[str, str]) -> None:
    """Run the image's programs, and have each script that was copied in compiled by the image's Python."""
    [entry] = [json.loads(rest) for word, rest in stage if word == "ENTRYPOINT"]
    home = root / "home"
    home.mkdir()
    env = env | {"WIREWATCH_HOME": f"{home}/wirewatch", "AIRFLOW_HOME": f"{home}/airflow", "PYTHONWARNINGS": "ignore"}
    env |= {"AIRFLOW__CORE__DAGS_FOLDER": f"{root}/opt/wirewatch/dags", "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    # Nothing of the Python that runs this may help the image's programs.
    env["PATH"] = f"{root}/opt/venv/bin:/usr/bin:/bin"
    for arguments in TRIES[target]:
        run([f"{root}/opt/venv/bin/{entry[0]}", *(inside(root, each) for each in arguments)], home, env)
    run([f"{root}/opt/venv/bin/python", "-m", "compileall", "-q", f"{root}/opt/wirewatch"], home, env)
    run([f"{root}/opt/venv/bin/pip", "check"], home, env)


def inside(root: Path, text: str) -> str:
    """The image's folders, below the root of the rehearsal."""
    return FOLDERS.sub(lambda found: f"{root}/{found[1]}", text)


def run(command: list[str], here: Path, env: dict[str, str]) -> None:
    """Run it and say how long it took; what it says is shown if it fails."""
    began = time.monotonic()
    ran = subprocess.run(command, cwd=here, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    text = " ".join(command[2:]) if command[0] == "sh" else shlex.join([Path(command[0]).name, *command[1:]])
    print(f"{time.monotonic() - began:6.1f} s  {text}", flush=True)
    if ran.returncode:
        print(ran.stdout[-4000:], ran.stderr[-4000:], sep="\n", file=sys.stderr)
        raise subprocess.CalledProcessError(ran.returncode, text)


if __name__ == "__main__":
    sys.exit(main(" ".join(sys.argv[1:])))
