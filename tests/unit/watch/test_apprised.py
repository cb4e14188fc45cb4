"""Apprise is loaded when something is told first, by whichever thread comes first."""

import subprocess
import sys

import pytest

FIRST = """
import threading
from datetime import UTC, datetime
from wirewatch.model import Notice
from wirewatch.watch.apprised import AppriseChannel
from wirewatch.watch.channels import DeliveryFailed

def tell(channel, start):
    start.wait()
    try:
        channel.check()
        channel._mail("Kim", "<p>Kim</p>", [("Mon", 1)])
    except DeliveryFailed:
        pass

start = threading.Barrier(4)
urls = ["mailto://u:p@127.0.0.1:1?to=desk@example.org&smtp=127.0.0.1&timeout=1", "json://127.0.0.1:1/"] * 2
threads = [threading.Thread(target=tell, args=(AppriseChannel(url), start)) for url in urls]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


@pytest.mark.long  # a fresh process that imports all of Apprise
def test_threads_that_tell_first_at_once_each_find_it_whole() -> None:
    done = subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True, timeout=60, check=False)

    assert done.stderr == ""
