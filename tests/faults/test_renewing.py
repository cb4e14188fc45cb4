"""Renewing what is held and working on it go on side by side, and never wait for each other for ever."""

import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests import pg
from tests.wire_state import announce, many
from wirewatch.state import captures
from wirewatch.state.database import opened

HOSTS, SECONDS = 30, 4.0


@pytest.mark.long
def test_renewing_deadlocks_with_no_request_that_is_paced() -> None:
    with pg.server() as server, pg.database(server) as url, opened(url, Path()) as db:
        for n in range(HOSTS):
            announce(db, *many(15, f"host{n}.example"), feed=f"https://host{n}.example/rss")
        hosts = [host for _ in range(HOSTS) if (host := captures.claim_host(db))]
        for host in hosts:
            captures.claim_captures(db, host, 15)
        end, failed, renewed = time.monotonic() + SECONDS, list[Exception](), 0

        def ask(mine: list[captures.HostTask]) -> None:
            try:
                while time.monotonic() < end and not failed:
                    for host in mine:
                        assert captures.paced(db, host, datetime.now(UTC) + timedelta(seconds=5))
            except Exception as error:  # noqa: BLE001 - it is shown below
                failed.append(error)

        threads = [threading.Thread(target=ask, args=(hosts[n::5],)) for n in range(5)]
        for thread in threads:
            thread.start()
        while time.monotonic() < end and not failed:
            captures.renew(db, [host.token for host in hosts])
            renewed += 1
        for thread in threads:
            thread.join()

    assert failed == []
    assert renewed > 3
