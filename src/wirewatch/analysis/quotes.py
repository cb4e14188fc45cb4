"""Which signs are quotes in a query, whoever's keyboard they come from."""

import re

_INSIDE = '[^"“”„«»＂「」『』]+'
_QUOTED = re.compile(
    rf"""("[^"]*")|(?<!\w)(?:[“„”]{_INSIDE}[“”]|«{_INSIDE}»|»{_INSIDE}«|＂{_INSIDE}＂|「{_INSIDE}」|『{_INSIDE}』)"""
)


def straight(text: str) -> str:
    """The query with the paired quotes of phones, word processors and other languages as `"`; as long as it was."""
    return _QUOTED.sub(lambda found: found[1] or '"' + found[0][1:-1] + '"', text)
