"""Reads a config folder whole: every file checked by its model, then one against another; all mistakes at once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from wirewatch.errors import ConfigError, UserError
from wirewatch.model import ChannelPlan, EntityRule, Feed, Source, TopicRule, Watch
from wirewatch.settings import environment as env
from wirewatch.settings import schema
from wirewatch.settings.located import Located, Path_, read_toml, read_yaml

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that a run is told, from the config folder and the environment."""

    config: Path
    home: Path
    main: schema.MainFile
    channels: dict[str, tuple[str, ...]]  # name → addresses, secrets read
    plans: dict[str, ChannelPlan]  # name → when it tells
    sources: tuple[Source, ...]
    watches: tuple[Watch, ...]
    entities: tuple[EntityRule, ...]
    topics: tuple[TopicRule, ...]

    @property
    def archive(self) -> str:
        """Where the archive lies: an absolute folder, or an object store's URL."""
        url = self.main.archive.url
        return url if "://" in url else str((self.home / url).absolute())


def load(
    config: Path | None = None,
    home: Path | None = None,
    environment: Mapping[str, str] = os.environ,
    drafts: Mapping[str, Path] = MappingProxyType({}),
) -> Settings:
    """The settings of a config folder; files missing there mean the shipped defaults.

    Without `config`, `WIREWATCH_CONFIG` names the folder. The home is `home`, else `WIREWATCH_HOME`, else `data` in the
    config folder, else `~/.local/share/wirewatch` (XDG base directories). `drafts`: files that are read in the place of
    those of that name, to see whether they would do. Raises ConfigError with every mistake.
    """
    config = config or _folder(environment.get("WIREWATCH_CONFIG"))
    if config is not None and not config.is_dir():
        raise UserError(f"{config}: no such config folder; `wirewatch init {config}` makes one")
    home = home or _folder(environment.get("WIREWATCH_HOME")) or _default_home(config, environment)
    reader = _Reader(config, drafts)
    toml = reader.read("wirewatch.toml")
    named = env.overlay(toml.data, environment)
    main = reader.check(toml, schema.MainFile, named)
    feeds = reader.check(feeds_file := reader.read("feeds.yaml"), schema.FeedsFile)
    entities = reader.check(entities_file := reader.read("entities.yaml"), schema.EntitiesFile)
    topics = reader.check(topics_file := reader.read("topics.yaml"), schema.TopicsFile)
    watches = reader.check(watches_file := reader.read("watches.yaml"), schema.WatchesFile)
    if main and feeds and entities and topics and watches:
        reader.problems += [
            *_twice(feeds_file, "sources", [row.name for row in feeds.sources], "name"),
            *_feeds_twice(feeds_file, feeds),
            *_twice(entities_file, "entities", [row.id for row in entities.entities], "id"),
            *_twice(topics_file, "topics", [row.id for row in topics.topics], "id"),
            *_twice(watches_file, "watches", [row.name for row in watches.watches], "name"),
            *_watches(watches_file, watches, main, entities, topics, feeds),
        ]
    main = _logins(main, toml, named, environment, reader.problems) if main else None
    main = _state(main, toml, named, environment, reader.problems) if main else None
    channels = _channels(main, toml, named, environment, reader.problems) if main else {}
    reader.problems += [
        env.problem(toml, named, ("alarms", "channels"), f"{name!r} is not in [channels]")
        for name in (main.alarms.channels if main else ())
        if name not in channels
    ]
    if reader.problems or not (main and feeds and entities and topics and watches):
        raise ConfigError(reader.problems)
    return Settings(
        config=config or shipped(),
        home=home,
        main=main,
        channels={name: addresses for name, (addresses, _) in channels.items()},
        plans={name: plan for name, (_, plan) in channels.items()},
        sources=tuple(_source(row) for row in feeds.sources),
        watches=tuple(_watch(row) for row in watches.watches),
        entities=tuple(EntityRule(**row.model_dump()) for row in entities.entities),
        topics=tuple(TopicRule(**row.model_dump()) for row in topics.topics),
    )


