"""What any test may ask for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests import s3
from tests.es import shared_url
from wirewatch.demo.site import SampleSite
from wirewatch.state.database import Database, opened

settings.register_profile("ours", deadline=None)  # how long an example takes says how busy the machine is
settings.load_profile("ours")

TOGETHER = (  # files whose tests share what is slow to start: one worker runs all of them, and begins with them
    "tests/integration/test_airflow.py",
    "tests/faults/test_elastic_security.py",
    "tests/integration/test_mission.py",
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out tests one by one, but those of such a file together (xdist's own groups don't work with pytest 9.2)."""
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return file if file in TOGETHER else nodeid

    return Together(config, log)


@pytest.fixture(scope="session")
def elasticsearch(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> str:
    """The URL of a real Elasticsearch, one for all workers of the session."""
    base = tmp_path_factory.getbasetemp()
    return shared_url(Path(base if worker_id == "master" else base.parent))


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """An empty state, on SQLite."""
    with opened("sqlite", tmp_path) as database:
        yield database


@pytest.fixture
def site() -> Iterator[SampleSite]:
    """The sample site."""
    with SampleSite() as running:
        yield running


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
