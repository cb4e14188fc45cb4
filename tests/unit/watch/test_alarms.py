"""Alarms reach every address by itself."""

import threading
from pathlib import Path

from tests.receivers import receiving
from wirewatch import alarms
from wirewatch.settings import load


def test_an_address_that_hangs_delays_no_other(tmp_path: Path) -> None:
    with receiving(503) as hanging, receiving() as other:
        hanging.answers.clear()
        channels = f'[channels]\nops = ["{hanging.hook}", "{other.hook}"]\n[alarms]\nchannels = ["ops"]\n'
        (tmp_path / "wirewatch.toml").write_text(channels, encoding="utf-8")
        took: list[int] = []
        telling = threading.Thread(target=lambda: took.append(alarms.tell(load(tmp_path, tmp_path, {}), "late", "text")))

        telling.start()
        while not other.got and telling.is_alive():
            telling.join(0.01)
        hanging.status = 200  # it takes the alarm if it was asked beside the other, not before it
        hanging.answers.set()
        telling.join()

        assert (len(hanging.got), len(other.got), took) == (1, 1, [2])
