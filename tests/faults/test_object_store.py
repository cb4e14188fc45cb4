"""What an object store and the way to it can do to us: one clear line at most, and after the cure every page is there once."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.archived import OWNER, archived, origin, page
from tests.cli import Cli, on_site
from tests.proxy import Proxy, proxy
from tests.s3 import SECRET, Bucket, environment, only_known_keys
from wirewatch.archive import objects, store
from wirewatch.archive.pages import stretches
from wirewatch.archive.read import list_files, read_page, read_records
from wirewatch.archive.write import ArchiveWriter
from wirewatch.demo.site import SampleSite
from wirewatch.errors import Unavailable, UserError

pytestmark = pytest.mark.long
Wrong = Callable[[bytes], bool]
STORIES = 30  # the sample site has more articles than that


@pytest.fixture
def between(bucket: Bucket) -> Iterator[Proxy]:
    """What stands between wirewatch and the store."""
    with proxy(bucket.server) as running:
        yield running


@pytest.fixture
def archive(bucket: Bucket, between: Proxy, monkeypatch: pytest.MonkeyPatch) -> str:
    """The bucket's archive for this process, behind the proxy."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", between.url)
    return bucket.archive


@pytest.fixture
def cli(bucket: Bucket, between: Proxy, tmp_path: Path) -> Iterator[Cli]:
    """A config for the sample site whose archive is behind the proxy."""
    with SampleSite() as site:
        yield on_site(site, tmp_path, environment=bucket.environment | {"AWS_ENDPOINT_URL": between.url})


def is_put(request: bytes) -> bool:
    return request.startswith(b"PUT")


def is_read(request: bytes) -> bool:
    return request.startswith(b"GET") and b".warc.gz" in request.split(b"\r\n", 1)[0]


def says(status: int, code: str) -> bytes:
    """An error as S3 answers it."""
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>Please reduce your request rate.</Message></Error>".encode()
    head = f"HTTP/1.1 {status} x\r\ncontent-type: application/xml\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def cut_in_the_body(between: Proxy, wrong: Wrong) -> None:
    between.cut_inside = wrong


def cut_before_the_answer(between: Proxy, wrong: Wrong) -> None:
    between.cut_after = wrong


def slow_down(between: Proxy, wrong: Wrong) -> None:
    between.instead = lambda request: says(503, "SlowDown") if wrong(request) else None


def server_fault(between: Proxy, wrong: Wrong) -> None:
    between.instead = lambda request: says(500, "InternalError") if wrong(request) else None


def heal(between: Proxy) -> None:
    between.cut_inside = between.cut_after = lambda _request: False
    between.instead = lambda _request: None


faults = pytest.mark.parametrize("fault", [cut_in_the_body, cut_before_the_answer, slow_down, server_fault])


def stopped(cli: Cli, *command: str) -> str:
    """Runs the command, which must end with 1; the one line that it says."""
    process = cli.start(*command)
    _, err = process.communicate(timeout=150)
    lines = [line for line in err.splitlines() if line.startswith("wirewatch: ")]
    assert (process.returncode, len(lines)) == (1, 1), err
    assert "Traceback" not in err
    assert SECRET not in err
    return lines[0]


def every_page_is_there_once(cli: Cli, bucket: Bucket) -> None:
    """In the archive, whole; in the index; and in the state."""
    pages = [stretch.origin.article_id for file in list_files(bucket.archive) for stretch in stretches(bucket.archive, file)]
    found = cli.rows("search", "*", "--limit", "1000")
    articles = cli.rows("status")[0]["articles"]
    assert len(found) == len({row["title"] for row in found}) == articles["matched"] > STORIES
    assert (articles.get("queued", 0), articles.get("fetched", 0), articles.get("failed", 0)) == (0, 0, 0)
    assert set(Counter(pages).values()) == {1}
    assert {row["id"] for row in found} <= set(pages)
    cli("archive", "check")


@faults
def test_a_fault_that_passes_is_outlasted(archive: str, between: Proxy, fault: Callable[[Proxy, Wrong], None]) -> None:
    left = [True, True]
    fault(between, lambda request: bool(is_put(request) and left and left.pop()))

    (place,) = archived(archive, page())

    heal(between)
    assert list_files(archive) == [place.file]
    assert read_page(archive, place).body == page().body
    assert sum(each.startswith(b"PUT") for each in between.seen) == 3


