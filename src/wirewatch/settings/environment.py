"""Each setting of wirewatch.toml as `WIREWATCH_PART__KEY=…` in the environment; lists and tables as JSON."""

import json
from collections.abc import Mapping
from typing import Any

from wirewatch.settings.located import Located

PREFIX = "WIREWATCH_"
OTHERS = {"WIREWATCH_CONFIG", "WIREWATCH_HOME", "WIREWATCH_EVERY"}  # folders and pace of a run: no settings of wirewatch.toml


def overlay(data: dict[str, Any], environment: Mapping[str, str]) -> dict[tuple[str | int, ...], str]:
    """Puts the environment's values into `data`; gives the variable's name for each path that it set."""
    named: dict[tuple[str | int, ...], str] = {}
    for variable, text in sorted(environment.items()):
        if not variable.startswith(PREFIX) or variable in OTHERS:
            continue
        path = tuple(variable.removeprefix(PREFIX).lower().split("__"))
        part = data
        for step in path[:-1]:
            below = part.setdefault(step, {})
            if not isinstance(below, dict):
                part[step] = below = {}
            part = below
        part[path[-1]] = _value(text)
        named[path] = variable
    return named


def _value(text: str) -> Any:
    if text[:1] in ("[", "{"):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def problem(file: Located, named: Mapping[tuple[str | int, ...], str], path: tuple[str | int, ...], text: str) -> str:
    """A line that names the variable where one set the value, else the file's line."""
    for n in range(len(path), 0, -1):
        if variable := named.get(path[:n]):
            return f"environment: {variable}: {text}"
    return file.problem(path, text)
