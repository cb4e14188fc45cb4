"""How the figures are taken: CPU of a whole process tree, side by side, several runs, min, median and max."""

import ctypes
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

WIREWATCH = str(Path(sys.executable).parent / "wirewatch")
PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h


def tree_cpu(command: Sequence[str], env: dict[str, str] | None = None) -> tuple[float, float, tuple[int, int]]:
    """CPU seconds of a command and everything it started, its wall seconds, and the command's own peak memory in KiB: all that
    is resident, and what of it is not a mapped file (sampled).

    Linux: what the command leaves behind (the fork server of its workers) becomes our child and is waited for, so that its
    time counts too.
    """
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
    peak = own = 0
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        peak, own = max(peak, _memory(process.pid, "VmHWM")), max(own, _memory(process.pid, "RssAnon"))
        time.sleep(0.05)
    wall = time.monotonic() - began
    if status and os.waitstatus_to_exitcode(status) not in (0, 1):
        raise RuntimeError(
            f"{command} ended with {os.waitstatus_to_exitcode(status)}: {process.stderr and process.stderr.read()!r}"
        )
    cpu = usage.ru_utime + usage.ru_stime
    for _ in range(200):
        try:
            pid, _, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            break
        if pid:
            cpu += usage.ru_utime + usage.ru_stime
        else:
            time.sleep(0.05)
    return cpu, wall, (peak, own)


def _memory(pid: int, kind: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(kind)), 0)


def calibration() -> float:
    """Milliseconds of a fixed loop: how fast the machine is just now."""
    began = time.process_time()
    sum(n * n for n in range(2_000_000))
    return (time.process_time() - began) * 1000


def spread(values: Sequence[float], form: str = "{:.2f}") -> str:
    """`median (min … max)`."""
    return f"{form.format(statistics.median(values))} ({form.format(min(values))} … {form.format(max(values))})"


def turns(runs: int, *systems: Callable[[], float]) -> list[list[float]]:
    """Each system's figures over several runs, the systems taking turns."""
    figures: list[list[float]] = [[] for _ in systems]
    for _ in range(runs):
        for figure, system in zip(figures, systems, strict=True):
            figure.append(system())
    return figures


def row(name: str, value: str, bar: str = "") -> None:
    """One line of the printed table."""
    print(f"{name:<74} {value:<34} {bar}", flush=True)