@faults
def test_a_fault_that_stays_is_one_line_within_bounds_and_nothing_half_written_is_listed(
    archive: str, bucket: Bucket, between: Proxy, fault: Callable[[Proxy, Wrong], None]
) -> None:
    fault(between, is_put)
    writer = ArchiveWriter(archive, OWNER)
    writer.add(page(), origin())
    began = time.monotonic()

    with pytest.raises(Unavailable) as told:
        writer.close_file()

    assert time.monotonic() - began < 40
    assert str(told.value).startswith(f"the archive can't be written in {archive}: ")
    assert "\n" not in str(told.value)
    assert 4 <= sum(each.startswith(b"PUT") for each in between.seen) <= 16  # on a kept connection each attempt counts twice
    assert len({each.split()[1] for each in between.seen}) == 1, "each attempt under the same name"
    heal(between)
    taken = [found[0] for file in list_files(archive) for found in read_records(archive, file)]
    assert taken == ([origin()] if fault is cut_before_the_answer else [])
    assert bucket.uploads() == 0


@faults
def test_a_run_that_cannot_archive_ends_with_one_line_and_the_next_has_every_page_once(
    cli: Cli, bucket: Bucket, between: Proxy, fault: Callable[[Proxy, Wrong], None]
) -> None:
    fault(between, is_put)

    said = stopped(cli, "run", "--once")

    heal(between)
    between.seen.clear()
    waiting = cli.rows("status")[0]["articles"]
    assert f"the archive can't be written in {bucket.archive}" in said
    assert (waiting["fetched"], waiting["indexed"], waiting["matched"], waiting["failed"]) == (0, 0, 0, 0)
    assert waiting["queued"] > STORIES
    cli("run", "--once", "--now")
    every_page_is_there_once(cli, bucket)


def test_pages_that_cannot_be_read_now_are_not_lost(cli: Cli, bucket: Bucket, between: Proxy) -> None:
    slow_down(between, is_read)

    said = stopped(cli, "run", "--once")

    heal(between)
    waiting = cli.rows("status")[0]["articles"]
    assert f"the archive can't be read in {bucket.archive}" in said
    assert (waiting["failed"], waiting["indexed"] + waiting["matched"]) == (0, 0)
    assert waiting["fetched"] > 0
    cli("run", "--once", "--now")
    every_page_is_there_once(cli, bucket)


def test_a_page_whose_bytes_are_cut_on_the_way_is_asked_for_again(archive: str, between: Proxy) -> None:
    (place,) = archived(archive, page(body=os.urandom(5000)))
    whole = says(200, "x").split(b"\r\n\r\n", 1)[0].replace(b"content-length: ", b"content-length: 9")
    left = [True]
    between.instead = lambda request: whole + b"\r\n\r\n" + b"some" if is_read(request) and left and left.pop() else None
    between.hang_up = True

    assert len(read_page(archive, place).body) == 5000
    assert sum(each.startswith(b"GET") for each in between.seen) == 2


def test_files_that_cannot_be_read_now_are_not_taken_up_half(cli: Cli, bucket: Bucket, between: Proxy) -> None:
    cli("run", "--once")
    cli.home.rename(cli.home.with_name("lost"))
    slow_down(between, is_read)

    said = stopped(cli, "db", "restore")

    heal(between)
    assert "the archive can't be read" in said
    cli("db", "restore")
    cli("index")
    every_page_is_there_once(cli, bucket)


def test_a_check_of_an_archive_that_cannot_be_read_finds_no_fault_in_it(cli: Cli, between: Proxy) -> None:
    cli("run", "--once")
    slow_down(between, is_read)

    assert "the archive can't be read" in stopped(cli, "archive", "check")
    assert "the archive can't be read" in stopped(cli, "reindex")


def test_a_server_that_is_down_is_one_line_before_anything_is_fetched(cli: Cli, bucket: Bucket) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    cli.environment["AWS_ENDPOINT_URL"] = f"http://127.0.0.1:{port}"

    said = stopped(cli, "run", "--once")

    assert re.search(rf"the archive can't be listed in {bucket.archive}: .*connect.*127\.0\.0\.1:{port}", said)
    cli.environment["AWS_ENDPOINT_URL"] = bucket.server
    cli("run", "--once", "--now")
    every_page_is_there_once(cli, bucket)


