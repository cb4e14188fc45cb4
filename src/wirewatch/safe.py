"""Foreign text on its way to a terminal, a log or a message: one function makes it harmless.

What a feed or page says may hold terminal sequences, control characters and marks that turn the writing direction round
(CVE-2021-42574). They become visible or vanish here, and nowhere else.
"""

import json
import re
from collections.abc import Callable
from typing import Any

_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")  # would reorder what stands beside them
_UNSEEN = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")  # what json.dumps lets through
_FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
)  # and as East Asian spreadsheets read them
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # what may name a header (RFC 9110, 5.6.2)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")  # C0, DEL, C1, line separators, lone surrogates


def one_line(text: str, limit: int = 0) -> str:
    """`text` as one printable line: control characters and line breaks become one space, direction marks nothing.

    `limit` > 0 cuts to that many characters, with an ellipsis.
    """
    line = _CONTROL.sub(" ", _DIRECTION.sub("", text)).strip()
    if limit and len(line) > limit:
        return line[: limit - 1].rstrip() + "…"
    return line


def lines(text: str) -> str:
    """`text` as printable lines: each as `one_line`, with its indentation kept."""
    return "\n".join(" " * (len(line) - len(line.lstrip(" "))) + one_line(line) for line in text.split("\n"))


def json_text(value: Any, default: Callable[[Any], Any] | None = None) -> str:
    """`value` as JSON on one line, readable in every script; what a terminal would obey is written as \\uXXXX."""
    text = json.dumps(value, ensure_ascii=False, default=default)
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def cell(text: str) -> str:
    """`text` as a cell of a CSV file: one line, and nothing that a spreadsheet takes for a formula."""
    line = one_line(text)
    return f"'{line}" if line.lstrip().startswith(_FORMULA) else line
