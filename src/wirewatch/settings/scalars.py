"""Text as a value in YAML."""

import re

from wirewatch.safe import json_text

_PLAIN = re.compile(r"[^\W\d_][\w .·・«»’-]*[\w.»]|[^\W\d_]")  # needs no quotes
_PLAIN_URL = re.compile(r"https?://[A-Za-z0-9:/._~%?=&+@-]*[A-Za-z0-9/_~%=&+-]")  # nor in flow lists
_WORDS_OF_YAML = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def scalar(text: str) -> str:
    """As YAML reads it back: plain where nobody could mistake it, else in double quotes (JSON's are YAML's)."""
    plain = _PLAIN_URL.fullmatch(text) or (_PLAIN.fullmatch(text) and text.lower() not in _WORDS_OF_YAML)
    return text if plain else json_text(text)
