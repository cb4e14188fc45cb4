"""The one-off service `bucket`, on a real server that speaks S3."""

from collections.abc import Iterator

import pytest
from botocore.session import Session
from moto.server import ThreadedMotoServer

from tests.unit.docker.scripts import load

pytestmark = pytest.mark.long  # processes and servers of its own; only a container's scripts depend on it

bucket = load("bucket")


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The variables that the service is given, and a server behind them."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    url = f"http://127.0.0.1:{server.get_host_and_port()[1]}"
    for name, value in {
        "AWS_ENDPOINT_URL": url,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret-secret",
        "AWS_MAX_ATTEMPTS": "1",
        "NO_PROXY": "127.0.0.1",
    }.items():
        monkeypatch.setenv(name, value)
    try:
        yield url
    finally:
        server.stop()


def buckets() -> list[str]:
    return [each["Name"] for each in Session().create_client("s3").list_buckets()["Buckets"]]


def test_it_makes_the_bucket(store: str) -> None:
    before = buckets()

    code = bucket.main("wirewatch")

    assert code == 0
    assert set(buckets()) - set(before) == {"wirewatch"}


def test_the_second_time_the_bucket_keeps_what_is_in_it(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    bucket.main("wirewatch")
    Session().create_client("s3").put_object(Bucket="wirewatch", Key="a", Body=b"page")
    capsys.readouterr()

    code = bucket.main("wirewatch")

    assert (code, capsys.readouterr().out) == (0, "")
    assert Session().create_client("s3").get_object(Bucket="wirewatch", Key="a")["Body"].read() == b"page"


def test_a_name_that_the_store_refuses_is_told_in_one_line(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = bucket.main("a.")

    assert code == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_a_store_that_is_not_there_is_told_in_one_line(
    store: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")  # nothing listens on the discard port

    code = bucket.main("wirewatch")

    said = capsys.readouterr().err
    assert code == 1
    assert said.count("\n") == 1
    assert "127.0.0.1:9" in said
    assert "secret-secret" not in said
