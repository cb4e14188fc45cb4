"""Pages are extracted elsewhere: what befalls one page befalls no other."""

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from datetime import UTC, datetime
from pathlib import Path

import pytest

from wirewatch.errors import Reason, Retry, Skip
from wirewatch.extract.pool import ExtractPool, ExtractTask
from wirewatch.model import CaptureNo, Entry, Extract, Page, Place
from wirewatch.net.killable import WorkerBug

SEEN = datetime(2026, 11, 24, 9, tzinfo=UTC)
SENTENCE = "The harbour master said that the ferry would sail again once the storm had passed over the islands. "
SOUND = (
    f"<html><head><title>Ferry to sail again</title></head><body><h1>Ferry to sail again</h1><p>{SENTENCE * 6}</p></body></html>"
)


def read(archive: str, place: Place) -> Page:
    """Stands for the archive: files in a folder, and names that misbehave."""
    match place.file:
        case "hang":
            time.sleep(60)
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "eat":
            bytearray(3_000_000_000)
        case "bug":
            raise ZeroDivisionError("ours")
        case "lost":
            raise Retry(Reason.ARCHIVE_LOST, "cut")
    body = (Path(archive) / place.file).read_bytes()
    return Page(url="", final_url="", status=200, headers=(), body=body, fetched_at=SEEN, took=0.0)


@pytest.fixture
def task(tmp_path: Path) -> Callable[..., ExtractTask]:
    (tmp_path / "sound").write_text(SOUND)
    (tmp_path / "empty").write_text(" ")

    def build(file: str, capture: int = 1) -> ExtractTask:
        return ExtractTask(
            capture=CaptureNo(capture),
            archive=str(tmp_path),
            place=Place(file=file, offset=0, length=0),
            url="https://example.org/ferry",
            content_type="text/html",
            entry=Entry(url="https://example.org/ferry"),
            first_seen_at=SEEN,
        )

    return build


def test_each_page_ends_as_it_deserves(task: Callable[..., ExtractTask]) -> None:
    fates = ["sound", "hang", "empty", "die", "bug", "eat", "lost", "sound"]

    with ExtractPool(workers=2, timeout=2.0, read=read) as pool:
        ended = {int(done.capture): outcome for done, outcome in pool.results(task(f, n) for n, f in enumerate(fates))}

    assert [_name(ended[n]) for n in range(len(fates))] == [
        "Ferry to sail again", Reason.EXTRACT_TIMEOUT, Reason.EMPTY, Reason.EXTRACT_CRASH, "bug", Reason.EXTRACT_MEMORY,
        Reason.ARCHIVE_LOST, "Ferry to sail again",
    ]  # fmt: skip
    assert isinstance(ended[2], Skip)
    assert isinstance(ended[6], Retry)
    assert "ZeroDivisionError: ours" in str(ended[4])


def _name(outcome: Extract | Exception) -> str:
    if isinstance(outcome, Extract):
        return outcome.title
    if isinstance(outcome, Skip | Retry):
        return outcome.reason
    return "bug" if isinstance(outcome, WorkerBug) else repr(outcome)


def test_tasks_are_taken_only_as_fast_as_they_are_done(task: Callable[..., ExtractTask]) -> None:
    taken = 0

    def endless() -> object:
        nonlocal taken
        while True:
            taken += 1
            yield task("sound", taken)

    with ExtractPool(workers=1, read=read) as pool:
        results = pool.results(endless())  # type: ignore[arg-type]
        for _ in range(3):
            next(results)

        assert taken <= 3 + 4


def test_closing_cancels_what_is_under_way(task: Callable[..., ExtractTask]) -> None:
    pool = ExtractPool(workers=1, timeout=60.0, read=read)
    hung = pool.submit(task("hang"))
    time.sleep(0.2)

    pool.close()

    with pytest.raises(CancelledError):
        hung.result(0)


def test_the_parent_never_imports_the_parsers() -> None:
    import subprocess
    import sys

    code = "import sys, wirewatch.extract.pool; print([m for m in ('trafilatura', 'lxml', 'dateparser') if m in sys.modules])"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