def shipped() -> Path:
    """The folder of the defaults that come with wirewatch."""
    return Path(str(resources.files("wirewatch") / "config"))


class _Reader:
    """Reads and checks file by file, and keeps every mistake."""

    def __init__(self, config: Path | None, drafts: Mapping[str, Path]) -> None:
        self.config, self.drafts, self.problems = config, drafts, list[str]()

    def read(self, name: str) -> Located:
        path = self.config / name if self.config and (self.config / name).exists() else shipped() / name
        path = self.drafts.get(name, path)
        try:
            found = read_toml(path) if name.endswith(".toml") else read_yaml(path)
        except ConfigError as error:
            self.problems += error.problems
            return Located(str(path), {})
        except OSError as error:
            self.problems.append(f"{path}: can't be read: {error.strerror}")
            return Located(str(path), {})
        return Located(found.name, {} if found.data is None else found.data, found.lines)

    def check(self, file: Located, model: type[Model], named: Mapping[Path_, str] | None = None) -> Model | None:
        try:
            return model.model_validate(file.data)
        except ValidationError as error:
            self.problems += [env.problem(file, named or {}, _path(e), _text(e, model)) for e in error.errors()]
            return None


def _path(error: Any) -> Path_:
    """Where it is, without pydantic's own steps for the branches of a union."""
    return tuple(step for step in error["loc"] if not (isinstance(step, str) and ("[" in step or step in ("str", "tuple"))))


def _text(error: Any, model: type[BaseModel]) -> str:
    if error["type"] == "extra_forbidden":
        return f"unknown key; {model.__doc__ or ''} knows {_known(model, error['loc'])}".replace(". knows", " knows")
    if error["type"] == "missing":
        return "is missing"
    text = str(error["msg"]).removeprefix("Value error, ")
    return text[:1].lower() + text[1:]


def _known(model: type[BaseModel], loc: tuple[str | int, ...]) -> str:
    """The keys allowed beside an unknown one."""
    here: Any = model
    for step in loc[:-1]:
        if isinstance(step, str) and step in here.model_fields:
            here = _model_in(here.model_fields[step].annotation) or here
    return ", ".join(field.alias or name for name, field in here.model_fields.items())


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in getattr(annotation, "__args__", ()) if (found := _model_in(part))), None)


def _twice(file: Located, part: str, names: list[str], key: str) -> list[str]:
    seen: set[str] = set()
    problems = []
    for n, name in enumerate(names):
        if name in seen:
            problems.append(file.problem((part, n, key), f"{name!r} stands here a second time; each needs its own"))
        seen.add(name)
    return problems


def _feeds_twice(file: Located, feeds: schema.FeedsFile) -> list[str]:
    seen: set[str] = set()
    problems = []
    for n, source in enumerate(feeds.sources):
        for m, feed in enumerate(source.feeds):
            if feed.url in seen:
                problems.append(file.problem(("sources", n, "feeds", m), f"{feed.url!r} stands here a second time"))
            seen.add(feed.url)
    return problems


def _watches(
    file: Located,
    watches: schema.WatchesFile,
    main: schema.MainFile,
    entities: schema.EntitiesFile,
    topics: schema.TopicsFile,
    feeds: schema.FeedsFile,
) -> list[str]:
    """Watches name what there is, and their queries parse."""
    from wirewatch.analysis.query import parse

    known = {
        "channels": (set(main.channels), "wirewatch.toml [channels]"),
        "entities": ({row.id for row in entities.entities}, "entities.yaml"),
        "topic": ({row.id for row in topics.topics}, "topics.yaml"),
        "sources": ({row.name for row in feeds.sources}, "feeds.yaml"),
    }
    problems = []
    for n, watch in enumerate(watches.watches):
        for field, (names, where) in known.items():
            value = getattr(watch, field)
            for name in [value] if isinstance(value, str) else value or ():
                if name not in names:
                    problems.append(file.problem(("watches", n, field), f"{name!r} is not in {where}"))
        for key, query in (("query", watch.query), ("not", watch.but_not)):
            try:
                parse(query or "*")
            except UserError as error:
                problems.append(file.problem(("watches", n, key), str(error)))
    return problems


