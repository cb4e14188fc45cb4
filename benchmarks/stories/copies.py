"""What outlets make of a text that isn't theirs: nineteen kinds of copies."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.stories import words as w

Paragraphs = list[str]


@dataclass(frozen=True, slots=True)
class Host:
    """An outlet that reprints in its language, and what it puts around every text."""

    name: str
    language: str
    around: tuple[str, str, str]  # above, in the middle, below


def cut(dice: random.Random, language: str, text: Paragraphs, share: float) -> Paragraphs:  # noqa: ARG001
    """Without the last `share` of the text, at a sentence's end if there is one near."""
    whole = "\n".join(text)
    end = round(len(whole) * (1 - share))
    stop = max(
        whole.rfind(". ", end - 80, end + 40), whole.rfind("。", end - 40, end + 20), whole.rfind("\n", end - 80, end + 40)
    )
    if stop < 0:
        stop = whole.rfind(" ", 0, end) if language != "zh" else end
    return [line for line in whole[: stop + 1].split("\n") if line.strip()]


def edit(dice: random.Random, language: str, text: Paragraphs, share: float) -> Paragraphs:
    """With `share` of the words changed: half of them replaced, a quarter left out, a quarter put in."""
    return [_edited(dice, language, line, share) for line in text]


def _edited(dice: random.Random, language: str, line: str, share: float) -> str:
    pieces = list(line) if language == "zh" else line.split(" ")
    vocabulary, weights = w.vocabulary(language)
    made = []
    for piece in pieces:
        if dice.random() >= share:
            made.append(piece)
            continue
        new = dice.choices(vocabulary, cum_weights=weights)[0]
        made += dice.choice(([new], [new], [], [piece, new]))
    return ("" if language == "zh" else " ").join(made)


def script(dice: random.Random, language: str, text: Paragraphs) -> Paragraphs:  # noqa: ARG001
    """Serbian Cyrillic in Latin."""
    return [w.latin(line) for line in text]


def typography(dice: random.Random, language: str, text: Paragraphs) -> Paragraphs:  # noqa: ARG001
    """Other quotation marks, dashes and blanks, other paragraphs."""
    plain = str.maketrans({"„": '"', "“": '"', "”": '"', "–": "-", "’": "'"})
    lines = [line.translate(plain).replace(" ", "\u00a0", 1) for line in text]
    return [" ".join(lines[n : n + 2]) for n in range(0, len(lines), 2)]


def byline(dice: random.Random, language: str, text: Paragraphs) -> Paragraphs:
    """With an author, a dateline and an agency's mark."""
    name, place = (w.new_names(dice, language)[n] for n in (0, 1))
    first = f"{place}, {dice.randint(1, 28)}. {dice.randint(1, 12)}. 2026 – {text[0]}"
    return [f"{name} {dice.choice(w.new_names(dice, language))}", first, *text[1:], f"({place} / {name})"]


def boiler(dice: random.Random, _language: str, text: Paragraphs, host: Host) -> Paragraphs:
    """Between what the host puts around every text."""
    above, middle, below = host.around
    at = dice.randint(1, len(text))
    return [above, *text[:at], middle, *text[at:], below]


def moved(dice: random.Random, language: str, text: Paragraphs) -> Paragraphs:  # noqa: ARG001
    """Its paragraphs in another order."""
    return dice.sample(text, len(text))


def unquoted(dice: random.Random, language: str, text: Paragraphs) -> Paragraphs:  # noqa: ARG001
    """Without what people said."""
    first, last = w.MARKS[language][0], w.MARKS[language][1]
    lines = [re.sub(f"[{first}][^{first}{last}]*[{last}][.。]?\\s*", "", line) for line in text]
    return [line for line in lines if line.strip()]


def live_blog(dice: random.Random, language: str, text: Paragraphs) -> Paragraphs:
    """Grown on, newest first, to less than twice its size."""
    size = sum(w.count(language, line) for line in text)
    return [*w.body(dice, language, round(size * dice.uniform(0.2, 0.8))), *text]


Kind = Callable[[random.Random, str, Paragraphs, Host], Paragraphs]


def _cut(share: float) -> Kind:
    return lambda dice, language, text, _: cut(dice, language, text, share)


def _edit(share: float) -> Kind:
    return lambda dice, language, text, _: edit(dice, language, text, share)


def _mixed(dice: random.Random, language: str, text: Paragraphs, host: Host) -> Paragraphs:
    shorter = edit(dice, language, cut(dice, language, text, 0.25), 0.015)
    return boiler(dice, language, byline(dice, language, shorter), host)


KINDS: dict[str, Kind] = {
    "headline": lambda _dice, _language, text, _host: text,
    "script": lambda dice, language, text, _: script(dice, language, text),
    "typography": lambda dice, language, text, _: typography(dice, language, text),
    "byline": lambda dice, language, text, _: byline(dice, language, text),
    "boilerplate": boiler,
    "cut 10": _cut(0.1),
    "cut 30": _cut(0.3),
    "cut 50": _cut(0.5),
    "cut 60": _cut(0.6),
    "edit 1": _edit(0.01),
    "edit 3": _edit(0.03),
    "edit 5": _edit(0.05),
    "moved": lambda dice, language, text, _: moved(dice, language, text),
    "unquoted": lambda dice, language, text, _: unquoted(dice, language, text),
    "mixed": _mixed,
    "script + cut 30": lambda dice, language, text, _: script(dice, language, cut(dice, language, text, 0.3)),
    "live blog": lambda dice, language, text, _: live_blog(dice, language, text),
}
SERBIAN = ("script", "script + cut 30")  # kinds that need Cyrillic


def merged(dice: random.Random, one: Sequence[str], other: Sequence[str]) -> Paragraphs:
    """Two whole texts in one article."""
    return [*one, *other] if dice.random() < 0.5 else [*other, *one]
