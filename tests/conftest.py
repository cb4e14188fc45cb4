"""What any test may ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import s3
from tests.es import shared_url


@pytest.fixture(scope="session")
def elasticsearch(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> str:
    """The URL of a real Elasticsearch, one for all workers of the session."""
    base = tmp_path_factory.getbasetemp()
    return shared_url(Path(base if worker_id == "master" else base.parent))


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The URL of a real S3-compatible server."""
    with s3.server() as url:
        yield url


@pytest.fixture
def bucket(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> s3.Bucket:
    """A bucket of the test's own; the environment leads to its server, as a user sets it."""
    for name, value in s3.environment(s3_server).items():
        monkeypatch.setenv(name, value)
    return s3.new_bucket(s3_server)
