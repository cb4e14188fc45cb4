"""A real S3-compatible server for the tests, in a process of its own that ends with them, also when they are killed."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

import httpx

KEY, SECRET = "tests-key", "tests-secret-that-nobody-may-read"  # the server lets in whoever signs, unless told otherwise
_SERVER = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()  # until the tests' end of the pipe is closed
server.stop()
"""


@contextmanager
def server() -> Iterator[str]:
    """The URL of a server."""
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    with process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"


def environment(endpoint: str, secret: str = SECRET) -> dict[str, str]:
    """What a user sets."""
    return {
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_DEFAULT_REGION": "us-east-1",
    }


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket, as seen without wirewatch."""

    server: str
    name: str

    @property
    def archive(self) -> str:
        """An archive in it, not at its root."""
        return f"s3://{self.name}/of/desk"

    @property
    def environment(self) -> dict[str, str]:
        """What a user sets, and where the archive is."""
        return environment(self.server) | {"WIREWATCH_ARCHIVE__URL": self.archive}

    def names(self) -> list[str]:
        """The names of all objects."""
        return re.findall("<Key>(.*?)</Key>", self._ask("?list-type=2"))

    def uploads(self) -> int:
        """How many uploads in parts were begun and not ended."""
        return self._ask("?uploads").count("<Upload>")

    def _ask(self, query: str) -> str:
        return httpx.get(f"{self.server}/{self.name}{query}").raise_for_status().text


def new_bucket(server_url: str) -> Bucket:
    """A bucket that no other test uses."""
    bucket = Bucket(server_url, f"tests-{uuid4().hex[:12]}")
    httpx.put(f"{server_url}/{bucket.name}").raise_for_status()
    return bucket


@contextmanager
def only_known_keys(server_url: str) -> Iterator[None]:
    """The server lets nobody in whose key it doesn't know, and it knows none."""
    httpx.post(f"{server_url}/moto-api/reset-auth", content=b"0").raise_for_status()
    try:
        yield
    finally:
        httpx.post(f"{server_url}/moto-api/reset-auth", content=b"inf").raise_for_status()
