"""What any test may ask for."""

from pathlib import Path

import pytest

from tests.es import shared_url


@pytest.fixture(scope="session")
def elasticsearch(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> str:
    """The URL of a real Elasticsearch, one for all workers of the session."""
    base = tmp_path_factory.getbasetemp()
    return shared_url(Path(base if worker_id == "master" else base.parent))
