"""Every test here runs on a folder, in memory, and on an S3-compatible server."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.s3 import Bucket
from wirewatch.state.database import Database, opened


@pytest.fixture(params=["folder", "memory", "s3"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty archive."""
    if request.param == "folder":
        return str(tmp_path / "archive")
    if request.param == "memory":
        return f"memory://{uuid4().hex}/of/desk"
    bucket: Bucket = request.getfixturevalue("bucket")
    return bucket.archive


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """An empty state."""
    with opened("sqlite", tmp_path) as made:
        yield made
