"""All figures: `python -m benchmarks [--data FOLDER]`, where FOLDER holds `pages/`, `publishers/` and `search/`."""

import argparse
import subprocess
import sys
from pathlib import Path


def main() -> None:
    """Run each program in a process of its own, so that none inherits another's memory."""
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("--data", type=Path, help="real pages; without them some rows are not measured")
    data = options.parse_args().data
    run("benchmarks.pipeline", *(["--data", str(data)] if data else []))
    run("benchmarks.identity")
    run("benchmarks.fetching")
    run("benchmarks.ranking")
    run("benchmarks.schedule", "--wishes")
    run("benchmarks.polling")
    run("benchmarks.matching")
    run("benchmarks.stories")
    run("benchmarks.events")
    run("benchmarks.language")
    run("benchmarks.watching")
    run("benchmarks.telling")
    run("benchmarks.parsing")
    run("benchmarks.scale")
    run("benchmarks.hostile")
    run("benchmarks.workers", *(["--data", str(data)] if data else []))
    run("benchmarks.airflow")
    run("benchmarks.elastic", *(["--data", str(data)] if data else []))
    words = data / "search" if data else None
    run("benchmarks.searching", *(["--data", str(words)] if words and words.is_dir() else []))
    run("benchmarks.tokens", *(["--data", str(words)] if words and words.is_dir() else []))
    sets = [str(data / name) for name in ("pages", "publishers") if (data / name).is_dir()] if data else []
    if sets:
        run("benchmarks.extraction", *sets)
    if data and (data / "publishers").is_dir():
        run("benchmarks.repeats", str(data / "publishers"))


def run(program: str, *arguments: str) -> None:
    """Run one program and let its rows through."""
    print(f"\n== {program} {' '.join(arguments)}", flush=True)
    subprocess.run([sys.executable, "-m", program, *arguments], check=True)


if __name__ == "__main__":
    main()
