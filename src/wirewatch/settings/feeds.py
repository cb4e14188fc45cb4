"""feeds.yaml as a file: sources and feeds added or taken out, with its comments, order and manner of writing kept.

The text is edited where the YAML parser says that things stand, never written anew. The result replaces the file only after it
was read again: it must say exactly what was wanted, and the whole config must be sound with it.
"""

import copy
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from shutil import copymode
from typing import Any

import yaml

from wirewatch.errors import ConfigError, UserError
from wirewatch.model import Feed, Source
from wirewatch.pace import pace_text
from wirewatch.settings.load import load, shipped
from wirewatch.settings.located import read_yaml
from wirewatch.settings.scalars import scalar

FILE = "feeds.yaml"
_EMPTY = re.compile(r"^sources:[ \t]*(?:\[\s*\]|null|~)?[ \t]*(?=#|$)", re.MULTILINE)
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Edit = tuple[int, int, str]  # from and to in the text, and what stands there then


class _Unwritable(Exception):
    """The file is written in a way that isn't edited here."""


def path_of(config: Path) -> Path:
    """The file that is read with this config folder."""
    own = config / FILE
    return own if own.exists() else shipped() / FILE


def add(config: Path, sources: Sequence[Source]) -> None:
    """Write these sources' feeds: into the source of that name, else as a new source at the end. Feeds that are there stay out.

    A file that isn't there is made from the shipped one. Raises UserError, and the file stays as it was.
    """

    def change(rows: list[Any]) -> None:
        by_name = {str(row["name"]): row for row in rows}
        for source in sources:
            items = [_item(feed) for feed in source.feeds]
            if source.name in by_name:
                row = by_name[source.name]
                row["feeds"] = [*(row.get("feeds") or []), *items]
            else:
                rows.append(_facts(source) | {"feeds": items})

    _edit(config, lambda text: _added(text, sources), change)


def remove(config: Path, urls: Collection[str]) -> None:
    """Take feeds out by their addresses; a source without any other goes with its last. Raises UserError as `add`."""

    def change(rows: list[Any]) -> None:
        for row in list(rows):
            kept = [item for item in row.get("feeds") or [] if _url(item) not in urls]
            if not kept and row.get("feeds"):
                rows.remove(row)
            elif row.get("feeds"):
                row["feeds"] = kept

    _edit(config, lambda text: _removed(text, urls), change)


def refuse_shipped(config: Path) -> None:
    """Raise UserError for the folder that came with wirewatch."""
    if config.samefile(shipped()):
        raise UserError("the shipped feeds.yaml stays as it is: name a folder of yours (--config; `wirewatch init` makes one)")


