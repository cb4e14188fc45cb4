"""Every test here runs on a folder, in memory, and on an S3-compatible server."""

from pathlib import Path
from uuid import uuid4

import pytest

from tests.s3 import Bucket


@pytest.fixture(params=["folder", "memory", "s3"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty archive."""
    if request.param == "folder":
        return str(tmp_path / "archive")
    if request.param == "memory":
        return f"memory://{uuid4().hex}/of/desk"
    bucket: Bucket = request.getfixturevalue("bucket")
    return bucket.archive
