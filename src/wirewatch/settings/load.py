"""Reads a config folder whole: every file checked by its model, then one against another; all mistakes at once."""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from wirewatch.errors import ConfigError, UserError
from wirewatch.model import ChannelPlan, EntityRule, Feed, Source, TopicRule, Watch
from wirewatch.settings import across, schema
from wirewatch.settings import environment as env
from wirewatch.settings.across import Files
from wirewatch.settings.located import Located, Path_, read_toml, read_yaml
from wirewatch.settings.secrets import Secrets
from wirewatch.settings.watches import WatchesFile, WatchRow

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
    toml, channels = reader.read("wirewatch.toml"), {}
    named = env.overlay(toml.data, environment)
    main, files = reader.check(toml, schema.MainFile, named), reader.files()
    if main and files:
        reader.problems += across.problems(files, main)
    if main:
        secrets = Secrets(toml, named, environment, reader.problems)
        main, channels = secrets.filled(main), secrets.channels(main)
        reader.problems += [
            env.problem(toml, named, ("alarms", "channels"), f"{name!r} is not in [channels]")
            for name in main.alarms.channels
            if name not in channels
        ]
    if reader.problems or not (main and files):
        raise ConfigError(reader.problems)
    return _settings(config or shipped(), home, main, channels, files)


def _settings(
    config: Path, home: Path, main: schema.MainFile, channels: Mapping[str, tuple[tuple[str, ...], ChannelPlan]], files: Files
) -> Settings:
    return Settings(
        config=config,
        home=home,
        main=main,
        channels={name: addresses for name, (addresses, _) in channels.items()},
        plans={name: plan for name, (_, plan) in channels.items()},
        sources=tuple(_source(row) for row in files.feeds.sources),
        watches=tuple(_watch(row) for row in files.watches.watches),
        entities=tuple(EntityRule(**row.model_dump()) for row in files.entities.entities),
        topics=tuple(TopicRule(**row.model_dump()) for row in files.topics.topics),
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

    def files(self) -> Files | None:
        """The YAML files, without what is wrong in a row by itself; None if one of them can't be read even so."""
        at = {name: self.read(name) for name in ("feeds.yaml", "entities.yaml", "topics.yaml", "watches.yaml")}
        feeds = self.check(at["feeds.yaml"], schema.FeedsFile)
        entities = self.check(at["entities.yaml"], schema.EntitiesFile)
        topics = self.check(at["topics.yaml"], schema.TopicsFile)
        watches = self.check(at["watches.yaml"], WatchesFile)
        if not (feeds and entities and topics and watches):
            return None
        own = Path(at["topics.yaml"].name).parent != shipped()
        return Files(feeds=feeds, entities=entities, topics=topics, watches=watches, at=at, own_topics=own)

    def check(self, file: Located, model: type[Model], named: Mapping[Path_, str] | None = None) -> Model | None:
        try:
            return model.model_validate(file.data)
        except ValidationError as error:
            self.problems += [env.problem(file, named or {}, _path(e), _text(e, model)) for e in error.errors()]
            return _without(file.data, [_path(e) for e in error.errors()], model)


def _without(data: Any, wrong: Sequence[Path_], model: type[Model]) -> Model | None:
    """A file's rows without their wrong keys, to be held against the other files; None if a row is no row without them."""
    rest = deepcopy(data)
    for path in wrong:
        if len(path) < 3 or not isinstance(path[1], int) or not isinstance(path[2], str):  # part, row, key
            return None
        with suppress(KeyError):  # a key with two mistakes
            del rest[path[0]][path[1]][path[2]]
    try:
        return model.model_validate(rest)
    except ValidationError:
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


def _source(row: schema.SourceRow) -> Source:
    feeds = tuple(Feed(url=feed.url, every=feed.every) for feed in row.feeds)
    recall = row.extract == "recall"
    return Source(name=row.name, home=row.home or "", country=row.country, language=row.language, recall=recall, feeds=feeds)


def _watch(row: WatchRow) -> Watch:
    fields = {name: getattr(row, name) for name in WatchRow.model_fields if name != "topic"}
    return Watch(**fields, topics=(row.topic,) if row.topic else ())


def _folder(text: str | None) -> Path | None:
    return Path(text).expanduser() if text else None


def _default_home(config: Path | None, environment: Mapping[str, str]) -> Path:
    if config is not None:
        return config / "data"
    return Path(environment.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "wirewatch"
