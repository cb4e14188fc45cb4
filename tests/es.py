"""A real Elasticsearch for the tests: the one that ELASTICSEARCH_URL names, or one of our own, started once a session.

Ours is the server's published test artifact with a small plugin beside it (elasticsearch_plugin/, which says why). It runs in
a folder of its own, as an unprivileged user where the tests run as root, and ends with the tests, also when they are killed.
"""

import fcntl
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

VERSION = "9.1.3"  # the last that is published as a test artifact
PLUGIN = Path(__file__).parent / "elasticsearch_plugin"
STARTS_WITHIN = 120.0  # seconds; about 20 on an idle machine
_SUPERVISED = """
"$@" >"$LOG" 2>&1 & server=$!
trap 'kill -9 $server 2>/dev/null' TERM
while { kill -0 "$WATCHED" 2>/dev/null || [ -d "/proc/$WATCHED" ]; } && kill -0 $server 2>/dev/null; do sleep 1; done
kill -9 $server 2>/dev/null
rm -rf "$FOLDER"
"""


_kept: list["Server"] = []


def shared_url(shared: Path) -> str:
    """The URL of the session's server; the first process that asks starts it. `shared`: a folder that all of them know."""
    if given := os.environ.get("ELASTICSEARCH_URL"):
        return given
    with (shared / "elasticsearch.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        note = shared / "elasticsearch.json"
        if not note.exists():
            server = Server(distribution())
            server.start()
            _kept.append(server)  # else its process would be reported as forgotten
            note.write_text(json.dumps({"url": server.url}))
        return str(json.loads(note.read_text())["url"])


class Server:
    """A server of our own; its data stays when it is killed and started again."""

    def __init__(self, home: Path, *, settings: Iterable[str] = (), files: dict[str, str] | None = None) -> None:
        self.home, self.settings = home, list(settings)
        self.port, self.transport = _free_port(), _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        for name, text in (files or {}).items():
            path = home / "config" / name
            path.write_text(text)
            _give_away(path)

    def start(self, auth: tuple[str, str] | None = None) -> None:
        """Start it, and wait until it answers."""
        options = [
            "discovery.type=single-node",
            "network.host=127.0.0.1",
            f"http.port={self.port}",
            f"transport.port={self.transport}",
            "cluster.routing.allocation.disk.threshold_enabled=false",
            *(["xpack.security.enabled=false"] if not any("security.enabled" in each for each in self.settings) else []),
            *self.settings,
        ]
        self.log = self.home / "server.log"
        command = [str(self.home / "bin/elasticsearch"), *(f"-E{each}" for each in options)]
        watched = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "ES_JAVA_HOME": str(java_home()),
            "ES_JAVA_OPTS": "-Xms512m -Xmx512m",
            "LOG": str(self.log),
            "FOLDER": str(self.home),
            "WATCHED": str(watched),
        }
        self._process = subprocess.Popen(
            ["sh", "-c", _SUPERVISED, "sh", *command], env=environment, cwd=self.home, start_new_session=True, **_unprivileged()
        )
        self._wait(auth)

    def kill(self) -> None:
        """SIGKILL, as a power cut; the folder stays."""
        import signal

        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def stop(self) -> None:
        """End it and remove its folder."""
        if self._process is not None:
            self.kill()
        shutil.rmtree(self.home, ignore_errors=True)

    def _wait(self, auth: tuple[str, str] | None) -> None:
        until = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < until:
            assert self._process is not None
            if self._process.poll() is not None:
                break
            try:
                answer = httpx.get(f"{self.url}/_cluster/health?wait_for_status=yellow&timeout=1s", auth=auth, timeout=5)
                if answer.status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.3)
        text = self.log.read_text(errors="replace")[-3000:] if self.log.exists() else "no log"
        raise AssertionError(f"Elasticsearch doesn't start:\n{text}")


@contextmanager
def own_server(settings: Iterable[str] = (), files: dict[str, str] | None = None) -> Iterator[Server]:
    """A server for a test that kills it or changes its settings; not started yet."""
    server = Server(distribution(), settings=settings, files=files)
    try:
        yield server
    finally:
        server.stop()


def distribution() -> Path:
    """An unpacked server in a new folder, with our plugin."""
    from jgo.maven import MavenContext

    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wirewatch-tests"
    context = MavenContext(repo_cache=cache / "maven")
    project = context.project("org.elasticsearch.distribution.integ-test-zip", "elasticsearch")
    packed = project.at_version(VERSION).artifact(packaging="zip").resolve()
    folder = Path(tempfile.mkdtemp(prefix="es-"))
    with zipfile.ZipFile(packed) as file:
        file.extractall(folder)
    home = folder / f"elasticsearch-{VERSION}"
    for program in (*(home / "bin").iterdir(), *home.glob("lib/**/bin/*")):
        program.chmod(0o755)
    _build_plugin(home)
    folder.chmod(0o755)
    for path in [home, *home.rglob("*")]:
        _give_away(path)
    return home


def java_home() -> Path:
    """The newest JDK of version 21 or later with the vector module; one is fetched where there is none."""
    named = [os.environ.get("ES_JAVA_HOME"), os.environ.get("JAVA_HOME")]
    on_path = shutil.which("java")
    homes = [Path(each) for each in named if each] + ([Path(on_path).resolve().parents[1]] if on_path else [])
    for folder in ("/usr/lib/jvm", "/opt", "/Library/Java/JavaVirtualMachines"):
        homes += [path.parents[1] for path in Path(folder).glob("*/bin/java")]
        homes += [path.parents[1] for path in Path(folder).glob("*/Contents/Home/bin/java")]
    good = sorted((version, home) for home in homes if (version := _java_version(home)) >= 21)
    if good:
        return good[-1][1]
    try:
        import cjdk

        return Path(cjdk.java_home(vendor="temurin", version="21"))
    except Exception as error:
        raise AssertionError("Elasticsearch for the tests needs a JDK of version 21 or later: install one") from error


def _java_version(home: Path) -> int:
    release = home / "release"
    text = release.read_text() if release.exists() else ""
    found = re.search(r'JAVA_VERSION="(\d+)', text)
    return int(found[1]) if found and "jdk.incubator.vector" in text and (home / "bin/javac").exists() else 0


def _build_plugin(home: Path) -> None:
    target = home / "plugins" / "wirewatch-filters"
    target.mkdir(parents=True)
    classes = target / "classes"
    jars = ":".join(str(jar) for jar in (home / "lib").glob("*.jar"))
    java = java_home()
    subprocess.run(
        [java / "bin/javac", "--release", "21", "-cp", jars, "-d", classes, PLUGIN / "WirewatchFilters.java"],
        check=True,
        capture_output=True,
    )
    subprocess.run([java / "bin/jar", "--create", "--file", target / "filters.jar", "-C", classes, "."], check=True)
    shutil.rmtree(classes)
    about = {
        "name": "wirewatch-filters",
        "description": "stock filters for tests",
        "version": "1",
        "classname": "wirewatch.WirewatchFilters",
        "java.version": "21",
        "elasticsearch.version": VERSION,
    }
    (target / "plugin-descriptor.properties").write_text("".join(f"{key}={value}\n" for key, value in about.items()))


def _unprivileged() -> dict[str, Any]:
    return {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}


def _give_away(path: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(path, "nobody", "nogroup")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def new_name() -> str:
    """An index name that no other test uses."""
    return f"ww-{uuid4().hex[:12]}"