def test_a_server_that_never_answers_is_given_up(archive: str, between: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "FILE", 1.0)
    between.instead = lambda request: time.sleep(3) if is_put(request) else None

    with pytest.raises(Unavailable, match=r"no answer within 1 s$"):
        archived(archive, page())


def test_a_login_that_is_not_known_is_one_line_without_it(cli: Cli, bucket: Bucket) -> None:
    with only_known_keys(bucket.server):
        said = stopped(cli, "run", "--once")
        doctor = {row["check"]: row for row in cli.rows("doctor", code=1)}["archive"]

    assert said == (
        f"wirewatch: the archive can't be listed in {bucket.archive}: "
        "The AWS Access Key Id you provided does not exist in our records."
    )
    assert not doctor["ok"]
    assert doctor["finding"].startswith(f"the archive can't be written in {bucket.archive}: ")


def test_a_bucket_that_is_not_there_is_one_line_and_no_empty_archive(cli: Cli) -> None:
    cli.environment["WIREWATCH_ARCHIVE__URL"] = "s3://tests-no-such-bucket/of/desk"

    assert stopped(cli, "run", "--once").endswith("in s3://tests-no-such-bucket/of/desk: The specified bucket does not exist")
    assert "does not exist" in stopped(cli, "archive", "check")


def test_no_login_at_all_is_one_line(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del cli.environment[name]
        monkeypatch.delenv(name)
    cli.environment["AWS_EC2_METADATA_DISABLED"] = "true"

    assert stopped(cli, "run", "--once").endswith("Unable to locate credentials")


def test_a_worker_killed_while_it_uploads_leaves_nothing(cli: Cli, bucket: Bucket, between: Proxy) -> None:
    running: list[subprocess.Popen[str]] = []

    def kill(request: bytes) -> bool:
        if is_put(request):
            running[0].kill()  # half of the file has been sent
        return is_put(request)

    between.cut_inside = kill
    running.append(cli.start("run", "--once"))
    running[0].communicate(timeout=60)

    heal(between)
    assert running[0].returncode == -signal.SIGKILL
    assert (bucket.names(), bucket.uploads()) == ([], 0)
    cli("run", "--once", "--now")
    every_page_is_there_once(cli, bucket)


def test_a_file_is_one_put_however_large_it_is(archive: str, bucket: Bucket, between: Proxy) -> None:
    data = os.urandom(1_000_000) * 110  # twice what s3fs cuts into parts

    store.open_store(archive).put("2026/03/01/large.warc.gz", data, OWNER)

    assert [each.split()[0] for each in between.seen] == [b"PUT"]
    with store.open_store(bucket.archive).open("2026/03/01/large.warc.gz") as stream:
        assert stream.read() == data


def test_a_store_that_was_opened_before_a_fork_is_opened_again_after_it(bucket: Bucket) -> None:
    """As a scheduler's tasks are forked; in a process of its own, since this one has threads."""
    program = f"""
import os
from wirewatch.archive.store import open_store
open_store({bucket.archive!r}).put("a.warc.gz", b"x", "")
if os.fork() == 0:
    os._exit(0 if open_store({bucket.archive!r}).names(".warc.gz") == ["a.warc.gz"] else 1)
os._exit(os.waitstatus_to_exitcode(os.wait()[1]))
"""
    done = subprocess.run([sys.executable, "-c", program], env=os.environ | environment(bucket.server), timeout=60)

    assert done.returncode == 0


def test_without_the_extra_the_line_says_how_to_get_it(cli: Cli) -> None:
    program = f"""
import sys
sys.modules["s3fs"] = None  # as where it isn't installed
sys.argv = ["wirewatch", "--config", {str(cli.config)!r}, "--home", {str(cli.home)!r}, "run", "--once"]
from wirewatch.cli import main
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | cli.environment, capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 2
    assert done.stderr == ("wirewatch: archive.url: s3:// needs a package that isn't installed: pip install 'wirewatch[s3]'\n")


@pytest.mark.parametrize(("url", "said"), [("s3://", "names no bucket"), ("nowhere://x", "nowhere")])
def test_an_address_that_cannot_be_is_the_users_mistake(url: str, said: str) -> None:
    with pytest.raises(UserError, match=f"^archive.url.*{said}"):
        store.open_store(url)
