"""Invented news: words by Zipf's law, in Serbian, English and Chinese, with quotes, names, numbers and stock phrases."""

import random
from collections.abc import Sequence
from functools import cache

WORDS = 6000  # in a language
SYLLABLES = {
    "sr": "ба во ги да ђе за и ју ко ља ме но њи пра ра си те ћу у фа хо ца чи џе ши стра гра пре по на ни је о а е".split(),
    "en": "ba con der er fi gra ha in ju ko la men no or pra qui re si ter un ver wo ex yo the str ing al ed ion".split(),
}
HAN = [chr(n) for n in range(0x4E00, 0x4E00 + 3000)]
SENTENCE_END = {"sr": ". ", "en": ". ", "zh": "。"}
MARKS = {"sr": "„“", "en": "“”", "zh": "“”"}
LATIN = dict(
    zip(
        "абвгдђежзијклљмнњопрстћуфхцчџш",
        "a b v g d đ e ž z i j k l lj m n nj o p r s t ć u f h c č dž š".split(),
        strict=True,
    )
)
_LATIN = str.maketrans({**LATIN, **{letter.upper(): latin.capitalize() for letter, latin in LATIN.items()}})


def latin(text: str) -> str:
    """Serbian Cyrillic in Serbian Latin."""
    return text.translate(_LATIN)


@cache
def vocabulary(language: str) -> tuple[Sequence[str], Sequence[float]]:
    """Words with their cumulative weights, the same for every seed, as a language's are."""
    dice = random.Random(f"words of {language}")
    made: dict[str, None] = {}
    while len(made) < WORDS:
        if language == "zh":
            made["".join(dice.choices(HAN, k=dice.choice((1, 2, 2, 2, 3))))] = None
        else:
            made["".join(dice.choices(SYLLABLES[language], k=dice.choice((1, 2, 2, 3, 3, 4))))] = None
    weights, total = [], 0.0
    for rank in range(1, WORDS + 1):
        total += 1 / (rank + 2.7)  # Zipf and Mandelbrot
        weights.append(total)
    return list(made), weights


@cache
def phrases(language: str) -> Sequence[Sequence[str]]:
    """What journalists write again and again: 150 runs of 3 to 8 words."""
    dice = random.Random(f"phrases of {language}")
    return [_drawn(dice, language, dice.randint(3, 8)) for _ in range(150)]


def _drawn(dice: random.Random, language: str, number: int) -> list[str]:
    words, weights = vocabulary(language)
    return dice.choices(words, cum_weights=weights, k=number)


def sentence(dice: random.Random, language: str, names: Sequence[str]) -> str:
    """One sentence of 6 to 24 words, some with a stock phrase, a name, a number; without its end."""
    words = _drawn(dice, language, dice.randint(6, 24))
    if dice.random() < 0.15:
        at = dice.randrange(len(words))
        words[at:at] = dice.choice(phrases(language))
    if dice.random() < 0.4:
        words.insert(dice.randrange(len(words)), dice.choice(names))
    if dice.random() < 0.25:
        words.insert(dice.randrange(len(words)), str(dice.randint(2, 3000)))
    made = ("" if language == "zh" else " ").join(words)
    return made[0].upper() + made[1:]


def quote(dice: random.Random, language: str, names: Sequence[str], sentences: int) -> str:
    """So many sentences between quotation marks."""
    first, last = MARKS[language][0], MARKS[language][1]
    return first + SENTENCE_END[language].join(sentence(dice, language, names) for _ in range(sentences)) + last


def paragraph(dice: random.Random, language: str, names: Sequence[str]) -> str:
    """Two to five sentences, every fifth a quote."""
    some = [
        quote(dice, language, names, 1) if dice.random() < 0.2 else sentence(dice, language, names)
        for _ in range(dice.randint(2, 5))
    ]
    return SENTENCE_END[language].join(some) + SENTENCE_END[language].strip()


def new_names(dice: random.Random, language: str) -> list[str]:
    """The people and places of one event."""
    if language == "zh":
        return ["".join(dice.choices(HAN, k=dice.randint(2, 4))) for _ in range(6)]
    return ["".join(dice.choices(SYLLABLES[language], k=dice.randint(2, 4))).capitalize() for _ in range(6)]


def count(language: str, text: str) -> int:
    """Words; in Chinese, characters by 1.7, which is about a word."""
    return round(len(text) / 1.7) if language == "zh" else len(text.split())


def body(dice: random.Random, language: str, words: int) -> list[str]:
    """An invented article's paragraphs, of about so many words."""
    names = new_names(dice, language)
    made: list[str] = []
    while sum(count(language, each) for each in made) < words:
        made.append(paragraph(dice, language, names))
    return made


def title(dice: random.Random, language: str) -> str:
    """A headline."""
    return sentence(dice, language, new_names(dice, language))
