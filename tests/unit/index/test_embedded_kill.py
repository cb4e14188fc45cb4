"""Killed at any moment, the index holds exactly the batches whose write returned, or one more: the one in flight."""

import random
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from wirewatch.analysis.query import All
from wirewatch.index.open import open_index
from wirewatch.index.port import Search
from wirewatch.settings.schema import IndexSettings

ROUNDS = 5
BATCH = 20

WRITER = """
import sys
from pathlib import Path
from tests.contract.index.articles import article
from wirewatch.index.open import open_index
from wirewatch.settings.schema import IndexSettings

number = int(sys.argv[2])
with open_index(IndexSettings(), Path(sys.argv[1])).writing() as writer:
    while True:
        writer.write([article(f"n{number:06}b{n:02}", "Kim", "Putin " * 50) for n in range(BATCH)])
        print(number, flush=True)
        number += 1
""".replace("BATCH", str(BATCH))


def test_a_kill_loses_no_returned_write_and_tears_none(tmp_path: Path) -> None:
    chance = random.Random(5)
    held = 0
    for _ in range(ROUNDS):
        returned = _written_until_killed(tmp_path, first=held, after=held + chance.randrange(1, 8))

        with closing(open_index(IndexSettings(), tmp_path)) as index:
            ids = [each.id for each in index.scan(All(), Search())]
            assert index.total() == len(ids)
        batches = {int(each[1:7]) for each in ids}
        assert len(batches) in (returned + 1, returned + 2)
        assert batches == set(range(len(batches)))
        assert len(ids) == len(set(ids)) == BATCH * len(batches)
        held = len(batches)


def _written_until_killed(home: Path, *, first: int, after: int) -> int:
    """Write batches `first` and on, kill the writer some way behind batch `after`; the last whose write returned."""
    command = [sys.executable, "-c", WRITER, str(home), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]) as process:
        assert process.stdout is not None
        last = next(number for line in process.stdout if (number := int(line)) >= after)
        process.send_signal(signal.SIGKILL)
        return max([last, *(int(line) for line in process.stdout if line.endswith("\n"))])
