"""The command line as a user has it: a process of its own, on a config folder for the sample site."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wirewatch.demo.site import SampleSite

TOML = """\
[fetch]
allow_networks = ["127.0.0.0/8"]
per_host_delay = 0
contact = "tests@example.org"
[channels]
desk = "file://alerts.jsonl"
"""
WATCHES = """\
watches:
  - {name: kim-putin, query: 'Kim AND Putin', channels: [desk]}
  - {name: putin-korea, query: '"Владимир Путин" AND Кореја', channels: [desk]}
  - {name: both-entities, entities: [kim-jong-un, vladimir-putin], channels: [desk]}
  - {name: on-topic, topic: russia-north-korea}
"""


@dataclass(frozen=True)
class Cli:
    """`wirewatch` with one config folder and one home."""

    config: Path
    home: Path
    environment: dict[str, str] = field(default_factory=dict)  # beside the tests' own

    def start(self, *arguments: str, **options: Any) -> "subprocess.Popen[str]":
        """Start the command in a session of its own, so that a test can end all of it."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("WIREWATCH_")}
        program = str(Path(sys.executable).parent / "wirewatch")
        return subprocess.Popen(
            [program, "--config", str(self.config), "--home", str(self.home), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env=environment | self.environment | options.pop("env", {}),
            **options,
        )

    def __call__(self, *arguments: str, code: int | tuple[int, ...] = 0, **options: Any) -> str:
        """Run the command to its end; its standard output. Fails unless it ends with `code`."""
        process = self.start(*arguments, **options)
        out, err = process.communicate(timeout=200)
        wanted = (code,) if isinstance(code, int) else code
        assert process.returncode in wanted, f"{arguments} ended with {process.returncode}\n{out}\n{err}"
        assert "Traceback" not in err, err
        return out if 2 not in wanted else err

    def rows(self, *arguments: str, code: int | tuple[int, ...] = 0) -> list[dict[str, Any]]:
        """The JSON lines that the command prints."""
        return [json.loads(line) for line in self(*arguments, "--json", code=code).splitlines()]

    def told(self) -> list[dict[str, Any]]:
        """The messages in the file channel."""
        file = self.home / "alerts.jsonl"
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def on_site(
    site: SampleSite, folder: Path, *, toml: str = TOML, watches: str = WATCHES, environment: dict[str, str] | None = None
) -> Cli:
    """A config folder for the sample site, and an empty home."""
    config = folder / "config"
    config.mkdir(parents=True)
    (config / "wirewatch.toml").write_text(toml, encoding="utf-8")
    (config / "feeds.yaml").write_text(site.feeds_yaml(), encoding="utf-8")
    (config / "watches.yaml").write_text(watches, encoding="utf-8")
    return Cli(config, folder / "home", environment or {})