def _edit(config: Path, edited: Callable[[str], str], change: Callable[[list[Any]], None]) -> None:
    refuse_shipped(config)
    source, target = path_of(config), (config / FILE).resolve()
    draft = target.with_name(f".{FILE}.new")
    try:
        with source.open(encoding="utf-8-sig", newline="") as file:
            text = file.read()
        wanted = copy.deepcopy(_rows(source))
        change(wanted)
        draft.write_text(edited(text), encoding="utf-8", newline="")
        if _rows(draft) != wanted:
            raise _Unwritable
        load(config, drafts={FILE: draft})
        copymode(source, draft)
        draft.replace(target)
    except (_Unwritable, yaml.YAMLError) as error:
        raise UserError(f"{target}: can't be edited as it is written; change it by hand") from error
    except ConfigError as error:
        raise ConfigError([problem.replace(str(draft), str(target)) for problem in error.problems]) from error
    except OSError as error:
        raise UserError(f"{target}: can't be written: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)


def _rows(path: Path) -> list[Any]:
    data = read_yaml(path).data or {}
    if not isinstance(data, dict):
        raise _Unwritable
    return data.get("sources") or []


def _facts(source: Source) -> dict[str, Any]:
    facts = {"name": source.name, "home": source.home, "country": source.country, "language": source.language}
    facts["extract"] = "recall" if source.recall else None
    return {key: value for key, value in facts.items() if value}


def _item(feed: Feed) -> Any:
    return feed.url if feed.every is None else {"url": feed.url, "every": pace_text(feed.every)}


def _url(item: Any) -> Any:
    return item.get("url") if isinstance(item, dict) else item


# -- the text


class _Text:
    """The file's text with the places of its nodes."""

    def __init__(self, text: str) -> None:
        self.line_end = "\r\n" if "\r\n" in text else "\n"
        self.text = text if not text or text.endswith("\n") else text + self.line_end
        self._starts = [0]
        for line in self.text.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        root = yaml.compose(self.text, Loader=_LOADER)
        self.sources = _child(root, "sources")

    def at(self, mark: Any) -> int:
        """Where a mark stands."""
        return int(self._starts[mark.line] + mark.column)

    def before(self, mark: Any) -> str:
        """What stands before a mark on its line."""
        return self.text[self._starts[mark.line] : self.at(mark)]

    def behind(self, node: Any) -> int:
        """The start of the line after a node's last."""
        return self._starts[min(_last_line(node) + 1, len(self._starts) - 1)]

    def lines(self, item: Any) -> tuple[int, int]:
        """An item of a block list, with its dash, as whole lines."""
        head = self.before(item.start_mark)
        if head.strip() != "-":
            raise _Unwritable
        return self._starts[item.start_mark.line], self.behind(item)

    def written(self, edits: Iterable[Edit]) -> str:
        """The text after all edits."""
        text = self.text
        for start, end, new in sorted(edits, reverse=True):
            text = text[:start] + new + text[end:]
        return text


def _added(text: str, sources: Sequence[Source]) -> str:
    file = _Text(text)
    nodes = file.sources.value if isinstance(file.sources, yaml.SequenceNode) else []
    known = {_child(node, "name").value: node for node in nodes if _child(node, "name") is not None}
    edits = [_more(file, known[source.name], source.feeds) for source in sources if source.name in known]
    new = [source for source in sources if source.name not in known]
    if not new:
        return file.written(edits)
    if not nodes:
        lines = [line for source in new for line in _lines(source, "  ")]
        head = _EMPTY.sub("sources:", file.text, count=1) if _EMPTY.search(file.text) else f"{file.text}sources:{file.line_end}"
        return _joined(head, lines, file.line_end)
    indent = _indent(file, nodes[-1])
    lines = [line for source in new for line in _lines(source, indent)]
    place = file.behind(nodes[-1])
    return file.written([*edits, (place, place, "".join(line + file.line_end for line in lines))])


def _joined(head: str, lines: Sequence[str], line_end: str) -> str:
    """The lines behind the file's `sources:`, which is its only key."""
    return head + "".join(line + line_end for line in lines)


def _more(file: _Text, source: Any, feeds: Sequence[Feed]) -> Edit:
    """Further feeds at the end of a source's list, written as the list is."""
    node = _child(source, "feeds")
    if isinstance(node, yaml.SequenceNode) and node.flow_style:
        place = file.at(node.end_mark) - 1
        return place, place, (", " if node.value else "") + ", ".join(_flow(feed) for feed in feeds)
    if isinstance(node, yaml.SequenceNode) and node.value:
        place, indent = file.behind(node.value[-1]), _indent(file, node.value[-1])
        return place, place, "".join(line + file.line_end for feed in feeds for line in _block(feed, indent))
    if node is not None or source.flow_style:
        raise _Unwritable
    column = " " * source.start_mark.column
    lines = [f"{column}feeds:", *(line for feed in feeds for line in _block(feed, column + "  "))]
    return file.behind(source), file.behind(source), "".join(line + file.line_end for line in lines)


def _removed(text: str, urls: Collection[str]) -> str:
    file, edits = _Text(text), list[Edit]()
    nodes = file.sources.value if isinstance(file.sources, yaml.SequenceNode) else []
    emptied = 0
    for source in nodes:
        feeds = _child(source, "feeds")
        items = feeds.value if isinstance(feeds, yaml.SequenceNode) else []
        gone = [item for item in items if _url_of(item) in urls]
        if gone and len(gone) == len(items):
            edits.append((*file.lines(source), ""))
            emptied += 1
        elif gone and feeds.flow_style:
            kept = [file.text[file.at(item.start_mark) : file.at(item.end_mark)] for item in items if item not in gone]
            edits.append((file.at(feeds.start_mark), file.at(feeds.end_mark), f"[{', '.join(kept)}]"))
        else:
            edits += [(*file.lines(item), "") for item in gone]
    left = file.written(edits)
    return _EMPTY.sub("sources: []", left, count=1) if emptied and emptied == len(nodes) else left


def _child(node: Any, key: str) -> Any:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)


def _url_of(item: Any) -> Any:
    found = _child(item, "url") if isinstance(item, yaml.MappingNode) else item
    return getattr(found, "value", None)


def _last_line(node: Any) -> int:
    """The last line that a node stands on; a block list's own mark is behind the comments that follow it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(last, tuple) else last)
    end = node.end_mark
    return int(end.line - 1 if end.column == 0 and end.line > node.start_mark.line else end.line)


def _indent(file: _Text, item: Any) -> str:
    head = file.before(item.start_mark)
    if head.strip() != "-":
        raise _Unwritable
    return head[: head.index("-")]


def _lines(source: Source, indent: str) -> list[str]:
    lines = [f"{key}: {scalar(value)}" for key, value in _facts(source).items()]
    lines += ["feeds:", *(line for feed in source.feeds for line in _block(feed, "  "))]
    return [f"{indent}{'- ' if n == 0 else '  '}{line}" for n, line in enumerate(lines)]


def _block(feed: Feed, indent: str) -> list[str]:
    if feed.every is None:
        return [f"{indent}- {scalar(feed.url)}"]
    return [f"{indent}- url: {scalar(feed.url)}", f"{indent}  every: {pace_text(feed.every)}"]


def _flow(feed: Feed) -> str:
    url = scalar(feed.url)
    return url if feed.every is None else f"{{url: {url}, every: {pace_text(feed.every)}}}"