def _channels(
    main: schema.MainFile, file: Located, named: Mapping[Path_, str], environment: Mapping[str, str], problems: list[str]
) -> dict[str, tuple[tuple[str, ...], ChannelPlan]]:
    """Each channel's addresses and plan; `env:NAME` and `file:PATH` are read here, so that no secret stands in a config file."""
    channels = {}
    for name, value in main.channels.items():
        read = []
        for key, text in (*(("url", url) for url in value.url), ("secret", value.secret)):
            try:
                read.append(secret(text, environment))
            except (KeyError, OSError) as error:
                why = f"{text}: not set in the environment" if isinstance(error, KeyError) else f"{text}: {error.strerror}"
                below = (key,) if isinstance(file.data["channels"][name], dict) else ()
                problems.append(env.problem(file, named, ("channels", name, *below), why))
                read.append("")
        addresses = tuple(address for text in read[:-1] for address in text.split())
        channels[name] = addresses, _plan(value, read[-1])
    return channels


def _plan(given: schema.ChannelSettings, key: str) -> ChannelPlan:
    daily = given.digest if isinstance(given.digest, time) else None
    digest = given.digest if isinstance(given.digest, timedelta) else None
    return ChannelPlan(digest=digest, daily=daily, quiet=given.quiet, zone=given.timezone, rate=given.rate, secret=key)


def _logins(
    main: schema.MainFile, file: Located, named: Mapping[Path_, str], environment: Mapping[str, str], problems: list[str]
) -> schema.MainFile:
    """The servers' secrets, read from where `env:NAME` and `file:PATH` point."""
    parts = {}
    for part, login in (("index", main.index), ("kibana", main.kibana)):
        found = {}
        for key in ("api_key", "password"):
            try:
                found[key] = secret(getattr(login, key), environment)
            except (KeyError, OSError) as error:
                why = "not set in the environment" if isinstance(error, KeyError) else error.strerror
                problems.append(env.problem(file, named, (part, key), f"{getattr(login, key)}: {why}"))
        parts[part] = login.model_copy(update=found)
    return main.model_copy(update=parts)


def _state(
    main: schema.MainFile, file: Located, named: Mapping[Path_, str], environment: Mapping[str, str], problems: list[str]
) -> schema.MainFile:
    """The state's URL holds a password as a rule: it may stand in the environment or a file as a whole."""
    try:
        url = secret(main.state.url, environment)
        return main.model_copy(update={"state": schema.StateSettings(url=url)})
    except (KeyError, OSError, ValidationError) as error:
        whys = {KeyError: "not set in the environment", ValidationError: "holds no database URL"}
        why = whys.get(type(error)) or getattr(error, "strerror", "")
        problems.append(env.problem(file, named, ("state", "url"), f"{main.state.url}: {why}"))
        return main


def secret(text: str, environment: Mapping[str, str]) -> str:
    """The value that `env:NAME` or `file:PATH` stands for; any other text stands for itself."""
    if text.startswith("env:"):
        return environment[text.removeprefix("env:")]
    if text.startswith("file:") and not text.startswith("file://"):
        return Path(text.removeprefix("file:")).read_text(encoding="utf-8").strip()
    return text


def _source(row: schema.SourceRow) -> Source:
    feeds = tuple(Feed(url=feed.url, every=feed.every) for feed in row.feeds)
    recall = row.extract == "recall"
    return Source(name=row.name, home=row.home or "", country=row.country, language=row.language, recall=recall, feeds=feeds)


def _watch(row: schema.WatchRow) -> Watch:
    fields = {name: getattr(row, name) for name in schema.WatchRow.model_fields if name != "topic"}
    return Watch(**fields, topics=(row.topic,) if row.topic else ())


def _folder(text: str | None) -> Path | None:
    return Path(text).expanduser() if text else None


def _default_home(config: Path | None, environment: Mapping[str, str]) -> Path:
    if config is not None:
        return config / "data"
    return Path(environment.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "wirewatch"
