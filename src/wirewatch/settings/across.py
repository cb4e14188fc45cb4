"""One config file held against another: names that stand twice, or that nothing has."""

from collections.abc import Mapping
from dataclasses import dataclass

from wirewatch.errors import UserError
from wirewatch.settings.located import Located
from wirewatch.settings.schema import EntitiesFile, FeedsFile, MainFile, TopicsFile
from wirewatch.settings.watches import WatchesFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The YAML files, each sound in itself, and where their parts stand."""

    feeds: FeedsFile
    entities: EntitiesFile
    topics: TopicsFile
    watches: WatchesFile
    at: Mapping[str, Located]  # by file name
    own_topics: bool = True  # the shipped topics speak of shipped entities, which an entities.yaml of the user's may leave out


def problems(files: Files, main: MainFile) -> list[str]:
    """What is wrong with them together, a line each."""
    at = files.at
    return [
        *_twice(at["feeds.yaml"], "sources", [row.name for row in files.feeds.sources], "name"),
        *_feeds_twice(at["feeds.yaml"], files.feeds),
        *_twice(at["entities.yaml"], "entities", [row.id for row in files.entities.entities], "id"),
        *_twice(at["topics.yaml"], "topics", [row.id for row in files.topics.topics], "id"),
        *_twice(at["watches.yaml"], "watches", [row.name for row in files.watches.watches], "name"),
        *(_topics(files) if files.own_topics else ()),
        *_watches(files, main),
    ]


def _twice(file: Located, part: str, names: list[str], key: str) -> list[str]:
    seen: set[str] = set()
    problems = []
    for n, name in enumerate(names):
        if name in seen:
            problems.append(file.problem((part, n, key), f"{name!r} stands here a second time; each needs its own"))
        seen.add(name)
    return problems


def _feeds_twice(file: Located, feeds: FeedsFile) -> list[str]:
    seen: set[str] = set()
    problems = []
    for n, source in enumerate(feeds.sources):
        for m, feed in enumerate(source.feeds):
            if feed.url in seen:
                problems.append(file.problem(("sources", n, "feeds", m), f"{feed.url!r} stands here a second time"))
            seen.add(feed.url)
    return problems


def _tags(files: Files) -> Mapping[str, set[str]]:
    return {"entity": {row.id for row in files.entities.entities}, "topic": {row.id for row in files.topics.topics}}


def _topics(files: Files) -> list[str]:
    """The terms of topics name what there is."""
    from wirewatch.settings.named import in_term

    known, file, problems = _tags(files), files.at["topics.yaml"], []
    for n, topic in enumerate(files.topics.topics):
        groups = [((part, m), group) for part in ("all", "near") for m, group in enumerate(getattr(topic, part))]
        for where, group in (*groups, (("any",), topic.any), (("none",), topic.none)):
            said = [(m, wrong) for m, term in enumerate(group) if (wrong := in_term(term, known))]
            problems += [file.problem(("topics", n, *where, m), wrong) for m, wrong in said]
    return problems


def _watches(files: Files, main: MainFile) -> list[str]:
    """Watches name what there is, and their queries parse."""
    from wirewatch.analysis.query import parse
    from wirewatch.settings.named import in_query, missing

    tags = _tags(files)
    known = {
        "channels": (set(main.channels), "wirewatch.toml [channels]"),
        "entities": (tags["entity"], "entities.yaml"),
        "topic": (tags["topic"], "topics.yaml"),
        "sources": ({row.name for row in files.feeds.sources}, "feeds.yaml"),
    }
    problems, file = [], files.at["watches.yaml"]
    for n, watch in enumerate(files.watches.watches):
        for field, (names, where) in known.items():
            value = getattr(watch, field)
            for name in [value] if isinstance(value, str) else value or ():
                if name not in names:
                    problems.append(file.problem(("watches", n, field), f"{name!r} {missing(name, names, where)}"))
        for key, query in (("query", watch.query), ("not", watch.but_not)):
            try:
                wrong = list(in_query(parse(query or "*"), tags))
            except UserError as error:
                wrong = [str(error)]
            problems += [file.problem(("watches", n, key), each) for each in wrong]
    return problems
