"""The chain's tables, to be read as its specification. A change here means reindexing: raise TABLES_VERSION.

    letters and pairs   Cyrillic and Latin, marked or not, to one ASCII skeleton; look-alike letters beside the other script
    SPELLING            what languages spell differently and say alike
    ENDINGS             what inflection adds, in nine Slavic languages and English, stripped to the shortest stem of 3 letters
    FIXED_STEMS         words that this would cut differently from form to form: one stem a line, in fixed.txt

The same tables render to stock Elasticsearch filters (`elastic.py`). What each rule is worth was measured on treebanks:
docs/decisions/0003-one-analysis-in-two-homes.md.
"""

import unicodedata
from importlib import resources

TABLES_VERSION = 3

CYRILLIC = dict(
    zip(
        "абвгґѓдђеёэєжзиіїйјыкќлљмнњопрсштћцчуўфхџѕщюяъь",
        ("a b v g g g d dj e e e ie z z i i i i j i k k l l m n n o p r s s t c c c u u f h dz dz sc iu ia".split() + ["", ""]),
        strict=True,
    )
)
LATIN = {
    "đ": "dj", "ß": "ss", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i", "ħ": "h", "ŋ": "n", "ə": "e",
}  # fmt: skip
MARKS = "\u0300\u0301\u0302\u0303\u0306\u0308\u030c"  # grave, acute, circumflex, tilde, breve, diaeresis, caron, combining
NOTHING = MARKS + "\u00ad" + "'’ʼ‘`"  # and the soft hyphen, and apostrophes
POSSESSIVE = ("'s", "'S", "’s", "’S")
MARKED = [chr(n) for span in ((0x00C0, 0x0250), (0x1E00, 0x1F00)) for n in range(*span)]  # where Latin with marks stands

TWINS = dict(zip("cpxyCPXYBH", "срхуСРХУВН", strict=True))  # Latin letters that look like a Cyrillic one of another sound
UNMISTAKABLE = "bdfglnqruvwz"  # Latin letters without a Cyrillic twin; k, m, t have one in their capitals
HALF_KANA = [chr(n) for n in range(0xFF66, 0xFF9E)]
VOICED = "\uff9e\uff9f"  # half-width marks that make one letter with the one before: ﾌﾟ is プ, also where bigrams are counted

SPELLING: tuple[tuple[str, str, str], ...] = (  # name in Elasticsearch, pattern, replacement
    ("ww_lj", r"([ln])j", r"$1"),  # Ljubljana, Donjeck, Наваљни = Russian spelling
    ("ww_h", r"([szc])h", r"$1"),  # Shoigu, Vostochny, Prigozhin = š č ž and bare s c z
    ("ww_kh", r"kh", r"h"),  # Khabarovsk = Хабаровск
    ("ww_ts", r"ts(?=.)", r"c"),  # Donetsk; not a plural's end
    ("ww_i", r"[jy]", r"i"),  # Шойгу, Šojgu, Shoygu, Shoigu
    ("ww_w", r"w", r"v"),
    ("ww_q", r"q", r"k"),
    ("ww_x", r"x", r"ks"),
    ("ww_ck", r"ck", r"k"),
    ("ww_double", r"([a-hj-z])\1+", r"$1"),  # Odessa, Nabiullina
    ("ww_ii", r"(?<!e)ii+", r"i"),  # Zelenskyy, Кијев; keeps Beijing apart from being
)
CONSONANT = "[b-df-hj-np-tv-z]"


def _lines(name: str) -> list[str]:
    """A table that is a list, the longest first."""
    lines = (resources.files(__package__) / name).read_text(encoding="ascii").split()
    return sorted(lines, key=lambda line: (-len(line), line))


ENDINGS = _lines("endings.txt")
ONLY_AFTER = {  # endings that are taken for one only after some letters
    "s": "(?<!u)",  # virus, Belarus
    "est": "(?<=[dhk])",  # highest; not protest, Budapest
    "uiu": "(?<=sk|[cdnrtvz]n)",  # русскую, северную; not планирују
}
FIXED_STEMS = _lines(
    "fixed.txt"
)  # their own end looks like an ending (космодром, Donbas, proces), or their stem is too short to be theirs alone (Русија)
_ENDING = "|".join(ONLY_AFTER.get(ending, "") + ending for ending in ENDINGS)
_FIXED = "|".join(FIXED_STEMS)
STEMMING: tuple[tuple[str, str, str], ...] = (
    ("ww_most", r"^nai([a-z]{4,})$", r"$1"),  # najnovije: novije
    ("ww_short", rf"^([aeiou]{CONSONANT})(?:a|e|u|em|im|om)$", r"$1"),  # Уна: un
    ("ww_ending", rf"^(?!(?:{_FIXED})$)((?:{_FIXED})|[a-z]{{3,}}?)(?:{_ENDING})$", r"$1"),
    ("ww_ie", r"([bcdflmnprstz]|v(?!iec))ie(?=[a-z])", r"$1e"),  # predsjednik: predsednik; not Kijev, vijeće (veće: larger)
    ("ww_fleeting", rf"^([a-z]{{2,}}{CONSONANT})(?:a([kcnrl])|[eo]([kc]))$", r"$1$2$3"),  # sastanak, sastanka; конец, конца
    ("ww_nik", r"nic$", r"nik"),  # zvaničnici: zvaničnik
    ("ww_stv", r"stav$", r"stv"),  # sredstava: sredstva
    ("ww_dz", r"dz$", r"d"),  # людзі, людей
)


_COMBINING = dict.fromkeys(range(0x0300, 0x0370))


def _letters() -> dict[str, str]:
    letters = {}
    for letter, skeleton in CYRILLIC.items():
        letters[letter] = letters[letter.upper()] = skeleton
    for letter in MARKED:
        base = unicodedata.normalize("NFKD", letter).translate(_COMBINING).lower()
        if base.isascii() and base.isalpha():
            letters[letter] = base
    for letter, base in LATIN.items():
        letters |= {form: base for form in (letter, letter.upper()) if len(form) == 1 and not form.isascii()}
    return letters | dict.fromkeys(NOTHING, "")


def _pairs() -> dict[str, str]:
    pairs = dict.fromkeys(POSSESSIVE, "")
    cyrillic = {letter: skeleton for letter, skeleton in LETTERS.items() if letter.lower() in CYRILLIC}
    for latin, twin in TWINS.items():
        for other, skeleton in cyrillic.items():
            pairs[latin + other] = cyrillic[twin] + skeleton
            pairs[other + latin] = skeleton + cyrillic[twin]
    for latin, twin in TWINS.items():
        for letter in UNMISTAKABLE + UNMISTAKABLE.upper():
            pairs.setdefault(
                twin + letter, latin.lower() + letter.lower()
            )  # B has a twin, b has none: the rule above holds for B
            pairs.setdefault(letter + twin, letter.lower() + latin.lower())
    for written in (letter + mark for letter in HALF_KANA for mark in VOICED):
        if len(made := unicodedata.normalize("NFKC", written)) == 1:
            pairs[written] = made
    return pairs


LETTERS = _letters()
PAIRS = _pairs()
