"""Secrets: what `env:NAME` and `file:PATH` stand for, so that none need stand in a config file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path

from pydantic import ValidationError

from wirewatch.model import ChannelPlan
from wirewatch.settings.channels import ChannelSettings
from wirewatch.settings.environment import problem
from wirewatch.settings.located import Located, Path_
from wirewatch.settings.schema import MainFile, StateSettings


def secret(text: str, environment: Mapping[str, str]) -> str:
    """The value that `env:NAME` or `file:PATH` stands for; any other text stands for itself."""
    if text.startswith("env:"):
        return environment[text.removeprefix("env:")]
    if text.startswith("file:") and not text.startswith("file://"):
        return Path(text.removeprefix("file:")).read_text(encoding="utf-8").strip()
    return text


@dataclass(frozen=True, slots=True)
class Secrets:
    """Reads those of wirewatch.toml; what can't be read is one of the file's problems."""

    file: Located
    named: Mapping[Path_, str]  # the keys that the environment gave
    environment: Mapping[str, str]
    problems: list[str]

    def filled(self, main: MainFile) -> MainFile:
        """With the servers' secrets, and the state's URL, which holds a password as a rule."""
        logins = {
            part: login.model_copy(update={key: self._read(getattr(login, key), (part, key)) for key in ("api_key", "password")})
            for part, login in (("index", main.index), ("kibana", main.kibana))
        }
        return main.model_copy(update=logins | {"state": self._state(main.state)})

    def channels(self, main: MainFile) -> dict[str, tuple[tuple[str, ...], ChannelPlan]]:
        """Each channel's addresses and plan."""
        found = {}
        for name, given in main.channels.items():
            is_table = isinstance(self.file.data["channels"][name], dict)
            urls = [self._read(url, ("channels", name, *(("url",) if is_table else ()))) for url in given.url]
            key = self._read(given.secret, ("channels", name, "secret"))
            found[name] = tuple(address for url in urls for address in url.split()), _plan(given, key)
        return found

    def _state(self, given: StateSettings) -> StateSettings:
        where = ("state", "url")
        try:
            return StateSettings(url=self._read(given.url, where, otherwise=given.url))
        except ValidationError:
            self.problems.append(problem(self.file, self.named, where, f"{given.url}: holds no database URL"))
            return given

    def _read(self, text: str, where: Path_, otherwise: str = "") -> str:
        try:
            return secret(text, self.environment)
        except (KeyError, OSError) as error:
            why = error.strerror if isinstance(error, OSError) else "not set in the environment"
            self.problems.append(problem(self.file, self.named, where, f"{text}: {why}"))
            return otherwise


def _plan(given: ChannelSettings, key: str) -> ChannelPlan:
    daily = given.digest if isinstance(given.digest, time) else None
    digest = given.digest if isinstance(given.digest, timedelta) else None
    return ChannelPlan(digest=digest, daily=daily, quiet=given.quiet, zone=given.timezone, rate=given.rate, secret=key)
