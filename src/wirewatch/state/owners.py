"""Who holds a claim: a process of a machine, told apart from a later process with the same number."""

import itertools
import os
import socket
from pathlib import Path
from typing import NewType

Owner = NewType("Owner", str)  # host:pid:start; start = clock ticks from boot to the process's start, "." and a serial

_serials = itertools.count(1)


def new_owner() -> Owner:
    """This process, with a serial so that two open databases of one process are two owners."""
    return Owner(f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}.{next(_serials)}")


def owner_is_alive(owner: str) -> bool:
    """False only if it is a process of this machine that has ended; of another machine nothing is known: True."""
    host, _, rest = owner.rpartition(":")[0].rpartition(":")
    if host != socket.gethostname() or not rest.isdigit():
        return True
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it lives, under another user
    started = _started(int(rest))
    return started in ("", owner.rpartition(":")[2].partition(".")[0])


def _started(pid: int) -> str:
    """The process's start in clock ticks since boot; "" where there is no /proc."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]  # field 22 of proc(5); the second, a name in brackets, may hold anything
