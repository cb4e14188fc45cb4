"""Alarms: what those who run wirewatch are told, by the channels that `[alarms]` names. Each alarm is told once.

Airflow imports this module when it reads a DAG (a deadline's callback is named by its path), so nothing heavy stands on top.
"""

import asyncio
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wirewatch.model import Notice
    from wirewatch.settings import Settings
    from wirewatch.watch.channels import Channel

KEPT = 500  # alarms that are remembered as told; Airflow calls back about as many in a month of bad days


def tell(settings: "Settings", title: str, text: str) -> int:
    """Tell every address of the alarms' channels; gives how many took it. An address that doesn't is logged, no more.

    All are told at once: one that hangs delays none of the others.
    """
    from concurrent.futures import ThreadPoolExecutor
    from datetime import UTC, datetime

    from wirewatch.model import Notice
    from wirewatch.safe import one_line
    from wirewatch.watch.channels import channels_of

    notice, channels = Notice(title=one_line(title, 200), text=text, at=datetime.now(UTC)), channels_of(settings)
    addresses = channels.addresses(settings.main.alarms.channels)
    if not addresses:
        return 0
    with ThreadPoolExecutor(len(addresses), "alarm") as beside:
        return sum(beside.map(lambda address: _took(address[0], channels.get(*address), notice), addresses))


def _took(name: str, channel: "Channel | None", notice: "Notice") -> bool:
    import structlog

    from wirewatch.errors import WirewatchError
    from wirewatch.safe import one_line

    try:
        if channel is not None:
            channel.say(notice)
            return True
    except Exception as error:  # noqa: BLE001 - an alarm must not be the next failure
        why = one_line(str(error), 300) if isinstance(error, WirewatchError) else type(error).__name__  # may hold the address
        structlog.get_logger().error("an alarm was not taken", channel=name, why=why)
    return False


def tell_once(key: str, title: str, text: str) -> bool:
    """Tell, unless an alarm of this key was told before: Airflow may call back twice. False: it was, or nobody took it.

    Where the state can't be asked, it is told: that may be the very trouble.
    """
    from wirewatch.errors import Unavailable, UserError
    from wirewatch.settings import load
    from wirewatch.state import meta
    from wirewatch.state.database import opened

    settings = load()
    try:
        with opened(settings.main.state.url, settings.home) as db, meta.held(db, "alarms", "[]") as note:
            told = json.loads(note.value)
            if key in told or not tell(settings, title, text):
                return False
            note.value = json.dumps([*told, key][-KEPT:])
            return True
    except (Unavailable, UserError) as trouble:
        return tell(settings, title, f"{text}\n{trouble}") > 0


def failed(dag: str, run: str, why: str) -> None:
    """A DAG's run has failed."""
    tell_once(f"failed {dag} {run}", f"wirewatch: {dag} failed", f"Run {run}: {why}. What is left is taken up by the next run.")


async def late(dag: str, minutes: int, context: dict[str, object] | None = None) -> None:
    """A DAG's run has not ended `minutes` after it was due. Called by Airflow's triggerer."""
    run = (context or {}).get("dag_run")
    name = run.get("dag_run_id", "") if isinstance(run, dict) else getattr(run, "run_id", "")
    text = f"Run {name} was queued more than {minutes} minutes ago and has not ended."
    await asyncio.to_thread(tell_once, f"late {dag} {name}", f"wirewatch: {dag} is late", text)
