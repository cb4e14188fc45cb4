"""What watches.yaml may hold."""

import re
from datetime import timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from wirewatch.model import AtLeast, Rate
from wirewatch.pace import pace
from wirewatch.settings.kinds import Id, Language, Name, Part, instead


def _at_least(value: object) -> AtLeast:
    found = re.fullmatch(r"(\d{1,4}) sources? within (\S+)", str(value).strip())
    try:
        if found and int(found[1]) > 1:
            return AtLeast(int(found[1]), timedelta(seconds=pace(found[2])))
    except ValueError:
        pass
    raise ValueError(f"{value!r} is no number of tellings; write 3 sources within 6h, with 2 sources at least")


def _rate(value: object) -> Rate:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)x the usual(?: within (\d+)h)?", str(value).strip())
    if found and float(found[1]) > 1 and 1 <= int(found[2] or 3) <= 24:
        return Rate(float(found[1]), timedelta(hours=int(found[2] or 3)))
    raise ValueError(f"{value!r} is no rate; write 3x the usual, or 3x the usual within 6h (1h to 24h)")


def _first_mention(value: object) -> timedelta | None:
    if isinstance(value, bool):
        return timedelta.max if value else None
    try:
        return timedelta(seconds=pace(value))
    except ValueError as error:
        raise ValueError(f"{value!r} is no time; write true (the first time ever), or 30d (the first time in 30 days)") from error


def _alone(language: str) -> str:
    """Articles have a language without its script, in small letters."""
    if "-" in language:
        raise ValueError(f"{language!r} is none that articles have; {instead(language)}")
    return language.lower()


class WatchRow(Part):
    name: Id
    query: str = "*"
    topic: Id | None = None
    entities: tuple[Id, ...] = ()
    languages: tuple[Annotated[Language, AfterValidator(_alone)], ...] = ()
    sources: tuple[Name, ...] = ()
    channels: tuple[Name, ...] = ()
    but_not: str = Field("", alias="not", description="a query that must not be met")
    at_least: Annotated[AtLeast, BeforeValidator(_at_least)] | None = Field(None, description="3 sources within 6h")
    rate: Annotated[Rate, BeforeValidator(_rate)] | None = Field(None, description="3x the usual, or 3x the usual within 6h")
    first_mention: Annotated[timedelta | None, BeforeValidator(_first_mention)] = Field(
        None, description="an entity is named for the first time: ever (true), or in 30d"
    )
    updates: bool = Field(False, description="tell a story again when the text that was told has changed")

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        if self.at_least and self.first_mention:
            raise ValueError(
                "at_least and first_mention are never met together: one source names somebody first; make two watches"
            )
        return self


class WatchesFile(Part):
    """watches.yaml."""

    watches: tuple[WatchRow, ...] = ()
