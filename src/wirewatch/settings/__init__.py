"""The config files, validated whole before anything runs; an error names file, line, field and what would be right."""

from wirewatch.settings.load import Settings, load
from wirewatch.settings.schema import FetchSettings

__all__ = ["FetchSettings", "Settings", "load"]
