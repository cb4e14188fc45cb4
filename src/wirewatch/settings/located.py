"""Config files as plain data that remembers where each value stands, so that an error can name its line."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from wirewatch.errors import ConfigError

Path_ = tuple[str | int, ...]  # the way to a value: ("watches", 1, "query")


@dataclass(frozen=True, slots=True)
class Located:
    """A file's data and the line of each of its values."""

    name: str  # as the user would write it: config/watches.yaml
    data: Any
    lines: Mapping[Path_, int] = field(default_factory=dict)

    def problem(self, path: Path_, text: str) -> str:
        """One line: `config/watches.yaml:12: watches[1].query: text`. An unknown path falls back to its nearest parent's line."""
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        where = f"{self.name}:{self.lines.get(known, 1)}"
        return f"{where}: {dotted(path)}: {text}" if path else f"{where}: {text}"


def dotted(path: Path_) -> str:
    """`("watches", 1, "query")` as `watches[1].query`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def read_yaml(path: Path) -> Located:
    """A YAML file; aliases (`*x`) are refused, since a few lines of them can stand for gigabytes."""
    name = str(path)
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise ConfigError([f"{name}:{line}: not YAML: {getattr(error, 'problem', None) or error}"]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([f"{name}:1: not UTF-8 text; save it as UTF-8"]) from error
    reading = _Reading(name)
    data = reading.plain(node, ())
    if reading.aliased:
        line = next(token.start_mark.line + 1 for token in yaml.scan(text) if isinstance(token, yaml.AliasToken))
        raise ConfigError([f"{name}:{line}: not YAML: aliases (*name) are not allowed here"])
    if reading.problems:
        raise ConfigError(reading.problems)
    return Located(name, data, reading.lines)


_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's, where PyYAML has it: ten times as fast
_CONSTRUCT = yaml.constructor.SafeConstructor()


class _Reading:
    """Turns the nodes of one file into plain data, with the line of each value."""

    def __init__(self, name: str) -> None:
        self.name, self.lines, self.problems = name, dict[Path_, int](), list[str]()
        self.aliased, self._seen = False, set[int]()

    def plain(self, node: Any, path: Path_) -> Any:
        """The node's value. An alias is a node that stands in a second place: there it ends, before it can unfold."""
        if node is None:
            return None
        if id(node) in self._seen:
            self.aliased = True
            return None
        self._seen.add(id(node))
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(child, (*path, n)) for n, child in enumerate(node.value)]
        if not isinstance(node, yaml.MappingNode):
            return str(node.value) if node.tag == "tag:yaml.org,2002:str" else _CONSTRUCT.construct_object(node)
        data: dict[str, Any] = {}
        for key_node, value in node.value:
            key = str(key_node.value)
            here = (*path, key)
            if key in data:
                self.problems.append(f"{self.name}:{key_node.start_mark.line + 1}: {dotted(here)}: stands here a second time")
            self.lines[here] = key_node.start_mark.line + 1
            data[key] = self.plain(value, here)
        return data


def read_toml(path: Path) -> Located:
    """A TOML file. Its parser keeps no lines, so they are found again by table headers and keys."""
    name = str(path)
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise ConfigError([f"{name}:{line[1] if line else 1}: not TOML: {error}"]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([f"{name}:1: not UTF-8 text; save it as UTF-8"]) from error
    lines: dict[Path_, int] = {}
    table: Path_ = ()
    for number, line_text in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line_text):
            table = tuple(part.strip().strip("\"'") for part in header[1].split("."))
            lines.setdefault(table, number)
        elif pair := re.match(r"\s*([A-Za-z0-9_\-\"'.]+)\s*=", line_text):
            lines.setdefault((*table, *(part.strip("\"'") for part in pair[1].split("."))), number)
    return Located(name, data, lines)
