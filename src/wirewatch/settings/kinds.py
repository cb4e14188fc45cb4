"""The kinds of values that config files hold: each says what is wrong with a text, and what would be right."""

import re
from datetime import timedelta
from ipaddress import ip_network
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from wirewatch.pace import pace


def _web_address(url: str) -> str:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"[\s\x00-\x1f\x7f]", url)
        _ = parts.port
    except ValueError:
        good = False
    if not good:
        raise ValueError(f"{url!r} is no web address; write http://… or https://…")
    if parts.username or parts.password:
        raise ValueError("holds a password; wirewatch sends none to feeds")
    return url


def _network(text: str) -> str:
    try:
        return str(ip_network(text, strict=False))
    except ValueError as error:
        raise ValueError(f"{text!r} is no network; write 127.0.0.0/8 or 10.1.2.3/32") from error


def _months(value: object) -> int:
    """Months from `24 months` or `2 years`; 0: kept for ever."""
    found = re.fullmatch(r"(\d{1,4})\s*(months?|years?)", str(value).strip())
    if value == 0 or (found and int(found[1]) > 0):
        return 0 if not found else int(found[1]) * (12 if found[2].startswith("year") else 1)
    raise ValueError(f"{value!r} is no time to keep; write 24 months or 2 years")


def _host(text: str) -> str:
    if not re.fullmatch(r"[\w-]+(\.[\w-]+)+", text):
        raise ValueError(f"{text!r} is no host; write example.org")
    return text.lower().encode("idna").decode()


def _language(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", text):
        raise ValueError(f"{text!r} is no language; write a BCP 47 tag: sr, sr-Latn, en")
    return text


def instead(language: str) -> str:
    """What to write for a language with its script, or for a language's name, where articles' languages are meant."""
    main, _, script = language.partition("-")
    if not re.fullmatch("[A-Za-z]{2,3}", main):
        return "write its code: sr, en, ko"
    return f"write {main.lower()}" + (f", and script:{script.capitalize()} in the query" if len(script) == 4 else "")


def _id(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,80}", text):
        raise ValueError(f"{text!r} is no name: write small Latin letters, digits and dashes, 81 at most, such as kim-putin")
    return text


def _country(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2}", text):
        raise ValueError(f"{text!r} is no country; write its two letters (ISO 3166): rs, kr")
    return text.lower()


Pace = Annotated[float, BeforeValidator(pace)]
Age = Annotated[timedelta, BeforeValidator(lambda v: v if isinstance(v, timedelta) else timedelta(seconds=pace(v)))]
Months = Annotated[int, BeforeValidator(_months)]
Url = Annotated[str, AfterValidator(_web_address)]
Network = Annotated[str, AfterValidator(_network)]
Host = Annotated[str, AfterValidator(_host)]
Language = Annotated[str, AfterValidator(_language)]
Country = Annotated[str, AfterValidator(_country)]
Name = Annotated[
    str,
    BeforeValidator(
        lambda v: str(v) if isinstance(v, int) and not isinstance(v, bool) else v
    ),  # YAML reads a paper named 444 as a number
    Field(min_length=1, max_length=200),
]
Id = Annotated[str, AfterValidator(_id)]


class Part(BaseModel):
    """A part of the config: an unknown key is a mistake, not a wish."""

    model_config = ConfigDict(extra="forbid", frozen=True)
