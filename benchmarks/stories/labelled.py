"""The labelled set: originals, their copies and the traps, with what is true of each, all from one seed."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from benchmarks.stories import copies, traps
from benchmarks.stories import words as w
from benchmarks.stories.copies import Host
from wirewatch.demo.sample import outlets

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
DAYS = 14
HOSTS = 12
# half of these come under one headline each
ALIKE = ("weather", "exchange rates", "lottery", "bulletin", "stock market", "horoscope", "listing")
TRAPS = 56  # texts of each trap
KEPT_TITLES = 0.4  # share of the copies under the original's headline
SHORT_BOILERPLATED, MERGED = 80, 90


@dataclass(frozen=True, slots=True)
class Labelled:
    """An article, and the originals whose text it carries; two only where it is two texts in one."""

    kind: str
    of: frozenset[int]
    seen_at: datetime
    source: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Original:
    """A text that others reprint."""

    no: int
    language: str
    lines: list[str]
    seen_at: datetime
    title: str
    template: bool  # written by a template, as others of its trap are


def labelled(seed: int, originals: int = 500, share: float = 1.0) -> list[Labelled]:
    """The set of a seed, in the order of first seeing; `share` of its traps."""
    dice = random.Random(f"stories {seed}")
    hosts = [_host(dice, n) for n in range(HOSTS)]
    first = _originals(dice, originals)
    made = [_article(dice, "original", each, each.lines, f"Агенција {each.no % 25}", timedelta()) for each in first]
    for each in first:
        made += _copies(dice, each, hosts)
    made += _merged(dice, first, round(MERGED * share))
    made += _traps(dice, hosts, len(first), share)
    return sorted(made, key=lambda article: article.seen_at)


def _host(dice: random.Random, n: int) -> Host:
    language = ("sr", "en", "zh")[n % 3]
    above, middle, below = (
        "".join(f"{w.sentence(dice, language, [f'Портал {n}'])}{w.SENTENCE_END[language]}" for _ in range(sentences)).strip()
        for sentences in (1, 2, 4)
    )
    return Host(f"Портал {n}", language, (above, middle, below))


def _originals(dice: random.Random, number: int) -> list[Original]:
    real = [
        (article.language, list(article.first.paragraphs))
        for outlet in outlets()
        for article in outlet.articles
        if not article.copy_of
    ]
    texts = [(language if language in ("sr", "zh") else "en", lines, False) for language, lines in real][: number // 4]
    for name in traps.REPRINTED:
        language = traps.templates()[name]["language"]
        texts += [(language, lines, True) for _, lines in traps.TRAPS[name](dice, number // 60 + 1)]
    while len(texts) < number:
        language = dice.choice(("sr", "sr", "en", "zh"))
        texts.append((language, w.body(dice, language, round(dice.triangular(90, 600, 220))), False))
    return [Original(no, *text[:2], _when(dice), w.title(dice, text[0]), text[2]) for no, text in enumerate(texts)]


def _when(dice: random.Random) -> datetime:
    return BEGIN + timedelta(days=DAYS * 0.7 * dice.random())


def _article(dice: random.Random, kind: str, of: Original, lines: Sequence[str], source: str, after: timedelta) -> Labelled:
    title = of.title if kind != "headline" and dice.random() < KEPT_TITLES else w.title(dice, of.language)
    return Labelled(kind, frozenset((of.no,)), of.seen_at + after, source, title, "\n".join(lines))


def _copies(dice: random.Random, of: Original, hosts: Sequence[Host]) -> Iterator[Labelled]:
    if of.template:
        for kind in ("headline", "byline", "edit 1"):
            host = _one(dice, hosts, of)
            lines = copies.KINDS[kind](dice, of.language, of.lines, host)
            yield _article(dice, "reprinted template", of, lines, host.name, _later(dice))
        return
    cyrillic = sum("а" <= letter <= "ш" for letter in of.lines[0]) > len(of.lines[0]) / 2
    kinds = [kind for kind in copies.KINDS if kind not in copies.SERBIAN or (of.language == "sr" and cyrillic)]
    for kind in dice.sample(kinds, 6):
        host = _one(dice, hosts, of)
        lines = copies.KINDS[kind](dice, of.language, of.lines, host)
        yield _article(dice, kind, of, lines, host.name, _later(dice))


def _one(dice: random.Random, hosts: Sequence[Host], of: Original) -> Host:
    return dice.choice([host for host in hosts if host.language == of.language])


def _heading(dice: random.Random, trap: str) -> str:
    return trap if trap in ALIKE and dice.random() < 0.5 else w.title(dice, "sr")


def _later(dice: random.Random) -> timedelta:
    return timedelta(days=min(4.0, dice.expovariate(1.5)), seconds=1)


def _merged(dice: random.Random, first: Sequence[Original], number: int) -> Iterator[Labelled]:
    plain = [each for each in first if not each.template]
    for _ in range(number):
        one = dice.choice(plain)
        near = [each for each in plain if each.no != one.no and 0.5 < _size(each) / _size(one) < 2]
        other = dice.choice(near)
        seen_at = max(one.seen_at, other.seen_at) + _later(dice)
        body = "\n".join(copies.merged(dice, one.lines, other.lines))
        yield Labelled("merged", frozenset((one.no, other.no)), seen_at, "Преглед", w.title(dice, one.language), body)


def _size(of: Original) -> int:
    return w.count(of.language, " ".join(of.lines))


def _traps(dice: random.Random, hosts: Sequence[Host], first_no: int, share: float) -> Iterator[Labelled]:
    found = [(name, text) for name, make in traps.TRAPS.items() for text in make(dice, round(TRAPS * share))]
    boilerplated = traps.short_boilerplated(dice, round(SHORT_BOILERPLATED * share), list(hosts))
    found += [("short, long boilerplate", text) for text in boilerplated]
    for no, (name, (source, lines)) in enumerate(found, start=first_no):
        yield Labelled(name, frozenset((no,)), _when(dice) + _later(dice), source, _heading(dice, name), "\n".join(lines))
