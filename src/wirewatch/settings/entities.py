"""entities.yaml as a file: where it is, and a new entity at its end, with comments and order kept."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import copymode
from typing import Any

from pydantic import ValidationError

from wirewatch.errors import ConfigError, UserError
from wirewatch.settings.load import shipped
from wirewatch.settings.located import dotted, read_yaml
from wirewatch.settings.scalars import scalar
from wirewatch.settings.schema import EntitiesFile, EntityRow

FILE = "entities.yaml"
_ITEM = re.compile(r"^( *)- ", re.MULTILINE)
_EMPTY = re.compile(r"^entities:[ \t]*(?:\[\s*\]|null|~)?[ \t]*(?=#|$)", re.MULTILINE)


def path_of(config: Path) -> Path:
    """The file that is read with this config folder."""
    own = config / FILE
    return own if own.exists() else shipped() / FILE


def add(config: Path, row: Mapping[str, Any]) -> None:
    """Write an entity at the end of the folder's entities.yaml, which is made from the shipped one if it isn't there.

    The file as it was stays as it was, byte by byte. It is replaced whole, and only after it was read again as it will be.
    """
    if config.samefile(shipped()):
        raise UserError("the shipped entities.yaml stays as it is: name a folder of yours (--config; `wirewatch init` makes one)")
    try:
        entity = EntityRow.model_validate(row)
    except ValidationError as error:
        raise UserError("\n".join(f"{dotted(each['loc'])}: {each['msg']}" for each in error.errors())) from error
    with path_of(config).open(encoding="utf-8", newline="") as source:
        text = source.read()
    before = _entities(path_of(config))
    if any(each["id"] == entity.id for each in before):
        raise UserError(f"{entity.id!r} is in {path_of(config)} already")
    target = (config / FILE).resolve()
    draft = target.with_name(f".{FILE}.new")
    draft.write_text(_appended(text, row), encoding="utf-8", newline="")
    try:
        if not _reads_as(draft, [*before, dict(row)]):
            raise UserError(f"{target}: an entity can't be added to a file written like this; add it by hand")
        copymode(path_of(config), draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _reads_as(path: Path, rows: Sequence[Any]) -> bool:
    try:
        return _entities(path) == rows
    except UserError:
        return False


def _entities(path: Path) -> list[Any]:
    try:
        data = read_yaml(path).data or {}
        EntitiesFile.model_validate(data)
    except ConfigError as error:
        raise UserError("\n".join(error.problems)) from error
    except (ValidationError, AttributeError) as error:
        raise UserError(f"{path}: can't be read: mend it first (`wirewatch doctor`)") from error
    return list(data.get("entities") or [])


def _appended(text: str, row: Mapping[str, Any]) -> str:
    """The file's text with the entity behind it, indented as the last one is."""
    line_end = "\r\n" if "\r\n" in text else "\n"
    indents = _ITEM.findall(text)
    indent = indents[-1] if indents else "  "
    if not indents:
        text = _EMPTY.sub("entities:", text, count=1) if _EMPTY.search(text) else f"{text}entities:"
    joint = "" if text.endswith("\n") else line_end
    return text + joint + line_end.join(_lines(row, indent)) + line_end


def _lines(row: Mapping[str, Any], indent: str) -> list[str]:
    lines = []
    for key, value in row.items():
        if isinstance(value, Mapping):
            lines += [f"{key}:", *(f"  {language}: {_flow(names)}" for language, names in value.items())]
        elif isinstance(value, bool):
            lines.append(f"{key}: {str(value).lower()}")
        else:
            lines.append(f"{key}: {scalar(value) if isinstance(value, str) else _flow(value)}")
    return [f"{indent}{'- ' if n == 0 else '  '}{line}" for n, line in enumerate(lines)]


def _flow(values: Sequence[str]) -> str:
    return f"[{', '.join(map(scalar, values))}]"
