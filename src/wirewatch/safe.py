"""Foreign text on its way to a terminal, a log or a message: one function makes it harmless.

What a feed or page says may hold terminal sequences, control characters and marks that turn the writing direction round
(CVE-2021-42574). They become visible or vanish here, and nowhere else.
"""

import re

_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")  # would reorder what stands beside them
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")  # C0, DEL, C1, line separators, lone surrogates


def one_line(text: str, limit: int = 0) -> str:
    """`text` as one printable line: control characters and line breaks become one space, direction marks nothing.

    `limit` > 0 cuts to that many characters, with an ellipsis.
    """
    line = _CONTROL.sub(" ", _DIRECTION.sub("", text)).strip()
    if limit and len(line) > limit:
        return line[: limit - 1].rstrip() + "…"
    return line
