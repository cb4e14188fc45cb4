"""How much a text says. A Chinese news item of 142 characters is sound; an English "Page not found" isn't."""

import re

_HAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")  # with kana
_HANGUL = re.compile("[\uac00-\ud7af]")
FULL_TEXT = 400  # letters; below, what a feed carries is a teaser (WordPress cuts at 55 words, some 350 letters)
_LONG = 5000  # nobody asks how much more it is


def said(text: str) -> int:
    """Length in letters of an alphabet: a Han character or kana counts 3, a Hangul syllable 2 (what translations need)."""
    if len(text) > _LONG or text.isascii():
        return len(text)
    return len(text) + 2 * len(_HAN.findall(text)) + len(_HANGUL.findall(text))
